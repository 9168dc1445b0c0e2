import { quote } from './strings.ts';

/*
 * Writes definitions from what was read in another notation.
 */

/** A part of a definition that was read in another notation. */
export interface Reading {
  text: string;
  /** The word that joins its outermost conditions; `one` if there is only one condition. */
  conjunction: Conjunction | 'one';
}

/** The words that join conditions. */
export type Conjunction = 'AND' | 'OR';

const one = (text: string): Reading => ({ text, conjunction: 'one' });

/** A value as it was read: the contents of a string, or the digits of a number. */
export interface ReadValue {
  text: string;
  isNumber: boolean;
}

/** Joins several readings. */
export function joined(conjunction: Conjunction, readings: readonly Reading[]): Reading {
  const [first] = readings;
  if (first && readings.length === 1) return first;
  const parts = readings.map((reading) => inParenthesesIf(isLooser(reading, conjunction), reading));
  return { text: parts.join(` ${conjunction} `), conjunction };
}

/** The negation of a reading. */
export function denied(reading: Reading): Reading {
  return one(`NOT ${inParenthesesIf(reading.conjunction !== 'one', reading)}`);
}

/** A reading about the users of an account. */
export function ofUsers(quantifier: 'ANY' | 'ALL' | 'ALL NOT', reading: Reading): Reading {
  return one(`${quantifier} ${inParenthesesIf(reading.conjunction !== 'one', reading)}`);
}

const isLooser = (reading: Reading, conjunction: Conjunction) =>
  reading.conjunction === 'OR' && conjunction === 'AND';

function inParenthesesIf(isNeeded: boolean, { text }: Reading): string {
  return isNeeded ? `(${text})` : text;
}

/**
 * How a comparison is written: `{x}` is the left side, `{v}` a value, `{vs}` one or more values.
 */
type Template = string;

/** The templates of comparisons, with the words for each, in lowercase without spaces. */
const templates: readonly [Template, string][] = [
  ['{x} = {v}', '= == === eq is equal equals equalto isequalto setto issetto'],
  [
    '{x} != {v}',
    '!= !== <> \u2260 ne neq isnot notequal notequals notequalto isnotequalto doesnotequal',
  ],
  ['{x} > {v}', '> gt greaterthan isgreaterthan morethan ismorethan'],
  [
    '{x} >= {v}',
    '>= \u2265 gte ge atleast isatleast greaterthanorequal greaterthanorequalto greaterthanorequals isgreaterthanorequalto',
  ],
  ['{x} < {v}', '< lt lessthan islessthan'],
  [
    '{x} <= {v}',
    '<= \u2264 lte le atmost isatmost lessthanorequal lessthanorequalto lessthanorequals islessthanorequalto',
  ],
  ['{x}.contains({v})', 'contains'],
  ['NOT {x}.contains({v})', 'notcontains doesnotcontain notcontain'],
  ['{x}.starts_with({v})', 'startswith beginswith'],
  ['{x}.ends_with({v})', 'endswith'],
  ['{x}.one_of({vs})', 'in isin oneof isoneof anyof isanyof'],
  ['{x}.none_of({vs})', 'notin isnotin isnotoneof noneof isnoneof'],
  ['{x}.exists()', 'exists isset isnotnull'],
  ['{x}.absent()', 'doesnotexist notexists isnotset isnull absent'],
];

const templateByWord: ReadonlyMap<string, Template> = new Map(
  templates.flatMap(([template, words]) => words.split(' ').map((word) => [word, template])),
);

/** The template of a comparison in words or symbols; undefined if unknown. */
export function comparisonTemplate(words: string): Template | undefined {
  return templateByWord.get(words.toLowerCase().replaceAll(/[ _-]/g, ''));
}

/** The maximum number of values that a comparison takes. */
export function maxValuesOf(template: Template): number {
  if (template.includes('{vs}')) return Number.POSITIVE_INFINITY;
  return template.includes('{v}') ? 1 : 0;
}

/** Whether a comparison orders two values. */
export function ordersValues(template: Template): boolean {
  return /[<>]/.test(template);
}

/** Whether a comparison takes strings only. */
function takesText(template: Template): boolean {
  return template.includes('({v})');
}

/**
 * A comparison.
 *
 * @param subject the left side, as text.
 * @returns undefined if the number of values, or one of them, does not fit the comparison.
 */
export function compared(
  subject: string | undefined,
  template: Template | undefined,
  values: readonly ReadValue[],
): Reading | undefined {
  if (subject === undefined || template === undefined) return undefined;
  const max = maxValuesOf(template);
  if (values.length > max || (max > 0 && values.length === 0)) return undefined;
  if (values.some(({ text }) => !isPlain(text))) return undefined;
  const written = values.map((value) =>
    value.isNumber && !takesText(template) ? value.text : quote(value.text),
  );
  const list = written.join(', ');
  // As functions, because `$` is special in replacement strings.
  return one(template.replace('{x}', () => subject).replace(/\{vs?\}/, () => list));
}

/** A trait by name; undefined for a name that can't be written. */
export function traitOf(name: string): string | undefined {
  return isPlain(name) ? `trait(${quote(name)})` : undefined;
}

/** A property by name; undefined for a name that can't be written. */
export function propertyOf(name: string): string | undefined {
  return isPlain(name) ? `property(${quote(name)})` : undefined;
}

/** Membership in another audience, by its key. */
export function memberOf(key: string): Reading | undefined {
  // Only the key, not the name of the audience, names the trait.
  return /^[a-z][a-z0-9_]*$/.test(key) ? one(`trait('${key}') = 'true'`) : undefined;
}

/** An event that must have happened. */
export interface ReadEvent {
  name: string;
  /** Conditions about its properties, all of which must be true. */
  conditions: readonly Reading[];
  /** One length such as `7 days`, or two. */
  window?: readonly string[];
  /** An operator and a number, such as `>= 1`. */
  times: string;
}

/** A count of an event; undefined for a name that can't be written. */
export function counted({ name, conditions, window = [], times }: ReadEvent): Reading | undefined {
  if (!isPlain(name)) return undefined;
  const where = conditions.length > 0 ? `.where(${joined('AND', conditions).text})` : '';
  const filter = window.length > 1 ? 'between' : 'within';
  const inTime = window.length > 0 ? `.${filter}(${window.join(', ')})` : '';
  return one(`event(${quote(name)})${where}${inTime}.count() ${times}`);
}

/** Whether a text can be quoted as it is: a backslash would have a special meaning. */
function isPlain(text: string): boolean {
  return text.trim() === text && text !== '' && !/[\\\p{Cc}]/u.test(text);
}
