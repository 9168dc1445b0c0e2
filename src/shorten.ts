import { cut, visibleJson } from './visible.ts';

/*
 * Texts that people wrote may be of any length; a model's memory is not.
 */

/** A longer description is cut, unless the whole is asked for. */
const maxTextChars = 2000;
/** The JSON of one audience in a result; with its explanation and advice it stays under 100,000. */
const maxAudienceChars = 60_000;
/** Where the whole is asked for. */
export const maxFullChars = 1_000_000;

interface Described {
  id?: string;
  description?: string | null;
}

/** An audience whose long description is cut, and whatever else is too long in it. */
export function shortened<Shape extends Described>(audience: Shape): Shape {
  const { description } = audience;
  if (typeof description !== 'string' || description.length <= maxTextChars) {
    return fitted(audience, audience, maxAudienceChars);
  }
  const cutDescription = { ...audience, description: cut(description, maxTextChars) };
  return fitted(cutDescription, audience, maxAudienceChars);
}

/** An audience as it is, up to a length beyond all that is sensible. */
export function unshortened<Shape extends Described>(audience: Shape): Shape {
  return fitted(audience, audience, maxFullChars);
}

/** `shown` if it is short enough; else `whole` with all its long texts cut, and if need be without its largest fields. */
function fitted<Shape extends Described>(shown: Shape, whole: Shape, maxChars: number): Shape {
  const isTooLong = (value: object) => visibleJson(value).length > maxChars;
  if (!isTooLong(shown)) return shown;
  const fitting = { ...whole, ...cutTexts(whole) };
  const sizes = Object.entries(fitting)
    .filter(([field]) => field !== 'id')
    .map(([field, value]) => [field, JSON.stringify(value ?? null).length] as const)
    .sort(([, a], [, b]) => b - a);
  for (const [field] of sizes) {
    if (!isTooLong(fitting)) break;
    Object.assign(fitting, { [field]: undefined });
  }
  return fitting;
}

function cutTexts(values: object): object {
  const entries = Object.entries(values).map(([field, value]) => [field, cutText(value)]);
  return Object.fromEntries(entries);
}

function cutText(value: unknown): unknown {
  if (typeof value === 'string') return cut(value, maxTextChars);
  if (Array.isArray(value)) return value.map(cutText);
  return typeof value === 'object' && value !== null ? cutTexts(value) : value;
}
