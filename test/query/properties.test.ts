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
import { runs } from '../support/runs.ts';
import { anyCharacter } from '../support/wild-text.ts';

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
    ['characters', fc.string({ unit: anyCharacter, maxLength: 200 })],
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
      { numRuns: runs(200) },
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
      { numRuns: runs(200) },
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
      { numRuns: runs(60) },
    );
  });
});

describe('what is between quotes', () => {
  const pieces = fc.array(fc.constantFrom('a', "\\'", '\\\\', '\\.', "'", '’', ' '));
  test('survives printing, and its fixes', () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const query = `trait("${parts.join('')}") = 1`;
        const { tree, diagnostics, valid } = check(query, audience('users'));
        expect([query, valid]).toEqual([query, true]);
        const printed = format(tree);
        const again = check(printed, audience('users')).tree;
        expect(format(again)).toBe(printed);
        expect(references(again)).toEqual(references(tree));
        for (const { fix } of diagnostics) {
          if (!fix) continue;
          const fixed = check(applyFix(query, fix), audience('users')).tree;
          expect(references(fixed)).toEqual(references(tree));
        }
      }),
      { numRuns: runs(120) },
    );
  });
});

describe('numbers and lengths in any spelling', () => {
  const digits = fc.stringMatching(/^\d{1,30}$/);
  const spelt = fc
    .tuple(
      fc.constantFrom('', '+'),
      fc.oneof(
        digits,
        digits.map((text) => `.${text}`),
        fc.tuple(digits, digits).map((parts) => parts.join('.')),
      ),
      fc.oneof(
        fc.constant(''),
        fc.integer({ min: -40, max: 40 }).map((power) => `e${power}`),
      ),
    )
    .map((parts) => parts.join(''));
  test('keep their value when they are printed', () => {
    fc.assert(
      fc.property(spelt, (text) => {
        const query = `trait('a') > ${text} AND trait('b').within_last(${text} days)`;
        const { tree, valid } = check(query, audience('users'));
        expect([query, valid]).toEqual([query, true]);
        const printed = format(tree);
        const [, number, length] = /> (\S+) AND .*\((\S+) days/.exec(printed) ?? [];
        expect([text, Number(number), Number(length)]).toEqual([text, Number(text), Number(text)]);
        expect(format(check(printed, audience('users')).tree)).toBe(printed);
      }),
      { numRuns: runs(120) },
    );
  });
});
