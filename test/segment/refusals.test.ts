import { describe, expect, onTestFinished, test } from 'vitest';
import { type Fault, type SandboxRequest, start } from '../../src/sandbox/start.ts';
import type { Input, OperationName } from '../../src/segment/contract.ts';
import { operationNames } from '../../src/segment/editions/editions.ts';
import { testCall } from '../support/call.ts';
import { ManualClock, tick } from '../support/manual-clock.ts';
import { segmentClient } from '../support/segment-client.ts';
import { firstId } from '../support/stand-in.ts';

/*
 * The three kinds of a 429, and what each of them closes.
 */

const spaceId = 'spa_1';
const query = "event('Shoes Bought').count() >= 1";
const one = { spaceId, id: firstId };
const inputs = {
  create_audience: { spaceId, name: 'New', query, type: 'users' },
  get_audience: one,
  list_audiences: { spaceId, count: 9 },
  remove_audience_from_space: one,
  update_audience_for_space: { ...one, name: 'Newer' },
} as const satisfies { [Name in OperationName]?: Input<Name> };
const names = operationNames.filter((name): name is keyof typeof inputs => name in inputs);
const others = names.filter((name) => name !== 'get_audience');

describe.each(['v1alpha', 'v1'] as const)('in edition %s', (edition) => {
  async function startClient(first: Fault[], random = 0) {
    const clock = new ManualClock();
    const faults = [...first];
    const requests: SandboxRequest[] = [];
    let heard = 0;
    const sandbox = await start({
      edition,
      clock,
      seeds: { [spaceId]: [{ name: 'Old', definition: { query, level: 'users' }, createdAt: 0 }] },
      faults(request) {
        requests.push(request);
        return faults.shift();
      },
    });
    const pauses: number[] = [];
    const client = segmentClient(sandbox.url, clock, {
      edition,
      timeoutMs: 600_000,
      random: () => random,
      log(_, message, facts) {
        if (message === 'answer') heard += 1;
        if (message === 'trying again') pauses.push(Number(facts?.pauseMs));
      },
    });
    onTestFinished(async () => {
      await client.close();
      await sandbox.close();
    });
    /** Lets time pass from timer to timer until it is over. */
    async function through<Value>(promise: Promise<Value>): Promise<Value> {
      let over = false;
      const end = () => {
        over = true;
      };
      promise.then(end, end);
      while (!over) {
        if (requests.length === heard) await clock.advanceToNext();
        else await tick();
      }
      return promise;
    }
    const send = (name: keyof typeof inputs, maxWaitMs = 0) =>
      client.send(name, inputs[name], testCall(clock.now() + maxWaitMs));
    return { clock, requests, pauses, through, send };
  }

  const rateLimited = (retryAfterMs: number) => ({
    code: 'rate_limited',
    facts: { retryAfterMs },
  });

  test('one of the token closes all operations, until it says', async () => {
    const { clock, requests, send, through } = await startClient([
      { kind: 'token-limit', retryAfterSeconds: 20 },
    ]);
    await expect(send('get_audience')).rejects.toMatchObject({ code: 'rate_limited' });
    for (const name of names) {
      await expect(send(name)).rejects.toMatchObject(rateLimited(20_000));
    }
    expect(requests).toHaveLength(1);
    await clock.advance(20_000);
    for (const name of ['list_audiences', 'get_audience'] as const) {
      await through(send(name, 1000));
    }
    expect(requests).toHaveLength(3);
  });

  test('one of the token is waited out by a call that may', async () => {
    const { clock, requests, send, through } = await startClient([
      { kind: 'token-limit', retryAfterSeconds: 20 },
    ]);
    const startedAt = clock.now();
    await through(send('get_audience', 60_000));
    expect(requests).toHaveLength(2);
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(20_000);
    expect(clock.now() - startedAt).toBeLessThan(22_000);
  });

  test('one with points closes its operation only', async () => {
    const { requests, send, through } = await startClient([
      { kind: 'rate-limit', msBeforeNext: 30_000 },
    ]);
    await expect(send('get_audience')).rejects.toMatchObject({ code: 'rate_limited' });
    await expect(send('get_audience')).rejects.toMatchObject({ code: 'rate_limited' });
    expect(requests).toHaveLength(1);
    for (const name of others) {
      if (name !== 'remove_audience_from_space') await through(send(name, 1000));
    }
    await through(send('remove_audience_from_space', 1000));
    expect(requests).toHaveLength(1 + others.length);
  });

  test.each([
    ['without jitter', 0, [1000, 2000, 4000, 8000, 8000]],
    ['with all of it', 1, [1250, 2500, 5000, 10_000, 10_000]],
  ])('a bare one is tried again after 1, 2, 4, 8, 8 s, %s', async (_, random, expected) => {
    const bare: Fault = { kind: 'answer', status: 429, body: '' };
    const { requests, pauses, send, through } = await startClient(
      expected.map(() => bare),
      random,
    );
    await through(send('get_audience', 60_000));
    expect(pauses).toEqual(expected);
    expect(requests).toHaveLength(expected.length + 1);
  });

  test('a bare one closes nothing, not even its own operation', async () => {
    const { requests, send, through } = await startClient([
      { kind: 'answer', status: 429, body: '' },
    ]);
    await expect(send('get_audience')).rejects.toMatchObject({ code: 'rate_limited' });
    await through(send('get_audience', 1000));
    expect(requests).toHaveLength(2);
  });

  test('bare ones end within the budget of the call', async () => {
    const bare: Fault = { kind: 'answer', status: 429, body: '' };
    const { clock, pauses, send, through } = await startClient(
      Array.from({ length: 50 }, () => bare),
    );
    const startedAt = clock.now();
    await expect(through(send('get_audience', 20_000))).rejects.toMatchObject({
      code: 'rate_limited',
    });
    expect(pauses).toEqual([1000, 2000, 4000, 8000]);
    expect(clock.now() - startedAt).toBeLessThanOrEqual(20_000);
  });
});
