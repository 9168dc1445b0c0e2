/** The first request and three more: enough for a hiccup, too few to worsen an outage. */
const maxAttempts = 4;
const firstFailurePauseMs = 500;
const firstRefusalPauseMs = 1000;
const maxPauseMs = 8000;

/**
 * How long to pause after a failed attempt, in milliseconds; undefined after the last attempt.
 * Exponential with jitter: between half and all of 0.5 s, 1 s, 2 s, … so that many callers who
 * failed together do not return together.
 *
 * @param attempt the number of attempts made, from 1.
 * @param retryAfterMs what the server asked for; the pause is never shorter.
 * @param random a number from 0 up to 1.
 */
export function pauseAfterFailure(
  attempt: number,
  retryAfterMs: number | undefined,
  random: number,
): number | undefined {
  if (attempt >= maxAttempts) return undefined;
  const ceilingMs = doubled(firstFailurePauseMs, attempt);
  return Math.max(ceilingMs * (0.5 + random / 2), retryAfterMs ?? 0);
}

/**
 * How long to pause after a 429, in milliseconds. Their number is limited only by the call's
 * deadline: the server asks only for patience.
 *
 * A 429 that names its end is waited out. One that says nothing usable is tried again after 1, 2,
 * 4, 8, 8, … s and up to a quarter more, so that many callers who were refused together do not
 * return together.
 *
 * @param refusal the number of 429s this request has met, from 1.
 * @param closedMs how much longer the gate is closed; undefined if the 429 did not close it. The
 * pause is at least as long as after a failure, in case the server keeps saying 0.
 * @param random a number from 0 up to 1.
 */
export function pauseAfterRefusal(
  refusal: number,
  closedMs: number | undefined,
  random: number,
): number {
  if (closedMs === undefined) return doubled(firstRefusalPauseMs, refusal) * (1 + random / 4);
  return Math.max(doubled(firstFailurePauseMs, refusal) * (0.5 + random / 2), closedMs);
}

/** `firstMs`, doubled with each further attempt, up to the longest pause. */
function doubled(firstMs: number, attempt: number): number {
  return Math.min(maxPauseMs, firstMs * 2 ** (attempt - 1));
}
