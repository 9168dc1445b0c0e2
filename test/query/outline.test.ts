import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { check, computeCadence, format, outlineOf, references } from '../../src/query/index.ts';
import { accountQuery, brokenQuery, userQuery } from '../support/arbitrary-query.ts';
import { nastyTexts } from '../support/nasty-texts.ts';
import { oneIn, runs } from '../support/runs.ts';
import { anyCharacter } from '../support/wild-text.ts';

test.each(['users', 'accounts'] as const)(
  'of a valid definition of %s says what others say',
  (type) => {
    fc.assert(
      fc.property(type === 'users' ? userQuery : accountQuery, (query) => {
        const { tree } = check(query, { type });
        const outline = outlineOf(query, type);
        expect(outline?.references).toEqual(references(tree));
        expect(outline?.cadence).toEqual(computeCadence(tree, type));
        expect(outline?.canonical).toBe(format(tree));
        expect(outline?.references.traits).toEqual(
          expect.arrayContaining(outline?.memberships ?? []),
        );
        expect(outlineOf(outline?.canonical ?? '', type)?.canonical).toBe(outline?.canonical);
      }),
      { numRuns: runs(75) },
    );
  },
);

test('of any text is made, or there is none', () => {
  const anyText = fc.oneof(brokenQuery, fc.string({ unit: anyCharacter }));
  fc.assert(
    fc.property(anyText, (query) => {
      expect(() => outlineOf(query, 'linked')).not.toThrow();
    }),
    { numRuns: runs(150) },
  );
});

test.each(oneIn(10, nastyTexts))('of $name is made, or there is none', ({ ofLength }) => {
  expect(() => outlineOf(ofLength(5000), 'users')).not.toThrow();
});

describe('memberships', () => {
  test.each([
    ["trait('vips') = 'true'", ['vips']],
    ["trait('vips') != 'true' AND trait('old') = 'false'", ['vips', 'old']],
    ["NOT (trait('a') = \"true\" OR trait('b').equals('true'))", ['a', 'b']],
    ["trait('a') = 'true' AND trait('a').exists()", []],
    ["trait('a') = 'True'", []],
    ["trait('a').one_of('true', 'false')", []],
    ["trait('plan') = 'vip'", []],
    ["event('E').where(property('p') = 'true').count() >= 1", []],
    ["event('E').where(trait('a') = 'true').count() >= 1", ['a']],
  ])('in %s', (query, expected) => {
    expect(outlineOf(query, 'users')?.memberships).toEqual(expected);
  });

  test('of any user of an account', () => {
    expect(outlineOf("ANY trait('vips') = 'true'", 'accounts')?.memberships).toEqual(['vips']);
  });
});
