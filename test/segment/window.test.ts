import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readQuota } from '../../src/segment/quota-report.ts';
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
    expect(window.opensAt).toBe(1500);
  });
});

describe('when the window ends', () => {
  test('is unknown until an answer came, and then the latest moment it allows', () => {
    const window = new QuotaWindow(10, minute);
    window.take(0);
    expect(window.opensAt).toBeUndefined();
    window.settle(0, 5, { remaining: 9, ends: { earliest: 59_000, latest: 61_000 } });
    expect(window.opensAt).toBe(61_000);
  });

  test('gets more precise with every answer', () => {
    const window = new QuotaWindow(10, minute);
    window.take(0);
    window.take(0);
    window.settle(0, 5, { remaining: 9, ends: { earliest: 59_000, latest: 61_000 } });
    window.settle(0, 5, { remaining: 8, ends: { earliest: 60_000, latest: 60_005 } });
    expect(window.opensAt).toBe(60_005);
  });

  test('is a minute from an answer that does not say', () => {
    const window = new QuotaWindow(10, minute);
    window.take(0);
    window.settle(0, 70, undefined);
    expect(window.opensAt).toBe(minute + 70);
  });

  test('moves on when the server has begun a new window before we noticed', () => {
    const window = new QuotaWindow(10, minute);
    window.take(0);
    window.settle(0, 5, report(5, minute + 2000));
    window.take(61_000);
    window.settle(61_000, 61_005, report(9, 2 * minute + 1000));
    expect(window.opensAt).toBe(2 * minute + 1000);
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
    expect(window.opensAt).toBeUndefined();
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

describe('what answers of another window do', () => {
  test('one that comes late, after the next window was seen to begin, changes nothing', () => {
    const window = new QuotaWindow(3, minute);
    window.take(0);
    window.settle(0, 900, report(2, minute));
    window.take(minute - 50);
    window.take(minute - 10);
    // Our second request opened the next window; the first one's answer is still on its way.
    window.settle(minute - 10, minute + 20, report(2, 2 * minute + 5));
    expect(window.opensAt).toBe(2 * minute + 5);
    window.settle(minute - 50, minute + 450, report(1, minute));
    expect(window.opensAt).toBe(2 * minute + 5);
    expect(window.roll(minute + 500)).toBe(false);
    expect(window.available).toBe(2);
  });
});

describe('a refusal that comes before the quota is used up', () => {
  test('closes the window for a time, and does not begin a new one', () => {
    const window = new QuotaWindow(3, minute);
    window.take(0);
    window.settle(0, 5, report(2, minute));
    window.take(35_000);
    window.settle(35_000, 35_005, { closedUntil: 36_000 });
    expect(window.available).toBe(0);
    expect(window.roll(36_000)).toBe(true);
    expect(window.available).toBe(1);
    window.take(36_000);
    window.settle(36_000, 36_005, report(1, minute));
    expect(window.available).toBe(0);
    expect(window.roll(minute)).toBe(true);
    expect(window.available).toBe(3);
  });

  test('lets those wait who would not be served before the window ends', () => {
    const window = new QuotaWindow(1, minute);
    window.take(0);
    window.settle(0, 5, report(0, minute));
    window.settle(0, 5, { closedUntil: 6000 });
    expect(window.waitMs(0, 5000)).toBe(55_000);
    expect(window.waitMs(1, 5000)).toBe(55_000 + minute);
  });
});

/** A server as the contract describes it, on a clock of its own. */
class Server {
  readonly #limit: number;
  readonly #offset: number;
  endsAt = 0;
  #consumed = 0;

  constructor(limit: number, offset: number) {
    this.#limit = limit;
    this.#offset = offset;
  }

  count(at: number) {
    if (at >= this.endsAt) {
      this.endsAt = at + minute;
      this.#consumed = 0;
    }
    this.#consumed += 1;
    const date = (time: number) => new Date(time + this.#offset).toUTCString();
    return {
      allowed: this.#consumed <= this.#limit,
      headers: {
        'x-ratelimit-consumed': String(this.#consumed),
        'x-ratelimit-remaining': String(Math.max(0, this.#limit - this.#consumed)),
        'x-ratelimit-reset': date(this.endsAt),
        date: date(at),
      },
    };
  }
}

test('a single client is never refused, whatever the timing, also with many requests at once', () => {
  const journey = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 1500 }));
  const step = fc.record({
    wait: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 0, max: 300 }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 40_000 }) },
    ),
    // Around the end of the server's window, where things can go wrong.
    fromEnd: fc.option(fc.integer({ min: -400, max: 400 }), { freq: 2 }),
    there: journey,
    back: journey,
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: -5000, max: 5000 }),
      fc.array(step, { minLength: 20, maxLength: 60 }),
      (limit, offset, steps) => {
        const ours = new QuotaWindow(limit, minute);
        const server = new Server(limit, offset);
        const due: { at: number; run: () => void }[] = [];
        const runUntil = (until: number) => {
          for (;;) {
            const [next] = due.sort((a, b) => a.at - b.at);
            if (!next || next.at > until) return;
            due.shift();
            next.run();
          }
        };
        let now = Date.UTC(2026, 0, 1);
        for (const { wait, fromEnd, there, back } of steps) {
          now = fromEnd === null ? now + wait : Math.max(now, server.endsAt + fromEnd);
          runUntil(now);
          ours.roll(now);
          if (!ours.take(now)) continue;
          const sentAt = now;
          const receivedAt = sentAt + there + back;
          due.push({
            at: sentAt + there,
            run() {
              const { allowed, headers } = server.count(sentAt + there);
              expect(allowed).toBe(true);
              const answer = { status: 200, headers, body: {}, sentAt, receivedAt };
              due.push({
                at: receivedAt,
                run: () => ours.settle(sentAt, receivedAt, readQuota(answer)),
              });
            },
          });
        }
        runUntil(Number.POSITIVE_INFINITY);
      },
    ),
    { numRuns: 10_000 },
  );
});
