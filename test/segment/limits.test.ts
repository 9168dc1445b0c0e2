import { describe, expect, test } from 'vitest';
import { CancelledError, RateLimitedError } from '../../src/segment/errors.ts';
import { OperationGate } from '../../src/segment/limits.ts';
import { testCall } from '../support/call.ts';
import { ManualClock, tick } from '../support/manual-clock.ts';

const minute = 60_000;

/** A gate of 2 a minute, and an ordered log of who was let through and when. */
function setUp(perMinute = 2) {
  const clock = new ManualClock();
  const startedAt = clock.now();
  const gate = new OperationGate('create_audience', perMinute, clock);
  const entered: string[] = [];
  const enter = (name: string, { call = testCall(), retry = false } = {}) => {
    const done = gate.enter(call, retry).then(() => {
      entered.push(`${name} at ${clock.now() - startedAt}`);
    });
    done.catch(() => {});
    return done;
  };
  /** Ends a request that was sent just now, with what a server says that counts only ours. */
  const settle = (remaining: number) => {
    const now = clock.now();
    const endsAt = startedAt + Math.floor((now - startedAt) / minute + 1) * minute;
    gate.settle(now, { remaining, ends: { earliest: endsAt, latest: endsAt } });
  };
  return { clock, gate, entered, enter, settle, startedAt };
}

describe('a gate', () => {
  test('lets the whole window through at once and the rest when the next begins, in order', async () => {
    const { clock, entered, enter, settle } = setUp();
    for (const name of ['a', 'b', 'c', 'd', 'e']) enter(name);
    await tick();
    expect(entered).toEqual(['a at 0', 'b at 0']);
    settle(1);
    settle(0);
    await clock.advance(minute - 1);
    expect(entered).toHaveLength(2);
    await clock.advance(1);
    expect(entered.slice(2)).toEqual(['c at 60000', 'd at 60000']);
    settle(1);
    settle(0);
    await clock.advance(minute);
    expect(entered.slice(4)).toEqual(['e at 120000']);
  });

  test('holds back what another process has used', async () => {
    const { clock, entered, enter, settle } = setUp();
    enter('a');
    await tick();
    settle(0);
    enter('b');
    await clock.advance(minute - 1);
    expect(entered).toEqual(['a at 0']);
    await clock.advance(1);
    expect(entered).toEqual(['a at 0', 'b at 60000']);
  });

  test('closes for as long as a refusal says', async () => {
    const { clock, gate, entered, enter } = setUp();
    enter('a');
    await tick();
    gate.settle(clock.now(), { closedUntil: clock.now() + 1500 });
    enter('b');
    await clock.advance(1499);
    expect(entered).toEqual(['a at 0']);
    await clock.advance(1);
    expect(entered).toEqual(['a at 0', 'b at 1500']);
  });

  test('lets a retry go before those who have not been let through yet', async () => {
    const { clock, entered, enter, settle } = setUp(1);
    enter('a');
    await tick();
    settle(0);
    enter('b');
    enter('a again', { retry: true });
    await clock.advance(minute);
    settle(0);
    await clock.advance(minute);
    expect(entered).toEqual(['a at 0', 'a again at 60000', 'b at 120000']);
  });

  test('gives the place of a request that was never sent to the next in line', async () => {
    const { gate, entered, enter } = setUp(1);
    enter('a');
    enter('b');
    await tick();
    expect(entered).toEqual(['a at 0']);
    gate.giveBack();
    await tick();
    expect(entered).toEqual(['a at 0', 'b at 0']);
  });
});

describe('a wait that would pass the deadline', () => {
  test('is refused at once, with the time to the next window', async () => {
    const { clock, enter, settle, startedAt } = setUp(1);
    enter('a');
    await tick();
    settle(0);
    await clock.advance(10_000);
    const refused = enter('b', { call: testCall(startedAt + 59_999) });
    await expect(refused).rejects.toMatchObject({
      code: 'rate_limited',
      facts: { retryAfterMs: 50_000 },
    });
  });

  test('is refused too when there is room before it only for others', async () => {
    const { enter, settle, startedAt } = setUp(1);
    enter('a');
    await tick();
    settle(0);
    const call = () => testCall(startedAt + minute + 1);
    enter('b', { call: call() });
    await expect(enter('c', { call: call() })).rejects.toBeInstanceOf(RateLimitedError);
  });

  test('is refused as soon as an answer shows it', async () => {
    const { clock, gate, enter, startedAt } = setUp(1);
    enter('a');
    await tick();
    const waiting = enter('b', { call: testCall(startedAt + minute) });
    await tick();
    gate.settle(clock.now(), { closedUntil: clock.now() + minute + 5000 });
    await expect(waiting).rejects.toMatchObject({ facts: { retryAfterMs: minute + 5000 } });
  });
});

test('a call waits no longer than it may, also when nothing is heard of the window', async () => {
  const { clock, enter, startedAt } = setUp(1);
  enter('a');
  await tick();
  const waiting = enter('b', { call: testCall(startedAt + minute + 1000) });
  const refused = expect(waiting).rejects.toMatchObject({ code: 'rate_limited' });
  await clock.advance(minute + 1001);
  await refused;
});

describe('looking ahead', () => {
  test('tells a call that would have to wait too long, and takes no place', async () => {
    const { gate, entered, enter, startedAt } = setUp(1);
    gate.foresee(testCall(startedAt));
    enter('a');
    await tick();
    expect(entered).toEqual(['a at 0']);
    expect(() => gate.foresee(testCall(startedAt + 1000))).toThrow(/used up/);
    gate.foresee(testCall(startedAt + minute));
  });
});

describe('a cancelled call', () => {
  test('leaves the queue, and its place in the next window goes to another', async () => {
    const { clock, entered, enter, settle } = setUp(1);
    enter('a');
    await tick();
    settle(0);
    const call = testCall();
    const cancelled = enter('b', { call });
    enter('c');
    await tick();
    call.cancel();
    await expect(cancelled).rejects.toBeInstanceOf(CancelledError);
    await clock.advance(minute);
    expect(entered).toEqual(['a at 0', 'c at 60000']);
  });

  test('is not let in when it was cancelled before it came', async () => {
    const { enter } = setUp();
    const call = testCall();
    call.cancel();
    await expect(enter('a', { call })).rejects.toBeInstanceOf(CancelledError);
  });
});

test('a waiting call is told at once and every five seconds how long it still has to wait', async () => {
  const { clock, enter, settle } = setUp(1);
  enter('a');
  await tick();
  settle(0);
  const call = testCall();
  enter('b', { call });
  await clock.advance(11_000);
  expect(call.waits).toEqual([
    { operation: 'create_audience', reason: 'quota', leftMs: 60_000 },
    { operation: 'create_audience', reason: 'quota', leftMs: 55_000 },
    { operation: 'create_audience', reason: 'quota', leftMs: 50_000 },
  ]);
});

test('a draining gate ends all waits and lets none begin, but lets through what need not wait', async () => {
  const { gate, enter } = setUp(1);
  enter('a');
  const waiting = enter('b');
  await tick();
  gate.drain();
  await expect(waiting).rejects.toBeInstanceOf(CancelledError);
  await expect(enter('c')).rejects.toBeInstanceOf(CancelledError);
  gate.giveBack();
  await enter('d');
});
