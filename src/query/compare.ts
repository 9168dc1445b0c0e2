import { unitMs } from './catalog.ts';
import { readTime, timeOf } from './times.ts';
import { isNumeric } from './values.ts';

/*
 * How a value of the data is compared. Where the reference is silent, this is what is assumed:
 *
 * - A missing value (absent or null) satisfies `absent` and nothing else; not even `differs`,
 *   `none_of` and `omits`, which are about values that exist.
 * - Numbers and texts that hold numbers compare as numbers; true and false equal the words.
 * - Two texts that both hold a date or timestamp compare as moments; one without a zone is in UTC.
 * - `within_last`, `within_next`, `before_last` and `after_next` look at a timestamp as a moment and
 *   at a date without a time as a whole day in UTC: today is within the last and the next 7 days, and
 *   so is the day on which the 7 days begin or end.
 * - Other texts compare by their characters, case included. What is of different kinds is not equal,
 *   and neither is more than the other.
 * - A list satisfies `differs`, `none_of` and `omits` if all its elements do, and any other
 *   comparison if one of them does; an empty list counts as missing.
 */

const forAllElements = new Set(['differs', 'none_of', 'omits']);

/**
 * Whether a comparison holds.
 *
 * @param name that of the function. @param args what it was given; durations in milliseconds.
 * @param now milliseconds since the epoch.
 */
export function compare(
  name: string,
  value: unknown,
  args: readonly unknown[],
  now: number,
): boolean {
  const missing =
    value === undefined || value === null || (Array.isArray(value) && value.length === 0);
  if (name === 'absent') return missing;
  if (missing) return false;
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
      return args.some((part) => text(value).includes(text(part)));
    case 'omits':
      return !text(value).includes(text(first));
    case 'starts_with':
      return text(value).startsWith(text(first));
    case 'ends_with':
      return text(value).endsWith(text(first));
    default:
      return compareTime(name, value, first, now);
  }
}

function compareTime(name: string, value: unknown, given: unknown, now: number): boolean {
  const reading = typeof value === 'string' ? readTime(value) : undefined;
  const at = reading?.at;
  if (!reading || at === undefined) return false;
  if (name === 'before_date' || name === 'after_date') {
    const other = moment(given) ?? Number.NaN;
    return name === 'before_date' ? at < other : at > other;
  }
  const length = typeof given === 'number' ? given : Number.NaN;
  const ending = (moment: number) => (reading.isDay ? dayOf(moment) : moment);
  switch (name) {
    case 'within_last':
      return at >= ending(now - length) && at <= ending(now);
    case 'within_next':
      return at >= ending(now) && at <= ending(now + length);
    case 'before_last':
      return at < ending(now - length);
    case 'after_next':
      return at > ending(now + length);
    default:
      return false;
  }
}

/** The moment at which the day of a moment begins in UTC. */
function dayOf(moment: number): number {
  const day = unitMs.day ?? Number.NaN;
  return Math.floor(moment / day) * day;
}

/** Negative, zero or positive as `a` is less, the same or more; undefined if that can't be said. */
export function order(a: unknown, b: unknown): number | undefined {
  const [x, y] = [number(a), number(b)];
  if (x !== undefined && y !== undefined) return x - y;
  if (x !== undefined || y !== undefined) return undefined;
  const [t, u] = [moment(a), moment(b)];
  if (t !== undefined && u !== undefined) return t - u;
  if (typeof a === 'object' || typeof b === 'object') return undefined;
  const [s, r] = [text(a), text(b)];
  return s < r ? -1 : Number(s > r);
}

/** The number that a value is or holds. */
export function number(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : value;
  return typeof value === 'string' && isNumeric(value) ? Number(value) : undefined;
}

function moment(value: unknown): number | undefined {
  return typeof value === 'string' ? timeOf(value) : undefined;
}

/** A value as text; what has no text of its own is its JSON. */
export function text(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
