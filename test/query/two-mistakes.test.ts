import fc from 'fast-check';
import { expect, test } from 'vitest';
import { profile } from '../support/arbitrary-profile.ts';
import { userQuery } from '../support/arbitrary-query.ts';
import { meansTheSame, readingOf, resultsOfFixes } from '../support/meaning.ts';
import { runs } from '../support/runs.ts';
import { spoilers } from '../support/spoilers.ts';

/*
 * Two mistakes in one definition: the fixes of one, or of both together, never turn the other into
 * something else.
 */

const subjects = fc.sample(profile, { numRuns: 100, seed: 1 });
const way = fc.constantFrom(...spoilers);

test('a chain of fixes keeps the meaning of a definition with two mistakes', () => {
  fc.assert(
    fc.property(userQuery, way, way, fc.nat(), (query, one, other, choice) => {
      const choose = (count: number) => choice % Math.max(count, 1);
      const first = one.spoil(query, choose);
      fc.pre(first?.meant.length === 1 && first.meant[0] === query);
      const second = first && other.spoil(first.text, choose);
      fc.pre(second?.meant.length === 1 && second.meant[0] === first?.text);
      const text = second?.text ?? '';
      fc.pre(!readingOf(text, 'users').isValid);
      const { tree } = readingOf(query, 'users');
      const wrong = resultsOfFixes(text, 'users').results.filter((result) => {
        const verdict = readingOf(result, 'users');
        return verdict.isValid && !meansTheSame(verdict.tree, tree, 'users', subjects);
      });
      expect([text, wrong]).toEqual([text, []]);
    }),
    { numRuns: runs(40), maxSkipsPerRun: 400 },
  );
});
