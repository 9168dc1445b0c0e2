import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Limit } from '../../../src/segment/quota/quota.ts';
import { type QuotaReport, readQuota } from '../../../src/segment/quota/report.ts';
import * as transitions from '../../../src/segment/quota/state.ts';
import { QuotaServer } from '../../support/quota-server.ts';
import { runs } from '../../support/runs.ts';

const minute = 60_000;

/** A state and the transitions on it. Callers have no patience, unless a test gives them some. */
class Picture {
  state: transitions.QuotaState;
  #ids = 0;

  constructor(perMinute: number, from: Limit['from'] = 'reference') {
    this.state = transitions.initialState({ perMinute, from });
  }

  get available(): number {
    return transitions.available(this.state);
  }

  get opensAt(): number | undefined {
    return this.state.closedUntil ?? this.state.endsAt;
  }

  /** Asks for a place: `granted`, or how long to wait. */
  ask(now: number, patienceMs = 0): 'granted' | number {
    this.#ids += 1;
    const asked = { id: String(this.#ids), patienceMs };
    const { state, taken } = transitions.take(this.state, asked, now);
    this.state = state;
    return taken.kind === 'granted' ? 'granted' : taken.ms;
  }

  take(now: number): boolean {
    return this.ask(now) === 'granted';
  }

  /** Ends a request that was sent at a moment. */
  settle(takenAt: number, now: number, ended: QuotaReport | undefined): void {
    this.state = transitions.settle(this.state, this.#placeOf(takenAt), ended, now);
  }

  giveBack(takenAt: number): void {
    this.state = transitions.giveBack(this.state, this.#placeOf(takenAt));
  }

  closeUntil(untilMs: number): void {
    this.state = transitions.closeUntil(this.state, untilMs);
  }

  roll(now: number): void {
    this.state = transitions.roll(this.state, now);
  }

  waitMs(ahead: number, now: number): number {
    return transitions.forecastMs(this.state, ahead, now);
  }

  #placeOf(takenAt: number) {
    const place = this.state.underWay.find((other) => other.takenAt === takenAt);
    if (!place) throw new Error(`nothing under way was sent at ${takenAt}`);
    return place;
  }
}

/** An answer in the middle of things: `left` requests remain, the window ends at `endsAt`. */
const report = (left: number, endsAt: number) => ({
  remaining: left,
  ends: { earliest: endsAt - 10, latest: endsAt },
});

/** A 429 of the operation. */
const refusedUntil = (untilMs: number, notBefore = untilMs): QuotaReport => ({
  refusal: { scope: 'operation', untilMs, notBefore },
});

describe('what is available', () => {
  test('is the limit at first, and one less for every request taken', () => {
    const window = new Picture(2);
    expect(window.available).toBe(2);
    expect(window.take(0)).toBe(true);
    expect(window.take(0)).toBe(true);
    expect(window.available).toBe(0);
    expect(window.take(0)).toBe(false);
  });

  test('shrinks to what the server has left, when another process used some', () => {
    const window = new Picture(10);
    window.take(0);
    window.settle(0, 5, report(3, minute));
    expect(window.available).toBe(3);
  });

  test('never grows beyond our own limit, when the server allows more', () => {
    const window = new Picture(10);
    window.take(0);
    window.settle(0, 5, report(49, minute));
    expect(window.available).toBe(9);
  });

  test('counts requests under way on top of what the server has left', () => {
    const window = new Picture(10);
    window.take(0);
    window.take(0);
    window.settle(0, 5, report(8, minute));
    expect(window.available).toBe(7);
    window.settle(0, 6, report(9, minute));
    expect(window.available).toBe(8);
  });

  test('is not said to be used up, as long as requests under way may have been counted already', () => {
    const window = new Picture(4);
    window.take(0);
    window.settle(0, 5, report(3, minute));
    window.take(10);
    window.take(11);
    // The server counted the other one first.
    window.settle(11, 15, report(1, minute));
    expect(window.available).toBe(0);
    expect(window.waitMs(0, 15)).toBe(0);
    expect(window.waitMs(1, 15)).toBe(minute - 15);
    expect(window.ask(15)).toBe(1000);
    window.settle(10, 20, report(2, minute));
    expect(window.take(20)).toBe(true);
  });

  test('counts a request whose answer says nothing, until a later one does', () => {
    const window = new Picture(10);
    window.take(0);
    window.settle(0, 5, report(9, minute));
    window.take(10);
    window.settle(10, 15, undefined);
    expect(window.available).toBe(8);
    window.take(20);
    window.settle(20, 25, report(7, minute));
    expect(window.available).toBe(7);
  });

  test('counts a request whose answer says nothing on top of what another process used', () => {
    const window = new Picture(10);
    window.take(0);
    window.settle(0, 5, report(6, minute));
    window.take(10);
    window.take(12);
    window.settle(10, 15, undefined);
    expect(window.available).toBe(4);
    // This one was sent before the other ended: the server may have counted it first.
    window.settle(12, 25, report(5, minute));
    expect(window.available).toBe(4);
    window.take(30);
    window.settle(30, 35, report(4, minute));
    expect(window.available).toBe(4);
  });

  test('counts a request once, even if it is ended twice', () => {
    const window = new Picture(10);
    window.take(0);
    const [place] = window.state.underWay;
    if (!place) throw new Error('nothing is under way');
    window.settle(0, 5, report(6, minute));
    const state = window.state;
    expect(transitions.settle(state, place, undefined, 6)).toBe(state);
    expect(transitions.giveBack(state, place)).toBe(state);
  });

  test('gets back the place of a request that was never sent', () => {
    const window = new Picture(1);
    window.take(0);
    window.giveBack(0);
    expect(window.available).toBe(1);
  });

  test('is nothing after a refusal, until the moment it named', () => {
    const window = new Picture(10);
    window.take(0);
    window.settle(0, 5, refusedUntil(1500));
    expect(window.available).toBe(0);
    window.roll(1499);
    expect(window.available).toBe(0);
    window.roll(1500);
    expect(window.available).toBe(10);
  });

  test('stays nothing when a late success comes in after a refusal', () => {
    const window = new Picture(10);
    window.take(0);
    window.take(0);
    window.settle(0, 5, refusedUntil(1500));
    window.settle(0, 6, report(9, minute));
    expect(window.available).toBe(0);
    expect(window.opensAt).toBe(1500);
  });
});

describe('when the window ends', () => {
  test('is unknown until an answer came, and then the latest moment it allows', () => {
    const window = new Picture(10);
    window.take(0);
    expect(window.opensAt).toBeUndefined();
    window.settle(0, 5, { remaining: 9, ends: { earliest: 59_000, latest: 61_000 } });
    expect(window.opensAt).toBe(61_000);
  });

  test('gets more precise with every answer', () => {
    const window = new Picture(10);
    window.take(0);
    window.take(0);
    window.settle(0, 5, { remaining: 9, ends: { earliest: 59_000, latest: 61_000 } });
    window.settle(0, 5, { remaining: 8, ends: { earliest: 60_000, latest: 60_005 } });
    expect(window.opensAt).toBe(60_005);
  });

  test('is a minute from an answer that does not say', () => {
    const window = new Picture(10);
    window.take(0);
    window.settle(0, 70, undefined);
    expect(window.opensAt).toBe(minute + 70);
  });

  test('moves on when the server has begun a new window before we noticed', () => {
    const window = new Picture(10);
    window.take(0);
    window.settle(0, 5, report(5, minute + 2000));
    window.take(61_000);
    window.settle(61_000, 61_005, report(9, 2 * minute + 1000));
    expect(window.opensAt).toBe(2 * minute + 1000);
    expect(window.available).toBe(9);
  });

  test('moves on with the request that showed it counted, where others use none', () => {
    const window = new Picture(10, 'user');
    window.take(0);
    window.settle(0, 5, report(49, minute + 2000));
    window.take(61_000);
    window.settle(61_000, 61_005, report(49, 2 * minute + 1000));
    expect(window.available).toBe(9);
  });

  test('is later than known so far, when an answer shows that it must be', () => {
    const window = new Picture(10);
    window.take(0);
    window.take(0);
    window.settle(0, 5, { remaining: 9, ends: { earliest: 59_000, latest: 61_000 } });
    window.settle(0, 5, { remaining: 8, ends: { earliest: 61_500, latest: 62_000 } });
    expect(window.opensAt).toBe(62_000);
  });

  test('is what a refusal says, when that is about what was guessed', () => {
    const window = new Picture(2);
    window.take(0);
    window.take(0);
    window.settle(0, 5000, undefined);
    expect(window.opensAt).toBe(minute + 5000);
    window.settle(0, 5000, refusedUntil(minute + 3000));
    window.roll(minute + 3000);
    expect(window.available).toBe(2);
  });

  test('may be earlier than a refusal says that took long to arrive, so a silent request stays counted', () => {
    const window = new Picture(2);
    window.take(0);
    window.take(0);
    window.settle(0, 2000, refusedUntil(7000, 5000));
    window.settle(0, 6000, undefined);
    window.roll(7000);
    expect(window.available).toBe(1);
  });

  test('is not confused by an answer of the window before', () => {
    const window = new Picture(2);
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
  test('is nothing while there are places', () => {
    expect(new Picture(2).waitMs(1, 0)).toBe(0);
  });

  test('counts whole windows for those far back', () => {
    const window = new Picture(2);
    window.take(1000);
    window.take(1000);
    expect(window.waitMs(0, 1000)).toBe(minute);
    expect(window.waitMs(1, 11_000)).toBe(50_000);
    expect(window.waitMs(2, 11_000)).toBe(50_000 + minute);
  });
});

test('one that has to wait for an unknown time asks again every second', () => {
  const window = new Picture(1);
  window.take(0);
  expect(window.ask(minute - 1)).toBe(1);
  expect(window.ask(minute)).toBe(1000);
});

describe('what answers of another window do', () => {
  test('one that comes late, after the next window was seen to begin, changes nothing', () => {
    const window = new Picture(3);
    window.take(0);
    window.settle(0, 900, report(2, minute));
    window.take(minute - 50);
    window.take(minute - 10);
    // Our second request opened the next window; the first one's answer is still on its way.
    window.settle(minute - 10, minute + 20, report(2, 2 * minute + 5));
    expect(window.opensAt).toBe(2 * minute + 5);
    window.settle(minute - 50, minute + 450, report(1, minute));
    expect(window.opensAt).toBe(2 * minute + 5);
    window.roll(minute + 500);
    expect(window.opensAt).toBe(2 * minute + 5);
    expect(window.available).toBe(2);
  });
});

describe('a refusal that comes before the quota is used up', () => {
  test('closes the window until its end as far as answers have shown it', () => {
    const window = new Picture(3);
    window.take(0);
    window.settle(0, 5, report(2, minute));
    window.take(35_000);
    window.settle(35_000, 35_005, refusedUntil(36_000));
    window.roll(36_000);
    expect(window.available).toBe(0);
    expect(window.waitMs(0, 36_000)).toBe(24_000);
    window.roll(minute);
    expect(window.available).toBe(3);
  });

  test('lets those wait who would not be served before the window ends', () => {
    const window = new Picture(2);
    window.take(0);
    window.take(0);
    window.settle(0, 5, report(0, minute));
    window.settle(0, 5, refusedUntil(6000));
    expect(window.waitMs(0, 5000)).toBe(55_000);
    expect(window.waitMs(2, 5000)).toBe(55_000 + minute);
  });
});

describe('a refusal of the token', () => {
  test('closes the window for a time, and does not begin a new one', () => {
    const window = new Picture(3);
    window.take(0);
    window.settle(0, 5, report(2, minute));
    window.take(35_000);
    window.settle(35_000, 35_005, { refusal: { scope: 'token', untilMs: 36_000 } });
    window.closeUntil(36_000);
    expect(window.available).toBe(0);
    window.roll(36_000);
    expect(window.available).toBe(1);
    window.take(36_000);
    window.settle(36_000, 36_005, report(1, minute));
    expect(window.available).toBe(0);
    window.roll(minute);
    expect(window.available).toBe(3);
  });

  test('is not shortened by a later one', () => {
    const window = new Picture(3);
    window.closeUntil(2000);
    window.closeUntil(1000);
    expect(window.ask(1000)).toBe(1000);
  });
});

test('a refusal that says nothing leaves the window open, with the request counted', () => {
  const window = new Picture(3);
  window.take(0);
  window.settle(0, 5, { refusal: { scope: 'unknown' } });
  expect(window.available).toBe(2);
});

describe('the first request of a window', () => {
  const patient = Number.POSITIVE_INFINITY;

  test('goes alone until it is answered', () => {
    const window = new Picture(10);
    expect(window.ask(0, patient)).toBe('granted');
    expect(window.ask(200, patient)).toBe(800);
    window.settle(0, 300, report(5, minute));
    expect(window.ask(300, patient)).toBe('granted');
    expect(window.ask(300, patient)).toBe('granted');
  });

  test.each([
    ['an answer without headers', {}],
    ['no answer at all', undefined],
  ])('is followed by the others after %s', (_, answer) => {
    const window = new Picture(10);
    window.ask(0, patient);
    window.settle(0, 300, answer);
    expect(window.ask(300, patient)).toBe('granted');
  });

  test('is followed by the others a second after it was sent', () => {
    const window = new Picture(10);
    window.ask(0, patient);
    expect(window.ask(999, patient)).toBe(1);
    expect(window.ask(1000, patient)).toBe('granted');
  });

  test("does not hold back those who can't wait so long", () => {
    const window = new Picture(10);
    window.ask(0, patient);
    expect(window.ask(400, 599)).toBe('granted');
    expect(window.ask(400, 600)).toBe(600);
  });

  test('that never left this machine frees its place for another first one', () => {
    const window = new Picture(10);
    window.ask(0, patient);
    window.giveBack(0);
    expect(window.ask(5, patient)).toBe('granted');
    expect(window.ask(5, patient)).toBe(1000);
  });

  test('goes alone again in the next window, whatever comes in late of the last', () => {
    const window = new Picture(10);
    window.ask(0, patient);
    window.settle(0, 5, report(9, minute));
    window.ask(minute - 20, patient);
    expect(window.ask(minute, patient)).toBe('granted');
    window.settle(minute - 20, minute + 10, undefined);
    expect(window.ask(minute + 10, patient)).toBe(990);
  });

  test('is not part of the forecast', () => {
    const window = new Picture(10);
    window.ask(0, patient);
    expect(window.waitMs(8, 0)).toBe(0);
    expect(window.waitMs(9, 0)).toBe(minute);
  });
});

describe('the limit', () => {
  test('is learned upwards, and frees places at once', () => {
    const window = new Picture(2);
    window.take(0);
    window.take(0);
    expect(window.available).toBe(0);
    window.settle(0, 5, { ...report(49, minute), limit: 50 });
    expect(window.available).toBe(48);
    expect(window.state.limit.perMinute).toBe(50);
  });

  test('is learned downwards', () => {
    const window = new Picture(10);
    window.take(0);
    window.settle(0, 5, { ...report(4, minute), limit: 5 });
    expect(window.available).toBe(4);
    window.roll(minute);
    expect(window.available).toBe(5);
  });

  test('that is learned does not hide what another process used', () => {
    const window = new Picture(10);
    window.take(0);
    window.settle(0, 5, { ...report(3, minute), limit: 50 });
    expect(window.available).toBe(3);
  });

  test.each([
    [20, 14],
    [7, 1],
    [3, 0],
  ])('that the server changes to %i within a window changes what is left to %i', (limit, left) => {
    const window = new Picture(10);
    for (let count = 0; count < 2; count += 1) window.take(0);
    window.settle(0, 5, { ...report(4, minute), limit: 10 });
    expect(window.available).toBe(3);
    window.settle(0, 6, { ...report(Math.max(0, limit - 5), minute), limit });
    expect(window.available).toBe(left);
  });

  test('that the user has fixed stays', () => {
    const window = new Picture(2, 'user');
    window.take(0);
    window.settle(0, 5, { ...report(49, minute), limit: 50 });
    expect(window.available).toBe(1);
    window.roll(minute);
    expect(window.available).toBe(2);
  });
});

/** What a client does at one moment, and how long its request and the answer travel. */
interface Step {
  wait: number;
  fromEnd: number | null;
  there: number;
  back: number;
  patienceMs: number;
  /** Whether the answer says nothing of the quota, where that is looked at. */
  silent?: boolean;
}

/** Steps, each generated as one number: that is ten times as fast as a record of many choices. */
function stepsOf(maxJourneyMs: number, patience: readonly number[]) {
  const decode = (code: number): Step => {
    let rest = code;
    const digit = (base: number) => {
      const value = rest % base;
      rest = Math.floor(rest / base);
      return value;
    };
    const journeyMs = () => 1 + digit(digit(2) === 0 ? 40 : maxJourneyMs);
    // Half the time around the end of the server's window, where things can go wrong.
    const waits = [() => digit(60), () => digit(300), () => digit(40_000)];
    const fromEnds = [() => digit(801) - 400, () => digit(801) - 400, () => digit(26) - 20];
    const wait = waits[digit(6)]?.() ?? 0;
    return {
      patienceMs: patience[digit(patience.length)] ?? 0,
      wait,
      fromEnd: fromEnds[digit(6)]?.() ?? null,
      there: journeyMs(),
      back: journeyMs(),
      silent: digit(2) === 0,
    };
  };
  return fc.array(fc.maxSafeNat().map(decode), { minLength: 5, maxLength: 14 });
}

/** Lets a client take its steps against a server; `afterStep` is called after every transition. */
function run(
  window: Picture,
  server: QuotaServer,
  steps: Step[],
  afterStep = () => {},
  isSilent: (step: Step) => boolean = () => false,
): void {
  // In the order of their times; few are under way at once.
  const due: { at: number; happen: () => void }[] = [];
  const add = (at: number, happen: () => void) => {
    const later = due.findIndex((other) => other.at > at);
    due.splice(later === -1 ? due.length : later, 0, { at, happen });
  };
  const runUntil = (until: number) => {
    for (let [next] = due; next && next.at <= until; [next] = due) {
      due.shift();
      next.happen();
    }
  };
  let now = Date.UTC(2026, 0, 1);
  for (const step of steps) {
    const { wait, fromEnd, there, back, patienceMs } = step;
    now = fromEnd === null ? now + wait : Math.max(now, server.endsAt + fromEnd);
    runUntil(now);
    const asked = window.ask(now, patienceMs);
    afterStep();
    if (asked !== 'granted') continue;
    const sentAt = now;
    const receivedAt = sentAt + there + back;
    const arrive = () => {
      const answer = server.answer(sentAt + there);
      const receive = () => {
        // What is refused for lack of quota always says so.
        const headers = isSilent(step) && answer.status !== 429 ? {} : answer.headers;
        const given = { ...answer, headers, sentAt, receivedAt, now: receivedAt };
        window.settle(sentAt, receivedAt, readQuota(given));
        afterStep();
      };
      add(receivedAt, receive);
    };
    add(sentAt + there, arrive);
  }
  runUntil(Number.POSITIVE_INFINITY);
}

const withSilence = [() => {}, ({ silent = false }: Step) => silent] as const;

const anyLimit = fc.integer({ min: 1, max: 5 });
const anyOffset = fc.integer({ min: -5000, max: 5000 });

test('a single client is never refused, whatever the timing, also with many requests at once', () => {
  fc.assert(
    fc.property(anyLimit, anyOffset, stepsOf(1500, [0]), (limit, offset, steps) => {
      const server = new QuotaServer(limit, offset);
      run(new Picture(limit), server, steps);
      return server.refused === 0;
    }),
    { numRuns: runs(800) },
  );
});

test('a single client is never refused, even where responses say nothing about the quota', () => {
  fc.assert(
    fc.property(anyLimit, anyOffset, stepsOf(1500, [0]), (limit, offset, steps) => {
      const server = new QuotaServer(limit, offset);
      run(new Picture(limit), server, steps, ...withSilence);
      return server.refused === 0;
    }),
    { numRuns: runs(400) },
  );
});

test('a single client is never refused where windows begin at fixed times, either', () => {
  fc.assert(
    fc.property(anyLimit, anyOffset, stepsOf(3000, [0]), (limit, offset, steps) => {
      const server = new QuotaServer(limit, offset, minute, true);
      run(new Picture(limit), server, steps, ...withSilence);
      return server.refused === 0;
    }),
    { numRuns: runs(400) },
  );
});

test('a silent request right after a window that began at a fixed time, just before its first request, stays counted', () => {
  const server = new QuotaServer(3, 0, minute, true);
  // Whole seconds can't show that the window began 96 ms before its first request.
  const step = { wait: 0, fromEnd: null, there: 4, back: 7, patienceMs: 0 };
  const silent = { ...step, there: 1, back: 25, silent: true };
  const last = { ...silent, fromEnd: -400, back: 1 };
  const steps: Step[] = [
    { ...step, wait: 92 },
    { ...step, wait: 25, there: 13, back: 10 },
    { ...silent, fromEnd: 49 },
    // Once that has opened the next window at the server, its end is the one that counts.
    { ...silent, wait: 6 },
    ...Array(3).fill(last),
  ];
  run(new Picture(3), server, steps, ...withSilence);
  expect(server.counted).toBe(2 + 3);
  expect(server.refused).toBe(0);
});

test('nine silent answers right after the end of a window at the server stay counted', () => {
  const server = new QuotaServer(10);
  // Another process opened the window, so that its end is known by the date alone: up to two seconds late.
  server.answer(Date.UTC(2026, 0, 1) - 20_500);
  const step = { wait: 10, fromEnd: null, there: 20, back: 20, patienceMs: 0 };
  const silent = { ...step, silent: true };
  const steps: Step[] = [
    step,
    { ...silent, fromEnd: 1 },
    ...Array(8).fill(silent),
    { ...step, wait: 3000 },
    ...Array(9).fill({ ...step, wait: 0 }),
  ];
  run(new Picture(10), server, steps, ...withSilence);
  expect(server.counted).toBe(2 + 9 + 1);
  expect(server.refused).toBe(0);
});

test('a server that never says anything about the quota is asked neither too often nor too rarely', () => {
  const server = new QuotaServer(10);
  const window = new Picture(10);
  const step = { wait: 1000, fromEnd: null, there: 40, back: 40, patienceMs: 0 };
  run(
    window,
    server,
    Array(600).fill(step),
    () => {},
    () => true,
  );
  expect(server.refused).toBe(0);
  // Ten minutes at ten a minute.
  expect(server.counted).toBeGreaterThan(60);
});

test('a single client is never refused whatever limit it starts with, if it can wait for the first answer', () => {
  fc.assert(
    fc.property(
      anyLimit,
      anyLimit,
      stepsOf(500, [Number.POSITIVE_INFINITY]),
      (limit, start, steps) => {
        const server = new QuotaServer(limit);
        const window = new Picture(start);
        run(window, server, steps);
        expect(server.refused).toBe(0);
        expect(window.state.limit.perMinute).toBe(limit);
      },
    ),
    { numRuns: 300 },
  );
});

test('a burst is not refused when another process used some of the window before', () => {
  const counts = fc.integer({ min: 0, max: 12 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), counts, counts, (limit, others, burst) => {
      const server = new QuotaServer(limit);
      const now = Date.UTC(2026, 0, 1);
      for (let count = 0; count < others; count += 1) server.answer(now);
      const before = server.refused;
      const step = { wait: 30, fromEnd: null, there: 50, back: 50 };
      const patienceMs = Number.POSITIVE_INFINITY;
      run(new Picture(limit), server, Array(burst + 4).fill({ ...step, patienceMs }));
      // Where nothing is left, one has to ask to find out.
      expect(server.refused - before).toBeLessThanOrEqual(others < limit ? 0 : 1);
    }),
  );
});

test('a state is plain data: it can be stored as JSON between any two steps', () => {
  fc.assert(
    fc.property(
      anyLimit,
      anyOffset,
      stepsOf(1500, [0, Number.POSITIVE_INFINITY]),
      (limit, offset, steps) => {
        const kept = new Picture(limit);
        const stored = new Picture(limit);
        const keptStates: string[] = [];
        const storedStates: string[] = [];
        run(kept, new QuotaServer(limit, offset), steps, () => {
          keptStates.push(JSON.stringify(kept.state));
        });
        run(stored, new QuotaServer(limit, offset), steps, () => {
          const text = JSON.stringify(stored.state);
          stored.state = JSON.parse(text);
          storedStates.push(text);
        });
        expect(storedStates).toEqual(keptStates);
      },
    ),
  );
});

test('no response is due that corrects the limit where others took all places', () => {
  const fresh = transitions.initialState({ perMinute: 1, from: 'reference' });
  expect(transitions.mayLearnLimit(fresh, 0)).toBe(true);
  const full = transitions.readmit(fresh, { id: 'of another', takenAt: 0 });
  expect(transitions.mayLearnLimit(full, 0)).toBe(false);
});
