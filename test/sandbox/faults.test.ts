import { describe, expect, test } from 'vitest';
import { start } from '../../src/sandbox/start.ts';
import { properHeaders, rawRequest } from '../support/raw-http.ts';
import {
  audienceOf,
  firstPage,
  pageOf,
  SandboxPerTest,
  space,
} from '../support/sandbox-per-test.ts';

/*
 * What goes wrong on purpose, and how the sandbox is run. Over real HTTP, held against Segment's reference.
 */

const bench = new SandboxPerTest();
const { ask, create } = bench;

describe('faults', () => {
  const total = async () => {
    bench.fault = undefined;
    return pageOf(await ask('GET', firstPage)).pagination.totalEntries;
  };

  test('latency: the true answer, later', async () => {
    bench.fault = { kind: 'latency', ms: 30 };
    const from = performance.now();
    expect((await create()).status).toBe(200);
    expect(performance.now() - from).toBeGreaterThan(28);
  });

  test('answer: instead of the true one', async () => {
    bench.fault = {
      kind: 'answer',
      status: 502,
      headers: { 'content-type': 'text/html' },
      body: '<p>',
    };
    const answer = await create();
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([
      502,
      'text/html',
      '<p>',
    ]);
    expect(await total()).toBe(10);
  });

  test('answer, applied: instead of the true one, but it took effect', async () => {
    bench.fault = { kind: 'answer', status: 502, body: '', applied: true };
    expect((await create()).status).toBe(502);
    expect(await total()).toBe(11);
  });

  test.each([
    ['before', 10],
    ['after', 11],
    ['mid-body', 11],
  ] as const)('drop %s: the connection breaks', async (when, expected) => {
    bench.fault = { kind: 'drop', when };
    await expect(create()).rejects.toThrow();
    expect(bench.log[0]?.status).toBe('dropped');
    expect(await total()).toBe(expected);
  });

  test('rate-limit: an early refusal that costs nothing', async () => {
    bench.fault = { kind: 'rate-limit', msBeforeNext: 1500 };
    const refused = await create();
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ errors: [{ data: { msBeforeNext: 1500 } }] });
    bench.fault = undefined;
    expect((await create()).headers['x-ratelimit-consumed']).toBe('1');
  });

  test('the request is shown with all there is to know of it', async () => {
    const seen: unknown[] = [];
    const other = await start({ edition: 'v1alpha', faults: (request) => void seen.push(request) });
    await rawRequest(other.url, 'PATCH', `${space}/a%2Fb`, { body: { enabled: true } });
    await rawRequest(other.url, 'GET', '/nowhere');
    expect(seen).toEqual([
      {
        operation: 'update_audience_for_space',
        method: 'PATCH',
        path: `${space}/a%2Fb`,
        spaceId: 'spa_shop_production',
        id: 'a/b',
        headers: expect.objectContaining(properHeaders),
        body: { enabled: true },
        number: 1,
      },
    ]);
    await other.close();
  });
});

test('the log never holds a token', async () => {
  await create();
  await ask('GET', '/nowhere');
  expect(JSON.stringify(bench.log)).not.toContain('token-of-the-test');
});

test('reset puts audiences and quotas back', async () => {
  const { id } = audienceOf(await create());
  bench.sandbox.reset();
  expect((await ask('GET', `${space}/${id}`)).status).toBe(404);
  expect((await create()).headers['x-ratelimit-consumed']).toBe('1');
});

test('close frees the port, also while an answer is outstanding', async () => {
  bench.fault = { kind: 'latency', ms: 60_000 };
  const outstanding = create();
  outstanding.catch(() => {});
  const other = await start();
  await other.close();
  const again = await start({ port: Number(new URL(other.url).port) });
  await again.close();
  await bench.sandbox.close();
  await expect(outstanding).rejects.toThrow();
});
