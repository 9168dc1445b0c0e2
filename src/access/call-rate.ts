import type { Clock } from '../clock.ts';

const windowMs = 60_000;

/** How many calls each caller may make within any minute; in this process. */
export class CallRate {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** The times of the calls of the last minute, oldest first. */
  readonly #calls = new Map<string, number[]>();
  #sweptAt: number;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
    this.#sweptAt = clock.monotonic();
  }

  /**
   * Counts a call if it is allowed now.
   *
   * @param perMinute undefined for any number. @returns 0 if it is allowed, else in how many
   * milliseconds it will be.
   */
  take(callerId: string, perMinute: number | undefined): number {
    if (perMinute === undefined) return 0;
    const now = this.#clock.monotonic();
    this.#sweep(now);
    const calls = (this.#calls.get(callerId) ?? []).filter((at) => now - at < windowMs);
    this.#calls.set(callerId, calls);
    const blocking = calls.at(-perMinute);
    if (blocking !== undefined && calls.length >= perMinute) return blocking + windowMs - now;
    calls.push(now);
    return 0;
  }

  /** The number of callers that are remembered. */
  get size(): number {
    return this.#calls.size;
  }

  /** Forgets callers that have made no call within a minute. */
  #sweep(now: number): void {
    if (now - this.#sweptAt < windowMs) return;
    this.#sweptAt = now;
    for (const [id, calls] of this.#calls) {
      if (now - (calls.at(-1) ?? 0) >= windowMs) this.#calls.delete(id);
    }
  }
}
