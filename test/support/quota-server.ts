import { segmentWindowMs } from '../../src/segment/quota/report.ts';

/** Formatted dates, by second: thousands of answers share them. */
const dates = new Map<number, string>();

/** Counts requests as the contract describes it, in fixed windows, on a clock of its own. */
export class QuotaServer {
  limit: number;
  endsAt = 0;
  refused = 0;
  /** How long before the end of a window it refused a request, at most. */
  maxEarlyMs = 0;
  /** How many requests it let through. */
  counted = 0;
  readonly #offsetMs: number;
  readonly #windowMs: number;
  readonly #hasFixedTimes: boolean;
  #consumed = 0;

  /**
   * @param offsetMs how far its clock is ahead of ours. @param hasFixedTimes whether windows begin
   * when a multiple of their length has passed, instead of with a request.
   */
  constructor(limit: number, offsetMs = 0, windowMs = segmentWindowMs, hasFixedTimes = false) {
    this.limit = limit;
    this.#offsetMs = offsetMs;
    this.#windowMs = windowMs;
    this.#hasFixedTimes = hasFixedTimes;
  }

  /** Counts a request that arrives `at` a moment, and answers it. */
  answer(at: number): { status: number; headers: Record<string, string>; body: unknown } {
    if (at >= this.endsAt) {
      const begunMs = this.#hasFixedTimes ? (at + this.#offsetMs) % this.#windowMs : 0;
      this.endsAt = at - begunMs + this.#windowMs;
      this.#consumed = 0;
    }
    this.#consumed += 1;
    const remaining = Math.max(0, this.limit - this.#consumed);
    const headers = {
      'x-ratelimit-consumed': String(this.#consumed),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': this.#date(this.endsAt),
      date: this.#date(at),
    };
    if (this.#consumed <= this.limit) {
      this.counted += 1;
      return { status: 200, headers, body: {} };
    }
    const msBeforeNext = this.endsAt - at;
    this.refused += 1;
    this.maxEarlyMs = Math.max(this.maxEarlyMs, msBeforeNext);
    const points = { remainingPoints: 0, msBeforeNext, consumedPoints: 1 };
    return { status: 429, headers, body: { errors: [{ data: points }] } };
  }

  #date(at: number): string {
    const second = Math.floor((at + this.#offsetMs) / 1000);
    const known = dates.get(second);
    if (known !== undefined) return known;
    const date = new Date(second * 1000).toUTCString();
    dates.set(second, date);
    return date;
  }
}
