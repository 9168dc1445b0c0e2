/** A pause that a call makes before it can go on. */
export interface Wait {
  /** The operation that waits. */
  operation: string;
  /** `quota`: the minute's requests are used up. `retry`: the last attempt failed. */
  reason: 'quota' | 'retry';
  /** Milliseconds left, as far as is known now. */
  leftMs: number;
}

/** What belongs to one tool call and goes along with all requests made for it. */
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
}
