import type { RequestPreview } from '../segment/api.ts';
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
} from '../segment/errors.ts';
import { cut, quoted, visible } from '../visible.ts';
import { type Agreement, agree, type PlannedWrite, sinceAsked } from './agreement.ts';
import { type AuditEntry, UnrecordedError } from './audit-log.ts';
import { keyOf, type Search, searchDuplicate } from './duplicates.ts';
import { findCreated } from './lost-create.ts';
import { type AudienceShape, differences, snapshotOf, staleError } from './snapshot.ts';
import type { Outcome, Plan, Wish, WriteContext } from './wish.ts';

/** Longer than this are neither times nor ids. */
const maxWordChars = 200;

/**
 * The one way of every write: what is there is looked at, the user agrees where that is needed, what
 * is there is looked at once more after they took their time, then the write is sent, a lost response
 * is looked for, and a line is in the audit log before the caller hears of the result.
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

/**
 * How closely a write is looked at: one rule for whether the user has to agree and whether the
 * audience is read first. A request that is not needed is not made.
 */
function scrutinyOf<Name extends OperationName>(wish: Wish<Name>, context: WriteContext) {
  const needsAgreement = context.mode === 'writes' || (context.mode === 'remove' && wish.grave);
  const readsFirst =
    needsAgreement ||
    wish.readsFirst ||
    wish.dryRun === true ||
    wish.expectedUpdatedAt !== undefined ||
    context.auditLog !== undefined;
  return { needsAgreement, readsFirst };
}

/** A write that may be sent. */
interface Ready<Name extends OperationName> {
  planned: PlannedWrite<Name>;
  /** The ids of the audiences that were there when it was looked last, where one is to be made. */
  knownIds: ReadonlySet<string> | undefined;
  /** How the user agreed; undefined if that was not needed. */
  agreement: Agreement | undefined;
}

/** One wish on its way. */
class Undertaking<Name extends OperationName> {
  readonly #wish: Wish<Name>;
  readonly #context: WriteContext;

  constructor(wish: Wish<Name>, context: WriteContext) {
    this.#wish = wish;
    this.#context = context;
  }

  async run(): Promise<Outcome<Name>> {
    const { needsAgreement, readsFirst } = scrutinyOf(this.#wish, this.#context);
    const search = await this.#search();
    const before = readsFirst ? await this.#read() : undefined;
    const plan = await this.#wish.plan(before);
    const planned = await this.#prepare(plan, before, search);
    const advice = [...plan.advice, ...(search?.advice ?? [])];
    if (this.#wish.dryRun) {
      const { request, after } = planned;
      const rehearsal = {
        request,
        needsConfirmation: needsAgreement,
        before: before ?? null,
        after: after ?? null,
      };
      return { kind: 'rehearsed', rehearsal, advice };
    }
    const done = await this.#write(planned, needsAgreement, search);
    return { kind: 'done', before, advice, ...done };
  }

  /** What the space holds, before an audience is made in it. */
  async #search(): Promise<Search | undefined> {
    const { creation, spaceId } = this.#wish;
    return creation && searchDuplicate({ spaceId, ...creation }, this.#context);
  }

  /** The audience as it is; undefined for one that is to be made. */
  async #read(): Promise<Audience | undefined> {
    const { api, call, seen } = this.#context;
    const { spaceId, id, expectedUpdatedAt } = this.#wish;
    if (id === undefined) return undefined;
    const { audience } = await api.send('get_audience', { spaceId, id }, call);
    seen.note(spaceId, audience);
    if (expectedUpdatedAt !== undefined) this.#assertFresh(audience, expectedUpdatedAt);
    return audience;
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
    { input, after }: Plan<Name>,
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
      notes: existing ? [`There is one of this name already: ${quoted(existing.id)}.`] : [],
    });
  }

  /** The plan with its request, and the options in that, in the edition in force. */
  async #withRequest(planned: Omit<PlannedWrite<Name>, 'request'>): Promise<PlannedWrite<Name>> {
    const request = await this.#context.api.preview(planned.write);
    const options = optionsIn(request) ?? planned.after?.options;
    return { ...planned, request, after: planned.after && { ...planned.after, options } };
  }

  /** Gets the agreement and sends the write, both recorded. */
  async #write(planned: PlannedWrite<Name>, needsAgreement: boolean, search: Search | undefined) {
    await this.#context.auditLog?.assertWritable();
    let ready: Ready<Name> = { planned, knownIds: search?.ids, agreement: undefined };
    let { confirmation } = this.#wish;
    for (;;) {
      if (needsAgreement) ready = await this.#agree(ready, confirmation);
      try {
        return await this.#sendAndRecord(ready);
      } catch (error) {
        if (!(error instanceof MeaningChangedError)) throw error;
        // What was agreed to is no longer what would be sent: the user is asked about that.
        confirmation = undefined;
        ready = { ...ready, planned: await this.#inChangedEdition(ready.planned) };
      }
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
        const agreement = await agree(planned, confirmation, this.#context);
        if (agreement === 'confirmation') return { planned, knownIds, agreement };
        await this.#context.auditLog?.assertWritable();
        knownIds = await this.#lookOnceMore(planned);
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
   * A person takes time to answer; what they agreed to must still be so.
   *
   * @returns the ids of the audiences that are there now, where one is to be made.
   */
  async #lookOnceMore({ before }: PlannedWrite<Name>): Promise<ReadonlySet<string> | undefined> {
    const search = await this.#search();
    const now = before && (await this.#read());
    if (before && differences(snapshotOf(before), snapshotOf(now ?? {})).length > 0) {
      throw staleError(sinceAsked, now, snapshotOf(before));
    }
    return search?.ids;
  }

  async #sendAndRecord(ready: Ready<Name>) {
    const { planned, agreement } = ready;
    const confirmed = agreement ?? 'not_needed';
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
      await record({ outcome, error: inWords(error) });
      throw error;
    }
  }

  async #send(
    { planned, knownIds, agreement }: Ready<Name>,
    onRequest: (request: RequestPreview) => void,
  ) {
    const { api, call, sending, now } = this.#context;
    const { operation, kind, creation, spaceId } = this.#wish;
    if (call.signal.aborted) throw new CancelledError(operation, false);
    const { write, request, before, after } = planned;
    const agreedIn = agreement && request.edition;
    const sentAt = now();
    try {
      const under = { ...sending, onRequest, agreedIn };
      const output = await api.send(write.operation, write.input, under);
      return { output, foundAfterLoss: false };
    } catch (error) {
      if (error instanceof OutcomeUnknownError && creation && after) {
        const known = knownIds ?? new Set<string>();
        const lost = { spaceId, wanted: after, sentAt, known, error };
        const found = await findCreated(lost, { api, call: sending });
        return { output: creation.outputOf(found), foundAfterLoss: true };
      }
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

function optionsIn({ body }: RequestPreview): AudienceShape['options'] {
  return body && 'options' in body ? optionsSchema.safeParse(body.options).data : undefined;
}

/** Two texts may name the same moment. */
function isSameTime(a: string | null | undefined, b: string): boolean {
  return a === b || Date.parse(a ?? '') === Date.parse(b);
}

/** An audience that may be gone is not lost: the error holds it as it was. */
function keepCopy(error: unknown, audience: Audience): unknown {
  if (!(error instanceof NoAnswerError)) return error;
  const { code, message, facts, cause } = error;
  return new NoAnswerError(
    code,
    `${message} It may have been removed all the same.`,
    {
      ...facts,
      next: `Look with get_audience whether it is still there. If it is gone, details.audience is what it was. ${facts.next}`,
      details: { audience, cause: facts.details },
    },
    { cause },
  );
}

function inWords(error: unknown): AuditEntry['error'] {
  const code = error instanceof AudiencesError ? error.code : 'internal_error';
  return { code, message: error instanceof Error ? error.message : String(error) };
}
