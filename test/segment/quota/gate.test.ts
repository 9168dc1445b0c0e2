import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CancelledError, RateLimitedError } from '../../../src/segment/errors.ts';
import { Gate } from '../../../src/segment/quota/gate.ts';
import { LocalQuota } from '../../../src/segment/quota/local-quota.ts';
import type { Limit, Place } from '../../../src/segment/quota/quota.ts';
import type { QuotaReport } from '../../../src/segment/quota/report.ts';
import { testCall } from '../../support/call.ts';
import { stubInstantTimers } from '../../support/instant-timers.ts';
import { ManualClock, tick } from '../../support/manual-clock.ts';

beforeAll(stubInstantTimers);
afterAll(() => {
  vi.unstubAllGlobals();
});

const minute = 60_000;

/** A gate of 2 a minute, and an ordered log of who was let through and when. */
function setUp(perMinute = 2, from: Limit['from'] = 'reference') {
  const clock = new ManualClock();
  const startedAt = clock.now();
  const gate: Gate = new Gate({
    operation: 'create_audience',
    quota: new LocalQuota({ perMinute, from }, clock),
    clock,
    onTokenRefused: (untilMs) => gate.closeUntil(untilMs),
  });
  const entered: string[] = [];
  const underWay: Place[] = [];
  const enter = (name: string, { call = testCall(), retry = false } = {}) => {
    const done = gate.enter(call, retry).then((place) => {
      underWay.push(place);
      entered.push(`${name} at ${clock.now() - startedAt}`);
    });
    done.catch(() => {});
    return done;
  };
  /** The place of the oldest request under way. */
  const oldest = (): Place => {
    const place = underWay.shift();
    if (!place) throw new Error('nothing is under way');
    return place;
  };
  /** Ends the oldest request under way; `report` is what its answer says of the quota. */
  const end = async (report: QuotaReport | undefined) => {
    await gate.settle(oldest(), report);
    await tick();
  };
  /** Ends the oldest request under way, with what a server says that counts only ours. */
  const settle = (remaining: number, limit?: number) => {
    const endsAt = startedAt + Math.floor((clock.now() - startedAt) / minute + 1) * minute;
    return end({ remaining, limit, ends: { earliest: endsAt, latest: endsAt } });
  };
  const giveBack = async () => {
    await gate.giveBack(oldest());
    await tick();
  };
  return { clock, gate, entered, enter, end, settle, giveBack, startedAt };
}

const refusedUntil = (untilMs: number): QuotaReport => ({
  refusal: { scope: 'operation', untilMs, notBefore: untilMs },
});

describe('a gate', () => {
  test('lets the whole window through once the first is answered, and the rest when the next begins, in order', async () => {
    const { clock, entered, enter, settle } = setUp(3);
    for (const name of ['a', 'b', 'c', 'd', 'e']) void enter(name);
    await tick();
    expect(entered).toEqual(['a at 0']);
    await settle(2);
    expect(entered).toEqual(['a at 0', 'b at 0', 'c at 0']);
    await settle(1);
    await settle(0);
    await clock.advance(minute - 1);
    expect(entered).toHaveLength(3);
    await clock.advance(1);
    expect(entered.slice(3)).toEqual(['d at 60000']);
    await settle(2);
    expect(entered.slice(3)).toEqual(['d at 60000', 'e at 60000']);
  });

  test('lets all at once through once the window is known, without a trip through the queue', async () => {
    const { entered, enter, settle } = setUp(4);
    await enter('a');
    await settle(3);
    await Promise.all(['b', 'c', 'd'].map((name) => enter(name)));
    expect(entered).toEqual(['a at 0', 'b at 0', 'c at 0', 'd at 0']);
  });

  test('holds back what another process has used', async () => {
    const { clock, entered, enter, settle } = setUp();
    await enter('a');
    await settle(0);
    void enter('b');
    await clock.advance(minute - 1);
    expect(entered).toEqual(['a at 0']);
    await clock.advance(1);
    expect(entered).toEqual(['a at 0', 'b at 60000']);
  });

  test('closes for as long as a refusal says', async () => {
    const { clock, entered, enter, end } = setUp();
    await enter('a');
    await end(refusedUntil(clock.now() + 1500));
    void enter('b');
    await clock.advance(1499);
    expect(entered).toEqual(['a at 0']);
    await clock.advance(1);
    expect(entered).toEqual(['a at 0', 'b at 1500']);
  });

  test('stays open after a refusal that says nothing', async () => {
    const { entered, enter, end } = setUp();
    await enter('a');
    await end({ refusal: { scope: 'unknown' } });
    await enter('b');
    expect(entered).toEqual(['a at 0', 'b at 0']);
  });

  test('passes on a refusal of the token', async () => {
    const { clock, entered, enter, end } = setUp();
    await enter('a');
    await end({ refusal: { scope: 'token', untilMs: clock.now() + 3000 } });
    void enter('b');
    await clock.advance(2999);
    expect(entered).toEqual(['a at 0']);
    await clock.advance(1);
    expect(entered).toEqual(['a at 0', 'b at 3000']);
  });

  test('lets a retry go before those who have not been let through yet', async () => {
    const { clock, entered, enter, settle } = setUp(1);
    await enter('a');
    await settle(0);
    void enter('at the quota');
    await tick();
    void enter('b');
    void enter('a again', { retry: true });
    await clock.advance(minute);
    await settle(0);
    await clock.advance(minute);
    await settle(0);
    await clock.advance(minute);
    expect(entered).toEqual([
      'a at 0',
      'at the quota at 60000',
      'a again at 120000',
      'b at 180000',
    ]);
  });

  test('lets two retries go in the order in which they came', async () => {
    const { clock, entered, enter, settle } = setUp(1);
    await enter('a');
    await settle(0);
    for (const name of ['b', 'c', 'd']) void enter(name, { retry: true });
    for (let window = 1; window <= 3; window += 1) {
      await clock.advance(minute);
      await settle(0);
    }
    expect(entered).toEqual(['a at 0', 'b at 60000', 'c at 120000', 'd at 180000']);
  });

  test('gives the place of a request that was never sent to the next in line', async () => {
    const { entered, enter, giveBack } = setUp(1);
    void enter('a');
    void enter('b');
    await tick();
    expect(entered).toEqual(['a at 0']);
    await giveBack();
    expect(entered).toEqual(['a at 0', 'b at 0']);
  });

  test('lets nobody overtake those in line, when there are places again', async () => {
    const { clock, entered, enter, settle } = setUp(2);
    await enter('a');
    await settle(0);
    void enter('b');
    void enter('c');
    await clock.advance(minute);
    const late = enter('d');
    await settle(1);
    await clock.advance(minute);
    await late;
    expect(entered).toEqual(['a at 0', 'b at 60000', 'c at 60000', 'd at 120000']);
  });
});

test('lets nobody overtake those in line while they are on their way through the queue', async () => {
  const { gate, entered, enter, end } = setUp(4);
  await enter('a');
  void enter('b');
  void enter('c');
  await tick();
  const answered = end({ remaining: 3 });
  await Promise.resolve();
  const late = enter('d');
  await answered;
  await late;
  expect(entered).toEqual(['a at 0', 'b at 0', 'c at 0', 'd at 0']);
  expect(() => gate.foresee(testCall(0))).toThrow(RateLimitedError);
});

test('a retry does not push back the call that is already at the quota', async () => {
  const { clock, entered, enter, settle, startedAt } = setUp(1);
  await enter('a');
  await settle(0);
  void enter('b', { call: testCall(startedAt + minute) });
  await tick();
  const retry = enter('a again', { call: testCall(startedAt + minute), retry: true });
  await expect(retry).rejects.toBeInstanceOf(RateLimitedError);
  await clock.advance(minute);
  expect(entered).toEqual(['a at 0', 'b at 60000']);
});

describe('the first request of a window', () => {
  test('is followed by the others after a second without an answer', async () => {
    const { clock, entered, enter } = setUp(3);
    for (const name of ['a', 'b', 'c']) void enter(name);
    await clock.advance(999);
    expect(entered).toEqual(['a at 0']);
    await clock.advance(1);
    expect(entered).toEqual(['a at 0', 'b at 1000', 'c at 1000']);
  });

  test('does not hold back calls that may not wait', async () => {
    const { entered, enter, startedAt } = setUp(3);
    const names = ['a', 'b', 'c'];
    await Promise.all(names.map((name) => enter(name, { call: testCall(startedAt) })));
    expect(entered).toEqual(['a at 0', 'b at 0', 'c at 0']);
    await expect(enter('d', { call: testCall(startedAt) })).rejects.toThrow(RateLimitedError);
  });

  test('does not hold back a call that may not wait behind those who may, nor do they lose by it', async () => {
    const { clock, entered, enter, settle, startedAt } = setUp(4);
    void enter('a');
    void enter('b');
    void enter('c');
    await tick();
    await enter('impatient', { call: testCall(startedAt) });
    expect(entered).toEqual(['a at 0', 'impatient at 0']);
    const tooMany = enter('one too many', { call: testCall(startedAt) });
    await expect(tooMany).rejects.toBeInstanceOf(RateLimitedError);
    await clock.advance(50);
    await settle(3);
    expect(entered.slice(2)).toEqual(['b at 50', 'c at 50']);
  });

  test('is waited for before anybody is refused for a limit that is only from the reference', async () => {
    const { entered, enter, settle, startedAt } = setUp(2);
    const soon = () => testCall(startedAt + 10_000);
    const calls = ['a', 'b', 'c', 'd', 'e'].map((name) => enter(name, { call: soon() }));
    await tick();
    await settle(3, 4);
    expect(entered).toEqual(['a at 0', 'b at 0', 'c at 0', 'd at 0']);
    await expect(calls.at(-1)).rejects.toThrow('is used up (4 per minute)');
  });

  test.each([
    ['the user has set the limit', 'user', 10_000],
    ['there is no time to wait for it', 'reference', 900],
  ] as const)('is not waited for if %s', async (_, from, patienceMs) => {
    const { enter, startedAt } = setUp(2, from);
    const calls = ['a', 'b', 'c'].map((name) =>
      enter(name, { call: testCall(startedAt + patienceMs) }),
    );
    await expect(calls.at(-1)).rejects.toBeInstanceOf(RateLimitedError);
  });

  test('is not waited for longer than a second, even if nothing else happens', async () => {
    const { clock, enter, startedAt } = setUp(2);
    await enter('a');
    await enter('b', { call: testCall(startedAt + 900) });
    const call = enter('c', { call: testCall(startedAt + 20_000) });
    await tick();
    await clock.advance(1000);
    await expect(call).rejects.toBeInstanceOf(RateLimitedError);
  });

  test("shows at once which of a caller's calls can't be served in time", async () => {
    const { entered, enter, settle, startedAt } = setUp(2);
    const call = { ...testCall(startedAt + 90_000), caller: 'ann' };
    const calls = Array.from({ length: 8 }, (_, index) => enter(String(index), { call }));
    await tick();
    await settle(1, 2);
    expect(entered).toEqual(['0 at 0', '1 at 0']);
    for (const late of calls.slice(4)) await expect(late).rejects.toThrow('is used up');
  });

  test('is not waited for while the token is refused', async () => {
    const { clock, gate, enter, startedAt } = setUp(2);
    await gate.closeUntil(clock.now() + 30_000);
    const call = enter('a', { call: testCall(startedAt + 10_000) });
    await expect(call).rejects.toBeInstanceOf(RateLimitedError);
  });

  test('does not hold back those behind whose time would be up', async () => {
    const { clock, entered, enter, settle, startedAt } = setUp(3);
    await enter('a');
    await settle(0);
    void enter('b');
    void enter('c');
    void enter('d', { call: testCall(startedAt + minute + 400) });
    await clock.advance(minute);
    expect(entered.slice(1)).toEqual(['b at 60000', 'c at 60000', 'd at 60000']);
  });

  test('makes no wait that is announced', async () => {
    const { clock, enter, settle } = setUp(3);
    const call = testCall();
    void enter('a');
    void enter('b', { call });
    await clock.advance(300);
    await settle(2);
    expect(call.waits).toEqual([]);
  });

  test('makes the wait known as soon as its answer shows that there is one', async () => {
    const { clock, enter, settle } = setUp(3);
    const call = testCall();
    void enter('a');
    void enter('b', { call });
    await clock.advance(300);
    await settle(0);
    expect(call.waits).toEqual([
      { operation: 'create_audience', reason: 'quota', leftMs: minute - 300 },
    ]);
  });
});

describe('the limit', () => {
  test('that is learned upwards frees places at once', async () => {
    const { entered, enter, settle } = setUp(1);
    for (const name of ['a', 'b', 'c', 'd']) void enter(name);
    await tick();
    await settle(2, 3);
    expect(entered).toEqual(['a at 0', 'b at 0', 'c at 0']);
  });

  test('that is learned downwards is named in the refusal', async () => {
    const { gate, enter, settle, startedAt } = setUp(10);
    await enter('a');
    const waiting = enter('b', { call: testCall(startedAt) });
    await waiting;
    await settle(1, 2);
    expect(gate.perMinute).toBe(2);
    await expect(enter('c', { call: testCall(startedAt) })).rejects.toThrow(
      'The quota of create_audience is used up (2 per minute)',
    );
  });

  test('that the user has fixed stays', async () => {
    const { entered, enter, settle, startedAt } = setUp(1, 'user');
    await enter('a');
    await settle(2, 3);
    await expect(enter('b', { call: testCall(startedAt) })).rejects.toThrow('(1 per minute)');
    expect(entered).toEqual(['a at 0']);
  });
});

describe('a wait that would pass the deadline', () => {
  test('is refused at once, with the time to the next window', async () => {
    const { clock, enter, settle, startedAt } = setUp(1);
    await enter('a');
    await settle(0);
    await clock.advance(10_000);
    const refused = enter('b', { call: testCall(startedAt + 59_999) });
    await expect(refused).rejects.toMatchObject({
      code: 'rate_limited',
      facts: { retryAfterMs: 50_000 },
    });
  });

  test('is refused even when there are places before it only for others', async () => {
    const { enter, settle, startedAt } = setUp(1);
    await enter('a');
    await settle(0);
    const call = () => testCall(startedAt + minute + 1);
    void enter('b', { call: call() });
    await expect(enter('c', { call: call() })).rejects.toBeInstanceOf(RateLimitedError);
  });

  test('is refused as soon as an answer shows it', async () => {
    const { clock, enter, end, startedAt } = setUp(1);
    await enter('a');
    const waiting = enter('b', { call: testCall(startedAt + minute) });
    await tick();
    await end(refusedUntil(clock.now() + minute + 5000));
    await expect(waiting).rejects.toMatchObject({ facts: { retryAfterMs: minute + 5000 } });
  });

  test('is refused as soon as a retry goes before it', async () => {
    const { enter, settle, startedAt } = setUp(1);
    await enter('a');
    await settle(0);
    void enter('at the quota');
    const waiting = enter('b', { call: testCall(startedAt + 2 * minute) });
    await tick();
    void enter('a again', { retry: true });
    await expect(waiting).rejects.toMatchObject({ facts: { retryAfterMs: 3 * minute } });
  });
});

describe("a call that can't wait for the next window", () => {
  const scene = async () => {
    const { enter, settle, clock, startedAt, entered } = setUp(4);
    await enter('a');
    await settle(3);
    await Promise.all([enter('b'), enter('c')]);
    // The server has counted c, too, before it answered b.
    await settle(1);
    const last = enter('d', { call: testCall(startedAt + 10_000) });
    await tick();
    return { settle, clock, last, entered };
  };

  test('waits for an answer that may show that there is a place in this one', async () => {
    const { settle, last, entered } = await scene();
    expect(entered).toEqual(['a at 0', 'b at 0', 'c at 0']);
    await settle(1);
    await last;
    expect(entered.at(-1)).toBe('d at 0');
  });

  test('is refused as soon as one shows that there is none', async () => {
    const { settle, last } = await scene();
    await settle(0);
    await expect(last).rejects.toMatchObject({ facts: { retryAfterMs: minute } });
  });

  test('is refused when its time is up, and may come again soon', async () => {
    const { clock, last } = await scene();
    const refused = expect(last).rejects.toMatchObject({ facts: { retryAfterMs: 1000 } });
    await clock.advance(10_001);
    await refused;
  });
});

test('a call waits no longer than it may, even when nothing is known about the window', async () => {
  const { clock, enter, startedAt } = setUp(1);
  await enter('a');
  const waiting = enter('b', { call: testCall(startedAt + minute + 1000) });
  const refused = expect(waiting).rejects.toMatchObject({ code: 'rate_limited' });
  await clock.advance(minute + 1001);
  await refused;
});

describe('looking ahead', () => {
  test('refuses a call that would have to wait too long, and takes no place', async () => {
    const { gate, entered, enter, startedAt } = setUp(1);
    gate.foresee(testCall(startedAt));
    await enter('a');
    expect(entered).toEqual(['a at 0']);
    expect(() => gate.foresee(testCall(startedAt + 1000))).toThrow(/used up/);
    gate.foresee(testCall(startedAt + minute));
  });

  test('sees several requests together', async () => {
    const { gate, enter, settle, startedAt } = setUp(3);
    const call = testCall(startedAt);
    gate.foresee(call, 3);
    expect(() => gate.foresee(call, 4)).toThrow(RateLimitedError);
    await enter('a');
    gate.foresee(call, 2);
    await settle(1);
    gate.foresee(call, 1);
    expect(() => gate.foresee(call, 2)).toThrow(RateLimitedError);
    gate.foresee(testCall(startedAt + minute), 4);
  });

  test('counts those in line', async () => {
    const { gate, enter, settle, startedAt } = setUp(2);
    await enter('a');
    await settle(0);
    void enter('b');
    await tick();
    gate.foresee(testCall(startedAt + minute));
    expect(() => gate.foresee(testCall(startedAt + minute), 2)).toThrow(RateLimitedError);
  });

  test('does not count the wait for the first answer of a window', async () => {
    const { gate, enter, startedAt } = setUp(3);
    await enter('a');
    gate.foresee(testCall(startedAt), 2);
  });
});

describe('a cancelled call', () => {
  test('leaves the line, and its place in the next window goes to another', async () => {
    const { clock, entered, enter, settle } = setUp(1);
    await enter('a');
    await settle(0);
    const call = testCall();
    const cancelled = enter('b', { call });
    void enter('c');
    await tick();
    call.cancel();
    await expect(cancelled).rejects.toBeInstanceOf(CancelledError);
    await clock.advance(minute);
    expect(entered).toEqual(['a at 0', 'c at 60000']);
  });

  test('leaves the line also when it is not yet at the quota', async () => {
    const { clock, entered, enter, settle } = setUp(2);
    await enter('a');
    await settle(0);
    const call = testCall();
    void enter('b');
    const cancelled = enter('c', { call });
    void enter('d');
    await tick();
    call.cancel();
    await expect(cancelled).rejects.toBeInstanceOf(CancelledError);
    await clock.advance(minute);
    await settle(1);
    expect(entered).toEqual(['a at 0', 'b at 60000', 'd at 60000']);
  });

  test('is not let in when it was cancelled before it came', async () => {
    const { enter } = setUp();
    const call = testCall();
    call.cancel();
    await expect(enter('a', { call })).rejects.toBeInstanceOf(CancelledError);
  });

  test('gives back the place that it got at the same moment', async () => {
    const { entered, enter } = setUp(1);
    const call = testCall();
    const cancelled = enter('a', { call });
    call.cancel();
    await expect(cancelled).rejects.toBeInstanceOf(CancelledError);
    await enter('b');
    expect(entered).toEqual(['b at 0']);
  });
});

test('a waiting call learns at once and every five seconds how long it still has to wait', async () => {
  const { clock, enter, settle } = setUp(1);
  await enter('a');
  await settle(0);
  const call = testCall();
  void enter('b', { call });
  await clock.advance(11_000);
  expect(call.waits).toEqual([
    { operation: 'create_audience', reason: 'quota', leftMs: 60_000 },
    { operation: 'create_audience', reason: 'quota', leftMs: 55_000 },
    { operation: 'create_audience', reason: 'quota', leftMs: 50_000 },
  ]);
  await clock.advance(minute - 11_000);
  const announced = call.waits.length;
  await clock.advance(minute);
  expect(call.waits).toHaveLength(announced);
});

test('a draining gate ends all waits and lets none begin, but lets through what need not wait', async () => {
  const { gate, enter, giveBack } = setUp(1);
  void enter('a');
  const waiting = enter('b');
  await tick();
  gate.drain();
  await expect(waiting).rejects.toBeInstanceOf(CancelledError);
  await expect(enter('c')).rejects.toBeInstanceOf(CancelledError);
  await giveBack();
  await enter('d');
});

test('a draining gate does not hold calls back for the first answer of a window', async () => {
  const { gate, entered, enter } = setUp(2);
  gate.drain();
  await enter('a');
  await enter('b');
  expect(entered).toEqual(['a at 0', 'b at 0']);
});

test.each(['drained', 'cancelled'])('nothing is left behind by a wait that was %s', async (how) => {
  const { clock, gate, enter, settle } = setUp(1);
  await enter('a');
  await settle(0);
  const after = vi.spyOn(clock, 'after');
  const cancels: (() => void)[] = [];
  after.mockImplementation(() => {
    const cancel = () => cancels.splice(cancels.indexOf(cancel), 1);
    cancels.push(cancel);
    return cancel;
  });
  const calls = [testCall(clock.now() + 5 * minute), testCall(clock.now() + 5 * minute)];
  for (const call of calls) void enter('b', { call });
  await tick();
  expect(cancels).not.toEqual([]);
  if (how === 'drained') gate.drain();
  else for (const call of calls) call.cancel();
  await tick();
  expect(cancels).toEqual([]);
});

describe('a quota that takes its time', () => {
  /** A gate whose quota answers each question when the test lets it. */
  const setUpSlow = (perMinute: number) => {
    const clock = new ManualClock();
    const quota = new LocalQuota({ perMinute, from: 'reference' }, clock);
    const take = quota.take.bind(quota);
    const answers: (() => void)[] = [];
    vi.spyOn(quota, 'take').mockImplementation(async (patienceMs) => {
      const taken = await take(patienceMs);
      await new Promise<void>((resolve) => answers.push(resolve));
      return taken;
    });
    const onTokenRefused = () => Promise.resolve();
    const gate = new Gate({ operation: 'create_audience', quota, clock, onTokenRefused });
    const answer = async () => {
      await tick();
      answers.shift()?.();
      await tick();
    };
    return { clock, gate, answer };
  };

  test('is asked again when something changed while it answered', async () => {
    const { gate, answer } = setUpSlow(1);
    const first = gate.enter(testCall(), false);
    await answer();
    const waiting = gate.enter(testCall(), false);
    await answer();
    await gate.giveBack(await first);
    await answer();
    await answer();
    await expect(waiting).resolves.toMatchObject({ id: expect.any(String) });
  });

  test('does not have a place counted twice while it answers', async () => {
    const { clock, gate, answer } = setUpSlow(3);
    const call = () => testCall(clock.now() + 10_000);
    const first = gate.enter(call(), false);
    await answer();
    const second = gate.enter(call(), false);
    await answer();
    await answer();
    const third = gate.enter(call(), false);
    await gate.settle(await first, { remaining: 2 });
    await tick();
    // Something else changes before it is known here that there is a place for the second.
    await gate.closeUntil(0);
    for (let count = 0; count < 3; count += 1) await answer();
    await expect(Promise.all([second, third])).resolves.toHaveLength(2);
  });

  test('does not have a place counted twice for the next call of the same caller', async () => {
    const { clock, gate, answer } = setUpSlow(3);
    const enter = () => gate.enter({ ...testCall(clock.now() + 10_000), caller: 'ann' }, false);
    const first = enter();
    await answer();
    await gate.settle(await first, { remaining: 2 });
    const both = Promise.all([enter(), enter()]);
    for (let count = 0; count < 2; count += 1) await answer();
    await expect(both).resolves.toHaveLength(2);
  });

  test('gets back the place of a call that left while it answered', async () => {
    const { gate, answer } = setUpSlow(1);
    const first = gate.enter(testCall(), false);
    await answer();
    const call = testCall();
    const waiting = gate.enter(call, false);
    await answer();
    await answer();
    await gate.giveBack(await first);
    await tick();
    call.cancel();
    await expect(waiting).rejects.toBeInstanceOf(CancelledError);
    await answer();
    gate.foresee(testCall(0));
  });
});

test('an error of the quota ends the call that met it, and not those behind it', async () => {
  const clock = new ManualClock();
  const quota = new LocalQuota({ perMinute: 2, from: 'reference' }, clock);
  const onTokenRefused = () => Promise.resolve();
  const gate = new Gate({ operation: 'create_audience', quota, clock, onTokenRefused });
  const first = await gate.enter(testCall(), false);
  const take = vi.spyOn(quota, 'take');
  const failed = gate.enter(testCall(), false);
  const waiting = gate.enter(testCall(), false);
  take.mockRejectedValueOnce(new Error('the store is gone'));
  await expect(failed).rejects.toThrow('the store is gone');
  await gate.settle(first, { remaining: 1 });
  await expect(waiting).resolves.toMatchObject({ takenAt: clock.now() });
});
