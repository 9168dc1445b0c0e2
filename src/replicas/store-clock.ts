import type { Clock } from '../clock.ts';

/** How far two clocks may move apart, milliseconds in one; that of a bad quartz. */
const driftPerMs = 0.0005;

/**
 * The store's time, as this process works it out from its own monotonic clock: all replicas time what
 * they share by it, so that their own clocks need not agree.
 *
 * A reply gives the store's time at some moment of its trip, so the shorter the trip the better. A
 * reply that is worse than the last good one is passed over, unless it shows that a clock was set.
 */
export class StoreClock {
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>;
  #aheadMs: number;
  /** How far off that may be when it was learned. */
  #errorMs = Number.POSITIVE_INFINITY;
  #learnedAt = 0;

  constructor(clock: Pick<Clock, 'now' | 'monotonic'>) {
    this.#clock = clock;
    // Until the store has replied: machines mostly know the date.
    this.#aheadMs = clock.now() - clock.monotonic();
  }

  /** Milliseconds since the epoch, by the store's clock. */
  now(): number {
    return this.of(this.#clock.monotonic());
  }

  /** A moment of the monotonic clock, by the store's. */
  of(monotonicMs: number): number {
    return monotonicMs + this.#aheadMs;
  }

  /** @param sentAt and @param receivedAt on the monotonic clock. @param storeNow the reply's time. */
  learn(sentAt: number, receivedAt: number, storeNow: number): void {
    const aheadMs = storeNow - (sentAt + receivedAt) / 2;
    // The monotonic clock gives whole milliseconds.
    const errorMs = (receivedAt - sentAt) / 2 + 1;
    const knownErrorMs = this.#errorMs + (receivedAt - this.#learnedAt) * driftPerMs;
    const wasSet = Math.abs(aheadMs - this.#aheadMs) > errorMs + knownErrorMs;
    if (errorMs > knownErrorMs && !wasSet) return;
    this.#aheadMs = aheadMs;
    this.#errorMs = errorMs;
    this.#learnedAt = receivedAt;
  }
}
