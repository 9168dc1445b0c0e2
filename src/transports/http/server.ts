import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { endpointPath, type ListenAddress } from '../../config/http-address.ts';
import type { Log } from '../../log.ts';
import { rpcCodes } from '../../mcp/rpc-error.ts';
import { Running } from '../../mcp/running.ts';
import type { ServedPage } from '../../served-page.ts';
import {
  assertDeclaredLength,
  BodyTooLargeError,
  BrokenOffError,
  maxBodyBytes,
  readBody,
} from './body.ts';
import { type Exchange, type HttpRefusal, refuse, type Visitor } from './exchange.ts';
import { corsOf, type Fences, hostRefusalOf, preflightOf, refusalOf } from './fences.ts';
import { listenAt } from './listen.ts';
import { urlOf } from './url.ts';

const maxConnections = 2000;
/** Longer than the idle time of common load balancers, which would otherwise see resets. */
const keepAliveTimeoutMs = 65_000;

/** How long a client may take, in milliseconds. */
export interface RequestTimeouts {
  headersMs: number;
  /** For the whole request, until its last byte is here. */
  requestMs: number;
  /** How often connections are checked for that. */
  checkMs: number;
}

const requestTimeouts: RequestTimeouts = { headersMs: 10_000, requestMs: 30_000, checkMs: 1000 };

/** When a client that is refused because the server stops may try again, seconds. */
const retryAfterSeconds = '5';

const stopping: HttpRefusal = {
  status: 503,
  message: 'This server is stopping: try again.',
  headers: { 'retry-after': retryAfterSeconds, connection: 'close' },
};

/** A request that does not get as far as MCP. */
export class HttpRefusalError extends Error {
  readonly refusal: HttpRefusal;

  constructor(refusal: HttpRefusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** A document that is served to anybody, under any host name and to any origin. */
export interface PublicDocument {
  path: string;
  body: object;
}

export interface HttpServerOptions {
  fences: Fences;
  exchange: Exchange;
  /** The descriptions of this server for OAuth clients. */
  documents: readonly PublicDocument[];
  /** What browsers are served; by default nothing. */
  pages?: readonly ServedPage[];
  /**
   * Finds out who sent a request.
   *
   * @throws {HttpRefusalError} if they are not let in.
   */
  admit(request: IncomingMessage, query: URLSearchParams): Promise<Visitor>;
  /** Why the server is not ready to serve, in a sentence; undefined if it is. */
  notReady(): string | undefined;
  /** By default 10 s for the headers, and 30 s for the whole request. */
  timeouts?: RequestTimeouts;
  log: Log;
}

/**
 * - `serving`.
 * - `draining`: not ready for load balancers, but still serving.
 * - `refusing`: every new request is refused.
 */
type State = 'serving' | 'draining' | 'refusing';

/** The HTTP server of a team: one endpoint for MCP, and what load balancers and clients ask for. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: Server;
  #state: State = 'serving';
  readonly #running = new Running();
  /** What refuses the requests whose bodies are not complete. */
  readonly #incomplete = new Set<() => void>();

  constructor(options: HttpServerOptions) {
    this.#options = options;
    const { headersMs, requestMs, checkMs } = options.timeouts ?? requestTimeouts;
    this.#server = createServer(
      {
        headersTimeout: headersMs,
        requestTimeout: requestMs,
        keepAliveTimeout: keepAliveTimeoutMs,
        connectionsCheckingInterval: checkMs,
      },
      (request, response) => this.#take(request, response),
    );
    this.#server.maxConnections = maxConnections;
  }

  /** Begins to listen. @returns the port. @throws {Error} with a `code` if that is not possible. */
  listen(address: ListenAddress): Promise<number> {
    return listenAt(this.#server, address);
  }

  /** From now on `/readyz` says that the server is not ready, while requests are still served. */
  drain(): void {
    this.#state = 'draining';
  }

  /**
   * From now on every request is refused, on new connections, too, and also if only its body is still
   * on the way: their senders learn when to try again. Resolves when those under way are answered.
   */
  async refuse(): Promise<void> {
    this.#state = 'refusing';
    for (const refuseIt of this.#incomplete) refuseIt();
    await this.#running.none();
  }

  /** Closes all connections. */
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const running = this.#route(request, response).catch((error: unknown) => {
      if (error instanceof BrokenOffError) return;
      this.#options.log('error', 'request not handled', { error: String(error) });
      if (!response.headersSent) refuse(response, 500, rpcCodes.internalError, 'Internal error.');
      else response.destroy();
    });
    void this.#running.during(running);
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#state === 'refusing') response.setHeader('connection', 'close');
    const url = urlOf(request);
    if (!url) return answerError(response, 400, 'That is not a URL.');
    const { documents, pages = [] } = this.#options;
    const document = documents.find(({ path }) => path === url.pathname);
    if (document)
      return answerJson(response, 200, document.body, { 'access-control-allow-origin': '*' });
    const page = pages.find(({ path }) => path === url.pathname);
    if (page) return this.#servePage(request, response, page);
    switch (url.pathname) {
      case '/healthz':
        return answerJson(response, 200, { status: 'ok' });
      case '/readyz':
        return this.#answerReadiness(response);
      case endpointPath:
        return this.#serveEndpoint(request, response, url.searchParams);
      default:
        return answerJson(response, 404, {
          error: `There is nothing here; MCP is at ${endpointPath}.`,
        });
    }
  }

  #servePage(
    { headers, method }: IncomingMessage,
    response: ServerResponse,
    page: ServedPage,
  ): void {
    const refusal = hostRefusalOf(headers, this.#options.fences);
    if (refusal !== undefined) {
      answerError(response, 403, refusal);
    } else if (method !== 'GET' && method !== 'HEAD') {
      answerError(response, 405, 'Only GET is served here.', { allow: 'GET, HEAD' });
    } else {
      response.writeHead(200, page.headers);
      response.end(method === 'GET' ? page.body : undefined);
    }
  }

  #answerReadiness(response: ServerResponse): void {
    const reason =
      this.#state === 'serving' ? this.#options.notReady() : 'This server is stopping.';
    if (reason === undefined) answerJson(response, 200, { status: 'ready' });
    else answerJson(response, 503, { status: 'not ready', reason });
  }

  async #serveEndpoint(
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
  ): Promise<void> {
    const { fences, exchange, admit } = this.#options;
    if (this.#state === 'refusing') return answerRefusal(response, stopping);
    const refusal = refusalOf(request.headers, fences);
    if (refusal !== undefined) return answerError(response, 403, refusal);
    if (request.method === 'OPTIONS') {
      response.writeHead(204, preflightOf(request.headers)).end();
      return;
    }
    for (const [name, value] of Object.entries(corsOf(request.headers))) {
      if (value !== undefined) response.setHeader(name, value);
    }
    if (request.method !== 'POST') {
      return answerError(response, 405, 'Only POST is served here.', { allow: 'POST' });
    }
    try {
      assertDeclaredLength(request);
      const visitor = await admit(request, query);
      await exchange.answer(request, response, await this.#bodyOf(request), visitor);
    } catch (error) {
      if (error instanceof HttpRefusalError) return answerRefusal(response, error.refusal);
      if (error instanceof BodyTooLargeError) {
        const message = `The body has more than ${maxBodyBytes} bytes.`;
        return answerError(response, 413, message, { connection: 'close' });
      }
      throw error;
    }
  }

  /**
   * The body of a request, once all of it is here.
   *
   * @throws {HttpRefusalError} if the server begins to refuse requests before that.
   */
  #bodyOf(request: IncomingMessage): Promise<string> {
    return new Promise((resolve, reject) => {
      const refuseIt = () => reject(new HttpRefusalError(stopping));
      if (this.#state === 'refusing') refuseIt();
      this.#incomplete.add(refuseIt);
      readBody(request)
        .then(resolve, reject)
        .finally(() => this.#incomplete.delete(refuseIt));
    });
  }
}

function answerRefusal(response: ServerResponse, { status, message, headers }: HttpRefusal): void {
  answerError(response, status, message, headers);
}

/** On the level of HTTP, and yet in a form that every MCP client can read. */
function answerError(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Record<string, string> = {},
): void {
  refuse(response, status, rpcCodes.httpRefusal, message, { headers });
}

function answerJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(`${JSON.stringify(body)}\n`);
}
