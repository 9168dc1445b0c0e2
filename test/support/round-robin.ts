import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';

/** A load balancer that sends each request to the next replica, and passes streams on as they come. */
export class RoundRobin implements AsyncDisposable {
  readonly #origins: readonly string[];
  readonly #server: Server;
  #next = 0;
  /** To which replica each request went, by its place, in order. */
  readonly routed: number[] = [];

  private constructor(origins: readonly string[]) {
    this.#origins = origins;
    this.#server = createServer((incoming, response) => {
      const replica = this.#next % this.#origins.length;
      this.#next += 1;
      this.routed.push(replica);
      const { method, url, headers } = incoming;
      const { host: _, ...kept } = headers;
      const target = new URL(url ?? '/', this.#origins[replica]);
      const outgoing = httpRequest(target, { method, headers: kept }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      outgoing.on('error', () => response.destroy());
      response.on('close', () => outgoing.destroy());
      incoming.pipe(outgoing);
    });
  }

  static async start(origins: readonly string[]): Promise<RoundRobin> {
    const balancer = new RoundRobin(origins);
    balancer.#server.listen(0, '127.0.0.1');
    await once(balancer.#server, 'listening');
    return balancer;
  }

  /** Which replica gets the next request, by its place. */
  set next(replica: number) {
    this.#next = replica;
  }

  get url(): string {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('It does not listen');
    return `http://127.0.0.1:${address.port}/mcp`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
