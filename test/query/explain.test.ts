import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Account,
  check,
  type Expression,
  evaluate,
  explain,
  format,
  type Level,
  type Profile,
  traitOf,
} from '../../src/query/index.ts';
import { account, now, profile } from '../support/arbitrary-profile.ts';
import { accountQuery, userQuery } from '../support/arbitrary-query.ts';
import { corpusFileSchema } from '../support/corpus.ts';
import { oneIn, runs } from '../support/runs.ts';
import { subjectsFor } from '../support/subjects-for.ts';

/*
 * Explanations have one reading: definitions that mean different things are explained in different
 * words. The words themselves are in the corpus, which corpus.test.ts holds the code against.
 */

interface Definition {
  query: string;
  type: Level;
  purpose: 'audience' | 'trait';
  tree: Expression;
  explanation: string;
}

function definition(
  query: string,
  type: Level = 'users',
  purpose: Definition['purpose'] = 'audience',
): Definition {
  const { tree, diagnostics } = check(query, { type, purpose });
  const error = diagnostics.find(({ severity }) => severity === 'error');
  // Thousands of definitions are made: an `expect` for each takes longer than the check.
  if (error) throw new Error(`${query} is not valid: ${error.message}`);
  return { query, type, purpose, tree, explanation: explain(tree, type) };
}

/** What a definition comes out as for each subject. */
function meaning({ tree, type, purpose }: Definition, subjects: readonly Account[]): string {
  const results = subjects.map((subject) => {
    const { users: _, ...own } = subject;
    const one = type === 'accounts' ? subject : own;
    const isTrait = purpose === 'trait' && tree.kind === 'chain';
    return isTrait ? traitOf(tree)(one, now) : evaluate(tree, one, now);
  });
  return JSON.stringify(results);
}

/** Those that are explained in the same words and mean different things. */
function confused(definitions: readonly Definition[], subjects?: readonly Account[]): string[][] {
  const byWords = new Map<string, Definition[]>();
  for (const one of definitions) {
    const key = `${one.type} ${one.purpose} ${one.explanation}`;
    const group = byWords.get(key);
    if (group) group.push(one);
    else byWords.set(key, [one]);
  }
  const groups = [...byWords.values()].filter((group) => group.length > 1);
  return groups
    .filter((group) => {
      const seen =
        subjects ??
        subjectsFor(
          group.map(({ tree }) => tree),
          now,
        );
      return new Set(group.map((one) => meaning(one, seen))).size > 1;
    })
    .map((group) => group.map(({ query, explanation }) => `${query}: ${explanation}`));
}

describe('in the corpus', () => {
  const entries = readdirSync('test/query/corpus')
    .flatMap((name) =>
      corpusFileSchema.parse(JSON.parse(readFileSync(`test/query/corpus/${name}`, 'utf8'))),
    )
    .filter(({ explanation }) => explanation !== undefined);
  const definitions = entries.map(({ query, type, purpose }) => definition(query, type, purpose));

  test('at least 500 definitions have an explanation to be held against', () => {
    expect(new Set(entries.map(({ explanation }) => explanation)).size).toBeGreaterThan(500);
  });

  test('no two that mean different things share one', () => {
    expect(confused(definitions)).toEqual([]);
  });
});

test.each([
  ["trait('x') = 1", "NOT trait('x') != 1"],
  ["trait('x') != 1", "NOT trait('x') = 1"],
  ["event('A').count() >= 1", "event('A').count() >= 2"],
  ["event('A').within(7 days).count() >= 1", "event('A').within(8 days).count() >= 1"],
  ["event('A').first(property('x')) = 1", "event('A').last(property('x')) = 1"],
  ["event('A').max(property('x')) = 1", "event('A').max(property('x') as string) = 1"],
  [
    "event('A').where(property('x') = 1).expires_after(1 hour).count() >= 2",
    "event('A').expires_after(1 hour).where(property('x') = 1).count() >= 2",
  ],
  ["trait('a\\.b') = 1", "trait('a.b') = 1"],
])('subjects tell %s from %s', (a, b) => {
  const pair = [definition(a), definition(b)];
  const subjects = subjectsFor(
    pair.map(({ tree }) => tree),
    now,
  );
  const [first, second] = pair.map((one) => meaning(one, subjects));
  expect(first).not.toBe(second);
  expect(pair[0]?.explanation).not.toBe(pair[1]?.explanation);
});

/*
 * By default every fifth of these: not every second, because they come in pairs of AND and OR, with and without NOT.
 */

describe('conditions in every combination', () => {
  /** All ways to join and deny three conditions, as deep as there is something to be misread. */
  const atoms = ["trait('a') = 1", "trait('b') != 1", "trait('c').exists()"];
  const withDenial = (texts: readonly string[]) => texts.flatMap((text) => [text, `NOT (${text})`]);
  const joined = (left: readonly string[], right: readonly string[]) =>
    left.flatMap((a) => right.flatMap((b) => [`(${a}) AND (${b})`, `(${a}) OR (${b})`]));
  const single = withDenial(atoms);
  const double = withDenial(joined(single, single));
  const values = [1, 2, undefined];
  const subjects = values.flatMap((a) =>
    values.flatMap((b) => values.map((c) => ({ traits: { a, b, c }, events: [], users: [] }))),
  );

  test('are explained in the same words only if they mean the same', () => {
    const queries = [...single, ...double, ...joined(double, single), ...joined(single, double)];
    const definitions = oneIn(5, queries).map((query) => definition(query));
    expect(confused(definitions, subjects)).toEqual([]);
    expect(new Set(definitions.map(({ explanation }) => explanation)).size).toBeGreaterThan(500);
  });

  test('inside a where as well', () => {
    const inWhere = (text: string) =>
      `event('E').where(${text.replaceAll('trait', 'property')}).count() >= 1`;
    const ofEvents = subjects.map(({ traits }) => ({
      traits: {},
      users: [],
      events: [{ name: 'E', at: now, properties: traits }],
    }));
    const queries = [...single, ...double, ...joined(double, single)];
    const definitions = oneIn(5, queries).map((query) => definition(inWhere(query)));
    expect(confused(definitions, ofEvents)).toEqual([]);
  });

  test('of users of an account as well', () => {
    const bits = [undefined, 1];
    const users = bits.flatMap((a) => bits.map((b) => ({ traits: { a, b }, events: [] })));
    const accounts = [[], ...users.flatMap((x) => [[x], ...users.map((y) => [x, y])])].flatMap(
      (some) => bits.map((c) => ({ traits: { a: c, b: c, c }, events: [], users: some })),
    );
    const of = withDenial(["trait('a') = 1", "trait('b') = 1"]);
    const junctions = withDenial(joined(of, of));
    const quantified = withDenial(
      [...of, ...junctions].flatMap((text) => [`ANY (${text})`, `ALL (${text})`]),
    );
    const queries = [...quantified, ...joined(quantified.slice(0, 40), ["trait('c') = 1"])];
    const definitions = queries.map((query) => definition(query, 'accounts'));
    expect(confused(definitions, accounts)).toEqual([]);
  });
});

describe('comparisons in every combination', () => {
  const stream = ['', '.within(7 days)', ".where(property('y') = 1)"];
  const reducers = [
    ...['count()', "sum(property('p'))", "avg(property('p'))", "max(property('p'))"],
    ...[
      "min(property('p') as string)",
      "mode(property('p'), 2)",
      "mode(property('p') as number, 2)",
    ],
    ...["first(property('p'))", "last(property('p'))", "unique(property('p')).count()"],
  ];
  const values = [
    "trait('x')",
    ...stream.flatMap((filters) => reducers.map((reducer) => `event('A')${filters}.${reducer}`)),
  ];
  const comparisons = [
    ...[' = 2', ' != 2', ' > 2', ' >= 2', ' < 2', ' <= 2', " > 'm'", " <= '2026-01-01'"],
    ...['.exists()', '.absent()', ".contains('a')", ".contains('a', 'b')", ".starts_with('a')"],
    ...['.one_of(1, 2)', '.one_of(2)', '.none_of(1, 2)', ".before_date('2026-01-01')"],
    ...['.within_last(7 days)', '.after_next(7 days)', " = trait('y')", " != trait('y')"],
    ...[" > trait('y')", " <= trait('y')", ".ends_with('a')", " > event('B').count()"],
  ];

  test('are explained in the same words only if they mean the same', () => {
    const definitions = oneIn(5, values).flatMap((value) =>
      comparisons.flatMap((comparison) =>
        ['', 'NOT '].map((denial) => definition(denial + value + comparison)),
      ),
    );
    expect(confused(definitions)).toEqual([]);
  });
});

/** An empty list is missing for a comparison, and yet a value for the reducers `first` and `last`. */
function hasNoEmptyList(subject: Profile): boolean {
  return !/:\[\][,}]/.test(JSON.stringify(subject).replaceAll(/"(events|users)":\[\]/g, ''));
}

describe('any two definitions', () => {
  /** What is changed in a definition that may make it another. */
  const changes: readonly (readonly [RegExp, string])[] = [
    [/^/, 'NOT NOT '],
    [/NOT (?=\w+\()/, 'NOT NOT NOT '],
    [/ AND /, ' OR '],
    [/NOT /, ''],
    [/^/, 'NOT '],
    [/ (?==|>|<)/, ' '],
    [/>=/, '>'],
    [/!=/, '='],
    [/\.first\(/, '.last('],
    [/\.max\(/, '.min('],
    [/\.sum\(/, '.avg('],
    [/none_of/, 'one_of'],
    [/\.exists\(\)/, '.absent()'],
    [/within_last/, 'before_last'],
    [/\.within\((?!parent)/, '.within(parent: '],
    [/parent: /, ''],
    [/ANY/, 'ALL'],
    [/(\.within\([^()]*\))(\.sources\([^()]*\))/, '$2$1'],
    [/\((.*)\) (AND|OR) /, '$1 $2 '],
  ];

  test.each([
    ['users', userQuery, profile],
    ['accounts', accountQuery, account],
  ] as const)('of type %s that share an explanation mean the same', (type, query, subject) => {
    const subjects = fc.sample<Profile>(subject, { numRuns: 60, seed: 7 }).filter(hasNoEmptyList);
    let shared = 0;
    fc.assert(
      fc.property(query, fc.constantFrom(...changes), (text, [pattern, replacement]) => {
        const other = text.replace(pattern, replacement);
        const [one, two] = [text, other].map((each) => check(each, { type, purpose: 'audience' }));
        if (!one || !two) return;
        const isValid = two.diagnostics.every(({ severity }) => severity !== 'error');
        if (!isValid || format(one.tree) === format(two.tree)) return;
        if (explain(one.tree, type) !== explain(two.tree, type)) return;
        shared += 1;
        const [first, second] = [one, two].map(({ tree }) =>
          subjects.map((each) => evaluate(tree, each, now)),
        );
        expect([text, other, first]).toEqual([text, other, second]);
      }),
      { numRuns: runs(300) },
    );
    // It would mean little if none were explained alike.
    expect(shared).toBeGreaterThan(runs(300) / 300);
  });
});
