import type { Clock } from '../clock.ts';
import { type Log, withFacts } from '../log.ts';
import type { Redactor } from '../redact.ts';
import { type Observed, type ObservedRequest, unobserved } from '../telemetry/observer.ts';
import type { DrainScope, RequestPreview, SegmentApi, Write } from './api.ts';
import { misfitOf } from './asked-for.ts';
import { withoutEndSlashes } from './base-url.ts';
import { briefly, type CallContext, queuing, withReserve, withSignal } from './call.ts';
import { audiencesIn, type Input, type OperationName, type Output, spaceIn } from './contract.ts';
import { EditionChoice, type Form } from './editions/choice.ts';
import { type EditionSetting, isWrite, newest } from './editions/editions.ts';
import type { Edition, Finding, Look } from './editions/row.ts';
import {
  AudiencesError,
  CancelledError,
  isSegmentsWord,
  MeaningChangedError,
  NoAnswerError,
  OutOfTimeError,
  RefusedError,
  UnsentError,
  UnsupportedError,
} from './errors.ts';
import { Features } from './features.ts';
import { type HttpOutcome, HttpPool, type HttpRequest } from './http.ts';
import { PageReader } from './pages.ts';
import { assertAllowed, type Policy } from './policy.ts';
import type { HttpProxy } from './proxy.ts';
import type { Gate } from './quota/gate.ts';
import { Gates } from './quota/gates.ts';
import type { CreateQuota, Place } from './quota/quota.ts';
import { type Headers, type Refusal, readDate, readQuota, readRetryAfter } from './quota/report.ts';
import { type MadeRequest, requestOf } from './request.ts';
import { pauseAfterFailure, pauseAfterRefusal } from './retry.ts';
import { Tries } from './tries.ts';
import { judgeAnswer, judgeFailure, type Verdict } from './verdict.ts';
import { Drain, pause } from './wait.ts';

export interface SegmentClientOptions {
  /** Such as `https://api.segmentapis.com`. */
  baseUrl: string;
  /** The Public API token, which goes only into the Authorization header. */
  token: string;
  /** The proxy for requests, if any. */
  proxy?: HttpProxy;
  /** Name and version of this program. */
  userAgent: string;
  /** For one attempt, milliseconds. */
  timeoutMs: number;
  edition: EditionSetting;
  /** Fixed requests per minute, which override the reference and Segment's responses. */
  perMinute: Readonly<Partial<Record<OperationName, number>>>;
  /** Makes the quota of an operation; by default one that this process has for itself. */
  createQuota?: CreateQuota;
  /** What is allowed at all. */
  policy: Policy;
  clock: Clock;
  /** A number from 0 up to 1. */
  random: () => number;
  redactor: Redactor;
  log: Log;
  /** By default, nobody observes. */
  observed?: Observed;
}

/**
 * A write with less time left, and less than an attempt may take, would hardly get its response.
 */
const minWriteMs = 10_000;
/** How much longer a refused call may take to find out what the refusal means. */
const maxLookMs = 3000;

/** A request to send until it gets a response, or until that is pointless. */
interface Sending<Name extends OperationName> {
  name: Name;
  form: Form<Name>;
  input: Input<Name>;
  request: HttpRequest;
  call: CallContext;
}

/**
 * Segment's Public API over HTTP. Every request first passes its operation's gate; a failed attempt
 * is repeated if that can do no harm, as long as the call's deadline allows.
 */
export class SegmentClient implements SegmentApi {
  readonly #options: SegmentClientOptions;
  readonly #http: HttpPool;
  readonly #gates: Gates;
  readonly #editions: EditionChoice;
  readonly #pages = new PageReader();
  /** Over when no request of that kind may wait any more. */
  readonly #drains = { reads: new Drain(), writes: new Drain() };
  readonly #features: Features;
  /** How far Segment's date, as last seen, is ahead of the monotonic clock; before that, ours. */
  #dateAheadMs: number;

  constructor(options: SegmentClientOptions) {
    this.#options = options;
    this.#dateAheadMs = options.clock.now() - options.clock.monotonic();
    this.#http = new HttpPool(options.baseUrl, options.timeoutMs, options.clock, options.proxy);
    const { clock, perMinute: fixedPerMinute, createQuota } = options;
    this.#gates = new Gates({ clock, fixedPerMinute, createQuota });
    this.#editions = new EditionChoice(options.edition);
    this.#features = new Features(options.clock);
    const { workspace, observer } = options.observed ?? unobserved;
    observer.quotasOf(workspace, () => this.#gates.readings());
  }

  async send<Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    call: CallContext,
  ): Promise<Output<Name>> {
    const { row } = this.#allowedForm(name, input);
    if (!row.paging) return this.#sendOne(name, input, call);
    return this.#pages.read(name, row.paging, input, {
      foresee: (requests) => this.#gate(name).foresee(this.#inTime(name, call), requests),
      send: (page) => this.#sendOne(name, page, call),
    });
  }

  async preview<Name extends OperationName>(write: Write<Name>): Promise<RequestPreview> {
    const form = this.#allowedForm(write.operation, write.input);
    return this.#shown(form, requestOf(form, write.input, this.#options));
  }

  async foresee(name: OperationName, spaceId: string, call: CallContext): Promise<void> {
    assertAllowed(this.#options.policy, name, newest.rows[name], spaceId);
    this.#gate(name).foresee(this.#inTime(name, call));
  }

  async left(name: OperationName): Promise<number> {
    return this.#gate(name).left();
  }

  drain(scope: DrainScope): void {
    this.#drains.writes.end();
    if (scope === 'all') this.#drains.reads.end();
    this.#gates.drain((operation) => scope === 'all' || isWrite(operation));
  }

  async close(): Promise<void> {
    this.drain('all');
    await this.#http.close();
  }

  #allowedForm<Name extends OperationName>(name: Name, input: Input<Name>): Form<Name> {
    assertAllowed(this.#options.policy, name, newest.rows[name], spaceIn(input));
    const form = this.#editions.formOf(name, input);
    this.#features.assertNotMissing(name, form.row, input);
    return form;
  }

  /** One request, in the edition that Segment turns out to use. */
  async #sendOne<Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    call: CallContext,
  ): Promise<Output<Name>> {
    const form = this.#allowedForm(name, input);
    assertSameMeaning(name, form, input, call);
    try {
      return await this.#sendInForm(name, form, input, call);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      const other = this.#editions.otherForm(name, form, error);
      if (other) return this.#sendOnceMore(name, other, input, call, error);
      throw (
        this.#editions.asUnsupported(name, input, form, error) ??
        (await this.#lackShownBy(name, input, form, error, call)) ??
        error
      );
    }
  }

  /** @param first the refusal that showed that Segment uses the edition of `form`. */
  async #sendOnceMore<Name extends OperationName>(
    name: Name,
    form: Form<Name>,
    input: Input<Name>,
    call: CallContext,
    first: RefusedError,
  ): Promise<Output<Name>> {
    try {
      assertSameMeaning(name, form, input, call);
      const output = await this.#sendInForm(name, form, input, call);
      this.#announce(this.#editions.change(), call);
      return output;
    } catch (error) {
      if (error instanceof RefusedError && this.#editions.refusedAlike(first, error)) throw first;
      this.#announce(this.#editions.change(), call);
      throw error instanceof UnsentError ? error.afterAttempts(refusedInOtherForm) : error;
    }
  }

  async #sendInForm<Name extends OperationName>(
    name: Name,
    form: Form<Name>,
    input: Input<Name>,
    call: CallContext,
  ): Promise<Output<Name>> {
    const made = requestOf(form, input, this.#options);
    call.onRequest?.(this.#shown(form, made));
    const output = await this.#persist({ name, form, input, request: made.request, call });
    this.#features.found(name, form.row, input);
    this.#announce(this.#editions.observe(audiencesIn(output)), call);
    return output;
  }

  /** A request without the token. */
  #shown({ edition }: { edition: Edition }, { request, body }: MadeRequest): RequestPreview {
    const { authorization, ...headers } = request.headers;
    const url = `${withoutEndSlashes(this.#options.baseUrl)}${request.path}`;
    return { edition: edition.name, method: request.method, url, headers, body };
  }

  /** Announces once that the edition changed. */
  #announce(changed: boolean, call: CallContext): void {
    if (!changed) return;
    const edition = this.#editions.current;
    this.#logOf(call)('info', 'edition changed', { edition });
    call.onNotice(
      `Segment uses the ${edition} edition of its API here, and from now on so does this server. It has more options (see the inputs of create_audience) and higher limits.`,
    );
  }

  #lackShownBy<Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    { row }: Form<Name>,
    refusal: RefusedError,
    call: CallContext,
  ): Promise<UnsupportedError | undefined> {
    const brief = briefly(call, this.#options.clock.monotonic(), maxLookMs);
    return this.#features.lackShownBy(name, row, input, { refusal, look: this.#lookBy(brief) });
  }

  /** Looks at what can be read. */
  #lookBy(call: CallContext): Look {
    return async (read, asked) => {
      try {
        return { kind: 'there', output: await this.#sendOne(read, asked, call) };
      } catch (error) {
        return findingOf(error);
      }
    };
  }

  /**
   * Sends a request, repeatedly if that can do no harm. If the outcome of a removal is in doubt,
   * checks whether its subject is still there.
   */
  async #persist<Name extends OperationName>(sending: Sending<Name>): Promise<Output<Name>> {
    const tries = new Tries(sending.name, sending.form.row);
    try {
      return await this.#sendUntilAnswered(sending, tries);
    } catch (error) {
      const doubt = tries.doubtAtEnd(error);
      if (!doubt) throw error;
      return await this.#outputIfGone(sending, tries, doubt);
    }
  }

  /** A log whose lines say which call they are about. */
  #logOf({ trail }: CallContext): Log {
    const { log } = this.#options;
    return trail ? withFacts(log, trail.facts) : log;
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
      const gate = this.#gate(name);
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
    const place = await gate.enter(queuing(this.#inTime(name, call)), attempts > 0);
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

  /** The call, with waits that leave enough time to send the request and get its response. */
  #inTime(name: OperationName, call: CallContext): CallContext {
    return withReserve(call, this.#reserveMs(name));
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
    { name, form: { row }, input, call }: Sending<Name>,
    tries: Tries<Name>,
    doubt: AudiencesError,
  ): Promise<Output<Name>> {
    if (!row.ifGone) throw doubt;
    const look = this.#lookBy(withSignal(call, call.signal));
    const isGone = await row.ifGone.isSo(input, look).catch((error: unknown) => {
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
    const log = this.#logOf(call);
    try {
      await call.beforeSending?.();
    } catch (error) {
      await gate.giveBack(place);
      throw error;
    }
    const observed = this.#observe(name, form, call, { attempt, waitedMs });
    const beginsBy = Math.min(until, call.endsAt - this.#reserveMs(name));
    const startedAt = clock.monotonic();
    const outcome = await this.#http.exchange(request, {
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
      ? this.#gate(name).rateLimited(pauseMs ?? 0, { scope, said })
      : verdict.error;
    if (pauseMs === undefined || clock.monotonic() + pauseMs > this.#inTime(name, call).deadline) {
      throw error;
    }
    const because = error.message;
    const { attempts: attempt } = tries;
    this.#logOf(call)('warn', 'trying again', { operation: name, attempt, pauseMs, because });
    // A closed gate makes the call wait by itself, and announces how long.
    if (closedMs !== undefined && pauseMs <= closedMs) return;
    await pause(clock, call, name, pauseMs, this.#drains[isWrite(name) ? 'writes' : 'reads']);
  }

  #gate(name: OperationName): Gate {
    return this.#gates.gate(name, this.#editions.startPerMinute(name));
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

const refusedInOtherForm =
  'It was sent in the form of a different edition, which Segment refused; nothing was changed.';

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

/** The finding of a check without output: only Segment itself can say that something is missing. */
function findingOf(error: unknown): Finding<never> {
  if (!(error instanceof AudiencesError) || error instanceof CancelledError) throw error;
  if (error instanceof UnsupportedError) return { kind: 'lacking' };
  const isMissing = error.code === 'not_found' && isSegmentsWord(error);
  return { kind: isMissing ? 'missing' : 'unclear' };
}

/**
 * @throws {MeaningChangedError} if the user agreed to something other than what `form` would send.
 */
function assertSameMeaning<Name extends OperationName>(
  name: Name,
  { edition, row }: Form<Name>,
  input: Input<Name>,
  { agreedIn = edition.name }: CallContext,
): void {
  if (agreedIn !== edition.name && row.changesMeaning?.(input)) throw new MeaningChangedError(name);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
