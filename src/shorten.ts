import { cut, visibleJson } from './visible.ts';

/*
 * Texts that people wrote may be of any length; a model's memory is not.
 */

/** A longer description is cut, unless the whole is asked for. */
const maxTextChars = 2000;
/** Where that is not enough, because there are many texts, or many escapes in them. */
const maxTextCharsThen = [maxTextChars, 500, 100] as const;
/** The JSON of one audience in a result; with its explanation and advice it stays under 100,000. */
const maxAudienceChars = 60_000;
/** Where the whole is asked for. */
const maxFullChars = 1_000_000;

interface Described {
  id?: string;
  description?: string | null;
}

/**
 * An audience whose long description is cut, and whatever else is too long in it.
 *
 * @param maxChars of its JSON.
 */
export function shortened<Shape extends Described>(
  audience: Shape,
  maxChars = maxAudienceChars,
): Shape {
  const { description } = audience;
  if (typeof description !== 'string' || description.length <= maxTextChars) {
    return fitted(audience, maxChars);
  }
  const cutDescription = { ...audience, description: cut(description, maxTextChars) };
  return lengthOf(cutDescription) <= maxChars ? cutDescription : fitted(audience, maxChars);
}

/** An audience as it is, up to a length beyond all that is sensible. */
export function unshortened<Shape extends Described>(audience: Shape): Shape {
  const { description } = audience;
  if (typeof description !== 'string') return fitted(audience, maxFullChars);
  const restChars = lengthOf({ ...audience, description: '' });
  const leftChars = Math.max(maxTextChars, maxFullChars - restChars);
  return fitted({ ...audience, description: shortenedText(description, leftChars) }, maxFullChars);
}

/** A text of which no more is left than has a JSON of `maxChars`. */
export function shortenedText(text: string, maxChars: number): string {
  if (lengthOf(text) <= maxChars) return text;
  // The JSON of a text is never shorter than the text.
  let [fitting, tooLong] = [0, Math.min(text.length, maxChars)];
  while (tooLong - fitting > 1) {
    const middle = Math.floor((fitting + tooLong) / 2);
    if (lengthOf(cut(text, middle)) <= maxChars) fitting = middle;
    else tooLong = middle;
  }
  return cut(text, fitting);
}

/**
 * The value as it is, if its JSON is short enough; else with all its long texts cut, and if need be
 * without its largest fields.
 */
export function fitted<Shape extends object>(value: Shape, maxChars: number): Shape {
  if (lengthOf(value) <= maxChars) return value;
  let fitting = value;
  for (const maxEach of maxTextCharsThen) {
    fitting = { ...value, ...cutTexts(value, maxEach), ...idOf(value) };
    if (lengthOf(fitting) <= maxChars) return fitting;
  }
  const sizes = Object.entries(fitting)
    .filter(([field]) => field !== 'id')
    .map(([field, content]) => [field, JSON.stringify(content ?? null).length] as const)
    .sort(([, a], [, b]) => b - a);
  // Looked at again only after so much has gone as must go, so that many small fields cost no time.
  let surplus = lengthOf(fitting) - maxChars;
  let gone: Record<string, undefined> = {};
  for (const [field, chars] of sizes) {
    gone[field] = undefined;
    surplus -= chars + field.length;
    if (surplus > 0) continue;
    Object.assign(fitting, gone);
    gone = {};
    surplus = lengthOf(fitting) - maxChars;
    if (surplus <= 0) break;
  }
  return Object.assign(fitting, gone);
}

/** An id is of use only as a whole; one beyond all sense is of none. */
function idOf(value: object): { id?: string } {
  return 'id' in value && typeof value.id === 'string' ? { id: cut(value.id, maxTextChars) } : {};
}

function lengthOf(value: object | string): number {
  return visibleJson(value).length;
}

function cutTexts(values: object, maxChars: number): object {
  const entries = Object.entries(values).map(
    ([field, value]) => [field, cutText(value, maxChars)] as const,
  );
  return Object.fromEntries(entries);
}

function cutText(value: unknown, maxChars: number): unknown {
  if (typeof value === 'string') return cut(value, maxChars);
  if (Array.isArray(value)) return value.map((item) => cutText(item, maxChars));
  return typeof value === 'object' && value !== null ? cutTexts(value, maxChars) : value;
}
