const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;
const age = /^-(\d{1,9})([smhd])$/;

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * Parses a time of a seed.
 *
 * @param now the time of the start. This and the result are in ms since the epoch. @returns
 * undefined if the text is not a time.
 */
export function readSeedTime(text: string, now: number): number | undefined {
  const [, amount, unit = ''] = age.exec(text) ?? [];
  if (amount !== undefined) return now - Number(amount) * (unitMs[unit] ?? 0);
  const time = isoTime.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
