/** The first request and three more: enough for a hiccup, too few to add to an outage. */
const mostAttempts = 4;
const firstPauseMs = 500;
const longestPauseMs = 8000;

/**
 * How long to pause before the next attempt, in milliseconds; undefined when enough were made. A
 * refusal for lack of quota is not counted: the server only asks for patience, which the caller's
 * deadline bounds.
 * Exponential with jitter: between half and all of 0.5 s, 1 s, 2 s, … so that many callers who
 * failed together do not come back together.
 *
 * @param attempt how many were made, from 1.
 * @param limited whether the last attempt was refused for lack of quota.
 * @param retryAfterMs what the server asked for; the pause is never shorter.
 * @param random a number from 0 up to 1.
 */
export function pauseBeforeRetry(
  attempt: number,
  limited: boolean,
  retryAfterMs: number | undefined,
  random: number,
): number | undefined {
  if (attempt >= mostAttempts && !limited) return undefined;
  const ceiling = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1));
  return Math.max(ceiling * (0.5 + random / 2), retryAfterMs ?? 0);
}
