import { jsonFits, jsonLength, minJsonLength } from './json-length.ts';
import { cut } from './visible.ts';

/*
 * Text that people wrote may be of any length; a model's memory is not.
 */

/** Longer descriptions are cut, unless the full text was requested. */
const maxTextChars = 2000;
/** The limit where that is not enough, because there are many texts, or many escapes in them. */
const minTextChars = 100;
const maxTextCharsThen = [maxTextChars, 500, minTextChars];
/** The JSON of one audience in a result; with its explanation and advice it stays under 100,000. */
const maxAudienceChars = 60_000;
/** The limit where the full text was requested. */
const maxFullChars = 1_000_000;

/**
 * The fields of an audience that Segment's contract names, in the order in which they are kept if
 * not all of them fit.
 */
export const audienceFields = [
  ...['id', 'name', 'key', 'spaceId', 'status', 'enabled', 'audienceType', 'definition'],
  ...['description', 'options', 'computeCadence', 'size'],
  ...['updatedAt', 'updatedBy', 'createdAt', 'createdBy'],
];

interface Described {
  id?: string;
  description?: string | null;
}

/**
 * An audience with its long description cut, and anything else that is too long.
 *
 * @param maxChars of its JSON.
 */
export function shortened<Shape extends Described>(
  audience: Shape,
  maxChars = maxAudienceChars,
): Shape {
  const { description } = audience;
  if (typeof description !== 'string' || description.length <= maxTextChars) {
    return fitted(audience, maxChars, audienceFields);
  }
  const cutDescription = { ...audience, description: cut(description, maxTextChars) };
  return jsonFits(cutDescription, maxChars)
    ? cutDescription
    : fitted(audience, maxChars, audienceFields);
}

/** An audience unchanged, up to a length beyond anything sensible. */
export function unshortened<Shape extends Described>(audience: Shape): Shape {
  const { description } = audience;
  if (typeof description !== 'string') return fitted(audience, maxFullChars, audienceFields);
  const rest = { ...audience, description: '' };
  const leftChars = jsonFits(rest, maxFullChars) ? maxFullChars - jsonLength(rest) : 0;
  const shown = shortenedText(description, Math.max(maxTextChars, leftChars));
  const fitting = { ...audience, description: shown };
  return fitted(fitting, maxFullChars, audienceFields);
}

/** A string, cut so that its JSON has at most `maxChars`. */
export function shortenedText(text: string, maxChars: number): string {
  if (jsonFits(text, maxChars)) return text;
  // The JSON of a text is never shorter than the text.
  let [fitting, tooLong] = [0, Math.min(text.length, maxChars)];
  while (tooLong - fitting > 1) {
    const middle = Math.floor((fitting + tooLong) / 2);
    if (jsonFits(cut(text, middle), maxChars)) fitting = middle;
    else tooLong = middle;
  }
  return cut(text, fitting);
}

/** The shortest possible field, `"":0,`. */
const minFieldChars = 5;

/**
 * The value unchanged, if its JSON is short enough; otherwise with all its long strings cut and, if
 * need be, without the fields that still do not fit.
 *
 * @param first the names of the fields that are kept before the others.
 */
export function fitted<Shape extends object>(
  value: Shape,
  maxChars: number,
  first?: readonly string[],
): Shape;
export function fitted(value: object, maxChars: number, first: readonly string[] = []): object {
  if (jsonFits(value, maxChars)) return value;
  const names = Object.keys(value);
  const mayFit = minJsonLength(value, maxChars, minTextChars) <= maxChars;
  for (const maxEach of mayFit ? maxTextCharsThen : []) {
    const fitting = Object.fromEntries(names.map((name) => cutField(value, name, maxEach)));
    if (jsonFits(fitting, maxChars)) return fitting;
  }
  const known = first.filter((name) => Object.hasOwn(value, name));
  const others = names.filter((name) => !known.includes(name));
  return Object.fromEntries(fieldsThatFit(value, [...known, ...others], maxChars));
}

type Field = [name: string, content: unknown];

/** The fields that fit, with their strings cut, in the order given. */
function fieldsThatFit(value: object, names: readonly string[], maxChars: number): Field[] {
  const fields: Field[] = [];
  let leftChars = maxChars - '{}'.length;
  for (const name of names) {
    if (leftChars < minFieldChars) break;
    if (minJsonLength(Reflect.get(value, name), leftChars, minTextChars) > leftChars) continue;
    const field = cutField(value, name, minTextChars);
    const [, content] = field;
    const chars = content === undefined ? 0 : jsonLength(name) + jsonLength(content) + ':,'.length;
    if (chars > leftChars) continue;
    fields.push(field);
    leftChars -= chars;
  }
  return fields;
}

/** An id is useful only as a whole; one of absurd length is not useful at all. */
function cutField(value: object, name: string, maxChars: number): Field {
  return [name, cutText(Reflect.get(value, name), name === 'id' ? maxTextChars : maxChars)];
}

function cutText(value: unknown, maxChars: number): unknown {
  if (typeof value === 'string') return cut(value, maxChars);
  if (Array.isArray(value)) return value.map((item) => cutText(item, maxChars));
  if (typeof value !== 'object' || value === null) return value;
  const cutFields = Object.entries(value).map(([name, each]) => [name, cutText(each, maxChars)]);
  return Object.fromEntries(cutFields);
}
