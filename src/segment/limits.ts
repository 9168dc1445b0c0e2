import Bottleneck from 'bottleneck';
import type { Clock } from '../clock.ts';
import type { Call } from './api.ts';
import { CancelledError, RateLimitedError } from './errors.ts';
import type { OperationName } from './operations.ts';
import { type QuotaReport, windowMs } from './quota-report.ts';
import { announceWait } from './wait.ts';
import { QuotaWindow } from './window.ts';

/** Bottleneck's priorities run from 0, served first, to 9; its own default is 5. */
const priority = { retry: 4, first: 5 };

interface Waiter {
  call: Call;
  priority: number;
  admit: () => void;
  refuse: (error: Error) => void;
}

/**
 * The gate before one operation: lets requests through as fast as Segment's window allows, and
 * keeps the others in order until the next window.
 *
 * `QuotaWindow` knows how many may go; a Bottleneck reservoir holds that number and its queue holds
 * those who wait. The reservoir is never refilled by Bottleneck's own timer, which looks only every
 * few seconds and counts windows of its own: after every change `#fill` brings it in step with the
 * window. It is always moved by a difference, not set, because Bottleneck applies changes a tick
 * later, and a difference stays right whatever was taken in between.
 */
export class OperationGate {
  readonly #operation: OperationName;
  readonly #clock: Clock;
  readonly #window: QuotaWindow;
  readonly #queue: Bottleneck;
  /** The reservoir as Bottleneck will have it once it has caught up. */
  #reservoir: number;
  /** Those who wait, in the order in which they will be served. */
  #waiters: Waiter[] = [];
  #cancelWakeUp: (() => void) | undefined;
  #draining = false;

  /** @param perMinute requests that may be sent per minute. */
  constructor(operation: OperationName, perMinute: number, clock: Clock) {
    this.#operation = operation;
    this.#clock = clock;
    this.#window = new QuotaWindow(perMinute, windowMs);
    this.#queue = new Bottleneck({ reservoir: perMinute, maxConcurrent: null });
    this.#reservoir = perMinute;
  }

  /**
   * Resolves when one request may be sent, which then has to be ended by `settle` or `giveBack`.
   *
   * @param retry whether the call was let through before; it then goes before those who were not.
   * @throws {RateLimitedError} as soon as the wait is known to pass the call's deadline.
   * @throws {CancelledError} when the call is cancelled while it waits.
   */
  async enter(call: Call, retry: boolean): Promise<void> {
    if (call.signal.aborted) throw new CancelledError(this.#operation, false);
    const now = this.#clock.now();
    this.#window.roll(now);
    if (this.#waiters.length === 0 && this.#window.take(now)) {
      this.#fill();
      return;
    }
    if (this.#draining) throw new CancelledError(this.#operation, false);
    await this.#wait(call, retry ? priority.retry : priority.first);
  }

  /**
   * Whether a call would be let through in time if it came now.
   *
   * @throws {RateLimitedError} if not.
   */
  foresee(call: Call): void {
    const now = this.#clock.now();
    this.#window.roll(now);
    const waitMs = this.#window.waitMs(this.#waiters.length, now);
    if (waitMs > 0 && now + waitMs > call.deadline) {
      throw new RateLimitedError(this.#operation, waitMs);
    }
  }

  /** A request that was let through is over; `report` is what its answer said of the quota. */
  settle(sentAt: number, report: QuotaReport | undefined): void {
    this.#window.settle(sentAt, this.#clock.now(), report);
    this.#update();
  }

  /** A request that was let through never left this machine. */
  giveBack(): void {
    this.#window.giveBack();
    this.#update();
  }

  /** Refuses all who wait, and lets none wait from now on. */
  drain(): void {
    this.#draining = true;
    this.#cancelWakeUp?.();
    for (const waiter of this.#waiters) {
      this.#refuse(waiter, new CancelledError(this.#operation, false));
    }
  }

  async #wait(call: Call, waiterPriority: number): Promise<void> {
    const behind = this.#waiters.findIndex((other) => other.priority > waiterPriority);
    const place = behind === -1 ? this.#waiters.length : behind;
    const waitMs = this.#window.waitMs(place, this.#clock.now());
    if (this.#clock.now() + waitMs > call.deadline) {
      throw new RateLimitedError(this.#operation, waitMs);
    }
    let stopAnnouncing: (() => void) | undefined;
    let onAbort = () => {};
    try {
      await new Promise<void>((resolve, reject) => {
        const waiter: Waiter = { call, priority: waiterPriority, admit: resolve, refuse: reject };
        onAbort = () => {
          this.#refuse(waiter, new CancelledError(this.#operation, false));
          this.#update();
        };
        call.signal.addEventListener('abort', onAbort, { once: true });
        this.#waiters.splice(place, 0, waiter);
        this.#queueUp(waiter);
        this.#update();
        stopAnnouncing = announceWait(
          this.#clock,
          call,
          { operation: this.#operation, reason: 'quota' },
          () => this.#window.waitMs(this.#waiters.indexOf(waiter), this.#clock.now()),
        );
      });
    } finally {
      stopAnnouncing?.();
      call.signal.removeEventListener('abort', onAbort);
    }
  }

  /**
   * Bottleneck can't take a job out of its queue, so one whose waiter has left stays until its turn
   * and then hands back what it took from the reservoir.
   */
  #queueUp(waiter: Waiter): void {
    void this.#queue.schedule({ priority: waiter.priority }, async () => {
      this.#reservoir -= 1;
      if (this.#waiters.includes(waiter)) {
        if (this.#window.take(this.#clock.now())) {
          this.#leave(waiter);
          waiter.admit();
        } else {
          this.#queueUp(waiter);
        }
      }
      this.#fill();
    });
  }

  #leave(waiter: Waiter): void {
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
  }

  #refuse(waiter: Waiter, error: Error): void {
    this.#leave(waiter);
    waiter.refuse(error);
  }

  /** What follows from a change of the window or the queue. */
  #update(): void {
    const now = this.#clock.now();
    this.#window.roll(now);
    this.#refuseHopeless(now);
    this.#fill();
    this.#setWakeUp(now);
  }

  #refuseHopeless(now: number): void {
    let place = 0;
    for (const waiter of this.#waiters) {
      const waitMs = this.#window.waitMs(place, now);
      if (now + waitMs > waiter.call.deadline) {
        this.#refuse(waiter, new RateLimitedError(this.#operation, waitMs));
      } else {
        place += 1;
      }
    }
  }

  #fill(): void {
    const change = this.#window.available - this.#reservoir;
    if (change === 0) return;
    this.#reservoir += change;
    void this.#queue.incrementReservoir(change);
  }

  /** For the next window, or for the first waiter whose time is up before that. */
  #setWakeUp(now: number): void {
    this.#cancelWakeUp?.();
    if (this.#waiters.length === 0) return;
    const deadlines = this.#waiters.map(({ call }) => call.deadline + 1);
    const at = Math.min(this.#window.opensAt ?? Number.POSITIVE_INFINITY, ...deadlines);
    if (at === Number.POSITIVE_INFINITY) return;
    this.#cancelWakeUp = this.#clock.after(Math.max(1, at - now), () => this.#update());
  }
}
