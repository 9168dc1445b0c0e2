import { describe, expect, test } from 'vitest';
import { keepsMeaning } from '../../src/query/fix-meaning.ts';

/*
 * What a fix may write for what: everything that was said, and nothing that was not.
 */

describe('the same is said by', () => {
  test.each([
    ["trait('x').not_starts_with('a')", "NOT trait('x').starts_with('a')"],
    ["trait('n').not_less_than(5)", "trait('n').at_least(5)"],
    ["event('A', property('total') > 100)", "event('A').where(property('total') > 100)"],
    ['equals', 'one_of'],
    ['count(3)', 'count() >= 3'],
    ["'it''s'", "'it\\'s'"],
    ['5 days of parent', 'parent: 5 days'],
    ["trait('a','vip')", "trait('a') = 'vip'"],
    ['within_last', 'within'],
    ["(7, 'hours')", '(7 hours)'],
    ['hours: 7', '7 hours'],
    ["'30d'", '30 days'],
    ["like('%@gmail.com')", "ends_with('@gmail.com')"],
    [' = null', '.absent()'],
    ['.equals(null)', '.absent()'],
    ['1,500', '1500'],
    ['2 weeks', '14 days'],
    ['true', "'true'"],
    ['.count() >= 1 in the last 7 days', '.within(7 days).count() >= 1'],
    ["10 < trait('n') < 20", "(trait('n') > 10 AND trait('n') < 20)"],
    ['traits.plan', "trait('plan')"],
    ['properties.total', "property('total')"],
    ["'total'", "property('total')"],
    ["in_audience('key')", "trait('key') = 'true'"],
    ["count_distinct(property('x'))", "unique(property('x')).count()"],
    ['cuont', 'count'],
    ['event.total', "property('total')"],
    ["trait('x') BETWEEN 1 AND 3", "(trait('x') >= 1 AND trait('x') <= 3)"],
    [" not in ('a','b')", ".none_of('a','b')"],
    [' is not null', '.exists()'],
    ["trait('a') = 1 NOR trait('b') = 2", "NOT (trait('a') = 1 OR trait('b') = 2)"],
    ['plan', "trait('plan')"],
    ['price', "property('price')"],
    ['"event(\'A\').count() >= 1"', "event('A').count() >= 1"],
    ['.exists()', '.count() >= 1'],
    [
      ".sum(property('p')).where(property('c') = 'x')",
      ".where(property('c') = 'x').sum(property('p'))",
    ],
    ["count(event('A'))", "event('A').count()"],
    ["AND(trait('a') = 1, trait('b') = 2)", "(trait('a') = 1 AND trait('b') = 2)"],
    ['7 to 14 days', '7 days, 14 days'],
    ['{total: 100}', "property('total') = 100"],
    ['user.traits.plan', "trait('plan')"],
  ])('%s and %s', (before, after) => {
    expect(keepsMeaning(before, after)).toBe(true);
  });
});

describe('something else is said by', () => {
  test.each([
    ["trait('x').not_starts_with('a')", "trait('x').starts_with('a')"],
    ['before_next', 'before_last'],
    ["'web'", "{exclude: 'web'}"],
    ['NOR', 'OR'],
    ["'it''s'", "'it'"],
    ['(5 days of parent)', '(5 days)'],
    ['* 2', ''],
    ['10 days, 7 days', '7 days, 10 days'],
    ["trait('a') != 1", "NOT trait('a') = 1"],
    ["'pro'", "trait('pro').exists()"],
    ['7', '7 days'],
    ['', '.count() >= 1'],
    ['', 'AND '],
    ['property', 'trait'],
    ['1 month', '30 days'],
    ["trait('x') > 5", "trait('x') < 5"],
    ["5 < trait('x')", "trait('x') < 5"],
    ['ANY', ''],
    ['', '.exists()'],
    ['-7', '7'],
    ['next', ''],
    ["'a b'", "'a'"],
    ["'a','b'", "'b','a'"],
    ['XOR', 'OR'],
    ['>= 0', '>= 1'],
    ['count(0)', 'count() >= 1'],
    ["'a--b'", "'a'"],
    // What belongs to one event, condition or group, and then to another.
    [
      "event('A').where(event('B').within(2 days).count() > 1).count() > 1",
      "event('A').where(event('B').count() > 1).within(2 days).count() > 1",
    ],
    [
      "(event('B').count() > 1).between(2 days, 3 days)",
      "event('A').between(2 days, 3 days).where(event('B').count() > 1)",
    ],
    ["trait('a') = 1 AND trait('b') > 1", "trait('a') > 1 AND trait('b') = 1"],
    [
      "event('A').count() > event('B').within(2 days).count()",
      "event('A').within(2 days).count() > event('B').count()",
    ],
    [
      "event('A').where(property('x') = 1).where(event('B').count() > 1)",
      "event('A').where(event('B').where(property('x') = 1).count() > 1)",
    ],
    ["trait('x') NOR trait('y')", "NOT trait('x') OR trait('z')"],
    ["event('A')", "event('A').count() >= 1"],
    ['today', "'today', 'now'"],
    ["exclude: 'a', 'b'", "exclude: 'a'"],
    ['within_next', 'within'],
    ['before_last', 'within'],
    ['0,500', '0500'],
    ['first', 'last'],
  ])('%s and %s', (before, after) => {
    expect(keepsMeaning(before, after)).toBe(false);
  });
});
