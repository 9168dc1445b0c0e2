import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Replica } from './replica.ts';

/** A load balancer: each request goes to the next replica, or to another one if that is gone. */
export class Balancer {
  readonly #replicas: readonly Replica[];
  readonly #server: Server;
  #next = 0;
  /** How many requests each replica has answered. */
  readonly answered = new Map<string, number>();

  private constructor(replicas: readonly Replica[]) {
    this.#replicas = replicas;
    this.#server = createServer((incoming, response) => void this.#pass(incoming, response));
  }

  static async start(replicas: readonly Replica[]): Promise<Balancer> {
    const balancer = new Balancer(replicas);
    balancer.#server.listen(0, '127.0.0.1');
    await once(balancer.#server, 'listening');
    return balancer;
  }

  get url(): URL {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('It does not listen.');
    return new URL(`http://127.0.0.1:${address.port}/mcp`);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const first = this.#next;
    this.#next += 1;
    for (let attempt = 0; attempt < this.#replicas.length; attempt += 1) {
      const replica = this.#replicas[(first + attempt) % this.#replicas.length];
      if (replica && (await this.#isPassed(replica, incoming, Buffer.concat(chunks), response)))
        return;
    }
    response.writeHead(502).end();
  }

  /** @returns false if nothing listens there: only then is it sure that nothing was done. */
  #isPassed(
    { name, origin }: Replica,
    { method, url, headers: { host: _, connection: __, ...headers } }: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ): Promise<boolean> {
    return new Promise((resolve) => {
      // A connection of its own each time: one that was kept might end while it is used.
      const outgoing = request(new URL(url ?? '/', origin), { method, headers, agent: false });
      outgoing.on('response', (answer) => {
        this.answered.set(name, (this.answered.get(name) ?? 0) + 1);
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        answer.on('error', () => response.destroy());
        resolve(true);
      });
      outgoing.on('error', (error) => {
        const isGone = 'code' in error && error.code === 'ECONNREFUSED';
        if (!isGone) response.destroy();
        resolve(!isGone);
      });
      response.on('close', () => outgoing.destroy());
      outgoing.end(body);
    });
  }
}
