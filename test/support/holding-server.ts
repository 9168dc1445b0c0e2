import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as z from 'zod';
import { rawRequest } from './raw-http.ts';

/** A request on its way to the sandbox. */
export interface PassingRequest {
  method: string;
  path: string;
  authorization: string;
  /** All of its headers, and its body. */
  text: string;
}

/** What is done while a request is held; it goes on when the promise resolves. */
type Hold = (request: PassingRequest) => Promise<void> | void;

/** For what is never let go. */
export const forever = new Promise<void>(() => {});

/** A place where one thing is held until a test lets it go. */
export class Checkpoint {
  /** Resolves when something has come to it. */
  readonly reached: Promise<void>;
  readonly #released: Promise<void>;
  #reach = () => {};
  #release = () => {};

  constructor() {
    this.reached = new Promise((resolve) => {
      this.#reach = resolve;
    });
    this.#released = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  /** Comes to it, and goes on when it is released. */
  pass(): Promise<void> {
    this.#reach();
    return this.#released;
  }

  release(): void {
    this.#release();
  }
}

/**
 * An HTTP server in front of a sandbox, which holds requests and responses for as long as a test
 * wants: so that things happen in the order that the test needs, however slow the machine is.
 */
export class HoldingServer implements AsyncDisposable {
  /** Called before a request goes on to the sandbox. */
  beforeRequest: Hold = () => {};
  /** Called when the sandbox has responded, before the response goes on. */
  beforeResponse: Hold = () => {};
  /** Called when a response has been handed to the network. */
  afterResponse: Hold = () => {};
  readonly #sandboxUrl: string;
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch(() => response.destroy());
  });

  private constructor(sandboxUrl: string) {
    this.#sandboxUrl = sandboxUrl;
  }

  static async start(sandboxUrl: string): Promise<HoldingServer> {
    const server = new HoldingServer(sandboxUrl);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    const { port } = z.object({ port: z.number() }).parse(this.#server.address());
    return `http://127.0.0.1:${port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const { authorization = '', accept = '', 'content-type': contentType = '' } = headers;
    const text = [...request.rawHeaders, body].join('\n');
    const passing = { method, path, authorization, text };
    await this.beforeRequest(passing);
    // A connection that the sandbox breaks rejects, and is then broken here as well.
    const answer = await rawRequest(this.#sandboxUrl, method, path, {
      headers: { authorization, accept, 'content-type': contentType },
      body: body === '' ? undefined : body,
    });
    await this.beforeResponse(passing);
    const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...kept } = answer.headers;
    response.writeHead(answer.status, kept);
    response.end(answer.text, () => void this.afterResponse(passing));
  }
}
