import type { RequestPreview } from './api.ts';
import type { EditionName } from './editions/row.ts';

/** A pause that a call makes before it can go on. */
export interface Wait {
  operation: string;
  /** `quota`: the minute's requests are used up. `retry`: the last attempt failed. */
  reason: 'quota' | 'retry';
  /** Milliseconds left, as far as is known now. */
  leftMs: number;
}

/** What a response says in addition to its body. */
export interface SeenResponse {
  status: number;
  /** The server's clock, as the header `Date` gives it in whole seconds; undefined without one. */
  date: string | undefined;
}

/**
 * The same call for other requests than the one it was made for, with another signal; its times go on
 * moving with the original's.
 *
 * @param deadline if theirs is to be earlier than the call's.
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
    get deadline() {
      return Math.min(call.deadline, deadline);
    },
    get endsAt() {
      return call.endsAt;
    },
    onWait: (wait) => call.onWait(wait),
    onNotice: (notice) => call.onNotice(notice),
    onProgress: (message) => call.onProgress?.(message),
  };
}

/**
 * The same call for requests that it can do without: each is tried once, waits for nothing, and is
 * over within `maxMs`.
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

/** The same call for its waits, which leave it `reserveMs` before its end. */
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

/** What belongs to one tool call and accompanies every request made for it. */
export interface CallContext {
  /** Aborted when the caller cancels the call. */
  signal: AbortSignal;
  /**
   * Milliseconds of the monotonic clock: no wait for quota or before a retry may reach beyond. It
   * moves on while a person is asked, whose time is not the call's.
   */
  deadline: number;
  /**
   * Milliseconds of the monotonic clock: by then the call has to be answered, so no request may last
   * longer. It moves on with the deadline.
   */
  endsAt: number;
  /**
   * Aborted when nobody waits for the call any more: what is not sent by then is not to be sent,
   * while a request under way is seen through. Undefined if the client can't leave without a word.
   */
  abandoned?: AbortSignal;
  /** Whose call it is, where a server has several callers: they take turns. */
  caller?: string;
  /** Whether its requests go out at once, however many reads of others are under way. */
  isUrgent?: boolean;
  /** Called when a wait begins and every few seconds while it lasts. */
  onWait(wait: Wait): void;
  /** Called with a sentence that the reader of the result should see, whatever the result is. */
  onNotice(notice: string): void;
  /** Called with how far the call is, as a sentence without a full stop. */
  onProgress?(message: string): void;
  /** Called with each request right before it goes out for the first time. */
  onRequest?(request: RequestPreview): void;
  /** Called with each response right after it came in. */
  onResponse?(response: SeenResponse): void;
  /**
   * Called with each attempt's place in the quota taken, when it is about to go out. What it throws
   * ends the call, and the attempt is not made.
   *
   * @param looking what it may make its own requests with; it ends after a few seconds.
   */
  lookLast?(looking: CallContext): Promise<void>;
  /**
   * Called with each attempt's place in the quota taken, right before it is sent; nothing is sent if
   * it throws.
   */
  beforeSending?(): void | Promise<void>;
  /** The edition in whose form a person agreed to the request. */
  agreedIn?: EditionName;
}
