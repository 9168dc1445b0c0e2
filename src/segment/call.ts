import { type Log, withFacts } from '../log.ts';
import type { RequestObserver } from '../telemetry/observer.ts';
import type { RequestPreview } from './api.ts';
import type { EditionName } from './editions/row.ts';

/** A pause before a call can continue. */
export interface Wait {
  operation: string;
  /** `quota`: the minute's requests are used up. `retry`: the last attempt failed. */
  reason: 'quota' | 'retry';
  /** Milliseconds left, as far as known. */
  leftMs: number;
}

/** What a response has in addition to its body. */
export interface SeenResponse {
  status: number;
  /** The server's clock from the `Date` header, in whole seconds; undefined without one. */
  date: string | undefined;
}

/** How much of something is done. */
export interface ProgressCount {
  done: number;
  /** Undefined if it is not known. */
  total: number | undefined;
}

/** How what is done for a call is seen from outside. */
export interface Trail {
  /** What every log line about it says in addition. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Who notes its requests. */
  readonly observer: RequestObserver;
}

/**
 * The same call for requests other than the one it was made for, with another signal; its times
 * keep moving with the original's.
 *
 * @param deadline if theirs has to be earlier than the call's.
 */
export function withSignal(
  call: CallContext,
  signal: AbortSignal,
  deadline = Number.POSITIVE_INFINITY,
): CallContext {
  return {
    signal,
    abandoned: call.abandoned,
    caller: call.caller,
    trail: call.trail,
    get deadline() {
      return Math.min(call.deadline, deadline);
    },
    get endsAt() {
      return call.endsAt;
    },
    onWait: (wait) => call.onWait(wait),
    onNotice: (notice) => call.onNotice(notice),
    onProgress: (message, count) => call.onProgress?.(message, count),
  };
}

/**
 * The same call for requests that it can do without: each is tried once, waits for nothing, and
 * ends within `maxMs`.
 *
 * @param now milliseconds of the monotonic clock.
 */
export function briefly(call: CallContext, now: number, maxMs: number): CallContext {
  return { ...withSignal(call, call.signal), deadline: now, endsAt: now + maxMs };
}

/** The same call for its waits, which end when it is abandoned, too. */
export function queuing(call: CallContext): CallContext {
  if (!call.abandoned) return call;
  return withSignal(call, AbortSignal.any([call.signal, call.abandoned]));
}

/** The same call for its waits, which end `reserveMs` before the call does. */
export function withReserve(call: CallContext, reserveMs: number): CallContext {
  if (reserveMs === 0 && call.deadline <= call.endsAt) return call;
  return {
    ...call,
    get deadline() {
      return Math.min(call.deadline, call.endsAt - reserveMs);
    },
    get endsAt() {
      return call.endsAt;
    },
  };
}

/** The context of one tool call, which accompanies every request made for it. */
export interface CallContext {
  /** Aborted when the caller cancels the call. */
  signal: AbortSignal;
  /**
   * Milliseconds of the monotonic clock: no wait for quota or before a retry may pass it. It moves
   * while a person is asked, because that time is not the call's.
   */
  deadline: number;
  /**
   * Milliseconds of the monotonic clock: by then the call must have its result, so no request may
   * last longer. It moves with the deadline.
   */
  endsAt: number;
  /**
   * Aborted when nobody waits for the call anymore: what has not been sent by then must not be sent,
   * while a request in progress is completed. Undefined if the client can't leave without a word.
   */
  abandoned?: AbortSignal;
  /** Whose call it is, where a server has several callers: they take turns. */
  caller?: string;
  /** How it is seen from outside; undefined where it is not told from others. */
  trail?: Trail;
  /** Whether its requests go out at once, however many other reads are in progress. */
  isUrgent?: boolean;
  /** Called when a wait begins, and every few seconds while it lasts. */
  onWait(wait: Wait): void;
  /** Called with a sentence that the reader of the result should see, whatever the result. */
  onNotice(notice: string): void;
  /**
   * Called with the progress of the call.
   *
   * @param message a sentence without a full stop. @param count the same in numbers, if it has any.
   */
  onProgress?(message: string, count?: ProgressCount): void;
  /** Called with each request right before it goes out for the first time. */
  onRequest?(request: RequestPreview): void;
  /** Called with each response right after it arrives. */
  onResponse?(response: SeenResponse): void;
  /**
   * Called when an attempt has its place in the quota and is about to go out. What it throws ends
   * the call, and the attempt is not made.
   *
   * @param looking the context for its own requests; it ends after a few seconds.
   */
  lookLast?(looking: CallContext): Promise<void>;
  /**
   * Called right before an attempt with a place in the quota is sent; nothing is sent if it throws.
   */
  beforeSending?(): void | Promise<void>;
  /** The edition in whose form a person agreed to the request. */
  agreedIn?: EditionName;
}

/** A log whose lines say which call they are about. */
export function logOf(log: Log, { trail }: CallContext): Log {
  return trail ? withFacts(log, trail.facts) : log;
}
