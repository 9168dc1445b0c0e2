import { visibleJson } from './visible.ts';

/*
 * How long the JSON of a value is, without writing it where that can be told from its parts: values
 * from outside may be of any length, and almost all are short.
 */

/** A character that can't be seen is written as `\u….`. */
const maxEscapeChars = 6;

/** Of the JSON of a value, with what can't be seen in it made visible. */
export function jsonLength(value: unknown): number {
  return visibleJson(value).length;
}

/** Whether that is at most so many characters. */
export function jsonFits(value: unknown, maxChars: number): boolean {
  const least = minJsonLength(value, maxChars);
  if (least > maxChars) return false;
  return least * maxEscapeChars <= maxChars || jsonLength(value) <= maxChars;
}

/**
 * A bound below the length of a value's JSON, and a sixth of one above it.
 *
 * @param enough the count ends as soon as it is above that.
 * @param maxTextChars what is cut from longer texts does not count.
 */
export function minJsonLength(
  value: unknown,
  enough: number,
  maxTextChars = Number.POSITIVE_INFINITY,
): number {
  if (typeof value === 'string') return Math.min(value.length, maxTextChars) + '""'.length;
  if (typeof value !== 'object' || value === null) return String(value).length;
  // Behind every item there is a comma or the last bracket.
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
