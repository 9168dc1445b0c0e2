import type { ManualClock } from './manual-clock.ts';

/**
 * Moves a manual clock on when, and only when, what is tested says that it waits: so nothing runs
 * out of time because the machine is slow, and no test waits for real.
 */
export class PassingTime {
  readonly #clock: ManualClock;
  #due: number[] = [];
  #wake: () => void = () => {};

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  /** What is tested can go on only when `ms` milliseconds have passed. */
  isWaitedFor(ms: number): void {
    this.#due.push(ms);
    this.#wake();
  }

  /** Lets time pass as it is waited for, until a promise is settled. */
  async until<Value>(promise: Promise<Value>): Promise<Value> {
    let over = false;
    const end = () => {
      over = true;
      this.#wake();
    };
    promise.then(end, end);
    for (;;) {
      const ms = this.#due.shift();
      if (over) return promise;
      if (ms !== undefined) await this.#clock.advance(ms);
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
