import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { QuotaWindow } from '../../src/segment/window.ts';

const minute = 60_000;

/** An answer in the middle of things: `left` requests remain, the window ends at `endsAt`. */
const report = (left: number, endsAt: number) => ({
  remaining: left,
  ends: { earliest: endsAt - 10, latest: endsAt },
});

describe('what is available', () => {
  test('is the limit at first, and one less for every request taken', () => {
    const window = new QuotaWindow(2, minute);
    expect(window.available).toBe(2);
    expect(window.take(0)).toBe(true);
    expect(window.take(0)).toBe(true);
    expect(window.available).toBe(0);
    expect(window.take(0)).toBe(false);
  });

  test('shrinks to what the server has left, when another process used some', () => {
    const window = new QuotaWindow(10, minute);
    window.take(0);
    window.settle(0, 5, report(3, minute));
    expect(window.available).toBe(3);
  });

  test('never grows beyond our own limit, when the server allows more', () => {
    const window = new QuotaWindow(10, minute);
    window.take(0);
    window.settle(0, 5, report(49, minute));
    expect(window.available).toBe(9);
  });

  test('counts requests under way on top of what the server has left', () => {
    const window = new QuotaWindow(10, minute);
    window.take(0);
    window.take(0);
    window.settle(0, 5, report(8, minute));
    expect(window.available).toBe(7);
    window.settle(0, 6, report(9, minute));
    expect(window.available).toBe(8);
  });

  test('counts a request whose answer said nothing, until a later one tells', () => {
    const window = new QuotaWindow(10, minute);
    window.take(0);
    window.settle(0, 5, report(9, minute));
    window.take(10);
    window.settle(10, 15, undefined);
    expect(window.available).toBe(8);
    window.take(20);
    window.settle(20, 25, report(7, minute));
    expect(window.available).toBe(7);
  });

  test('gets back the place of a request that was never sent', () => {
    const window = new QuotaWindow(1, minute);
    window.take(0);
    window.giveBack();
    expect(window.available).toBe(1);
  });

  test('is nothing after a refusal, until the moment it named', () => {
    const window = new QuotaWindow(10, minute);
    window.take(0);
    window.settle(0, 5, { closedUntil: 1500 });
    expect(window.available).toBe(0);
    expect(window.roll(1499)).toBe(false);
    expect(window.roll(1500)).toBe(true);
    expect(window.available).toBe(10);
  });

  test('stays nothing when a late success comes in after a refusal', () => {
    const window = new QuotaWindow(10, minute);
    window.take(0);
    window.take(0);
    window.settle(0, 5, { closedUntil: 1500 });
    window.settle(0, 6, report(9, minute));
    expect(window.available).toBe(0);
    expect(window.endsAt).toBe(1500);
  });
});

describe('when the window ends', () => {
  test('is unknown until an answer came, and then the latest moment it allows', () => {
    const window = new QuotaWindow(10, minute);
    window.take(0);
    expect(window.endsAt).toBeUndefined();
    window.settle(0, 5, { remaining: 9, ends: { earliest: 59_000, latest: 61_000 } });
    expect(window.endsAt).toBe(61_000);
  });

  test('gets more precise with every answer', () => {
    const window = new QuotaWindow(10, minute);
    window.take(0);
    window.take(0);
    window.settle(0, 5, { remaining: 9, ends: { earliest: 59_000, latest: 61_000 } });
    window.settle(0, 5, { remaining: 8, ends: { earliest: 60_000, latest: 60_005 } });
    expect(window.endsAt).toBe(60_005);
  });

  test('is a minute from an answer that does not say', () => {
    const window = new QuotaWindow(10, minute);
    window.take(0);
    window.settle(0, 70, undefined);
    expect(window.endsAt).toBe(minute + 70);
  });

  test('moves on when the server has begun a new window before we noticed', () => {
    const window = new QuotaWindow(10, minute);
    window.take(0);
    window.settle(0, 5, report(5, minute + 2000));
    window.take(61_000);
    window.settle(61_000, 61_005, report(9, 2 * minute + 1000));
    expect(window.endsAt).toBe(2 * minute + 1000);
    expect(window.available).toBe(9);
  });

  test('is not confused by an answer of the window before', () => {
    const window = new QuotaWindow(2, minute);
    window.take(0);
    window.settle(0, 5, report(1, minute));
    window.take(59_999);
    window.roll(minute);
    expect(window.available).toBe(1);
    window.settle(59_999, minute + 5, report(0, minute));
    expect(window.available).toBe(2);
    expect(window.endsAt).toBeUndefined();
  });
});

describe('how long to wait', () => {
  test('is nothing while there is room', () => {
    expect(new QuotaWindow(2, minute).waitMs(1, 0)).toBe(0);
  });

  test('counts whole windows for those far back', () => {
    const window = new QuotaWindow(2, minute);
    window.take(1000);
    window.take(1000);
    expect(window.waitMs(0, 1000)).toBe(minute);
    expect(window.waitMs(1, 11_000)).toBe(50_000);
    expect(window.waitMs(2, 11_000)).toBe(50_000 + minute);
  });
});

test('a single client never passes the limit of any window, whatever the timing', () => {
  const step = fc.record({
    wait: fc.integer({ min: 0, max: 40_000 }),
    rtt: fc.integer({ min: 1, max: 900 }),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(step, { maxLength: 60 }),
      (limit, steps) => {
        const ours = new QuotaWindow(limit, minute);
        let now = 0;
        let serverEnds = 0;
        let serverCount = 0;
        for (const { wait, rtt } of steps) {
          now += wait;
          ours.roll(now);
          if (!ours.take(now)) continue;
          const sentAt = now;
          const countedAt = now + Math.floor(rtt / 2);
          now += rtt;
          if (countedAt >= serverEnds) {
            serverEnds = countedAt + minute;
            serverCount = 0;
          }
          serverCount += 1;
          expect(serverCount).toBeLessThanOrEqual(limit);
          const latest = serverCount === 1 ? now + minute : serverEnds + 900;
          ours.settle(sentAt, now, {
            remaining: limit - serverCount,
            ends: { earliest: serverEnds - 900, latest },
          });
        }
      },
    ),
  );
});
