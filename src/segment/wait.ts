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
 * Pauses for `ms` milliseconds before a retry.
 *
 * @throws {CancelledError} as soon as the call is cancelled.
 */
export async function pause(
  clock: Clock,
  call: CallContext,
  operation: string,
  ms: number,
): Promise<void> {
  const until = clock.monotonic() + ms;
  const stopAnnouncing = announceWait(clock, call, { operation, reason: 'retry' }, () =>
    Math.max(0, until - clock.monotonic()),
  );
  let onAbort = () => {};
  let cancelTimer = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      onAbort = () => reject(new CancelledError(operation, false));
      if (call.signal.aborted) return onAbort();
      call.signal.addEventListener('abort', onAbort, { once: true });
      cancelTimer = clock.after(ms, resolve);
    });
  } finally {
    stopAnnouncing();
    cancelTimer();
    call.signal.removeEventListener('abort', onAbort);
  }
}
