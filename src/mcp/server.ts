import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Implementation, ServerCapabilities } from '@modelcontextprotocol/sdk/types.js';
import type { Log } from '../log.ts';
import type { Capability } from './capability.ts';

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

/** The MCP server of one session, independent of its transport. */
export interface McpServer {
  connect(transport: Transport): Promise<void>;
  /** Cancels all requests and closes the transport. */
  close(): Promise<void>;
}

/**
 * Assembles the server. It uses the SDK's low-level `Server` rather than its `McpServer`, because
 * bad input then becomes an error in our own form, and start-up is a fifth faster.
 */
export function createMcpServer(options: McpServerOptions): McpServer {
  const { info, instructions, capabilities, onClose, log } = options;
  const declared: ServerCapabilities = {};
  for (const { declares } of capabilities) Object.assign(declared, declares);
  const server = new Server(info, { capabilities: declared, instructions });
  server.onerror = (error) => log('warn', 'protocol error', { error: error.message });
  server.onclose = onClose;
  for (const capability of capabilities) capability.register(server);
  return {
    connect: (transport) => server.connect(transport),
    close: () => server.close(),
  };
}
