import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CancelledError } from '../../../src/segment/errors.ts';
import { Gates } from '../../../src/segment/quota/gates.ts';
import { LocalQuota } from '../../../src/segment/quota/local-quota.ts';
import type { CreateQuota } from '../../../src/segment/quota/quota.ts';
import { testCall } from '../../support/call.ts';
import { stubInstantTimers } from '../../support/instant-timers.ts';
import { ManualClock } from '../../support/manual-clock.ts';

beforeAll(stubInstantTimers);
afterAll(() => {
  vi.unstubAllGlobals();
});

const setUp = (fixedPerMinute: Record<string, number> = {}) => {
  const clock = new ManualClock();
  return { clock, gates: new Gates({ clock, fixedPerMinute }) };
};

/** Enters, and whether it was let through by now. */
const enterBy = async (clock: ManualClock, gates: Gates, operation: string, ms: number) => {
  let through = false;
  void gates
    .gate(operation, 10)
    .enter(testCall(), false)
    .then(() => {
      through = true;
    });
  await clock.advance(ms);
  return through;
};

describe('the gate of an operation', () => {
  test('is one and the same, and has a quota of its own', () => {
    const { gates } = setUp();
    const gate = gates.gate('get_audience', 100);
    expect(gates.gate('get_audience', 100)).toBe(gate);
    expect(gates.gate('create_audience', 10)).not.toBe(gate);
  });

  test('starts with the limit it is given, unless the user has fixed one', () => {
    const { gates } = setUp({ get_audience: 7 });
    expect(gates.gate('get_audience', 100).perMinute).toBe(7);
    expect(gates.gate('list_audiences', 25).perMinute).toBe(25);
  });

  test('has the quota that it is made with', () => {
    const clock = new ManualClock();
    const createQuota = vi.fn<CreateQuota>((_, limit) => new LocalQuota(limit, clock));
    const gates = new Gates({ clock, fixedPerMinute: { get_audience: 7 }, createQuota });
    gates.gate('get_audience', 100);
    gates.gate('get_audience', 100);
    gates.gate('list_audiences', 25);
    expect(createQuota.mock.calls.map(([operation, limit]) => [operation, limit])).toEqual([
      ['get_audience', { perMinute: 7, from: 'user' }],
      ['list_audiences', { perMinute: 25, from: 'reference' }],
    ]);
  });
});

describe('a refusal of the token', () => {
  test('closes all gates, also those made later', async () => {
    const { clock, gates } = setUp();
    const gate = gates.gate('get_audience', 100);
    const place = await gate.enter(testCall(), false);
    const untilMs = clock.now() + 5000;
    await gate.settle(place, { refusal: { scope: 'token', untilMs } });
    expect(await enterBy(clock, gates, 'get_audience', 0)).toBe(false);
    expect(await enterBy(clock, gates, 'list_audiences', 4999)).toBe(false);
    expect(await enterBy(clock, gates, 'create_audience', 0)).toBe(false);
    expect(await enterBy(clock, gates, 'remove_audience_from_space', 1)).toBe(true);
    expect(await enterBy(clock, gates, 'update_audience_for_space', 0)).toBe(true);
  });

  test("refuses calls in line at other gates that can't wait so long", async () => {
    const { clock, gates } = setUp({ list_audiences: 1 });
    const lists = gates.gate('list_audiences', 25);
    const place = await lists.enter(testCall(), false);
    const waiting = lists.enter(testCall(clock.now() + 60_000), false);
    await clock.advance(0);
    const refused = expect(waiting).rejects.toMatchObject({ facts: { retryAfterMs: 90_000 } });
    await gates.closeAll(clock.now() + 90_000);
    await refused;
    await lists.giveBack(place);
  });

  test('of which another operation hears closes no window', async () => {
    const { clock, gates } = setUp({ list_audiences: 2 });
    const lists = gates.gate('list_audiences', 25);
    await lists.settle(await lists.enter(testCall(), false), { remaining: 1 });
    await gates.closeAll(clock.now() + 1000);
    await clock.advance(1000);
    await lists.enter(testCall(), false);
    expect(() => lists.foresee(testCall(clock.now()))).toThrow('is used up (2 per minute)');
  });
});

describe('draining', () => {
  test('cancels who is in line at any gate, also at those made later', async () => {
    const { clock, gates } = setUp({ get_audience: 1, list_audiences: 1 });
    const gate = gates.gate('get_audience', 100);
    await gate.enter(testCall(), false);
    const waiting = gate.enter(testCall(), false);
    await clock.advance(0);
    gates.drain();
    await expect(waiting).rejects.toBeInstanceOf(CancelledError);
    const later = gates.gate('list_audiences', 25);
    await later.enter(testCall(), false);
    await expect(later.enter(testCall(), false)).rejects.toBeInstanceOf(CancelledError);
  });

  test('may be kept to some operations', async () => {
    const { clock, gates } = setUp({ create_audience: 1, get_audience: 1 });
    gates.drain((operation) => operation === 'create_audience');
    const creates = gates.gate('create_audience', 10);
    await creates.enter(testCall(), false);
    await expect(creates.enter(testCall(), false)).rejects.toBeInstanceOf(CancelledError);
    expect(await enterBy(clock, gates, 'get_audience', 0)).toBe(true);
    expect(await enterBy(clock, gates, 'get_audience', 0)).toBe(false);
  });
});
