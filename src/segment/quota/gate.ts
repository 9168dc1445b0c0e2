import type { Clock } from '../../clock.ts';
import type { QuotaReading } from '../../telemetry/observer.ts';
import type { CallContext } from '../call.ts';
import {
  CancelledError,
  type LimitScope,
  RateLimitedError,
  type SegmentsWords,
} from '../errors.ts';
import { announceWait } from '../wait.ts';
import { CallerTurns } from './caller-turns.ts';
import { createQueue, priorities } from './queue.ts';
import { askAgainMs, maxFirstAnswerMs, type Place, type Quota, type Taken } from './quota.ts';
import type { QuotaReport } from './report.ts';

/** A call in line. */
interface Waiting {
  readonly call: CallContext;
  priority: number;
  readonly grant: (place: Place) => void;
  readonly refuse: (error: unknown) => void;
  stopAnnouncing?: () => void;
}

/** What a gate needs. */
export interface GateOptions {
  /** The operation, for errors and announcements. */
  operation: string;
  quota: Quota;
  clock: Clock;
  /**
   * Called when a response says that the whole token is refused until then (on the monotonic
   * clock).
   */
  onTokenRefused: (untilMs: number) => Promise<void>;
}

/**
 * The gate of one operation: lets requests through as fast as its quota allows, and keeps the
 * others in order until there is a place for them.
 *
 * Bottleneck is the queue. It runs one job at a time, which waits at the quota for the place of its
 * call. The gate also keeps the calls in line, in the same order, to predict how long each has to
 * wait and to refuse those that can't: Bottleneck can neither report a job's position nor remove it
 * from the queue, so a job whose call has left the line ends as soon as it runs.
 */
export class Gate {
  readonly #operation: string;
  readonly #quota: Quota;
  readonly #clock: Clock;
  readonly #onTokenRefused: GateOptions['onTokenRefused'];
  readonly #queue = createQueue();
  readonly #callers: CallerTurns;
  /** The calls that wait, in the order in which they will be served. */
  #line: Waiting[] = [];
  /** Whether the quota is being asked for the first in line: its picture may have that place already. */
  #isAsking = false;
  /** Counts events that may change the quota's reply, or end the job that asks it. */
  #changes = 0;
  #wakeJob = () => {};
  #cancelReview = () => {};
  #draining = false;
  /** The server refuses the whole token until then, on the monotonic clock. */
  #tokenClosedUntil = 0;

  constructor({ operation, quota, clock, onTokenRefused }: GateOptions) {
    this.#operation = operation;
    this.#quota = quota;
    this.#clock = clock;
    this.#onTokenRefused = onTokenRefused;
    this.#callers = new CallerTurns(clock, {
      cancelled: () => new CancelledError(operation, false),
      tooLate: (call, ahead) => {
        const waitMs = quota.forecastMs(this.#aheadOfNext() + ahead);
        const isTooLate = waitMs > 0 && this.#isTooLate(call, waitMs);
        return isTooLate ? this.rateLimited(waitMs) : undefined;
      },
    });
    quota.onChange?.(() => this.#update());
  }

  /** The limit in force, requests per minute. */
  get perMinute(): number {
    return this.#quota.perMinute;
  }

  /**
   * Resolves with a place when one request may be sent. The place must then be ended by `settle` or
   * `giveBack`.
   *
   * @param retry whether the call was let through before; it then goes ahead of those that were
   * not.
   * @throws {RateLimitedError} as soon as the wait is known to exceed the call's deadline.
   * @throws {CancelledError} when the call is cancelled or the gate drained while it waits.
   */
  async enter(call: CallContext, retry: boolean): Promise<Place> {
    const { caller } = call;
    if (caller === undefined || this.#draining || this.#delaysNobody(call)) {
      return this.#enter(call, retry);
    }
    return this.#callers.during({ call, caller, retry }, () => this.#enter(call, retry));
  }

  async #enter(call: CallContext, retry: boolean): Promise<Place> {
    if (call.signal.aborted) throw new CancelledError(this.#operation, false);
    const patienceMs = this.#draining ? 0 : this.#patienceMs(call);
    if (this.#mayGoAtOnce(patienceMs)) {
      // Bypasses Bottleneck, which would take a millisecond or more for a call that need not wait.
      const taken = await this.#quota.take(patienceMs);
      if (taken.kind === 'granted') {
        if (!call.signal.aborted) return taken.place;
        await this.giveBack(taken.place);
      }
    }
    if (this.#draining || call.signal.aborted) throw new CancelledError(this.#operation, false);
    return this.#wait(call, retry ? priorities.retry : priorities.first);
  }

  /**
   * Whether a call would be let through in time if it came now, with all its requests.
   *
   * @param requests how many it would send at once.
   * @throws {RateLimitedError} if not.
   */
  foresee(call: CallContext, requests = 1): void {
    const ahead = this.#aheadOfNext() + this.#callers.ahead(call.caller);
    const waitMs = this.#quota.forecastMs(ahead + requests - 1);
    const isInTime = waitMs === 0 || this.#clock.monotonic() + waitMs <= call.deadline;
    if (!isInTime) throw this.rateLimited(waitMs);
  }

  /** How many in line will take a place that the quota's picture may not have yet. */
  #aheadOfNext(): number {
    return Math.max(0, this.#line.length - (this.#isAsking ? 1 : 0));
  }

  /**
   * Whether a call in line can't be served in time. As long as a response may raise the limit, that is
   * not known of a call that can wait for it.
   */
  #isTooLate(call: CallContext, waitMs: number): boolean {
    const patienceMs = call.deadline - this.#clock.monotonic();
    if (waitMs <= patienceMs) return false;
    return patienceMs < maxFirstAnswerMs || !this.#quota.mayLearnLimit;
  }

  /** How many requests would be let through now, one after the other, without waiting. */
  left(): number {
    let [free, full] = [0, this.perMinute + 1];
    while (full - free > 1) {
      const middle = Math.floor((free + full) / 2);
      if (this.#quota.forecastMs(this.#line.length + middle - 1) === 0) free = middle;
      else full = middle;
    }
    return free;
  }

  /** How the quota stands, for those who observe it. */
  reading(): QuotaReading {
    const remaining = this.left();
    return {
      operation: this.#operation,
      limit: this.perMinute,
      remaining,
      resetMs: this.#quota.forecastMs(this.#line.length + remaining),
      waiting: this.#line.length + this.#callers.waiting,
    };
  }

  /**
   * A request has ended. @param report the quota according to its response; undefined if there was
   * none.
   */
  async settle(place: Place, report: QuotaReport | undefined): Promise<void> {
    await this.#quota.settle(place, report);
    if (report?.refusal?.scope === 'token') await this.#onTokenRefused(report.refusal.untilMs);
    this.#update();
  }

  /** A request never left this machine: its place becomes free. */
  async giveBack(place: Place): Promise<void> {
    await this.#quota.giveBack(place);
    this.#update();
  }

  /** Lets nothing through before `untilMs`, on the monotonic clock. */
  async closeUntil(untilMs: number): Promise<void> {
    this.#tokenClosedUntil = Math.max(this.#tokenClosedUntil, untilMs);
    await this.#quota.closeUntil(untilMs);
    this.#update();
  }

  /** Cancels all calls in line, and lets none wait from now on, not even for a first response. */
  drain(): void {
    this.#draining = true;
    this.#callers.drain();
    for (const waiting of [...this.#line]) {
      this.#refuse(waiting, new CancelledError(this.#operation, false));
    }
    this.#cancelReview();
  }

  /**
   * No call overtakes another in line; but one that can't wait for the first response of a window,
   * and takes no place from a call that does, goes at once.
   */
  #mayGoAtOnce(patienceMs: number): boolean {
    const ahead = this.#line.length;
    if (ahead === 0) return true;
    return patienceMs < maxFirstAnswerMs && this.#quota.forecastMs(ahead) === 0;
  }

  /**
   * Whether a call can't wait for its turn, and takes no place from a call that does. Turns take a
   * millisecond or more each, also while there are places for all.
   */
  #delaysNobody(call: CallContext): boolean {
    if (this.#patienceMs(call) >= maxFirstAnswerMs) return false;
    return this.#quota.forecastMs(this.#line.length + this.#callers.waiting) === 0;
  }

  async #wait(call: CallContext, priority: number): Promise<Place> {
    const behind = this.#line.findIndex((other) => other.priority > priority);
    const position = behind === -1 ? this.#line.length : behind;
    let waiting: Waiting | undefined;
    const onAbort = () => {
      if (waiting) this.#refuse(waiting, new CancelledError(this.#operation, false));
      this.#review();
    };
    call.signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await new Promise<Place>((grant, refuse) => {
        waiting = { call, priority, grant, refuse };
        this.#line.splice(position, 0, waiting);
        this.#review();
        if (this.#line.includes(waiting)) this.#queueUp(waiting);
      });
    } finally {
      waiting?.stopAnnouncing?.();
      call.signal.removeEventListener('abort', onAbort);
    }
  }

  #queueUp(waiting: Waiting): void {
    const { priority } = waiting;
    const job = () => this.#waitAtQuota(waiting).catch((error) => this.#refuse(waiting, error));
    void this.#queue.schedule({ priority }, job);
  }

  /** A job of the queue: ends when its call has a place or has left the line. */
  async #waitAtQuota(waiting: Waiting): Promise<void> {
    if (!this.#line.includes(waiting)) return;
    waiting.priority = priorities.atQuota;
    this.#line = [waiting, ...this.#line.filter((other) => other !== waiting)];
    while (this.#line.includes(waiting)) {
      const changes = this.#changes;
      const taken = await this.#ask();
      if (taken.kind === 'granted') return this.#hand(taken.place, waiting);
      this.#review();
      if (this.#changes === changes) await this.#changeWithin(taken.ms);
    }
  }

  async #ask(): Promise<Taken> {
    this.#isAsking = true;
    try {
      return await this.#quota.take(this.#minPatienceMs());
    } finally {
      this.#isAsking = false;
    }
  }

  /** Gives a place to a call, if it is still in line. */
  async #hand(place: Place, waiting: Waiting): Promise<void> {
    if (!this.#line.includes(waiting)) return this.giveBack(place);
    this.#leave(waiting);
    waiting.grant(place);
    this.#review();
  }

  /** Resolves at the next change, or after `ms` milliseconds. */
  async #changeWithin(ms: number): Promise<void> {
    let cancelTimer = () => {};
    await new Promise<void>((resolve) => {
      this.#wakeJob = resolve;
      cancelTimer = this.#clock.after(Math.max(1, ms), resolve);
    });
    cancelTimer();
  }

  #leave(waiting: Waiting): void {
    this.#line = this.#line.filter((other) => other !== waiting);
  }

  #refuse(waiting: Waiting, error: unknown): void {
    if (!this.#line.includes(waiting)) return;
    this.#leave(waiting);
    waiting.refuse(error);
    this.#changed();
  }

  /** Reacts to a change of the quota. */
  #update(): void {
    this.#changed();
    this.#review();
    this.#callers.review();
  }

  #changed(): void {
    this.#changes += 1;
    this.#wakeJob();
  }

  /**
   * Goes through the line: refuses calls that can't be served in time, announces the wait to those
   * that have one, and returns when the time of the next is up. Calls that only wait for Bottleneck
   * or for the first response of a window have a forecast of 0, and nothing to announce.
   */
  #review(): void {
    const now = this.#clock.monotonic();
    let ahead = this.#isAsking ? -1 : 0;
    let maxPauseMs = Number.POSITIVE_INFINITY;
    for (const waiting of [...this.#line]) {
      const waitMs = this.#quota.forecastMs(Math.max(0, ahead));
      if (this.#isTooLate(waiting.call, waitMs)) {
        this.#refuse(waiting, this.rateLimited(waitMs || askAgainMs));
        continue;
      }
      // After that, no response is waited for anymore.
      if (now + waitMs > waiting.call.deadline) maxPauseMs = maxFirstAnswerMs;
      ahead += 1;
      if (waitMs > 0) this.#announce(waiting);
    }
    this.#cancelReview();
    const nextDeadline = Math.min(...this.#line.map(({ call }) => call.deadline));
    const pauseMs = Math.min(nextDeadline + 1 - now, maxPauseMs);
    if (pauseMs === Number.POSITIVE_INFINITY) return;
    this.#cancelReview = this.#clock.after(pauseMs, () => this.#review());
  }

  #announce(waiting: Waiting): void {
    waiting.stopAnnouncing ??= announceWait(
      this.#clock,
      waiting.call,
      { operation: this.#operation, reason: 'quota' },
      () => this.#quota.forecastMs(this.#line.indexOf(waiting)),
    );
  }

  /** The deadline of the least patient call in line, which the one at the quota must not delay. */
  #minPatienceMs(): number {
    return Math.min(...this.#line.map(({ call }) => this.#patienceMs(call)));
  }

  #patienceMs({ deadline }: CallContext): number {
    return Math.max(0, deadline - this.#clock.monotonic());
  }

  /**
   * The error for a call that would have to wait too long.
   *
   * @param refusal the scope of the limit, if Segment has just refused, and what it said.
   */
  rateLimited(
    waitMs: number,
    { scope, said }: { scope?: LimitScope; said?: SegmentsWords } = {},
  ): RateLimitedError {
    const known = this.#clock.monotonic() < this.#tokenClosedUntil ? 'token' : 'operation';
    const { perMinute } = this.#quota;
    return new RateLimitedError(this.#operation, waitMs, perMinute, scope ?? known, said);
  }
}
