import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CancelledError, RateLimitedError } from '../../../src/segment/errors.ts';
import { Gate } from '../../../src/segment/quota/gate.ts';
import { LocalQuota } from '../../../src/segment/quota/local-quota.ts';
import type { Place } from '../../../src/segment/quota/quota.ts';
import { testCall } from '../../support/call.ts';
import { stubInstantTimers } from '../../support/instant-timers.ts';
import { ManualClock, tick } from '../../support/manual-clock.ts';

beforeAll(stubInstantTimers);
afterAll(() => {
  vi.unstubAllGlobals();
});

const minute = 60_000;

/** A gate of this many requests per minute, and the names of the calls in the order in which they passed. */
function setUp(perMinute = 1) {
  const clock = new ManualClock();
  const gate: Gate = new Gate({
    operation: 'create_audience',
    quota: new LocalQuota({ perMinute, from: 'user' }, clock),
    clock,
    onTokenRefused: (untilMs) => gate.closeUntil(untilMs),
  });
  const passed: string[] = [];
  const places: Place[] = [];
  /** @param caller the first letter of the name. */
  const enter = (name: string, { deadline = Number.POSITIVE_INFINITY, retry = false } = {}) => {
    const call = { ...testCall(deadline), caller: name.slice(0, 1) };
    const entering = gate.enter(call, retry).then((place) => {
      passed.push(name);
      places.push(place);
    });
    entering.catch(() => {});
    return { call, entering };
  };
  /** Ends what is under way, and begins the next window. */
  const nextWindow = async () => {
    for (const place of places.splice(0)) await gate.settle(place, undefined);
    await clock.advance(minute);
    await tick();
  };
  return { clock, gate, passed, enter, nextWindow };
}

describe('callers at a gate', () => {
  test('take turns, however many calls one of them makes at once', async () => {
    const { passed, enter, nextWindow } = setUp();
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']) enter(name);
    await tick();
    for (let window = 0; window < 6; window += 1) await nextWindow();
    expect(passed).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  });

  test("need no turn for calls that can't wait, while there are places for all", async () => {
    const { clock, passed, enter } = setUp(4);
    const names = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'];
    const calls = names.map((name) => enter(name, { deadline: clock.monotonic() }));
    const ends = await Promise.allSettled(calls.map(({ entering }) => entering));
    expect(passed).toEqual(['a1', 'a2', 'a3', 'a4']);
    for (const end of ends.slice(4)) {
      expect(end).toMatchObject({ status: 'rejected', reason: expect.any(RateLimitedError) });
    }
  });

  test('have their own retries first', async () => {
    const { passed, enter, nextWindow } = setUp();
    for (const name of ['a1', 'a2', 'a3']) enter(name);
    enter('a4', { retry: true });
    await tick();
    for (let window = 0; window < 3; window += 1) await nextWindow();
    expect(passed).toEqual(['a1', 'a2', 'a4', 'a3']);
  });

  test('lose nothing but their own call when they cancel it', async () => {
    const { passed, enter, nextWindow } = setUp();
    enter('a1');
    enter('a2');
    const { call, entering } = enter('a3');
    enter('a4');
    await tick();
    call.cancel();
    await expect(entering).rejects.toBeInstanceOf(CancelledError);
    for (let window = 0; window < 3; window += 1) await nextWindow();
    expect(passed).toEqual(['a1', 'a2', 'a4']);
  });

  test('are refused at once where their own calls alone take too long', async () => {
    const { clock, enter } = setUp();
    enter('a1');
    enter('a2');
    await tick();
    const { entering } = enter('a3', { deadline: clock.monotonic() + minute });
    await expect(entering).rejects.toBeInstanceOf(RateLimitedError);
  });

  test('are refused at their deadline, behind a call that waits longer', async () => {
    const { clock, gate, enter } = setUp();
    enter('a1');
    enter('a2');
    await tick();
    const { entering } = enter('a3', { deadline: clock.monotonic() + 2.5 * minute });
    await gate.closeUntil(clock.monotonic() + 10 * minute);
    await clock.advance(2.5 * minute + 1);
    await expect(entering).rejects.toBeInstanceOf(RateLimitedError);
  });

  test('end with the gate', async () => {
    const { gate, enter } = setUp();
    enter('a1');
    const waiting = ['a2', 'a3', 'b1'].map((name) => enter(name).entering);
    await tick();
    gate.drain();
    const ends = await Promise.allSettled(waiting);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });
});
