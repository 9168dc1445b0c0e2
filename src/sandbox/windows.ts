const windowMs = 60_000;

/** The state of a caller's window, in the words of the npm package rate-limiter-flexible. */
export interface Standing {
  consumedPoints: number;
  remainingPoints: number;
  /** Milliseconds until a new window begins. */
  msBeforeNext: number;
  /** When it begins, milliseconds since the epoch. */
  resetsAt: number;
  allowed: boolean;
}

/** Fixed windows of one minute, each of which opens at the first request that it counts. */
export class Windows {
  readonly #open = new Map<string, { endsAt: number; consumed: number }>();

  /**
   * Counts one request.
   *
   * @param key who requests what. @param limit requests per window. @param now ms since the epoch.
   */
  count(key: string, limit: number, now: number): Standing {
    let window = this.#open.get(key);
    if (!window || now >= window.endsAt) {
      window = { endsAt: now + windowMs, consumed: 0 };
      this.#open.set(key, window);
    }
    window.consumed += 1;
    return {
      consumedPoints: window.consumed,
      remainingPoints: Math.max(0, limit - window.consumed),
      msBeforeNext: window.endsAt - now,
      resetsAt: window.endsAt,
      allowed: window.consumed <= limit,
    };
  }

  /** Forgets all windows. */
  clear(): void {
    this.#open.clear();
  }
}
