/** Where the program takes its time from; passed in, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `wake` once, `ms` milliseconds from now; the returned function calls it off. */
  after(ms: number, wake: () => void): () => void;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
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
