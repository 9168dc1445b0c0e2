import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { applyFix, check, evaluate, type Level } from '../../src/query/index.ts';
import { now } from '../support/arbitrary-profile.ts';
import { corpusFileSchema } from '../support/corpus.ts';
import { subjectsFor } from '../support/subjects-for.ts';

/*
 * The fix of a warning or a hint is offered for a definition that is valid: whoever applies it must not
 * get another audience.
 */

/** Fixes that change what a definition means to the letter, and nothing that was meant. */
const exceptions = [
  // A window that ends before it begins holds nothing, and so does one of less than no time.
  'reversed-window',
  'negative-number',
  // The same moment; strings that are not a time are compared with how it is written.
  'unsettled-time',
];

const cases = readdirSync('test/query/corpus')
  .flatMap((name) =>
    corpusFileSchema.parse(JSON.parse(readFileSync(`test/query/corpus/${name}`, 'utf8'))),
  )
  .filter(({ explanation, purpose }) => explanation !== undefined && purpose === undefined)
  .flatMap(({ query, type: given }) => {
    const type: Level = given ?? 'users';
    const { tree, diagnostics } = check(query, { type, purpose: 'audience' });
    return diagnostics.flatMap(({ fix, code }) =>
      fix && !exceptions.includes(code) ? [{ query, type, tree, code, fix }] : [],
    );
  });

test.each(cases)('$code in $query', ({ query, type, tree, fix }) => {
  const fixed = applyFix(query, fix);
  const again = check(fixed, { type, purpose: 'audience' });
  expect(again.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const subjects = subjectsFor([tree, again.tree], now, 60).map(({ users, ...own }) =>
    type === 'accounts' ? { ...own, users } : own,
  );
  const apart = subjects.filter(
    (subject) => evaluate(again.tree, subject, now) !== evaluate(tree, subject, now),
  );
  expect([fixed, apart]).toEqual([fixed, []]);
});
