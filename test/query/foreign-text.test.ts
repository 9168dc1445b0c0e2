import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { check, type Level } from '../../src/query/index.ts';
import { userQuery } from '../support/arbitrary-query.ts';
import { resultsOfFixes, verdictOf } from '../support/meaning.ts';
import { runs } from '../support/runs.ts';
import { type Spoiler, spoilers } from '../support/spoilers.ts';

/*
 * Texts that are not definitions at all are answered once, and only they. What they are read as is in
 * corpus/invalid-foreign.json and mistakes/whole-texts.json.
 */

const code = 'not-a-definition';
const codesOf = (text: string, type: Level = 'users') =>
  verdictOf(text, type).diagnostics.map((diagnostic) => diagnostic.code);

describe('is answered once', () => {
  test.each([
    ['JSON', '{"type":"event","name":"Order Completed","operator":"gte","value":1}'],
    ['JSON that breaks off', '{"type":"event","name":"Order'],
    ['a list in JSON', '[{"trait":"plan"},{"trait":"country"}]'],
    ['a dictionary of Python', "{'plan': 'vip'}"],
    ['an object of JavaScript', "{ plan: { $in: ['vip', 'pro'] } }"],
    ['JSON with a definition in it', '{"query":"event(\'A\').cuont() >= 1","note":"x"}'],
    ['YAML', 'type: event\nname: Order Completed\nvalue: 1'],
    ['XML', '<condition type="event" name="Order Completed"/>'],
    ['GraphQL', 'query { users(where: {plan: "vip"}) { id } }'],
    ['SELECT', 'SELECT id FROM orders o JOIN users u ON o.user = u.id WHERE o.total > 100'],
    ['a WITH of SQL', 'WITH t AS (SELECT * FROM users) SELECT id FROM t'],
    ['WHERE', "WHERE lower(plan) = 'vip' AND total > 100"],
    ['a part of SQL', 'id IN (SELECT user_id FROM orders WHERE total > 100)'],
    ['JavaScript', "users.filter(u => u.plan === 'vip' && u.orders.length > 2)"],
    ['pandas', "df[(df['plan'] == 'vip') & (df['total'] > 100)]"],
    ['MongoDB', "db.users.find({plan: 'vip'})"],
    ['a sentence', 'People who bought shoes, but haven’t been back in 30 days.'],
    ['a sentence with an apostrophe', "users who haven't logged in this week"],
    ['a sentence with operators', 'users with plan = vip and spend > 100'],
    [
      'the words of the app',
      "who performed 'Order Completed' at least 1 time within the last 7 days",
    ],
    ['two nouns', 'high spenders'],
  ])('%s', (_, text) => {
    expect(codesOf(text)).toEqual([code]);
    expect(check(text)).toMatchObject({ checked: true, valid: false, primaryExpressions: 0 });
  });

  test('with its place, without the blanks around it', () => {
    const [diagnostic] = verdictOf('\n  WHERE plan = 1 \n', 'users').diagnostics;
    expect(diagnostic).toMatchObject({ start: 3, end: 17, line: 2, column: 3 });
  });

  test('with the shape of a definition, where it is not understood', () => {
    const [diagnostic] = verdictOf('people who bought something', 'users').diagnostics;
    expect(diagnostic?.fix).toBeUndefined();
    expect(diagnostic?.help).toContain("event('Order Completed').within(7 days).count() >= 1");
  });
});

test('a computed trait is not a condition, so no condition is offered for it', () => {
  const { diagnostics } = check("who performed 'A'", { purpose: 'trait' });
  expect(diagnostics).toMatchObject([{ code, fix: undefined }]);
  expect(diagnostics[0]?.help).toContain("event('Order Completed').within(30 days).count().");
});

describe('is a definition, if a wrong one:', () => {
  test.each([
    "evnt('A').cuont() >= 1",
    "trait 'plan' = 'vip'",
    "trait 'plan' exists",
    'traits.plan exists',
    "user.traits.plan is 'vip'",
    "{trait('plan') = 'vip'}",
    "WHERE event('A').count() >= 1",
    "SELECT event('A').count() >= 1",
    "users who event('A').count() >= 1",
    "who performed event('A').count() >= 1 in the last 7 days",
    "foo('A').count() >= 1 and so on and so forth for ever",
    "plan = 'vip'",
    'plan = vip AND country = DE',
    'AND',
    'NOT',
    'vip',
    "'vip'",
    '',
  ])('%s', (text) => {
    expect(codesOf(text)).not.toContain(code);
  });

  test('whatever someone does to a valid one', () => {
    const spoiltBy = (spoiler: Spoiler, text: string, choice: number) =>
      spoiler.spoil(text, (count) => choice % Math.max(count, 1))?.text ?? text;
    fc.assert(
      fc.property(userQuery, fc.constantFrom(...spoilers), fc.nat(), (text, spoiler, choice) => {
        const spoilt = spoiltBy(spoiler, text, choice);
        // A condition about one trait may be spoilt beyond what shows that it was one.
        fc.pre(/\w+ ?[('"]/.test(spoilt));
        expect([spoilt, codesOf(spoilt)]).not.toEqual([spoilt, [code]]);
      }),
      { numRuns: runs(300) },
    );
  });
});

describe('is not read where a word is left over, or could mean another:', () => {
  test.each<[string, Level?]>([
    ["who performed 'A' at least 1 time on a phone"],
    ["who performed 'A' 3 times"],
    ["who performed 'A' and did not perform 'B' within 2 hours"],
    ["who performed 'A' and performed 'B' within the last 7 days"],
    ["who performed 'A' at least 1 time within the last month"],
    ["who performed 'A' and performed 'B' or performed 'C'"],
    ["who performed 'A' at least 1 time except in Germany"],
    ["who first performed 'A' within the last 7 days"],
    ['with a trait plan equal to free trial'],
    ['with a trait total greater than many'],
    ['with a trait last_seen equal to today'],
    ['who are in the audience High Value'],
    ['who performed Order Completed And Trial Started'],
    ['with a trait total that is one of 1,500 or 2,500'],
    ['with a trait plan equal to vip or pro'],
    ["who performed 'A' within the last 7 days within the last 30 days"],
    ["None of the users performed 'A'"],
    ["any user who performed 'A'", 'accounts'],
    ["users who performed 'A'", 'accounts'],
    ["none of the users performed 'A' and performed 'B'", 'accounts'],
    ["accounts who performed 'A'", 'users'],
    ["SELECT * FROM orders WHERE plan = 'vip'"],
    ["SELECT * FROM users WHERE plan = 'vip' LIMIT 10"],
    ['SELECT * FROM users WHERE plan = other'],
    ["SELECT name FROM users WHERE plan = 'vip'"],
    ["SELECT * FROM users u WHERE o.plan = 'vip'"],
    ["WHERE name = 'it''s'"],
    ["WHERE name LIKE 'a_b%'"],
    ["WHERE plan IN ('a', b)"],
    ['{"trait":"plan","operator":"eq","value":"vip","note":"x"}'],
    ['{"trait":"plan","operator":"eq","value":null}'],
    ['{"trait":"plan","operator":"like","value":"vip"}'],
    ['{"trait":"plan","operator":"eq","value":["a","b"]}'],
    ['{"event":"A","operator":"gte","value":1,"window":"1 month"}'],
    ['{"and":[],"or":[]}'],
    ['{"query":"event(\'A\').count() >= 1","type":"accounts"}'],
  ])('%s', (text, type = 'users') => {
    const { diagnostics } = verdictOf(text, type);
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
    expect(resultsOfFixes(text, type).results).toEqual([]);
  });
});

describe('takes linear time:', () => {
  const length = 20_000;
  test.each([
    ["'a "],
    ['"a '],
    ['who '],
    ["who performed 'A' and "],
    ['{"a":'],
    ['[['],
    ['WHERE NOT '],
    ['WHERE a = 1 AND ('],
    ['with a trait a equal to b or '],
    ['foo( '],
    ["a-'b"],
    ['\\"'],
  ])('%s again and again', (piece) => {
    const text = piece.repeat(length / piece.length);
    const before = process.cpuUsage();
    check(text);
    const { user } = process.cpuUsage(before);
    expect(user / 1000).toBeLessThan(400);
  });
});
