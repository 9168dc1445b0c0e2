import { dayMs } from './durations.ts';
import { readTime, type TimeReading, timeOf } from './times.ts';
import { isNumeric } from './values.ts';

/*
 * How values are compared. Assumptions where the reference is silent:
 *
 * - A missing value (absent or null) satisfies only `absent` and `omits`, which the reference
 *   defines as NOT contains; not `differs` or `none_of`, which require a value.
 * - Numbers and strings that contain a number compare as numbers; true and false equal those words.
 * - Two strings that both contain a date or timestamp compare as moments; without a zone, UTC
 *   applies.
 * - `within_last` and `within_next` treat a timestamp as a moment and a date without a time as a
 *   whole day in UTC: today is within the last and the next 7 days, and so is the day on which the
 *   7 days start or end.
 * - `before_last` and `after_next` include the day that they name: any time in UTC on the day 7
 *   days ago is before the last 7 days. A length in hours names a moment, which is included.
 * - Other strings compare by character, case-sensitively. Values of different types are not equal,
 *   and neither is greater.
 * - A list satisfies `differs` and `none_of` if all its elements do, and any other comparison if
 *   one of them does; an empty list counts as missing.
 */

const forAllElements = new Set(['differs', 'none_of']);

/**
 * Whether a comparison is true.
 *
 * @param name of the function. @param args its arguments; durations in milliseconds.
 * @param now milliseconds since the epoch.
 */
export function compare(
  name: string,
  value: unknown,
  args: readonly unknown[],
  now: number,
): boolean {
  if (name === 'omits') return !compare('contains', value, args, now);
  const isMissing =
    value === undefined || value === null || (Array.isArray(value) && value.length === 0);
  if (name === 'absent') return isMissing;
  if (isMissing) return false;
  if (name === 'exists') return true;
  if (!Array.isArray(value)) return compareOne(name, value, args, now);
  return forAllElements.has(name)
    ? value.every((element) => compareOne(name, element, args, now))
    : value.some((element) => compareOne(name, element, args, now));
}

function compareOne(name: string, value: unknown, args: readonly unknown[], now: number): boolean {
  const [first] = args;
  if (first === undefined || first === null) return false;
  switch (name) {
    case 'equals':
      return order(value, first) === 0;
    case 'differs':
      return order(value, first) !== 0;
    case 'greater_than':
      return (order(value, first) ?? 0) > 0;
    case 'at_least':
      return (order(value, first) ?? -1) >= 0;
    case 'less_than':
      return (order(value, first) ?? 0) < 0;
    case 'at_most':
      return (order(value, first) ?? 1) <= 0;
    case 'one_of':
      return args.some((other) => order(value, other) === 0);
    case 'none_of':
      return args.every((other) => order(value, other) !== 0);
    case 'contains':
      return args.some((part) => textOf(value).includes(textOf(part)));
    case 'starts_with':
      return textOf(value).startsWith(textOf(first));
    case 'ends_with':
      return textOf(value).endsWith(textOf(first));
    default:
      return compareTime(name, value, first, now);
  }
}

function compareTime(name: string, value: unknown, given: unknown, now: number): boolean {
  const reading = typeof value === 'string' ? readTime(value) : undefined;
  const at = reading?.at;
  if (!reading || at === undefined) return false;
  const other = momentIn(given) ?? Number.NaN;
  const length = typeof given === 'number' ? given : Number.NaN;
  switch (name) {
    case 'before_date':
      return at < other;
    case 'after_date':
      return at > other;
    case 'within_last':
      return at >= endOf(reading, now - length) && at <= endOf(reading, now);
    case 'within_next':
      return at >= endOf(reading, now) && at <= endOf(reading, now + length);
    case 'before_last':
      return named(reading, at, length) <= named(reading, now - length, length);
    case 'after_next':
      return named(reading, at, length) >= named(reading, now + length, length);
    default:
      return false;
  }
}

/** An end of a time window: for a day, its start in UTC. */
function endOf({ isDay }: TimeReading, moment: number): number {
  return isDay ? dayOf(moment) : moment;
}

/** The day of a moment, if the value or a length in days names a day; otherwise the moment. */
function named({ isDay }: TimeReading, moment: number, length: number): number {
  return isDay || length % dayMs === 0 ? dayOf(moment) : moment;
}

/** The start of a day in UTC. */
function dayOf(moment: number): number {
  return Math.floor(moment / dayMs) * dayMs;
}

/**
 * Negative, zero or positive if `a` is less, equal or greater; undefined if they can't be compared.
 */
function order(a: unknown, b: unknown): number | undefined {
  const [x, y] = [numberIn(a), numberIn(b)];
  if (x !== undefined && y !== undefined) return x - y;
  if (x !== undefined || y !== undefined) return undefined;
  const [t, u] = [momentIn(a), momentIn(b)];
  if (t !== undefined && u !== undefined) return t - u;
  if (typeof a === 'object' || typeof b === 'object') return undefined;
  const [s, r] = [textOf(a), textOf(b)];
  return s < r ? -1 : Number(s > r);
}

/** The number that a value is or contains. */
export function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : value;
  return typeof value === 'string' && isNumeric(value) ? Number(value) : undefined;
}

function momentIn(value: unknown): number | undefined {
  return typeof value === 'string' ? timeOf(value) : undefined;
}

/** A value as text; an object as JSON. */
export function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
