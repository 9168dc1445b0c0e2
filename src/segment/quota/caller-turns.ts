import type { Clock } from '../../clock.ts';
import type { CallContext } from '../call.ts';
import { createQueue, priorities, type Queue } from './queue.ts';

/** A call that waits for an earlier one of its caller. */
interface Queued {
  readonly call: CallContext;
  readonly retry: boolean;
  refuse(error: unknown): void;
}

/** One caller's calls at a gate. */
interface Turns {
  readonly queue: Queue;
  /** Their call that waits at the gate, if any; it never rejects. */
  atGate: Promise<unknown> | undefined;
  /** Those behind, in no particular order. */
  readonly queued: Set<Queued>;
}

/** A call that comes to the gate. */
export interface Entry {
  readonly call: CallContext;
  readonly caller: string;
  /** Whether it was let through before; it then goes before those that were not. */
  readonly retry: boolean;
}

/** The gate's errors for a call that waits before it. */
export interface GateView {
  /** The error for a call that is cancelled or drained. */
  cancelled(): Error;
  /**
   * The error for a call that can't be served in time with `ahead` others of its caller before it;
   * undefined if it may be.
   */
  tooLate(call: CallContext, ahead: number): Error | undefined;
}

/**
 * Lets callers take turns at a gate: each has one call waiting there, its others wait here, in a
 * queue of the caller's own. So whoever sends fifty calls at once delays others by one.
 */
export class CallerTurns {
  readonly #clock: Clock;
  readonly #gate: GateView;
  readonly #callers = new Map<string, Turns>();

  constructor(clock: Clock, gate: GateView) {
    this.#clock = clock;
    this.#gate = gate;
  }

  /** How many calls wait here. */
  get waiting(): number {
    return [...this.#callers.values()].reduce((sum, { queued }) => sum + queued.size, 0);
  }

  /** How many calls of a caller wait here. */
  ahead(caller: string | undefined): number {
    return caller === undefined ? 0 : (this.#callers.get(caller)?.queued.size ?? 0);
  }

  /**
   * Runs `enter` when it is the caller's turn.
   *
   * @throws what `enter` throws, or the gate's error where it does not come to that.
   */
  async during<Result>(entry: Entry, enter: () => Promise<Result>): Promise<Result> {
    const { caller } = entry;
    const turns = this.#callers.get(caller) ?? newTurns();
    this.#callers.set(caller, turns);
    const run = async () => {
      const entering = enter();
      turns.atGate = entering.catch(() => {});
      try {
        return await entering;
      } finally {
        turns.atGate = undefined;
        if (turns.queued.size === 0) this.#callers.delete(caller);
      }
    };
    // Past the queue, which would take a millisecond or more for a call that need not wait.
    if (!turns.atGate && turns.queued.size === 0) return run();
    return this.#wait(turns, entry, run);
  }

  /** Refuses the calls that can no longer be served in time, now that more is known about the quota. */
  review(): void {
    for (const { queued } of this.#callers.values()) {
      let ahead = 0;
      for (const each of [...queued].sort((a, b) => Number(b.retry) - Number(a.retry))) {
        const late = this.#gate.tooLate(each.call, ahead);
        if (late) each.refuse(late);
        else ahead += 1;
      }
    }
  }

  /** Ends all calls that wait here. */
  drain(): void {
    for (const { queued } of this.#callers.values()) {
      for (const each of [...queued]) each.refuse(this.#gate.cancelled());
    }
  }

  #wait<Result>(turns: Turns, { call, retry }: Entry, run: () => Promise<Result>): Promise<Result> {
    // The one at the gate is in its line, or has its place already, or is about to have it.
    const late = this.#gate.tooLate(call, turns.queued.size);
    if (late) return Promise.reject(late);
    return new Promise<Result>((resolve, reject) => {
      let stop = () => {};
      const leave = () => {
        stop();
        return turns.queued.delete(queued);
      };
      const refuse = (error: unknown) => {
        if (leave()) reject(error);
      };
      const queued: Queued = { call, retry, refuse };
      const onAbort = () => refuse(this.#gate.cancelled());
      const onDeadline = () => refuse(this.#gate.tooLate(call, 0) ?? this.#gate.cancelled());
      const leftMs = Math.max(0, call.deadline - this.#clock.monotonic()) + 1;
      const cancelTimer = this.#clock.after(leftMs, onDeadline);
      turns.queued.add(queued);
      call.signal.addEventListener('abort', onAbort, { once: true });
      stop = () => {
        cancelTimer();
        call.signal.removeEventListener('abort', onAbort);
      };
      const job = async () => {
        await turns.atGate;
        if (leave()) await run().then(resolve, reject);
      };
      void turns.queue.schedule({ priority: retry ? priorities.retry : priorities.first }, job);
    });
  }
}

function newTurns(): Turns {
  return { queue: createQueue(), atGate: undefined, queued: new Set() };
}
