import * as z from 'zod';
import { visible, visibleLines } from '../text/visible.ts';

/** The codes an agent can meet; docs/errors.md explains each. */
export const errorCodes = [
  'invalid_input',
  'invalid_query',
  'unauthorized',
  'forbidden',
  'not_found',
  'conflict',
  'payload_too_large',
  'validation_failed',
  'rate_limited',
  'upstream_error',
  'unreachable',
  'timeout',
  'bad_response',
  'outcome_unknown',
  'cancelled',
  'space_not_allowed',
  'read_only',
  'unsupported',
  'confirmation_required',
  'declined',
  'stale',
  'duplicate',
  'audit_failed',
  'unavailable',
  'internal_error',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** One entry of Segment's error envelope `{"errors": […]}`. */
export const errorEntrySchema = z.lazy(() =>
  z.looseObject({
    type: z.string().nullish(),
    message: z.string().nullish(),
    field: z.string().nullish(),
    data: z.unknown().optional(),
  }),
);
export const errorEnvelopeSchema = z.lazy(() =>
  z.looseObject({ errors: z.array(errorEntrySchema) }),
);
export type ErrorEntry = z.infer<typeof errorEntrySchema>;

/** What every error may carry in addition to its code and message. */
export interface ErrorFacts {
  /** What a sensible caller does now. */
  next: string;
  /** The HTTP status that Segment, or something in front of it, returned. */
  status?: number;
  /** The input or body field at fault. */
  field?: string;
  /** Machine-readable particulars, such as Segment's own list of bad fields. */
  details?: unknown;
  /** When trying again can succeed, in milliseconds from now. */
  retryAfterMs?: number;
}

/**
 * The base of all errors that a tool call can end with. The reader of `message` and `next` is a
 * model: `message` says what was wrong and where, `next` says what to do about it.
 */
export class AudiencesError extends Error {
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, message: string, facts: ErrorFacts, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AudiencesError';
    this.code = code;
    this.facts = facts;
  }

  /**
   * The form in which an agent sees it: `{error: {code, message, next, …}}`. A message may contain
   * what others wrote, so invisible characters are made visible; its line breaks are our own.
   */
  toJSON() {
    const next = visible(this.facts.next);
    return { error: { code: this.code, message: visibleLines(this.message), ...this.facts, next } };
  }
}

/** The call itself was wrong; nothing was sent. */
export class InvalidInputError extends AudiencesError {
  constructor(message: string, facts: ErrorFacts) {
    super('invalid_input', message, facts);
  }
}

/** A definition breaks the rules of the query language; nothing was sent. */
export class InvalidQueryError extends AudiencesError {
  /** @param rendered the errors with their places marked. @param diagnostics all of them. */
  constructor(rendered: string, diagnostics: readonly object[]) {
    super('invalid_query', rendered, {
      next: 'Nothing was sent and no quota was used. Fix the query as the diagnostics describe (check_audience_query checks it for free) and call again.',
      field: 'query',
      details: diagnostics,
    });
  }
}

/** Segment, or something in front of it, refused the request, and certainly nothing was changed. */
export class RefusedError extends AudiencesError {}

/** The server was started without a token; nothing was sent. */
export class NoTokenError extends AudiencesError {
  constructor() {
    super('unauthorized', 'This server has no token for Segment yet. Nothing was sent.', {
      next: "Ask the user to enter a Public API token of their Segment workspace in this server's settings in their client (in Claude Desktop: Settings > Extensions > Segment audiences > Configure), or to set SEGMENT_API_TOKEN, and to restart the server. A workspace owner creates one in Segment under Settings > Workspace settings > Access management > Tokens. Repeating the call does not help; check_audience_query works without a token.",
    });
  }
}

/** Whether an error contains Segment's own envelope, with an entry that says something. */
export function isSegmentsWord({ facts }: AudiencesError): boolean {
  const { data } = errorEnvelopeSchema.safeParse({ errors: facts.details });
  return (
    data?.errors.some(({ type, message }) => Boolean(type?.trim() || message?.trim())) ?? false
  );
}

/** The edition of the API, or the workspace, can't do what was asked; nothing was changed. */
export class UnsupportedError extends AudiencesError {
  /** @param message without its full stop. */
  constructor(message: string, facts: ErrorFacts) {
    super('unsupported', `${message}. Nothing was changed.`, facts);
  }
}

/**
 * Segment turned out to use another edition, in which a write means something other than what was
 * agreed to. Nothing was changed, and the user has to be asked again.
 */
export class MeaningChangedError extends AudiencesError {
  constructor(operation: string) {
    super(
      'stale',
      `${operation}: Segment uses a newer edition of its API than expected, in which this write has a different form from the one the user agreed to. Nothing was changed.`,
      { next: 'Call again without confirmation, so that the user is asked about the new form.' },
    );
  }
}

/**
 * Segment certainly did not process the request: it was not sent, or was refused for lack of quota
 * every time. A request that may have been processed ends with another error, whatever ended it.
 */
export class UnsentError extends AudiencesError {
  readonly #again: string;

  /**
   * @param what happened, in sentences. @param told what the message adds: `soFar` about earlier
   * attempts, and `again`, which replaces `what` if there were any.
   */
  constructor(
    code: ErrorCode,
    what: string,
    facts: ErrorFacts,
    { soFar = 'Nothing was sent.', again = what } = {},
  ) {
    super(code, `${what} ${soFar}`.trim(), facts);
    this.#again = again;
  }

  /**
   * The same, after attempts that were sent. @param soFar a sentence about them; empty for none.
   */
  afterAttempts(soFar: string): this {
    this.message = `${this.#again} ${soFar}`.trim();
    return this;
  }
}

/** The outcome of attempts that were sent, if Segment had no quota left for any of them. */
export const earlierRefused = 'An earlier attempt returned HTTP 429: Segment changed nothing.';

/** No connection could be made: `unreachable`, and nothing was sent. */
export class UnreachedError extends UnsentError {
  /** @param what happened, in a sentence. */
  constructor(what: string, facts: ErrorFacts) {
    super('unreachable', what, facts);
  }
}

/** What Segment says about a refusal. */
export interface SegmentsWords {
  /** On one line. */
  words: string;
  entries: readonly ErrorEntry[];
}

/** What a limit is of. */
export type LimitScope = 'operation' | 'token' | 'longer' | 'unknown';

const secondMs = 1000;
/** When to try again where the shared state can't be reached. */
const unavailableMs = 5 * 1000;
const hourMs = 3600 * secondMs;
const dayMs = 24 * hourMs;

function withoutStop(words: string): string {
  return words.endsWith('.') ? words.slice(0, -1) : words;
}

/** A duration in milliseconds, rounded up, in units that people read. */
export function timeInWords(ms: number): string {
  if (ms > 2 * dayMs) return `${Math.ceil(ms / dayMs)} days`;
  if (ms > 2 * hourMs) return `${Math.ceil(ms / hourMs)} hours`;
  return `${Math.max(1, Math.ceil(ms / secondMs))} s`;
}

/** The quota is used up for longer than this call can wait; nothing was changed. */
export class RateLimitedError extends UnsentError {
  /**
   * @param retryAfterMs until the next request can be sent.
   * @param perMinute the limit in force, requests per minute.
   * @param scope what the limit is of: the operation, the token as a whole, or not known; `longer`:
   * a quota other than the per-minute one.
   * @param said Segment's own words and its list of problems, if any.
   */
  constructor(
    operation: string,
    retryAfterMs: number,
    perMinute: number,
    scope: LimitScope = 'operation',
    said?: SegmentsWords,
  ) {
    const time = timeInWords(retryAfterMs);
    const causes = {
      operation: `The quota of ${operation} is used up (${perMinute} per minute)`,
      token: `Segment is limiting this token as a whole right now, in addition to the ${perMinute} per minute for ${operation}`,
      longer: `Segment refused ${operation} because a quota other than the per-minute one is used up`,
      unknown: `Segment refused ${operation} for lack of quota, without saying for how long (its limit is ${perMinute} per minute)`,
    };
    const words = said ? ` (in Segment's own words: ${withoutStop(said.words)})` : '';
    const meanwhile =
      scope === 'operation'
        ? ', or do something else in the meantime: other operations have their own quotas'
        : '';
    super(
      'rate_limited',
      `${causes[scope]}${words}; the next request can be sent in ${time}, which is longer than this call can wait.`,
      {
        next:
          scope === 'longer'
            ? 'Nothing was changed. Do not repeat it; tell the user what the quota is and when it resets.'
            : `Nothing was changed. Call again in ${time}${meanwhile}.`,
        retryAfterMs: Math.ceil(retryAfterMs),
        details: said?.entries,
      },
      { soFar: '' },
    );
  }

  /** The message already says it. */
  override afterAttempts(): this {
    return this;
  }
}

/** When another replica, or this one after its restart, can serve a call. */
const restartMs = 5 * secondMs;

/** This server is stopping; nothing was sent, or nothing but reads. */
export class StoppingError extends AudiencesError {
  /** @param sent whether a request was sent, which only reads. */
  constructor(operation: string, sent: boolean) {
    const [became, soFar] = sent
      ? ['got no response in time', 'Nothing was changed.']
      : ['was not sent', 'Nothing was sent.'];
    super('unavailable', `${operation} ${became}, because this server is stopping. ${soFar}`, {
      next: `Call again in ${restartMs / secondMs} s: another server, or this one after its restart, will respond.`,
      retryAfterMs: restartMs,
    });
  }
}

/**
 * The state that the replicas of this server share can't be reached, so it is unknown whether the
 * request may be sent; nothing was sent.
 */
export class UnavailableError extends UnsentError {
  constructor() {
    super(
      'unavailable',
      "This server can't reach Redis, through which its replicas coordinate writes.",
      {
        next: `Call again in ${unavailableMs / secondMs} s with the same arguments. Reads, and creates without a confirmation, still work. If this persists, tell the user that whoever runs this server must check its Redis.`,
        retryAfterMs: unavailableMs,
      },
    );
  }
}

/** Too little of the call's time is left to send a request: `timeout`, nothing sent. */
export class OutOfTimeError extends UnsentError {
  /** @param leftMs what is left of the call's time. */
  constructor(operation: string, leftMs: number) {
    const seconds = Math.max(0, Math.floor(leftMs / 1000));
    const why = `earlier requests and waits took so long that only ${seconds} s of this call are left.`;
    super(
      'timeout',
      `${operation} was not sent: ${why}`,
      {
        next: 'Nothing was done. Call again; if this persists, tell the user that Segment is slow right now.',
      },
      { soFar: '', again: `${operation} was not sent again: ${why}` },
    );
  }
}

/**
 * A request was sent and no usable response arrived: `unreachable`, `timeout`, `upstream_error` or
 * `bad_response`. It may have taken effect.
 */
export class NoAnswerError extends AudiencesError {}

/** The response has more bytes, or more values, than are read. */
export class TooLargeError extends NoAnswerError {}

/**
 * Half as many rows as on a page that was too large to be read.
 *
 * @param error of the request for that page. @throws the error, if it is another one or there is no
 * smaller page.
 */
export function smallerThan(count: number, error: unknown): number {
  if (!(error instanceof TooLargeError) || count <= 1) throw error;
  return Math.floor(count / 2);
}

/** A write was sent, and whether it took effect is unknown. */
export class OutcomeUnknownError extends AudiencesError {
  constructor(message: string, facts: ErrorFacts, options?: ErrorOptions) {
    super('outcome_unknown', message, facts, options);
  }
}

/** The caller cancelled the call. */
export class CancelledError extends AudiencesError {
  readonly operation: string;
  /** Whether a request had been sent, which may have taken effect. */
  readonly sent: boolean;

  /**
   * @param unchanged what follows "was cancelled" where something may have been sent, but nothing was
   * changed.
   */
  constructor(operation: string, sent: boolean, unchanged?: string) {
    const [when, next] = sent
      ? ['while it was in progress.', 'It may have taken effect: check before you repeat it.']
      : ['before it was sent.', 'Nothing was sent; call again if it is still wanted.'];
    super('cancelled', `${operation} was cancelled ${unchanged ?? when}`, {
      next: unchanged ? 'Nothing was changed; call again if it is still wanted.' : next,
    });
    this.operation = operation;
    this.sent = sent;
  }
}

/**
 * Whether a write that ended with this error may have taken effect nevertheless. If it is unknown
 * what went wrong, it is also unknown what was done.
 */
export function mayHaveTakenEffect(error: unknown): boolean {
  if (!(error instanceof AudiencesError)) return true;
  if (error instanceof CancelledError) return error.sent;
  return error instanceof NoAnswerError || error instanceof OutcomeUnknownError;
}
