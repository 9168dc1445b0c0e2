import type { Clock } from '../../src/clock.ts';

/**
 * A clock that stands still until it is moved. Its two times are the same number until the date
 * jumps, so that a test may name a moment by either.
 */
export class ManualClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  #jumpedMs = 0;
  #timers: { at: number; wake: () => void }[] = [];

  now = (): number => this.#now + this.#jumpedMs;

  monotonic = (): number => this.#now;

  /** Moves the date alone, as when a machine's clock is set; a server's date may stay as it is. */
  jump(ms: number): void {
    this.#jumpedMs += ms;
  }

  /** The date as it would be without jumps: the time of a server. */
  readonly server = { now: (): number => this.#now };

  after = (ms: number, wake: () => void): (() => void) => {
    const timer = { at: this.#now + ms, wake };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  /** Moves on by `ms`, waking what is due in order, and lets what was woken run. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      await tick();
      const due = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#now = Math.max(this.#now, due.at);
      due.wake();
    }
    this.#now = until;
    await tick();
  }

  /** Moves on to the next timer, if there is one. */
  async advanceToNext(): Promise<void> {
    await tick();
    const next = Math.min(...this.#timers.map(({ at }) => at));
    if (next !== Number.POSITIVE_INFINITY) await this.advance(Math.max(0, next - this.#now));
  }
}

/**
 * Lets everything that is ready run: promises, and the zero-length timers by which Bottleneck
 * passes its jobs on (four in a row for one job).
 */
export async function tick(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Lets what is ready run until something holds, without moving a clock. */
export async function waitFor(holds: () => boolean): Promise<void> {
  while (!holds()) await tick();
}
