import { describe, expect, onTestFinished, test } from 'vitest';
import { start } from '../../src/sandbox/start.ts';
import { testCall } from '../support/call.ts';
import { callTool } from '../support/in-memory.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { neverMs } from '../support/rig.ts';
import { segmentClient } from '../support/segment-client.ts';
import { sharedPeople } from '../support/shared-people.ts';
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

describe('a read that never gets a response', () => {
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

describe('several searches of one call share its 55 s with its attempts and waits', () => {
  const [timeoutMs, stepMs, thoughtMs] = [10_000, 500, 100_000];
  const create = { name: 'New', query, checkNames: false };

  interface Case {
    tool: string;
    args: object;
    confirm?: string;
    /** Whether the user is asked, and takes their time. */
    isAsked?: boolean;
    /** Which requests, such as the third GET, are not answered. */
    hangs(method: string, nth: number): boolean;
    code: string;
    /** The requests one after the other. */
    requests: string;
  }

  /** The first two of three, which are one search. */
  const slow = (nth: number) => nth % 3 !== 0;
  const cases: Record<string, Case> = {
    'the search for a duplicate, the create, and the search for what was lost': {
      tool: 'create_audience',
      args: create,
      hangs: (method, nth) => method === 'POST' || nth > 3 || slow(nth),
      code: 'outcome_unknown',
      requests: 'GET GET GET POST GET GET',
    },
    'the same with another search when the user has answered': {
      tool: 'create_audience',
      args: create,
      confirm: 'writes',
      isAsked: true,
      hangs: (method, nth) => method === 'POST' || nth > 6 || slow(nth),
      code: 'outcome_unknown',
      requests: 'GET GET GET GET GET GET POST GET',
    },
    'the read, two searches for dependents, and no removal': {
      tool: 'remove_audience_from_space',
      args: { id: firstId },
      confirm: 'remove',
      isAsked: true,
      hangs: (_, nth) => slow(nth),
      code: 'rate_limited',
      requests: 'GET GET GET GET GET GET GET',
    },
    'the read and a search for dependents that finds no end': {
      tool: 'remove_audience_from_space',
      args: { id: firstId },
      confirm: 'remove',
      hangs: (_, nth) => nth !== 3,
      code: 'confirmation_required',
      requests: 'GET GET GET GET GET GET',
    },
  };

  test.each(Object.entries(cases))('%s', async (_, given) => {
    const { tool, args, confirm = 'none', isAsked = false, hangs, code, requests } = given;
    const flags = { edition: 'v1', confirm, 'timeout-ms': String(timeoutMs) } as const;
    const think = async () => {
      await rig.clock.advance(thoughtMs);
      return { action: 'accept', content: { agree: true } } as const;
    };
    const answering = isAsked ? think : undefined;
    const rig = await startStandIn({ edition: 'v1', seeds, flags, answering });
    const counts: Record<string, number> = {};
    // Where the audience is sent is looked up besides, in three seconds at most.
    const isLookUp = ({ path }: { path: string }) =>
      /destination-connections|activations/.test(path);
    rig.faults(({ method, path }) => {
      if (isLookUp({ path })) return undefined;
      const nth = (counts[method] ?? 0) + 1;
      counts[method] = nth;
      if (!hangs(method, nth)) return undefined;
      for (let ms = 0; ms < timeoutMs; ms += stepMs) rig.isWaitedFor(stepMs);
      return { kind: 'latency', ms: neverMs };
    });
    const from = rig.clock.monotonic();
    const { error } = await rig.through(callTool(rig.client, tool, { ...args }));
    const tookMs = rig.clock.monotonic() - from - (isAsked ? thoughtMs : 0);
    expect(error?.code).toBe(code);
    const sent = rig.requests.filter((request) => !isLookUp(request));
    expect(sent.map(({ method }) => method).join(' ')).toBe(requests);
    expect(tookMs).toBeLessThanOrEqual(55_000 + stepMs);
    // Each search alone would have had the time.
    expect(tookMs).toBeGreaterThan(45_000);
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

describe('a write is sent only while enough time is left', () => {
  test.each([
    ['less than 10 s', 30_000, 9_999, false],
    ['10 s', 30_000, 10_000, true],
    ['less than an attempt may take', 2000, 1999, false],
    ['as much as an attempt may take', 2000, 2000, true],
  ])('%s', async (_, timeoutMs, leftMs, isSent) => {
    const clock = new ManualClock();
    const requests: string[] = [];
    const sandbox = await start({
      edition: 'v1alpha',
      clock,
      people: sharedPeople,
      log: ({ method }) => requests.push(method),
    });
    const client = segmentClient(sandbox.url, clock, { timeoutMs });
    onTestFinished(async () => {
      await client.close();
      await sandbox.close();
    });
    const input = { spaceId: sandbox.spaces[0]?.id ?? '', id: firstId, name: 'New' };
    const call = { ...testCall(), endsAt: clock.now() + leftMs };
    const sent = client.send('update_audience_for_space', input, call);
    if (isSent) await sent;
    else await expect(sent).rejects.toMatchObject({ code: 'timeout' });
    expect(requests).toEqual(isSent ? ['PATCH'] : []);
  });
});
