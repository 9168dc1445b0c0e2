import { expect, test } from 'vitest';
import { Drain, pause } from '../../src/segment/wait.ts';
import { testCall } from '../support/call.ts';
import { ManualClock, tick } from '../support/manual-clock.ts';

/** Counts what waits to be ended. */
class Counted extends Drain {
  waiting = 0;

  override onOver(end: () => void): () => void {
    this.waiting += 1;
    const leave = super.onOver(end);
    return () => {
      this.waiting -= 1;
      leave();
    };
  }
}

function begin() {
  const clock = new ManualClock();
  const drain = new Counted();
  const pausing = (call = testCall()) => {
    const paused = pause(clock, call, 'get_audience', 1000, drain).then(
      () => 'over',
      (error: { code: string }) => error.code,
    );
    return { call, paused };
  };
  return { clock, drain, pausing };
}

test('a pause that is over is remembered by nobody', async () => {
  const { clock, drain, pausing } = begin();
  const { call, paused } = pausing();
  await tick();
  expect(drain.waiting).toBe(1);
  await clock.advance(1000);
  expect(await paused).toBe('over');
  expect(drain.waiting).toBe(0);
  drain.end();
  call.cancel();
});

test('a pause ends with its call alone', async () => {
  const { clock, drain, pausing } = begin();
  const [first, second] = [pausing(), pausing()];
  first.call.cancel();
  expect(await first.paused).toBe('cancelled');
  expect(drain.waiting).toBe(1);
  await clock.advance(1000);
  expect(await second.paused).toBe('over');
});

test('all pauses end with the drain, also those that begin later', async () => {
  const { drain, pausing } = begin();
  const many = Array.from({ length: 50 }, () => pausing().paused);
  drain.end();
  expect(new Set(await Promise.all(many))).toEqual(new Set(['cancelled']));
  expect(await pausing().paused).toBe('cancelled');
  expect(drain.waiting).toBe(0);
});
