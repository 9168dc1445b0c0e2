import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { headersOf } from '../support/raw-http.ts';
import { audienceOf, SandboxPerTest, space } from '../support/sandbox-per-test.ts';

/*
 * What today's edition takes and refuses in a create and an update, held against Segment's reference
 * 73.2.0.
 */

const bench = new SandboxPerTest({ edition: 'v1' });
const { ask, create } = bench;
const query = "trait('x') = 1";
const alpha = headersOf('v1alpha');

const problemsSchema = z.object({
  errors: z.array(
    z.strictObject({
      type: z.literal('input-validation'),
      field: z.string(),
      message: z.string(),
    }),
  ),
});
const problemsOf = (body: unknown) =>
  problemsSchema.parse(body).errors.map(({ field, message }) => [field, message]);

describe('create', () => {
  test('answers the narrow view: no cadence, no size, no schedules, options as given', async () => {
    const options = { includeHistoricalData: true, backfillEventDataDays: 30 };
    const answer = await create({ description: 'd', options });
    const now = new Date(bench.clock.now()).toISOString();
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      data: {
        audience: {
          id: expect.stringMatching(/^aud_/),
          spaceId: 'spa_shop_production',
          name: 'N',
          description: 'd',
          key: 'n',
          enabled: true,
          audienceType: 'USERS',
          definition: { query },
          status: 'Preparing',
          createdBy: 'usr_sandbox',
          updatedBy: 'usr_sandbox',
          createdAt: now,
          updatedAt: now,
          options,
        },
      },
    });
  });

  test('leaves out options that were not given', async () => {
    expect(audienceOf(await create())).not.toHaveProperty('options');
  });

  test.each([
    [{ name: undefined }, 'name', '"name" is required'],
    [{ name: null }, 'name', '"name" must be a string'],
    [{ name: '' }, 'name', '"name" is not allowed to be empty'],
    [{ description: '' }, 'description', '"description" is not allowed to be empty'],
    [{ enabled: 1 }, 'enabled', '"enabled" must be a boolean'],
    [{ audienceType: undefined }, 'audienceType', '"audienceType" is required'],
    [
      { audienceType: 'users' },
      'audienceType',
      '"audienceType" must be one of [USERS, ACCOUNTS, LINKED]',
    ],
    [{ definition: undefined }, 'definition', '"definition" is required'],
    [{ definition: [] }, 'definition', '"definition" must be an object'],
    [{ definition: {} }, 'definition.query', '"definition.query" is required'],
    [
      { definition: { query, type: 'users' } },
      'definition.type',
      '"definition.type" is not allowed',
    ],
    [
      { definition: { query, targetEntity: 'orders' } },
      'definition.targetEntity',
      '"definition.targetEntity" is not allowed unless "audienceType" is LINKED',
    ],
    [{ key: 'k' }, 'key', '"key" is not allowed'],
    [{ options: 1 }, 'options', '"options" must be an object'],
    [
      { options: { includeAnonymousUsers: true } },
      'options.includeAnonymousUsers',
      '"options.includeAnonymousUsers" is not allowed',
    ],
    [
      { options: { filterByExternalIds: 'email' } },
      'options.filterByExternalIds',
      '"options.filterByExternalIds" must be an array',
    ],
    [
      { options: { filterByExternalIds: ['email', 7] } },
      'options.filterByExternalIds.1',
      '"options.filterByExternalIds.1" must be a string',
    ],
    [
      { options: { backfillEventDataDays: 7 } },
      'options.backfillEventDataDays',
      '"options.backfillEventDataDays" is not allowed unless "options.includeHistoricalData" is true',
    ],
    ...[
      ['7', 'must be a number'],
      [1.5, 'must be an integer'],
      [0, 'must be a positive number'],
    ].map(([days, what]): [object, string, string] => [
      { options: { includeHistoricalData: true, backfillEventDataDays: days } },
      'options.backfillEventDataDays',
      `"options.backfillEventDataDays" ${what}`,
    ]),
  ])('%j is 422 and names the field', async (more, field, message) => {
    const answer = await create(more);
    expect(answer.status).toBe(422);
    expect(problemsOf(answer.body)).toEqual([[field, message]]);
  });

  test('tells all problems at once, however deep', async () => {
    const body = {
      name: 7,
      owner: 'me',
      definition: { type: 'users' },
      options: { x: 1, backfillEventDataDays: -1 },
    };
    const answer = await ask('POST', space, { body });
    expect(
      problemsOf(answer.body)
        .map(([field]) => field)
        .sort(),
    ).toEqual([
      'audienceType',
      'definition.query',
      'definition.type',
      'name',
      'options.backfillEventDataDays',
      'options.backfillEventDataDays',
      'options.x',
      'owner',
    ]);
  });

  test.each(['', '{', '[]', 'null', '"x"'])('the body %j is 422', async (body) => {
    expect((await ask('POST', space, { body })).status).toBe(422);
  });

  test('a query parameter is refused by name', async () => {
    const answer = await ask('POST', `${space}?include=schedules`, { body: {} });
    expect(problemsOf(answer.body)).toEqual([['include', '"include" is not allowed']]);
  });

  test('a definition is checked at the level of its type', async () => {
    const statusOf = async (audienceType: string, text: string) =>
      (await create({ audienceType, definition: { query: text } })).status;
    expect(await statusOf('USERS', "ANY trait('a') = 1")).toBe(422);
    expect(await statusOf('ACCOUNTS', "ANY trait('a') = 1")).toBe(200);
    expect(await statusOf('USERS', "entity('orders').count() >= 1")).toBe(422);
    expect(await statusOf('LINKED', "entity('orders').count() >= 1")).toBe(200);
  });

  test('a linked audience has a target entity, the profile by default', async () => {
    const definition = { query: "entity('orders').count() >= 1" };
    const linked = { audienceType: 'LINKED', definition };
    expect(audienceOf(await create(linked))).toMatchObject({
      audienceType: 'LINKED',
      definition: { ...definition, targetEntity: 'profile' },
    });
    const targeted = { ...linked, definition: { ...definition, targetEntity: 'orders' } };
    expect(audienceOf(await create(targeted))).toMatchObject(targeted);
  });
});

describe('create as v1alpha', () => {
  test('takes the two classic types only', async () => {
    const answer = await create({ audienceType: 'LINKED' }, alpha);
    expect(problemsOf(answer.body)).toEqual([
      ['audienceType', '"audienceType" must be one of [USERS, ACCOUNTS]'],
    ]);
    expect((await create({ audienceType: 'ACCOUNTS' }, alpha)).status).toBe(200);
  });

  test('takes the options of v1', async () => {
    const options = { filterByExternalIds: ['email'] };
    expect(audienceOf(await create({ options }, alpha))).toMatchObject({ options });
  });
});

describe('update', () => {
  const path = `${space}/aud_000000001`;
  const update = (body: unknown, headers = headersOf('v1')) =>
    ask('PATCH', path, { body, headers });

  test('answers the narrow view', async () => {
    const changed = audienceOf(await update({ name: 'Renamed', description: 'New' }));
    expect(changed).toMatchObject({
      name: 'Renamed',
      description: 'New',
      key: 'big_spenders',
      audienceType: 'USERS',
      status: 'Computing',
    });
    expect(Object.keys(changed)).not.toEqual(
      expect.arrayContaining(['computeCadence', 'size', 'schedules']),
    );
  });

  test.each([
    [{ audienceType: 'USERS' }, 'audienceType', '"audienceType" is not allowed'],
    [{ key: 'k' }, 'key', '"key" is not allowed'],
    [
      { definition: { query, targetEntity: 'profile' } },
      'definition.targetEntity',
      '"definition.targetEntity" is not allowed',
    ],
    [
      { definition: { query, type: 'users' } },
      'definition.type',
      '"definition.type" is not allowed',
    ],
    [{ definition: {} }, 'definition.query', '"definition.query" is required'],
    [{ enabled: 'no' }, 'enabled', '"enabled" must be a boolean'],
  ])('%j is 422 and names the field', async (body, field, message) => {
    const answer = await update(body);
    expect(answer.status).toBe(422);
    expect(problemsOf(answer.body)).toEqual([[field, message]]);
  });

  test('of nothing is not refused', async () => {
    expect((await update({})).status).toBe(200);
  });

  test('replaces the options, and keeps them where none are given', async () => {
    const { id } = audienceOf(
      await create({ options: { includeHistoricalData: true, filterByExternalIds: ['email'] } }),
    );
    const optionsOf = async () => audienceOf(await ask('GET', `${space}/${id}`)).options;
    await ask('PATCH', `${space}/${id}`, { body: { name: 'B' } });
    expect(await optionsOf()).toEqual({
      includeHistoricalData: true,
      filterByExternalIds: ['email'],
    });
    await bench.clock.advance(2000);
    const body = { options: { filterByExternalIds: ['user_id'] } };
    expect(audienceOf(await ask('PATCH', `${space}/${id}`, { body }))).toMatchObject(body);
    expect(await optionsOf()).toEqual({ filterByExternalIds: ['user_id'] });
  });

  test('of a locked audience is 409', async () => {
    await update({ name: 'A' });
    await bench.clock.advance(1999);
    expect(await update({ name: 'B' })).toMatchObject({
      status: 409,
      body: { errors: [{ type: 'conflict' }] },
    });
    await bench.clock.advance(1);
    expect((await update({ name: 'B' })).status).toBe(200);
  });

  test("can't turn real time into batch", async () => {
    const body = { definition: { query: "event('A').within(7 days).count() >= 1" } };
    expect((await update(body)).status).toBe(422);
  });

  test('as v1alpha has no options', async () => {
    const answer = await update({ options: {} }, alpha);
    expect(problemsOf(answer.body)).toEqual([['options', '"options" is not allowed']]);
  });

  test('as v1alpha takes the target entity, but does not change it', async () => {
    const answer = await update({ definition: { query, targetEntity: 'orders' } }, alpha);
    expect(problemsOf(answer.body)).toEqual([
      ['definition.targetEntity', `"definition.targetEntity" can't be changed`],
    ]);
    expect((await update({ definition: { query, targetEntity: 'profile' } }, alpha)).status).toBe(
      200,
    );
  });
});
