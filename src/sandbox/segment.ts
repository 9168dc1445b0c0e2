import type { IncomingHttpHeaders } from 'node:http';
import { type Answer, failure, success } from './answers.ts';
import { Audiences } from './audiences.ts';
import { checkDefinition } from './check-definition.ts';
import { mediaType, type Route, type SandboxOperation, sandboxOperations } from './operations.ts';
import { readPage, takePage } from './pages.ts';
import { seeds } from './seed.ts';
import { validateCreate, validateUpdate } from './validate.ts';
import { type Standing, Windows } from './windows.ts';

/** What the rules need to know of a request. */
export interface Request {
  route: Route;
  headers: IncomingHttpHeaders;
  query: URLSearchParams;
  /** The parsed JSON, undefined if it is none. */
  body: unknown;
  /** Whether the body was larger than is read. */
  tooLarge: boolean;
  remoteAddress: string;
}

/** An answer, and for the log what was not understood. */
export interface Outcome {
  answer: Answer;
  note?: string;
}

/**
 * Segment's side of the contract: state and rules, without the wire.
 *
 * The checks come in this order: token, media types, quota, size, then the operation's own. What
 * fails before the quota is not counted; all that comes after it is.
 */
export class Segment {
  readonly #now: () => number;
  readonly #limits: Readonly<Partial<Record<SandboxOperation, number>>>;
  readonly #windows = new Windows();
  #audiences: Audiences;

  /** @param limits requests per minute that differ from the reference's. */
  constructor(now: () => number, limits: Readonly<Partial<Record<SandboxOperation, number>>>) {
    this.#now = now;
    this.#limits = limits;
    this.#audiences = new Audiences(seeds, now);
  }

  /** Puts everything back to the start. */
  reset(): void {
    this.#windows.clear();
    this.#audiences = new Audiences(seeds, this.#now);
  }

  /** The ids of the profiles or accounts in an audience; undefined if there is no such audience. */
  members(spaceId: string, id: string): readonly string[] | undefined {
    return this.#audiences.members(spaceId, id);
  }

  handle(request: Request): Outcome {
    const token = tokenOf(request.headers);
    if (token === undefined) {
      const message = 'A token is required: Authorization: Bearer <token>';
      return { answer: failure(401, { type: 'unauthorized', message }) };
    }
    const mediaProblem = checkMediaTypes(request);
    if (mediaProblem) {
      const answer = failure(404, { type: 'not-found', message: mediaProblem });
      return { answer, note: mediaProblem };
    }
    const { operation } = request.route;
    const limit = this.#limits[operation] ?? sandboxOperations[operation].perMinute;
    const key = [token, request.remoteAddress, operation].join(' ');
    const standing = this.#windows.count(key, limit, this.#now());
    if (!standing.allowed) return { answer: tooManyRequests(standing) };

    const answer = request.tooLarge
      ? failure(413, { type: 'payload-too-large', message: 'The body is too large' })
      : this.#answer(request);
    // The reference promises the headers on successful answers, and shows them on 429s.
    if (answer.status === 200) Object.assign(answer.headers, quotaHeaders(standing));
    return { answer };
  }

  #answer({ route, query, body }: Request): Answer {
    const { operation, spaceId, id = '' } = route;
    const audiences = this.#audiences;
    if (!audiences.hasSpace(spaceId)) return notFound(`There is no space ${spaceId}`);
    if (operation !== 'list_audiences') {
      const [unknown] = query.keys();
      if (unknown !== undefined) return invalid(unknown, `"${unknown}" is not allowed`);
    }
    switch (operation) {
      case 'list_audiences': {
        const page = readPage(query);
        if ('status' in page) return page;
        const { items, pagination } = takePage(audiences.list(spaceId), page);
        return success({ audiences: items, pagination });
      }
      case 'create_audience': {
        const result = validateCreate(body);
        if ('problems' in result) return failure(422, ...result.problems);
        const { name = '', definition } = result.input;
        const future = { key: audiences.nextKey(spaceId, name) };
        const finder = audiences.finder(spaceId);
        const problems = definition ? checkDefinition(future, definition, finder) : [];
        if (problems.length > 0) return failure(422, ...problems);
        return success({ audience: audiences.create(spaceId, result.input) });
      }
      case 'get_audience': {
        const audience = audiences.get(spaceId, id);
        return audience ? success({ audience }) : noAudience(id);
      }
      case 'update_audience_for_space': {
        const present = audiences.get(spaceId, id);
        if (!present) return noAudience(id);
        const result = validateUpdate(body);
        if ('problems' in result) return failure(422, ...result.problems);
        const lockedUntil = audiences.lockedUntil(spaceId, id);
        if (lockedUntil !== undefined) return locked(id, lockedUntil);
        const next = result.input.definition;
        const problems = next ? checkDefinition(present, next, audiences.finder(spaceId)) : [];
        if (problems.length > 0) return failure(422, ...problems);
        return success({ audience: audiences.update(spaceId, id, result.input) });
      }
      case 'remove_audience_from_space':
        return audiences.remove(spaceId, id) ? success({ status: 'SUCCESS' }) : noAudience(id);
    }
  }
}

/** The documented 429; also for one that comes early, as a fault. */
export function tooManyRequests(standing: Omit<Standing, 'allowed'>): Answer {
  const { remainingPoints, msBeforeNext, consumedPoints } = standing;
  const answer = failure(429, {
    type: 'RequestError',
    message: 'Too many requests',
    data: { remainingPoints, msBeforeNext, consumedPoints },
  });
  Object.assign(answer.headers, quotaHeaders(standing));
  return answer;
}

function quotaHeaders(standing: Omit<Standing, 'allowed'>): Record<string, string> {
  return {
    'X-RateLimit-Consumed': String(standing.consumedPoints),
    'X-RateLimit-Remaining': String(standing.remainingPoints),
    'X-RateLimit-Reset': new Date(standing.resetsAt).toUTCString(),
  };
}

function tokenOf({ authorization }: IncomingHttpHeaders): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}

/** Only one edition lives here; plain `application/json` asks for the stable one, which doesn't. */
function checkMediaTypes({ route, headers }: Request): string | undefined {
  if (!mediaTypesOf(headers.accept).includes(mediaType)) {
    return `The sandbox speaks only the v1alpha edition: send Accept: ${mediaType}`;
  }
  const hasBody = ['POST', 'PATCH'].includes(sandboxOperations[route.operation].method);
  if (hasBody && !mediaTypesOf(headers['content-type']).includes(mediaType)) {
    return `The sandbox reads only v1alpha bodies: send Content-Type: ${mediaType}`;
  }
  return undefined;
}

function mediaTypesOf(header = ''): string[] {
  return header.split(',').map((part) => (part.split(';')[0] ?? '').trim().toLowerCase());
}

function notFound(message: string): Answer {
  return failure(404, { type: 'not-found', message });
}

function noAudience(id: string): Answer {
  return notFound(`There is no audience ${id} in this space`);
}

function invalid(field: string, message: string): Answer {
  return failure(422, { type: 'input-validation', message, field });
}

function locked(id: string, until: number): Answer {
  const end = new Date(until).toISOString();
  const message = `Audience ${id} is locked until its last change has been taken in, at ${end}`;
  return failure(409, { type: 'conflict', message });
}
