/*
 * Dates and timestamps. The reference mentions two forms, yyyy-mm-dd and ISO 8601 timestamps; other
 * forms of ISO 8601 are read as well, and marked as unsettled.
 */

/** The time in a string. */
export interface TimeReading {
  /** Milliseconds since the epoch; undefined for forms that are not evaluated. */
  at: number | undefined;
  /** Whether there is a time zone; without one, UTC applies. */
  hasZone: boolean;
  /** A day without a time. */
  isDay: boolean;
  /** Whether it is written as in the reference. */
  isSettled: boolean;
}

const settled = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * Also without separators, seconds, minutes or the minutes of a zone; in lowercase; with a comma.
 */
const readable =
  /^(\d{4})(-?)(\d{2})\2(\d{2})(?:[Tt ](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?)?(?: ?([Zz]|[+-]\d{2}(?::?\d{2})?))?)?$/;

/** Weeks, numbered days, months and years; fractions of an hour or a minute. */
const otherForms =
  /^\d{4}(?:-?W\d{2}(?:-?\d)?|-?\d{3}|-\d{2}|-?\d{2}-?\d{2})?(?:[Tt]\d{2}[\d:]*(?:[.,]\d+)?(?:[Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/;

/** Reads a date or a time; undefined for other texts, and for days or hours that don't exist. */
export function readTime(text: string): TimeReading | undefined {
  const parts = readable.exec(text);
  if (!parts) {
    if (!otherForms.test(text)) return undefined;
    return { at: undefined, hasZone: false, isDay: false, isSettled: false };
  }
  const [, year = '', , month = '', day = '', hour, minute = '00', second = '00', fraction, zone] =
    parts;
  const midnight = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  // JavaScript rolls the 31st of a short month over into the next month.
  if (new Date(midnight).getUTCDate() !== Number(day)) return undefined;
  const clock = [Number(hour ?? 0), Number(minute), Number(second)] as const;
  const at = momentOf(midnight, clock, zone ?? 'Z');
  if (at === undefined) return undefined;
  return {
    at: at + Number((fraction ?? '').slice(0, 3).padEnd(3, '0')),
    hasZone: zone !== undefined,
    isDay: hour === undefined,
    isSettled: settled.test(text) && Number(hour ?? 0) < 24 && Number(second) < 60,
  };
}

/** A day with a time and a zone added; 24:00 and a leap second are the start of what follows. */
function momentOf(
  midnight: number,
  [hour, minute, second]: readonly [number, number, number],
  zone: string,
): number | undefined {
  const isEndOfDay = hour === 24 && minute === 0 && second === 0;
  if ((hour > 23 && !isEndOfDay) || minute > 59 || second > 60) return undefined;
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  return midnight + ((hour * 60 + minute - offset) * 60 + second) * 1000;
}

/** The moment that a string represents, in milliseconds since the epoch. */
export function timeOf(text: string): number | undefined {
  return startsLikeTime(text) ? readTime(text)?.at : undefined;
}

/** Rules out most strings by their first character. */
function startsLikeTime(text: string): boolean {
  const first = text.charCodeAt(0);
  return first >= 48 && first <= 57;
}

/** Whether a string is a date or a timestamp in any form, on a day that exists. */
export function isTimeText(text: string): boolean {
  return startsLikeTime(text) && readTime(text) !== undefined;
}

/** Whether a string is a timestamp with a zone. */
export function hasZone(text: string): boolean {
  return readTime(text)?.hasZone ?? false;
}

/** A time in the form of the reference, if its moment is known. */
export function settledTime(text: string): string | undefined {
  const reading = readTime(text);
  if (reading?.at === undefined) return undefined;
  const iso = new Date(reading.at).toISOString();
  if (reading.isDay) return iso.slice(0, 10);
  return `${iso.slice(0, -1).replace(/\.000$/, '')}${reading.hasZone ? 'Z' : ''}`;
}
