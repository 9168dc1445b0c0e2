import { describe, expect, test } from 'vitest';
import { check, computeCadence, type Level, references } from '../../src/query/index.ts';

const treeOf = (query: string, type: Level = 'users') =>
  check(query, { type, purpose: 'audience' }).tree;

describe('how Segment computes', () => {
  test.each([
    "event('A').count() >= 1",
    "trait('a') = 1 AND NOT trait('b').one_of('x', 'y')",
    "event('A').where(property('x') >= 100).sum(property('y')) > 5",
    "trait('a').before_date('2026-01-01T00:00:00Z')",
    "trait('a').after_date(2026-01-01T00:00:00+02:00)",
    "trait('a') > 2026-01-01T00:00:00Z",
    "trait('a') <= '2026-01-01T00:00:00Z'",
    // A text that is to be equal need not be a date, and a year may be a number.
    "trait('a') = '2026-01-01'",
    "trait('a') >= '2026'",
  ])('%s: in real time', (query) => {
    expect(computeCadence(treeOf(query), 'users')).toEqual({ type: 'REALTIME', reasons: [] });
  });

  test.each([
    ["event('A').where(event('B').count() >= 1).count() >= 1", /funnel/],
    ["event('A').where(property('x') > trait('y')).count() >= 1", /another value/],
    ["trait('a') = trait('b')", /another value/],
    ["event('A').within(7 days).count() >= 1", /time window/],
    ["event('A').between(1 day, 7 days).count() >= 1", /time window/],
    ["trait('a').within_last(7 days)", /current time/],
    ["trait('a').after_next(7 days)", /current time/],
    ["trait('a').before_date('2026-01-01')", /no time zone/],
    ["trait('a').after_date('2026-01-01T00:00:00')", /no time zone/],
    ["trait('a') > 2026-01-01", /no time zone/],
    ["trait('a') = 2026-01-01", /no time zone/],
    ["trait('a') >= '2026-01-01'", /no time zone/],
    ["trait('a') < '2026-01-01T10:00:00'", /no time zone/],
    ["trait('a').one_of(2026-01-01T10:00:00)", /no time zone/],
    ["NOT (trait('a') = 1 OR event('A').within(1 hour).count() = 0)", /time window/],
  ])('%s: in batches', (query, reason) => {
    const { type, reasons } = computeCadence(treeOf(query), 'users');
    expect(type).toBe('BATCH');
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(reason);
  });

  test('linked audiences are never computed in real time', () => {
    const query = "trait('a') = 1 AND entity('b').count() >= 1";
    const { type, reasons } = computeCadence(treeOf(query, 'linked'), 'linked');
    expect(type).toBe('BATCH');
    expect(reasons).toEqual([
      'a linked audience is computed in the warehouse, on a schedule or manually',
    ]);
  });

  test('accounts are always computed in batches, and every reason is given once', () => {
    const query = "ANY event('A').within(7 days).count() >= event('B').within(7 days).count()";
    const { type, reasons } = computeCadence(treeOf(query, 'accounts'), 'accounts');
    expect(type).toBe('BATCH');
    expect(reasons.map((reason) => reason.split(' ').at(-1))).toEqual(['level', 'window', 'one']);
  });
});

describe('references', () => {
  test('are the names of all that is used, each once, in the order of the text', () => {
    const query =
      "event('B').where(property('x') > trait('t') AND event('A').where(context('page.url') = property(parent: 'y')).count() >= 1).sum(property('x')) > 5 AND event('A').count() >= 1 OR trait('t\\'s').exists()";
    expect(references(treeOf(query))).toEqual({
      events: ['B', 'A'],
      traits: ['t', "t's"],
      properties: ['x', 'context.page.url', 'y'],
      entities: [],
    });
  });

  test('name entities, nested ones as well', () => {
    const query = "entity('a').where(entity('b').count() >= 1).count() >= 1";
    expect(references(treeOf(query, 'linked')).entities).toEqual(['a', 'b']);
  });
});
