import fc from 'fast-check';
import { expect, test } from 'vitest';
import { check, evaluate } from '../../src/query/index.ts';
import { account, now, profile } from '../support/arbitrary-profile.ts';
import { accountQuery, userQuery } from '../support/arbitrary-query.ts';
import { naiveEvaluate } from '../support/naive-evaluate.ts';
import { runs } from '../support/runs.ts';

/*
 * The evaluator against a second one.
 */

test.each([
  ['users', userQuery, profile],
  ['accounts', accountQuery, account],
] as const)('agrees with the naive one at the level of %s', (type, query, subject) => {
  let inside = 0;
  fc.assert(
    fc.property(query, fc.array(subject, { minLength: 3, maxLength: 6 }), (text, subjects) => {
      const { tree } = check(text, { type, purpose: 'audience' });
      for (const one of subjects) {
        const found = evaluate(tree, one, now);
        expect([text, one, found]).toEqual([text, one, naiveEvaluate(tree, one, now)]);
        if (found) inside += 1;
      }
    }),
    { numRuns: runs(250) },
  );
  // Agreement would mean little if nearly all were in, or out.
  expect(inside).toBeGreaterThan(runs(250) / 8);
});
