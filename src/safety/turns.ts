import type { Clock } from '../clock.ts';
import type { CallContext } from '../segment/call.ts';
import { CancelledError, UnsentError } from '../segment/errors.ts';
import { bareSpaceId } from '../segment/ids.ts';
import type { ThingKind } from './thing.ts';

/** The subject of a write, and the call for which it waits. */
export interface Turn {
  about: ThingKind;
  operation: string;
  spaceId: string;
  id: string;
  call: CallContext;
}

/** Lets one write at a time proceed for each thing, in order of arrival. */
export class Turns {
  readonly #clock: Clock;
  /** By thing, a promise that resolves when the last in line is done. */
  readonly #last = new Map<string, Promise<void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Waits until no other write to it is in progress, then runs this one.
   *
   * @throws {UnsentError} `rate_limited`, if that would pass the deadline of the call.
   * @throws {CancelledError} if the call is cancelled while it waits. @throws what `write` throws.
   */
  async during<Result>(turn: Turn, write: () => Promise<Result>): Promise<Result> {
    const key = JSON.stringify([turn.about.noun, bareSpaceId(turn.spaceId), turn.id]);
    const before = this.#last.get(key);
    let end = () => {};
    const own = new Promise<void>((resolve) => {
      end = resolve;
    });
    // One that gives up waiting does not let those behind it overtake those ahead of it.
    const done = before ? before.then(() => own) : own;
    this.#last.set(key, done);
    void done.then(() => {
      if (this.#last.get(key) === done) this.#last.delete(key);
    });
    try {
      if (before) await this.#wait(before, turn);
      return await write();
    } finally {
      end();
    }
  }

  async #wait(before: Promise<void>, turn: Turn): Promise<void> {
    const { operation, call } = turn;
    let stop = () => {};
    const over = new Promise<never>((_, reject) => {
      const onAbort = () => reject(new CancelledError(operation, false));
      if (call.signal.aborted) return onAbort();
      call.signal.addEventListener('abort', onAbort, { once: true });
      const leftMs = call.deadline - this.#clock.monotonic();
      const cancelTimer =
        leftMs === Number.POSITIVE_INFINITY
          ? () => {}
          : this.#clock.after(Math.max(0, leftMs), () => reject(tooLong(turn)));
      stop = () => {
        cancelTimer();
        call.signal.removeEventListener('abort', onAbort);
      };
    });
    try {
      await Promise.race([before, over]);
    } finally {
      stop();
    }
  }
}

/** When to try again if it is unknown how long another write takes. */
const tryAgainMs = 5000;

function tooLong({ operation, about }: Turn): UnsentError {
  return new UnsentError(
    'rate_limited',
    `${operation}: another write to this ${about.noun} has been in progress for longer than this call can wait.`,
    {
      next: `Check with ${about.tools.get} what the other write did, then call again if this one is still wanted.`,
      retryAfterMs: tryAgainMs,
    },
    { soFar: 'Nothing was changed.' },
  );
}
