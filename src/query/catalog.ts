import { functions } from './functions.ts';

/*
 * What is known of the language's functions and types. Parser, checker, explainer and documentation
 * read it here; nothing about a function is written twice.
 */

/** What a chain is after a call; it says which calls may follow. */
export type ChainType =
  | 'VectorExtractor'
  | 'ScalarExtractor'
  | 'StreamFilter'
  | 'WindowedFilter'
  | 'Scalar'
  | 'ListScalar'
  | 'Comparator'
  | 'Literal';

export type FunctionKind = 'extractor' | 'filter' | 'reducer' | 'comparison';

/**
 * What an argument may be.
 * - `name`: a string that names something. `text`: a string. `value`: any literal.
 * - `scalar`: a literal, or a chain that ends as a scalar. `timestamp`: a date or time, or a string
 *   that holds one. `duration`: such as `7 days`. `number`: a number.
 * - `definition`: what stands in a `where`. `property`: `property(…)`, perhaps cast.
 * - `exclusion`: `{exclude: 'id', …}`.
 */
export type ParameterKind =
  | 'name'
  | 'text'
  | 'value'
  | 'scalar'
  | 'timestamp'
  | 'duration'
  | 'number'
  | 'definition'
  | 'property'
  | 'exclusion';

export interface Parameter {
  kind: ParameterKind;
  /** How the documentation calls it. */
  label: string;
  optional?: boolean;
  /** May be given several times. */
  rest?: boolean;
  /** May be written as `parent: …` inside a funnel. */
  parent?: boolean;
  /** The types that `as` may name; the first is the default. */
  casts?: readonly string[];
  /** The units that the reference names for a duration. */
  units?: readonly TimeUnit[];
}

export interface LanguageFunction {
  name: string;
  kind: FunctionKind;
  parameters: readonly Parameter[];
  /** What it may follow; empty for those that begin a chain. */
  follows: readonly ChainType[];
  returns: ChainType;
  /** `inside`: only within a `where` or a reducer. */
  where: 'anywhere' | 'inside';
  note: string;
  /** The operator that may stand for it. */
  operator?: string;
  /** A definition that uses it. */
  example: string;
  /** What people and other languages call it, in small letters without underscores. */
  otherNames?: readonly string[];
}

export type TimeUnit = 'second' | 'hour' | 'day';

/** Milliseconds, also of units that the reference does not settle. */
export const unitMs: Readonly<Record<string, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
  year: 365 * 86_400_000,
};

/** At most so many conditions in a definition. */
export const mostPrimaryExpressions = 50;

/** How far back the events of a condition are looked at. */
export const eventHistoryDays = 3 * 365;

/** All functions, by name, in the order of the documentation. */
export const catalog: ReadonlyMap<string, LanguageFunction> = new Map(
  functions.map((entry) => [entry.name, entry]),
);

/** The comparison that an operator stands for. */
export const operators: ReadonlyMap<string, string> = new Map([
  ...functions.flatMap(({ name, operator }) => (operator ? [[operator, name] as const] : [])),
  ['==', 'equals'],
]);

/** The functions that a name in another language's manner may mean. */
export function knownAs(name: string): string[] {
  const wanted = name.toLowerCase().replaceAll('_', '');
  return functions
    .filter(({ otherNames }) => otherNames?.includes(wanted))
    .map((entry) => entry.name);
}

/** The words that join and turn conditions. */
export const keywords = ['AND', 'OR', 'NOT', 'ANY', 'ALL'] as const;
export type Keyword = (typeof keywords)[number];

/** The names of the functions that may follow a chain of this type, or begin one. */
export function mayFollow(type: ChainType | undefined): string[] {
  return functions
    .filter(({ follows }) => (type === undefined ? follows.length === 0 : follows.includes(type)))
    .map((entry) => entry.name);
}

/** How the documentation writes a call, such as `mode(property as string|number, least frequency?)`. */
export function signature({ name: functionName, parameters }: LanguageFunction): string {
  const written = parameters.map(({ label, casts, optional, rest }) => {
    const cast = casts && casts.length > 0 ? ` as ${casts.join('|')}` : '';
    return `${label}${cast}${optional ? '?' : ''}${rest ? ', …' : ''}`;
  });
  return `${functionName}(${written.join(', ')})`;
}
