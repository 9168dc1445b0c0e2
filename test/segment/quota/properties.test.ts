import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { CancelledError, RateLimitedError } from '../../../src/segment/errors.ts';
import { Gate } from '../../../src/segment/quota/gate.ts';
import { LocalQuota } from '../../../src/segment/quota/local-quota.ts';
import { type Limit, maxFirstAnswerMs, type Place } from '../../../src/segment/quota/quota.ts';
import { type QuotaReport, readQuota } from '../../../src/segment/quota/report.ts';
import { type TestCall, testCall } from '../../support/call.ts';
import { stubInstantTimers } from '../../support/instant-timers.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { QuotaServer } from '../../support/quota-server.ts';

/*
 * Gates of several processes before one server, with calls of all kinds at any time.
 */

beforeAll(stubInstantTimers);
afterAll(() => {
  vi.unstubAllGlobals();
});

const minute = 60_000;

/** A call that is made some time. */
interface Plan {
  /** Which of the processes makes it. */
  process: number;
  /** Milliseconds after the plan before. */
  afterMs: number;
  patienceMs: number;
  retry: boolean;
  /** When the caller cancels it, milliseconds after it was made. */
  cancelMs: number | undefined;
  thereMs: number;
  backMs: number;
  /** `lost`: the server counts it, and no answer comes. `unsent`: it never leaves this machine. */
  fate: 'answered' | 'lost' | 'unsent';
}

const plan: fc.Arbitrary<Plan> = fc.record({
  process: fc.nat({ max: 2 }),
  afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 500 }), fc.nat({ max: 40_000 })),
  patienceMs: fc.oneof(
    fc.constantFrom(0, Number.POSITIVE_INFINITY),
    fc.integer({ min: 0, max: 3 * minute }),
  ),
  retry: fc.boolean(),
  cancelMs: fc.option(fc.nat({ max: minute }), { freq: 5, nil: undefined }),
  thereMs: fc.integer({ min: 1, max: 400 }),
  backMs: fc.integer({ min: 1, max: 400 }),
  fate: fc.constantFrom('answered', 'answered', 'answered', 'lost', 'unsent'),
});

/** A quota that is far away: all that decides takes a few milliseconds each way. */
class FarQuota extends LocalQuota {
  readonly #pause: () => Promise<void>;

  constructor(limit: Limit, clock: ManualClock) {
    super(limit, clock);
    this.#pause = () => new Promise((resolve) => clock.after(3, resolve));
  }

  override async take(patienceMs: number) {
    await this.#pause();
    const taken = await super.take(patienceMs);
    await this.#pause();
    return taken;
  }

  override async settle(place: Place, report: QuotaReport | undefined) {
    await this.#pause();
    await super.settle(place, report);
    await this.#pause();
  }

  override async giveBack(place: Place) {
    await this.#pause();
    await super.giveBack(place);
    await this.#pause();
  }
}

/** What became of a call. */
interface Outcome extends Plan {
  call: TestCall;
  madeAt: number;
  endedAt: number;
  /** In which order it was granted among all. */
  granted: number | undefined;
  error: unknown;
}

/** Carries out the plans, until every call has ended. */
async function carryOut(
  plans: Plan[],
  server: QuotaServer,
  startPerMinute: number,
  processes: number,
  QuotaOfProcess: typeof LocalQuota = LocalQuota,
) {
  const clock = new ManualClock();
  const startedAt = clock.now();
  const gates = Array.from({ length: processes }, () => {
    const quota = new QuotaOfProcess({ perMinute: startPerMinute, from: 'reference' }, clock);
    const onTokenRefused = () => Promise.resolve();
    return new Gate({ operation: 'list_audiences', quota, clock, onTokenRefused });
  });
  const outcomes: Outcome[] = [];
  let grants = 0;

  const send = (gate: Gate, place: Place, { thereMs, backMs, fate }: Plan) => {
    const sentAt = clock.now();
    clock.after(thereMs, () => {
      if (fate === 'unsent') return void gate.giveBack(place);
      const answer = server.answer(clock.now());
      clock.after(backMs, () => {
        const receivedAt = clock.now();
        const report = readQuota({ ...answer, sentAt, receivedAt, now: receivedAt });
        void gate.settle(place, fate === 'lost' ? undefined : report);
      });
    });
  };
  const make = async (planned: Plan) => {
    const gate = gates[planned.process % processes];
    if (!gate) throw new Error('no such process');
    const madeAt = clock.now();
    const call = testCall(madeAt + planned.patienceMs);
    if (planned.cancelMs !== undefined) clock.after(planned.cancelMs, () => call.cancel());
    const outcome: Outcome = {
      ...planned,
      call,
      madeAt,
      endedAt: 0,
      granted: undefined,
      error: undefined,
    };
    try {
      const place = await gate.enter(call, planned.retry);
      grants += 1;
      outcome.granted = grants;
      send(gate, place, planned);
    } catch (error) {
      outcome.error = error;
    }
    outcome.endedAt = clock.now();
    outcomes.push(outcome);
  };

  let at = 0;
  for (const planned of plans) {
    at += planned.afterMs;
    clock.after(at, () => void make(planned));
  }
  const windows = plans.length + 2;
  while (outcomes.length < plans.length && clock.now() < startedAt + at + windows * minute) {
    await clock.advance(minute);
  }
  return outcomes;
}

const anyLimit = fc.integer({ min: 1, max: 4 });
const plansUpTo = (maxLength: number) => fc.array(plan, { minLength: 1, maxLength });

const isPatient = ({ patienceMs }: Outcome) => patienceMs >= maxFirstAnswerMs;

/** What holds of every call, whatever the server and the other processes do. */
function expectAllEnded(plans: Plan[], outcomes: Outcome[]): void {
  expect(outcomes).toHaveLength(plans.length);
  for (const { call, madeAt, endedAt, granted, error, patienceMs, cancelMs } of outcomes) {
    // At its deadline at the latest.
    expect(endedAt).toBeLessThanOrEqual(Math.max(madeAt, call.deadline + 1));
    expect(call.waits.every(({ leftMs }) => leftMs > 0)).toBe(true);
    if (granted !== undefined) continue;
    if (error instanceof CancelledError) expect(endedAt).toBe(madeAt + (cancelMs ?? Number.NaN));
    else expect(error).toBeInstanceOf(RateLimitedError);
    // Who can wait for ever is never refused.
    if (error instanceof RateLimitedError) expect(patienceMs).toBeLessThan(Infinity);
  }
}

/** The calls of one process that were let through, in order. */
const grantedOf = (outcomes: Outcome[]) =>
  outcomes
    .filter(({ granted }) => granted !== undefined)
    .sort((a, b) => (a.granted ?? 0) - (b.granted ?? 0));

/** Calls of one priority are let through in the order in which they came. */
function expectOrder(outcomes: Outcome[]): void {
  for (const retry of [true, false]) {
    const madeAt = grantedOf(outcomes)
      .filter((outcome) => outcome.retry === retry && isPatient(outcome))
      .map((outcome) => outcome.madeAt);
    expect(madeAt).toEqual([...madeAt].sort((a, b) => a - b));
  }
}

/** A retry waits for no more than one call that was not let through before. */
function expectRetriesFirst(outcomes: Outcome[]): void {
  const granted = grantedOf(outcomes);
  for (const retry of granted.filter((outcome) => outcome.retry && isPatient(outcome))) {
    const ahead = granted.filter(
      (other) =>
        !other.retry &&
        isPatient(other) &&
        other.endedAt > retry.madeAt &&
        (other.granted ?? 0) < (retry.granted ?? 0),
    );
    expect(ahead.length).toBeLessThanOrEqual(1);
  }
}

test('calls of one process all end, in order, and the server refuses none of them', async () => {
  await fc.assert(
    fc.asyncProperty(plansUpTo(10), anyLimit, async (plans, limit) => {
      const server = new QuotaServer(limit);
      const outcomes = await carryOut(plans, server, limit, 1);
      expectAllEnded(plans, outcomes);
      expectOrder(outcomes);
      expectRetriesFirst(outcomes);
      expect(server.refused).toBe(0);
    }),
    { numRuns: 60 },
  );
});

test('calls of several processes that share a token all end, in order in each of them', async () => {
  await fc.assert(
    fc.asyncProperty(plansUpTo(10), anyLimit, anyLimit, async (plans, limit, start) => {
      const outcomes = await carryOut(plans, new QuotaServer(limit), start, 3);
      expectAllEnded(plans, outcomes);
      for (const process of [0, 1, 2]) {
        const own = outcomes.filter((outcome) => outcome.process === process);
        expectOrder(own);
        expectRetriesFirst(own);
      }
    }),
    { numRuns: 60 },
  );
});

test('calls before a quota that is far away all end, and the server refuses none of them', async () => {
  await fc.assert(
    fc.asyncProperty(plansUpTo(10), anyLimit, async (plans, limit) => {
      const server = new QuotaServer(limit);
      const outcomes = await carryOut(plans, server, limit, 1, FarQuota);
      expect(outcomes).toHaveLength(plans.length);
      expect(server.refused).toBe(0);
    }),
    { numRuns: 30 },
  );
});

test('a burst of ten gets no 429 when another process has used five of ten', async () => {
  const server = new QuotaServer(10);
  const now = new ManualClock().now();
  for (let count = 0; count < 5; count += 1) server.answer(now);
  const burst: Plan = {
    process: 0,
    afterMs: 0,
    patienceMs: Number.POSITIVE_INFINITY,
    retry: false,
    cancelMs: undefined,
    thereMs: 40,
    backMs: 40,
    fate: 'answered',
  };
  const outcomes = await carryOut(Array(10).fill(burst), server, 10, 1);
  expect(server.refused).toBe(0);
  const waitedMs = outcomes.map(({ madeAt, endedAt }) => endedAt - madeAt);
  expect(waitedMs.filter((ms) => ms <= 80)).toHaveLength(5);
  expect(waitedMs.filter((ms) => ms >= minute - 2000)).toHaveLength(5);
});
