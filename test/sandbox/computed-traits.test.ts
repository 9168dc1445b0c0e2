import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { headersOf } from '../support/raw-http.ts';
import { SandboxPerTest } from '../support/sandbox-per-test.ts';

/*
 * Computed traits, held against Segment's reference 73.2.0: alpha only, in the style of 2024.
 */

const bench = new SandboxPerTest({
  edition: 'v1',
  seed: {
    spaces: [
      {
        id: 'spa_1',
        profiles: [
          {
            id: 'p1',
            events: [
              { name: 'Bought', at: '-3d', properties: { price: 30 } },
              { name: 'Bought', at: '-2d', properties: { price: 70 } },
            ],
          },
          { id: 'p2' },
        ],
      },
    ],
  },
});
const traits = '/spaces/spa_1/computed-traits';
const headers = headersOf('v1alpha');
const ask = (method: string, path: string, body?: unknown) =>
  bench.ask(method, path, { body, headers });
const definition = { query: "event('Bought').count()", type: 'USERS' };
const proper = { name: 'Purchases', definition };

const traitSchema = z.looseObject({ id: z.string(), key: z.string(), status: z.string() });
const one = (body: unknown) =>
  z.object({ data: z.object({ computedTrait: traitSchema }) }).parse(body).data.computedTrait;
const create = async (more: object = {}) =>
  one((await ask('POST', traits, { ...proper, ...more })).body);

test('live as audiences do', async () => {
  const options = { includeHistoricalData: true, backfillDurationDays: 30 };
  const made = await create({ description: 'd', options });
  const now = new Date(bench.clock.now()).toISOString();
  expect(made).toEqual({
    id: expect.stringMatching(/^ct_/),
    spaceId: 'spa_1',
    name: 'Purchases',
    description: 'd',
    key: 'purchases',
    enabled: true,
    definition,
    status: 'Preparing',
    createdBy: 'usr_sandbox',
    updatedBy: 'usr_sandbox',
    createdAt: now,
    updatedAt: now,
    options,
  });
  await bench.clock.advance(6000);
  const path = `${traits}/${made.id}`;
  expect(one((await ask('GET', path)).body).status).toBe('Live');
  const body = { name: 'Renamed', enabled: false };
  expect(one((await ask('PATCH', path, body)).body)).toMatchObject({ ...body, key: 'purchases' });
  expect((await ask('PATCH', path, { name: 'Again' })).status).toBe(409);
  expect((await ask('DELETE', path)).body).toEqual({ data: { status: 'SUCCESS' } });
  expect((await ask('GET', path)).status).toBe(404);
  expect((await ask('DELETE', path)).status).toBe(404);
});

test('are listed in pages', async () => {
  await create();
  await create({ name: 'Other' });
  expect((await ask('GET', `${traits}?pagination.count=1`)).body).toMatchObject({
    data: {
      computedTraits: [{ key: 'purchases' }],
      pagination: { next: 'MQ==', totalEntries: 2 },
    },
  });
  expect((await ask('GET', `${traits}?pagination.count=1001`)).status).toBe(422);
});

describe('have values', () => {
  test.each([
    ["event('Bought').count()", { p1: 2, p2: 0 }],
    ["event('Bought').sum(property('price'))", { p1: 100, p2: 0 }],
  ])('%s', async (query, expected) => {
    const { id } = await create({ definition: { query, type: 'USERS' } });
    expect(Object.fromEntries(bench.sandbox.traitValues('spa_1', id) ?? [])).toEqual(expected);
  });

  test('that audiences can use', async () => {
    await create();
    const body = {
      name: 'Buyers',
      audienceType: 'USERS',
      definition: { query: "trait('purchases') >= 2" },
    };
    await bench.ask('POST', '/spaces/spa_1/audiences', { body });
    expect(bench.sandbox.members('spa_1', 'aud_000000001')).toEqual(['p1']);
  });

  test('only where there is such a trait', () => {
    expect(bench.sandbox.traitValues('spa_1', 'ct_no')).toBeUndefined();
  });
});

test('share their keys with audiences', async () => {
  await create();
  const body = {
    name: 'Purchases',
    audienceType: 'USERS',
    definition: { query: "trait('a') = 1" },
  };
  const answer = await bench.ask('POST', '/spaces/spa_1/audiences', { body });
  expect(answer.body).toMatchObject({ data: { audience: { key: 'purchases_2' } } });
});

describe('refused is', () => {
  test.each([
    [{ name: undefined }, 'name', 'is required'],
    [{ definition: { query: 'q' } }, 'definition.type', 'is required'],
    [
      { definition: { ...definition, type: 'LINKED' } },
      'definition.type',
      'must be one of [USERS, ACCOUNTS]',
    ],
    [{ options: { backfillEventDataDays: 7 } }, 'options.backfillEventDataDays', 'is not allowed'],
    [
      { options: { backfillDurationDays: 0 } },
      'options.backfillDurationDays',
      'must be a positive number',
    ],
    [{ audienceType: 'USERS' }, 'audienceType', 'is not allowed'],
  ])('%j', async (more, field, what) => {
    const answer = await ask('POST', traits, { ...proper, ...more });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ errors: [{ field, message: `"${field}" ${what}` }] });
  });

  test.each([
    ['a condition', "event('Bought').count() >= 1"],
    ['what is not a definition', "evnet('Bought').count()"],
    ['what uses itself', "trait('purchases')"],
  ])('%s', async (_, query) => {
    const answer = await ask('POST', traits, { ...proper, definition: { query, type: 'USERS' } });
    expect(answer).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'definition.query' }] },
    });
  });

  test('a change of the type', async () => {
    const { id } = await create();
    const answer = await ask('PATCH', `${traits}/${id}`, {
      definition: { ...definition, type: 'ACCOUNTS' },
    });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: 'definition.type' }] } });
  });

  test('a body in another media type than that of alpha', async () => {
    for (const type of [headersOf('v1')['content-type'], 'application/json']) {
      const answer = await bench.ask('POST', traits, {
        body: proper,
        headers: { ...headers, 'content-type': type },
      });
      expect(answer.status).toBe(404);
      expect(answer.text).toContain('send Content-Type: application/vnd.segment.v1alpha+json');
    }
  });
});

describe('in 2024', () => {
  const old = new SandboxPerTest();

  test('were the same', async () => {
    const path = '/spaces/spa_shop_production/computed-traits';
    const answer = await old.ask('POST', path, { body: proper });
    expect(answer.body).toMatchObject({
      data: { computedTrait: { key: 'purchases', definition } },
    });
    expect(answer.headers['x-ratelimit-remaining']).toBe('9');
  });
});
