import { type Clock, every } from '../clock.ts';
import type { CallContext, Wait } from './call.ts';
import { CancelledError } from './errors.ts';

/** Often enough to keep a client from giving up, rarely enough not to be noise. */
const announceEveryMs = 5000;

/**
 * Announces a wait to the caller now and every few seconds, until the returned function is called.
 * It stays silent while nothing is left to wait for, as far as known.
 *
 * @param leftMs returns the milliseconds left at the time of the call.
 */
export function announceWait(
  clock: Clock,
  call: CallContext,
  wait: Omit<Wait, 'leftMs'>,
  leftMs: () => number,
): () => void {
  const announce = () => {
    const left = leftMs();
    if (left > 0) call.onWait({ ...wait, leftMs: left });
  };
  announce();
  return every(clock, announceEveryMs, announce);
}

/**
 * Ends the pauses of many calls at once. It is not a signal, because it lives as long as the process: each
 * `AbortSignal.any` leaves a reference in the signals that it is made of, for as long as these live, and
 * Node warns of a signal with many listeners.
 */
export class Drain {
  readonly #ends = new Set<() => void>();
  #isOver = false;

  /**
   * @param end called when everything has to end, immediately if it already has to; it must
   * not throw.
   * @returns a function after which it is no longer called.
   */
  onOver(end: () => void): () => void {
    if (this.#isOver) end();
    else this.#ends.add(end);
    return () => this.#ends.delete(end);
  }

  /** Ends everything, now and from now on. */
  end(): void {
    this.#isOver = true;
    for (const end of this.#ends) end();
    this.#ends.clear();
  }
}

/**
 * Pauses for `ms` milliseconds before a retry.
 *
 * @param drain ends it, too.
 * @throws {CancelledError} as soon as the call is cancelled.
 */
export async function pause(
  clock: Clock,
  call: CallContext,
  operation: string,
  ms: number,
  drain?: Drain,
): Promise<void> {
  const until = clock.monotonic() + ms;
  const stopAnnouncing = announceWait(clock, call, { operation, reason: 'retry' }, () =>
    Math.max(0, until - clock.monotonic()),
  );
  let onAbort = () => {};
  let leaveDrain = () => {};
  let cancelTimer = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      onAbort = () => reject(new CancelledError(operation, false));
      if (call.signal.aborted) return onAbort();
      call.signal.addEventListener('abort', onAbort, { once: true });
      leaveDrain = drain?.onOver(onAbort) ?? leaveDrain;
      cancelTimer = clock.after(ms, resolve);
    });
  } finally {
    stopAnnouncing();
    cancelTimer();
    leaveDrain();
    call.signal.removeEventListener('abort', onAbort);
  }
}
