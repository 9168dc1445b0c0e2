import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  type CallToolResult,
  ListToolsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Redactor } from '../redact.ts';
import type { UserAnswer } from '../safety/agreement.ts';
import type { CallContext } from '../segment/call.ts';
import { InvalidInputError } from '../segment/errors.ts';
import type { Tool, ToolContext } from '../tools/tool.ts';
import { type Ask, askUser, type Extra } from './ask.ts';
import type { Capability } from './capability.ts';
import { definitions } from './definitions.ts';
import { Preparations } from './preparations.ts';
import { Progress } from './progress.ts';
import { asAudiencesError, failure, invalidInput, success } from './result.ts';

/** The call for which the user is asked. */
interface CallToAsk {
  tool: string;
  call: CallContext;
  progress: Progress;
  /** Aborted when the answer is no longer wanted. */
  signal: AbortSignal;
  extra: Extra;
}

export interface ToolsOptions {
  /** Those that are offered. */
  tools: readonly Tool[];
  /**
   * What the handler of one call works with.
   *
   * @param preparing aborted when the call may no longer begin to write.
   * @param ask undefined where the client can't ask its user.
   */
  contextOf(call: CallContext, preparing: AbortSignal, ask: Ask | undefined): ToolContext;
  /** How long one call may wait for quota and retries, milliseconds. */
  maxWaitMs: number;
  /** How long a user may take to answer a question, milliseconds. */
  askTimeoutMs: number;
  clock: Clock;
  redactor: Redactor;
  log: Log;
}

/** Offers the tools, and runs their calls. */
export class ToolsCapability implements Capability {
  readonly declares = { tools: {} };
  readonly #options: ToolsOptions;
  readonly #underWay = new Set<Promise<CallToolResult>>();
  readonly #preparations = new Preparations();
  /** Whether the client has shown that it does not know the request by which users are asked. */
  #cannotAsk = false;
  /** What the reader of the next result should know, whatever the call was. */
  #notices: string[] = [];

  constructor(options: ToolsOptions) {
    this.#options = options;
  }

  register(server: Server): void {
    const names = this.#options.tools.map((tool) => tool.name);
    const offered = definitions.filter((definition) => names.includes(definition.name));
    server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: offered }));
    server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
      const declares = server.getClientCapabilities()?.elicitation?.form !== undefined;
      const canAsk = declares && !this.#cannotAsk;
      const running = this.#run(params.name, params.arguments ?? {}, extra, canAsk);
      this.#underWay.add(running);
      try {
        return await running;
      } finally {
        this.#underWay.delete(running);
      }
    });
  }

  /** Ends the calls that have not begun to write but would, and lets none begin from now on. */
  endPreparations(): void {
    this.#preparations.end();
  }

  /** Resolves when no call is under way. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  /** The one place where a thrown error becomes a result. */
  async #run(name: string, given: unknown, extra: Extra, canAsk: boolean): Promise<CallToolResult> {
    const { clock, redactor, log } = this.#options;
    const startedAt = clock.now();
    try {
      const tool = this.#find(name);
      const data = await this.#handle(tool, given, extra, canAsk);
      log('info', 'tool call', { tool: name, tookMs: clock.now() - startedAt });
      return success(redactor.value(this.#withNotices(tool, data)));
    } catch (thrown) {
      const error = asAudiencesError(thrown);
      const level = error.code === 'internal_error' ? 'error' : 'warn';
      const { stack } = error.cause instanceof Error ? error.cause : error;
      log(level, 'tool call failed', {
        tool: name,
        tookMs: clock.now() - startedAt,
        code: error.code,
        error: error.message,
        stack: level === 'error' ? stack : undefined,
      });
      return failure(redactor.value(error.toJSON()));
    }
  }

  #find(name: string): Tool {
    const { tools } = this.#options;
    const tool = tools.find((candidate) => candidate.name === name);
    if (tool) return tool;
    const names = tools.map((candidate) => candidate.name);
    throw new InvalidInputError(`There is no tool ${JSON.stringify(name)}.`, {
      next: names.length > 0 ? `Use one of ${names.join(', ')}.` : 'No tool is switched on here.',
    });
  }

  async #handle(
    tool: Tool,
    given: unknown,
    extra: Extra,
    canAsk: boolean,
  ): Promise<Record<string, unknown>> {
    const { clock, log, maxWaitMs, contextOf } = this.#options;
    const startedAt = clock.now();
    const input = tool.input().safeParse(given);
    if (!input.success) throw invalidInput(tool.name, input.error);
    const progress = new Progress(extra, startedAt, clock.now, log);
    const call: CallContext = {
      signal: extra.signal,
      deadline: startedAt + maxWaitMs,
      onWait: (wait) => progress.waits(wait),
      onNotice: (notice) => this.#notices.push(notice),
    };
    return this.#preparations.during(call.signal, async (preparing) => {
      const ask: Ask = (question) =>
        this.#ask(question, { tool: tool.name, call, progress, signal: preparing, extra });
      const context = contextOf(call, preparing, canAsk ? ask : undefined);
      return tool.output().parse(await tool.handle(input.data, context));
    });
  }

  /** Asks the user, whose time is not the call's. */
  async #ask(
    question: string,
    { tool, call, progress, signal, extra }: CallToAsk,
  ): Promise<UserAnswer> {
    const { clock, redactor, askTimeoutMs } = this.#options;
    const askedAt = clock.monotonic();
    try {
      const answer = await askUser({
        tool,
        question: redactor.text(question),
        timeoutMs: askTimeoutMs,
        signal,
        clock,
        sendRequest: extra.sendRequest,
        onThinking: () => progress.send(`${tool} waits for the agreement of the user`),
      });
      if (answer === 'unsupported') this.#cannotAsk = true;
      return answer;
    } finally {
      call.deadline += clock.monotonic() - askedAt;
    }
  }

  /** Adds what is to be noticed to the advice of the first result that can have any. */
  #withNotices(tool: Tool, data: Record<string, unknown>): Record<string, unknown> {
    if (this.#notices.length === 0 || !('advice' in tool.output().shape)) return data;
    const advice = [...(Array.isArray(data.advice) ? data.advice : []), ...this.#notices];
    this.#notices = [];
    return { ...data, advice };
  }
}
