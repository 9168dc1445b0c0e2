import { describe, expect, test } from 'vitest';
import { outlineOf } from '../../src/query/index.ts';
import type { Audience } from '../../src/segment/models/audience.ts';
import { AudienceIndexBuilder } from '../../src/space/audience-index.ts';
import { type Filters, findIn, type SortKey, sorted } from '../../src/space/search.ts';

const day = (date: number) => `2026-01-0${date}T00:00:00.000Z`;

const space: (Partial<Audience> & { id: string })[] = [
  {
    id: 'shoes',
    name: 'Shoe lovers',
    key: 'shoe_lovers',
    description: 'Buy often, in Zürich',
    enabled: true,
    status: 'Live',
    audienceType: 'USERS',
    computeCadence: { type: 'REALTIME' },
    size: { count: 10 },
    definition: { query: "event('Shoes Bought').where(property('price') > 1).count() >= 1" },
    createdBy: 'usr_1',
    createdAt: day(1),
    updatedAt: day(3),
  },
  {
    id: 'firms',
    name: 'ACME firms',
    key: 'acme_firms',
    enabled: false,
    status: 'Disabled',
    audienceType: 'ACCOUNTS',
    computeCadence: { type: 'BATCH' },
    size: { count: 200 },
    definition: { query: "ALL trait('shoe_lovers') = 'true'" },
    createdBy: 'usr_2',
    createdAt: day(2),
    updatedAt: day(2),
  },
  {
    id: 'sized not',
    name: 'beta',
    key: 'beta',
    enabled: true,
    audienceType: 'USERS',
    definition: { query: "trait('shoe_lovers') = 'true' AND event('Shoes Bought').count() >= 1" },
    updatedAt: day(1),
  },
  {
    id: 'broken',
    key: 'broken',
    enabled: true,
    definition: { query: "event('A" },
    size: { count: 0 },
  },
];

const builder = new AudienceIndexBuilder(outlineOf);
for (const audience of space) builder.add(audience);
const index = builder.finish({ complete: true, readAt: 0 });
const ids = (filters: Filters) => findIn(index, filters).matches.map(({ id }) => id);

describe('filters', () => {
  test.each<[Filters, string[]]>([
    [{}, ['shoes', 'firms', 'sized not', 'broken']],
    [{ text: 'SHOE' }, ['shoes']],
    [{ text: 'zürich' }, ['shoes']],
    [{ text: 'acme_' }, ['firms']],
    [{ text: 'Shoes Bought' }, []],
    [{ enabled: false }, ['firms']],
    [{ enabled: true, text: 'b' }, ['shoes', 'sized not', 'broken']],
    [{ status: 'live' }, ['shoes']],
    [{ type: 'users' }, ['shoes', 'sized not']],
    [{ type: 'accounts' }, ['firms']],
    [{ cadence: 'BATCH' }, ['firms']],
    [{ event: 'Shoes Bought' }, ['shoes', 'sized not']],
    [{ event: 'shoes bought' }, []],
    [{ trait: 'shoe_lovers' }, ['firms', 'sized not']],
    [{ property: 'price' }, ['shoes']],
    [{ audienceKey: 'shoe_lovers' }, ['firms', 'sized not']],
    [{ audienceKey: 'shoe_lovers', event: 'Shoes Bought' }, ['sized not']],
    [{ createdBy: 'usr_2' }, ['firms']],
    [{ updatedSince: Date.parse(day(2)) }, ['shoes', 'firms']],
    [{ updatedBefore: Date.parse(day(2)) }, ['sized not']],
    [{ updatedSince: Date.parse(day(2)), updatedBefore: Date.parse(day(3)) }, ['firms']],
    [{ minSize: 10 }, ['shoes', 'firms']],
    [{ maxSize: 10 }, ['shoes', 'broken']],
    [{ minSize: 11, maxSize: 200 }, ['firms']],
    [{ minSize: 0, type: 'users' }, ['shoes']],
  ])('%j', (filters, expected) => {
    expect(ids(filters)).toEqual(expected);
  });

  test('say how many sizes are unknown among those that pass the others', () => {
    expect(findIn(index, { minSize: 0 }).unknown.get('size')).toBe(1);
    expect(findIn(index, { minSize: 0, event: 'Shoes Bought' }).unknown.get('size')).toBe(1);
    expect(findIn(index, { minSize: 0, type: 'accounts' }).unknown.get('size')).toBeUndefined();
    expect(findIn(index, {}).unknown.get('size')).toBeUndefined();
  });

  test("name those that pass the others and whose names can't be known", () => {
    const unreadable = (filters: Filters) => findIn(index, filters).unreadable.map(({ id }) => id);
    expect(unreadable({ event: 'A' })).toEqual(['broken']);
    expect(unreadable({})).toEqual(['broken']);
    expect(unreadable({ event: 'A', enabled: false })).toEqual([]);
    expect(unreadable({ event: 'A', minSize: 1 })).toEqual([]);
  });
});

describe('order', () => {
  test.each<[SortKey, 'asc' | 'desc', string[]]>([
    ['name', 'asc', ['firms', 'sized not', 'shoes', 'broken']],
    ['name', 'desc', ['shoes', 'sized not', 'firms', 'broken']],
    ['size', 'asc', ['broken', 'shoes', 'firms', 'sized not']],
    ['size', 'desc', ['firms', 'shoes', 'broken', 'sized not']],
    ['updatedAt', 'asc', ['sized not', 'firms', 'shoes', 'broken']],
    ['updatedAt', 'desc', ['shoes', 'firms', 'sized not', 'broken']],
    ['createdAt', 'desc', ['firms', 'shoes', 'broken', 'sized not']],
    ['usedBy', 'desc', ['shoes', 'broken', 'firms', 'sized not']],
  ])('by %s, %s: what is not known comes last', (key, order, expected) => {
    expect(sorted(index, index.audiences, key, order).map(({ id }) => id)).toEqual(expected);
  });
});
