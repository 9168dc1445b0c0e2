import {
  ClientCapabilitiesSchema,
  type JSONRPCErrorResponse,
  type JSONRPCMessage,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import type { ServerContext, Server as ServerOfSdk, Transport } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { replyIn } from './ask.ts';
import type { HandlerTable } from './capability.ts';
import type { ClientCall } from './client-call.ts';
import { modernVersion } from './era.ts';
import { rpcCodes } from './rpc-error.ts';
import {
  type ClosableServer,
  type CreateServer,
  declaredBy,
  type McpServerOptions,
} from './server.ts';

/*
 * The protocol from 2026-07-28 on, by the second version of the SDK. Each request says by itself what
 * it needs; there is no `initialize` and no session, and a call that has a question ends with it. The
 * two versions of the SDK share nothing but the handlers: no object of one gets to the other.
 */

/** How answers over HTTP are sent. */
export interface HttpOptions {
  /** Whether an answer is a stream of events even if nothing comes before its result. */
  streams: boolean;
  /** How often a quiet stream gets a comment, milliseconds. */
  keepAliveMs: number;
}

/** Answers one request over HTTP. */
export interface ModernAnswerer extends ClosableServer {
  /** @param request its headers. @param message its body. */
  answer(request: Request, message: unknown): Promise<Response>;
}

/** A connection with a client that has the server for itself. */
export interface Channel {
  /** Set by the server: takes a message from the client. */
  onmessage: ((message: JSONRPCMessage) => void) | undefined;
  send(message: JSONRPCMessage): Promise<void>;
  /** The handler of a request has ended, also if the request was cancelled. */
  handled(id: RequestId): void;
  close(): Promise<void>;
}

/** Serves a client that has the server for itself. */
export interface ModernServer extends ClosableServer {
  connect(channel: Channel): Promise<void>;
}

export interface Modern {
  createsAnswerers(http: HttpOptions): CreateServer<ModernAnswerer>;
  createServer: CreateServer<ModernServer>;
}

/** Loads the SDK, which takes a while, and which few processes need today. */
export async function loadModern(): Promise<Modern> {
  const [{ Server, createMcpHandler }, { serveStdio }] = await Promise.all([
    import('@modelcontextprotocol/server'),
    import('@modelcontextprotocol/server/stdio'),
  ]);
  const serverOf = ({ info, instructions, capabilities, log }: McpServerOptions) => {
    const declared = declaredBy(capabilities);
    const server = new Server(info, { capabilities: declared, instructions });
    server.onerror = (error) => log('warn', 'protocol error', { error: error.message });
    return server;
  };
  return {
    createsAnswerers: (http) => (options) => {
      const { streams, keepAliveMs } = http;
      const handler = createMcpHandler(
        ({ requestInfo }) => withHandlers(serverOf(options), options, requestInfo),
        { legacy: 'reject', responseMode: streams ? 'sse' : 'auto', keepAliveMs },
      );
      return {
        async answer(request, parsedBody) {
          const refusal = refusalOf(parsedBody);
          return refusal
            ? Response.json(refusal, { status: 404 })
            : handler.fetch(request, { parsedBody });
        },
        async close() {
          await handler.close();
          options.onClose();
        },
      };
    },
    createServer(options) {
      let handle: { close(): Promise<void> } | undefined;
      return {
        async connect(channel) {
          const handled = (id: RequestId) => channel.handled(id);
          const create = () => withHandlers(serverOf(options), options, undefined, handled);
          handle = serveStdio(create, { legacy: 'reject', transport: transportOf(channel) });
        },
        async close() {
          await handle?.close();
          options.onClose();
        },
      };
    },
  };
}

const listenSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number()]),
  method: z.literal('subscriptions/listen'),
});

/** The SDK would open a stream that waits for changes; but none are announced. */
function refusalOf(message: unknown): JSONRPCErrorResponse | undefined {
  const { data } = listenSchema.safeParse(message);
  if (!data) return undefined;
  const error = { code: rpcCodes.methodNotFound, message: 'Method not found' };
  return { jsonrpc: '2.0', id: data.id, error };
}

function transportOf(channel: Channel): Transport {
  const transport: Transport = {
    async start() {
      channel.onmessage = (message) => {
        const refusal = refusalOf(message);
        if (refusal) void channel.send(refusal);
        else transport.onmessage?.(message);
      };
    },
    send: (message) => channel.send(message),
    async close() {
      await channel.close();
      transport.onclose?.();
    },
  };
  return transport;
}

const paramsSchema = z.looseObject({});

/**
 * @param request the request over HTTP; undefined over stdin and stdout. @param handled called when the
 * handler of a request has ended.
 */
function withHandlers(
  server: ServerOfSdk,
  { capabilities }: McpServerOptions,
  request: Request | undefined,
  handled: (id: RequestId) => void = () => {},
): ServerOfSdk {
  const table: HandlerTable = {
    setRequestHandler(schema, handler) {
      const method = schema.shape.method.value;
      server.setRequestHandler(method, { params: paramsSchema }, async (params, context) => {
        try {
          return await handler(schema.parse({ method, params }), callOf(context, request));
        } finally {
          handled(context.mcpReq.id);
        }
      });
    },
  };
  for (const capability of capabilities) capability.register(table);
  return server;
}

const capabilitiesKey = 'io.modelcontextprotocol/clientCapabilities';
// The schema of the versions before knows, too, that a client that names no mode means the form.
const envelopeSchema = z.looseObject({ [capabilitiesKey]: ClientCapabilitiesSchema });
const metaSchema = z.looseObject({
  traceparent: z.unknown().optional(),
  tracestate: z.unknown().optional(),
});

function callOf({ mcpReq }: ServerContext, request: Request | undefined): ClientCall {
  const { id, signal, _meta, envelope, inputResponses } = mcpReq;
  const declared = envelopeSchema.safeParse(envelope).data?.[capabilitiesKey];
  return {
    requestId: id,
    signal,
    protocolVersion: modernVersion,
    transport: request ? 'tcp' : 'pipe',
    trace: {
      message: metaSchema.safeParse(_meta).data ?? {},
      header: {
        traceparent: request?.headers.get('traceparent') ?? undefined,
        tracestate: request?.headers.get('tracestate') ?? undefined,
      },
    },
    progressToken: _meta?.progressToken,
    sendProgress: (params) =>
      mcpReq.notify({ method: 'notifications/progress', params: { ...params } }),
    asks: declared?.elicitation?.form
      ? { kind: 'between', reply: replyIn(mcpReq.requestState(), inputResponses) }
      : undefined,
  };
}
