import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CallRate } from '../../src/access/call-rate.ts';
import { runs } from '../support/runs.ts';

const at = (ms: number) => {
  const clock = { ms, monotonic: () => clock.ms };
  return clock;
};

describe('calls per minute', () => {
  test('says when the next one is allowed', () => {
    const clock = at(5000);
    const rate = new CallRate(clock);
    expect(rate.take('ann', 2)).toBe(0);
    clock.ms += 10_000;
    expect(rate.take('ann', 2)).toBe(0);
    expect(rate.take('ann', 2)).toBe(50_000);
    expect(rate.take('bob', 2)).toBe(0);
    clock.ms += 49_999;
    expect(rate.take('ann', 2)).toBe(1);
    clock.ms += 1;
    expect(rate.take('ann', 2)).toBe(0);
    expect(rate.take('ann', 2)).toBe(10_000);
  });

  test('are not counted without a limit', () => {
    const rate = new CallRate(at(0));
    for (let call = 0; call < 1000; call += 1) expect(rate.take('ann', undefined)).toBe(0);
    expect(rate.size).toBe(0);
  });

  test('of a lower limit count those that were made under a higher one', () => {
    const clock = at(0);
    const rate = new CallRate(clock);
    for (let call = 0; call < 5; call += 1) {
      expect(rate.take('ann', 5)).toBe(0);
      clock.ms += 1000;
    }
    expect(rate.take('ann', 2)).toBe(58_000);
  });

  test('are forgotten after a minute', () => {
    const clock = at(0);
    const rate = new CallRate(clock);
    for (let caller = 0; caller < 100; caller += 1) rate.take(`caller-${caller}`, 5);
    clock.ms += 60_000;
    rate.take('ann', 5);
    expect(rate.size).toBe(1);
  });

  test('are never more within any minute, and a wait is never in vain', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 60 }),
        (limit, pauses) => {
          const clock = at(0);
          const rate = new CallRate(clock);
          const allowed: number[] = [];
          for (const pause of pauses) {
            clock.ms += pause;
            const waitMs = rate.take('ann', limit);
            clock.ms += waitMs;
            if (waitMs > 0) expect(rate.take('ann', limit)).toBe(0);
            allowed.push(clock.ms);
          }
          for (const [index, time] of allowed.entries()) {
            const before = allowed[index - limit];
            if (before !== undefined) expect(time - before).toBeGreaterThanOrEqual(60_000);
          }
        },
      ),
      { numRuns: runs(200) },
    );
  });
});
