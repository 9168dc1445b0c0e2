import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListResourcesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { type Clock, every } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Redactor } from '../redact.ts';
import type { Call, Wait } from '../segment/api.ts';
import { InvalidInputError } from '../segment/errors.ts';
import type { Tool, ToolContext, ToolServices } from '../tools/tool.ts';
import { quoted } from '../visible.ts';
import { askUser, type Extra } from './ask.ts';
import { definitions } from './definitions.ts';
import { readResource, resources } from './resources.ts';
import { asAudiencesError, failure, invalidInput, success } from './result.ts';

export interface McpServerOptions {
  name: string;
  version: string;
  /** What a model is told about working here. */
  instructions: string;
  /** Those that are offered. */
  tools: readonly Tool[];
  services: ToolServices;
  /** How long one call may wait for quota and retries, milliseconds. */
  maxWaitMs: number;
  /** How long a user may take to answer a question, milliseconds. */
  askTimeoutMs: number;
  clock: Clock;
  redactor: Redactor;
  log: Log;
}

/** The MCP server, independent of its transport. */
export interface McpServer {
  connect(transport: Transport): Promise<void>;
  /** Resolves when no tool call is under way. */
  idle(): Promise<void>;
  /**
   * To be called when no message can come from the client any more: what is asked of its user, now or
   * later, ends as cancelled.
   */
  stopAsking(): void;
  /** Cancels all tool calls and closes the transport. */
  close(): Promise<void>;
}

/** Often enough that a client does not give up on a call while its user thinks. */
const keepAliveMs = 10_000;

/**
 * Assembles the server. The SDK's low-level `Server` is used rather than its `McpServer`, because
 * bad input then becomes an error in our own form, and start-up is a fifth faster.
 */
export function createMcpServer(options: McpServerOptions): McpServer {
  const { tools, log, redactor } = options;
  const server = new Server(
    { name: options.name, version: options.version },
    {
      capabilities: { tools: {}, resources: {} },
      instructions: options.instructions,
    },
  );
  server.onerror = (error) => log('warn', 'protocol error', { error: error.message });

  const names = tools.map((tool) => tool.name);
  const offered = definitions.filter((definition) => names.includes(definition.name));
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: offered }));

  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources }));
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }) => {
    const resource = await readResource(uri);
    if (resource) return resource;
    const message = redactor.text(`There is no resource ${quoted(uri)}.`);
    throw new McpError(ErrorCode.InvalidParams, message);
  });

  const unanswerable = new AbortController();
  const underWay = new Set<Promise<CallToolResult>>();
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const running = call(params.name, params.arguments ?? {}, extra);
    underWay.add(running);
    try {
      return await running;
    } finally {
      underWay.delete(running);
    }
  });

  /** The one place where a thrown error becomes a result. */
  async function call(name: string, given: unknown, extra: Extra): Promise<CallToolResult> {
    const startedAt = options.clock.now();
    try {
      const result = success(redactor.value(await handle(findTool(name), given, extra, startedAt)));
      log('info', 'tool call', { tool: name, tookMs: options.clock.now() - startedAt });
      return result;
    } catch (thrown) {
      const error = asAudiencesError(thrown);
      const level = error.code === 'internal_error' ? 'error' : 'warn';
      const { stack } = error.cause instanceof Error ? error.cause : error;
      log(level, 'tool call failed', {
        tool: name,
        tookMs: options.clock.now() - startedAt,
        code: error.code,
        error: error.message,
        stack: level === 'error' ? stack : undefined,
      });
      return failure(redactor.value(error.toJSON()));
    }
  }

  async function handle(
    tool: Tool,
    given: unknown,
    extra: Extra,
    startedAt: number,
  ): Promise<unknown> {
    const input = tool.input().safeParse(given);
    if (!input.success) throw invalidInput(tool.name, input.error);
    const call = callOf(extra, startedAt);
    const ask = askFor(tool.name, call, extra, startedAt);
    const result = await tool.handle(input.data, { ...options.services, call, ask });
    return tool.output().parse(result);
  }

  function findTool(name: string): Tool {
    const tool = tools.find((candidate) => candidate.name === name);
    if (tool) return tool;
    throw new InvalidInputError(`There is no tool ${JSON.stringify(name)}.`, {
      next: names.length > 0 ? `Use one of ${names.join(', ')}.` : 'No tool is switched on here.',
    });
  }

  function callOf(extra: Extra, startedAt: number): Call {
    const deadline = startedAt + options.maxWaitMs;
    return { signal: extra.signal, deadline, onWait: progressOf(extra, startedAt) };
  }

  /** How the user is asked; undefined where the client did not declare that it can. */
  function askFor(tool: string, call: Call, extra: Extra, startedAt: number): ToolContext['ask'] {
    if (!server.getClientCapabilities()?.elicitation?.form) return undefined;
    return async (question) => {
      const askedAt = options.clock.now();
      const stopKeepAlive = every(options.clock, keepAliveMs, () => {
        const passed = options.clock.now() - startedAt;
        sendProgress(extra, { passed, message: `${tool} waits for the agreement of the user` });
      });
      try {
        const signal = AbortSignal.any([extra.signal, unanswerable.signal]);
        return await askUser(tool, redactor.text(question), options.askTimeoutMs, signal, extra);
      } finally {
        stopKeepAlive();
        call.deadline += options.clock.now() - askedAt;
      }
    };
  }

  /** Tells the client of waits, if it gave a progress token. */
  function progressOf(extra: Extra, startedAt: number): (wait: Wait) => void {
    return ({ operation, reason, leftMs }) => {
      const why = reason === 'quota' ? "Segment's rate limit" : 'another attempt';
      sendProgress(extra, {
        passed: options.clock.now() - startedAt,
        leftMs,
        message: `${operation} waits for ${why}: ${Math.ceil(leftMs / 1000)} s left`,
      });
    };
  }

  function sendProgress(
    { _meta, sendNotification }: Extra,
    { passed, leftMs, message }: { passed: number; leftMs?: number; message: string },
  ): void {
    const progressToken = _meta?.progressToken;
    if (progressToken === undefined) return;
    const total = leftMs === undefined ? undefined : (passed + leftMs) / 1000;
    sendNotification({
      method: 'notifications/progress',
      params: { progressToken, progress: passed / 1000, total, message },
    }).catch((error: unknown) => log('debug', 'no progress sent', { error: String(error) }));
  }

  return {
    connect: (transport) => server.connect(transport),
    async idle() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
    stopAsking: () => unanswerable.abort(),
    close: () => server.close(),
  };
}
