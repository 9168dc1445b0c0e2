import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Argument, Span } from '../../src/query/ast.ts';
import { comparisonIn } from '../../src/query/chains.ts';
import {
  check,
  type ExplanationPart,
  type Expression,
  explain,
  explainParts,
  type Level,
} from '../../src/query/index.ts';
import { accountQuery, userQuery } from '../support/arbitrary-query.ts';
import { corpusFileSchema } from '../support/corpus.ts';
import { oneIn, runs } from '../support/runs.ts';

/*
 * An explanation in pieces: the same words, and for each the characters that it explains.
 */

/** Every piece with what it explains, of a valid definition. */
function explained(query: string, type: Level = 'users', purpose?: 'trait'): [string, string?][] {
  const { tree, valid } = check(query, { type, purpose });
  expect([query, valid]).toEqual([query, true]);
  return explainParts(tree, type).map(({ text, range }) =>
    range ? [text, query.slice(range.start, range.end)] : [text],
  );
}

/** The spans of all conditions: chains that end in a comparison, inside a `where` as well. */
function conditionsIn(node: Argument): Span[] {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.operands.flatMap(conditionsIn);
    case 'not':
    case 'any':
    case 'all':
    case 'cast':
      return conditionsIn(node.operand);
    case 'named':
      return conditionsIn(node.value);
    case 'chain': {
      const inside = node.calls.flatMap(({ args }) => args.flatMap(conditionsIn));
      return comparisonIn(node) ? [node, ...inside] : inside;
    }
    default:
      return [];
  }
}

const contains = (outer: Span, inner: Span) => outer.start <= inner.start && inner.end <= outer.end;
const apart = (a: Span, b: Span) => a.end <= b.start || b.end <= a.start;

function rangesOf(parts: readonly ExplanationPart[]): Span[] {
  return parts.flatMap(({ range }) => range ?? []);
}

/** Everything that holds for the pieces of any valid definition. */
function expectSound(query: string, tree: Expression, type: Level): void {
  const parts = explainParts(tree, type);
  expect(parts.map(({ text }) => text).join('')).toBe(explain(tree, type));
  expect(parts.filter(({ text }) => text === '')).toEqual([]);
  const ranges = rangesOf(parts);
  const wrong = ranges.filter(({ start, end }) => start < 0 || start >= end || end > query.length);
  expect([query, wrong]).toEqual([query, []]);
  const crossing = ranges.filter((one) =>
    ranges.some((other) => !apart(one, other) && !contains(one, other) && !contains(other, one)),
  );
  expect([query, crossing]).toEqual([query, []]);
  const silent = conditionsIn(tree).filter(
    (condition) => !ranges.some((range) => contains(condition, range)),
  );
  expect([query, silent]).toEqual([query, []]);
}

test.each([
  ['users', userQuery],
  ['accounts', accountQuery],
] as const)(
  'for any definition of %s, each condition has words and each range fits',
  (type, queries) => {
    fc.assert(
      fc.property(queries, (query) => {
        const { tree, valid } = check(query, { type });
        fc.pre(valid === true);
        expectSound(query, tree, type);
      }),
      { numRuns: runs(150) },
    );
  },
);

test('for every definition of the corpus as well', () => {
  const folder = 'test/query/corpus';
  let tried = 0;
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const entries = corpusFileSchema.parse(JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')));
    for (const { query, type = 'users', purpose = 'audience' } of oneIn(2, entries)) {
      const { tree, valid } = check(query, { type, purpose });
      if (!valid) continue;
      expectSound(query, tree, type);
      tried += 1;
    }
  }
  expect(tried).toBeGreaterThan(100);
});

describe('a piece explains', () => {
  test('a name, a filter, a comparison, or the condition around it', () => {
    const query = "event('A').where(property('p') >= 5).within(7 days).count() >= 2";
    expect(explained(query)).toEqual([
      ['Users '],
      ['who ', query],
      ['did', 'count() >= 2'],
      [' ', query],
      ['**A**', "event('A')"],
      [' ', query],
      ['at least twice', 'count() >= 2'],
      [' ', query],
      ['in the last 7 days', 'within(7 days)'],
      [' ', query],
      ['where ', "where(property('p') >= 5)"],
      ['**p**', "property('p')"],
      [' ', "property('p') >= 5"],
      ['is at least ', '>= 5'],
      ['5', '5'],
      ['.'],
    ]);
  });

  test('a condition with its NOT', () => {
    const query = "trait('x') = 1 AND NOT trait('y').exists()";
    expect(explained(query)).toContainEqual(['whose ', "NOT trait('y').exists()"]);
  });

  test('with the words between conditions, the conditions that they join', () => {
    const inner = "trait('x') = 1 OR trait('y') = 2";
    expect(explained(`trait('z') = 3 AND (${inner})`)).toContainEqual([', or ', inner]);
  });

  test('the value that a trait is defined by', () => {
    const query = "event('A').sum(property('p'))";
    expect(explained(query, 'users', 'trait')).toEqual([
      ['Total ', query],
      ['**p**', "property('p')"],
      [' over ', query],
      ['**A**', "event('A')"],
      ['.'],
    ]);
  });
});

test('names that contain the marks of unfinished sentences come out whole', () => {
  const name = '\ue0000;\ue001\ue0020;\ue002';
  const query = `trait('${name}') = '${name}'`;
  const { tree } = check(query, { type: 'users' });
  expectSound(query, tree, 'users');
  expect(explained(query)).toContainEqual([`"${name}"`, `'${name}'`]);
});
