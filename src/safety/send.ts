import type { RequestPreview } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import type { OperationName, Output } from '../segment/contract.ts';
import type { EditionName } from '../segment/editions/row.ts';
import {
  AudiencesError,
  CancelledError,
  MeaningChangedError,
  mayHaveTakenEffect,
  NoAnswerError,
  OutcomeUnknownError,
  UnsentError,
} from '../segment/errors.ts';
import { type Audience, optionsSchema } from '../segment/models/audience.ts';
import { type Agreement, type PlannedWrite, sinceAsked } from './agreement.ts';
import { compareWithSent, UnlikeSentError } from './as-sent.ts';
import { type AuditEntry, UnrecordedError } from './audit-log.ts';
import { readinessOf } from './readiness.ts';
import {
  type AudienceShape,
  differences,
  fromTo,
  snapshotOf,
  staleError,
  valueInWords,
} from './snapshot.ts';
import { type ThingKind, thingsIn } from './thing.ts';
import type { Wish, WriteContext } from './wish.ts';

/** A write that may be sent. */
export interface Ready<Name extends OperationName> {
  planned: PlannedWrite<Name>;
  /** Only for an audience that is to be created. */
  creation?: Wish<Name>['creation'];
  /** The ids of everything in the space when last searched, if the search was complete. */
  knownIds: ReadonlySet<string> | undefined;
  /** How the user agreed; undefined if that was not needed. */
  agreement: Agreement | undefined;
}

/** A write that took effect. */
export interface Sent<Name extends OperationName> {
  output: Output<Name>;
  /** Whether the response was lost, and a search found the audience. */
  foundAfterLoss: boolean;
  /** What the response shows differently from what was sent, phrased to follow "shows". */
  unlike: string | undefined;
  /** The edition in which it was written. */
  edition: EditionName;
  /** The options as they were written in that edition. */
  options: AudienceShape['options'];
}

/** Another call used up the value while this one was in progress. */
export class SpentError extends AudiencesError {
  constructor() {
    super('confirmation_required', 'The confirmation has already been used. Nothing was changed.', {
      next: 'Call again without confirmation.',
    });
  }
}

/** The agreement to one write, used up by its first request that goes out. */
class Spending {
  readonly #agreement: Agreement;
  #isSpent = false;

  constructor(agreement: Agreement) {
    this.#agreement = agreement;
  }

  /** @throws {SpentError} if another call was quicker. @throws {UnavailableError} */
  async spend(): Promise<void> {
    if (!this.#isSpent && !(await this.#agreement.spend())) throw new SpentError();
    this.#isSpent = true;
  }

  async giveBack(): Promise<void> {
    if (this.#isSpent) await this.#agreement.giveBack();
  }
}

/**
 * Sends a write that may be sent, at most once, with a line in the audit log before and after it.
 * The present state is read once more when the write has its place in the quota; after a lost
 * response, the result is searched for.
 *
 * @throws {AudiencesError} whenever it was not, or may not have been, done.
 */
export async function sendRecorded<Name extends OperationName>(
  ready: Ready<Name>,
  context: WriteContext,
): Promise<Sent<Name>> {
  const { planned, agreement } = ready;
  const { auditLog, seen } = context;
  const confirmed = agreement?.by ?? 'not_needed';
  // The edition may change in between: what counts is the request that went out last.
  const out = { request: planned.request };
  const attempt = await auditLog?.start({ ...entryOf(planned, context), confirmed });
  const recordIt = (more: Pick<AuditEntry, 'outcome'> & Partial<AuditEntry>) =>
    record({ ...planned, request: out.request }, { confirmed, ...more }, context, attempt);
  try {
    const done = await send(ready, out, context);
    const [written] = thingsIn(done.output);
    if (written) seen.note(planned.spaceId, written);
    const id = planned.id ?? written?.id;
    const gone = planned.kind === 'remove' ? null : undefined;
    const note = done.unlike && `Segment's response still shows ${done.unlike}.`;
    await recordIt({ id, outcome: 'done', after: written ?? gone, note });
    const { edition } = out.request;
    return { ...done, edition, options: optionsIn(out.request) ?? planned.after?.options };
  } catch (error) {
    if (error instanceof UnrecordedError) throw error;
    const outcome = mayHaveTakenEffect(error) ? 'unknown' : 'not_done';
    const isNoLongerSo = agreement && isStale(error);
    const how = isNoLongerSo ? { confirmed: 'not_valid' as const } : {};
    await recordIt({ outcome, error: inWords(error), ...how });
    throw error;
  }
}

/** @param out which keeps the request that went out last. */
async function send<Name extends OperationName>(
  { planned, creation, knownIds, agreement }: Ready<Name>,
  out: { request: RequestPreview },
  context: WriteContext,
): Promise<Pick<Sent<Name>, 'output' | 'foundAfterLoss' | 'unlike'>> {
  const { api, call, sending, lostCreates, turns } = context;
  const { write, request, kind, about, spaceId, id, before, after } = planned;
  if (call.signal.aborted) throw new CancelledError(write.operation, false);
  const agreedIn = agreement && request.edition;
  const spending = agreement && new Spending(agreement);
  try {
    const since = agreement ? sinceAsked : 'since it was read for this call';
    const lookLast =
      before &&
      ((looking: CallContext) => assertUnchanged(planned, before, since, looking, context));
    const beforeSending = async () => {
      const { operation } = write;
      if (id !== undefined) turns.assertHeld({ about, operation, spaceId, id, call });
      await spending?.spend();
      await sending.beforeSending?.();
    };
    const onRequest = (last: RequestPreview) => {
      out.request = last;
    };
    const under = { ...sending, onRequest, agreedIn, lookLast, beforeSending };
    const make = () => api.send(write.operation, write.input, under);
    const compare = (output: Output<Name>) =>
      compareWithSent(planned, out.request, output, context);
    if (!creation || !after) return { ...(await compare(await make())), foundAfterLoss: false };
    const create = { about, spaceId, wanted: after, known: knownIds };
    const assertAsSent = async (answered: Output<Name>) => {
      const { output, unlike } = await compare(answered);
      const [made] = thingsIn(output);
      if (made && unlike !== undefined) throw new UnlikeSentError(about, made, unlike);
      return output;
    };
    const steps = { send: make, assertAsSent, outputOf: creation.outputOf };
    const done = await lostCreates.during(create, steps, { api, call: sending });
    return { ...done, unlike: undefined };
  } catch (error) {
    if (isSurelyUnsent(error)) await spending?.giveBack();
    throw kind === 'remove' && before ? keepCopy(error, before, about) : error;
  }
}

/**
 * Reads once more what was read before the waits for a person, for another write and for the quota:
 * it must be unchanged, and it must not have become too early for an edit.
 *
 * @param since phrased to follow "changed". @throws {AudiencesError} `stale`
 */
async function assertUnchanged(
  { kind, about, spaceId, id = '' }: Pick<PlannedWrite, 'kind' | 'about' | 'spaceId' | 'id'>,
  before: Audience,
  since: string,
  looking: CallContext,
  context: WriteContext,
): Promise<void> {
  const { api, seen, now: dateNow } = context;
  const now = await about.read(api, { spaceId, id }, looking);
  const was = snapshotOf(before);
  const becameEarly = kind === 'change' && isEarlier(before, now, about, dateNow());
  if (!becameEarly && differences(was, snapshotOf(now)).length === 0) return;
  seen.note(spaceId, now);
  const stateOf = ({ status }: Audience) => valueInWords(status ?? undefined);
  const states = fromTo(stateOf(before), stateOf(now));
  const more = becameEarly ? [`it is too early to edit it now: its status changed ${states}`] : [];
  throw staleError(about, since, now, was, more);
}

/** Whether an edit would disturb a computation that began after the audience was read. */
function isEarlier(before: Audience, now: Audience, about: ThingKind, at: number): boolean {
  const isEarly = (audience: Audience) => readinessOf(audience, about, at)?.isEarly === true;
  return isEarly(now) && !isEarly(before);
}

function entryOf(
  { write, request, before, spaceId, id }: PlannedWrite,
  { tool }: Pick<WriteContext, 'tool'>,
) {
  const scheduleId = 'scheduleId' in write.input ? write.input.scheduleId : undefined;
  const { operation } = write;
  return { tool, operation, space: spaceId, id, scheduleId, before, sent: request.body };
}

/**
 * Records the outcome of a write.
 *
 * @param attempt of the started line, if there is one. @throws {UnrecordedError} if that fails.
 */
export async function record<Name extends OperationName>(
  planned: PlannedWrite<Name>,
  more: Pick<AuditEntry, 'outcome' | 'confirmed'> & Partial<AuditEntry>,
  context: Pick<WriteContext, 'auditLog' | 'tool'>,
  attempt?: string,
): Promise<void> {
  await context.auditLog?.record({ ...entryOf(planned, context), ...more }, attempt);
}

/**
 * Whether Segment certainly did not process a write: it was not reached, or had no quota for it.
 */
export function isSurelyUnsent(error: unknown): boolean {
  return error instanceof CancelledError ? !error.sent : error instanceof UnsentError;
}

/** Whether the audience is no longer what the write was meant for. */
function isStale(error: unknown): boolean {
  if (error instanceof MeaningChangedError) return false;
  return error instanceof AudiencesError && error.code === 'stale';
}

/** The options that a request writes; undefined if it writes none. */
export function optionsIn({ body }: RequestPreview): AudienceShape['options'] {
  return body && 'options' in body ? optionsSchema.safeParse(body.options).data : undefined;
}

/** Keeps a copy of a thing that may be gone: the error holds it as it was. */
function keepCopy(error: unknown, thing: Audience, { field }: ThingKind): unknown {
  const isUnknown = error instanceof OutcomeUnknownError;
  if (!isUnknown && !(error instanceof NoAnswerError)) return error;
  const { code, cause } = error;
  const message = `${error.message} It may still have been removed.`;
  const facts = {
    ...error.facts,
    next: `${error.facts.next} If it is gone, details.${field} shows it as it was.`,
    details: { [field]: thing, cause: error.facts.details },
  };
  return isUnknown
    ? new OutcomeUnknownError(message, facts, { cause })
    : new NoAnswerError(code, message, facts, { cause });
}

/** An error as the audit log shows it. */
export function inWords(error: unknown): { code: string; message: string } {
  const code = error instanceof AudiencesError ? error.code : 'internal_error';
  return { code, message: error instanceof Error ? error.message : String(error) };
}
