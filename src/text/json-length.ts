import { visibleJson } from './visible.ts';

/*
 * The length of a value's JSON, estimated from its parts without writing it where possible: values
 * from outside may be of any length, and almost all are short.
 */

/** A character that can't be seen is written as `\u….`. */
const maxEscapeChars = 6;

/** The length of a value's JSON, with what can't be seen in it made visible. */
export function jsonLength(value: unknown): number {
  return visibleJson(value).length;
}

/** Whether that length is at most `maxChars`. */
export function jsonFits(value: unknown, maxChars: number): boolean {
  const least = minJsonLength(value, maxChars);
  if (least > maxChars) return false;
  return least * maxEscapeChars <= maxChars || jsonLength(value) <= maxChars;
}

/**
 * A lower bound of the length of a value's JSON; six times it is an upper bound.
 *
 * @param enough the count stops as soon as it exceeds this.
 * @param maxTextChars what is cut from longer strings does not count.
 */
export function minJsonLength(
  value: unknown,
  enough: number,
  maxTextChars = Number.POSITIVE_INFINITY,
): number {
  if (typeof value === 'string') return Math.min(value.length, maxTextChars) + '""'.length;
  if (typeof value !== 'object' || value === null) return String(value).length;
  // A comma or the last bracket follows every item.
  let chars = '{'.length;
  if (Array.isArray(value)) {
    for (const item of value) {
      chars += minJsonLength(item, enough - chars, maxTextChars) + ','.length;
      if (chars > enough) break;
    }
    return Math.max(chars, '[]'.length);
  }
  for (const name of Object.keys(value)) {
    const item: unknown = Reflect.get(value, name);
    if (item === undefined) continue;
    chars += name.length + '"":,'.length + minJsonLength(item, enough - chars, maxTextChars);
    if (chars > enough) break;
  }
  return Math.max(chars, '{}'.length);
}
