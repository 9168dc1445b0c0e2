import type { Log } from '../log.ts';
import type { Wait } from '../segment/call.ts';
import type { Extra } from './ask.ts';

/** Tells the client how far a call is, if it asked for that. */
export class Progress {
  readonly #extra: Extra;
  readonly #startedAt: number;
  readonly #now: () => number;
  readonly #log: Log;

  /** @param startedAt of the call. @param now both in milliseconds of the monotonic clock. */
  constructor(extra: Extra, startedAt: number, now: () => number, log: Log) {
    this.#extra = extra;
    this.#startedAt = startedAt;
    this.#now = now;
    this.#log = log;
  }

  /** The call waits for quota or before a retry. */
  waits({ operation, reason, leftMs }: Wait): void {
    const why = reason === 'quota' ? "Segment's rate limit" : 'another attempt';
    this.send(`${operation} waits for ${why}: ${Math.ceil(leftMs / 1000)} s left`, leftMs);
  }

  /** @param leftMs milliseconds until the end, if they are known. */
  send(message: string, leftMs?: number): void {
    const progressToken = this.#extra._meta?.progressToken;
    if (progressToken === undefined) return;
    const passedMs = this.#now() - this.#startedAt;
    const progress = passedMs / 1000;
    const total = leftMs === undefined ? undefined : (passedMs + leftMs) / 1000;
    this.#extra
      .sendNotification({
        method: 'notifications/progress',
        params: { progressToken, progress, total, message },
      })
      .catch((error: unknown) => this.#log('debug', 'no progress sent', { error: String(error) }));
  }
}
