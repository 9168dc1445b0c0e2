import { describe, expect, test } from 'vitest';
import { shop } from '../../src/sandbox/seed.ts';
import {
  audienceOf,
  pageOf,
  SandboxPerTest,
  firstPage as seedsFirstPage,
  space,
} from '../support/sandbox-per-test.ts';

/*
 * What today's edition answers to get and list, held against Segment's reference 73.2.0.
 */

const bench = new SandboxPerTest({ edition: 'v1', seeds: shop });
const { ask, create } = bench;
const get = async (id: string, more = '') => audienceOf(await ask('GET', `${space}/${id}${more}`));
const defaultIds = ['user_id', 'email', 'android.idfa', 'ios.idfa'];

describe('the wide view', () => {
  test('has all that the reference names', async () => {
    expect(await get('aud_000000001')).toEqual({
      id: 'aud_000000001',
      spaceId: 'spa_shop_production',
      name: 'Big spenders',
      description: 'Lifetime value above 500',
      key: 'big_spenders',
      enabled: true,
      audienceType: 'USERS',
      definition: { query: "trait('total_spend') > 500" },
      status: 'Live',
      createdBy: 'usr_sandbox',
      updatedBy: 'usr_sandbox',
      createdAt: '2025-02-03T09:30:00.000Z',
      updatedAt: '2025-02-03T09:30:00.000Z',
      computeCadence: { type: 'REALTIME' },
      options: { filterByExternalIds: defaultIds },
      size: { type: 'USERS', count: expect.any(Number) },
    });
  });

  test.each([
    [
      'anonymous users become an external id',
      8,
      { filterByExternalIds: [...defaultIds, 'anonymous_id'] },
    ],
    ['other options stay', 7, { filterByExternalIds: defaultIds, includeHistoricalData: true }],
  ])("of the shop's audiences: %s", async (_, number, options) => {
    expect((await get(`aud_00000000${number}`)).options).toEqual(options);
  });

  test('tells the cadence from the definition', async () => {
    const cadenceOf = async (id: string) => (await get(id)).computeCadence;
    expect(await cadenceOf('aud_000000001')).toEqual({ type: 'REALTIME' });
    expect(await cadenceOf('aud_000000002')).toEqual({ type: 'BATCH' });
  });

  test('has a size once it is computed, in the unit of its type', async () => {
    const definition = { query: "ANY trait('plan') = 'vip'" };
    const { id } = audienceOf(await create({ audienceType: 'ACCOUNTS', definition }));
    expect(await get(id)).not.toHaveProperty('size');
    await bench.clock.advance(6000);
    expect((await get(id)).size).toEqual({ type: 'ACCOUNTS', count: expect.any(Number) });
  });

  test('of a linked audience is batch, and has a size in profiles or entities', async () => {
    const definition = { query: "entity('orders').count() >= 1" };
    const make = async (more: object) => {
      const linked = { audienceType: 'LINKED', definition: { ...definition, ...more } };
      const { id } = audienceOf(await create(linked));
      await bench.clock.advance(6000);
      return get(id);
    };
    const profiles = await make({});
    expect(profiles).toMatchObject({
      status: 'Live',
      computeCadence: { type: 'BATCH' },
      size: { type: 'USERS', count: expect.any(Number) },
    });
    const entities = await make({ targetEntity: 'orders' });
    expect(entities).toMatchObject({
      status: 'Live',
      size: {
        type: 'ENTITIES',
        count: expect.any(Number),
        uniqueCount: expect.any(Number),
      },
    });
    expect(bench.sandbox.members('spa_shop_production', entities.id)).toBeUndefined();
  });
});

describe('include', () => {
  test('gives the schedules, of which there are none yet', async () => {
    expect(await get('aud_000000001')).not.toHaveProperty('schedules');
    expect((await get('aud_000000001', '?include=schedules')).schedules).toEqual([]);
    const { audiences } = pageOf(await ask('GET', `${space}?include=schedules`));
    expect(audiences.every(({ schedules }) => Array.isArray(schedules))).toBe(true);
  });

  test.each(['size', ''])('takes nothing else: %j', async (value) => {
    for (const path of [space, `${space}/aud_000000001`]) {
      const answer = await ask('GET', `${path}?include=${value}`);
      expect(answer.status).toBe(422);
      expect(answer.body).toMatchObject({
        errors: [{ field: 'include', message: '"include" must be [schedules]' }],
      });
    }
  });
});

describe('pages', () => {
  test('lead forward to the end and back, where next and previous are absent', async () => {
    const page = async (cursor?: string | null) =>
      pageOf(
        await ask(
          'GET',
          `${space}?pagination.count=4${cursor ? `&pagination.cursor=${encodeURIComponent(cursor)}` : ''}`,
        ),
      );
    const first = await page();
    const second = await page(first.pagination.next);
    const third = await page(second.pagination.next);
    expect([first, second, third].map(({ audiences }) => audiences.length)).toEqual([4, 4, 2]);
    expect(first.pagination).not.toHaveProperty('previous');
    expect(third.pagination).not.toHaveProperty('next');
    expect(await page(third.pagination.previous)).toEqual(second);
    expect(await page(second.pagination.previous)).toEqual(first);
  });

  test('have 200 audiences where nothing is asked for', async () => {
    expect(pageOf(await ask('GET', space))).toMatchObject({
      audiences: { length: 10 },
      pagination: { current: 'MA==', totalEntries: 10 },
    });
  });

  test.each([
    ['pagination.count=0', 'must be greater than or equal to 1'],
    ['pagination.count=201', 'must be less than or equal to 200'],
    ['pagination.count=1.5', 'must be an integer'],
    ['pagination.count=1e2', 'must be an integer'],
    ['pagination.count=two', 'must be a number'],
    ['pagination.count=', 'must be a number'],
    ['pagination.cursor=MA%3D%3D', 'is required'],
    ['pagination.count=1&pagination.cursor=nonsense', 'is not a valid cursor', 'pagination.cursor'],
    ['pagination.size=1', 'is not allowed', 'pagination.size'],
    ['sort.field=NAME', 'is not allowed', 'sort.field'],
  ])('%s is 422: %s', async (query, what, field = 'pagination.count') => {
    const answer = await ask('GET', `${space}?${query}`);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual({
      errors: [{ type: 'input-validation', field, message: `"${field}" ${what}` }],
    });
  });

  test('may be asked for with brackets, as published SDKs do, which the log notes', async () => {
    const answer = await ask('GET', `${space}?pagination%5Bcount%5D=3&pagination[cursor]=Mw==`);
    expect(pageOf(answer).audiences.map(({ id }) => id)).toEqual([
      'aud_000000004',
      'aud_000000005',
      'aud_000000006',
    ]);
    expect(bench.log[0]?.note).toMatch(/^pagination\[count\], pagination\[cursor\]: .*dotted/);
  });

  test('of dotted parameters get no note', async () => {
    await ask('GET', seedsFirstPage);
    expect(bench.log[0]?.note).toBeUndefined();
  });
});

describe('search', () => {
  const found = async (type: string, query: string) =>
    pageOf(
      await ask('GET', `${space}?search.type=${type}&search.query=${encodeURIComponent(query)}`),
    ).audiences.map(({ key }) => key);

  test.each([
    ['KEY', 'big', ['big_spenders', 'big_spenders_who_lapsed']],
    ['KEY', 'spenders', []],
    ['NAME', 'LAPSED', ['lapsed_customers', 'big_spenders_who_lapsed']],
    ['DEFINITION', 'big_spenders', ['big_spenders_who_lapsed']],
  ])('by %s for %s', async (type, query, keys) => {
    expect(await found(type, query)).toEqual(keys);
  });

  test('is counted and paged by what was found', async () => {
    const query = 'search.type=KEY&search.query=big&pagination.count=1';
    expect(pageOf(await ask('GET', `${space}?${query}`)).pagination).toEqual({
      current: 'MA==',
      next: 'MQ==',
      totalEntries: 2,
    });
  });

  test.each([
    ['search.type=KEY', 'search.query', 'is required'],
    ['search.query=x', 'search.type', 'is required'],
    ['search.type=KEY&search.query=', 'search.query', 'is not allowed to be empty'],
    ['search.type=ID&search.query=x', 'search.type', 'must be one of [DEFINITION, KEY, NAME]'],
    [
      `search.type=KEY&search.query=${'x'.repeat(256)}`,
      'search.query',
      'length must be less than or equal to 255 characters long',
    ],
  ])('%s is 422', async (query, field, what) => {
    const answer = await ask('GET', `${space}?${query}`);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual({
      errors: [{ type: 'input-validation', field, message: `"${field}" ${what}` }],
    });
  });

  test('takes 255 characters', async () => {
    expect(await found('NAME', 'x'.repeat(255))).toEqual([]);
  });
});
