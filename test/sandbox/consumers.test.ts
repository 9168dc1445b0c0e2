import { describe, expect, test } from 'vitest';
import { headersOf } from '../support/raw-http.ts';
import { audienceOf, pageOf, SandboxPerTest, space } from '../support/sandbox-per-test.ts';

/*
 * The audiences whose definitions use one, held against Segment's reference 73.2.0.
 */

const bench = new SandboxPerTest({
  edition: 'v1',
  seeds: {
    spa_shop_production: [
      {
        name: 'Base',
        definition: { query: "trait('plan') = 'vip'", level: 'users' },
        createdAt: 1000,
      },
      {
        name: 'Zebra',
        definition: { query: "trait('base') = 'true'", level: 'users' },
        createdAt: 2000,
        updatedAt: 9000,
      },
      {
        name: 'Ant',
        definition: { query: "trait('base') = 'true' OR trait('zebra') = 'true'", level: 'users' },
        createdAt: 3000,
      },
      {
        name: 'Only named alike',
        definition: { query: "trait('based') = 'base'", level: 'users' },
        createdAt: 4000,
      },
    ],
  },
});
const headers = headersOf('v1alpha');
const path = `${space}/aud_000000001/audience-references`;
const ask = (query = '') => bench.ask('GET', path + query, { headers });
const keys = async (query = '') => pageOf(await ask(query)).audiences.map(({ key }) => key);

test('are found by the key as a trait, in the narrow view', async () => {
  const { audiences, pagination } = pageOf(await ask());
  expect(audiences.map(({ key }) => key)).toEqual(['zebra', 'ant']);
  expect(audiences[0]).toMatchObject({ audienceType: 'USERS', status: 'Live' });
  expect(audiences[0]).not.toHaveProperty('size');
  expect(audiences[0]).not.toHaveProperty('computeCadence');
  expect(pagination).toEqual({ current: 'MA==', totalEntries: 2 });
});

test('follow what is made, changed and removed', async () => {
  const body = {
    name: 'New',
    audienceType: 'USERS',
    definition: { query: "trait('base') = 'true' AND trait('a') = 1" },
  };
  const { id } = audienceOf(await bench.ask('POST', space, { body }));
  expect(await keys()).toEqual(['zebra', 'ant', 'new']);
  await bench.ask('DELETE', `${space}/${id}`);
  const change = { definition: { query: "trait('plan') = 'vip'" } };
  await bench.ask('PATCH', `${space}/aud_000000002`, { body: change });
  expect(await keys()).toEqual(['ant']);
});

test.each([
  ['?sort.field=NAME&sort.direction=ASC', ['ant', 'zebra']],
  ['?sort.field=NAME&sort.direction=DESC', ['zebra', 'ant']],
  ['?sort.field=CREATED_AT&sort.direction=DESC', ['ant', 'zebra']],
  ['?sort.field=UPDATED_AT&sort.direction=DESC', ['zebra', 'ant']],
  ['?search.type=NAME&search.query=NT', ['ant']],
  ['?search.type=DEFINITION&search.query=zebra', ['ant']],
  ['?search.type=KEY&search.query=ebra', []],
  ['?pagination.count=1', ['zebra']],
])('%s', async (query, expected) => {
  expect(await keys(query)).toEqual(expected);
});

describe('refused is', () => {
  test.each([
    ['?sort.field=NAME', 'sort.direction', 'is required'],
    ['?sort.direction=ASC', 'sort.field', 'is required'],
    [
      '?sort.field=KEY&sort.direction=ASC',
      'sort.field',
      'must be one of [CREATED_AT, NAME, UPDATED_AT]',
    ],
    ['?search.type=KEY', 'search.query', 'is required'],
    ['?pagination.count=1001', 'pagination.count', 'must be less than or equal to 1000'],
    ['?include=schedules', 'include', 'is not allowed'],
  ])('%s', async (query, field, what) => {
    expect(await ask(query)).toMatchObject({
      status: 422,
      body: { errors: [{ field, message: `"${field}" ${what}` }] },
    });
  });

  test('an audience that is not there', async () => {
    const answer = await bench.ask('GET', `${space}/aud_no/audience-references`, { headers });
    expect(answer.status).toBe(404);
  });
});
