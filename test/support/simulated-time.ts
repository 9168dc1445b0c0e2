import type { Clock } from '../../src/clock.ts';

/**
 * Time that passes from one event to the next, as soon as nothing is left to do. Unlike `ManualClock`
 * it waits for no timers of others, so that a minute with a thousand events takes milliseconds.
 */
export class SimulatedTime {
  #now = 0;
  #timers: { at: number; wake: () => void }[] = [];

  /** Milliseconds since it began. */
  get now(): number {
    return this.#now;
  }

  after(ms: number, wake: () => void): () => void {
    const timer = { at: this.#now + ms, wake };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  /** The clocks of one machine. @param aheadMs of its date. @param startedMs before the time began. */
  clockOf(aheadMs = 0, startedMs = 0): Clock {
    return {
      now: () => this.#now + aheadMs,
      monotonic: () => Math.floor(this.#now + startedMs),
      after: (ms, wake) => this.after(ms, wake),
    };
  }

  /** Lets time pass until something holds, at most until a moment. */
  async runUntil(holds: () => boolean, latest: number): Promise<void> {
    for (;;) {
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
      if (holds()) return;
      const due = this.#timers.reduce<{ at: number; wake: () => void } | undefined>(
        (first, timer) => (first === undefined || timer.at < first.at ? timer : first),
        undefined,
      );
      if (!due || due.at > latest) {
        this.#now = latest;
        return;
      }
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#now = Math.max(this.#now, due.at);
      due.wake();
    }
  }
}
