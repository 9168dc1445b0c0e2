/** Where the program takes its time from; passed in, so that tests need not wait. */
export interface Clock {
  /** The date, milliseconds since the epoch. It may jump, so that nothing is timed by it. */
  now(): number;
  /**
   * Whole milliseconds since some moment of this process; it only ever goes on, at an even pace. All
   * durations, deadlines and ends of windows are counted by it.
   */
  monotonic(): number;
  /** Calls `wake` once, `ms` milliseconds from now; the returned function calls it off. */
  after(ms: number, wake: () => void): () => void;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => Math.floor(performance.now()),
  after(ms, wake) {
    const timer = setTimeout(wake, ms);
    return () => clearTimeout(timer);
  },
};

/** Calls `act` every `ms` milliseconds until the returned function is called. */
export function every(clock: Clock, ms: number, act: () => void): () => void {
  let cancel = clock.after(ms, again);
  function again() {
    cancel = clock.after(ms, again);
    act();
  }
  return () => cancel();
}
