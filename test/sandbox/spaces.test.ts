import { describe, expect, test } from 'vitest';
import { headersOf } from '../support/raw-http.ts';
import { SandboxPerTest } from '../support/sandbox-per-test.ts';

/*
 * Spaces and the workspace, held against Segment's reference 73.2.0.
 */

const bench = new SandboxPerTest({ edition: 'v1' });
const ask = (path: string, edition: 'v1' | 'v1alpha' = 'v1alpha') =>
  bench.ask('GET', path, { headers: headersOf(edition) });

const production = {
  id: 'spa_shop_production',
  slug: 'shop-production',
  name: 'Shop (production)',
};

test('the workspace needs no parameter, in any edition', async () => {
  for (const edition of ['v1', 'v1alpha'] as const) {
    expect((await ask('/', edition)).body).toEqual({
      data: { workspace: { id: expect.any(String), slug: 'sandbox', name: 'Sandbox' } },
    });
  }
});

test('a space has an id, a slug and a name', async () => {
  const { body } = await ask('/spaces/spa_shop_production');
  expect(body).toEqual({ data: { space: production } });
  expect(await ask('/spaces/spa_no')).toMatchObject({
    status: 404,
    body: { errors: [{ type: 'not-found', message: 'There is no space spa_no' }] },
  });
});

describe('the list of spaces', () => {
  test('is paged', async () => {
    expect((await ask('/spaces')).body).toMatchObject({
      data: { spaces: [production, { id: 'spa_shop_staging' }], pagination: { totalEntries: 2 } },
    });
    expect((await ask('/spaces?pagination.count=1')).body).toEqual({
      data: {
        spaces: [production],
        pagination: { current: 'MA==', next: 'MQ==', totalEntries: 2 },
      },
    });
  });

  test.each([
    ['pagination.count=1001', 'must be less than or equal to 1000'],
    ['pagination.count=0', 'must be greater than or equal to 1'],
  ])('refuses %s', async (query, what) => {
    expect(await ask(`/spaces?${query}`)).toMatchObject({
      status: 422,
      body: { errors: [{ message: `"pagination.count" ${what}` }] },
    });
  });

  test('exists in alpha only: v1 gets that, and the log notes it', async () => {
    const answer = await ask('/spaces', 'v1');
    expect(answer.status).toBe(200);
    expect(bench.log[0]?.note).toMatch(/^.*v1\+json is not available here: answered as v1alpha$/);
  });
});
