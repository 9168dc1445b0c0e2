import {
  GetPromptRequestSchema,
  type GetPromptResult,
  ListPromptsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { Given, Prompt } from '../prompts/prompt.ts';
import type { ResourceContext } from '../resources/resource.ts';
import type { CallContext } from '../segment/call.ts';
import { AudiencesError } from '../segment/errors.ts';
import { problemOfId } from '../segment/ids.ts';
import { isSpaceAllowed } from '../segment/policy.ts';
import { nearestName } from '../text/nearest.ts';
import type { Redactor } from '../text/redact.ts';
import { cut, quoted, visible } from '../text/visible.ts';
import type { Capability } from './capability.ts';
import type { ClientCall } from './client-call.ts';
import { assertFirstPage } from './pages.ts';
import type { Readings } from './readings.ts';
import { RpcError, rpcCodes } from './rpc-error.ts';

export interface PromptsOptions {
  /** Those that are offered. */
  prompts: readonly Prompt[];
  /** Whether a tool is offered. */
  offers(tool: string): boolean;
  /** The space for prompts that name none. */
  defaultSpace: string | undefined;
  /** The only spaces that may be used; undefined for all that the token reaches. */
  allowedSpaces: readonly string[] | undefined;
  contextOf(call: CallContext): ResourceContext;
  readings: Readings;
  redactor: Redactor;
}

/** Maximum length of the value of an argument. */
const maxValueChars = 4000;
/** The limit of an unknown name when it is shown. */
const maxNameChars = 100;

/** Offers the prompts. They only read: whatever they lead to is done by tools. */
export function promptsCapability(options: PromptsOptions): Capability {
  const { prompts, redactor } = options;
  return {
    declares: { prompts: {} },
    register(server) {
      server.setRequestHandler(ListPromptsRequestSchema, ({ params }) => {
        assertFirstPage(params);
        return { prompts: prompts.map(shown) };
      });
      server.setRequestHandler(GetPromptRequestSchema, async ({ params }, client) => {
        const prompt = promptNamed(params.name, options);
        const given = givenOf(prompt, params.arguments ?? {}, redactor);
        const messages = await messagesOf(prompt, given, client, options);
        return { description: prompt.description, messages };
      });
    },
  };
}

/** A prompt as `prompts/list` shows it. */
export function shown({ name, title, description, arguments: list }: Prompt) {
  return {
    name,
    title,
    description,
    arguments: list.map(({ kind, required, ...rest }) => ({
      ...rest,
      required: required ?? false,
    })),
  };
}

/** @throws {RpcError} for an unknown prompt. */
function promptNamed(name: string, { prompts, redactor }: PromptsOptions): Prompt {
  const prompt = prompts.find((each) => each.name === name);
  if (prompt) return prompt;
  const names = prompts.map((each) => each.name);
  const near = nearestName(name, names);
  const hint =
    near === undefined ? `Available prompts: ${names.join(', ')}.` : `Did you mean ${near}?`;
  const known = visible(cut(redactor.text(name), maxNameChars));
  throw new RpcError(rpcCodes.invalidParams, `Unknown prompt: ${known}. ${hint}`);
}

/** @throws {RpcError} for arguments that are unknown, missing or too long. */
function givenOf(
  prompt: Prompt,
  values: Readonly<Record<string, string>>,
  redactor: Redactor,
): Given {
  const problem = (message: string) =>
    new RpcError(rpcCodes.invalidParams, redactor.text(`${prompt.name}: ${message}`));
  const names = prompt.arguments.map(({ name }) => name);
  const given = new Map<string, string>();
  for (const [name, value] of Object.entries(values)) {
    if (!names.includes(name)) {
      throw problem(
        `there is no argument ${quoted(name)}; expected ${names.length > 1 ? 'one of ' : ''}${names.join(', ')}.`,
      );
    }
    if (value.length > maxValueChars) {
      throw problem(`${name} has ${value.length} characters; the maximum is ${maxValueChars}.`);
    }
    // Some clients send what was left empty.
    if (value.trim() !== '') given.set(name, value.trim());
  }
  for (const { name, required } of prompt.arguments) {
    if (required && !given.has(name)) throw problem(`${name} is missing.`);
  }
  return given;
}

type Messages = GetPromptResult['messages'];

async function messagesOf(
  prompt: Prompt,
  given: Given,
  client: ClientCall,
  options: PromptsOptions,
): Promise<Messages> {
  const { offers, redactor, defaultSpace } = options;
  const [{ promptText }, routine] = await Promise.all([
    import('../prompts/text.ts'),
    prompt.routine(),
  ]);
  const wanted = given.get('spaceId');
  const space = wanted ?? defaultSpace;
  if (space !== undefined) assertUsable(space, options);
  const ground = { offers, space, isSpaceGiven: wanted !== undefined };
  const text = promptText(routine, given, ground);
  const overview =
    prompt.withOverview && space !== undefined
      ? [await overviewOf(prompt, space, client, options)]
      : [];
  return [text, ...overview].map((each) => ({
    role: 'user',
    content: { type: 'text', text: redactor.text(each) },
  }));
}

/** @throws {RpcError} for a space that can't be used. */
function assertUsable(space: string, { allowedSpaces, redactor }: PromptsOptions): void {
  if (isSpaceAllowed({ allowedSpaces }, space) && problemOfId(space) === undefined) return;
  const others = allowedSpaces?.length ? ` Use one of ${allowedSpaces.join(', ')}.` : '';
  const message = `spaceId: the space ${quoted(space)} can't be used here.${others}`;
  throw new RpcError(rpcCodes.invalidParams, redactor.text(message));
}

/** The overview of a space; if it can't be read, why: the prompt is of use without it. */
async function overviewOf(
  { name }: Prompt,
  space: string,
  client: ClientCall,
  { readings, contextOf }: PromptsOptions,
): Promise<string> {
  try {
    return await readings.run({ what: name, client }, async (call) => {
      const { readOverview } = await import('../resources/overview-page.ts');
      return readOverview(space, contextOf(call));
    });
  } catch (error) {
    if (!(error instanceof AudiencesError)) throw error;
    const { message, data } = readings.shown(error);
    return `The overview of the space could not be read (${data.code}): ${message} ${data.next}`;
  }
}
