import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { Clock } from '../clock.ts';
import { type Answer, failure, withContentType } from './answers.ts';
import { type SandboxEdition, sandboxEditions } from './editions.ts';
import type { Fault, SandboxRequest } from './faults.ts';
import { editions, type SandboxOperation } from './operations.ts';
import { type Seed, type Seeds, shop } from './seed.ts';
import { type Outcome, Service } from './service.ts';
import { type Space, sandboxSpaces } from './spaces.ts';
import { tokenLimited, tooManyRequests } from './too-many-requests.ts';

export type { Fault, SandboxEdition, SandboxOperation, SandboxRequest, Seed, Seeds, Space };

/** What happened to one request; never holds the Authorization header. */
export interface LogEntry {
  method: string;
  /** The raw request target. */
  path: string;
  status: number | 'dropped';
  operation?: SandboxOperation;
  /** What was not understood, or only with leniency, in plain words. */
  note?: string;
}

export interface SandboxOptions {
  /**
   * `v1`, the default, is today's Segment: its v1 media type, v1beta and plain `application/json`
   * answer as v1, v1alpha as today's v1alpha, which refuses the bodies of 2024. `v1alpha` is Segment as
   * it was when there was that edition alone.
   */
  edition?: SandboxEdition;
  /**
   * The spaces and what is in them from the start, instead of the shop: `{ spa_new: [] }` is one empty
   * space.
   */
  seeds?: Seeds;
  /** 0, the default, for any free one; always on 127.0.0.1. */
  port?: number;
  /** Milliseconds since the epoch; the machine's own clock by default. */
  clock?: Pick<Clock, 'now'>;
  /** Requests per minute that differ from Segment's. */
  limits?: Readonly<Partial<Record<SandboxOperation, number>>>;
  /** Asked once for every recognised request what should go wrong with it. */
  faults?: (request: SandboxRequest) => Fault | undefined;
  /** Told of every request when it is over. */
  log?: (entry: LogEntry) => void;
}

/** A running sandbox. */
export interface Sandbox {
  /** Such as `http://127.0.0.1:4010`. */
  url: string;
  edition: SandboxEdition;
  spaces: readonly Space[];
  /**
   * The ids of the sample's profiles or accounts in an audience; undefined if there is no such
   * audience, or if its members are entities, which are not computed here.
   */
  members(spaceId: string, id: string): readonly string[] | undefined;
  /** Puts audiences and quotas back to the start. */
  reset(): void;
  /** Breaks all connections and frees the port. */
  close(): Promise<void>;
}

/** Segment's own limit is not stated; no sensible definition comes near this. */
const maxBodyBytes = 1024 * 1024;

/**
 * Starts a stateful stand-in for Segment's Audiences API on 127.0.0.1.
 *
 * @throws the error of the network when the port can't be had.
 */
export async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  const now = options.clock?.now ?? Date.now;
  const { edition = sandboxEditions[0], seeds = shop, limits = {} } = options;
  const service = new Service({ edition: editions[edition], seeds, now, limits });
  const timers = new Set<NodeJS.Timeout>();
  let recognised = 0;

  const server = createServer((request, response) => {
    // A client that hangs up is no concern of the sandbox.
    serve(request, response).catch(() => response.destroy());
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    const log = (entry: Omit<LogEntry, 'method' | 'path'>) =>
      options.log?.({ method, path, ...entry });
    const { text, tooLarge } = await readBody(request);

    const reply = (answer: Answer) => send(response, answer, now());
    const plain = (answer: Answer) => reply(withContentType(answer, service.contentType));

    const foreign = foreignIn(headers);
    if (foreign !== undefined) {
      const message = `The sandbox answers only programs of this machine, not ${foreign}`;
      plain(failure(403, { type: 'forbidden', message }));
      return log({ status: 403, note: message });
    }
    const route = service.findRoute(method, path);
    if (!route) {
      const message = `The sandbox knows no ${method} ${path}`;
      plain(failure(404, { type: 'not-found', message }));
      return log({ status: 404, note: message });
    }
    const { operation, params } = route;
    const body = parseJson(text);
    const handle = (): Outcome => {
      const query = path.split('?')[1] ?? '';
      const remoteAddress = request.socket.remoteAddress ?? '';
      const hasBody = ['POST', 'PATCH'].includes(method) && text !== '';
      return service.handle({ route, headers, query, body, hasBody, tooLarge, remoteAddress });
    };

    recognised += 1;
    const { spaceId, id } = params;
    const shown = { operation, method, path, spaceId, id, headers, body, number: recognised };
    const fault = options.faults?.(shown);
    const outcome = await answerWith(fault, { response, handle, reply, plain });
    log({ ...outcome, operation });
  }

  /** @returns what the log is to say of it. */
  async function answerWith(
    fault: Fault | undefined,
    { response, handle, reply, plain }: Target,
  ): Promise<Pick<LogEntry, 'status' | 'note'>> {
    switch (fault?.kind) {
      case undefined: {
        const { answer, note } = handle();
        reply(answer);
        return { status: answer.status, note };
      }
      case 'latency': {
        const { answer, note } = handle();
        await pause(fault.ms);
        reply(answer);
        return { status: answer.status, note };
      }
      case 'alter': {
        const { answer, note } = handle();
        reply({ ...answer, body: JSON.stringify(fault.alter(JSON.parse(answer.body))) });
        return { status: answer.status, note };
      }
      case 'answer': {
        if (fault.applied) handle();
        const { status, headers = {}, body } = fault;
        reply({ status, headers, body });
        return { status };
      }
      case 'drop':
        if (fault.when === 'mid-body') sendHalf(response, handle().answer, now());
        else {
          if (fault.when === 'after') handle();
          response.destroy();
        }
        return { status: 'dropped' };
      case 'rate-limit':
        plain(earlyRefusal(fault.msBeforeNext, now()));
        return { status: 429 };
      case 'token-limit':
        plain(tokenLimited(fault.retryAfterSeconds));
        return { status: 429 };
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        resolve();
      }, ms);
      timers.add(timer);
    });
  }

  return {
    url: `http://127.0.0.1:${port}`,
    edition,
    spaces: Object.keys(seeds).map(spaceOf),
    members: (spaceId, id) => service.members(spaceId, id),
    reset() {
      recognised = 0;
      service.reset();
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** What a fault is done to. */
interface Target {
  response: ServerResponse;
  /** Lets the request take effect, and gives its true answer. */
  handle: () => Outcome;
  reply: (answer: Answer) => void;
  /** Replies in the edition's usual content type. */
  plain: (answer: Answer) => void;
}

function spaceOf(id: string): Space {
  return sandboxSpaces.find((space) => space.id === id) ?? { id, slug: id, name: id };
}

/** The names by which this machine calls itself. */
const ownNames = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * The `Host` or `Origin` of a request that a page of the web has a browser send here, whether by its own
 * name or, with DNS rebinding, by one that it makes point at this machine; undefined for any other.
 */
function foreignIn({ host = '', origin }: IncomingHttpHeaders): string | undefined {
  if (!isOwn(`http://${host}`)) return `Host ${JSON.stringify(host)}`;
  return origin === undefined || isOwn(origin) ? undefined : `Origin ${JSON.stringify(origin)}`;
}

function isOwn(url: string): boolean {
  return URL.canParse(url) && ownNames.includes(new URL(url).hostname);
}

/** Reads a body up to the limit; of a larger one the rest is taken in, so that the answer arrives. */
async function readBody(request: IncomingMessage): Promise<{ text: string; tooLarge: boolean }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  return { text: Buffer.concat(chunks).toString('utf8'), tooLarge: bytes > maxBodyBytes };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function earlyRefusal(msBeforeNext: number, now: number): Answer {
  const standing = { remainingPoints: 0, consumedPoints: 1, msBeforeNext };
  return tooManyRequests({ ...standing, resetsAt: now + msBeforeNext });
}

function send(response: ServerResponse, { status, headers, body }: Answer, now: number): void {
  response.writeHead(status, { ...headers, date: new Date(now).toUTCString() }).end(body);
}

/** Promises the whole body and breaks off half-way. */
function sendHalf(response: ServerResponse, { status, headers, body }: Answer, now: number): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    ...headers,
    date: new Date(now).toUTCString(),
    'content-length': bytes.length,
  });
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}
