import { quote } from './strings.ts';

/*
 * Writes as a definition what was read off another notation.
 */

/** A part of a definition that was read off another notation. */
export interface Reading {
  text: string;
  /** What joins its outermost conditions; `one` if there is only one. */
  joint: Joint | 'one';
}

/** The words that join conditions. */
export type Joint = 'AND' | 'OR';

const one = (text: string): Reading => ({ text, joint: 'one' });

/** A value as it was read: the text of a string, or the digits of a number. */
export interface ReadValue {
  text: string;
  isNumber: boolean;
}

/** Several readings as one. */
export function joined(joint: Joint, readings: readonly Reading[]): Reading {
  const [first] = readings;
  if (first && readings.length === 1) return first;
  const parts = readings.map((reading) => inParenthesesIf(isLooser(reading, joint), reading));
  return { text: parts.join(` ${joint} `), joint };
}

/** What a reading denies. */
export function denied(reading: Reading): Reading {
  return one(`NOT ${inParenthesesIf(reading.joint !== 'one', reading)}`);
}

/** A reading about the users of an account. */
export function ofUsers(quantifier: 'ANY' | 'ALL' | 'ALL NOT', reading: Reading): Reading {
  return one(`${quantifier} ${inParenthesesIf(reading.joint !== 'one', reading)}`);
}

const isLooser = (reading: Reading, joint: Joint) => reading.joint === 'OR' && joint === 'AND';

function inParenthesesIf(isNeeded: boolean, { text }: Reading): string {
  return isNeeded ? `(${text})` : text;
}

/** How a comparison is written: `{x}` is what is compared, `{v}` a value, `{vs}` one or more. */
type Template = string;

/** The templates of comparisons, with the words for each, in small letters without blanks. */
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

/** The template of a comparison in words or signs; undefined if it is not known. */
export function comparisonTemplate(words: string): Template | undefined {
  return templateByWord.get(words.toLowerCase().replaceAll(/[ _-]/g, ''));
}

/** How many values a comparison takes at most. */
export function maxValuesOf(template: Template): number {
  if (template.includes('{vs}')) return Number.POSITIVE_INFINITY;
  return template.includes('{v}') ? 1 : 0;
}

/** Whether a comparison asks which of two values is more. */
export function ordersValues(template: Template): boolean {
  return /[<>]/.test(template);
}

/** Whether a comparison takes texts only. */
function takesText(template: Template): boolean {
  return template.includes('({v})');
}

/**
 * A comparison.
 *
 * @param subject what is compared, as text.
 * @returns undefined if the number of values, or one of them, does not go with it.
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
  // By functions, because a replacement text has a language of its own.
  return one(template.replace('{x}', () => subject).replace(/\{vs?\}/, () => list));
}

/** A trait by its name; undefined for a name that can't be written. */
export function traitOf(name: string): string | undefined {
  return isPlain(name) ? `trait(${quote(name)})` : undefined;
}

/** A property by its name; undefined for a name that can't be written. */
export function propertyOf(name: string): string | undefined {
  return isPlain(name) ? `property(${quote(name)})` : undefined;
}

/** Membership of another audience, by its key. */
export function memberOf(key: string): Reading | undefined {
  // A name is not the key, and only the key names the trait.
  return /^[a-z][a-z0-9_]*$/.test(key) ? one(`trait('${key}') = 'true'`) : undefined;
}

/** What is known of an event that has to have happened. */
export interface ReadEvent {
  name: string;
  /** Conditions about its properties, all of which hold. */
  conditions: readonly Reading[];
  /** Such as `7 days`, or two of them. */
  window?: readonly string[];
  /** An operator and a number, such as `>= 1`. */
  times: string;
}

/** An event counted; undefined for a name that can't be written. */
export function counted({ name, conditions, window = [], times }: ReadEvent): Reading | undefined {
  if (!isPlain(name)) return undefined;
  const where = conditions.length > 0 ? `.where(${joined('AND', conditions).text})` : '';
  const filter = window.length > 1 ? 'between' : 'within';
  const inTime = window.length > 0 ? `.${filter}(${window.join(', ')})` : '';
  return one(`event(${quote(name)})${where}${inTime}.count() ${times}`);
}

/** Whether a text stands for itself between quotes: a backslash has a meaning of its own. */
function isPlain(text: string): boolean {
  return text.trim() === text && text !== '' && !/[\\\p{Cc}]/u.test(text);
}
