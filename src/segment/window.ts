import type { QuotaReport } from './quota-report.ts';

/** Two dates that were cut to whole seconds, and two journeys, may put a moment so far apart. */
const sameMomentMs = 3000;

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
  /** Whether an answer told `#endsAt`; else it is a guess. */
  #endIsTold = false;
  /** When the last window ended whose end an answer had told. */
  #lastEndedAt = Number.NEGATIVE_INFINITY;
  /** The server refuses everything until then. */
  #closedUntil: number | undefined;

  /** @param limit requests per window; `windowMs` its length. */
  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /** How many requests may be sent now. */
  get available(): number {
    return this.#closedUntil === undefined ? this.#free : 0;
  }

  /** How many would be left if the server were not refusing everything. */
  get #free(): number {
    const free = this.#limit - this.#own;
    if (this.#remaining === undefined) return Math.max(0, free);
    const left = this.#remaining - this.#underWay - this.#unreported.length;
    return Math.max(0, Math.min(free, left));
  }

  /** When there may be more available; undefined until an answer has told. */
  get opensAt(): number | undefined {
    return this.#closedUntil ?? this.#endsAt;
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
      this.#close(report.closedUntil);
      return;
    }
    if (report?.ends && !this.#placeInWindow(report.ends)) return;
    if (report?.remaining === undefined) {
      this.#unreported.push(now);
    } else {
      this.#unreported = this.#unreported.filter((endedAt) => endedAt >= sentAt);
      this.#remaining = Math.min(report.remaining, this.#remaining ?? report.remaining);
    }
    this.#endsAt ??= now + this.#windowMs;
  }

  /** Brings the picture up to `now`; says whether more may be available by that. */
  roll(now: number): boolean {
    if (this.#closedUntil !== undefined && now < this.#closedUntil) return false;
    const opened = this.#closedUntil !== undefined;
    this.#closedUntil = undefined;
    const over = this.#endsAt !== undefined && now >= this.#endsAt;
    if (over) this.#begin();
    return opened || over;
  }

  /**
   * How long the caller would wait from `now` with `ahead` others before it, in milliseconds. As
   * long as no answer has told when the window ends, it is taken to have begun with our first
   * request.
   */
  waitMs(ahead: number, now: number): number {
    const closedMs = Math.max(0, (this.#closedUntil ?? now) - now);
    const endsMs = (this.#endsAt ?? (this.#firstSentAt ?? now) + this.#windowMs) - now;
    const endsWhileClosed = closedMs > 0 && endsMs <= closedMs;
    const free = endsWhileClosed ? this.#limit : this.#free;
    if (ahead < free) return closedMs;
    const nextMs = endsWhileClosed ? closedMs + this.#windowMs : Math.max(endsMs, closedMs);
    const furtherWindows = Math.floor((ahead - free) / this.#limit);
    return nextMs + furtherWindows * this.#windowMs;
  }

  /**
   * The server refused a request. That may come from the end of the quota or, early, from a gateway
   * before it: so the window that answers have told of goes on behind it. Where none is known, or
   * where the two moments are the same but for the grain of dates, it is the window's end.
   */
  #close(until: number): void {
    this.#closedUntil = Math.max(until, this.#closedUntil ?? until);
    const known = this.#endsAt;
    if (known === undefined || Math.abs(known - until) <= sameMomentMs) this.#endsAt = until;
  }

  /**
   * Tells by its end to which window an answer belongs: windows of the server end a whole window or
   * more apart, however late an answer comes. False if it belongs to one that is over.
   */
  #placeInWindow(ends: { earliest: number; latest: number }): boolean {
    const half = this.#windowMs / 2;
    if (ends.latest < this.#lastEndedAt + half) {
      this.#own = Math.max(0, this.#own - 1);
      return false;
    }
    if (this.#endIsTold && this.#endsAt !== undefined && ends.earliest > this.#endsAt + half) {
      this.#begin();
      this.#own += 1;
    }
    const known = this.#endIsTold ? this.#endsAt : undefined;
    this.#endsAt =
      known === undefined || known < ends.earliest ? ends.latest : Math.min(known, ends.latest);
    this.#endIsTold = true;
    return true;
  }

  #begin(): void {
    if (this.#endIsTold && this.#endsAt !== undefined) this.#lastEndedAt = this.#endsAt;
    this.#own = this.#underWay;
    this.#remaining = undefined;
    this.#unreported = [];
    this.#firstSentAt = undefined;
    this.#endsAt = undefined;
    this.#endIsTold = false;
  }
}
