import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { type Observed, type ObservedRequest, unobserved } from '../telemetry/observer.ts';
import type { Redactor } from '../text/redact.ts';
import { misfitOf } from './asked-for.ts';
import { type CallContext, logOf, queuing, withReserve, withSignal } from './call.ts';
import type { Input, OperationName, Output } from './contract.ts';
import type { Form } from './editions/choice.ts';
import { isWrite } from './editions/editions.ts';
import type { Look } from './editions/row.ts';
import {
  type AudiencesError,
  CancelledError,
  NoAnswerError,
  OutOfTimeError,
  RefusedError,
  UnsentError,
} from './errors.ts';
import type { HttpOutcome, HttpPool, HttpRequest } from './http.ts';
import type { HttpProxy } from './proxy.ts';
import type { Gate } from './quota/gate.ts';
import type { Place } from './quota/quota.ts';
import { type Headers, type Refusal, readDate, readQuota, readRetryAfter } from './quota/report.ts';
import { pauseAfterFailure, pauseAfterRefusal } from './retry.ts';
import { Tries } from './tries.ts';
import { judgeAnswer, judgeFailure, type Verdict } from './verdict.ts';
import { type Drain, pause } from './wait.ts';

/** What sending needs, whatever is sent. */
export interface SenderOptions {
  /** The proxy for requests, if any. */
  proxy?: HttpProxy;
  /** For one attempt, milliseconds. */
  timeoutMs: number;
  clock: Clock;
  /** A number from 0 up to 1. */
  random: () => number;
  redactor: Redactor;
  log: Log;
  /** By default, nobody observes. */
  observed?: Observed;
}

/** What requests share on their way. */
export interface Way {
  http: HttpPool;
  /** What limits an operation. */
  gate(name: OperationName): Gate;
  /** Aborted when no request of an operation may wait anymore. */
  drain(name: OperationName): Drain;
}

/**
 * A write with less time left, and less than an attempt may take, would hardly get its response.
 */
const minWriteMs = 10_000;

/** A request to send until it gets a response, or until that is pointless. */
export interface Sending<Name extends OperationName> {
  name: Name;
  form: Form<Name>;
  input: Input<Name>;
  request: HttpRequest;
  call: CallContext;
  /** How to look at what can be read, if the outcome is in doubt. */
  look: () => Look;
}

/**
 * Sends requests: each first passes its operation's gate; a failed attempt is repeated if that can
 * do no harm, as long as the call's deadline allows.
 */
export class Sender {
  readonly #options: SenderOptions;
  readonly #way: Way;
  /** How far Segment's date, as last seen, is ahead of the monotonic clock; before that, ours. */
  #dateAheadMs: number;

  constructor(options: SenderOptions, way: Way) {
    this.#options = options;
    this.#way = way;
    this.#dateAheadMs = options.clock.now() - options.clock.monotonic();
  }

  /**
   * Sends a request, repeatedly if that can do no harm. If the outcome of a removal is in doubt,
   * checks whether its subject is still there.
   */
  async send<Name extends OperationName>(sending: Sending<Name>): Promise<Output<Name>> {
    const tries = new Tries(sending.name, sending.form.row);
    try {
      return await this.#sendUntilAnswered(sending, tries);
    } catch (error) {
      const doubt = tries.doubtAtEnd(error);
      if (!doubt) throw error;
      return await this.#outputIfGone(sending, tries, doubt);
    }
  }

  /** The call, with waits that leave enough time to send the request and get its response. */
  inTime(name: OperationName, call: CallContext): CallContext {
    return withReserve(call, this.#reserveMs(name));
  }

  #observe<Name extends OperationName>(
    operation: Name,
    { row: { method, path: route } }: Form<Name>,
    { trail }: CallContext,
    more: { attempt: number; waitedMs: number },
  ): ObservedRequest {
    const { workspace, observer } = this.#options.observed ?? unobserved;
    const requests = trail?.observer ?? observer;
    return requests.requestBegan({ workspace, operation, method, route, ...more });
  }

  async #sendUntilAnswered<Name extends OperationName>(
    sending: Sending<Name>,
    tries: Tries<Name>,
  ): Promise<Output<Name>> {
    const { name, call } = sending;
    const giveUp = (error: unknown) => {
      throw tries.stillUncertain(error);
    };
    for (;;) {
      const gate = this.#way.gate(name);
      const askedAt = this.#options.clock.monotonic();
      const place = await this.#enter(gate, name, call, tries.attempts).catch(giveUp);
      const maxMs = call.lookLast ? maxHeldMs : Number.POSITIVE_INFINITY;
      const takenAt = this.#options.clock.monotonic();
      const waitedMs = takenAt - askedAt;
      const held: HeldPlace = { gate, place, waitedMs, until: takenAt + maxMs };
      await this.#lookLast(sending, tries, held);
      const attempted = await this.#attempt(sending, held, tries.attempts + 1).catch(giveUp);
      tries.attempts += 1;
      const end = tries.endOf(attempted.verdict);
      if (end) return end.output;
      await this.#pauseAfter(sending, tries, attempted).catch(giveUp);
    }
  }

  /**
   * Waits for a place in the quota. @throws {OutOfTimeError} if there is no time left to use it.
   */
  async #enter(
    gate: Gate,
    name: OperationName,
    call: CallContext,
    attempts: number,
  ): Promise<Place> {
    this.#assertInTime(name, call);
    const place = await gate.enter(queuing(this.inTime(name, call)), attempts > 0);
    try {
      this.#assertInTime(name, call);
    } catch (error) {
      await gate.giveBack(place);
      throw error;
    }
    return place;
  }

  #assertInTime(name: OperationName, { endsAt }: CallContext): void {
    const leftMs = endsAt - this.#options.clock.monotonic();
    if (leftMs <= 0 || leftMs < this.#reserveMs(name)) throw new OutOfTimeError(name, leftMs);
  }

  #reserveMs(name: OperationName): number {
    return isWrite(name) ? Math.min(this.#options.timeoutMs, minWriteMs) : 0;
  }

  /**
   * Lets the caller read once more while the request has its place, which is given back if that
   * ends the call.
   */
  async #lookLast<Name extends OperationName>(
    { name, call }: Sending<Name>,
    tries: Tries<Name>,
    { gate, place, until }: HeldPlace,
  ): Promise<void> {
    if (!call.lookLast) return;
    const { clock } = this.#options;
    const late = new AbortController();
    const cancelTimer = clock.after(until - clock.monotonic(), () => late.abort());
    const signal = AbortSignal.any([call.signal, late.signal]);
    const looking = withSignal(call, signal, until);
    looking.isUrgent = true;
    try {
      await call.lookLast(looking);
    } catch (error) {
      await gate.giveBack(place);
      if (call.signal.aborted) throw tries.stillUncertain(new CancelledError(name, false));
      const unsent = late.signal.aborted ? heldTooLong(name, notLooked) : asUnsent(name, error);
      throw tries.notSentAgain(unsent);
    } finally {
      cancelTimer();
    }
  }

  /**
   * The output, if a check shows that what was to be removed is gone.
   *
   * @param doubt why that has to be checked.
   * @throws {OutcomeUnknownError} if it is still there, or that is unknown.
   */
  async #outputIfGone<Name extends OperationName>(
    { name, form: { row }, input, look }: Sending<Name>,
    tries: Tries<Name>,
    doubt: AudiencesError,
  ): Promise<Output<Name>> {
    if (!row.ifGone) throw doubt;
    const isGone = await row.ifGone.isSo(input, look()).catch((error: unknown) => {
      throw error instanceof CancelledError ? new CancelledError(name, true) : error;
    });
    if (isGone) return row.ifGone.output;
    throw tries.outcomeUnknown(doubt);
  }

  /**
   * Sends one request that has a place in the quota, and settles with the gate.
   *
   * @throws {AudiencesError} if it can't be sent in time.
   */
  async #attempt<Name extends OperationName>(
    { name, form, input, request, call }: Sending<Name>,
    { gate, place, until, waitedMs }: HeldPlace,
    attempt: number,
  ): Promise<Attempted<Output<Name>>> {
    const { clock, redactor, proxy } = this.#options;
    const log = logOf(this.#options.log, call);
    try {
      await call.beforeSending?.();
    } catch (error) {
      await gate.giveBack(place);
      throw error;
    }
    const observed = this.#observe(name, form, call, { attempt, waitedMs });
    const beginsBy = Math.min(until, call.endsAt - this.#reserveMs(name));
    const startedAt = clock.monotonic();
    const outcome = await this.#way.http.exchange(request, {
      signal: call.signal,
      endsInMs: call.endsAt - startedAt,
      beginsInMs: beginsBy - startedAt,
      isUrgent: call.isUrgent ?? isWrite(name),
    });
    const receivedAt = clock.monotonic();
    const tookMs = receivedAt - startedAt;
    observed.ended(inBrief(outcome), tookMs);

    if (outcome.kind === 'failure') {
      const { reason, cause, sent } = outcome;
      await (sent ? gate.settle(place, undefined) : gate.giveBack(place));
      log('debug', 'no answer', { operation: name, reason, cause, sent, tookMs });
      if (reason === 'cancelled') throw new CancelledError(name, sent);
      if (reason === 'late') {
        throw beginsBy === until
          ? heldTooLong(name, notConnected)
          : new OutOfTimeError(name, call.endsAt - receivedAt);
      }
      return { verdict: judgeFailure(name, outcome, proxy) };
    }
    const { status, headers, sentAt } = outcome;
    const { date } = headers;
    const now = this.#dateAt(receivedAt, headers);
    call.onResponse?.({ status, date: typeof date === 'string' ? date : undefined });
    const text = redactor.text(outcome.text);
    const body = redactor.value(parseJson(text));
    const { hasLongerQuota } = form.row;
    const answer = { status, headers, body, sentAt, receivedAt, now, hasLongerQuota };
    const report = readQuota(answer);
    await gate.settle(place, report);
    log('debug', 'answer', { operation: name, status, tookMs, remaining: report.remaining });
    const { output, ifNotFound, writes } = form.row;
    const misfit = (data: Output<Name>) => misfitOf(input, data);
    const expected = { operation: name, output, misfit, ifNotFound, writes };
    const { refusal } = report;
    return {
      verdict: judgeAnswer(expected, { status, text }, body),
      retryAfterMs: readRetryAfter(headers, now),
      refusal,
      leftMs: refusal && refusal.scope !== 'unknown' ? refusal.untilMs - receivedAt : undefined,
    };
  }

  /**
   * Segment's date when a response was received. For those without one, it goes on from the last:
   * our own clock may jump.
   */
  #dateAt(receivedAt: number, headers: Headers): number {
    const date = readDate(headers);
    if (date !== undefined) this.#dateAheadMs = date - receivedAt;
    return receivedAt + this.#dateAheadMs;
  }

  /** Waits before the next attempt. @throws the error of the last one, if there is no other. */
  async #pauseAfter<Name extends OperationName>(
    { name, call }: Sending<Name>,
    tries: Tries<Name>,
    { verdict, retryAfterMs, refusal, leftMs }: Attempted<Output<Name>>,
  ): Promise<void> {
    const { clock, random } = this.#options;
    if (verdict.kind === 'success' || verdict.kind === 'refused') return;
    const limited = verdict.kind === 'limited';
    if (limited) tries.refusals += 1;
    const closedMs = closesGate(refusal) ? leftMs : undefined;
    const pauseMs = limited
      ? pauseAfterRefusal(tries.refusals, leftMs, random())
      : pauseAfterFailure(tries.attempts, retryAfterMs, random());
    const said = limited && closedMs === undefined ? verdict.said : undefined;
    const scope = closedMs === undefined ? refusal?.scope : undefined;
    const error = limited
      ? this.#way.gate(name).rateLimited(pauseMs ?? 0, { scope, said })
      : verdict.error;
    if (pauseMs === undefined || clock.monotonic() + pauseMs > this.inTime(name, call).deadline) {
      throw error;
    }
    const because = error.message;
    const { attempts: attempt } = tries;
    logOf(this.#options.log, call)('warn', 'trying again', {
      operation: name,
      attempt,
      pauseMs,
      because,
    });
    // A closed gate makes the call wait by itself, and announces how long.
    if (closedMs !== undefined && pauseMs <= closedMs) return;
    await pause(clock, call, name, pauseMs, this.#way.drain(name));
  }
}

/**
 * How long a place in the quota is held until the caller has read and the request is sent,
 * milliseconds.
 */
const maxHeldMs = 5000;

/** A place in the quota until the request is sent. */
interface HeldPlace {
  gate: Gate;
  place: Place;
  /** How long it was waited for, milliseconds. */
  waitedMs: number;
  /** When it is given back, on the monotonic clock. */
  until: number;
}

/** The status; or why there is none. */
function inBrief(outcome: HttpOutcome): number | string {
  return outcome.kind === 'answer' ? outcome.status : outcome.reason;
}

/** Whether nothing is sent until the refusal's time is over. */
function closesGate(refusal: Refusal | undefined): boolean {
  return refusal?.scope === 'operation' || refusal?.scope === 'token';
}

const notLooked = 'the current state could not be read';
const notConnected = 'the current state was read, but no connection could be made';

function heldTooLong(name: string, what: string): UnsentError {
  return new UnsentError('rate_limited', `${name}: ${what} within ${maxHeldMs / 1000} s.`, {
    next: 'Nothing was changed. Call again in a few seconds.',
    retryAfterMs: maxHeldMs,
  });
}

/** A failed read says nothing about the write, which was not sent. */
function asUnsent(name: string, error: unknown): unknown {
  if (error instanceof CancelledError) return new CancelledError(name, false);
  if (!(error instanceof NoAnswerError || error instanceof RefusedError)) return error;
  const { code, message, facts } = error;
  return new UnsentError(code, message, facts);
}

/** The outcome of one attempt, and what it means for the next. */
interface Attempted<Data> {
  verdict: Verdict<Data>;
  /** The pause that the response asked for, milliseconds. */
  retryAfterMs?: number;
  refusal?: Refusal;
  /** How long the refusal lasts, milliseconds. */
  leftMs?: number;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
