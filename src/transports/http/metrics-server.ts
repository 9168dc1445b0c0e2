import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ListenAddress } from '../../config/http-address.ts';
import { listenAt } from './listen.ts';
import { urlOf } from './url.ts';

const path = '/metrics';
/** Connections of a few scrapers; any others wait or are refused. */
const maxConnections = 50;
const requestTimeoutMs = 10_000;

/** Serves text at `/metrics`, on an address of its own that only those who may see it can reach. */
export class MetricsServer {
  readonly #server: Server;

  /** @param read gives the text. @param type its media type. */
  constructor(read: () => string, type: string) {
    this.#server = createServer(
      { requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs },
      (request, response) => answer(request, response, read, type),
    );
    this.#server.maxConnections = maxConnections;
  }

  /** Begins to listen. @returns the port. @throws {Error} with a `code` if that is not possible. */
  listen(address: ListenAddress): Promise<number> {
    return listenAt(this.#server, address);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  read: () => string,
  type: string,
): void {
  const { method = '' } = request;
  if (urlOf(request)?.pathname !== path) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end(`Metrics are at ${path}.\n`);
    return;
  }
  if (method !== 'GET' && method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(read());
}
