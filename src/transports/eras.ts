import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { Connection } from '../mcp/connection.ts';
import { namesItsVersion } from '../mcp/era.ts';
import type { Channel, ModernServer } from '../mcp/modern.ts';
import { type ClosableServer, type CreateServer, createMcpServer } from '../mcp/server.ts';

/** Opens a server for the only client of the process. */
export type OpenServer = <Server extends ClosableServer>(
  createServer: CreateServer<Server>,
) => Server;

/**
 * Gives a connection the server that its client needs: the first request decides. Only
 * `server/discover` leaves it open, since a client may turn to `initialize` after it.
 */
export class Eras {
  readonly #connection: Connection;
  readonly #openServer: OpenServer;
  #modern: ModernSide | undefined;
  #isDecided = false;

  constructor(connection: Connection, openServer: OpenServer) {
    this.#connection = connection;
    this.#openServer = openServer;
  }

  /** Begins to read. */
  async start(): Promise<void> {
    this.#connection.onmessage = (message) => this.#take(message);
    await this.#connection.start();
  }

  #take(message: JSONRPCMessage): void {
    const isRequest = 'method' in message && 'id' in message;
    if (this.#isDecided || !isRequest) {
      this.#modern?.deliver(message);
      return;
    }
    if (!namesItsVersion(message)) {
      this.#becomeLegacy(message);
      return;
    }
    this.#isDecided = message.method !== 'server/discover';
    this.#modern ??= new ModernSide(this.#connection, this.#openModern());
    this.#modern.deliver(message);
  }

  async #openModern(): Promise<ModernServer> {
    const { loadModern } = await import('../mcp/modern.ts');
    const { createServer } = await loadModern();
    return this.#openServer(createServer);
  }

  /** From now on the connection is the other server's. */
  #becomeLegacy(message: JSONRPCMessage): void {
    // The SDK would go on to call what it finds there.
    this.#connection.onmessage = undefined;
    void this.#openServer(createMcpServer).connect(this.#connection);
    pass(this.#connection, message);
  }
}

function pass({ onmessage }: Transport, message: JSONRPCMessage): void {
  onmessage?.(message);
}

/** A connection as the modern server sees it; messages wait until that is loaded. */
class ModernSide implements Channel {
  onmessage: Channel['onmessage'];
  readonly #connection: Connection;
  readonly #ready: Promise<void>;

  constructor(connection: Connection, opening: Promise<ModernServer>) {
    this.#connection = connection;
    this.#ready = opening.then((server) => server.connect(this));
  }

  deliver(message: JSONRPCMessage): void {
    this.#ready.then(
      () => this.onmessage?.(message),
      (error: unknown) => this.#connection.fail(message, error),
    );
  }

  send(message: JSONRPCMessage): Promise<void> {
    return this.#connection.send(message);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  handled(id: RequestId): void {
    this.#connection.handled(id);
  }
}
