/*
 * The suite's scenarios for a server, and what each is to ours.
 */

/** How often the suite wants to hear of progress in one call. */
export const minProgress = 3;

/** An audience that can be read at the attempt after that many: progress tells of the waits. */
export const slowAudience = 'aud_000000003';

/** Asks the user; what the suite answers is not an agreement, so the result says that. */
const asking = { name: 'remove_audience_from_space', arguments: { id: 'aud_000000001' } };

/** The suite calls fixtures by name; ours answer in their place. */
export const standIns: Record<string, { name: string; arguments: object }> = {
  test_simple_text: {
    name: 'check_audience_query',
    arguments: { query: "event('Shoes Bought').count() >= 1" },
  },
  test_logging_tool: { name: 'list_audiences', arguments: {} },
  test_error_handling: { name: 'get_audience', arguments: { id: 'aud_missing' } },
  test_tool_with_progress: { name: 'get_audience', arguments: { id: slowAudience } },
  test_elicitation: asking,
  test_streaming_elicitation: asking,
  test_input_required_result_elicitation: asking,
  test_input_required_result_request_state: asking,
  test_input_required_result_tampered_state: asking,
};

/** The same for resources. */
export const resourceStandIns: Record<string, string> = {
  'test://static-text': 'segment://query-language',
};

/** The names of the fixtures, tools and resources, each with that of what stands in for it. */
export const standInNames: Record<string, string> = {
  ...Object.fromEntries(Object.entries(standIns).map(([fixture, { name }]) => [fixture, name])),
  ...resourceStandIns,
};

const noTool = 'no tool of ours gives that';
const noResource = 'no resource of ours is like that';
const noPrompt = 'no prompt of ours is like that';
const http = 'about HTTP, which is the bridge';

/** What applies where the server itself speaks HTTP. */
export const ofTheBridge: ReadonlySet<string> = new Set(['dns-rebinding-protection']);

/** Scenarios that do not apply, each with the reason; all others have to pass. */
export const notApplicable: Record<string, string> = {
  'logging-set-level': 'logging is not offered; it goes to stderr',
  'completion-complete': 'asks for a prompt of its own',
  'tools-call-image': noTool,
  'tools-call-audio': noTool,
  'tools-call-embedded-resource': noTool,
  'tools-call-mixed-content': noTool,
  'tools-call-with-logging': 'logging is not offered; it goes to stderr',
  'tools-call-sampling': 'sampling is never asked for',
  'json-schema-2020-12': 'looks for a fixture; our input schemas are flat, without $defs',
  'elicitation-sep1034-defaults': 'looks for a fixture; our question is one box to tick',
  'elicitation-sep1330-enums': 'looks for a fixture; our question is one box to tick',
  'server-sse-polling': "streams can't be resumed: each call has one, and a client can call again",
  'dns-rebinding-protection': http,
  'resources-read-binary': noResource,
  'resources-templates-read': noResource,
  'resources-subscribe': 'subscriptions are not offered: resources never change',
  'resources-unsubscribe': 'subscriptions are not offered: resources never change',
  'prompts-get-simple': noPrompt,
  'prompts-get-with-args': noPrompt,
  'prompts-get-embedded-resource': noPrompt,
  'prompts-get-with-image': noPrompt,
};

const oneQuestion = 'our one question is a form, asked by a tool';

/** The same for the protocol from 2026-07-28 on. */
export const notApplicableToday: Record<string, string> = {
  'http-custom-header-server-validation': 'no tool of ours asks for headers of its own',
  'input-required-result-basic-elicitation': "looks for the name of a fixture's question",
  'input-required-result-basic-sampling': oneQuestion,
  'input-required-result-basic-list-roots': oneQuestion,
  'input-required-result-multiple-input-requests': oneQuestion,
  'input-required-result-multi-round': oneQuestion,
  'input-required-result-non-tool-request': oneQuestion,
  'input-required-result-capability-check': 'looks for a fixture that asks for sampling instead',
  'input-required-result-ignore-extra-params':
    'answers what was not asked; here, an answer counts only with the state of its question',
};
