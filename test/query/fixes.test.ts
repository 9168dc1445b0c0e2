import { describe, expect, test } from 'vitest';
import type { Level } from '../../src/query/index.ts';
import { readingOf, resultsOfFixes, verdictOf } from '../support/meaning.ts';

/*
 * What is clearly meant gets its full fix, what is open gets help only, and what follows from a mistake
 * is not reported again.
 */

/** The valid definitions that the fixes of a text lead to. */
function validResults(text: string, type: Level): string[] {
  const { results } = resultsOfFixes(text, type);
  return [...new Set(results)].filter((result) => readingOf(result, type).isValid);
}

const errorCodes = (text: string, type: Level) =>
  verdictOf(text, type)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code }) => code);

const plain = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

describe('a mistake with a clear meaning is healed', () => {
  test.each<[string, string, Level?]>([
    // Negated names.
    ["trait('x').not_starts_with('a')", "NOT trait('x').starts_with('a')"],
    ["trait('x').doesNotContain('a', 'b')", "NOT trait('x').contains('a', 'b')"],
    ["trait('x').contains_not('a')", "NOT trait('x').contains('a')"],
    ["trait('x').isNotGreaterThan(5)", "trait('x').at_most(5)"],
    ["trait('n').not_less_than(5)", "trait('n').at_least(5)"],
    ["trait('x').not_like('a%')", "NOT trait('x').starts_with('a')"],
    ["NOT trait('x').not_one_of('a')", "NOT NOT trait('x').one_of('a')"],
    ["trait('x').unequals('a')", "NOT trait('x').equals('a')"],
    ["trait('x').nequal('a')", "NOT trait('x').equals('a')"],
    ["trait('x').ncontains('a')", "NOT trait('x').contains('a')"],
    ["trait('x').unstarts_with('a')", "NOT trait('x').starts_with('a')"],
    ["trait('x').nexists()", "trait('x').absent()"],
    ["trait('x').inexists()", "trait('x').absent()"],
    ["trait('x').unabsent()", "trait('x').exists()"],
    ["trait('d').nwithin_last(7 days)", "NOT trait('d').within_last(7 days)"],
    // Slips of the pen.
    ["trait('x').contians('a')", "trait('x').contains('a')"],
    ["trait('x').startwith('a')", "trait('x').starts_with('a')"],
    ["trait('x').oneof('a')", "trait('x').one_of('a')"],
    ["trait('n').at_lest(5)", "trait('n').at_least(5)"],
    ["trait('n').greater_then(5)", "trait('n').greater_than(5)"],
    ["trait('d').within_the_last(7 days)", "trait('d').within_last(7 days)"],
    ["event('A').avg_of(property('x')) > 1", "event('A').avg(property('x')) > 1"],
    ["trait('x') is not within the last 7 days", "NOT trait('x').within_last(7 days)"],
    ["trait('x') not in the last 7 days", "NOT trait('x').within_last(7 days)"],
    ["trait('x') is not absent", "trait('x').exists()"],
    ["trait('x') does not exist", "trait('x').absent()"],
    ["trait('x') does not start with 'a'", "NOT trait('x').starts_with('a')"],
    ["trait('x') is not before '2025-01-01'", "NOT trait('x').before_date('2025-01-01')"],
    ["event('A').count() not more than 3", "event('A').count() <= 3"],
    ["trait('x') is any of ('a', 'b')", "trait('x').one_of('a', 'b')"],
    ["trait('x') is not one of ('a', 'b')", "NOT trait('x').one_of('a', 'b')"],
    ["trait('x') is none of ('a', 'b')", "trait('x').none_of('a', 'b')"],
    ["trait('x') contains none of ('a', 'b')", "NOT trait('x').contains('a', 'b')"],
    ["trait('x') is none", "trait('x').absent()"],
    ["event('A').count() in the last 7 days >= 1", "event('A').within(7 days).count() >= 1"],
    // Joints and quantifiers.
    ["trait('a') = 1 NOR trait('b') = 2", "NOT (trait('a') = 1 OR trait('b') = 2)"],
    [
      "trait('c') = 3 AND (trait('a') = 1 NAND trait('b') = 2)",
      "trait('c') = 3 AND (NOT (trait('a') = 1 AND trait('b') = 2))",
    ],
    ["NONE event('A').count() >= 1", "ALL NOT event('A').count() >= 1", 'accounts'],
    ["EVERY trait('a') = 1", "ALL trait('a') = 1", 'accounts'],
    // Values on the left.
    ["NOT 10 < trait('n') < 20", "NOT (trait('n') > 10 AND trait('n') < 20)"],
    ["ALL 10 < trait('n') < 20", "ALL (trait('n') > 10 AND trait('n') < 20)", 'accounts'],
    [
      "event('A').where(100 < total).count() >= 1",
      "event('A').where(property('total') > 100).count() >= 1",
    ],
    ['100 < total', "trait('total') > 100"],
    // Arguments that are conditions or values.
    [
      "event('Order Completed', property('total') > 100).count() >= 1",
      "event('Order Completed').where(property('total') > 100).count() >= 1",
    ],
    [
      "event('A', total > 100).count() >= 1",
      "event('A').where(property('total') > 100).count() >= 1",
    ],
    [
      "event('A').count(property('total') > 5) >= 1",
      "event('A').where(property('total') > 5).count() >= 1",
    ],
    [
      "event('A').where({property('x') = 1, property('y') = 2}).count() >= 1",
      "event('A').where(property('x') = 1).where(property('y') = 2).count() >= 1",
    ],
    ["event('A').count(3)", "event('A').count() >= 3"],
    ["event('A').count(> 3)", "event('A').count() > 3"],
    ["trait('a', 'vip')", "trait('a') = 'vip'"],
    ["trait('plan').equals('vip', 'pro')", "trait('plan').one_of('vip', 'pro')"],
    ["trait('plan') = ('vip', 'pro')", "trait('plan').one_of('vip', 'pro')"],
    ["trait('plan').one_of(['vip', 'pro'])", "trait('plan').one_of('vip', 'pro')"],
    [
      "event('A').where('total' > 100).count() >= 1",
      "event('A').where(property('total') > 100).count() >= 1",
    ],
    // Windows.
    ["event('A').within(7, 'hours').count() >= 1", "event('A').within(7 hours).count() >= 1"],
    ["event('A').within(hours: 7).count() >= 1", "event('A').within(7 hours).count() >= 1"],
    ["event('A').within(hours=7).count() >= 1", "event('A').within(7 hours).count() >= 1"],
    ["event('A').within('30d').count() >= 1", "event('A').within(30 days).count() >= 1"],
    ["event('A').within(2 weeks).count() >= 1", "event('A').within(14 days).count() >= 1"],
    ["event('A').within_last(7 days).count() >= 1", "event('A').within(7 days).count() >= 1"],
    ["event('A').count() >= 1 in the last 7 days", "event('A').within(7 days).count() >= 1"],
    [
      "NOT event('A').sum(property('x')) > 1 within 2 hours OR trait('a') = 1",
      "NOT event('A').within(2 hours).sum(property('x')) > 1 OR trait('a') = 1",
    ],
    ["(event('A').count() >= 1).within(7 days)", "event('A').within(7 days).count() >= 1"],
    ["trait('d') in the last 7 days", "trait('d').within_last(7 days)"],
    [
      "event('A').within(1 day).count() >= 1 AND event('B').count() >= 1 in the last 7 days",
      "event('A').within(1 day).count() >= 1 AND event('B').within(7 days).count() >= 1",
    ],
    ["event('A').within(last 7 days ago).count() >= 1", "event('A').within(7 days).count() >= 1"],
    ["event('A').count() >= 1 over the last 7 days", "event('A').within(7 days).count() >= 1"],
    [
      "event('A').where(event('B').within(5 days of parent).count() >= 1).count() >= 1",
      "event('A').where(event('B').within(parent: 5 days).count() >= 1).count() >= 1",
    ],
    // Values.
    ["trait('x').like('%@gmail.com')", "trait('x').ends_with('@gmail.com')"],
    ["trait('x').equals(null)", "trait('x').absent()"],
    ["trait('x') != None", "trait('x').exists()"],
    ["trait('x') = 'it''s'", "trait('x') = 'it\\'s'"],
    ["trait('x') > 1,500", "trait('x') > 1500"],
    ["trait('x') = `vip`", "trait('x') = 'vip'"],
    // Names and paths.
    ["traits.plan = 'vip'", "trait('plan') = 'vip'"],
    ["user.traits.address.city = 'vip'", "trait('address.city') = 'vip'"],
    ["traits['plan'] = 'vip'", "trait('plan') = 'vip'"],
    [
      "event('A').where(event.total > 1).count() >= 1",
      "event('A').where(property('total') > 1).count() >= 1",
    ],
    ["event('A').sum(properties.total) > 1", "event('A').sum(property('total')) > 1"],
    ["in_audience('key')", "trait('key') = 'true'"],
    ["event('A').countDistinct('x') > 1", "event('A').unique(property('x')).count() > 1"],
    ["exists(trait('p'))", "trait('p').exists()"],
    ["NOT contains(trait('p'), 'a')", "NOT trait('p').contains('a')"],
    // What is around and doubled.
    ['"event(\'A\').count() >= 1"', "event('A').count() >= 1"],
    ["'trait('x') = 'a''", "trait('x') = 'a'"],
    ["```\nevent('A').count() >= 1\n```", "event('A').count() >= 1"],
    ["query: event('A').count() >= 1", "event('A').count() >= 1"],
    ["event('A')..count() >= 1", "event('A').count() >= 1"],
    ["event(('A').count() >= 1", "event('A').count() >= 1"],
    [
      "[trait('a') = 1 OR trait('b') = 2] AND trait('c') = 3",
      "(trait('a') = 1 OR trait('b') = 2) AND trait('c') = 3",
    ],
    // A bracket that can only be missing, or too much, in one way.
    [
      "event('V').where(((event('R').within(parent: 3 days).last(property('x')).ends_with('b'))).between(2 days, 8 days).count() > 1",
      "event('V').where(((event('R').within(parent: 3 days).last(property('x')).ends_with('b')))).between(2 days, 8 days).count() > 1",
    ],
    ["trait('n').less_than(literal((2))", "trait('n').less_than(literal(2))"],
    [
      "event('A').where property('p') = 1).count() >= 1",
      "event('A').where(property('p') = 1).count() >= 1",
    ],
    [
      "event('A').where({property('p') = 1).count() >= 1",
      "event('A').where({property('p') = 1}).count() >= 1",
    ],
    [
      "(event('A').count() >= 1 AND (trait('x') = 1",
      "(event('A').count() >= 1 AND (trait('x') = 1))",
    ],
    // Operators in two pieces, or with their denial.
    ["event('A').count() > = 5", "event('A').count() >= 5"],
    ["trait('a') ! = 5", "trait('a') != 5"],
    ["trait('a') = = 5", "trait('a') = 5"],
    ["event('A').count() !> 5", "event('A').count() <= 5"],
    ["event('A').count() !< 5", "event('A').count() >= 5"],
    ["trait('a').not().contains('a')", "NOT trait('a').contains('a')"],
    ["event('A').count().not() >= 1", "NOT event('A').count() >= 1"],
    // Several for one.
    ["trait('x') = 'b', 'c'", "trait('x').one_of('b', 'c')"],
    ["trait('x') != 'b', 'c' OR trait('z') = 1", "trait('x').none_of('b', 'c') OR trait('z') = 1"],
    [
      "event('A').between(7, 14, 'days').count() >= 1",
      "event('A').between(7 days, 14 days).count() >= 1",
    ],
    [
      "event('A').between(7 to 14 days).count() >= 1",
      "event('A').between(7 days, 14 days).count() >= 1",
    ],
    [
      "event('A').between(7-14 days).count() >= 1",
      "event('A').between(7 days, 14 days).count() >= 1",
    ],
    ["AND(trait('a') = 1, trait('b') = 2)", "(trait('a') = 1 AND trait('b') = 2)"],
    ["NOT or(trait('a') = 1, trait('b') = 2)", "NOT (trait('a') = 1 OR trait('b') = 2)"],
    [
      "AND(trait('a') = 1, trait('b') = 2 OR trait('c') = 3)",
      "(trait('a') = 1 AND (trait('b') = 2 OR trait('c') = 3))",
    ],
    [
      "NONE (trait('a') = 1 OR trait('b') = 2)",
      "ALL NOT (trait('a') = 1 OR trait('b') = 2)",
      'accounts',
    ],
    ["EVERY(trait('a') = 1)", "ALL(trait('a') = 1)", 'accounts'],
    // What is in a where, or should be.
    [
      "event('A').where({total: 100}).count() >= 1",
      "event('A').where(property('total') = 100).count() >= 1",
    ],
    [
      "event('A').where(total: 100).count() >= 1",
      "event('A').where(property('total') = 100).count() >= 1",
    ],
    [
      "event('A').where({'total': 100, currency: 'EUR'}).count() >= 1",
      "event('A').where(property('total') = 100).where(property('currency') = 'EUR').count() >= 1",
    ],
    [
      "event('A').where(context.page.url.contains('x')).count() >= 1",
      "event('A').where(context('page.url').contains('x')).count() >= 1",
    ],
    [
      "event('A').where(event.context.page.url = 'x').count() >= 1",
      "event('A').where(context('page.url') = 'x').count() >= 1",
    ],
    [
      "event('A').sum(property('p')).where(property('c') = 'x') > 5",
      "event('A').where(property('c') = 'x').sum(property('p')) > 5",
    ],
    [
      "event('A').count().within(7 days).where(property('c') = 'x') >= 1",
      "event('A').within(7 days).where(property('c') = 'x').count() >= 1",
    ],
    [
      "event('A').sources(exclude: ['a', 'b']).count() >= 1",
      "event('A').sources({exclude: 'a', 'b'}).count() >= 1",
    ],
    ["trait('a') is not between 1 and 3", "(trait('a') < 1 OR trait('a') > 3)"],
    ["trait('a') is not like 'x%'", "NOT trait('a').starts_with('x')"],
    [
      "event('A').count() is more than 3 times within the last 7 days",
      "event('A').within(7 days).count() > 3",
    ],
    // A range of values, which events have a window for.
    ["trait('age').between(18, 30)", "(trait('age') >= 18 AND trait('age') <= 30)"],
    ["NOT trait('age').between(18, 30)", "NOT (trait('age') >= 18 AND trait('age') <= 30)"],
    [
      "trait('d').between('2025-01-01', '2025-02-01')",
      "(trait('d') >= '2025-01-01' AND trait('d') <= '2025-02-01')",
    ],
    [
      "trait('d').between(2025-01-01, 2025-02-01)",
      "(trait('d') >= 2025-01-01 AND trait('d') <= 2025-02-01)",
    ],
    ["event('A').count().between(2, 5)", "(event('A').count() >= 2 AND event('A').count() <= 5)"],
    [
      "event('A').where(property('x').between(10, 20)).count() >= 1",
      "event('A').where((property('x') >= 10 AND property('x') <= 20)).count() >= 1",
    ],
    // A left side that is written once.
    ["trait('age') > 18 AND < 30", "trait('age') > 18 AND trait('age') < 30"],
    [
      "trait('x') = 1 OR trait('age') > 18 and <= 30",
      "trait('x') = 1 OR trait('age') > 18 AND trait('age') <= 30",
    ],
    ["NOT (trait('age') > 18 AND < 30)", "NOT (trait('age') > 18 AND trait('age') < 30)"],
    [
      "trait('p') != 'a' AND != 'b' AND != 'c'",
      "trait('p') != 'a' AND trait('p') != 'b' AND trait('p') != 'c'",
    ],
    ["trait('p') = 'a' OR = 'b'", "trait('p') = 'a' OR trait('p') = 'b'"],
    [
      "trait('d') >= '2025-01-01' AND < '2025-02-01'",
      "trait('d') >= '2025-01-01' AND trait('d') < '2025-02-01'",
    ],
    [
      "event('A').within(7 days).count() >= 2 AND <= 5",
      "event('A').within(7 days).count() >= 2 AND event('A').within(7 days).count() <= 5",
    ],
    [
      "event('A').where(event('B').within(parent: 2 days).count() >= 1 AND < 5).count() >= 1",
      "event('A').where(event('B').within(parent: 2 days).count() >= 1 AND event('B').within(parent: 2 days).count() < 5).count() >= 1",
    ],
    // Values joined by a word.
    ["trait('p') = ('a' OR 'b')", "trait('p').one_of('a', 'b')"],
    ["NOT trait('p') = (1 or 2 or 3)", "NOT trait('p').one_of(1, 2, 3)"],
    ["trait('p') != ('a' OR 'b')", "trait('p').none_of('a', 'b')"],
    ["trait('p') != ('a' AND 'b')", "trait('p').none_of('a', 'b')"],
    ["trait('p').equals('a' OR 'b')", "trait('p').one_of('a', 'b')"],
    ["trait('p').contains('a' OR 'b' OR 'c')", "trait('p').contains('a', 'b', 'c')"],
    [
      "event('A').where(property('x') = ('a' || 'b')).count() >= 1",
      "event('A').where(property('x').one_of('a', 'b')).count() >= 1",
    ],
    // Filters as arguments.
    ["event('A', within: 7 days).count() >= 1", "event('A').within(7 days).count() >= 1"],
    ["event('A', within='7 days').count() >= 1", "event('A').within(7 days).count() >= 1"],
    ["NOT event('A', within(7 days)).count() >= 1", "NOT event('A').within(7 days).count() >= 1"],
    ["event('A').count(within: 7 days) >= 1", "event('A').within(7 days).count() >= 1"],
    [
      "event('A', where: property('x') > 5, within: 7 days).count() >= 1",
      "event('A').where(property('x') > 5).within(7 days).count() >= 1",
    ],
    [
      "event('A').where(event('B', within: 7 days).count() >= 1).count() >= 1",
      "event('A').where(event('B').within(7 days).count() >= 1).count() >= 1",
    ],
    ["event('A').last(7 days).count() >= 1", "event('A').within(7 days).count() >= 1"],
    [
      "event('A').exclude_sources('a', 'b').count() >= 1",
      "event('A').sources({exclude: 'a', 'b'}).count() >= 1",
    ],
    [
      "event('A').sources(exclude='a').count() >= 1",
      "event('A').sources({exclude: 'a'}).count() >= 1",
    ],
    ["sum(event('A'), property('x')) > 1", "event('A').sum(property('x')) > 1"],
  ])('%s', (text, meant, type = 'users') => {
    expect(validResults(text, type).map(plain)).toContain(meant);
    expect(errorCodes(text, type).length).toBeLessThanOrEqual(2);
  });
});

describe('help only, where more than one thing may be meant', () => {
  test.each<[string, Level?]>([
    ["trait('d').before_next(7 days)"],
    ["trait('d').after_last(7 days)"],
    ["event('A').least(property('x')) = 1"],
    ["event('A').sources('web').count() >= 1"],
    ["event('A').sources({include: 'web'}).count() >= 1"],
    ["trait('a') = 1 XOR trait('b') = 2"],
    ["trait('a') = 1 trait('b') = 2"],
    ["trait('a') = 1, trait('b') = 2"],
    ["trait('a') = 'vip' OR 'pro'"],
    ["trait('a') = today"],
    ["trait('a') > $500"],
    ["trait('a') > 1,50"],
    ["trait('a').equals(1,500)"],
    ["trait('a').one_of('a''b')"],
    ["trait('a') > 05.01.2025"],
    ["trait('a') > 2025/01/05"],
    ["trait('a') > trait('b') * 2"],
    ["trait('a') > trait_b"],
    ["trait('x').like('a_b%')"],
    ["trait('x') = http://example"],
    ["trait('x') = a--b"],
    ["property('total') > 100"],
    ["NONE event('A').count() >= 1"],
    ["event('A').within(7).count() >= 1"],
    ["event('A').within(next 7 days).count() >= 1"],
    ["trait('d').within_next(last 7 days)"],
    // A window that may be meant for several counts.
    ["event('A').count() >= event('B').count() in the last 7 days"],
    ["event('A').count() >= 1 AND event('B').count() >= 1 in the last 7 days"],
    ["(event('A').count() >= 1 AND event('B').count() >= 1 within 7 days)"],
    ["(event('A').count() >= 1 OR trait('x') = 1) AND event('B').count() >= 1 within 7 days"],
    // A comment that may hide a bracket or a value.
    ["NOT (trait('x').contains('a' # ) OR trait('d') = 1"],
    ["NOT (trait('x').contains('a' # ) OR trait('d').exists())"],
    ["trait('x').one_of('a' -- , 'b')"],
    ["trait('x').one_of('a' -- b"],
    // Either the string or the word may be the name.
    ["event('A').where('EUR' = currency).count() >= 1"],
    ["event('A').where('currency' != EUR).count() >= 1"],
    ["event('A').where('100' < total).count() >= 1"],
    ["event('A').where(10 < total < 20).count() >= 1"],
    // Words that say more than the function, or the opposite.
    ["event('A').within(over 7 days).count() >= 1"],
    ["event('A').within(over 7 days ago).count() >= 1"],
    ["event('A').within(for over 7 days).count() >= 1"],
    ["event('A').between(over 7 days, 10 days).count() >= 1"],
    ["event('A').count() >= 1 over 7 days"],
    ["event('A').last(property('x')) = 1 over 7 days"],
    ["trait('d').within_last(over 7 days)"],
    ["trait('d').within_last(in 7 days)"],
    ["trait('d').before_last(within 7 days)"],
    ["event('A').where(event('B').within(parent: 5 days ago).count() >= 1).count() >= 1"],
    ["event('A').where(event('B').within(parent: last 5 days).count() >= 1).count() >= 1"],
    ["event('A').where(event('B').within(last 5 days from parent).count() >= 1).count() >= 1"],
    ["event('A').where(event('B').within(past 5 days of parent).count() >= 1).count() >= 1"],
    ["event('A' last).count() >= 1"],
    ["event('A' over).count() >= 1"],
    ["trait('x' previous) = 'a'"],
    ["trait('x').equals('a' ago)"],
    ["event('A').count(0)"],
    ["event('A')"],
    ["trait('plan')"],
    ["event('A').count() >= 1 in the next 7 days"],
    // Names that say more, or other, than the function that is spelt alike.
    ...['nwhere', 'unwhere', 'nowhere', 'or_where', 'orwhere', 'where_or', 'whereif'].map(
      (name): [string] => [`event('A').${name}(property('x') = 1).count() >= 1`],
    ),
    ["event('A').nwithin(7 days).count() >= 1"],
    ["event('A').unwithin(7 days).count() >= 1"],
    ["noevent('A').count() >= 1"],
    ...['anyone_of', 'noone_of', 'nooneof', 'unone_of', 'out_of', 'only_of', 'everyone_of'].map(
      (name): [string] => [`trait('x').${name}('a', 'b')`],
    ),
    ...['icontains', 'iequals', 'istarts_with', 'containsi', 'exequals'].map((name): [string] => [
      `trait('x').${name}('a')`,
    ]),
    ...['less_than_or', 'greater_than_or', 'lessthan_or', 'lessthanor'].map((name): [string] => [
      `trait('n').${name}(5)`,
    ]),
    ["trait('d').on_before_date('2025-01-01')"],
    ["trait('d').or_before_date('2025-01-01')"],
    ["trait('d').withinless(7 days)"],
    ["trait('d').ex_within_last(7 days)"],
    ...['max_by', 'first_by', 'sum_if', 'sumif'].map((name): [string] => [
      `event('A').${name}(property('p')) = 1`,
    ]),
    // Money or how often; with or without the day itself; a plain character or a sign.
    ["event('A').total() > 5"],
    ["event('A').amount() > 5"],
    ["event('A').account() > 5"],
    ["trait('d').since('2025-01-01')"],
    ["trait('d') since '2025-01-01'"],
    ["trait('x').like('100\\%')"],
    ["trait('x') LIKE '100\\%'"],
    ["exists(trait('p'), 'a')"],
    ["contains('a', trait('p'))"],
    // What is part of a comparison or of a denial already.
    ["trait('n') > trait('m', 5)"],
    ["trait('n') > event('B').count(3)"],
    ["event('A').sum(property('x', 5)) > 1"],
    ["NEITHER trait('a') = 1 NOR trait('b') = 2"],
    // Where a bracket is missing or too many is open.
    ["NOT (trait('a') = 1 OR trait('b') = 2"],
    ["trait('a') = 1 OR trait('b') = 2) AND trait('c') = 3"],
    ["(trait('a') = 1 OR trait('b') = 2 AND trait('c') = 3"],
    ["(trait('a') = 1 OR trait('b') = 2) AND trait('c') = 3)"],
    ["trait('x').one_of('vip', literal2))"],
    ["event('A').where(event('B').count(= 1).between(1 day, 9 days).count() >= 1"],
    ["event('A').within(parent: 5 days).count() >= 1"],
    ["ANY trait('a') = 1"],
    ["event('A').count() >= 1) AND evnt('B').count() >= 1"],
    ["event('R').mode(property(tags as array, 2) = 2"],
    ["(trait('spend').equals(literal2))"],
    ["(trait('address.city).absent()) OR trait(plan').after_next(4 hours)"],
    ["trait('a').one_of('b,‘3’)"],
    ["trait('seen_at') > 'vip ."],
    ["((trait('spend).none_of(vip',5)))"],
    ["trait('a) = 1 AND trait('b) = 2"],
    ["event('A').between(7, 14 days).count() >= 1"],
    ["event('A').not().count() >= 1"],
    ["trait('x') = 'a' AND 'c'"],
    ["event('A').where({total: {gt: 100}}).count() >= 1"],
    ["event('A').count() >= 1 where property('c') = 'x'"],
    ["NOT(trait('a') = 1, trait('b') = 2)"],
    // A range that is empty, of lengths, of more than one meaning, or denied.
    ["trait('a').between(30, 18)"],
    ["trait('a').between(1,500, 2,000)"],
    ["trait('d').between(7 days, 10 days)"],
    ["trait('a').not_between(1, 3)"],
    ["trait('a') = trait('b').between(1, 3)"],
    // What a left side that is written once belongs to.
    ["NOT trait('a') > 1 AND < 3"],
    ["ANY trait('a') > 1 AND < 3", 'accounts'],
    ["trait('x') = 1 AND trait('p') = 'a' OR = 'b'"],
    ["trait('p') = 'a' OR = 'b' AND trait('x') = 1"],
    ["trait('a') > 1 AND < 3 OR > 10"],
    ["(trait('a') > 1) AND < 3"],
    ["trait('a').exists() AND > 3"],
    // One value is never two.
    ["trait('p') = ('a' AND 'b')"],
    ["trait('p') > (1 OR 2)"],
    ["trait('p').starts_with('a' OR 'b')"],
    ["trait('p').omits('a' OR 'b')"],
    ["event('A' OR 'B').count() >= 1"],
    // Sources and windows that are not said in so many words.
    ["event('A').without_sources('a').count() >= 1"],
    ["event('A').not_sources('a').count() >= 1"],
    ["event('A').include_sources('a').count() >= 1"],
    ["event('A', 7 days).count() >= 1"],
    ["event('A', last: 7 days).count() >= 1"],
    ["event('A').first(7 days).count() >= 1"],
  ])('%s', (text, type = 'users') => {
    expect(readingOf(text, type).isValid).toBe(false);
    expect(validResults(text, type)).toEqual([]);
  });
});

describe('one cause is one error', () => {
  test.each<[string, string]>([
    ["event('A').where({total: 100}).count() >= 1", 'unexpected-object'],
    ["NEITHER trait('a') = 1 NOR trait('b') = 2", 'unknown-word'],
    ["event('A').count() >= 1 where property('c') = 'x'", 'late-filter'],
    ["exists trait('plan')", 'unexpected'],
    ["event('A').where(((property('p') = 1)).between(2 days, 3 days).count() >= 1", 'unclosed'],
    ["trait('d') > now() - 30 days AND trait('x') = 1", 'present-time'],
    ["trait('a') + trait('b') > 10", 'arithmetic'],
    ["traits.plan = 'vip'", 'path'],
    ["trait('plan') = ('vip', 'pro')", 'several-values'],
    ["trait('plan') = `vip`", 'backquotes'],
    ["event('A').where(100 < total).count() >= 1", 'value-first'],
    ["event('A').where('EUR' = currency).count() >= 1", 'value-first'],
    ["event('A').where({property('x') = 1, property('y') = 2}).count() >= 1", 'several-conditions'],
    ["event('A').count() >= 1 and that is it", 'bare-word'],
    ["event('A').count() >= 1 per user of the shop", 'unknown-word'],
    ["and(trait('a') = 1, trait('b') = 2)", 'unexpected'],
    ["trait('x') = @foo", 'unknown-character'],
    ["event('A').count() >= 1 🎉", 'unknown-character'],
    ["trait('plan') NOT = 'free'", 'unknown-operator'],
    ["trait('d').between(1, 2)", 'wrong-order'],
  ])('%s', (text, code) => {
    expect(errorCodes(text, 'users')).toEqual([code]);
  });

  test('independent mistakes keep theirs', () => {
    const text =
      "evnt('A').count() >= 1 AND trait('a') > now() - 1 day AND traits.b = 2 OR trait('c') = `x`";
    expect(errorCodes(text, 'users')).toEqual([
      'unknown-function',
      'present-time',
      'path',
      'backquotes',
    ]);
  });
});

test('a name with two meanings names both', () => {
  const [error] = verdictOf("event('A').total() > 5", 'users').diagnostics;
  expect(error?.help).toBe("Did you mean count() or sum(property('…'))?");
});

test('no fix turns a frequency into a text', () => {
  const text = "event('A').mode(property('p'), -1) = 'a'";
  expect(verdictOf(text, 'users').diagnostics.map(({ code, fix }) => [code, fix])).toEqual([
    ['negative-number', undefined],
  ]);
  const zero = verdictOf("event('A').mode(property('p'), 0) = 'a'", 'users');
  expect(zero.diagnostics.map(({ code }) => code)).toEqual(['whole-number']);
});

describe('help speaks of what is written', () => {
  const inFunnel = (condition: string) => `event('A').where(${condition}).count() >= 1`;

  test.each([
    [inFunnel("event('B').within(parent: -5 days).count() >= 1"), 'looks ahead'],
    [inFunnel("event('B').within(outer: 5 days).count() >= 1"), 'parent:'],
    [inFunnel("event('B').within(after: 5 days).count() >= 1"), 'parent:'],
    [inFunnel("property('x') = parent.x"), "property(parent: 'x')"],
    [inFunnel("event('A').count() >= 1"), 'at least 2 instead of 1'],
    [inFunnel("event('A').count() >= 2"), 'a count that is higher by 1'],
    [inFunnel("event('A').count() = 1"), 'a count that is higher by 1'],
    ["trait('p') != 'a' OR 'c'", "trait('p').none_of('a', 'c')"],
    ["trait('p') = 'a' OR 'c'", "trait('p').one_of('a', 'c')"],
    ["NEITHER trait('a') = 1 NOR trait('b') = 2", "NOT (trait('a') = 1 OR trait('b') = 2)"],
    ["exists trait('plan')", "trait('plan').exists()"],
  ])('%s', (text, words) => {
    const { diagnostics } = verdictOf(text, 'users');
    expect(diagnostics.map(({ help = '' }) => help).join('\n')).toContain(words);
  });
});
