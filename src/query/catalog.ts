import type { FunctionCall } from './ast.ts';
import { functions } from './functions.ts';
import type {
  ChainType,
  Comparison,
  Extractor,
  Filter,
  FunctionKind,
  LanguageFunction,
  Reducer,
} from './language-function.ts';

/*
 * Lookups in functions.ts for the rest of the language.
 */

/** All functions, by name, in the order of the documentation. */
export const catalog: ReadonlyMap<string, LanguageFunction> = new Map(
  functions.map((entry) => [entry.name, entry]),
);

/** The rows of one kind, by name. */
function rowsOf<Kind extends FunctionKind>(kind: Kind) {
  const isOfKind = (entry: LanguageFunction): entry is Extract<LanguageFunction, { kind: Kind }> =>
    entry.kind === kind;
  return new Map(functions.filter(isOfKind).map((entry) => [entry.name, entry]));
}

const extractors = rowsOf('extractor');
const filters = rowsOf('filter');
const reducers = rowsOf('reducer');
const comparisons = rowsOf('comparison');

/** The row of a call's function; undefined if there is no function with that name. */
export function functionOf(call: FunctionCall | undefined): LanguageFunction | undefined {
  return call && catalog.get(call.name);
}

/** The row of a call that is an extractor. */
export function extractorOf(call: FunctionCall | undefined): Extractor | undefined {
  return call && extractors.get(call.name);
}

/** The row of a call that is a filter. */
export function filterOf(call: FunctionCall | undefined): Filter | undefined {
  return call && filters.get(call.name);
}

/** The row of a call that is a reducer. */
export function reducerOf(call: FunctionCall | undefined): Reducer | undefined {
  return call && reducers.get(call.name);
}

/** The row of a call that is a comparison. */
export function comparisonOf(call: FunctionCall | undefined): Comparison | undefined {
  return call && comparisons.get(call.name);
}

/** The comparison that an operator stands for. */
export const operators: ReadonlyMap<string, string> = new Map(
  [...comparisons.values()].flatMap(({ name, operator, otherOperator }) =>
    [operator, otherOperator]
      .filter((written) => written !== undefined)
      .map((written) => [written, name] as const),
  ),
);

/** The comparison that is true for exactly the numbers for which this one is false. */
export function negationOf({ negation }: Comparison): Comparison | undefined {
  return negation === undefined ? undefined : comparisons.get(negation);
}

/** Whether a function takes a condition about the items of its stream, as `where` does. */
export function takesCondition(entry: LanguageFunction | undefined): boolean {
  return entry?.kind === 'filter' && entry.family === 'condition';
}

/** Whether a chain of this type can be counted. */
export function isCountable(type: ChainType): boolean {
  return [...reducers.values()].some(
    ({ family, follows }) => family === 'counting' && follows.includes(type),
  );
}

/**
 * The count comparison that means the same as `exists` or `absent` on a stream.
 *
 * @returns undefined for other functions.
 */
export function countInstead(name: string): string | undefined {
  const holdsOfPresent = comparisons.get(name)?.holdsOfPresent;
  if (holdsOfPresent === undefined) return undefined;
  return holdsOfPresent ? ' >= 1' : ' = 0';
}

/**
 * The comparison that is true exactly where this one is false: for existing numbers, or for the
 * existence of a value.
 */
export function exactOpposite({
  family,
  negation,
  holdsOfPresent,
}: Comparison): string | undefined {
  if (family === 'ordering') return negation;
  if (family !== 'existence') return undefined;
  return [...comparisons.values()].find(
    (other) => other.holdsOfPresent !== undefined && other.holdsOfPresent !== holdsOfPresent,
  )?.name;
}

/** The filter that means for a stream what a relative time comparison means for a value. */
export function windowInstead({ name }: Comparison): string | undefined {
  return name === comparisonCalled('inlast') ? windowFilter : undefined;
}

/** The reducer behind a name such as `count_distinct`. */
export function distinctCountCalled(name: string): string | undefined {
  const isMeant = /^(?:count_?(?:distinct|unique)|(?:distinct|unique)_?count)$/i.test(name);
  if (!isMeant) return undefined;
  return [...reducers.values()].find(({ family }) => family === 'distinct')?.name;
}

/** The extractors that a bare word most likely needs, inside and outside a `where`. */
export const extractorOfBareWord = { inside: bareWordIn('inside'), outside: bareWordIn('outside') };

/** The extractor for the context of an event. */
export const contextExtractor =
  [...extractors.values()].find(({ bareWordPlace, family }) => family === 'item' && !bareWordPlace)
    ?.name ?? '';

function bareWordIn(place: Extractor['bareWordPlace']): string {
  return [...extractors.values()].find((entry) => entry.bareWordPlace === place)?.name ?? '';
}

/** Whether conditions among a function's arguments belong in a separate filter next to it. */
export function isConditionTaker(entry: LanguageFunction): boolean {
  if (entry.kind === 'extractor') return entry.family === 'stream';
  return takesCondition(entry) || (entry.kind === 'reducer' && entry.family === 'counting');
}

/** The filter that keeps the items that meet a condition. */
export const conditionFilter = [...filters.values()].find(takesCondition)?.name ?? '';

/** The filter that excludes the events of some sources. */
export const sourceFilter =
  [...filters.values()].find(({ family }) => family === 'source')?.name ?? '';

/** The filter for a time window with two ends, by whose name other languages mean a range of values. */
export const rangeFilter =
  [...filters.values()].find(
    ({ family, parameters }) => family === 'window' && parameters.length === 2,
  )?.name ?? '';

/** The filter that keeps what happened in a time window up to now. */
export const windowFilter =
  [...filters.values()].find(
    ({ family, parameters }) => family === 'window' && parameters.length === 1,
  )?.name ?? '';

const namesByOtherName = byOtherName();

function byOtherName(): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const { name, otherNames = [] } of functions) {
    for (const other of otherNames) names.set(other, [...(names.get(other) ?? []), name]);
  }
  return names;
}

/** The functions that a name from another language may mean. */
export function knownAs(name: string): readonly string[] {
  return namesByOtherName.get(name.toLowerCase().replaceAll('_', '')) ?? [];
}

const comparisonsByWords = new Map([
  ...[...comparisons.values()].flatMap(({ name, otherNames = [] }) =>
    otherNames.map((other) => [other, name] as const),
  ),
  ...[...comparisons.keys()].map((name) => [name.replaceAll('_', ''), name] as const),
]);

/** The comparison named by words run together in lowercase, in this language or another. */
export function comparisonCalled(words: string): string | undefined {
  return comparisonsByWords.get(words.replaceAll('_', ''));
}

/**
 * The counterpart of an equality comparison for several values, as `one_of` is of `equals`.
 *
 * @returns undefined for comparisons without one.
 */
export function comparisonInstead(name: string): string | undefined {
  const operator = comparisons.get(name)?.operator;
  if (operator !== '=' && operator !== '!=') return undefined;
  return comparisonCalled(operator === '=' ? 'in' : 'notin');
}

/** The operator of a comparison, by its name or another. */
export function operatorOf(name: string): string | undefined {
  const entry = catalog.get(catalog.has(name) ? name : (knownAs(name)[0] ?? ''));
  return entry?.kind === 'comparison' ? entry.operator : undefined;
}

const comparisonsBySql = new Map(
  [...comparisons.values()].map(({ name, sqlPattern }) => [sqlPattern, name]),
);

/** The comparison that SQL writes like this, such as `LIKE 'x%'`. */
export function comparisonInSql(pattern: string): string | undefined {
  return comparisonsBySql.get(pattern);
}

/** The names of the functions that can follow a chain of this type, or start a chain. */
export function mayFollow(type: ChainType | undefined): string[] {
  return functions
    .filter(({ follows }) => (type === undefined ? follows.length === 0 : follows.includes(type)))
    .map((entry) => entry.name);
}

/**
 * How the documentation writes a call, such as `mode(property as string|number, least frequency?)`.
 */
export function signature({ name, parameters }: LanguageFunction): string {
  const written = parameters.map(({ label, casts, optional, rest }) => {
    const cast = casts && casts.length > 0 ? ` as ${casts.join('|')}` : '';
    return `${label}${cast}${optional ? '?' : ''}${rest ? ', …' : ''}`;
  });
  return `${name}(${written.join(', ')})`;
}

/** How many arguments a function takes. */
interface Arity {
  min: number;
  max: number;
}

const arityByFunction: ReadonlyMap<LanguageFunction, Arity> = new Map(
  functions.map((entry) => {
    const { parameters } = entry;
    const min = parameters.filter(({ optional }) => !optional).length;
    const isOpen = parameters.some(({ rest }) => rest);
    return [entry, { min, max: isOpen ? Number.POSITIVE_INFINITY : parameters.length }];
  }),
);

/** How many arguments a function takes, at least and at most. */
export function arityOf(entry: LanguageFunction): Arity {
  return arityByFunction.get(entry) ?? { min: 0, max: 0 };
}

/** Whether a call reduces a stream to a value. */
export function isReducer(call: FunctionCall): boolean {
  return reducerOf(call) !== undefined;
}

/** The filter that a name such as `exclude_sources` means, with what it excludes in the call. */
export function excludingFilter(name: string): string | undefined {
  const isMeant = /^(?:exclud(?:e|ing)_?sources?|sources?_?exclud(?:e|ed|ing))$/i.test(name);
  return isMeant ? sourceFilter : undefined;
}

/** Whether a call limits a stream to a time, as a window or a session does. */
export function isWindow(call: FunctionCall): boolean {
  const family = filterOf(call)?.family;
  return family === 'window' || family === 'session';
}

/** Whether a function of this name is a filter. */
export function isFilter(name: string): boolean {
  return catalog.get(name)?.kind === 'filter';
}

/** Whether a comparison works on text as well as on numbers. */
export function keepsText(name: string): boolean {
  const entry = catalog.get(name);
  return entry?.kind === 'comparison' && ['equality', 'membership', 'text'].includes(entry.family);
}
