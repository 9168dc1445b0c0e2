import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import { type Clock, every } from '../../src/clock.ts';
import { findRoute, type SandboxOperation } from '../../src/sandbox/operations.ts';
import { rawRequest } from './raw-http.ts';
import { spellingsOf } from './spellings.ts';

/**
 * What is done to a request of the operation at which a fault is aimed.
 * - `answer`: this complete answer. `{echo}` in it stands for the token that the request carried, in
 *   all the spellings in which something in between may repeat it.
 * - `relabelled`: the true answer under another content type.
 * - `reset`: the connection is reset (RST), before the answer or in the middle of its body.
 * - `stall`: nothing more comes, before the headers or in the middle of the body.
 * - `drip`: the body comes one byte at a time and does not end.
 */
export type NetworkFault =
  | { kind: 'answer'; status: number; headers?: Record<string, string>; body: string }
  | { kind: 'relabelled'; contentType: string }
  | { kind: 'reset'; when: 'before' | 'mid-body' }
  | { kind: 'stall'; when: 'headers' | 'body' }
  | { kind: 'drip'; everyMs: number };

/** A fault and what it is aimed at. */
export interface Aim {
  operation: SandboxOperation;
  fault: NetworkFault;
  /** How many requests of the operation are hit; the others get through. */
  times: number;
  /** Whether a request that is hit takes effect before it is. */
  applied: boolean;
}

/** What answers promise that never come to their end. */
const promised = { 'content-type': 'application/json', 'content-length': '1000' };
const begun = '{"data":{"';

/**
 * An HTTP server in front of a sandbox that lets everything through but the requests of one
 * operation, to which it does what networks, proxies and broken servers do.
 */
export class FaultyServer implements AsyncDisposable {
  /** Told when a request was hit that now waits until its sender loses patience. */
  onHold: () => void = () => {};
  readonly #sandboxUrl: string;
  readonly #clock: Clock;
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch(() => response.destroy());
  });
  #port = 0;
  #aim: Aim | undefined;
  #hits = 0;
  #requests: (SandboxOperation | undefined)[] = [];
  #answersLeft = Number.POSITIVE_INFINITY;

  private constructor(sandboxUrl: string, clock: Clock) {
    this.#sandboxUrl = sandboxUrl;
    this.#clock = clock;
  }

  /** @param clock what drips by. */
  static async start(sandboxUrl: string, clock: Clock): Promise<FaultyServer> {
    const server = new FaultyServer(sandboxUrl, clock);
    await server.#listen();
    return server;
  }

  /** Such as `127.0.0.1:4010`. */
  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** How many requests of an operation have come since the last `aim`. */
  count(operation: SandboxOperation): number {
    return this.#requests.filter((other) => other === operation).length;
  }

  /** From now on; undefined for no fault. */
  aim(aim: Aim | undefined): void {
    this.#aim = aim;
    this.#hits = 0;
    this.#requests = [];
  }

  /** After this many more answers, nothing listens at the address anymore, until `listenAgain`. */
  async refuseAfter(answers: number): Promise<void> {
    this.#answersLeft = answers;
    if (answers === 0) await this.#stopListening();
  }

  async listenAgain(): Promise<void> {
    this.#answersLeft = Number.POSITIVE_INFINITY;
    await this.#listen();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.#stopListening();
  }

  async #listen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = addressSchema.parse(this.#server.address()).port;
  }

  async #stopListening(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    const operation = findRoute(method, url)?.operation;
    this.#requests.push(operation);
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;

    const aim = this.#aim;
    if (aim?.operation !== operation || this.#hits >= (aim?.times ?? 0)) {
      return this.#passOn(request, body, response);
    }
    this.#hits += 1;
    if (aim?.applied) await this.#ask(request, body);
    if (aim) await this.#hit(aim.fault, request, body, response);
  }

  async #passOn(
    request: IncomingMessage,
    body: string,
    response: ServerResponse,
    more: Record<string, string> = {},
  ): Promise<void> {
    const { status, headers, text } = await this.#ask(request, body);
    this.#answersLeft -= 1;
    const last = this.#answersLeft === 0;
    // No new connections from now on; this one ends with its answer.
    if (last) this.#server.close();
    const { connection, 'keep-alive': _, 'transfer-encoding': __, ...kept } = headers;
    response.writeHead(status, { ...kept, ...more, connection: last ? 'close' : 'keep-alive' });
    response.end(text);
  }

  #ask({ method = '', url = '', headers }: IncomingMessage, body: string) {
    const { authorization = '', accept = '', 'content-type': contentType = '' } = headers;
    return rawRequest(this.#sandboxUrl, method, url, {
      headers: { authorization, accept, 'content-type': contentType },
      body: body === '' ? undefined : body,
    });
  }

  async #hit(
    fault: NetworkFault,
    request: IncomingMessage,
    body: string,
    response: ServerResponse,
  ): Promise<void> {
    switch (fault.kind) {
      case 'answer': {
        const echo = echoOf(request);
        const text = fault.body.replaceAll('{echo}', echo);
        const headers = Object.entries(fault.headers ?? {}).map(([name, value]) => [
          name,
          value.replaceAll('{echo}', echo),
        ]);
        const echoes = { 'x-request-authorization': request.headers.authorization ?? '' };
        response.writeHead(fault.status, echo, { ...echoes, ...Object.fromEntries(headers) });
        response.end(text);
        return;
      }
      case 'relabelled':
        return this.#passOn(request, body, response, { 'content-type': fault.contentType });
      case 'reset':
        if (fault.when === 'before') request.socket.resetAndDestroy();
        else await begin(response).then(() => request.socket.resetAndDestroy());
        return;
      case 'stall':
        if (fault.when === 'body') await begin(response);
        this.onHold();
        return;
      case 'drip': {
        await begin(response);
        const stop = every(this.#clock, fault.everyMs, () => response.write('x'));
        response.on('close', stop);
        this.onHold();
      }
    }
  }
}

const addressSchema = z.object({ port: z.number() }) satisfies z.ZodType<Pick<AddressInfo, 'port'>>;

/** Sends the headers and the beginning of a longer body. */
function begin(response: ServerResponse): Promise<void> {
  response.writeHead(200, promised);
  return new Promise((resolve) => {
    response.write(begun, () => resolve());
  });
}

/** The request's token in all its spellings, fit for a header and for a JSON string. */
function echoOf({ headers: { authorization = '' } }: IncomingMessage): string {
  return spellingsOf(authorization.replace(/^Bearer /, '')).join(' ');
}
