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

/**
 * The same call with another signal; its deadline goes on moving with the original's.
 */
export function withSignal(call: CallContext, signal: AbortSignal): CallContext {
  return {
    signal,
    get deadline() {
      return call.deadline;
    },
    onWait: (wait) => call.onWait(wait),
    onNotice: (notice) => call.onNotice(notice),
    onRequest: (request) => call.onRequest?.(request),
    beforeSending: () => call.beforeSending?.(),
    agreedIn: call.agreedIn,
  };
}

/** What belongs to one tool call and accompanies every request made for it. */
export interface CallContext {
  /** Aborted when the caller cancels the call. */
  signal: AbortSignal;
  /**
   * Milliseconds since the epoch: no wait for quota or before a retry may reach beyond. It moves on
   * while a person is asked, whose time is not the call's.
   */
  deadline: number;
  /** Called when a wait begins and every few seconds while it lasts. */
  onWait(wait: Wait): void;
  /** Called with a sentence that the reader of the result should see, whatever the result is. */
  onNotice(notice: string): void;
  /** Called with each request right before it goes out for the first time. */
  onRequest?(request: RequestPreview): void;
  /**
   * Called with each attempt's place in the quota taken, right before it is sent; nothing is sent if
   * it throws.
   */
  beforeSending?(): void;
  /** The edition in whose form a person agreed to the request. */
  agreedIn?: EditionName;
}
