import type { CallContext } from '../segment/call.ts';
import { CancelledError, OutOfTimeError, RateLimitedError } from '../segment/errors.ts';

/*
 * Work that several calls wait for, and one of them does.
 */

/**
 * Whether something ended because of the call that it was done for, and may succeed for another.
 */
export function isOfItsCall(error: unknown): boolean {
  return (
    error instanceof CancelledError ||
    error instanceof OutOfTimeError ||
    error instanceof RateLimitedError
  );
}

/**
 * @throws {CancelledError} as soon as the call is cancelled. @param operation what it waits for.
 */
export async function unlessCancelled<Result>(
  result: Promise<Result>,
  { signal }: CallContext,
  operation: string,
): Promise<Result> {
  const cancelled = () => new CancelledError(operation, false);
  if (signal.aborted) throw cancelled();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(cancelled());
    signal.addEventListener('abort', abort, { once: true });
    stop = () => signal.removeEventListener('abort', abort);
  });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    stop();
  }
}
