import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Implementation } from '@modelcontextprotocol/sdk/types.js';
import type { jsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/types.js';
import type { Log } from '../log.ts';
import type { Extra } from './ask.ts';
import type { Capability, Declared, HandlerTable } from './capability.ts';
import type { ClientCall } from './client-call.ts';
import { Connection } from './connection.ts';

export interface McpServerOptions {
  /** By what it introduces itself. */
  info: Implementation;
  /** What a model reads about working here. */
  instructions: string;
  capabilities: readonly Capability[];
  /** Called when either side closes the connection. */
  onClose: () => void;
  log: Log;
}

/** What every server of a session can, whatever the version of the protocol. */
export interface ClosableServer {
  /** Cancels all requests and closes the transport. */
  close(): Promise<void>;
}

/** Makes the server of a session, for some versions of the protocol. */
export type CreateServer<Server extends ClosableServer> = (options: McpServerOptions) => Server;

/** The MCP server of one session, independent of its transport. */
export interface McpServer extends ClosableServer {
  connect(transport: Transport): Promise<void>;
}

/**
 * For what users enter when the SDK asks them; it never does. Making the SDK's own takes longer than
 * handling most requests, and over HTTP each has a server.
 */
const unusedValidator: jsonSchemaValidator = {
  getValidator() {
    throw new TypeError('the SDK asks no users here');
  },
};

/**
 * Assembles the server, for the versions of the protocol that begin with `initialize`. It uses the
 * SDK's low-level `Server` rather than its `McpServer`, because bad input then becomes an error in our
 * own form, and start-up is a fifth faster.
 */
export function createMcpServer(options: McpServerOptions): McpServer {
  const { info, instructions, capabilities, onClose, log } = options;
  const declared = declaredBy(capabilities);
  const server = new Server(info, {
    capabilities: declared,
    instructions,
    jsonSchemaValidator: unusedValidator,
  });
  server.onerror = (error) => log('warn', 'protocol error', { error: error.message });
  server.onclose = onClose;
  const table = handlersOf(server);
  for (const capability of capabilities) capability.register(table);
  return {
    connect: (transport) => server.connect(transport),
    close: () => server.close(),
  };
}

/** What all of them declare. */
export function declaredBy(capabilities: readonly Capability[]): Declared {
  const declared: Declared = {};
  for (const { declares } of capabilities) Object.assign(declared, declares);
  return declared;
}

function handlersOf(server: Server): HandlerTable {
  return {
    setRequestHandler(schema, handler) {
      server.setRequestHandler(schema, async (request, extra) => {
        const { transport } = server;
        try {
          return await handler(request, callOf(server, extra));
        } finally {
          if (transport instanceof Connection) transport.handled(extra.requestId);
        }
      });
    },
  };
}

function callOf(server: Server, extra: Extra): ClientCall {
  const { requestId, signal, requestInfo, _meta } = extra;
  const { transport } = server;
  const agreed = transport instanceof Connection ? transport.protocolVersion : undefined;
  const header = requestInfo?.headers['mcp-protocol-version'];
  const declares = server.getClientCapabilities()?.elicitation?.form !== undefined;
  return {
    requestId,
    signal,
    protocolVersion: typeof header === 'string' ? header : agreed,
    transport: requestInfo ? 'tcp' : 'pipe',
    trace: {
      message: { traceparent: _meta?.traceparent, tracestate: _meta?.tracestate },
      header: requestInfo?.headers ?? {},
    },
    progressToken: _meta?.progressToken,
    sendProgress: (params) => extra.sendNotification({ method: 'notifications/progress', params }),
    asks: declares ? { kind: 'within', sendRequest: extra.sendRequest } : undefined,
  };
}
