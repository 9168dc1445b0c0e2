import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { ServerCapabilities } from '@modelcontextprotocol/sdk/types.js';

/**
 * A part of what the server can do: what it declares to clients, and how it handles their requests.
 */
export interface Capability {
  declares: ServerCapabilities;
  /** Registers its request handlers; called once, before the server is connected. */
  register(server: Server): void;
}
