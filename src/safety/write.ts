import type { RequestPreview } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import {
  type Audience,
  audiencesIn,
  type Input,
  type OperationName,
  optionsSchema,
  type Output,
} from '../segment/contract.ts';
import type { EditionName } from '../segment/editions/row.ts';
import {
  AudiencesError,
  CancelledError,
  MeaningChangedError,
  mayHaveTakenEffect,
  NoAnswerError,
  OutcomeUnknownError,
} from '../segment/errors.ts';
import { cut, quoted, visible } from '../visible.ts';
import {
  type Agreement,
  type AgreementContext,
  agree,
  type ConfirmMode,
  type PlannedWrite,
  sinceAsked,
} from './agreement.ts';
import { type AuditEntry, type AuditLog, UnrecordedError } from './audit-log.ts';
import { keyOf, type NameReservations, type Search, searchDuplicate } from './duplicates.ts';
import { findCreated } from './lost-create.ts';
import type { WriteKind } from './question.ts';
import { type AudienceShape, differences, snapshotOf, staleError } from './snapshot.ts';

/** Longer than this are neither times nor ids. */
const maxWordChars = 200;

/** What a tool wants to be written, before anything is known of the state that it meets. */
export interface Wish<Name extends OperationName> {
  operation: Name;
  kind: WriteKind;
  spaceId: string;
  /** The audience that is to be changed or removed; undefined for one that is to be made. */
  id?: string;
  /**
   * The input as far as it is known before anything is read: what the edition can't express is
   * refused before it costs a request.
   */
  draft: Input<Name>;
  /** Whether it deletes an audience, switches it off, or changes who is in it. */
  grave: boolean;
  /** Whether the audience has to be read first, whatever the settings are. */
  readsFirst: boolean;
  /** Send nothing, show what would be sent. */
  dryRun?: boolean;
  /** The value that shows that the user agreed. */
  confirmation?: string;
  /** `updatedAt` as the caller read it; the write is refused if it has changed since. */
  expectedUpdatedAt?: string;
  /** Only for an audience that is to be made. */
  creation?: {
    name: string;
    /** Whether there may be another audience of this name. */
    allowDuplicate: boolean;
    /** The output for an audience that was found after the response was lost. */
    outputOf(found: Audience): Output<Name>;
  };
  /** Makes the write, given the audience as it is if that was read. */
  plan(before: Audience | undefined): Promise<Plan<Name>>;
}

/** The write that a wish comes to. */
export interface Plan<Name extends OperationName> {
  input: Input<Name>;
  /** The audience as it would be; undefined for one that is to be removed. */
  after: AudienceShape | undefined;
  /** What the caller should know about it, in any case. */
  advice: readonly string[];
}

/** What a dry run shows. */
export interface Rehearsal {
  request: RequestPreview;
  needsConfirmation: boolean;
  before: Audience | null;
  after: AudienceShape | null;
}

/** What became of a wish. */
export type Outcome<Name extends OperationName> =
  | { kind: 'rehearsed'; rehearsal: Rehearsal; advice: string[] }
  | {
      kind: 'done';
      output: Output<Name>;
      /** The audience as it was before, if it was read. */
      before: Audience | undefined;
      /** Whether the response was lost, and the audience found all the same. */
      foundAfterLoss: boolean;
      /** The edition in which it was written. */
      edition: EditionName;
      /** The options as they were written in that edition. */
      options: AudienceShape['options'];
      advice: string[];
    };

/** What writes are carried out with; `call` is for all that comes before the sending. */
export interface WriteContext extends AgreementContext {
  /** The call under which the write is sent, and looked for where its response was lost. */
  sending: CallContext;
  mode: ConfirmMode;
  auditLog: AuditLog | undefined;
  reservations: NameReservations;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** Carries out what a tool wants to be written. */
export type CarryOut = <Name extends OperationName>(wish: Wish<Name>) => Promise<Outcome<Name>>;

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
    if (!wish.dryRun) await context.api.foresee(operation, spaceId, context.call);
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
    let { confirmation } = this.#wish;
    let current = planned;
    for (;;) {
      const agreed = needsAgreement ? await this.#agree(current, confirmation) : undefined;
      try {
        return await this.#sendAndRecord(agreed?.planned ?? current, agreed?.agreement, search);
      } catch (error) {
        if (!(error instanceof MeaningChangedError)) throw error;
        // What was agreed to is no longer what would be sent: the user is asked about that.
        confirmation = undefined;
        current = await this.#withRequest(current);
      }
    }
  }

  /** @throws what `agree` throws, recorded. */
  async #agree(planned: PlannedWrite<Name>, confirmation: string | undefined) {
    let current = planned;
    try {
      for (;;) {
        const agreement = await agree(current, confirmation, this.#context);
        if (agreement === 'confirmation') return { planned: current, agreement };
        await this.#context.auditLog?.assertWritable();
        await this.#lookOnceMore(current);
        const now = await this.#withRequest(current);
        const shown = JSON.stringify(current.request.body);
        if (JSON.stringify(now.request.body) === shown) return { planned: now, agreement };
        current = now;
      }
    } catch (error) {
      const code = error instanceof AudiencesError ? error.code : undefined;
      if (code !== 'confirmation_required' && code !== 'audit_failed') {
        const confirmed = code === 'declined' ? 'declined' : 'not_valid';
        await this.#record(current, { outcome: 'not_done', error: inWords(error), confirmed });
      }
      throw error;
    }
  }

  /** A person takes time to answer; what they agreed to must still be so. */
  async #lookOnceMore({ before }: PlannedWrite<Name>): Promise<void> {
    await this.#search();
    const now = before && (await this.#read());
    if (before && differences(snapshotOf(before), snapshotOf(now ?? {})).length > 0) {
      throw staleError(sinceAsked, now, snapshotOf(before));
    }
  }

  async #sendAndRecord(
    planned: PlannedWrite<Name>,
    agreement: Agreement | undefined,
    search: Search | undefined,
  ) {
    const confirmed = agreement ?? 'not_needed';
    try {
      const sent = await this.#send(planned, agreement !== undefined, search);
      const [audience] = audiencesIn(sent.output);
      if (audience) this.#context.seen.note(this.#wish.spaceId, audience);
      const id = planned.id ?? audience?.id;
      await this.#record(planned, { id, outcome: 'done', confirmed, after: audience ?? null });
      const { request, after } = await this.#withRequest(planned);
      return { ...sent, edition: request.edition, options: after?.options };
    } catch (error) {
      if (error instanceof MeaningChangedError || error instanceof UnrecordedError) throw error;
      const outcome = mayHaveTakenEffect(error) ? 'unknown' : 'not_done';
      await this.#record(planned, { outcome, error: inWords(error), confirmed });
      throw error;
    }
  }

  async #send(planned: PlannedWrite<Name>, agreed: boolean, search: Search | undefined) {
    const { api, call, sending, now } = this.#context;
    const { kind, creation, spaceId } = this.#wish;
    if (call.signal.aborted) throw new CancelledError(this.#wish.operation, false);
    const { write, request, before, after } = planned;
    const sentAt = now();
    try {
      const output = await api.send(write.operation, write.input, {
        ...sending,
        agreedIn: agreed ? request.edition : undefined,
      });
      return { output, foundAfterLoss: false };
    } catch (error) {
      if (error instanceof OutcomeUnknownError && creation && after) {
        const known = search?.ids ?? new Set<string>();
        const lost = { spaceId, wanted: after, sentAt, known, error };
        const found = await findCreated(lost, { api, call: sending });
        return { output: creation.outputOf(found), foundAfterLoss: true };
      }
      throw kind === 'remove' && before ? keepCopy(error, before) : error;
    }
  }

  async #record(
    planned: PlannedWrite<Name>,
    more: Pick<AuditEntry, 'outcome' | 'confirmed'> & Partial<AuditEntry>,
  ): Promise<void> {
    const { auditLog } = this.#context;
    if (!auditLog) return;
    const { write, before, spaceId, id } = planned;
    // A change of the edition may have given it another form on its way.
    const { request } = await this.#withRequest(planned);
    const entry = { tool: write.operation, space: spaceId, id, before };
    await auditLog.record({ ...entry, sent: request.body, ...more });
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
