import { describe, expect, test } from 'vitest';
import { outlineOf } from '../../src/query/index.ts';
import type { Audience } from '../../src/segment/models/audience.ts';
import { AudienceIndexBuilder } from '../../src/space/audience-index.ts';
import { nearMissOf } from '../../src/space/near-misses.ts';
import { audience } from '../support/in-memory.ts';

function indexOf(...audiences: Partial<Audience>[]) {
  const builder = new AudienceIndexBuilder(outlineOf);
  audiences.forEach((each, n) => {
    builder.add(audience({ id: `aud_${n}`, key: `key_${n}`, ...each }));
  });
  return builder.finish({ complete: true, readAt: 0 });
}
const defined = (query: string, more: Partial<Audience> = {}): Partial<Audience> => ({
  definition: { query },
  ...more,
});

test('keeps what definitions depend on', () => {
  const query =
    "event('Order Completed').where(property('total') > 5 AND context('page.url') = 'x').count() >= 1 AND trait('plan') = 'vip' AND trait('plan') != 'x'";
  const index = indexOf(defined(query), defined("event('Order Completed').count() >= 1"));
  expect(index.audiences[0]?.references).toEqual({
    events: ['Order Completed'],
    traits: ['plan'],
    properties: ['total', 'context.page.url'],
    entities: [],
  });
  expect([...index.names.events]).toEqual([['Order Completed', 2]]);
  expect([...index.names.traits]).toEqual([['plan', 1]]);
});

test.each([
  ['an open bracket', { query: "event('A'.count() >= 1" }],
  ['no definition', null],
  ['no query', { query: null }],
  ['more than is read', { query: `trait('${'x'.repeat(30_000)}') = 1` }],
])('knows no references of a definition with %s', (_, definition) => {
  expect(indexOf({ definition }).audiences[0]?.references).toBeUndefined();
});

test('knows those of a definition that can be read, but is against the rules', () => {
  const [only] = indexOf(defined("event('A').count() >= 'many'")).audiences;
  expect(only?.references?.events).toEqual(['A']);
});

describe('who is built on an audience', () => {
  const index = indexOf(
    defined("trait('plan') = 'vip'"),
    defined("trait('key_0') = 'true'"),
    defined("trait('key_0') = 'true' AND trait('key_2') = 'true'"),
    defined("trait('plan') = 'vip'", { key: null }),
  );

  test('is counted and named, without itself', () => {
    expect(index.audiences.map((each) => index.usedByCount(each))).toEqual([2, 0, 0, undefined]);
    expect(index.usedBy('aud_0', 'key_0').map(({ id }) => id)).toEqual(['aud_1', 'aud_2']);
    expect(index.usedBy('aud_2', 'key_2')).toEqual([]);
  });
});

test('cuts long texts, and says of how many descriptions', () => {
  const long = 'x'.repeat(5000);
  const index = indexOf({ description: long, name: long, definition: { query: long } }, {});
  const [first] = index.audiences;
  expect(first?.description).toMatch(/^x{500}…\[cut, 5000 characters in all\]$/);
  expect(first?.name).toMatch(/^x{255}…/);
  expect(first?.query).toMatch(/^x{200}…/);
  expect(index.cutDescriptions).toBe(1);
});

test('keeps names and ids where there is too much text, and nothing that can be done without', () => {
  const builder = new AudienceIndexBuilder(outlineOf);
  const description = 'd'.repeat(500);
  for (let n = 0; n < 10_000; n += 1) {
    const query = `trait('${n}${'t'.repeat(1000)}') = 1`;
    builder.add(audience({ id: `aud_${n}`, name: `N ${n}`, description, definition: { query } }));
  }
  const { audiences, cutDescriptions } = builder.finish({ complete: true, readAt: 0 });
  const last = audiences.at(-1);
  expect(last).toMatchObject({ id: 'aud_9999', name: 'N 9999', enabled: true });
  expect([last?.description, last?.query, last?.references]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(audiences[0]?.description).toBe(description);
  expect(cutDescriptions).toBeGreaterThan(1000);
});

describe('a near miss', () => {
  const index = indexOf(
    ...Array.from({ length: 4 }, () => defined("event('Order Completed').count() >= 1")),
    defined("event('order_completed').count() >= 1"),
    defined("event('Shoes Bought').count() >= 1"),
  );

  test.each([
    ['Order Complete', { name: 'Order Completed', usedBy: 4 }],
    ['order completed', { name: 'Order Completed', usedBy: 4 }],
    ['Order Completed', { name: 'order_completed', usedBy: 1 }],
    ['Shoes Bought', undefined],
    ['Something else entirely', undefined],
  ])('of %s', (given, expected) => {
    expect(nearMissOf(index, 'events', given)).toEqual(expected);
  });
});
