import {
  type Answer,
  failure,
  type Problem,
  Refusal,
  success,
  withContentType,
} from './answers.ts';
import type { RequestHeaders } from './faults.ts';
import { mediaTypes, negotiate, plainJson } from './media.ts';
import { type Operation, OperationRequest } from './operation.ts';
import type { Edition, SandboxOperation } from './operations.ts';
import { readQueryString } from './query-string.ts';
import { createRouter, type Route } from './router.ts';
import type { Plans, SpaceState } from './space-state.ts';
import type { Space } from './spaces.ts';
import { quotaHeaders, tooManyRequests } from './too-many-requests.ts';
import { type Standing, Windows } from './windows.ts';
import { World } from './world.ts';

/** Where the reference states no limit, an unpublished default applies, which is above 600. */
const defaultPerMinute = 1000;

/** Identifies the operation of a request. */
export type OperationRoute = Route<SandboxOperation, Operation>;

/** What the rules need to know of a request. */
export interface Request {
  route: OperationRoute;
  headers: RequestHeaders;
  /** What follows the question mark of the request target. */
  query: string;
  /** The parsed JSON; undefined if it is invalid. */
  body: unknown;
  hasBody: boolean;
  /** Whether the body was larger than the limit. */
  tooLarge: boolean;
  remoteAddress: string;
}

/** A response, and for the log what was not understood, or only with leniency. */
export interface Outcome {
  answer: Answer;
  note?: string;
}

/** What a service consists of. */
export interface ServiceOptions {
  edition: Edition;
  /** What the spaces start with. */
  plans: Plans;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Requests per minute that differ from the reference's. */
  limits: Readonly<Partial<Record<SandboxOperation, number>>>;
}

/**
 * Segment's side of the contract: state and rules, without the wire.
 *
 * The checks come in this order: token, media types, quota, size, then the operation's own. What
 * fails before the quota is not counted; everything after it is.
 */
export class Service {
  /** Finds the operation of a request by its method and raw target. */
  readonly findRoute: (method: string, target: string) => OperationRoute | undefined;
  /** The content type of responses before one has been negotiated. */
  readonly contentType: string;
  readonly #options: ServiceOptions;
  readonly #windows = new Windows();
  #world: World;

  constructor(options: ServiceOptions) {
    const { operations, takesPlainJson } = options.edition;
    this.findRoute = createRouter(operations);
    this.contentType = takesPlainJson ? plainJson : mediaTypes.v1alpha;
    this.#options = options;
    this.#world = new World(options.plans, options.now);
  }

  /** Resets everything to the start. */
  reset(): void {
    this.#windows.clear();
    this.#world = new World(this.#options.plans, this.#options.now);
  }

  /** The spaces, in listing order. */
  spaces(): Space[] {
    return this.#world.spaces().map(({ space }) => space);
  }

  /** A space in its present state. */
  space(id: string): SpaceState | undefined {
    return this.#world.space(id);
  }

  /** Handles a request. */
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
      world: this.#world,
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
    // The reference promises the headers on successful responses, and shows them on 429s.
    return { ...answer, headers: quotaHeaders(standing) };
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

function tokenOf({ authorization }: RequestHeaders): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}
