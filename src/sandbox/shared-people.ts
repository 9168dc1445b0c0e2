import { makeSample, type Sample } from './sample.ts';

/**
 * The shop's customers for several sandboxes of one process: they are made once, and what definitions
 * compute for them is found once, so that the second sandbox answers at once. No request to a sandbox
 * changes them.
 */
export class SharedPeople {
  readonly #maxAgeMs: number;
  /** The latest, by their number. */
  readonly #made = new Map<number, { at: number; sample: Sample }>();

  /**
   * @param maxAgeMs for how long the same people are handed out, by the clocks of the sandboxes: their
   * last events are then older by up to that much. By default only at the very same time, as on a
   * clock that stands still.
   */
  constructor(maxAgeMs = 0) {
    this.#maxAgeMs = maxAgeMs;
  }

  /** @param size how many profiles. @param now milliseconds since the epoch. */
  sample(size: number, now: number): Sample {
    const known = this.#made.get(size);
    const ageMs = known ? now - known.at : -1;
    if (known && ageMs >= 0 && ageMs <= this.#maxAgeMs) return known.sample;
    const sample = makeSample(size, now);
    this.#made.set(size, { at: now, sample });
    return sample;
  }
}
