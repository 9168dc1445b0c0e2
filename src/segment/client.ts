import type * as z from 'zod';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Redactor } from '../redact.ts';
import type { AudiencePage, Call, RequestPreview, SegmentApi, Write } from './api.ts';
import type { Audience, CreateAudienceInput, UpdateAudienceInput } from './entities.ts';
import {
  type AudiencesError,
  CancelledError,
  NoAnswerError,
  OutcomeUnknownError,
  RateLimitedError,
} from './errors.ts';
import { HttpPool, type HttpRequest } from './http.ts';
import { OperationGate } from './limits.ts';
import { mediaType, type Operation, type OperationName, operations } from './operations.ts';
import { fillPath } from './path.ts';
import { assertAllowed, isWrite, type Policy } from './policy.ts';
import { readQuota, readRetryAfter } from './quota-report.ts';
import { pauseBeforeRetry } from './retry.ts';
import { judgeAnswer, judgeFailure, type Verdict } from './verdict.ts';
import { pause } from './wait.ts';

export interface SegmentClientOptions {
  /** Such as `https://api.segmentapis.com`. */
  baseUrl: string;
  /** The Public API token; it goes into the Authorization header and nowhere else. */
  token: string;
  /** Name and version of this program. */
  userAgent: string;
  /** For one attempt, milliseconds. */
  timeoutMs: number;
  /** Requests per minute, for operations whose limit is not the usual one. */
  perMinute: Readonly<Partial<Record<OperationName, number>>>;
  /** What may be done at all. */
  policy: Policy;
  clock: Clock;
  /** A number from 0 up to 1. */
  random: () => number;
  redactor: Redactor;
  log: Log;
}

/** What makes one operation's request, beside what is the same for all. */
interface Parameters {
  path: { spaceId: string; id?: string };
  query?: Record<string, string>;
  body?: object;
}

/**
 * Segment's Public API over HTTP. Every request passes its operation's gate first; an attempt that
 * failed is repeated where that can do no harm, as long as the call's deadline allows.
 */
export class SegmentClient implements SegmentApi {
  readonly #options: SegmentClientOptions;
  readonly #pool: HttpPool;
  readonly #gates = new Map<OperationName, OperationGate>();
  /** Aborted when nothing of the kind may wait any more. */
  readonly #drained = { reads: new AbortController(), writes: new AbortController() };

  constructor(options: SegmentClientOptions) {
    this.#options = options;
    this.#pool = new HttpPool(options.baseUrl, options.timeoutMs, options.clock);
  }

  async createAudience(spaceId: string, input: CreateAudienceInput, call: Call): Promise<Audience> {
    const { answer } = operations.create_audience;
    const parameters = parametersOf({ operation: 'create_audience', spaceId, input });
    return (await this.#perform('create_audience', answer, parameters, call)).audience;
  }

  async getAudience(spaceId: string, id: string, call: Call): Promise<Audience> {
    const { answer } = operations.get_audience;
    return (await this.#perform('get_audience', answer, { path: { spaceId, id } }, call)).audience;
  }

  async listAudiences(
    spaceId: string,
    page: { count: number; cursor?: string },
    call: Call,
  ): Promise<AudiencePage> {
    const { answer } = operations.list_audiences;
    const query: Record<string, string> = { 'pagination.count': String(page.count) };
    if (page.cursor !== undefined) query['pagination.cursor'] = page.cursor;
    return this.#perform('list_audiences', answer, { path: { spaceId }, query }, call);
  }

  async removeAudience(spaceId: string, id: string, call: Call): Promise<string> {
    const operation = 'remove_audience_from_space';
    const parameters = parametersOf({ operation, spaceId, id });
    const { answer } = operations[operation];
    const ifGone = { status: 'SUCCESS' };
    return (await this.#perform(operation, answer, parameters, call, ifGone)).status;
  }

  async updateAudience(
    spaceId: string,
    id: string,
    input: UpdateAudienceInput,
    call: Call,
  ): Promise<Audience> {
    const operation = 'update_audience_for_space';
    const parameters = parametersOf({ operation, spaceId, id, input });
    const { answer } = operations[operation];
    return (await this.#perform(operation, answer, parameters, call)).audience;
  }

  async preview(write: Write): Promise<RequestPreview> {
    assertAllowed(this.#options.policy, write.operation, write.spaceId);
    const parameters = parametersOf(write);
    const { method, path, headers } = this.#request(operations[write.operation], parameters);
    const { authorization, ...shown } = headers;
    const url = `${this.#options.baseUrl.replace(/\/+$/, '')}${path}`;
    return { method, url, headers: shown, body: parameters.body };
  }

  async foresee(operation: OperationName, spaceId: string, call: Call): Promise<void> {
    assertAllowed(this.#options.policy, operation, spaceId);
    this.#gate(operation).foresee(call);
  }

  drain(what: 'writes' | 'all'): void {
    this.#drained.writes.abort();
    if (what === 'all') this.#drained.reads.abort();
    for (const [name, gate] of this.#gates) if (this.#drainedOf(name).aborted) gate.drain();
  }

  async close(): Promise<void> {
    this.drain('all');
    await this.#pool.close();
  }

  /** @param ifGone what a 404 means after an attempt that may have taken effect: that it did. */
  async #perform<Data>(
    name: OperationName,
    schema: z.ZodType<Data>,
    parameters: Parameters,
    call: Call,
    ifGone?: Data,
  ): Promise<Data> {
    const { clock, random, log } = this.#options;
    assertAllowed(this.#options.policy, name, parameters.path.spaceId);
    const operation: Operation = operations[name];
    const request = { ...this.#request(operation, parameters), signal: call.signal };
    /** Why an earlier attempt may have taken effect although no good answer came. */
    let uncertain: AudiencesError | undefined;
    const endUncertain = (error: unknown) => {
      if (uncertain && error instanceof CancelledError) throw new CancelledError(name, true);
      throw uncertain ?? error;
    };

    for (let attempt = 1; ; attempt += 1) {
      await this.#gate(name)
        .enter(call, attempt > 1)
        .catch(endUncertain);
      const { verdict, retryAfterMs } = await this.#attempt(name, schema, request);
      if (verdict.kind === 'success') return verdict.data;

      if (verdict.kind === 'refused') {
        const gone = uncertain && verdict.error.code === 'not_found';
        if (gone && ifGone !== undefined) return ifGone;
        if (uncertain && isWrite(name)) throw refusedLater(uncertain, verdict.error);
        throw verdict.error;
      }
      if (verdict.kind === 'uncertain') {
        if (operation.resend === 'once') throw outcomeUnknown(name, verdict.error);
        if (!verdict.transient) throw verdict.error;
        uncertain = verdict.error;
      }
      const limited = verdict.kind === 'limited';
      const pauseMs = pauseBeforeRetry(attempt, limited, retryAfterMs, random());
      const error =
        verdict.kind === 'limited' ? new RateLimitedError(name, pauseMs ?? 0) : verdict.error;
      if (pauseMs === undefined || clock.now() + pauseMs > call.deadline) throw uncertain ?? error;
      log('warn', 'trying again', { operation: name, attempt, pauseMs, because: error.message });
      const gateWaits = limited && pauseMs === retryAfterMs;
      const signal = AbortSignal.any([call.signal, this.#drainedOf(name)]);
      if (!gateWaits) await pause(clock, { ...call, signal }, name, pauseMs).catch(endUncertain);
    }
  }

  /** Sends one request that has passed the gate, and settles with the gate. */
  async #attempt<Data>(
    name: OperationName,
    schema: z.ZodType<Data>,
    request: HttpRequest,
  ): Promise<{ verdict: Verdict<Data>; retryAfterMs?: number }> {
    const { clock, redactor, log, timeoutMs } = this.#options;
    const gate = this.#gate(name);
    const sentAt = clock.now();
    const outcome = await this.#pool.exchange(request);
    const receivedAt = clock.now();
    const tookMs = receivedAt - sentAt;

    if (outcome.kind === 'failure') {
      if (outcome.sent) gate.settle(sentAt, undefined);
      else gate.giveBack();
      const { reason, cause, sent } = outcome;
      log('debug', 'no answer', { operation: name, reason, cause, sent, tookMs });
      if (reason === 'cancelled') throw new CancelledError(name, sent);
      return { verdict: judgeFailure(name, outcome, timeoutMs) };
    }
    const { status, headers } = outcome;
    const text = redactor.text(outcome.text);
    const body = redactor.value(parseJson(text));
    const quota = readQuota({ status, headers, body, sentAt, receivedAt });
    gate.settle(sentAt, quota);
    log('debug', 'answer', { operation: name, status, tookMs, remaining: quota.remaining });
    const retryAfterMs =
      quota.closedUntil === undefined
        ? readRetryAfter(headers, receivedAt)
        : quota.closedUntil - receivedAt;
    return { verdict: judgeAnswer(name, { status, text }, body, schema), retryAfterMs };
  }

  #request(operation: Operation, parameters: Parameters): Omit<HttpRequest, 'signal'> {
    const query = new URLSearchParams(parameters.query).toString();
    const path = fillPath(operation.path, parameters.path);
    const headers: Record<string, string> = {
      authorization: `Bearer ${this.#options.token}`,
      accept: `${mediaType}, application/json`,
      'user-agent': this.#options.userAgent,
    };
    if (parameters.body) headers['content-type'] = mediaType;
    return {
      method: operation.method,
      path: query ? `${path}?${query}` : path,
      headers,
      body: parameters.body && JSON.stringify(parameters.body),
    };
  }

  #drainedOf(name: OperationName): AbortSignal {
    return this.#drained[isWrite(name) ? 'writes' : 'reads'].signal;
  }

  #gate(name: OperationName): OperationGate {
    let gate = this.#gates.get(name);
    if (!gate) {
      const perMinute = this.#options.perMinute[name] ?? operations[name].perMinute;
      gate = new OperationGate(name, perMinute, this.#options.clock);
      if (this.#drainedOf(name).aborted) gate.drain();
      this.#gates.set(name, gate);
    }
    return gate;
  }
}

function parametersOf(write: Write): Parameters {
  const { operation, spaceId } = write;
  switch (operation) {
    case 'create_audience':
      return { path: { spaceId }, body: write.input };
    case 'update_audience_for_space':
      return { path: { spaceId, id: write.id }, body: write.input };
    case 'remove_audience_from_space':
      return { path: { spaceId, id: write.id } };
  }
}

/** The first attempt may have taken effect; that a later one was refused does not change it. */
function refusedLater(uncertain: AudiencesError, { message }: AudiencesError): NoAnswerError {
  const { code, facts } = uncertain;
  return new NoAnswerError(code, `${uncertain.message} Asked again: ${message}`, facts);
}

function outcomeUnknown(name: OperationName, cause: AudiencesError): OutcomeUnknownError {
  const next =
    name === 'create_audience'
      ? 'Do not repeat it yet. Look with list_audiences whether an audience of this name is there now; create it again only if it is not.'
      : 'Do not repeat it yet. Read the audience with get_audience and compare; change it again only if it is still as before.';
  return new OutcomeUnknownError(
    `${name} was sent, but whether it took effect is unknown. ${cause.message}`,
    { next, status: cause.facts.status, details: { cause: cause.code } },
    { cause },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
