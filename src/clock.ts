/** The program's source of time; passed in, so that tests need not wait. */
export interface Clock {
  /** The date, in milliseconds since the epoch. It may jump, so nothing is timed by it. */
  now(): number;
  /**
   * Whole milliseconds since some moment of this process; never goes back, and runs at an even
   * pace. All durations, deadlines and quota windows use it.
   */
  monotonic(): number;
  /** Calls `wake` once, `ms` milliseconds from now; the returned function cancels it. */
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

/** Resolves after `ms` milliseconds. */
export function passed(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}
