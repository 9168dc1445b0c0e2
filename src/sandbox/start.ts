import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { type Answer, failure } from './answers.ts';
import type { Fault, SandboxRequest } from './faults.ts';
import { findRoute, type SandboxOperation } from './operations.ts';
import { type Outcome, Segment, tooManyRequests } from './segment.ts';
import { type Space, sandboxSpaces } from './spaces.ts';

export type { Fault, SandboxOperation, SandboxRequest, Space };

/** What happened to one request; never holds the Authorization header. */
export interface LogEntry {
  method: string;
  /** The raw request target. */
  path: string;
  status: number | 'dropped';
  operation?: SandboxOperation;
  /** What was not understood, in plain words. */
  note?: string;
}

export interface SandboxOptions {
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
  spaces: readonly Space[];
  /** The ids of the sample's profiles or accounts in an audience; undefined if there is none. */
  members(spaceId: string, id: string): readonly string[] | undefined;
  /** Puts audiences and quotas back to the start. */
  reset(): void;
  /** Breaks all connections and frees the port. */
  close(): Promise<void>;
}

/** Segment's own limit is not stated; no sensible definition comes near this. */
const largestBodyBytes = 1024 * 1024;

/**
 * Starts a stateful stand-in for Segment's Audiences API (edition v1alpha) on 127.0.0.1.
 *
 * @throws the error of the network when the port can't be had.
 */
export async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  const now = options.clock?.now ?? Date.now;
  const segment = new Segment(now, options.limits ?? {});
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
    const log = (status: LogEntry['status'], operation?: SandboxOperation, note?: string) =>
      options.log?.({ method, path, status, operation, note });
    const { text, tooLarge } = await readBody(request);

    const route = findRoute(method, path);
    if (!route) {
      const message = `The sandbox knows no ${method} ${path}`;
      send(response, failure(404, { type: 'not-found', message }), now());
      return log(404, undefined, message);
    }
    const { operation } = route;
    const body = parseJson(text);
    const handle = (): Outcome => {
      const query = new URLSearchParams(path.split('?')[1]);
      const remoteAddress = request.socket.remoteAddress ?? '';
      return segment.handle({ route, headers, query, body, tooLarge, remoteAddress });
    };

    recognised += 1;
    const fault = options.faults?.({ ...route, method, path, headers, body, number: recognised });
    if (fault?.kind === 'drop') {
      if (fault.when === 'before') response.destroy();
      else if (fault.when === 'after') {
        handle();
        response.destroy();
      } else sendHalf(response, handle().answer, now());
      return log('dropped', operation);
    }
    if (fault?.kind === 'rate-limit') {
      send(response, earlyRefusal(fault.msBeforeNext, now()), now());
      return log(429, operation);
    }
    if (fault?.kind === 'answer') {
      if (fault.applied) handle();
      const { status, headers = {}, body } = fault;
      send(response, { status, headers, body }, now());
      return log(status, operation);
    }
    const { answer, note } = handle();
    if (fault?.kind === 'latency') await pause(fault.ms);
    send(response, answer, now());
    log(answer.status, operation, note);
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
    spaces: sandboxSpaces,
    members: (spaceId, id) => segment.members(spaceId, id),
    reset() {
      recognised = 0;
      segment.reset();
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Reads a body up to the limit; of a larger one the rest is taken in, so that the answer arrives. */
async function readBody(request: IncomingMessage): Promise<{ text: string; tooLarge: boolean }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= largestBodyBytes) chunks.push(chunk);
  }
  return { text: Buffer.concat(chunks).toString('utf8'), tooLarge: bytes > largestBodyBytes };
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
