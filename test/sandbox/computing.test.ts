import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { makeSample } from '../../src/sandbox/sample.ts';
import { start } from '../../src/sandbox/start.ts';
import { rawRequest } from '../support/raw-http.ts';
import { audienceOf, pageOf, SandboxPerTest, space } from '../support/sandbox-per-test.ts';

/*
 * The sandbox reads definitions on its own side, and computes who is in an audience.
 */

const bench = new SandboxPerTest();
const { ask, create } = bench;
const users = (query: string) => ({ query, type: 'users' });
const spaceId = 'spa_shop_production';

const sizeSchema = z.looseObject({ size: z.object({ type: z.string(), count: z.number() }) });

/** Makes an audience, waits until it is Live, and gives its id and size. */
async function computed(name: string, definition: object) {
  const { id } = audienceOf(await create({ name, definition }));
  await bench.clock.advance(6000);
  const { size } = sizeSchema.parse(audienceOf(await ask('GET', `${space}/${id}`)));
  return { id, size, members: bench.sandbox.members(spaceId, id) ?? [] };
}

describe('the sample', () => {
  const now = Date.UTC(2026, 5, 1);
  const sample = makeSample(2000, now);

  test('is the same in every run', () => {
    // A comparison of this many objects takes long.
    expect(JSON.stringify(makeSample(2000, now)) === JSON.stringify(sample)).toBe(true);
  });

  test('has 2,000 profiles, some 40,000 events, accounts and entities', () => {
    const events = sample.profiles.reduce((sum, profile) => sum + profile.events.length, 0);
    expect(sample.profiles).toHaveLength(2000);
    expect(events).toBeGreaterThan(38_000);
    expect(events).toBeLessThan(42_000);
    expect(sample.accounts.length).toBeGreaterThan(50);
    expect(sample.profiles.some(({ entities }) => (entities?.orders?.length ?? 0) > 2)).toBe(true);
  });

  test('has its events in the order of time, and none in the future', () => {
    const inOrder = sample.profiles.filter(({ events }) =>
      events.every(({ at }, index) => at <= (events[index + 1]?.at ?? now)),
    );
    expect(inOrder).toHaveLength(sample.profiles.length);
  });
});

describe('an audience', () => {
  test('has a size as soon as it is Live, not before', async () => {
    const { id } = audienceOf(await create({ definition: users("trait('plan') = 'vip'") }));
    expect(audienceOf(await ask('GET', `${space}/${id}`))).not.toHaveProperty('size');
    await bench.clock.advance(6000);
    expect(audienceOf(await ask('GET', `${space}/${id}`))).toMatchObject({
      status: 'Live',
      size: { type: 'USERS', count: expect.any(Number) },
    });
  });

  test('holds those for whom its definition is true', async () => {
    const all = await computed('All', users("trait('created_at').exists()"));
    const buyers = await computed('Buyers', users("event('Shoes Bought').count() >= 1"));
    const others = await computed('Others', users("NOT event('Shoes Bought').count() >= 1"));
    expect(all.size).toEqual({ type: 'USERS', count: 2000 });
    expect(buyers.size.count).toBeGreaterThan(500);
    expect(new Set([...buyers.members, ...others.members])).toEqual(new Set(all.members));
    expect(buyers.size.count + others.size.count).toBe(2000);
  });

  test('of accounts holds accounts', async () => {
    const definition = { query: "ANY event('Shoes Bought').count() >= 1", type: 'accounts' };
    const { size, members } = await computed('Accounts', definition);
    expect(size.type).toBe('ACCOUNTS');
    expect(members[0]).toMatch(/^acc_/);
  });

  test('is computed again after its definition changed', async () => {
    const { id, size } = await computed('Vips', users("trait('plan') = 'vip'"));
    const body = { definition: users("trait('plan') = 'plus'") };
    await ask('PATCH', `${space}/${id}`, { body });
    await bench.clock.advance(4000);
    const changed = sizeSchema.parse(audienceOf(await ask('GET', `${space}/${id}`)));
    expect(changed.size.count).not.toBe(size.count);
  });

  test('moves with the clock where it has a window', async () => {
    const query = "event('Order Completed').within(30 days).count() >= 1";
    const { id, members } = await computed('Recent', users(query));
    await bench.clock.advance(31 * 86_400_000);
    expect(members.length).toBeGreaterThan(0);
    expect(bench.sandbox.members(spaceId, id)).toEqual([]);
  });
});

describe('an audience used as a trait', () => {
  test('is true for its members', async () => {
    const vips = await computed('Vips', users("trait('plan') = 'vip'"));
    const both = await computed(
      'Vip buyers',
      users("trait('vips') = 'true' AND event('Shoes Bought').count() >= 1"),
    );
    expect(both.size.count).toBeGreaterThan(0);
    expect(both.size.count).toBeLessThan(vips.size.count);
    expect(vips.members).toEqual(expect.arrayContaining([...both.members]));
  });

  test('changes the audience that uses it when it changes', async () => {
    const vips = await computed('Vips', users("trait('plan') = 'vip'"));
    const user = await computed('User', users("trait('vips') = 'true'"));
    const body = { definition: users("trait('plan') = 'nobody has this'") };
    await ask('PATCH', `${space}/${vips.id}`, { body });
    await bench.clock.advance(4000);
    expect(user.members).toEqual(vips.members);
    expect(bench.sandbox.members(spaceId, user.id)).toEqual([]);
  });

  test.each([
    ['by itself', "trait('later') = 'true'", "trait('later') = 'true'"],
    ['by way of another', "trait('user') = 'true'", "trait('later') = 'true'"],
  ])('never contains itself: %s', async (_, later, user) => {
    expect((await create({ name: 'User', definition: users(user) })).status).toBe(200);
    const refused = await create({ name: 'Later', definition: users(later) });
    expect(refused.status).toBe(422);
    expect(refused.body).toEqual({
      errors: [
        {
          type: 'input-validation',
          field: 'definition.query',
          message: '"definition.query" would create a cycle',
        },
      ],
    });
  });

  test("can't come to contain itself by a change", async () => {
    const a = await computed('A', users("trait('plan') = 'vip'"));
    await computed('B', users("trait('a') = 'true'"));
    const body = { definition: users("trait('b') = 'true'") };
    const refused = await ask('PATCH', `${space}/${a.id}`, { body });
    expect(refused).toMatchObject({
      status: 422,
      body: { errors: [{ message: expect.stringMatching(/cycle/) }] },
    });
  });
});

test('audiences that are built on each other from the start are computed, each without the next', async () => {
  const built = (name: string, query: string) => {
    return { name, definition: { query, level: 'users' as const }, createdAt: 0 };
  };
  const seeds = {
    spa_circle: [
      built('A', "trait('c') = 'true' OR trait('plan') = 'vip'"),
      built('B', "trait('a') = 'true'"),
      built('C', "trait('b') = 'true'"),
      built('Itself', "trait('itself') = 'true'"),
      built('Outside', "trait('a') = 'true' OR trait('no') = 'one'"),
      built('VIPs', "trait('plan') = 'vip'"),
    ],
  };
  const circle = await start({ edition: 'v1alpha', seeds });
  const path = '/spaces/spa_circle/audiences?pagination.count=100';
  const answer = await rawRequest(circle.url, 'GET', path);
  expect(answer.status).toBe(200);
  const sizes = pageOf(answer).audiences.map((each) => sizeSchema.parse(each).size.count);
  const vips = circle.members('spa_circle', 'aud_000000006')?.length;
  expect(vips).toBeGreaterThan(0);
  expect(sizes).toEqual([vips, 0, 0, 0, vips, vips]);
  await circle.close();
});

describe('a definition that is not valid', () => {
  test('is 422 with one entry for each mistake', async () => {
    const answer = await create({
      definition: users("evnet('A').count() >= 1 AND trait('b') =< 2"),
    });
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual({
      errors: [1, 40].map((column) => ({
        type: 'input-validation',
        field: 'definition.query',
        message: expect.stringContaining(`at line 1, column ${column}`),
      })),
    });
  });

  test('is refused in a change as well, which then changes nothing', async () => {
    const path = `${space}/aud_000000001`;
    const before = audienceOf(await ask('GET', path));
    const body = { name: 'New', definition: users("event('A')") };
    expect((await ask('PATCH', path, { body })).status).toBe(422);
    expect(audienceOf(await ask('GET', path))).toEqual(before);
  });

  test('is that of another level', async () => {
    const query = "ANY trait('role') = 'admin'";
    expect((await create({ definition: users(query) })).status).toBe(422);
    expect((await create({ definition: { query, type: 'accounts' } })).status).toBe(200);
  });
});

test.each([
  ['REALTIME', 'BATCH', "trait('plan') = 'vip'", "event('A').within(7 days).count() >= 1"],
  ['BATCH', 'REALTIME', "event('A').within(7 days).count() >= 1", "trait('plan') = 'vip'"],
])("an audience can't be turned from %s into %s", async (was, becomes, before, after) => {
  const { id } = await computed('Turned', users(before));
  const answer = await ask('PATCH', `${space}/${id}`, { body: { definition: users(after) } });
  expect(answer).toMatchObject({
    status: 422,
    body: { errors: [{ message: expect.stringContaining(`from ${was} to ${becomes}`) }] },
  });
});

test('audiences in a long chain, and each on all before it, are computed', async () => {
  const built = (query: string, n: number) => ({
    name: `A ${n}`,
    definition: { query, level: 'users' as const },
    createdAt: 0,
  });
  const isIn = (n: number) => `trait('a_${n}') = 'true'`;
  const numbers = Array.from({ length: 25 }, (_, n) => n);
  const first = "trait('plan') = 'vip'";
  const seeds = {
    spa_chain: numbers.map((n) => built(n === 0 ? first : isIn(n - 1), n)),
    spa_all: numbers.map((n) => built(numbers.slice(0, n).map(isIn).join(' AND ') || first, n)),
  };
  const deep = await start({ edition: 'v1alpha', seeds });
  for (const id of Object.keys(seeds)) {
    const path = `/spaces/${id}/audiences?pagination.count=100`;
    const answer = await rawRequest(deep.url, 'GET', path);
    const sizes = pageOf(answer).audiences.map((each) => sizeSchema.parse(each).size.count);
    expect(sizes[0]).toBeGreaterThan(0);
    expect(sizes).toEqual(numbers.map(() => sizes[0]));
  }
  await deep.close();
});
