import { describe, expect, test } from 'vitest';
import { dependentsFirst, readSet } from '../../src/safety/bulk-set.ts';
import { OutOfTimeError } from '../../src/segment/errors.ts';
import { testCall } from '../support/call.ts';
import { audience, fakeApi } from '../support/in-memory.ts';

const named = (id: string, uses: readonly string[] = []) =>
  audience({
    id,
    key: `key_${id}`,
    definition: {
      query: ["trait('a') = 1", ...uses.map((used) => `trait('key_${used}') = 'true'`)].join(
        ' AND ',
      ),
    },
  });

describe('dependents come first', () => {
  const users = (pairs: Record<string, string[]>) =>
    new Map(Object.entries(pairs).map(([used, by]) => [used, by.map((id) => named(id))]));

  test.each([
    [['a', 'b', 'c'], {}, ['a', 'b', 'c'], []],
    [['a', 'b', 'c'], { a: ['b'], b: ['c'] }, ['c', 'b', 'a'], []],
    [['a', 'b'], { a: ['elsewhere'] }, ['a', 'b'], []],
    [['a', 'b', 'c'], { a: ['b'], b: ['a'], c: ['a'] }, ['a', 'b', 'c'], [['a', 'b']]],
    [['c', 'a', 'b'], { c: ['a'], a: ['b'], b: ['a'] }, ['a', 'c', 'b'], [['a', 'b']]],
  ])('%j of %j', (ids, pairs, order, circles) => {
    expect(dependentsFirst(ids, users(pairs))).toEqual({ ids: order, circles });
  });
});

describe('what is read', () => {
  test('shows what is built on what, in the set and outside', async () => {
    const space = [named('a'), named('b', ['a', 'b']), named('c', ['a', 'b'])];
    const { api } = fakeApi({ page: { audiences: space, pagination: {} } });
    const set = await readSet('spa_1', ['b', 'a'], true, { api, call: testCall() });
    expect([...set.found.keys()]).toEqual(['b', 'a']);
    expect(set.knowsUsers).toBe(true);
    const ids = [...set.users].map(([used, by]) => [used, by.map(({ id }) => id)]);
    expect(ids).toEqual([
      ['a', ['b', 'c']],
      ['b', ['c']],
    ]);
  });

  test('leaves open what is built on one whose key is not shown', async () => {
    const space = [named('a'), audience({ id: 'b', key: undefined })];
    const { api } = fakeApi({ page: { audiences: space, pagination: {} } });
    const set = await readSet('spa_1', ['a', 'b'], true, { api, call: testCall() });
    expect(set.knowsUsers).toBe(false);
  });

  test("is read singly where the space can't be", async () => {
    const { api, asked } = fakeApi({
      audience: named('a'),
      page: () => Promise.reject(new OutOfTimeError('list_audiences', 0)),
    });
    const set = await readSet('spa_1', ['a'], true, { api, call: testCall() });
    expect([...set.found.keys()]).toEqual(['a']);
    expect(set.knowsUsers).toBe(false);
    expect(set.error).toBeInstanceOf(OutOfTimeError);
    expect(asked.map(([operation]) => operation)).toEqual(['list_audiences', 'get_audience']);
  });

  test('stops where those that are left cost less singly', async () => {
    const { api, asked } = fakeApi({
      audience: named('h'),
      page: async () => ({
        audiences: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => named(id)),
        pagination: { next: 'more', totalEntries: 5000 },
      }),
    });
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'h'];
    const set = await readSet('spa_1', ids, false, { api, call: testCall() });
    expect([...set.found.keys()]).toEqual(ids);
    expect(asked.map(([operation]) => operation)).toEqual(['list_audiences', 'get_audience']);
  });
});
