import type { CallContext } from '../segment/call.ts';
import type { OperationName } from '../segment/contract.ts';
import { AudiencesError, CancelledError, MeaningChangedError } from '../segment/errors.ts';
import type { Audience } from '../segment/models/audience.ts';
import { keyOf } from '../segment/names.ts';
import { cut, quoted, quotedPlainly, visible } from '../text/visible.ts';
import { type PlannedWrite, Seeking } from './agreement.ts';
import { adviceIfUnlike } from './as-sent.ts';
import { type Search, searchDuplicate } from './duplicates.ts';
import { readinessOf } from './readiness.ts';
import { inWords, optionsIn, type Ready, record, SpentError, sendRecorded } from './send.ts';
import { staleError } from './snapshot.ts';
import { audiences, type ThingKind } from './thing.ts';
import type { Outcome, Plan, Wish, WriteContext } from './wish.ts';

/** No sensible time or id is longer. */
const maxWordChars = 200;

/**
 * The one path of every write: the present state is read, the user agrees if needed, the state is
 * read once more when the write has its place in the quota, then the write is sent, and searched
 * for if its response is lost. One line is in the audit log before it is sent, another before the
 * caller gets the result.
 *
 * The write is one value from the plan to the audit log; it is sent at most once.
 *
 * @throws {AudiencesError} whenever it was not, or may not have been, done.
 */
export async function carryOut<Name extends OperationName>(
  wish: Wish<Name>,
  context: WriteContext,
): Promise<Outcome<Name>> {
  const { operation, about = audiences, spaceId, creation } = wish;
  try {
    await context.api.preview({ operation, input: wish.draft });
    // A dry run can't be too late for anything, and blocks nobody.
    if (wish.dryRun)
      return await new Undertaking(wish, { ...context, call: context.sending }).run();
    await context.api.foresee(operation, spaceId, context.call);
    const run = () => new Undertaking(wish, context).run();
    if (!creation) return await run();
    return await context.reservations.during({ about, spaceId, ...creation }, run);
  } catch (error) {
    // What was cancelled is a request on behalf of the write, which itself changed nothing yet.
    const isOther = error instanceof CancelledError && error.operation !== operation;
    throw isOther ? new CancelledError(operation, false, 'before it was carried out.') : error;
  }
}

/** A planned write, before its request in the edition in force is known. */
type Unrequested<Name extends OperationName> = Omit<PlannedWrite<Name>, 'request' | 'consequences'>;

/** A write whose present state is known. */
interface Begun<Name extends OperationName> {
  kind: 'begun';
  planned: PlannedWrite<Name>;
  needsAgreement: boolean;
  search: Search | undefined;
  /** What the caller should know about it, in any case. */
  advice: string[];
}

/** One wish in progress. */
class Undertaking<Name extends OperationName> {
  readonly #wish: Wish<Name>;
  readonly #about: ThingKind;
  readonly #context: WriteContext;
  readonly #seeking: Seeking;
  /** Whether other writes to the audience have to wait meanwhile. */
  #hasTurn = false;

  constructor(wish: Wish<Name>, context: WriteContext) {
    this.#wish = wish;
    this.#about = wish.about ?? audiences;
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

  /** One write at a time per audience. */
  async #inTurn<Result>(write: () => Promise<Result>): Promise<Result> {
    const { operation, spaceId, id } = this.#wish;
    if (id === undefined || this.#hasTurn) return write();
    const { call, turns } = this.#context;
    return turns.during({ about: this.#about, operation, spaceId, id, call }, async () => {
      this.#hasTurn = true;
      try {
        return await write();
      } finally {
        this.#hasTurn = false;
      }
    });
  }

  /** Reads the present state, and plans the write. */
  async #begin(): Promise<Begun<Name>> {
    await this.#settleLostCreate();
    const search = await this.#search();
    const before = await this.#read();
    const { kind, grave } = this.#wish;
    const { mode, now } = this.#context;
    const readiness =
      before && kind === 'change' ? readinessOf(before, this.#about, now()) : undefined;
    const needsAgreement =
      mode === 'writes' || (mode === 'remove' && (grave || readiness?.isEarly === true));
    if (before && needsAgreement) this.#context.seen.note(this.#wish.spaceId, before);
    const plan = await this.#wish.plan(before);
    const warnings = [...(readiness ? [readiness.note] : []), ...plan.warnings];
    const planned = await this.#prepare({ ...plan, warnings }, before, search);
    const advice = [...warnings, ...plan.advice, ...(search?.advice ?? [])];
    return { kind: 'begun', planned, needsAgreement, search, advice };
  }

  /** Rehearses the write, or gets agreement to it and sends it. */
  async #finish(begun: Begun<Name>): Promise<Outcome<Name>> {
    const { planned, needsAgreement, search, advice } = begun;
    const { request, before, after, consequences, warnings } = planned;
    if (this.#wish.dryRun) {
      const more = consequences.filter((sentence) => !warnings.includes(sentence));
      more.push(...(await this.#seeking.reachInWords(planned)));
      const rehearsal = {
        request,
        needsConfirmation: needsAgreement,
        before: before ?? null,
        after: after ?? null,
      };
      return { kind: 'rehearsed', rehearsal, advice: [...advice, ...more] };
    }
    const done = await this.#write(planned, needsAgreement, search);
    return { kind: 'done', before, ...done, advice: [...advice, ...adviceIfUnlike(done.unlike)] };
  }

  /** An audience that may still show up is not created again. */
  async #settleLostCreate(): Promise<void> {
    const { creation, spaceId, dryRun } = this.#wish;
    if (!creation || dryRun) return;
    const wanted = { about: this.#about, spaceId, name: creation.name };
    await this.#context.lostCreates.settle(wanted, this.#context);
  }

  /** What the space holds before an audience is created in it. */
  async #search(): Promise<Search | undefined> {
    const { creation, spaceId } = this.#wish;
    return creation && searchDuplicate({ about: this.#about, spaceId, ...creation }, this.#context);
  }

  /** The audience as it is; undefined for one that is to be created. */
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
    return this.#about.read(this.#context.api, { spaceId, id }, call);
  }

  #assertFresh(before: Audience, expected: string): void {
    if (isSameTime(before.updatedAt, expected)) return;
    const known = this.#context.seen.find(this.#wish.spaceId, before.id, ({ updatedAt }) =>
      isSameTime(updatedAt, expected),
    );
    const shown = (text: string) => cut(visible(text), maxWordChars);
    const when = shown(before.updatedAt ?? 'an unknown time');
    const who = shown(before.updatedBy ?? 'someone unknown');
    const since = `since ${quoted(expected)} (last changed at ${when}, by ${who})`;
    throw staleError(this.#about, since, before, known);
  }

  async #prepare(
    { input, after, warnings }: Plan<Name>,
    before: Audience | undefined,
    search: Search | undefined,
  ): Promise<PlannedWrite<Name>> {
    const { operation, kind, grave, creation, spaceId, id } = this.#wish;
    const existing = search?.existing;
    // If its name is taken, it gets a key that only Segment knows.
    const key = creation && !existing ? keyOf(creation.name) : after?.key;
    return this.#withRequest({
      write: { operation, input },
      kind,
      about: this.#about,
      spaceId,
      id,
      before,
      after: after && { ...after, key },
      grave,
      notes: existing ? [`This name is already taken, by ${quotedPlainly(existing.id)}.`] : [],
      warnings,
    });
  }

  /** The plan with its request, its options and its consequences, in the edition in force. */
  async #withRequest(planned: Unrequested<Name>): Promise<PlannedWrite<Name>> {
    const request = await this.#context.api.preview(planned.write);
    const written = optionsIn(request);
    // This one no edition can change.
    const { includeAnonymousUsers } = planned.before?.options ?? {};
    const options = written ? { includeAnonymousUsers, ...written } : planned.after?.options;
    const after = planned.after && { ...planned.after, options };
    const more = this.#wish.consequences(request.edition, after);
    return { ...planned, request, after, consequences: [...planned.warnings, ...more] };
  }

  /** Gets agreement and sends the write, recording both. */
  async #write(planned: PlannedWrite<Name>, needsAgreement: boolean, search: Search | undefined) {
    await this.#context.auditLog?.assertWritable();
    const { creation } = this.#wish;
    let ready: Ready<Name> = { planned, creation, knownIds: search?.ids, agreement: undefined };
    let { confirmation } = this.#wish;
    for (;;) {
      if (needsAgreement) ready = await this.#agree(ready, confirmation);
      try {
        return await this.#inItsTurn(ready);
      } catch (error) {
        // Another call was quicker: ask the user again.
        if (error instanceof SpentError) continue;
        if (!(error instanceof MeaningChangedError)) throw error;
        // What was agreed to is no longer what would be sent: ask the user about the new request.
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
        return sendRecorded(ready, this.#context);
      });
    } catch (error) {
      if (!hasBegun) {
        const confirmed = ready.agreement?.by ?? 'not_needed';
        const failed = { outcome: 'not_done', error: inWords(error), confirmed } as const;
        await record(ready.planned, failed, this.#context);
      }
      throw error;
    }
  }

  async #inChangedEdition(planned: PlannedWrite<Name>): Promise<PlannedWrite<Name>> {
    const changed = await this.#withRequest(planned);
    const whyAgain = `You are being asked again because Segment uses the ${changed.request.edition} edition of its API, in which the options are written like this.`;
    return { ...changed, whyAgain };
  }

  /** @throws what `agree` throws, recorded. */
  async #agree(ready: Ready<Name>, confirmation: string | undefined): Promise<Ready<Name>> {
    let { planned, knownIds } = ready;
    try {
      for (;;) {
        const agreement = await this.#seeking.agree(planned, confirmation);
        if (agreement.isEarlier) return { ...ready, planned, agreement };
        await this.#context.auditLog?.assertWritable();
        // A person takes time to answer: meanwhile, the name may have been taken.
        knownIds = (await this.#search())?.ids;
        const now = await this.#withRequest(planned);
        const shown = JSON.stringify(planned.request.body);
        if (JSON.stringify(now.request.body) === shown)
          return { ...ready, planned: now, knownIds, agreement };
        planned = await this.#inChangedEdition(planned);
      }
    } catch (error) {
      const code = error instanceof AudiencesError ? error.code : undefined;
      if (code !== 'confirmation_required' && code !== 'audit_failed') {
        const confirmed = code === 'declined' ? 'declined' : 'not_valid';
        const failed = { outcome: 'not_done', error: inWords(error), confirmed } as const;
        await record(planned, failed, this.#context);
      }
      throw error;
    }
  }
}

/** Two strings may mean the same moment. */
function isSameTime(a: string | null | undefined, b: string): boolean {
  return a === b || Date.parse(a ?? '') === Date.parse(b);
}
