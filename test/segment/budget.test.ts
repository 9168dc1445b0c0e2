import { describe, expect, test } from 'vitest';
import { callTool } from '../support/in-memory.ts';
import { neverMs } from '../support/rig.ts';
import { firstId, startStandIn } from '../support/stand-in.ts';

/*
 * One call has 55 s for all of its attempts and waits.
 */

const query = "event('Shoes Bought').count() >= 1";
const seeds = [{ name: 'Old', definition: { query, level: 'users' as const } }];

/** Lets time pass second by second until a call is over; gives how long it took, in seconds. */
async function secondsOf(clock: { advance(ms: number): Promise<void> }, call: Promise<unknown>) {
  let over = false;
  const end = () => {
    over = true;
  };
  call.then(end, end);
  let seconds = 0;
  while (!over && seconds < 300) {
    await clock.advance(1000);
    seconds += 1;
  }
  return seconds;
}

describe('a read that is never answered', () => {
  test.each([
    ['without progress', undefined, 55],
    ['with progress', () => {}, 100],
  ])('ends in time: %s', async (_, onprogress, maxSeconds) => {
    const flags = { 'max-wait-ms': '100000', 'timeout-ms': '30000' };
    const { client, clock, faults } = await startStandIn({ edition: 'v1', seeds, flags });
    faults(() => ({ kind: 'latency', ms: neverMs }));
    const options = { onprogress, timeout: 1_000_000 };
    const call = callTool(client, 'get_audience', { id: firstId }, options);
    const seconds = await secondsOf(clock, call);
    expect(seconds).toBeLessThanOrEqual(maxSeconds + 1);
    expect(seconds).toBeGreaterThan(maxSeconds - 10);
    expect((await call).error).toMatchObject({ code: 'timeout' });
  });
});

test('progress goes out every 10 s also while a request is under way', async () => {
  const { client, clock, faults } = await startStandIn({ edition: 'v1', seeds });
  faults(() => ({ kind: 'latency', ms: neverMs }));
  const told: number[] = [];
  const options = { onprogress: ({ progress }: { progress: number }) => told.push(progress) };
  const call = callTool(client, 'get_audience', { id: firstId }, options);
  await secondsOf(clock, call);
  expect(told.slice(0, 2)).toEqual([10, 20]);
});

test('a write for which too little time is left is not sent', async () => {
  const { client, clock, faults, writes } = await startStandIn({ edition: 'v1', seeds });
  // The read before it takes 50 s.
  const flow = { reads: 0 };
  faults(({ method }) => {
    if (method !== 'GET') return undefined;
    flow.reads += 1;
    return flow.reads < 3 ? { kind: 'latency', ms: neverMs } : { kind: 'latency', ms: 0 };
  });
  const call = callTool(client, 'remove_audience_from_space', { id: firstId });
  await secondsOf(clock, call);
  const { error } = await call;
  expect(['timeout', 'rate_limited']).toContain(error?.code);
  expect(writes()).toEqual([]);
});
