import type { Clock } from '../clock.ts';
import type { Lock, Locks } from '../replicas/locks.ts';
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

/** How long the turn of a replica that is gone keeps others waiting; it is renewed while it lasts. */
const leaseMs = 15_000;
/** How often to try to take a turn that another replica holds. */
const pollMs = 200;

/**
 * Lets one write at a time proceed for each thing: within this process in order of arrival, and among
 * replicas for whichever finds it free.
 */
export class Turns {
  readonly #clock: Clock;
  readonly #locks: Locks | undefined;
  /** What this process holds among replicas, by thing. */
  readonly #held = new Map<string, Lock>();
  /** By thing, what resolves when the last in line is done. */
  readonly #last = new Map<string, Promise<void>>();

  /** @param locks shared with other replicas; undefined if there are none. */
  constructor(clock: Clock, locks?: Locks) {
    this.#clock = clock;
    this.#locks = locks;
  }

  /**
   * Waits until no other write to it is in progress, then runs this one.
   *
   * @throws {UnsentError} `rate_limited`, if that would pass the deadline of the call.
   * @throws {UnavailableError} if it can't be told whether another replica is at it.
   * @throws {CancelledError} if the call is cancelled while it waits. @throws what `write` throws.
   */
  async during<Result>(turn: Turn, write: () => Promise<Result>): Promise<Result> {
    const key = keyOf(turn);
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
      return await this.#duringShared(key, turn, write);
    } finally {
      end();
    }
  }

  /**
   * Called right before a write is sent.
   *
   * @throws {UnsentError} `rate_limited`, if the turn may have gone to another replica meanwhile.
   */
  assertHeld(turn: Turn): void {
    if (this.#held.get(keyOf(turn))?.isHeld() === false) throw lost(turn);
  }

  async #duringShared<Result>(
    key: string,
    turn: Turn,
    write: () => Promise<Result>,
  ): Promise<Result> {
    if (!this.#locks) return write();
    const lock = await this.#take(this.#locks, key, turn);
    this.#held.set(key, lock);
    try {
      return await write();
    } finally {
      this.#held.delete(key);
      await lock.release();
    }
  }

  async #take(locks: Locks, key: string, turn: Turn): Promise<Lock> {
    for (;;) {
      const lock = await locks.take(`turn ${key}`, leaseMs);
      if (lock) return lock;
      let cancelTimer = () => {};
      const again = new Promise<void>((resolve) => {
        cancelTimer = this.#clock.after(pollMs, resolve);
      });
      await this.#wait(again, turn).finally(cancelTimer);
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

function keyOf({ about, spaceId, id }: Turn): string {
  return JSON.stringify([about.noun, bareSpaceId(spaceId), id]);
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

function lost({ operation, about }: Turn): UnsentError {
  return new UnsentError(
    'rate_limited',
    `${operation}: this took so long that another write to this ${about.noun} may have begun.`,
    {
      next: `Look with ${about.tools.get} what the other write did, then call again if this one is still wanted.`,
      retryAfterMs: tryAgainMs,
    },
  );
}
