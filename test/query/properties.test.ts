import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applyFix,
  check,
  computeCadence,
  type Diagnostic,
  explain,
  format,
  type Level,
  references,
  render,
} from '../../src/query/index.ts';
import { accountQuery, brokenQuery, userQuery } from '../support/arbitrary-query.ts';

const levels = fc.constantFrom<Level>('users', 'accounts', 'linked');
const audience = (type: Level) => ({ type, purpose: 'audience' }) as const;

/** A tree without the places of its nodes. */
function bare(tree: unknown): unknown {
  return JSON.parse(
    JSON.stringify(tree, (key, value) =>
      ['start', 'end', 'nameSpan', 'unitSpan', 'typeSpan', 'operator'].includes(key)
        ? undefined
        : value,
    ),
  );
}

describe('any text at all', () => {
  test.each([
    ['characters', fc.string({ unit: 'binary', maxLength: 200 })],
    ['pieces of the language', brokenQuery],
  ])('is read, checked and explained without a fault: %s', (_, query) => {
    fc.assert(
      fc.property(query, levels, (text, type) => {
        const { tree, diagnostics, valid } = check(text, audience(type));
        expect(diagnostics.length).toBeLessThanOrEqual(20);
        expect(valid).toBe(diagnostics.every(({ severity }) => severity !== 'error'));
        for (const diagnostic of diagnostics) {
          const { start, end } = diagnostic;
          expect(start >= 0 && start <= end && end <= text.length).toBe(true);
          expect(render(text, diagnostic).split('\n').length).toBeGreaterThan(2);
        }
        format(tree);
        explain(tree, type);
        references(tree);
        computeCadence(tree, type);
      }),
      { numRuns: 2000 },
    );
  });

  test('a fix that is applied takes its diagnostic away', () => {
    const count = (diagnostics: Diagnostic[], { code }: Diagnostic) =>
      diagnostics.filter((other) => other.code === code).length;
    fc.assert(
      fc.property(brokenQuery, levels, (text, type) => {
        const { diagnostics } = check(text, audience(type));
        // With as many as are shown, another may come into view when one goes.
        fc.pre(diagnostics.length < 20);
        for (const diagnostic of diagnostics) {
          if (!diagnostic.fix) continue;
          const fixed = applyFix(text, diagnostic.fix);
          const left = check(fixed, audience(type)).diagnostics;
          const sameAgain = left.filter(
            ({ code, start, message }) =>
              code === diagnostic.code &&
              start === diagnostic.start &&
              message === diagnostic.message,
          );
          expect([
            fixed,
            sameAgain.length === 0 || count(left, diagnostic) < count(diagnostics, diagnostic),
          ]).toEqual([fixed, true]);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('any valid definition', () => {
  test.each([
    ['users', userQuery],
    ['accounts', accountQuery],
  ] as const)('of type %s is accepted, and its tree survives printing', (type, query) => {
    fc.assert(
      fc.property(query, (text) => {
        const { valid, tree, diagnostics } = check(text, audience(type));
        expect([text, diagnostics.filter(({ severity }) => severity === 'error')]).toEqual([
          text,
          [],
        ]);
        expect(valid).toBe(true);
        const printed = format(tree);
        const again = check(printed, audience(type)).tree;
        expect(bare(again)).toEqual(bare(tree));
        expect(format(again)).toBe(printed);
        expect(explain(tree, type)).not.toContain('…');
      }),
      { numRuns: 500 },
    );
  });
});
