import type { FunctionCall } from './ast.ts';
import { functions } from './functions.ts';
import type {
  ChainType,
  Comparison,
  Extractor,
  Filter,
  LanguageFunction,
  Reducer,
} from './language-function.ts';

/*
 * What the rest of the language asks of functions.ts.
 */

/** All functions, by name, in the order of the documentation. */
export const catalog: ReadonlyMap<string, LanguageFunction> = new Map(
  functions.map((entry) => [entry.name, entry]),
);

/** The comparison that an operator stands for. */
export const operators: ReadonlyMap<string, string> = new Map(
  functions.flatMap((entry) =>
    entry.kind === 'comparison'
      ? [entry.operator, entry.otherOperator]
          .filter((operator) => operator !== undefined)
          .map((operator) => [operator, entry.name] as const)
      : [],
  ),
);

/** The row of a call's function; undefined if there is none of that name. */
export function functionOf(call: FunctionCall | undefined): LanguageFunction | undefined {
  return call && catalog.get(call.name);
}

/** The row of a call that is an extractor. */
export function extractorOf(call: FunctionCall | undefined): Extractor | undefined {
  const entry = functionOf(call);
  return entry?.kind === 'extractor' ? entry : undefined;
}

/** The row of a call that is a filter. */
export function filterOf(call: FunctionCall | undefined): Filter | undefined {
  const entry = functionOf(call);
  return entry?.kind === 'filter' ? entry : undefined;
}

/** The row of a call that is a reducer. */
export function reducerOf(call: FunctionCall | undefined): Reducer | undefined {
  const entry = functionOf(call);
  return entry?.kind === 'reducer' ? entry : undefined;
}

/** The row of a call that is a comparison. */
export function comparisonOf(call: FunctionCall | undefined): Comparison | undefined {
  const entry = functionOf(call);
  return entry?.kind === 'comparison' ? entry : undefined;
}

/** The comparison that holds of just those numbers of which this one does not. */
export function negationOf({ negation = '' }: Comparison): Comparison | undefined {
  const entry = catalog.get(negation);
  return entry?.kind === 'comparison' ? entry : undefined;
}

/** Whether a function takes a condition about the items of its stream, as `where` does. */
export function takesCondition(entry: LanguageFunction | undefined): boolean {
  return entry?.kind === 'filter' && entry.family === 'condition';
}

/** Whether what a chain is after a call can be counted. */
export function isCountable(type: ChainType): boolean {
  return functions.some(
    (entry) =>
      entry.kind === 'reducer' && entry.family === 'counting' && entry.follows.includes(type),
  );
}

/** What a stream needs to be compared instead of by `exists` or `absent`, as behind a count; undefined for other functions. */
export function countInstead(name: string): string | undefined {
  const entry = catalog.get(name);
  if (entry?.kind !== 'comparison' || entry.holdsOfPresent === undefined) return undefined;
  return entry.holdsOfPresent ? ' >= 1' : ' = 0';
}

/** The extractor whose name a bare word most likely is. */
export function extractorOfBareWord(place: 'inside' | 'outside'): string {
  const meant = functions.find(
    (entry) => entry.kind === 'extractor' && entry.bareWordPlace === place,
  );
  return meant?.name ?? '';
}

const namesByOtherName = new Map<string, string[]>();
for (const { name, otherNames = [] } of functions) {
  for (const other of otherNames) {
    namesByOtherName.set(other, [...(namesByOtherName.get(other) ?? []), name]);
  }
}

/** The functions that a name in another language's manner may mean. */
export function knownAs(name: string): readonly string[] {
  return namesByOtherName.get(name.toLowerCase().replaceAll('_', '')) ?? [];
}

/** The comparison that words run together name, in this language or another, in small letters. */
export function comparisonCalled(words: string): string | undefined {
  const word = words.replaceAll('_', '');
  const names = [...catalog.keys()].filter((name) => name.replaceAll('_', '') === word);
  return [...names, ...knownAs(word)].find((name) => catalog.get(name)?.kind === 'comparison');
}

/** The comparison that SQL writes like this, such as `LIKE 'x%'`. */
export function comparisonInSql(pattern: string): string | undefined {
  return functions.find((entry) => entry.kind === 'comparison' && entry.sqlPattern === pattern)
    ?.name;
}

/** The names of the functions that may follow a chain of this type, or begin one. */
export function mayFollow(type: ChainType | undefined): string[] {
  return functions
    .filter(({ follows }) => (type === undefined ? follows.length === 0 : follows.includes(type)))
    .map((entry) => entry.name);
}

/** How the documentation writes a call, such as `mode(property as string|number, least frequency?)`. */
export function signature({ name, parameters }: LanguageFunction): string {
  const written = parameters.map(({ label, casts, optional, rest }) => {
    const cast = casts && casts.length > 0 ? ` as ${casts.join('|')}` : '';
    return `${label}${cast}${optional ? '?' : ''}${rest ? ', …' : ''}`;
  });
  return `${name}(${written.join(', ')})`;
}
