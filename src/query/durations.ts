import type { Argument, Duration } from './ast.ts';
import { suggest } from './suggest.ts';

/*
 * Lengths of time and their units.
 */

/** The units that the reference mentions. */
export type TimeUnit = 'second' | 'hour' | 'day';

/** Milliseconds in a day. */
export const dayMs = 86_400_000;

/** Milliseconds per unit, including units that the reference does not mention. */
const unitMs: ReadonlyMap<string, number> = new Map([
  ['second', 1000],
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', dayMs],
  ['week', 7 * dayMs],
  ['month', 30 * dayMs],
  ['year', 365 * dayMs],
]);

const unitPlurals = [...unitMs.keys()].map((unit) => `${unit}s`);

const abbreviations: ReadonlyMap<string, string> = new Map([
  ['s', 'second'],
  ['sec', 'second'],
  ['min', 'minute'],
  ['h', 'hour'],
  ['hr', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['wk', 'week'],
  ['mo', 'month'],
  ['mth', 'month'],
  ['y', 'year'],
  ['yr', 'year'],
]);

/** Whether a word is a unit of time, ignoring case, singular or plural. */
export function isUnit(word: string): boolean {
  return unitMs.has(word.toLowerCase().replace(/s$/, ''));
}

/** The unit that a word names, in the singular; the word may be abbreviated or misspelled. */
export function unitNamed(word: string): string | undefined {
  return unitSpelt(word) ?? suggest(word.toLowerCase(), unitPlurals)?.replace(/s$/, '');
}

/** The unit that a word names, in the singular; the word may be abbreviated. */
export function unitSpelt(word: string): string | undefined {
  const small = word.toLowerCase();
  const single = small.replace(/s$/, '');
  if (unitMs.has(single)) return single;
  return abbreviations.get(small) ?? abbreviations.get(single);
}

/**
 * The length of an amount of a unit in milliseconds.
 *
 * @returns undefined for units of varying length, such as months.
 */
export function exactLengthMs(amount: string, unit: string): number | undefined {
  const ms = unitMs.get(unitNamed(unit) ?? '') ?? Number.NaN;
  const length = Number(amount) * ms;
  return ms <= 7 * dayMs && Number.isFinite(length) ? length : undefined;
}

/** The unit of a duration without its plural s. */
export function unitOf({ unit }: Duration): string {
  return unit.replace(/s$/, '');
}

/** The length of a duration in milliseconds; NaN for an unknown unit. */
export function lengthMs(duration: Duration): number {
  return Number(duration.amount) * (unitMs.get(unitOf(duration)) ?? Number.NaN);
}

/** The length of a duration in days; NaN for an unknown unit. */
export function lengthDays(duration: Duration): number {
  return lengthMs(duration) / dayMs;
}

/** The length of an argument in milliseconds; 0 if it is not a duration. */
export function argumentLengthMs(argument: Argument | undefined): number {
  return argument?.kind === 'duration' ? lengthMs(argument) : 0;
}

/** The same length in days or hours, as text, if it is a whole number of them. */
export function inWholeUnits(duration: Duration): string | undefined {
  const ms = lengthMs(duration);
  for (const unit of ['day', 'hour']) {
    const amount = ms / (unitMs.get(unit) ?? Number.NaN);
    if (Number.isSafeInteger(amount) && amount > 0) return `${amount} ${unit}s`;
  }
  return undefined;
}

/**
 * The unit that an unknown one most likely means, singular or plural to match its amount; "m" may
 * be minutes or months, so it is left open.
 *
 * @param units the allowed ones, in the singular.
 */
export function unitMeant(
  { amount, unit }: Duration,
  units: readonly string[],
): string | undefined {
  const whole = abbreviations.get(unit) ?? abbreviations.get(unit.replace(/s$/, ''));
  if (whole) return Number(amount) === 1 ? whole : `${whole}s`;
  return suggest(unit, [...units.map((known) => `${known}s`), 'weeks', 'minutes']);
}
