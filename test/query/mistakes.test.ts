import { describe, expect, test } from 'vitest';
import type { Level } from '../../src/query/index.ts';
import { readingOf } from '../support/meaning.ts';
import { type Mistake, mistakes, type Score, score } from '../support/mistakes.ts';

/*
 * What the checker makes of mistakes, over the data in mistakes/. `npm run mistakes` prints the
 * table.
 */

/** The share of texts with a clear intention that a fix or the chain has to heal. */
const minHealedShare = 0.75;
/** Definitions that fixes may lead to although they say something else. */
const maxWrong = 0;
/** Errors that a text with one mistake may have, in the middle and at most. */
const medianErrors = 1;
const maxErrors = 3;

const scores = mistakes.map(score);
const levelOf = ({ type }: Mistake): Level => type ?? 'users';
const title = (mistake: Mistake) => `${mistake.text} (${levelOf(mistake)})`;

describe('the data', () => {
  test('has at least 300 different texts', () => {
    expect(new Set(mistakes.map(title)).size).toBe(mistakes.length);
    expect(mistakes.length).toBeGreaterThanOrEqual(300);
    expect(mistakes.filter(({ intended }) => intended).length).toBeGreaterThanOrEqual(250);
  });

  const readings = mistakes.flatMap((mistake) =>
    [...(mistake.intended ?? []), ...(mistake.allowed ?? [])].map((reading): [string, Level] => [
      reading,
      levelOf(mistake),
    ]),
  );
  test('says with valid definitions what is meant', () => {
    const invalid = readings.filter(([reading, type]) => !readingOf(reading, type).isValid);
    expect(invalid).toEqual([]);
  });
});

describe('a fix, or a chain of fixes,', () => {
  test('never gives a definition that says something else', () => {
    const wrong = scores.flatMap(({ mistake, wrong: given }) =>
      given === undefined ? [] : [`${title(mistake)} -> ${given}`],
    );
    expect(wrong.slice(maxWrong)).toEqual([]);
  });

  test('heals most of what is clearly meant', () => {
    const meant = scores.filter(({ mistake }) => mistake.intended);
    const healed = meant.filter(({ outcome }) => outcome === 'healed');
    expect(healed.length / meant.length).toBeGreaterThanOrEqual(minHealedShare);
  });
});

describe('one mistake', () => {
  const single = scores.filter(({ mistake, errors }) => isSingle(mistake) && errors > 0);

  test('gives one error at the median', () => {
    const counts = single.map(({ errors }) => errors).sort((a, b) => a - b);
    expect(counts[counts.length >> 1]).toBe(medianErrors);
  });

  test('never gives more than three errors', () => {
    const many = single.filter(({ errors }) => errors > maxErrors).map(describeErrors);
    expect(many).toEqual([]);
  });
});

function isSingle({ mistakes: count = 1 }: Mistake): boolean {
  return count === 1;
}

function describeErrors({ mistake, codes }: Score): string {
  return `${title(mistake)}: ${codes.join(', ')}`;
}
