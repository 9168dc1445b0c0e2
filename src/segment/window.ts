import type { QuotaReport } from './quota-report.ts';

/**
 * Our picture of one operation's fixed window at the server: how many requests it has left for us
 * and when the next one begins. Pure bookkeeping; all times are milliseconds since the epoch.
 *
 * The picture errs on the safe side. A request under way may or may not be part of the last
 * `remaining` that we saw, so it is counted on top until its answer is here; and of the moments at
 * which the window may end, the latest is taken.
 */
export class QuotaWindow {
  readonly #limit: number;
  readonly #windowMs: number;
  /** Our own requests in this window, under way or over. */
  #own = 0;
  #underWay = 0;
  /** The lowest `remaining` seen in this window. */
  #remaining: number | undefined;
  /** When requests ended that the server may have counted without saying so. */
  #unreported: number[] = [];
  #firstSentAt: number | undefined;
  #endsAt: number | undefined;
  #lastEndedAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  /** @param limit requests per window; `windowMs` its length. */
  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /** How many requests may be sent now. */
  get available(): number {
    if (this.#closed) return 0;
    const free = this.#limit - this.#own;
    if (this.#remaining === undefined) return Math.max(0, free);
    const left = this.#remaining - this.#underWay - this.#unreported.length;
    return Math.max(0, Math.min(free, left));
  }

  /** When the window ends; undefined until an answer has told. */
  get endsAt(): number | undefined {
    return this.#endsAt;
  }

  /** Counts a request that is sent now; false if the window has no room for it. */
  take(now: number): boolean {
    if (this.available === 0) return false;
    this.#own += 1;
    this.#underWay += 1;
    this.#firstSentAt ??= now;
    return true;
  }

  /** A request turned out never to have left this machine: its place is free again. */
  giveBack(): void {
    this.#underWay -= 1;
    this.#own = Math.max(0, this.#own - 1);
  }

  /** A request is over. `report` is undefined when no answer came that speaks of the quota. */
  settle(sentAt: number, now: number, report: QuotaReport | undefined): void {
    this.#underWay -= 1;
    if (report?.closedUntil !== undefined) {
      this.#closed = true;
      this.#endsAt = report.closedUntil;
      return;
    }
    if (this.#closed) return;
    if (report?.ends) {
      const half = this.#windowMs / 2;
      const ofLastWindow = report.ends.latest < this.#lastEndedAt + half;
      if (ofLastWindow) {
        this.#own = Math.max(0, this.#own - 1);
        return;
      }
      if (this.#endsAt !== undefined && report.ends.earliest > this.#endsAt + half) {
        this.#begin();
        this.#own += 1;
      }
      const known = this.#endsAt;
      this.#endsAt =
        known === undefined || known < report.ends.earliest
          ? report.ends.latest
          : Math.min(known, report.ends.latest);
    }
    if (report?.remaining === undefined) {
      this.#unreported.push(now);
    } else {
      this.#unreported = this.#unreported.filter((endedAt) => endedAt >= sentAt);
      this.#remaining = Math.min(report.remaining, this.#remaining ?? report.remaining);
    }
    this.#endsAt ??= now + this.#windowMs;
  }

  /** Begins a new window if the present one is over; says whether it did. */
  roll(now: number): boolean {
    if (this.#endsAt === undefined || now < this.#endsAt) return false;
    this.#lastEndedAt = this.#endsAt;
    this.#begin();
    return true;
  }

  /**
   * How long the caller would wait from `now` with `ahead` others before it, in milliseconds. As
   * long as no answer has told when the window ends, it is taken to have begun with our first
   * request.
   */
  waitMs(ahead: number, now: number): number {
    const free = this.available;
    if (ahead < free) return 0;
    const ends = this.#endsAt ?? (this.#firstSentAt ?? now) + this.#windowMs;
    const furtherWindows = Math.floor((ahead - free) / this.#limit);
    return Math.max(0, ends - now) + furtherWindows * this.#windowMs;
  }

  #begin(): void {
    this.#own = this.#underWay;
    this.#remaining = undefined;
    this.#unreported = [];
    this.#firstSentAt = undefined;
    this.#endsAt = undefined;
    this.#closed = false;
  }
}
