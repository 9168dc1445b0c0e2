import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { sandboxEditions } from '../../src/sandbox/editions.ts';
import { statedOperations } from '../../src/sandbox/operations.ts';
import { type SandboxOptions, start } from '../../src/sandbox/start.ts';
import { headersOf, rawRequest } from '../support/raw-http.ts';
import { audienceOf, pageOf, SandboxPerTest, space } from '../support/sandbox-per-test.ts';

/*
 * What holds in both editions, over real HTTP, and how a sandbox is started.
 */

test("today's is the default", async () => {
  const sandbox = await start();
  expect(sandbox.edition).toBe('v1');
  await sandbox.close();
});

describe.each(sandboxEditions)('%s', (edition) => {
  const bench = new SandboxPerTest({ edition });
  const { ask, create } = bench;
  const list = `${space}?pagination.count=100`;
  const one = `${space}/aud_000000001`;

  test('no token is 401, an unknown space or audience 404', async () => {
    const { authorization: _, ...headers } = headersOf(edition);
    expect((await ask('GET', list, { headers })).status).toBe(401);
    for (const [path, message] of [
      ['/spaces/spa_no/audiences?pagination.count=1', 'There is no space spa_no'],
      [`/spaces/spa_no/audiences/aud_000000001`, 'There is no space spa_no'],
      [`${space}/aud_no`, 'There is no audience aud_no in this space'],
    ] as const) {
      const answer = await ask('GET', path);
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual({ errors: [{ type: 'not-found', message }] });
    }
  });

  test('operations on audiences have the limit of the reference in their headers', async () => {
    const requests: Record<string, () => ReturnType<typeof ask>> = {
      create_audience: () => create(),
      get_audience: () => ask('GET', one),
      list_audiences: () => ask('GET', list),
      update_audience_for_space: () => ask('PATCH', one, { body: { enabled: true } }),
      remove_audience_from_space: () => ask('DELETE', one),
    };
    const told: Record<string, unknown> = {};
    for (const [name, send] of Object.entries(requests)) {
      const { headers } = await send();
      const { 'x-ratelimit-consumed': consumed, 'x-ratelimit-remaining': remaining } = headers;
      told[name] = Number(consumed) + Number(remaining);
      expect(headers['x-ratelimit-reset']).toMatch(/GMT$/);
    }
    const stated = statedOperations(edition)
      .filter(({ name }) => name in requests)
      .map(({ name, perMinute }) => [name, perMinute]);
    expect(told).toEqual(Object.fromEntries(stated));
  });

  test('a request over the limit is 429 and tells the points', async () => {
    const limit = statedOperations(edition).find(({ name }) => name === 'create_audience');
    for (let count = 0; count < (limit?.perMinute ?? 0); count += 1) await create();
    const refused = await create();
    expect(refused.status).toBe(429);
    expect(refused.headers).not.toHaveProperty('retry-after');
    expect(refused.body).toMatchObject({
      errors: [{ data: { remainingPoints: 0, consumedPoints: (limit?.perMinute ?? 0) + 1 } }],
    });
  });

  test('token-limit: a 429 with Retry-After, without points, that costs nothing', async () => {
    bench.fault = { kind: 'token-limit', retryAfterSeconds: 7 };
    const refused = await create();
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toBe('7');
    expect(refused.headers).not.toHaveProperty('x-ratelimit-remaining');
    expect(refused.body).toEqual({
      errors: [{ type: 'RequestError', message: 'Too many requests' }],
    });
    bench.fault = undefined;
    expect((await create()).headers['x-ratelimit-consumed']).toBe('1');
  });

  test('alter: the true answer, altered', async () => {
    const { id } = audienceOf(await create());
    bench.fault = { kind: 'alter', alter: (body) => ({ was: body }) };
    expect(JSON.parse((await ask('GET', `${space}/${id}`)).text)).toMatchObject({
      was: { data: { audience: { id } } },
    });
  });

  describe('seeds', () => {
    const startWith = (seeds: SandboxOptions['seeds']) => start({ edition, seeds });
    const page = z.object({ data: z.object({ audiences: z.array(z.unknown()) }) });
    const ids = ['spa_shop_production', 'spa_shop_staging'];

    test('are the shop by default, the same in both editions', () => {
      expect(bench.sandbox.spaces.map(({ id }) => id)).toEqual(ids);
    });

    test('can be an empty space, in which audiences can be made', async () => {
      const sandbox = await startWith({ spa_new: [] });
      expect(sandbox.spaces).toEqual([{ id: 'spa_new', slug: 'spa_new', name: 'spa_new' }]);
      const path = '/spaces/spa_new/audiences';
      const headers = headersOf(edition);
      const first = await rawRequest(sandbox.url, 'GET', `${path}?pagination.count=5`, { headers });
      expect(page.parse(first.body).data.audiences).toEqual([]);
      const definition =
        edition === 'v1' ? { query: "trait('a') = 1" } : { query: "trait('a') = 1", type: 'users' };
      const audienceType = edition === 'v1' ? 'USERS' : undefined;
      const body = { name: 'First', audienceType, definition };
      const made = await rawRequest(sandbox.url, 'POST', path, { headers, body });
      expect(audienceOf(made)).toMatchObject({ id: 'aud_000000001', spaceId: 'spa_new' });
      sandbox.reset();
      const again = await rawRequest(sandbox.url, 'GET', `${path}?pagination.count=5`, { headers });
      expect(page.parse(again.body).data.audiences).toEqual([]);
      await sandbox.close();
    });

    test('can be audiences of any kind', async () => {
      const sandbox = await startWith({
        spa_shop_staging: [
          {
            name: 'Old',
            enabled: false,
            definition: { query: "trait('a') = 1", level: 'accounts' },
            createdAt: 0,
          },
        ],
      });
      expect(sandbox.spaces).toMatchObject([{ slug: 'shop-staging' }]);
      const path = '/spaces/spa_shop_staging/audiences?pagination.count=5';
      const answer = await rawRequest(sandbox.url, 'GET', path, { headers: headersOf(edition) });
      expect(pageOf(answer).audiences).toMatchObject([
        { name: 'Old', status: 'Disabled', createdAt: '1970-01-01T00:00:00.000Z' },
      ]);
      await sandbox.close();
    });
  });
});
