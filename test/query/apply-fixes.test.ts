import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyFixes, check, type Diagnostic, type Level } from '../../src/query/index.ts';
import { brokenQuery } from '../support/arbitrary-query.ts';
import { runs } from '../support/runs.ts';

describe('the chain of fixes', () => {
  test('applies all that stand apart at once, and goes on with what the next check offers', () => {
    const { text, rounds, checked } = applyFixes("evnt('A').cuont() >= 1 and trait(“b”) == 'c'");
    expect(text).toBe("event('A').count() >= 1 AND trait('b') = 'c'");
    expect(rounds.flat()).toHaveLength(5);
    expect(rounds.length).toBeLessThan(5);
    expect(checked).toMatchObject({ valid: true, diagnostics: [] });
  });

  test('leaves a text without fixes as it is', () => {
    expect(applyFixes("trait('a') = 1")).toMatchObject({ text: "trait('a') = 1", rounds: [] });
    expect(applyFixes('')).toMatchObject({ text: '', rounds: [], checked: { valid: false } });
  });

  test('leaves alone what is not wanted', () => {
    const notComments = ({ code }: Diagnostic) => code !== 'comment';
    const { text } = applyFixes("evnt('A').count() >= 1 -- often", {}, notComments);
    expect(text).toBe("event('A').count() >= 1 -- often");
  });

  test('is for the level that is asked for', () => {
    const query = "ANY evnt('A').count() >= 1";
    const { text, checked } = applyFixes(query, { type: 'accounts' });
    expect([text, checked.valid]).toEqual(["ANY event('A').count() >= 1", true]);
  });

  test('ends within ten rounds, and what it says of its text is what a check says', () => {
    fc.assert(
      fc.property(
        brokenQuery,
        fc.constantFrom<Level>('users', 'accounts', 'linked'),
        (query, type) => {
          const { text, rounds, checked } = applyFixes(query, { type });
          expect(rounds.length).toBeLessThanOrEqual(10);
          expect(checked).toEqual(check(text, { type }));
          if (check(query, { type }).valid) expect([query, checked.valid]).toEqual([query, true]);
        },
      ),
      { numRuns: runs(200) },
    );
  });
});
