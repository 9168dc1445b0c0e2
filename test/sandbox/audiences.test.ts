import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import {
  audienceOf,
  definition,
  firstPage,
  pageOf,
  SandboxPerTest,
  space,
} from '../support/sandbox-per-test.ts';

/*
 * How audiences are made, live and go. Over real HTTP, held against Segment's reference.
 */

const bench = new SandboxPerTest();
const { ask, create } = bench;

describe('create', () => {
  test('gives the audience as the reference describes it', async () => {
    const answer = await create({
      description: 'd',
      definition: { ...definition, type: 'ACCOUNTS' },
      options: { includeHistoricalData: true },
    });
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
          definition: { query: definition.query, type: 'accounts' },
          status: 'Preparing',
          createdBy: 'usr_sandbox',
          updatedBy: 'usr_sandbox',
          createdAt: now,
          updatedAt: now,
          options: { includeHistoricalData: true },
        },
      },
    });
  });

  test.each([
    [{ name: undefined }, 'name', '"name" is required'],
    [{ name: '' }, 'name', '"name" is not allowed to be empty'],
    [{ name: 7 }, 'name', '"name" must be a string'],
    [{ name: 'x'.repeat(256) }, 'name', '"name" must have at most 255 characters'],
    [{ definition: undefined }, 'definition', '"definition" is required'],
    [{ definition: 'q' }, 'definition', '"definition" must be an object'],
    [{ definition: { type: 'users' } }, 'definition.query', '"definition.query" is required'],
    [{ definition: { query: 'q' } }, 'definition.type', '"definition.type" is required'],
    [
      { definition: { query: 'q', type: '' } },
      'definition.type',
      '"definition.type" must be one of [users, accounts]',
    ],
    [{ enabled: 'yes' }, 'enabled', '"enabled" must be a boolean'],
    [{ options: { x: 1 } }, 'options.x', '"options.x" is not allowed'],
    [{ owner: 'me' }, 'owner', '"owner" is not allowed'],
  ])('%j is 422 and names the field', async (more, field, message) => {
    const answer = await create(more);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual({ errors: [{ type: 'input-validation', message, field }] });
  });

  test('every bad field has an entry of its own', async () => {
    const answer = await ask('POST', space, { body: { enabled: 1, description: 2 } });
    const { errors } = z
      .object({ errors: z.array(z.object({ field: z.string() })) })
      .parse(answer.body);
    expect(errors.map(({ field }) => field).sort()).toEqual([
      'definition',
      'description',
      'enabled',
      'name',
    ]);
  });

  test.each(['', '{', '[]', 'null', '"x"'])('the body %j is 422', async (body) => {
    expect((await ask('POST', space, { body })).status).toBe(422);
  });

  test('a body over a megabyte is 413', async () => {
    const answer = await create({ description: 'x'.repeat(1024 * 1024) });
    expect(answer.status).toBe(413);
    expect(pageOf(await ask('GET', firstPage)).pagination.totalEntries).toBe(10);
  });

  test('keys are made from names and never used twice, also after a removal', async () => {
    const keyOf = async (name: string) => audienceOf(await create({ name })).key;
    expect(await keyOf('Café – Größe 42!')).toBe('cafe_gro_e_42');
    const first = audienceOf(await create({ name: 'Same' }));
    expect(first.key).toBe('same');
    await ask('DELETE', `${space}/${first.id}`);
    expect(await keyOf('same')).toBe('same_2');
    expect(await keyOf('日本')).toBe('audience');
  });
});

describe('the life of an audience', () => {
  const statusOf = async (id: string) => audienceOf(await ask('GET', `${space}/${id}`)).status;

  test('goes from Preparing over Computing to Live', async () => {
    const { id } = audienceOf(await create());
    const seen: string[] = [];
    for (const ms of [0, 1999, 1, 3999, 1]) {
      await bench.clock.advance(ms);
      seen.push(await statusOf(id));
    }
    expect(seen).toEqual(['Preparing', 'Preparing', 'Computing', 'Computing', 'Live']);
  });

  test('of a disabled one is Disabled, until it is enabled and computed', async () => {
    const { id } = audienceOf(await create({ enabled: false }));
    await bench.clock.advance(60_000);
    expect(await statusOf(id)).toBe('Disabled');
    await ask('PATCH', `${space}/${id}`, { body: { enabled: true } });
    expect(await statusOf(id)).toBe('Computing');
    await bench.clock.advance(4000);
    expect(await statusOf(id)).toBe('Live');
  });
});

describe('update', () => {
  const path = `${space}/aud_000000001`;

  test('changes what is given, keeps the rest and the key', async () => {
    const before = audienceOf(await ask('GET', path));
    const after = audienceOf(await ask('PATCH', path, { body: { name: 'Renamed' } }));
    const updatedAt = new Date(bench.clock.now()).toISOString();
    const { size, ...kept } = before;
    expect(size).toEqual({ type: 'USERS', count: expect.any(Number) });
    expect(after).toEqual({ ...kept, name: 'Renamed', status: 'Computing', updatedAt });
  });

  test('locks the audience for a moment: 409, and then no more', async () => {
    await ask('PATCH', path, { body: { name: 'A' } });
    await bench.clock.advance(1999);
    const refused = await ask('PATCH', path, { body: { name: 'B' } });
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ errors: [{ type: 'conflict' }] });
    await bench.clock.advance(1);
    expect((await ask('PATCH', path, { body: { name: 'B' } })).status).toBe(200);
  });

  test('a locked audience can still be removed', async () => {
    await ask('PATCH', path, { body: { name: 'A' } });
    expect((await ask('DELETE', path)).status).toBe(200);
  });

  test.each([
    [{}, undefined],
    [{ options: {} }, 'options'],
    [{ definition: { query: 'q' } }, 'definition.type'],
  ])('%j is 422', async (body, field) => {
    const answer = await ask('PATCH', path, { body });
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual({
      errors: [
        expect.objectContaining(field ? { field } : { message: expect.stringMatching(/at least/) }),
      ],
    });
  });
});

test('a removed audience is gone', async () => {
  const path = `${space}/aud_000000001`;
  expect((await ask('DELETE', path)).body).toEqual({ data: { status: 'SUCCESS' } });
  expect((await ask('GET', path)).status).toBe(404);
  expect((await ask('DELETE', path)).status).toBe(404);
  expect((await ask('PATCH', path, { body: { enabled: true } })).status).toBe(404);
});
