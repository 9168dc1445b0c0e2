import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SharedClosing } from '../../src/replicas/shared-closing.ts';
import { SharedQuota } from '../../src/replicas/shared-quota.ts';
import { StoreClock } from '../../src/replicas/store-clock.ts';
import type { Place } from '../../src/segment/quota/quota.ts';
import { type QuotaReport, readQuota } from '../../src/segment/quota/report.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { QuotaServer } from '../support/quota-server.ts';
import { runs } from '../support/runs.ts';
import { SimulatedTime } from '../support/simulated-time.ts';

/*
 * The quotas of several replicas over one store, before a server with true windows.
 */

const minute = 60_000;
const leaseMs = 10_000;
const key = 'quota';
/** What Bottleneck takes to pass on to the next. */
const betweenMs = 4;

/** What happens in one run. */
interface World {
  limit: number;
  /** By replica, how many requests it has to send. */
  requests: number[];
  /** Milliseconds to the server and back, one after the other, over and over. */
  trips: number[];
  /** The same to the store. */
  storeTrips: number[];
  /** By replica, how far its clocks are off. */
  aheadMs: number[];
}

const world: fc.Arbitrary<World> = fc.record({
  limit: fc.integer({ min: 1, max: 8 }),
  requests: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 4 }),
  trips: fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 20 }),
  storeTrips: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 20 }),
  aheadMs: fc.array(fc.integer({ min: -3_600_000, max: 3_600_000 }), {
    minLength: 4,
    maxLength: 4,
  }),
});

/** Gives the items one after the other, over and over. */
function inTurn(items: readonly number[]): () => number {
  let index = 0;
  return () => {
    index += 1;
    return items[index % items.length] ?? 0;
  };
}

/**
 * How far the store's clock may seem to be off to one replica from what it seems to another: half of what
 * their trips there and back differ by, and rounding.
 */
const clockErrorMs = 22;

/** A replica that sends requests as fast as its quota lets it. */
class Replica {
  readonly quota: SharedQuota;
  /** How many requests are still to be sent. */
  left: number;
  /** How many were let through, as far as it heard. */
  done = 0;
  isKilled = false;
  readonly asked: number;
  readonly #team: Team;
  readonly #clock;
  readonly #trip: () => number;
  #wake = () => {};

  constructor(index: number, of: World, team: Team) {
    const { limit, requests, trips, storeTrips, aheadMs } = of;
    this.#team = team;
    this.asked = requests[index] ?? 0;
    this.left = this.asked;
    this.#trip = inTurn(trips.slice(index).concat(trips));
    const ahead = aheadMs[index] ?? 0;
    const clock = team.time.clockOf(ahead, Math.abs(ahead));
    this.#clock = clock;
    const store = team.store.seenWith(inTurn(storeTrips.slice(index).concat(storeTrips)));
    let ids = 0;
    const newId = () => {
      ids += 1;
      return `${index}-${ids}`;
    };
    const common = { store, clock, storeClock: new StoreClock(clock) };
    const closing = new SharedClosing({ ...common, key: 'token', newVersion: newId });
    const reference = { perMinute: limit, from: 'reference' } as const;
    this.quota = new SharedQuota({ ...common, key, closing, limit: reference, leaseMs, newId });
    this.quota.onChange(() => this.#wake());
  }

  /** Sends all that is left. */
  async run(): Promise<void> {
    while (this.left > 0 && !this.isKilled) {
      const taken = await this.quota.take(Number.POSITIVE_INFINITY);
      if (this.isKilled) return;
      if (taken.kind === 'granted') {
        this.left -= 1;
        this.#send(taken.place);
        await this.#team.time.pause(betweenMs);
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          this.#team.time.after(taken.ms, resolve);
        });
      }
    }
  }

  #send(place: Place): void {
    const { time, server } = this.#team;
    const sentAt = this.#clock.monotonic();
    time.after(this.#trip(), () => {
      const answer = server.answer(time.now);
      if (answer.status === 200) this.#team.through.push(this);
      time.after(this.#trip(), () => {
        if (this.isKilled) return;
        const receivedAt = this.#clock.monotonic();
        const now = this.#clock.now();
        const report = readQuota({ ...answer, sentAt, receivedAt, now });
        void this.quota.settle(place, report).then(() => this.#wake());
        if (answer.status === 200) {
          this.done += 1;
          return;
        }
        this.left += 1;
        if (this.left === 1) void this.run();
      });
    });
  }
}

/** Replicas with their store, and their server. */
class Team {
  readonly time = new SimulatedTime();
  readonly store = new MemoryStore(this.time);
  readonly server: QuotaServer;
  readonly replicas: Replica[];
  /** Whose requests the server let through, in order. */
  readonly through: Replica[] = [];

  constructor(of: World) {
    this.server = new QuotaServer(of.limit);
    this.store.replicas = of.requests.length;
    this.store.aheadMs = 1_000_000;
    this.replicas = of.requests.map((_, index) => new Replica(index, of, this));
  }

  /** Lets all replicas send all they have. @returns how long that took. */
  async run(): Promise<number> {
    for (const replica of this.replicas) void replica.run();
    const isDone = () =>
      this.replicas.every(({ isKilled, done, asked }) => isKilled || done === asked);
    await this.time.runUntil(isDone, 200 * minute);
    expect(isDone()).toBe(true);
    return this.time.now;
  }
}

const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);

/** The trips of a window, and dates of whole seconds. */
const slackMs = 3500;

/** How long a number of requests may take if a number of windows are lost. */
function maxMs({ requests, limit }: World, lostWindows = 0): number {
  const windows = Math.ceil(sum(requests) / limit) - 1 + lostWindows;
  return windows * (minute + slackMs) + slackMs;
}

describe('replicas over one store', () => {
  test('use every window to its last request, and none is refused before the next is due', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (of) => {
        const team = new Team(of);
        const tookMs = await team.run();
        expect(team.server.maxEarlyMs).toBeLessThanOrEqual(clockErrorMs);
        expect(team.server.counted).toBe(sum(of.requests));
        expect(tookMs).toBeLessThan(maxMs(of));
      }),
      { numRuns: runs(8) },
    );
  });

  test('have equal shares', async () => {
    const requests = [50, 50, 50, 50];
    const trips = Array.from({ length: 97 }, (_, index) => 20 + ((index * 37) % 100));
    const storeTrips = Array.from({ length: 89 }, (_, index) => (index * 53) % 4);
    const team = new Team({
      limit: 10,
      requests,
      trips,
      storeTrips,
      aheadMs: [0, 5, -900, 70_000],
    });
    await team.run();
    const firstHalf = team.through.slice(0, sum(requests) / 2);
    for (const replica of team.replicas) {
      const share = firstHalf.filter((other) => other === replica).length;
      expect(share).toBeGreaterThanOrEqual(20);
      expect(share).toBeLessThanOrEqual(30);
    }
  });

  test('go on where one of them is killed with its requests under way', async () => {
    await fc.assert(
      fc.asyncProperty(world, fc.nat({ max: 3 * minute }), async (of, at) => {
        const team = new Team(of);
        team.time.after(at, () => {
          const [first] = team.replicas;
          if (first) first.isKilled = true;
        });
        const tookMs = await team.run();
        expect(team.server.maxEarlyMs).toBeLessThanOrEqual(clockErrorMs);
        // Its places may have been used, and count until their leases are over.
        expect(tookMs).toBeLessThan(maxMs(of, 1));
      }),
      { numRuns: runs(8) },
    );
  });

  test('go on where the store loses all it has', async () => {
    await fc.assert(
      fc.asyncProperty(world, fc.nat({ max: 3 * minute }), async (of, at) => {
        const team = new Team(of);
        team.time.after(at, () => team.store.flush());
        const tookMs = await team.run();
        expect(team.server.refused).toBeLessThanOrEqual(of.requests.length);
        expect(tookMs).toBeLessThan(maxMs(of, 1));
      }),
      { numRuns: runs(8) },
    );
  });

  test.each([
    ['refuses connections, and comes back with all it had', 'gone', false],
    ['refuses connections, and comes back empty', 'gone', true],
    ['does not answer, and comes back with all it had', 'silent', false],
    ['does not answer, and comes back empty', 'silent', true],
  ] as const)('go on where the store %s', async (_, state, isEmptied) => {
    const outage = fc.record({
      at: fc.nat({ max: 2 * minute }),
      forMs: fc.nat({ max: 2 * minute }),
    });
    await fc.assert(
      fc.asyncProperty(world, outage, async (of, { at, forMs }) => {
        const team = new Team(of);
        team.time.after(at, () => {
          team.store.state = state;
          if (isEmptied) team.store.flush();
        });
        team.time.after(at + forMs, () => team.store.comeBack());
        const tookMs = await team.run();
        // Each replica sends one request a window at least, whatever its share would be.
        const replicas = of.requests.length;
        const isShareable = of.limit >= replicas;
        const most = isShareable ? 5 : replicas * (2 + Math.ceil(forMs / minute));
        expect(team.server.refused).toBeLessThanOrEqual(most);
        // At least one request a window and replica meanwhile, and a window lost at each end.
        expect(tookMs).toBeLessThan(maxMs(of, 6));
      }),
      { numRuns: runs(8) },
    );
  });

  test.each([-3_600_000, -30_000, 30_000, 3_600_000])(
    'go on where the clock of the store is set by %d ms',
    async (ms) => {
      await fc.assert(
        fc.asyncProperty(world, fc.nat({ max: 2 * minute }), async (of, at) => {
          const team = new Team(of);
          team.time.after(at, () => {
            team.store.aheadMs += ms;
          });
          const tookMs = await team.run();
          // A window that seems to be over, or a request of each replica that was under way meanwhile.
          const most = Math.max(of.limit, of.requests.length);
          expect(team.server.refused).toBeLessThanOrEqual(most);
          expect(tookMs).toBeLessThan(maxMs(of, 2));
        }),
        { numRuns: runs(6) },
      );
    },
  );
});

describe('a picture that is shared', () => {
  /** Replicas that are driven by hand; nothing takes time. */
  function byHand(limit = 3) {
    const of = { limit, requests: [0], trips: [0], storeTrips: [0], aheadMs: [0] };
    const team = new Team(of);
    let joined = 0;
    const join = () => {
      joined += 1;
      return new Replica(joined, of, team).quota;
    };
    /** Lets a moment pass, and whatever is ready run. */
    const pass = (ms = 1) => team.time.runUntil(() => false, team.time.now + ms);
    const granted = async (quota: SharedQuota, count: number) => {
      const places: Place[] = [];
      for (let asked = 0; asked < count; asked += 1) {
        const taking = quota.take(0);
        await pass(10);
        const taken = await taking;
        if (taken.kind === 'granted') places.push(taken.place);
      }
      return places;
    };
    const told = (remaining: number) => {
      const endsAt = team.time.now + minute / 2;
      return { remaining, limit, ends: { earliest: endsAt, latest: endsAt } };
    };
    const settle = async (quota: SharedQuota, [place]: Place[], remaining: number) => {
      if (!place) throw new Error('nothing was granted');
      const settling = quota.settle(place, told(remaining));
      await pass(10);
      await settling;
    };
    return { ...team, team, join, pass, granted, settle };
  }

  test('counts the places of a replica that is gone until their leases are over, and then no more', async () => {
    const { join, pass, granted } = byHand(3);
    const [gone, other] = [join(), join()];
    await pass();
    expect(await granted(gone, 2)).toHaveLength(2);
    expect(await granted(other, 3)).toHaveLength(1);
    // Whether and when the server counted them is not known: at the end of their leases at the latest.
    await pass(leaseMs + minute + 1000);
    expect(await granted(other, 4)).toHaveLength(3);
  });

  test('counts a silent request that may be of the next window, by the clock of the store', async () => {
    const { team, join, pass, granted } = byHand(3);
    team.store.aheadMs = -1_000_000;
    const one = join();
    await pass();
    const settle = async ([place]: Place[], report: QuotaReport | undefined) => {
      if (!place) throw new Error('nothing was granted');
      const settling = one.settle(place, report);
      await pass(10);
      await settling;
    };
    const opening = await granted(one, 1);
    const end = team.time.now + minute;
    const ends = { earliest: end, latest: end, notBefore: end - 2000 };
    await settle(opening, { remaining: 2, limit: 3, ends });
    await pass(minute - 1000);
    await settle(await granted(one, 1), undefined);
    await pass(1000);
    expect(await granted(one, 3)).toHaveLength(2);
  });

  test('learns of a request whose place was lost with the store', async () => {
    const { team, join, pass, granted, settle } = byHand(3);
    const early = join();
    await pass();
    const places = await granted(early, 1);
    team.store.flush();
    const late = join();
    await pass();
    expect(await granted(late, 1)).toHaveLength(1);
    await settle(early, places, 1);
    // One of the three is left by the server's word, and the request of the late one may not be in it.
    expect(await granted(late, 2)).toHaveLength(0);
  });

  test.each(['with all it had', 'empty'])(
    'learns what was done while the store was gone, where it comes back %s',
    async (how) => {
      const { team, join, pass, granted, settle } = byHand(4);
      const [one, two] = [join(), join()];
      team.store.replicas = 2;
      await pass();
      const before = await granted(one, 1);
      team.store.state = 'gone';
      const meanwhile = await granted(one, 4);
      expect(meanwhile).toHaveLength(1);
      await settle(one, before, 3);
      await settle(one, meanwhile, 0);
      if (how === 'empty') team.store.flush();
      team.store.comeBack();
      await pass();
      expect(await granted(two, 1)).toHaveLength(0);
      expect(two.forecastMs(0)).toBeGreaterThan(20_000);
    },
  );

  test('waits with those who can wait until all have come back', async () => {
    const { team, join, pass } = byHand(4);
    const one = join();
    await pass();
    team.store.state = 'gone';
    const alone = one.take(0);
    await pass(10);
    expect((await alone).kind).toBe('granted');
    team.store.comeBack();
    await pass(10);
    const patient = one.take(minute);
    const impatient = one.take(0);
    await pass(10);
    expect(await patient).toEqual({ kind: 'wait', ms: expect.any(Number) });
    expect((await impatient).kind).toBe('granted');
  });

  test('lets the user of one replica fix a limit, which others do not take over', async () => {
    const { team, join, pass, granted } = byHand(4);
    const other = join();
    await pass();
    const clock = team.time.clockOf();
    const storeClock = new StoreClock(clock);
    let ids = 0;
    const newId = () => {
      ids += 1;
      return `fixed-${ids}`;
    };
    const common = { store: team.store.seenWith(() => 0), clock, storeClock };
    const closing = new SharedClosing({ ...common, key: 'token', newVersion: newId });
    const limit = { perMinute: 2, from: 'user' } as const;
    const fixed = new SharedQuota({ ...common, key, closing, limit, leaseMs, newId });
    await pass();
    expect(await granted(fixed, 3)).toHaveLength(2);
    expect(fixed.perMinute).toBe(2);
    expect(other.perMinute).toBe(4);
    expect(await granted(other, 3)).toHaveLength(2);
  });
});
