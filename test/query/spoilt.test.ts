import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Level } from '../../src/query/index.ts';
import { account, profile } from '../support/arbitrary-profile.ts';
import { accountQuery, userQuery } from '../support/arbitrary-query.ts';
import { meansTheSame, readingOf, resultsOfFixes } from '../support/meaning.ts';
import { runs } from '../support/runs.ts';
import { seed } from '../support/seed.ts';
import { accountSpoilers, type Spoiler, spoilers } from '../support/spoilers.ts';

/*
 * A fix never changes what was said: valid definitions are spoilt in ways that people do, and each
 * fix, and the chain of them, must give the original meaning or nothing valid.
 */

/** How many spoilt definitions are tried for each way, if that many can be spoilt by it. */
const maxRuns = runs(2);

const levels = [
  ['users', userQuery, fc.sample(profile, { numRuns: 150, seed: 1 }), spoilers],
  ['accounts', accountQuery, fc.sample(account, { numRuns: 150, seed: 1 }), accountSpoilers],
] as const;

/** Definitions of all levels with what is rare in those that are generated. */
const rare = [
  "event('Viewed').within(3 days).count() >= 2",
  "event('Bought').where(property('price') = 1 AND property('category') = 'a').count() >= 1",
];

/** What a fix made of a spoilt definition although it means something else. */
interface Betrayal {
  spoiler: string;
  text: string;
  meant: readonly string[];
  result: string;
}

function betrayals(spoiler: Spoiler, query: string, choice: number, type: Level): Betrayal[] {
  const spoilt = spoiler.spoil(query, (count) => choice % Math.max(count, 1));
  if (!spoilt) return [];
  const { text } = spoilt;
  const { isValid } = readingOf(text, type);
  // What is spoilt and still valid says something by itself, and that has to stay.
  const meant = isValid ? [text] : spoilt.meant;
  const subjects = type === 'accounts' ? levels[1][2] : levels[0][2];
  return resultsOfFixes(text, type)
    .results.map((result) => ({ result, ...readingOf(result, type) }))
    .filter(({ isValid: isResultValid }) => isResultValid)
    .filter(
      ({ tree }) =>
        !meant.some((one) => meansTheSame(tree, readingOf(one, type).tree, type, subjects)),
    )
    .map(({ result }) => ({ spoiler: spoiler.name, text, meant, result }));
}

test('there are at least 30 ways to spoil a definition', () => {
  const names = [...spoilers, ...accountSpoilers].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(30);
});

describe.each(levels)('a definition of type %s', (type, query, _subjects, ways) => {
  // Few definitions have what some of the ways spoil, so that all ways choose among the same ones.
  const pool = [
    ...rare.map((text): [string, number] => [text, 0]),
    ...fc.sample(fc.tuple(query, fc.nat()), { numRuns: runs(2000), seed }),
  ];
  const choose = (choice: number) => (count: number) => choice % Math.max(count, 1);

  test.each(ways.map((way) => [way.name, way] as const))('of someone who %s', (_name, way) => {
    const spoilable: typeof pool = [];
    for (const [text, choice] of pool) {
      if (spoilable.length === maxRuns) break;
      if (way.spoil(text, choose(choice)) !== undefined) spoilable.push([text, choice]);
    }
    expect(spoilable.length, `seed ${seed}`).toBeGreaterThan(0);
    const found = spoilable.flatMap(([text, choice]) => betrayals(way, text, choice, type));
    expect(found, `seed ${seed}`).toEqual([]);
  });
});
