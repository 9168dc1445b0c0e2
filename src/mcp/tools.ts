import {
  CallToolRequestSchema,
  ListToolsRequestSchema,
  type Result,
} from '@modelcontextprotocol/sdk/types.js';
import type { Clock } from '../clock.ts';
import { type Log, withFacts } from '../log.ts';
import type { Ask, UserAnswer } from '../safety/agreement.ts';
import { ForeignStateError, QuestionError } from '../safety/refused-agreement.ts';
import type { CallContext, Trail } from '../segment/call.ts';
import {
  type AudiencesError,
  CancelledError,
  InvalidInputError,
  StoppingError,
} from '../segment/errors.ts';
import { noObserver, type ObservedCall, type Observer } from '../telemetry/observer.ts';
import { nearestName } from '../text/nearest.ts';
import type { Redactor } from '../text/redact.ts';
import { cut, visible } from '../text/visible.ts';
import type { Tool, ToolContext } from '../tools/tool.ts';
import type { ListedTool } from '../tools/toolsets.ts';
import { broughtIntoForm, invalidInput } from './arguments.ts';
import { askUser, questionResult, type SendRequest } from './ask.ts';
import type { Capability, HandlerTable } from './capability.ts';
import type { ClientCall } from './client-call.ts';
import { definitions } from './definitions.ts';
import { assertFirstPage } from './pages.ts';
import { Preparations } from './preparations.ts';
import { Progress } from './progress.ts';
import { asAudiencesError, failure, success } from './result.ts';
import { RpcError, rpcCodes } from './rpc-error.ts';
import { Running } from './running.ts';

/** The call for which the user is asked. */
interface CallToAsk {
  tool: string;
  call: CallContext;
  progress: Progress;
  /** Aborted when the answer is no longer needed. */
  signal: AbortSignal;
  client: ClientCall;
}

/** A call that has begun, as far as what handles it needs to know it. */
export interface BegunCall {
  tool: string;
  call: CallContext;
  /** Aborted when the call may no longer begin to write. */
  preparing: AbortSignal;
  /** Undefined if the client can't ask its user. */
  ask: Ask | undefined;
}

/** The tools themselves, and what they work with. */
export interface Toolbox {
  toolNamed(name: string): Tool | undefined;
  /** What the handler of one call works with. */
  contextOf(begun: BegunCall): ToolContext;
}

/**
 * Decides whether one more call may begin, and returns what ends it.
 *
 * @throws {AudiencesError} if it may not.
 */
export type Admit = (tool: string) => () => void;

export interface ToolsOptions {
  /** The tools that are offered. */
  tools: readonly ListedTool[];
  /** The disabled tools by name, each with the setting that disables it. */
  switchedOff?: ReadonlyMap<string, string>;
  /** Gives what calls need, which a server that has only started need not load. */
  open(): Promise<Toolbox>;
  /** Whose calls these are, where a server has several callers; each of them may just leave. */
  caller?: string;
  /** What every log line of a call states in addition. */
  facts?: Readonly<Record<string, unknown>>;
  observer?: Observer;
  /** Decides whether a call may begin; by default every call may. */
  admit?: Admit;
  /**
   * How long one call may wait for quota and retries, in milliseconds. More than 55 s, the limit
   * for all attempts and waits together, applies only to calls whose client asked for progress.
   */
  maxWaitMs: number;
  /** How long a user may take to answer a question, in milliseconds. */
  askTimeoutMs: number;
  clock: Clock;
  redactor: Redactor;
  log: Log;
}

/** Most clients give up on a call after 60 s, unless they get the progress that they asked for. */
export const maxCallMs = 55_000;

/** The limit of an unknown name when it is shown. */
const maxNameChars = 100;

type Arguments = Readonly<Record<string, unknown>>;

/** A call as it came. */
interface GivenCall {
  name: string;
  args: Arguments;
}

/** What a call is handled with. */
interface Handling {
  toolbox: Toolbox;
  client: ClientCall;
  observed: ObservedCall;
  log: Log;
}

/** Offers the tools, and runs their calls. */
export class ToolsCapability implements Capability {
  readonly declares = { tools: {} };
  readonly #options: ToolsOptions;
  readonly #running = new Running();
  readonly #preparations = new Preparations();
  readonly #abandoned = new AbortController();
  #isStopping = false;
  /** Whether the client has shown that it does not support the request that asks users. */
  #cannotAsk = false;
  /** What the reader of the next result should know, whatever the call was. */
  #notices: string[] = [];

  constructor(options: ToolsOptions) {
    this.#options = options;
  }

  register(server: HandlerTable): void {
    const names = this.#options.tools.map((tool) => tool.name);
    const offered = definitions.filter((definition) => names.includes(definition.name));
    server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
      assertFirstPage(params);
      return { tools: offered };
    });
    server.setRequestHandler(CallToolRequestSchema, ({ params }, client) => {
      this.#assertKnown(params.name);
      const given = { name: params.name, args: params.arguments ?? {} };
      return this.#running.during(this.#run(given, client));
    });
  }

  /**
   * Ends the calls that would write but have not begun to, and lets no further call begin to write.
   */
  endPreparations(): void {
    this.#isStopping = true;
    this.#preparations.end();
  }

  /** The client is gone: ends whatever has not been sent to Segment; what has been is seen through. */
  abandon(): void {
    this.#abandoned.abort();
    this.#preparations.end();
  }

  /** Resolves when no call is running. */
  async idle(): Promise<void> {
    await this.#running.none();
  }

  /** The one place where a thrown error becomes a result. */
  async #run(given: GivenCall, client: ClientCall): Promise<Result> {
    const { clock, redactor } = this.#options;
    const { name } = given;
    const startedAt = clock.monotonic();
    const observed = this.#observe(name, client);
    const log = this.#logOf(observed);
    let outcome = 'ok';
    let end = () => {};
    try {
      const toolbox = await this.#options.open();
      const tool = this.#find(name, toolbox);
      end = this.#options.admit?.(name) ?? end;
      const data = await this.#handle(tool, given.args, { toolbox, client, observed, log });
      log('info', 'tool call', { tool: name, tookMs: clock.monotonic() - startedAt });
      return success(redactor.value(this.#withNotices(tool, data)));
    } catch (thrown) {
      const error = this.#asStopped(asAudiencesError(thrown), name, client);
      // A question is not an error.
      if (!(error instanceof QuestionError)) outcome = error.code;
      this.#note(error, name, clock.monotonic() - startedAt, log);
      if (error instanceof QuestionError) {
        return questionResult(redactor.text(error.question), error.state);
      }
      if (error instanceof ForeignStateError) {
        throw new RpcError(rpcCodes.invalidParams, error.message);
      }
      return failure(error, redactor);
    } finally {
      observed.ended(outcome, clock.monotonic() - startedAt);
      end();
    }
  }

  #note(error: AudiencesError, tool: string, tookMs: number, log: Log): void {
    if (error instanceof QuestionError) {
      log('info', 'tool call ends with a question', { tool, tookMs });
      return;
    }
    const level = error.code === 'internal_error' ? 'error' : 'warn';
    const { stack } = error.cause instanceof Error ? error.cause : error;
    log(level, 'tool call failed', {
      tool,
      tookMs,
      code: error.code,
      error: error.message,
      stack: level === 'error' ? stack : undefined,
    });
  }

  #observe(tool: string, client: ClientCall): ObservedCall {
    const { observer = noObserver, caller } = this.#options;
    const { requestId, protocolVersion, transport, trace } = client;
    return observer.callBegan({
      tool,
      requestId,
      protocolVersion,
      transport,
      caller,
      trace,
    });
  }

  #logOf({ traceId }: ObservedCall): Log {
    const { log } = this.#options;
    return traceId === undefined ? log : withFacts(log, { trace: traceId });
  }

  /** Undefined where there is nothing to tell the call's requests by, and nobody to note them. */
  #trailOf(observed: ObservedCall): Trail | undefined {
    const { facts, observer = noObserver } = this.#options;
    const { traceId } = observed;
    if (!facts && observer === noObserver) return undefined;
    return { facts: { ...facts, ...(traceId && { trace: traceId }) }, observer: observed };
  }

  /**
   * What ended because the server stops was not cancelled by whoever called: over HTTP they are
   * there, and another server can serve them.
   */
  #asStopped(error: AudiencesError, name: string, { signal }: ClientCall): AudiencesError {
    const { caller, tools } = this.#options;
    const isOurs = this.#isStopping && caller !== undefined && !signal.aborted;
    if (!isOurs || !(error instanceof CancelledError)) return error;
    const reads = tools.some((tool) => tool.name === name && tool.hints.readOnlyHint);
    return error.sent && !reads ? error : new StoppingError(error.operation, error.sent);
  }

  /** @throws {RpcError} for an unknown tool. */
  #assertKnown(name: string): void {
    const { tools, switchedOff, redactor, log } = this.#options;
    if (tools.some((tool) => tool.name === name) || switchedOff?.has(name)) return;
    const names = tools.map((tool) => tool.name);
    log('warn', 'unknown tool', { tool: name });
    const near = nearestName(name, names);
    const hint =
      near === undefined ? `Available tools: ${names.join(', ')}.` : `Did you mean ${near}?`;
    const shown = visible(cut(redactor.text(name), maxNameChars));
    throw new RpcError(rpcCodes.invalidParams, `Unknown tool: ${shown}. ${hint}`);
  }

  /** @throws {InvalidInputError} for a disabled tool. */
  #find(name: string, toolbox: Toolbox): Tool {
    const { tools, switchedOff } = this.#options;
    const isOffered = tools.some((each) => each.name === name);
    const tool = isOffered ? toolbox.toolNamed(name) : undefined;
    if (tool) return tool;
    const setting = switchedOff?.get(name) ?? 'the settings';
    const names = tools.map((candidate) => candidate.name);
    const others = names.length > 0 ? `Use one of ${names.join(', ')}.` : 'No tools are enabled.';
    throw new InvalidInputError(
      `${name} is disabled on this server by ${setting}. Nothing was sent.`,
      {
        next: `${others} Tell the user; only whoever runs this server can enable it.`,
      },
    );
  }

  async #handle(
    tool: Tool,
    given: Arguments,
    { toolbox, client, observed, log }: Handling,
  ): Promise<object> {
    const { clock, maxWaitMs } = this.#options;
    const startedAt = clock.monotonic();
    const input = inputOf(tool, given);
    const progress = new Progress(client, startedAt, clock, log);
    const { maxCallMs: longMs = 0 } = tool;
    const budgetMs = progress.isWanted ? Math.max(maxCallMs, maxWaitMs, longMs) : maxCallMs;
    const waitMs = progress.isWanted ? Math.max(maxWaitMs, longMs) : maxWaitMs;
    const { readOnlyHint } = tool.hints;
    const { caller } = this.#options;
    const abandoned = caller === undefined ? undefined : this.#abandoned.signal;
    const call: CallContext = {
      // Nothing is lost with the response to a read that nobody waits for.
      signal:
        abandoned && readOnlyHint ? AbortSignal.any([client.signal, abandoned]) : client.signal,
      abandoned,
      caller,
      trail: this.#trailOf(observed),
      deadline: startedAt + Math.min(waitMs, budgetMs),
      endsAt: startedAt + budgetMs,
      onWait: (wait) => progress.waits(wait),
      onNotice: (notice) => this.#notices.push(notice),
      onProgress: (message) => progress.send(message),
    };
    const run = async (preparing: AbortSignal) => {
      const toAsk = { tool: tool.name, call, progress, signal: preparing, client };
      const begun = { tool: tool.name, call, preparing, ask: this.#askOf(toAsk) };
      return await tool.handle(input, toolbox.contextOf(begun));
    };
    // A call that only reads prepares nothing.
    return progress.during(`${tool.name} is running`, () =>
      readOnlyHint ? run(call.signal) : this.#preparations.during(call.signal, run),
    );
  }

  #askOf(toAsk: CallToAsk): Ask | undefined {
    const { asks } = toAsk.client;
    if (asks?.kind === 'between') return { reply: asks.reply };
    if (!asks || this.#cannotAsk) return undefined;
    return (question) => this.#ask(question, toAsk, asks.sendRequest);
  }

  /** Asks the user; the time that takes does not count as the call's. */
  async #ask(
    question: string,
    { tool, call, progress, signal, client }: CallToAsk,
    sendRequest: SendRequest,
  ): Promise<UserAnswer> {
    const { clock, redactor, askTimeoutMs } = this.#options;
    const askedAt = clock.monotonic();
    const asking = () =>
      askUser({
        tool,
        question: redactor.text(question),
        timeoutMs: askTimeoutMs,
        signal,
        clock,
        sendRequest,
      });
    try {
      const answer = await progress.during(`${tool} is waiting for the user to agree`, asking);
      if (answer === 'unsupported') this.#cannotAsk = true;
      return answer;
    } catch (error) {
      const isWithdrawn = this.#isStopping && this.#options.caller !== undefined;
      if (!isWithdrawn || client.signal.aborted) throw error;
      return 'withdrawn';
    } finally {
      const thoughtMs = clock.monotonic() - askedAt;
      call.deadline += thoughtMs;
      call.endsAt += thoughtMs;
    }
  }

  /** Adds notices to the advice of the first result that can have any. */
  #withNotices(tool: Tool, data: object): object {
    if (this.#notices.length === 0 || !('advice' in tool.output().shape)) return data;
    const given: unknown = 'advice' in data ? data.advice : undefined;
    const advice = [...(Array.isArray(given) ? given : []), ...this.#notices];
    this.#notices = [];
    return { ...data, advice };
  }
}

/**
 * The arguments of a call as the tool takes them. @throws {InvalidInputError} if they do not fit.
 */
function inputOf(tool: Tool, given: Arguments) {
  const definition = definitions.find(({ name }) => name === tool.name);
  const inForm = definition
    ? broughtIntoForm(given, definition.inputSchema, tool.keepsEmpty ?? [])
    : given;
  const schema = tool.input();
  const { data, error } = schema.safeParse(inForm);
  if (error) throw invalidInput(tool, Object.keys(schema.shape), inForm, error);
  return data;
}
