import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { headersOf } from '../support/raw-http.ts';
import { audienceOf, SandboxPerTest, space } from '../support/sandbox-per-test.ts';

/*
 * Previews: what a definition would come to, held against Segment's reference 73.2.0.
 */

const bench = new SandboxPerTest({ edition: 'v1', limits: { create_audience_preview: 100_000 } });
const previews = `${space}/previews`;

const startedSchema = z.object({
  data: z.object({ audiencePreview: z.strictObject({ id: z.string() }) }),
});
const sizeSchema = z.strictObject({
  type: z.string(),
  count: z.number(),
  uniqueCount: z.number().optional(),
});
const previewSchema = z.object({
  data: z.object({
    audiencePreview: z.strictObject({
      id: z.string(),
      audienceType: z.string(),
      definition: z.strictObject({ query: z.string(), targetEntity: z.string().optional() }),
      options: z.looseObject({}),
      status: z.string(),
      size: sizeSchema.optional(),
      results: z.array(z.looseObject({ id: z.string() })).optional(),
      failureReason: z.string().optional(),
    }),
  }),
});

const post = (body: object) => bench.ask('POST', previews, { body });
const start = async (audienceType: string, query: string, more: object = {}) => {
  const answer = await post({ audienceType, definition: { query }, ...more });
  return startedSchema.parse(answer.body).data.audiencePreview.id;
};
const read = async (id: string) =>
  previewSchema.parse((await bench.ask('GET', `${previews}/${id}`)).body).data.audiencePreview;
const ended = async (...input: Parameters<typeof start>) => {
  const id = await start(...input);
  await bench.clock.advance(3000);
  return read(id);
};

test('runs first, and has neither size nor sample nor reason until it has ended', async () => {
  const id = await start('USERS', "trait('plan') = 'vip'");
  expect(id).toMatch(
    /^.{27}-compute_preview_execution-spa_shop_production-compute_preview_execution$/,
  );
  for (const ms of [0, 2999]) {
    await bench.clock.advance(ms);
    expect(await read(id)).toEqual({
      id,
      audienceType: 'USERS',
      definition: { query: "trait('plan') = 'vip'" },
      options: {
        filterByExternalIds: ['user_id', 'email', 'android.idfa', 'ios.idfa'],
        includeHistoricalData: true,
      },
      status: 'RUNNING',
    });
  }
  await bench.clock.advance(1);
  const { status, size, results, failureReason } = await read(id);
  expect({ status, failureReason }).toEqual({ status: 'COMPLETED', failureReason: undefined });
  expect(size).toEqual({ type: 'USERS', count: expect.any(Number) });
  expect(results).toHaveLength(10);
  expect(results?.[0]).toEqual({ id: expect.stringMatching(/^use_\d+$/) });
});

test.each([
  ['USERS', "event('Shoes Bought').within(30 days).count() >= 1"],
  ['ACCOUNTS', "ANY trait('plan') = 'vip'"],
  ['LINKED', "entity('orders').where( property('total') > 700 ).count() >= 1"],
])('of %s has the size that the audience gets', async (audienceType, query) => {
  const preview = await ended(audienceType, query);
  const made = audienceOf(await bench.create({ audienceType, definition: { query } }));
  await bench.clock.advance(6000);
  const audience = audienceOf(await bench.ask('GET', `${space}/${made.id}`));
  expect(preview.size?.count).toBeGreaterThan(0);
  expect(audience.size).toEqual(preview.size);
});

test('takes only who has one of the external ids', async () => {
  const query = "trait('created_at').exists()";
  const all = await ended('USERS', query);
  const options = { filterByExternalIds: ['email'], backfillEventDataDays: 7 };
  const mailed = await ended('USERS', query, { options });
  expect(all.size?.count).toBe(2000);
  expect(mailed.size?.count).toBeLessThan(1900);
  expect(mailed.options).toEqual({ ...options, includeHistoricalData: true });
  const phones = await ended('USERS', query, { options: { filterByExternalIds: ['ios.idfa'] } });
  expect(phones.size?.count).toBe(0);
});

describe('the entries of the sample', () => {
  const condition = "entity('orders').where( property('total') > 800 ).count() >= 1";
  const nested =
    "entity('orders').where( property('total') > 800 AND entity('order-products').where( property('category') = 'boots' ).count() >= 1 ).count() >= 1";

  test('of accounts are ids', async () => {
    const { results } = await ended('ACCOUNTS', "ANY trait('plan') = 'vip'");
    expect(results?.[0]).toEqual({ id: expect.stringMatching(/^acc_\d+$/) });
  });

  test('of linked profiles have the entities that the definition takes in', async () => {
    const { results, size, definition } = await ended('LINKED', condition);
    expect(definition.targetEntity).toBe('profile');
    expect(size?.type).toBe('USERS');
    const { entities } = z
      .object({
        entities: z.object({
          orders: z.array(
            z.strictObject({
              id: z.string().startsWith('ord_'),
              idProperty: z.literal('order_id'),
              relationshipSlug: z.literal('orders'),
              properties: z.object({ order_id: z.string(), total: z.number().gt(800) }),
            }),
          ),
        }),
      })
      .parse(results?.[0]);
    expect(entities.orders.length).toBeGreaterThan(0);
  });

  test('of linked profiles without entities are ids', async () => {
    const { results } = await ended('LINKED', "trait('plan') = 'vip'");
    expect(results?.[0]).toEqual({ id: expect.any(String) });
  });

  test('of entities have properties, profiles, and the level below if it is mentioned', async () => {
    const definition = { query: nested, targetEntity: 'orders' };
    const { results, size } = await ended('LINKED', nested, { definition });
    expect(size?.type).toBe('ENTITIES');
    expect(size?.uniqueCount).toBeLessThanOrEqual(size?.count ?? 0);
    expect(results?.[0]).toEqual({
      id: expect.stringMatching(/^ord_/),
      idProperty: 'order_id',
      relationshipSlug: 'orders',
      properties: { order_id: expect.any(String), total: expect.any(Number) },
      entities: {
        'order-products': [
          {
            id: expect.stringMatching(/^boots-/),
            idProperty: 'sku',
            relationshipSlug: 'order-products',
            properties: { sku: expect.any(String), category: 'boots' },
          },
        ],
      },
      profiles: [{ id: expect.stringMatching(/^use_/) }],
      profilesTruncated: false,
    });
  });

  test('of entities of many profiles are cut at ten, and say so', async () => {
    const query = "entity('orders').count() >= 1";
    const definition = { query, targetEntity: 'order-products' };
    const { results, size } = await ended('LINKED', query, { definition });
    expect(size?.uniqueCount).toBeLessThan(size?.count ?? 0);
    const profiles = z.looseObject({
      profiles: z.array(z.object({ id: z.string() })).max(10),
      profilesTruncated: z.boolean(),
    });
    const entries = z.array(profiles).parse(results);
    expect(entries.some((entry) => entry.profilesTruncated)).toBe(true);
  });
});

test('of a linked audience fails above 3,000 rows', async () => {
  const { status, size, results, failureReason } = await ended(
    'LINKED',
    "entity('orders').count() >= 1",
  );
  expect(status).toBe('FAILED');
  expect(failureReason).toMatch(/^The preview has \d+ rows, more than the 3000 allowed$/);
  expect([size, results]).toEqual([undefined, undefined]);
});

describe('refused is', () => {
  const query = "trait('plan') = 'vip'";
  test.each([
    [{ definition: { query } }, 'audienceType', 'is required'],
    [{ audienceType: 'USERS' }, 'definition', 'is required'],
    [
      { audienceType: 'USERS', definition: { query, type: 'users' } },
      'definition.type',
      'is not allowed',
    ],
    [
      { audienceType: 'USERS', definition: { query, targetEntity: 'orders' } },
      'definition.targetEntity',
      'is not allowed unless "audienceType" is LINKED',
    ],
    [
      { audienceType: 'USERS', definition: { query }, options: { includeHistoricalData: true } },
      'options.includeHistoricalData',
      'is not allowed',
    ],
    [
      { audienceType: 'USERS', definition: { query }, options: { backfillEventDataDays: 0 } },
      'options.backfillEventDataDays',
      'must be a positive number',
    ],
    [{ audienceType: 'USERS', definition: { query }, name: 'N' }, 'name', 'is not allowed'],
  ])('%j', async (body, field, what) => {
    const answer = await post(body);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ errors: [{ field, message: `"${field}" ${what}` }] });
  });

  test('a definition that is not valid at its level', async () => {
    const answer = await post({ audienceType: 'USERS', definition: { query: "event('A')" } });
    expect(answer).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'definition.query' }] },
    });
  });

  test('an id that is none; and the path itself is not an audience', async () => {
    expect((await bench.ask('GET', `${previews}/nothing`)).status).toBe(404);
    expect((await bench.ask('GET', previews)).status).toBe(404);
    expect((await bench.ask('DELETE', previews)).status).toBe(404);
  });

  test('a preview of another space', async () => {
    const id = await start('USERS', query);
    const answer = await bench.ask('GET', `/spaces/spa_shop_staging/audiences/previews/${id}`);
    expect(answer.status).toBe(404);
  });
});

test('exists in all editions, for all types', async () => {
  const body = { audienceType: 'LINKED', definition: { query: "entity('orders').count() >= 1" } };
  for (const edition of ['v1', 'v1beta', 'v1alpha'] as const) {
    const answer = await bench.ask('POST', previews, { body, headers: headersOf(edition) });
    expect(answer.status).toBe(200);
  }
});

test('there are 700 a month and space', async () => {
  const send = (spaceId: string) =>
    bench.ask('POST', `/spaces/${spaceId}/audiences/previews`, {
      body: { audienceType: 'USERS', definition: { query: "trait('plan') = 'vip'" } },
    });
  for (let count = 0; count < 10; count += 1) {
    await Promise.all(Array.from({ length: 70 }, () => send('spa_shop_production')));
  }
  const refused = await send('spa_shop_production');
  expect(refused.status).toBe(429);
  expect(refused.body).toMatchObject({
    errors: [{ type: 'RequestError', data: { remainingPoints: 0, msBeforeNext: 31 * 86_400_000 } }],
  });
  expect((await send('spa_shop_staging')).status).toBe(200);
  await bench.clock.advance(31 * 86_400_000);
  expect((await send('spa_shop_production')).status).toBe(200);
});

describe('with the limit of the reference', () => {
  const strict = new SandboxPerTest({ edition: 'v1' });

  test('there are five a minute, whatever the space', async () => {
    const body = { audienceType: 'USERS', definition: { query: "trait('plan') = 'vip'" } };
    const send = () => strict.ask('POST', previews, { body });
    for (let count = 0; count < 5; count += 1) expect((await send()).status).toBe(200);
    expect((await send()).status).toBe(429);
    await strict.clock.advance(60_000);
    expect((await send()).status).toBe(200);
  });
});
