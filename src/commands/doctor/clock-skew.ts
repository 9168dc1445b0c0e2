/** Smaller differences are the time that a response takes, and the fraction that a header cuts off. */
export const maxSkewMs = 30_000;

/**
 * How far a server's clock is ahead of ours, milliseconds; undefined if it did not say.
 *
 * @param date the header of that name. @param now ours.
 */
export function dateSkew(date: string | null | undefined, now: number): number | undefined {
  const theirs = Date.parse(date ?? '');
  // The header has whole seconds, rounded down.
  return Number.isNaN(theirs) ? undefined : theirs + 500 - now;
}

/** A sentence about a clock that is off; undefined if it is not. @param whose such as "Redis's". */
export function skewInWords(aheadMs: number, whose: string): string | undefined {
  const offMs = Math.abs(aheadMs);
  if (offMs <= maxSkewMs) return undefined;
  const side = aheadMs > 0 ? 'behind' : 'ahead of';
  const seconds = Math.round(offMs / 1000);
  const time = seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
  return `This machine's clock is ${time} ${side} ${whose}.`;
}
