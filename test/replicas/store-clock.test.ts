import { expect, test } from 'vitest';
import { StoreClock } from '../../src/replicas/store-clock.ts';

/** A replica's clock, whose date is wrong, and the store's time. */
function setUp(wrongMs = 5000) {
  let monotonic = 1000;
  const startedAt = Date.UTC(2026, 0, 1);
  const storeNow = () => startedAt + monotonic;
  const clock = new StoreClock({
    now: () => storeNow() + wrongMs,
    monotonic: () => monotonic,
  });
  const pass = (ms: number) => {
    monotonic += ms;
  };
  /** A reply that tells the store's time when `thereMs` of its trip were over. */
  const reply = (thereMs: number, backMs: number, setMs = 0) => {
    const sentAt = monotonic;
    pass(thereMs);
    const told = storeNow() + setMs;
    pass(backMs);
    clock.learn(sentAt, monotonic, told);
  };
  return { clock, storeNow, pass, reply, off: () => clock.now() - storeNow() };
}

test('is the own date until the store has replied', () => {
  expect(setUp().off()).toBe(5000);
});

test('is the time of the store, to half a trip', () => {
  const { reply, off, pass, clock } = setUp();
  reply(0, 30);
  expect(off()).toBe(-15);
  pass(60_000);
  expect(off()).toBe(-15);
  expect(clock.of(1000)).toBe(clock.now() - 60_030);
});

test('takes short trips over long ones, which say less', () => {
  const { reply, off } = setUp();
  reply(400, 0);
  expect(off()).toBe(200);
  reply(1, 1);
  expect(off()).toBe(0);
  reply(0, 400);
  expect(off()).toBe(0);
});

test('takes a longer one where the last good one is old', () => {
  const { reply, off, pass } = setUp();
  reply(1, 1);
  pass(60_000);
  reply(20, 0);
  expect(off()).toBe(10);
});

test.each([-3_600_000, 600])('follows a clock that is set by %d ms', (ms) => {
  const { reply, off } = setUp();
  reply(1, 1);
  reply(50, 50, ms);
  expect(off()).toBe(ms);
});
