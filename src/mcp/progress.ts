import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Wait } from '../segment/call.ts';
import type { ClientCall } from './client-call.ts';

/** Often enough that a client does not give up on a running call. */
const keepAliveMs = 10_000;

/** Reports the progress of a call to the client, if it asked for that. */
export class Progress {
  readonly #client: ClientCall;
  readonly #startedAt: number;
  readonly #clock: Clock;
  readonly #log: Log;
  /** When the last notification was sent, in milliseconds of the monotonic clock. */
  #sentAt: number | undefined;
  /** What the call is doing now. */
  #doing: string | undefined;
  #cancelKeepAlive = () => {};

  /** @param startedAt when the call started, in milliseconds of the monotonic clock. */
  constructor(client: ClientCall, startedAt: number, clock: Clock, log: Log) {
    this.#client = client;
    this.#startedAt = startedAt;
    this.#clock = clock;
    this.#log = log;
  }

  /** Whether the client asked for it. */
  get isWanted(): boolean {
    return this.#client.progressToken !== undefined;
  }

  /**
   * Runs the call, or a part of it, and reports what it does after every ten seconds of silence.
   *
   * @throws what it throws.
   */
  async during<Result>(what: string, run: () => Promise<Result>): Promise<Result> {
    const before = this.#doing;
    this.#does(what);
    try {
      return await run();
    } finally {
      this.#does(before);
    }
  }

  #does(what: string | undefined): void {
    this.#doing = what;
    this.#cancelKeepAlive();
    if (what === undefined || !this.isWanted) return;
    this.#cancelKeepAlive = this.#clock.after(keepAliveMs, () => this.send(what));
  }

  /** The call is waiting for quota or before a retry. */
  waits({ operation, reason, leftMs }: Wait): void {
    const why = reason === 'quota' ? "Segment's rate limit" : 'another attempt';
    this.send(`${operation} is waiting for ${why}: ${Math.ceil(leftMs / 1000)} s left`, leftMs);
  }

  /** @param leftMs milliseconds until the end, if known. */
  send(message: string, leftMs?: number): void {
    const progressToken = this.#client.progressToken;
    if (progressToken === undefined) return;
    this.#does(this.#doing);
    const now = this.#clock.monotonic();
    // The protocol requires increasing values.
    if (this.#sentAt !== undefined && now <= this.#sentAt) return;
    this.#sentAt = now;
    const passedMs = now - this.#startedAt;
    const progress = passedMs / 1000;
    const total = leftMs === undefined ? undefined : (passedMs + leftMs) / 1000;
    this.#client
      .sendProgress({ progressToken, progress, total, message })
      .catch((error: unknown) => this.#log('debug', 'no progress sent', { error: String(error) }));
  }
}
