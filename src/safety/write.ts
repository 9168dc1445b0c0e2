import type { RequestPreview } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import {
  type Audience,
  audiencesIn,
  type OperationName,
  optionsSchema,
} from '../segment/contract.ts';
import {
  AudiencesError,
  CancelledError,
  MeaningChangedError,
  mayHaveTakenEffect,
  NoAnswerError,
  OutcomeUnknownError,
  UnsentError,
} from '../segment/errors.ts';
import { keyOf } from '../segment/names.ts';
import { cut, quoted, quotedPlainly, visible } from '../visible.ts';
import { type Agreement, type PlannedWrite, Seeking, sinceAsked } from './agreement.ts';
import { type AuditEntry, UnrecordedError } from './audit-log.ts';
import { type Search, searchDuplicate } from './duplicates.ts';
import { readinessOf } from './readiness.ts';
import {
  type AudienceShape,
  differences,
  fromTo,
  snapshotOf,
  staleError,
  valueInWords,
} from './snapshot.ts';
import type { Outcome, Plan, Wish, WriteContext } from './wish.ts';

/** Longer than this are neither times nor ids. */
const maxWordChars = 200;

/**
 * The one way of every write: what is there is looked at, the user agrees where that is needed, what
 * is there is looked at once more when the write has its place in the quota, then it is sent and a lost
 * response is looked for. One line is in the audit log before it is sent, another before the caller
 * hears of the result.
 *
 * The write is one value from the plan to the audit log; it is sent at most once.
 *
 * @throws {AudiencesError} for every way in which it was not, or may not have been, done.
 */
export async function carryOut<Name extends OperationName>(
  wish: Wish<Name>,
  context: WriteContext,
): Promise<Outcome<Name>> {
  const { operation, spaceId, creation } = wish;
  try {
    await context.api.preview({ operation, input: wish.draft });
    // A dry run prepares nothing that could be too late, and keeps nobody from anything.
    if (wish.dryRun)
      return await new Undertaking(wish, { ...context, call: context.sending }).run();
    await context.api.foresee(operation, spaceId, context.call);
    const run = () => new Undertaking(wish, context).run();
    return await (creation ? context.reservations.during({ spaceId, ...creation }, run) : run());
  } catch (error) {
    // What was cancelled is a request on behalf of the write, which itself was not sent yet.
    const isOther = error instanceof CancelledError && error.operation !== operation;
    throw isOther ? new CancelledError(operation, false) : error;
  }
}

/** The value was used up by another call while this one was on its way. */
class SpentError extends AudiencesError {
  constructor() {
    super('confirmation_required', 'The confirmation was used already. Nothing was sent.', {
      next: 'Call again without confirmation.',
    });
  }
}

/** The agreement to one write, used up by the first of its requests that goes out. */
class Spending {
  readonly #agreement: Agreement;
  #isSpent = false;

  constructor(agreement: Agreement) {
    this.#agreement = agreement;
  }

  /** @throws {SpentError} if another call was quicker. */
  spend(): void {
    if (!this.#isSpent && !this.#agreement.spend()) throw new SpentError();
    this.#isSpent = true;
  }

  giveBack(): void {
    if (this.#isSpent) this.#agreement.giveBack();
  }
}

/** A write that is planned, before it is known how the edition in force puts it. */
type Unrequested<Name extends OperationName> = Omit<PlannedWrite<Name>, 'request' | 'consequences'>;

/** A write of which is known what it meets. */
interface Begun<Name extends OperationName> {
  kind: 'begun';
  planned: PlannedWrite<Name>;
  needsAgreement: boolean;
  search: Search | undefined;
  /** What the caller should know about it, in any case. */
  advice: string[];
}

/** A write that may be sent. */
interface Ready<Name extends OperationName> {
  planned: PlannedWrite<Name>;
  /** The ids of all that the space held when it was last searched, if that was all of it. */
  knownIds: ReadonlySet<string> | undefined;
  /** How the user agreed; undefined if that was not needed. */
  agreement: Agreement | undefined;
}

/** One wish on its way. */
class Undertaking<Name extends OperationName> {
  readonly #wish: Wish<Name>;
  readonly #context: WriteContext;
  readonly #seeking: Seeking;
  /** Whether no other write to the audience can go on meanwhile. */
  #hasTurn = false;

  constructor(wish: Wish<Name>, context: WriteContext) {
    this.#wish = wish;
    this.#context = context;
    this.#seeking = new Seeking(context);
  }

  async run(): Promise<Outcome<Name>> {
    // While a person is asked, others need not wait; the write then takes its turn to be sent.
    if (this.#wish.dryRun || this.#isSurelyAsked()) return this.#finish(await this.#begin());
    const outcome = await this.#inTurn(async () => {
      const begun = await this.#begin();
      return begun.needsAgreement && this.#canAsk() ? begun : this.#finish(begun);
    });
    return outcome.kind === 'begun' ? this.#finish(outcome) : outcome;
  }

  #canAsk(): boolean {
    const { ask, askMode } = this.#context;
    return ask !== undefined && askMode !== 'confirmation';
  }

  /** Whether that is known before anything is read. */
  #isSurelyAsked(): boolean {
    const { mode } = this.#context;
    return this.#canAsk() && (mode === 'writes' || (mode === 'remove' && this.#wish.grave));
  }

  /** One write at a time for each audience. */
  async #inTurn<Result>(write: () => Promise<Result>): Promise<Result> {
    const { operation, spaceId, id } = this.#wish;
    if (id === undefined || this.#hasTurn) return write();
    const { call, turns } = this.#context;
    return turns.during({ operation, spaceId, id, call }, async () => {
      this.#hasTurn = true;
      try {
        return await write();
      } finally {
        this.#hasTurn = false;
      }
    });
  }

  /** Reads what there is, and plans the write. */
  async #begin(): Promise<Begun<Name>> {
    await this.#settleLostCreate();
    const search = await this.#search();
    const before = await this.#read();
    const { kind, grave } = this.#wish;
    const { mode, now } = this.#context;
    const readiness = before && kind === 'change' ? readinessOf(before, now()) : undefined;
    const needsAgreement =
      mode === 'writes' || (mode === 'remove' && (grave || readiness?.isEarly === true));
    if (before && needsAgreement) this.#context.seen.note(this.#wish.spaceId, before);
    const plan = await this.#wish.plan(before);
    const warnings = [...(readiness ? [readiness.note] : []), ...plan.warnings];
    const planned = await this.#prepare({ ...plan, warnings }, before, search);
    const advice = [...warnings, ...plan.advice, ...(search?.advice ?? [])];
    return { kind: 'begun', planned, needsAgreement, search, advice };
  }

  /** Rehearses the write, or gets the agreement to it and sends it. */
  async #finish(begun: Begun<Name>): Promise<Outcome<Name>> {
    const { planned, needsAgreement, search, advice } = begun;
    const { request, before, after, consequences, warnings } = planned;
    if (this.#wish.dryRun) {
      const more = consequences.filter((sentence) => !warnings.includes(sentence));
      const rehearsal = {
        request,
        needsConfirmation: needsAgreement,
        before: before ?? null,
        after: after ?? null,
      };
      return { kind: 'rehearsed', rehearsal, advice: [...advice, ...more] };
    }
    const done = await this.#write(planned, needsAgreement, search);
    return { kind: 'done', before, advice, ...done };
  }

  /** An audience whose creation may still turn up is not made once more. */
  async #settleLostCreate(): Promise<void> {
    const { creation, spaceId, dryRun } = this.#wish;
    if (!creation || dryRun) return;
    await this.#context.lostCreates.settle({ spaceId, name: creation.name }, this.#context);
  }

  /** What the space holds, before an audience is made in it. */
  async #search(): Promise<Search | undefined> {
    const { creation, spaceId } = this.#wish;
    return creation && searchDuplicate({ spaceId, ...creation }, this.#context);
  }

  /** The audience as it is; undefined for one that is to be made. */
  async #read(): Promise<Audience | undefined> {
    const { call, seen } = this.#context;
    const { spaceId, expectedUpdatedAt } = this.#wish;
    const audience = await this.#get(call);
    if (!audience) return undefined;
    if (this.#wish.grave || this.#wish.dryRun || expectedUpdatedAt !== undefined) {
      seen.note(spaceId, audience);
    }
    if (expectedUpdatedAt !== undefined) this.#assertFresh(audience, expectedUpdatedAt);
    return audience;
  }

  /** @returns undefined for an audience that is to be made. */
  async #get(call: CallContext): Promise<Audience | undefined> {
    const { spaceId, id } = this.#wish;
    if (id === undefined) return undefined;
    return (await this.#context.api.send('get_audience', { spaceId, id }, call)).audience;
  }

  #assertFresh(before: Audience, expected: string): void {
    if (isSameTime(before.updatedAt, expected)) return;
    const known = this.#context.seen.find(this.#wish.spaceId, before.id, ({ updatedAt }) =>
      isSameTime(updatedAt, expected),
    );
    const shown = (text: string) => cut(visible(text), maxWordChars);
    const when = shown(before.updatedAt ?? 'a time unknown');
    const who = shown(before.updatedBy ?? 'someone unknown');
    const since = `since ${quoted(expected)} (last at ${when}, by ${who})`;
    throw staleError(since, before, known);
  }

  async #prepare(
    { input, after, warnings }: Plan<Name>,
    before: Audience | undefined,
    search: Search | undefined,
  ): Promise<PlannedWrite<Name>> {
    const { operation, kind, creation, spaceId, id } = this.#wish;
    const existing = search?.existing;
    // Next to another of its name it gets a key that only Segment knows.
    const key = creation && !existing ? keyOf(creation.name) : after?.key;
    return this.#withRequest({
      write: { operation, input },
      kind,
      spaceId,
      id,
      before,
      after: after && { ...after, key },
      notes: existing ? [`There is one of this name already: ${quotedPlainly(existing.id)}.`] : [],
      warnings,
    });
  }

  /** The plan with its request, its options and what follows from it, in the edition in force. */
  async #withRequest(planned: Unrequested<Name>): Promise<PlannedWrite<Name>> {
    const request = await this.#context.api.preview(planned.write);
    const options = optionsIn(request) ?? planned.after?.options;
    const after = planned.after && { ...planned.after, options };
    const more = this.#wish.consequences(request.edition, after);
    return { ...planned, request, after, consequences: [...planned.warnings, ...more] };
  }

  /** Gets the agreement and sends the write, both recorded. */
  async #write(planned: PlannedWrite<Name>, needsAgreement: boolean, search: Search | undefined) {
    await this.#context.auditLog?.assertWritable();
    let ready: Ready<Name> = { planned, knownIds: search?.ids, agreement: undefined };
    let { confirmation } = this.#wish;
    for (;;) {
      if (needsAgreement) ready = await this.#agree(ready, confirmation);
      try {
        return await this.#inItsTurn(ready);
      } catch (error) {
        // Another call was quicker: the user is asked anew.
        if (error instanceof SpentError) continue;
        if (!(error instanceof MeaningChangedError)) throw error;
        // What was agreed to is no longer what would be sent: the user is asked about that.
        confirmation = undefined;
        ready = { ...ready, planned: await this.#inChangedEdition(ready.planned) };
      }
    }
  }

  /** @throws what waiting and sending throw, recorded. */
  async #inItsTurn(ready: Ready<Name>) {
    let hasBegun = false;
    try {
      return await this.#inTurn(() => {
        hasBegun = true;
        return this.#sendAndRecord(ready);
      });
    } catch (error) {
      if (!hasBegun) {
        const confirmed = ready.agreement?.by ?? 'not_needed';
        await this.#record(ready.planned, {
          outcome: 'not_done',
          error: inWords(error),
          confirmed,
        });
      }
      throw error;
    }
  }

  async #inChangedEdition(planned: PlannedWrite<Name>): Promise<PlannedWrite<Name>> {
    const changed = await this.#withRequest(planned);
    const whyAgain = `Asked again: Segment speaks its edition ${changed.request.edition}, which writes the options like this.`;
    return { ...changed, whyAgain };
  }

  /** @throws what `agree` throws, recorded. */
  async #agree(ready: Ready<Name>, confirmation: string | undefined): Promise<Ready<Name>> {
    let { planned, knownIds } = ready;
    try {
      for (;;) {
        const agreement = await this.#seeking.agree(planned, confirmation);
        if (agreement.by === 'confirmation') return { planned, knownIds, agreement };
        await this.#context.auditLog?.assertWritable();
        // A person takes time to answer: meanwhile there may be an audience of the name.
        knownIds = (await this.#search())?.ids;
        const now = await this.#withRequest(planned);
        const shown = JSON.stringify(planned.request.body);
        if (JSON.stringify(now.request.body) === shown)
          return { planned: now, knownIds, agreement };
        planned = await this.#inChangedEdition(planned);
      }
    } catch (error) {
      const code = error instanceof AudiencesError ? error.code : undefined;
      if (code !== 'confirmation_required' && code !== 'audit_failed') {
        const confirmed = code === 'declined' ? 'declined' : 'not_valid';
        await this.#record(planned, { outcome: 'not_done', error: inWords(error), confirmed });
      }
      throw error;
    }
  }

  /**
   * Looks once more at what was read before the waits for a person, for another write and for the
   * quota: it must still be so, and not have become too early for an edit.
   *
   * @param since as what follows "changed". @throws {AudiencesError} `stale`
   */
  async #lookLast(before: Audience, since: string, looking: CallContext): Promise<void> {
    const now = await this.#get(looking);
    const was = snapshotOf(before);
    const becameEarly = now !== undefined && this.#becameEarly(before, now);
    if (!becameEarly && differences(was, snapshotOf(now ?? {})).length === 0) return;
    if (now) this.#context.seen.note(this.#wish.spaceId, now);
    const stateOf = (audience?: Audience) => valueInWords(audience?.status ?? undefined);
    const states = fromTo(stateOf(before), stateOf(now));
    const more = becameEarly ? [`it is too early to edit it now: its status went ${states}`] : [];
    throw staleError(since, now, was, more);
  }

  /** Whether an edit would disturb a computation that had not begun when the audience was read. */
  #becameEarly(before: Audience, now: Audience): boolean {
    if (this.#wish.kind !== 'change') return false;
    const at = this.#context.now();
    const isEarly = (audience: Audience) => readinessOf(audience, at)?.isEarly === true;
    return isEarly(now) && !isEarly(before);
  }

  async #sendAndRecord(ready: Ready<Name>) {
    const { planned, agreement } = ready;
    const confirmed = agreement?.by ?? 'not_needed';
    // The edition may change on the way: what counts is the request that went out last.
    let sent = planned.request;
    const onRequest = (request: RequestPreview) => {
      sent = request;
    };
    const { auditLog } = this.#context;
    const attempt = await auditLog?.start({ ...this.#entryOf(planned), confirmed });
    const record = (more: Pick<AuditEntry, 'outcome'> & Partial<AuditEntry>) =>
      this.#record({ ...planned, request: sent }, { confirmed, ...more }, attempt);
    try {
      const done = await this.#send(ready, onRequest);
      const [audience] = audiencesIn(done.output);
      if (audience) this.#context.seen.note(this.#wish.spaceId, audience);
      const id = planned.id ?? audience?.id;
      await record({ id, outcome: 'done', after: audience ?? null });
      return { ...done, edition: sent.edition, options: optionsIn(sent) ?? planned.after?.options };
    } catch (error) {
      if (error instanceof UnrecordedError) throw error;
      const outcome = mayHaveTakenEffect(error) ? 'unknown' : 'not_done';
      const isNoLongerSo = agreement && isStale(error);
      const how = isNoLongerSo ? { confirmed: 'not_valid' as const } : {};
      await record({ outcome, error: inWords(error), ...how });
      throw error;
    }
  }

  async #send(
    { planned, knownIds, agreement }: Ready<Name>,
    onRequest: (request: RequestPreview) => void,
  ) {
    const { api, call, sending, lostCreates } = this.#context;
    const { operation, kind, creation, spaceId } = this.#wish;
    if (call.signal.aborted) throw new CancelledError(operation, false);
    const { write, request, before, after } = planned;
    const agreedIn = agreement && request.edition;
    const spending = agreement && new Spending(agreement);
    try {
      const since = agreement ? sinceAsked : 'since it was looked at for this';
      const lookLast = before && ((looking: CallContext) => this.#lookLast(before, since, looking));
      const beforeSending = () => spending?.spend();
      const under = { ...sending, onRequest, agreedIn, lookLast, beforeSending };
      const send = () => api.send(write.operation, write.input, under);
      if (!creation || !after) return { output: await send(), foundAfterLoss: false };
      const create = { spaceId, wanted: after, known: knownIds };
      return await lostCreates.during(create, send, creation.outputOf, { api, call: sending });
    } catch (error) {
      if (isSurelyUnsent(error)) spending?.giveBack();
      throw kind === 'remove' && before ? keepCopy(error, before) : error;
    }
  }

  #entryOf({ write, request, before, spaceId, id }: PlannedWrite<Name>) {
    return { tool: write.operation, space: spaceId, id, before, sent: request.body };
  }

  /** @param attempt of the started line, where there is one. */
  async #record(
    planned: PlannedWrite<Name>,
    more: Pick<AuditEntry, 'outcome' | 'confirmed'> & Partial<AuditEntry>,
    attempt?: string,
  ): Promise<void> {
    await this.#context.auditLog?.record({ ...this.#entryOf(planned), ...more }, attempt);
  }
}

/** Whether Segment took nothing of a write in: it was not reached, or had no quota for it. */
function isSurelyUnsent(error: unknown): boolean {
  return error instanceof CancelledError ? !error.sent : error instanceof UnsentError;
}

/** Whether the audience is not what the write was meant for any more. */
function isStale(error: unknown): boolean {
  if (error instanceof MeaningChangedError) return false;
  return error instanceof AudiencesError && error.code === 'stale';
}

function optionsIn({ body }: RequestPreview): AudienceShape['options'] {
  return body && 'options' in body ? optionsSchema.safeParse(body.options).data : undefined;
}

/** Two texts may name the same moment. */
function isSameTime(a: string | null | undefined, b: string): boolean {
  return a === b || Date.parse(a ?? '') === Date.parse(b);
}

/** An audience that may be gone is not lost: the error holds it as it was. */
function keepCopy(error: unknown, audience: Audience): unknown {
  const isUnknown = error instanceof OutcomeUnknownError;
  if (!isUnknown && !(error instanceof NoAnswerError)) return error;
  const { code, cause } = error;
  const message = `${error.message} It may have been removed all the same.`;
  const facts = {
    ...error.facts,
    next: `${error.facts.next} If it is gone, details.audience is what it was.`,
    details: { audience, cause: error.facts.details },
  };
  return isUnknown
    ? new OutcomeUnknownError(message, facts, { cause })
    : new NoAnswerError(code, message, facts, { cause });
}

function inWords(error: unknown): AuditEntry['error'] {
  const code = error instanceof AudiencesError ? error.code : 'internal_error';
  return { code, message: error instanceof Error ? error.message : String(error) };
}
