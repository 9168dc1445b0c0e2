import type { Clock } from '../../clock.ts';

/**
 * The result of something that may take too long.
 *
 * @param run gets a signal that is aborted at the end. @param late gives the result if it took longer
 * than `maxMs` milliseconds.
 */
export async function within<Result>(
  clock: Clock,
  maxMs: number,
  run: (signal: AbortSignal) => Promise<Result>,
  late: () => Result,
): Promise<Result> {
  const over = new AbortController();
  let cancel = () => {};
  const tooLate = new Promise<Result>((resolve) => {
    cancel = clock.after(maxMs, () => resolve(late()));
  });
  const running = run(over.signal);
  // It may fail when nobody waits for it anymore.
  running.catch(() => {});
  try {
    return await Promise.race([running, tooLate]);
  } finally {
    cancel();
    over.abort();
  }
}
