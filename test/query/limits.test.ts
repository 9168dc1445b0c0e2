import { describe, expect, test } from 'vitest';
import { check, describeQuery, evaluate } from '../../src/query/index.ts';

/*
 * No text may overflow the stack or be read without end.
 */

const audience = { type: 'users', purpose: 'audience' } as const;
const codes = (query: string) =>
  check(query, audience)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code }) => code);

/** All that is reported of a query that is not read. */
const unread = (query: string) => {
  const { checked, valid, diagnostics } = check(query, audience);
  expect([checked, valid]).toEqual([false, undefined]);
  return diagnostics.map(({ severity, code }) => `${severity} ${code}`);
};

const condition = (number: number) => `trait('t${number}') = ${number}`;
const conditions = (count: number) =>
  Array.from({ length: count }, (_, index) => condition(index)).join(' OR ');

describe('length', () => {
  const ofLength = (length: number) =>
    `trait('${'x'.repeat(length - 'trait("") = 1'.length)}') = 1`;

  test('20,000 characters are read', () => {
    expect(ofLength(20_000)).toHaveLength(20_000);
    expect(codes(ofLength(20_000))).toEqual([]);
  });

  test('one more is not, and only that is reported: a warning, as the reference has no limit', () => {
    const { checked, valid, diagnostics } = check(`evnt(${ofLength(20_001)}`, audience);
    expect([checked, valid]).toEqual([false, undefined]);
    expect(diagnostics).toMatchObject([
      { severity: 'warning', code: 'too-long', start: 20_000, end: 20_006 },
    ]);
  });

  test('of what is not read there is no form and no explanation, and nobody is in it', () => {
    const description = describeQuery(ofLength(20_001), 'users');
    expect(description).toMatchObject({ checked: false, primaryExpressions: 0 });
    expect(description.valid).toBeUndefined();
    expect(description.formatted).toBeUndefined();
    expect(description.explanation).toBeUndefined();
    const { tree } = check(ofLength(20_001), audience);
    expect(evaluate(tree, { traits: {}, events: [] }, 0)).toBe(false);
  });
});

describe('depth', () => {
  const inParentheses = (depth: number) => '('.repeat(depth) + condition(1) + ')'.repeat(depth);

  test('98 parentheses around a call are read', () => {
    expect(codes(inParentheses(98))).toEqual([]);
  });

  test.each([
    ['parentheses', inParentheses(101)],
    ['open parentheses', '('.repeat(10_000)],
    ['NOTs', `${'NOT '.repeat(3000)}${condition(1)}`],
    ['symbols for NOT', '!'.repeat(10_000)],
    ['wheres', "event('A').where(".repeat(1000)],
    ['braces', "event('A').where({".repeat(1000)],
    ['values in parentheses', `trait('a') = ${'('.repeat(5000)}1`],
    ['names of arguments', `event('A').within(${'parent:'.repeat(2000)}`],
    ['calls within calls', 'sum('.repeat(4000)],
    ['parentheses behind a mistake', `evnt('A') AND ${inParentheses(101)}`],
  ])('too many %s are not read, which is one warning', (_, query) => {
    expect(unread(query)).toEqual(['warning too-deep']);
  });
});

describe('size', () => {
  test('more than 5,000 parts are not read', () => {
    const values = Array.from({ length: 6000 }, () => '1').join(',');
    expect(unread(`trait('a').one_of(${values})`)).toEqual(['warning too-large']);
  });

  test('50 conditions are allowed', () => {
    expect(check(conditions(50), audience)).toMatchObject({ valid: true, primaryExpressions: 50 });
  });

  test('of 51 in a where it is not known whether they are too many', () => {
    const inside = conditions(51);
    const query = `event('A').where(${inside}).count() >= 1`;
    expect(check(query, audience)).toMatchObject({ valid: true, primaryExpressions: 1 });
    expect(check(query, audience).diagnostics.map(({ code }) => code)).toContain('many-conditions');
  });

  test('51 are not', () => {
    expect(check(conditions(51), audience)).toMatchObject({
      valid: false,
      primaryExpressions: 51,
      diagnostics: [{ code: 'too-many-conditions' }],
    });
  });

  const ones = Array.from({ length: 6000 }, () => '1').join(',');
  test.each([
    ['long', `${conditions(50)} OR trait('${'x'.repeat(20_000)}') = 1`, 'too-long'],
    ['deep', `(${conditions(50)}) OR ${'('.repeat(101)}x${')'.repeat(101)}`, 'too-deep'],
    ['large', `${conditions(50)} AND trait('a').one_of(${ones})`, 'too-large'],
    [
      'very long',
      Array.from({ length: 51 }, (_, index) => `trait('${'x'.repeat(15_000)}${index}') = 1`).join(
        ' or ',
      ),
      'too-long',
    ],
  ])('too many are also too many in what is too %s to be read', (_, query, limit) => {
    const { checked, valid, diagnostics, primaryExpressions } = check(query, audience);
    expect([checked, valid, primaryExpressions]).toEqual([true, false, 51]);
    expect(diagnostics.map(({ code }) => code)).toEqual(['too-many-conditions', limit]);
  });

  test.each([
    ['inside of calls', `event('A').where(${conditions(60)} OR ${'x'.repeat(20_000)}).count() = 1`],
    ['inside of strings', `trait('a') = '${' AND '.repeat(5000)}\\' AND '`],
    ['inside of other strings', `trait("a") = "${" AND ' ".repeat(5000)}"`],
    ['inside of comments', `trait('a') = 1 ${'-- AND AND\n/* OR */ // OR\n# OR\n'.repeat(1000)}`],
    ['of the same group', `NOT (${conditions(49)} OR (trait('${'x'.repeat(20_000)}') = 1))`],
    ['in a string that is not closed', `trait('a') = '${' AND '.repeat(5000)}\\`],
    ['up to 50', `${conditions(49)} OR trait('${'x'.repeat(20_000)}') = 1`],
  ])('in what is too long, those %s do not count as too many', (_, query) => {
    expect(unread(query)).toEqual(['warning too-long']);
  });

  test('a text of a million characters is counted in without a fault', () => {
    for (const piece of ["'", "\\'", '"', '(', '/*', '{', 'x ', 'x', "'a' ", ' AND(', '-', '#']) {
      const text = piece.repeat(1_000_000 / piece.length);
      expect(check(text, audience).diagnostics.at(-1)?.code).toBe('too-long');
    }
  });

  test('conditions inside a where do not count', () => {
    const inside = conditions(60).replaceAll('trait', 'property');
    const query = `event('A').where(${inside}).count() >= 1`;
    expect(check(query, audience)).toMatchObject({ valid: true, primaryExpressions: 1 });
  });
});

describe('many mistakes', () => {
  const many = Array.from({ length: 40 }, (_, index) => `fooo${index}('a') = 1`).join(' AND ');

  test('only the first 20 are reported', () => {
    const { diagnostics } = check(many, audience);
    expect(diagnostics).toHaveLength(20);
    expect(diagnostics.map(({ start }) => start)).toEqual(
      diagnostics.map(({ start }) => start).toSorted((a, b) => a - b),
    );
  });

  test('errors go before warnings', () => {
    const warnings = Array.from({ length: 30 }, (_, index) => `trait("w${index}") = 1`);
    const query = `${warnings.join(' OR ')} OR evnet('A').count() >= 1`;
    expect(codes(query)).toEqual(['unknown-function']);
  });
});

describe('places', () => {
  test('are counted in lines and columns from 1', () => {
    const query = "trait('a') = 1\n  AND evnet('A').count() >= 1\r\n\tAND trait('b') =";
    expect(check(query, audience).diagnostics).toMatchObject([
      { code: 'unknown-function', line: 2, column: 7 },
      { code: 'expected-value', line: 3, column: 18 },
    ]);
  });
});
