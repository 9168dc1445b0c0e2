import { type Clock, every } from '../clock.ts';
import type { Call, Wait } from './api.ts';
import { CancelledError } from './errors.ts';

/** Often enough to keep a client from giving up, seldom enough not to be noise. */
const announceEveryMs = 5000;

/**
 * Tells the caller of a wait now and every few seconds, until the returned function is called.
 *
 * @param leftMs gives the milliseconds left at the time of asking.
 */
export function announceWait(
  clock: Clock,
  call: Call,
  wait: Omit<Wait, 'leftMs'>,
  leftMs: () => number,
): () => void {
  const announce = () => call.onWait({ ...wait, leftMs: leftMs() });
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
  call: Call,
  operation: Wait['operation'],
  ms: number,
): Promise<void> {
  const until = clock.now() + ms;
  const stopAnnouncing = announceWait(clock, call, { operation, reason: 'retry' }, () =>
    Math.max(0, until - clock.now()),
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
