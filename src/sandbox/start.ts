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
import { plansOf } from './plans.ts';
import { parseSeed, plansFromSeed, SeedError } from './read-seed.ts';
import { type Exchange, exchangeOf } from './record.ts';
import type { Run } from './runs.ts';
import type { Seed, Seeds } from './seed.ts';
import type { SandboxSeed } from './seed-file.ts';
import { type Outcome, Service } from './service.ts';
import { SharedPeople } from './shared-people.ts';
import { shopPlans } from './shop-plans.ts';
import type { Plans } from './space-state.ts';
import type { Space } from './spaces.ts';
import { tokenLimited, tooManyRequests } from './too-many-requests.ts';

export type * from './seed-file.ts';
export type {
  Exchange,
  Fault,
  Run,
  SandboxEdition,
  SandboxOperation,
  SandboxRequest,
  Seed,
  Seeds,
  Space,
};
export { parseSeed, SeedError, SharedPeople };

/** The outcome of one request; never contains the Authorization header. */
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
   * get v1, v1alpha gets today's v1alpha, which rejects the bodies of 2024. `v1alpha` is Segment as
   * it was when that was the only edition.
   */
  edition?: SandboxEdition;
  /**
   * Your own data instead of the shop: spaces with people, audiences and everything else, in the
   * form that docs/sandbox.md describes.
   */
  seed?: SandboxSeed;
  /**
   * Spaces with the shop's customers and your own audiences: `{ spa_new: [] }` is one space without
   * any. Can't be combined with `seed`.
   */
  seeds?: Seeds;
  /** The shop's customers in common with other sandboxes, which then start sooner. */
  people?: SharedPeople;
  /** 0, the default, for any free port; always on 127.0.0.1. */
  port?: number;
  /** Milliseconds since the epoch; the machine's own clock by default. */
  clock?: Pick<Clock, 'now'>;
  /** Requests per minute that differ from Segment's. */
  limits?: Readonly<Partial<Record<SandboxOperation, number>>>;
  /** Called for every recognized request; returns what should fail about it, if anything. */
  faults?: (request: SandboxRequest) => Fault | undefined;
  /** Called after every request. */
  log?: (entry: LogEntry) => void;
  /** Called after every request, with its response. */
  record?: (exchange: Exchange) => void;
}

/** A running sandbox. */
export interface Sandbox {
  /** Such as `http://127.0.0.1:4010`. */
  url: string;
  edition: SandboxEdition;
  spaces: readonly Space[];
  /**
   * The ids of the profiles or accounts in an audience; undefined if the audience does not exist,
   * or if its members are entities.
   */
  members(spaceId: string, id: string): readonly string[] | undefined;
  /**
   * The values of a computed trait, by the id of the profile or account; undefined for an unknown
   * trait.
   */
  traitValues(spaceId: string, id: string): ReadonlyMap<string, unknown> | undefined;
  /**
   * The last 1,000 runs of the linked audiences of a space, oldest first, whether forced or due by
   * a schedule. No operation returns them.
   */
  runs(spaceId: string): readonly Run[];
  /** Resets all spaces and quotas to the start. */
  reset(): void;
  /** Breaks all connections and frees the port. */
  close(): Promise<void>;
}

/** Segment's own limit is not stated; no sensible definition comes near this. */
const maxBodyBytes = 1024 * 1024;

/**
 * Starts a stateful stand-in for Segment's Audiences API on 127.0.0.1.
 *
 * @throws {SeedError} for a seed that can't be used. @throws the network's error if the port is not
 * available.
 */
export async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  const now = options.clock?.now ?? Date.now;
  const { edition = sandboxEditions[0], limits = {} } = options;
  const plans = plansFrom(options, edition);
  const service = new Service({ edition: editions[edition], plans, now, limits });
  const timers = new Set<NodeJS.Timeout>();
  let recognized = 0;

  const server = createServer((request, response) => {
    // A client that hangs up does not matter here.
    serve(request, response).catch(() => response.destroy());
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    const at = now();
    const { text, tooLarge } = await readBody(request);
    let sent: Answer | undefined;
    const log = (entry: Omit<LogEntry, 'method' | 'path'>, planned?: Fault) => {
      options.log?.({ method, path, ...entry });
      const { operation, note } = entry;
      const wire = { at, operation, method, path, headers, text, answer: sent, note };
      options.record?.(exchangeOf({ ...wire, fault: planned }));
    };

    const reply = (answer: Answer) => {
      sent = answer;
      send(response, answer, now());
    };
    const plain = (answer: Answer) => reply(withContentType(answer, service.contentType));

    const foreign = foreignIn(headers);
    if (foreign !== undefined) {
      const message = `The sandbox serves only programs on this machine, not ${foreign}`;
      plain(failure(403, { type: 'forbidden', message }));
      return log({ status: 403, note: message });
    }
    const route = service.findRoute(method, path);
    if (!route) {
      const message = `The sandbox has no ${method} ${path}`;
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

    recognized += 1;
    const { spaceId, id } = params;
    const shown = { operation, method, path, spaceId, id, headers, body, number: recognized };
    const fault = options.faults?.(shown);
    const outcome = await answerWith(fault, { response, handle, reply, plain });
    log({ ...outcome, operation }, fault);
  }

  /** @returns a note for the log. */
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
    spaces: service.spaces(),
    members: (spaceId, id) => service.space(spaceId)?.audiences.members(id),
    traitValues: (spaceId, id) => service.space(spaceId)?.computedTraits.values(id),
    runs: (spaceId) => [...(service.space(spaceId)?.runs.list() ?? [])],
    reset() {
      recognized = 0;
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

/** What a fault applies to. */
interface Target {
  response: ServerResponse;
  /** Lets the request take effect, and returns its true response. */
  handle: () => Outcome;
  reply: (answer: Answer) => void;
  /** Replies in the edition's usual content type. */
  plain: (answer: Answer) => void;
}

function plansFrom(
  { seed, seeds, people = new SharedPeople() }: SandboxOptions,
  edition: SandboxEdition,
): Plans {
  if (seed !== undefined && seeds !== undefined) {
    throw new SeedError(['seed and seeds: both are given; expected only one of them']);
  }
  if (seed !== undefined) return plansFromSeed(seed, edition);
  return seeds === undefined ? shopPlans(edition, people) : plansOf(seeds, people);
}

/** This machine by name, as in the header `Host`, and the origin of a page that it serves itself. */
const ownHost = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;
const ownOrigin = /^https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

/**
 * The `Host` or `Origin` of a request that a web page has a browser send here, whether by its own
 * name or, with DNS rebinding, by one that it points at this machine; undefined for any other.
 */
function foreignIn({ host = '', origin }: IncomingHttpHeaders): string | undefined {
  if (!ownHost.test(host)) return `Host ${JSON.stringify(host)}`;
  const isOwn = origin === undefined || ownOrigin.test(origin);
  return isOwn ? undefined : `Origin ${JSON.stringify(origin)}`;
}

/**
 * Reads a body up to the limit; the rest of a larger one is discarded, so that the response
 * arrives.
 */
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

/** Promises the whole body and breaks off halfway. */
function sendHalf(response: ServerResponse, { status, headers, body }: Answer, now: number): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    ...headers,
    date: new Date(now).toUTCString(),
    'content-length': bytes.length,
  });
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}
