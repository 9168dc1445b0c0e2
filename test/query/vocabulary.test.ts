import { expect, test } from 'vitest';
import { check, type Level, vocabularyOf } from '../../src/query/index.ts';

/** What a definition speaks of, in a form that is easy to compare. */
function shownNames(query: string, type: Level = 'users') {
  const { events, entities, traits } = vocabularyOf(check(query, { type }).tree, type);
  const streams = [...events, ...entities].map(({ name, properties }) => [name, [...properties]]);
  return {
    streams: Object.fromEntries(streams),
    users: [...traits.users],
    accounts: [...traits.accounts],
  };
}

test.each([
  [
    'each property is of the event in whose where it stands',
    "event('Order Completed').where( property('revenue') > 5 AND context('page.url').contains('a') ).count() >= 1",
    { streams: { 'Order Completed': ['revenue', 'context.page.url'] }, users: [], accounts: [] },
  ],
  [
    'in a funnel of the inner one',
    "event('A').where( property('p') = 1 AND event('B').where( property('q') = 2 ).within(parent: 5 days).count() >= 1 ).count() >= 1",
    { streams: { A: ['p'], B: ['q'] }, users: [], accounts: [] },
  ],
  [
    'a reducer speaks of its own stream',
    "event('A').sum(property('price')) > 5 OR event('A').unique(property('sku')).count() > 1",
    { streams: { A: ['price', 'sku'] }, users: [], accounts: [] },
  ],
  [
    'a quote in a name is not part of its escape',
    "event('Rock \\'n\\' Roll').count() >= 1 AND NOT trait('plan') = 'vip'",
    { streams: { "Rock 'n' Roll": [] }, users: ['plan'], accounts: [] },
  ],
])('%s', (_, query, expected) => {
  expect(shownNames(query)).toEqual(expected);
});

test('entities of entities have properties of their own', () => {
  const query =
    "entity('orders').where( property('total') > 5 AND entity('order-products').where( property('sku') = 'a' ).count() >= 1 ).count() >= 1";
  const streams = { orders: ['total'], 'order-products': ['sku'] };
  expect(shownNames(query, 'linked').streams).toEqual(streams);
});

test('of accounts the traits of their users are told from their own', () => {
  const query = "trait('industry') = 'retail' AND ANY trait('plan') = 'vip'";
  const names = shownNames(query, 'accounts');
  expect(names).toMatchObject({ accounts: ['industry'], users: ['plan'] });
});
