import type { IncomingHttpHeaders } from 'node:http';
import {
  type Answer,
  failure,
  type Problem,
  Refusal,
  success,
  withContentType,
} from './answers.ts';
import { Audiences } from './audiences.ts';
import { mediaTypes, negotiate, plainJson } from './media.ts';
import { Members } from './members.ts';
import { type Operation, OperationRequest } from './operation.ts';
import type { Edition, SandboxOperation } from './operations.ts';
import { readQueryString } from './query-string.ts';
import { createRouter, type Route } from './router.ts';
import { makeSample, type Sample } from './sample.ts';
import type { Seeds } from './seed.ts';
import { quotaHeaders, tooManyRequests } from './too-many-requests.ts';
import { type Standing, Windows } from './windows.ts';

/** Where the reference states no limit a default holds, which is unpublished, but above 600. */
const defaultPerMinute = 1000;

/** How many profiles a space has. */
const sampleSizes: Readonly<Record<string, number>> = { spa_shop_production: 2000 };
const defaultSampleSize = 200;

/** Which operation a request is. */
export type OperationRoute = Route<SandboxOperation, Operation>;

/** What the rules need to know of a request. */
export interface Request {
  route: OperationRoute;
  headers: IncomingHttpHeaders;
  /** What follows the question mark of the request target. */
  query: string;
  /** The parsed JSON, undefined if it is none. */
  body: unknown;
  hasBody: boolean;
  /** Whether the body was larger than is read. */
  tooLarge: boolean;
  remoteAddress: string;
}

/** An answer, and for the log what was not understood, or only with leniency. */
export interface Outcome {
  answer: Answer;
  note?: string;
}

/** What a service is made of. */
export interface ServiceOptions {
  edition: Edition;
  seeds: Seeds;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Requests per minute that differ from the reference's. */
  limits: Readonly<Partial<Record<SandboxOperation, number>>>;
}

/**
 * Segment's side of the contract: state and rules, without the wire.
 *
 * The checks come in this order: token, media types, quota, size, then the operation's own. What
 * fails before the quota is not counted; all that comes after it is.
 */
export class Service {
  /** Finds the operation of a request by its method and raw target. */
  readonly findRoute: (method: string, target: string) => OperationRoute | undefined;
  /** The content type of what is answered before one has been agreed on. */
  readonly contentType: string;
  readonly #options: ServiceOptions;
  readonly #windows = new Windows();
  #spaces: ReadonlyMap<string, Audiences>;

  constructor(options: ServiceOptions) {
    const { operations, takesPlainJson } = options.edition;
    this.findRoute = createRouter(operations);
    this.contentType = takesPlainJson ? plainJson : mediaTypes.v1alpha;
    this.#options = options;
    this.#spaces = plant(options);
  }

  /** Puts everything back to the start. */
  reset(): void {
    this.#windows.clear();
    this.#spaces = plant(this.#options);
  }

  /** The ids of an audience's members; undefined if the audience, or who they are, is unknown. */
  members(spaceId: string, id: string): readonly string[] | undefined {
    return this.#spaces.get(spaceId)?.members(id);
  }

  /** Answers a request. */
  handle(request: Request): Outcome {
    const token = tokenOf(request.headers);
    if (token === undefined) {
      const message = 'A token is required: Authorization: Bearer <token>';
      return this.#refuse(401, { type: 'unauthorized', message });
    }
    const { operation: name, row: operation, params } = request.route;
    const { takesPlainJson, takesBrackets } = this.#options.edition;
    const { headers, hasBody } = request;
    const agreed = negotiate({ media: operation.media, takesPlainJson, headers, hasBody });
    if ('problem' in agreed) {
      const { problem: message } = agreed;
      return { ...this.#refuse(404, { type: 'not-found', message }), note: message };
    }
    const limit = this.#options.limits[name] ?? operation.perMinute ?? defaultPerMinute;
    const key = [token, request.remoteAddress, name].join(' ');
    const standing = this.#windows.count(key, limit, this.#options.now());
    const query = readQueryString(request.query, takesBrackets);
    const forOperation = new OperationRequest({
      media: agreed.media,
      params,
      query: query.parameters,
      body: request.body,
      spaces: this.#spaces,
    });
    const answer = answerTo(operation, forOperation, request, standing);
    const notes = [agreed.note, query.note].filter((note) => note !== undefined);
    return {
      answer: withContentType(answer, agreed.contentType),
      note: notes.length > 0 ? notes.join('; ') : undefined,
    };
  }

  #refuse(status: number, problem: Problem): Outcome {
    return { answer: withContentType(failure(status, problem), this.contentType) };
  }
}

function answerTo(
  { handle }: Operation,
  request: OperationRequest,
  { tooLarge }: Request,
  standing: Standing,
): Answer {
  if (!standing.allowed) return tooManyRequests(standing);
  if (tooLarge) {
    return failure(413, { type: 'payload-too-large', message: 'The body is too large' });
  }
  try {
    const answer = success(handle(request));
    // The reference promises the headers on successful answers, and shows them on 429s.
    return { ...answer, headers: quotaHeaders(standing) };
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

/** Makes the spaces with what they start with. */
function plant({ seeds, now }: ServiceOptions): Map<string, Audiences> {
  const startedAt = now();
  let lastId = 0;
  const nextId = () => {
    lastId += 1;
    return `aud_${String(lastId).padStart(9, '0')}`;
  };
  const spaces = new Map<string, Audiences>();
  for (const [spaceId, seeded] of Object.entries(seeds)) {
    const size = sampleSizes[spaceId] ?? defaultSampleSize;
    let sample: Sample | undefined;
    const makeOnce = () => {
      sample ??= makeSample(size, startedAt);
      return sample;
    };
    const audiences = new Audiences(spaceId, { members: new Members(makeOnce, now), now, nextId });
    for (const { createdAt, ...audience } of seeded) audiences.plant(audience, createdAt);
    spaces.set(spaceId, audiences);
  }
  return spaces;
}

function tokenOf({ authorization }: IncomingHttpHeaders): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}
