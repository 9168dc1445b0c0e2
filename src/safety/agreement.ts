import type { RequestPreview, SegmentApi, Write } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import type { OperationName } from '../segment/contract.ts';
import type { AudiencesError } from '../segment/errors.ts';
import type { Audience } from '../segment/models/audience.ts';
import { type Feeds, findDestinations } from '../space/destinations.ts';
import type { Accepted, ConfirmationDesk, Refusal, Subject, Unshown } from './confirmation.ts';
import { type Dependents, findDependents, maxDependentsAgeMs } from './dependents.ts';
import {
  concernsDependents,
  describeWrite,
  feedsInWords,
  usedByInWords,
  type WriteKind,
} from './question.ts';
import {
  builtOnSince,
  cannotTell,
  declined,
  ForeignStateError,
  notAsked,
  QuestionError,
  required,
} from './refused-agreement.ts';
import type { SeenAudiences } from './seen.ts';
import { type AudienceShape, type Snapshot, snapshotOf, staleError } from './snapshot.ts';
import type { ThingKind } from './thing.ts';

/**
 * Which calls need the user's agreement: none; `remove`, those that delete an audience, disable it,
 * or replace its definition or options; `writes`, all that change anything.
 */
export const confirmModes = ['none', 'remove', 'writes'] as const;
export type ConfirmMode = (typeof confirmModes)[number];

/**
 * How agreement is sought: through a question that the client shows if it can, otherwise through a
 * value that the agent passes on after asking; only the former; only the latter.
 */
export const askModes = ['auto', 'elicitation', 'confirmation'] as const;
export type AskMode = (typeof askModes)[number];

/** The outcome of asking the user. */
export type UserAnswer =
  | 'yes'
  | 'declined'
  /** Too quickly for anyone to have read the question. */
  | 'declined at once'
  /** Accepted without ticking the box. */
  | 'unconfirmed'
  | 'cancelled'
  | 'timed out'
  /** The server stops, and can't wait for the answer. */
  | 'withdrawn'
  /** The client did not show the question, or nobody can have read it. */
  | 'unseen'
  /** The client does not know how to ask. */
  | 'unsupported';

/** What a call brings of an earlier one that ended with a question. */
export interface Reply {
  /** The value that went out with the question. */
  state: string;
  /** What the user answered; undefined for anything that is not an answer. @param ageMs since the question. */
  answer(ageMs: number): UserAnswer | undefined;
}

/**
 * How the user is asked: within the call; or between two calls, where the first ends with the question
 * and the second brings the reply.
 */
export type Ask = ((question: string) => Promise<UserAnswer>) | { reply: Reply | undefined };

/** A write that is ready to be sent, with what people have to know about it. */
export interface PlannedWrite<Name extends OperationName = OperationName> {
  write: Write<Name>;
  /** Its request in the edition in force. */
  request: RequestPreview;
  kind: WriteKind;
  about: ThingKind;
  spaceId: string;
  /** The audience that it is about; undefined for one that is to be created. */
  id: string | undefined;
  /**
   * The audience as it was read for this; undefined for one that is to be created, or if not
   * needed.
   */
  before: Audience | undefined;
  /** The audience as it would be; undefined for one that is to be removed. */
  after: AudienceShape | undefined;
  /** Whether it deletes or disables an audience, or changes who is in it. */
  grave: boolean;
  /** What else the user agrees to, one sentence each, in our own words. */
  notes: readonly string[];
  /** Current warnings: shown, but not part of what is agreed to. */
  warnings: readonly string[];
  /** The same, with its consequences in the edition in force. */
  consequences: readonly string[];
  /** Why the user is asked again, in our own words; not part of what is agreed to. */
  whyAgain?: string;
}

/** What agreement needs to be sought. */
export interface AgreementContext {
  api: SegmentApi;
  call: CallContext;
  confirmations: ConfirmationDesk;
  seen: SeenAudiences;
  /** Asks the user; undefined where the client can't. */
  ask: Ask | undefined;
  askMode: AskMode;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Milliseconds since an arbitrary moment, by a clock that is never set. */
  elapsed: () => number;
}

/** How the user agreed to a write. */
export interface Agreement {
  by: 'elicitation' | 'confirmation';
  /** Whether an earlier call asked, so that nothing that this one has read is older than the answer. */
  isEarlier: boolean;
  /** Which of several audiences have changed since, by their positions. */
  changed: readonly number[];
  /** Uses up the value that was passed; false if that fails. Called right before sending. */
  spend(): Promise<boolean>;
  /** Undoes that, if nothing was sent after all. */
  giveBack(): Promise<void>;
}

/** What the user has to agree to: one write, or several. */
export interface Matter {
  subject: Subject;
  /** The question that the user reads. */
  describe(): Promise<string>;
  /** The dependents that were found for it; undefined if they are not known. */
  shownIds(): readonly string[] | undefined;
  /**
   * @param unshown which dependents were not known to the user when they agreed, `ageMs` ago.
   * @throws {AudiencesError} `stale` if there are others by now, `rate_limited` if that is unknown.
   */
  assertShown(unshown: Unshown | undefined, ageMs: number): Promise<void>;
  /** The error for a value that was issued for another state. */
  changed(wasState: (state: Snapshot) => boolean): AudiencesError;
}

/**
 * Gets the user's agreement: through a value that an earlier call returned, by asking through the
 * client, or, if it can't ask, by returning such a value.
 *
 * @param confirmation the value that was passed, if any.
 * @throws {AudiencesError} `declined`, `confirmation_required`, and what `matter` throws.
 */
export async function seek(
  matter: Matter,
  confirmation: string | undefined,
  context: AgreementContext,
): Promise<Agreement> {
  const { confirmations, askMode } = context;
  const passed = askMode === 'elicitation' ? undefined : confirmation;
  const judgement = passed ? await confirmations.judge(passed, matter.subject) : undefined;
  if (judgement?.kind === 'accepted') {
    await matter.assertShown(judgement.unshown, judgement.ageMs);
    return agreedBy(judgement);
  }
  if (judgement?.kind === 'changed') throw matter.changed(judgement.wasState);
  return seekAnew(matter, judgement?.kind, context);
}

/**
 * The same without a value that is valid.
 *
 * @param refused why the value that was passed is of no use, if there was one.
 */
export async function seekAnew(
  matter: Matter,
  refused: Refusal | undefined,
  context: AgreementContext,
): Promise<Agreement> {
  const { confirmations, askMode } = context;
  const asked = await askUser(matter, context);
  if (typeof asked === 'object') return asked;
  if (askMode === 'elicitation') throw notAsked(asked);
  const description = await matter.describe();
  const value = confirmations.issue(matter.subject, matter.shownIds());
  throw required(description, value, refused, confirmations.isAlone);
}

/**
 * @returns the agreement, or why the user can't have seen the question.
 * @throws {AudiencesError} `declined`, or a question that ends the call.
 */
async function askUser(
  matter: Matter,
  context: AgreementContext,
): Promise<Agreement | 'unseen' | 'unsupported'> {
  const { ask, askMode, elapsed, confirmations } = context;
  if (!ask || askMode === 'confirmation') return 'unsupported';
  if (typeof ask === 'object') {
    const replied = ask.reply && (await agreedByReply(matter, ask.reply, context));
    if (replied) return replied;
    const question = await questionAbout(matter);
    throw new QuestionError(question, confirmations.issue(matter.subject, matter.shownIds()));
  }
  const question = await questionAbout(matter);
  const shownIds = matter.shownIds();
  const shown = shownIds && new Set(shownIds);
  const askedAt = elapsed();
  const answer = await ask(question);
  if (answer === 'unseen' || answer === 'unsupported') return answer;
  if (answer !== 'yes') throw declined(answer);
  const unshown = shown && ((ids: readonly string[]) => ids.filter((id) => !shown.has(id)));
  await matter.assertShown(unshown, elapsed() - askedAt);
  return agreedInPerson;
}

async function questionAbout(matter: Matter): Promise<string> {
  return `${await matter.describe()}\n\nDo you agree?`;
}

/**
 * @returns the agreement, or why the user can't have seen the question; undefined if the user has not
 * answered what is to be asked now.
 * @throws {AudiencesError} `declined`, `stale`, and for a state that was not issued or is used.
 */
async function agreedByReply(
  matter: Matter,
  { state, answer }: Reply,
  { confirmations }: AgreementContext,
): Promise<Agreement | 'unseen' | 'unsupported' | undefined> {
  const judgement = await confirmations.judge(state, matter.subject);
  switch (judgement.kind) {
    case 'accepted': {
      const { ageMs, unshown } = judgement;
      const answered = answer(ageMs);
      if (answered === undefined || answered === 'unseen' || answered === 'unsupported') {
        return answered;
      }
      if (answered !== 'yes') {
        // The question is answered: no later call may answer it otherwise.
        await judgement.spend();
        throw declined(answered);
      }
      await matter.assertShown(unshown, ageMs);
      return agreedBy(judgement, 'elicitation');
    }
    case 'changed':
      throw matter.changed(judgement.wasState);
    case 'expired':
      throw declined('timed out');
    case 'other':
      return undefined;
    default:
      throw new ForeignStateError(judgement.kind);
  }
}

/** Seeks the user's agreement to one write. */
export class Seeking {
  readonly #context: AgreementContext;
  /** Who depends on the audience, as found in this call, and when. */
  #found: Dependents | undefined;
  #foundAt = 0;
  /** Where the audience is sent, as found in this call. */
  #feeds: Feeds | undefined;

  constructor(context: AgreementContext) {
    this.#context = context;
  }

  /**
   * Gets the user's agreement to a write: through a value that an earlier call returned, by asking
   * through the client, or, if it can't ask, by returning such a value.
   *
   * @param confirmation the value that was passed, if any.
   * @throws {AudiencesError} `declined`, `confirmation_required`, `stale` if the audience, or who
   * depends on it, has changed since the user was asked, or `rate_limited` if that is unknown.
   */
  async agree<Name extends OperationName>(
    plan: PlannedWrite<Name>,
    confirmation: string | undefined,
  ): Promise<Agreement> {
    const matter: Matter = {
      subject: subjectOf(plan),
      describe: () => this.#describe(plan),
      shownIds: () => this.#shownIds(),
      assertShown: (unshown, ageMs) => this.#assertShown(plan, unshown, ageMs),
      changed: (wasState) => {
        const { about, spaceId, before } = plan;
        const known = before && this.#context.seen.find(spaceId, before.id, wasState);
        return staleError(about, sinceAsked, before, known);
      },
    };
    return seek(matter, confirmation, this.#context);
  }

  /**
   * Who depends on the audience is part of what was agreed to: searched again after a while, once
   * per call.
   */
  async #assertShown<Name extends OperationName>(
    { spaceId, before }: PlannedWrite<Name>,
    unshown: Unshown | undefined,
    ageMs: number,
  ): Promise<void> {
    if (!before || !unshown || ageMs <= maxDependentsAgeMs) return;
    const dependents = await findDependents(spaceId, before, this.#context);
    if (dependents.kind === 'unknown') throw cannotTell(dependents.error);
    this.#note(dependents);
    const ids = unshown(dependents.audiences.map(({ id }) => id));
    if (ids?.length === 0) return;
    throw builtOnSince(ids, dependents.audiences);
  }

  async #describe<Name extends OperationName>(plan: PlannedWrite<Name>): Promise<string> {
    const { kind, about, spaceId, before, after, notes, consequences, whyAgain } = plan;
    const [dependents, feeds] = await Promise.all([this.#dependentsOf(plan), this.#feedsOf(plan)]);
    const allNotes = [...(whyAgain ? [whyAgain] : []), ...notes, ...consequences];
    return describeWrite({
      kind,
      about,
      spaceId,
      before,
      after,
      dependents,
      feeds,
      notes: allNotes,
    });
  }

  /**
   * What the question about a grave write says about who depends on the audience and where it is sent,
   * one sentence each.
   */
  async reachInWords(
    plan: Pick<PlannedWrite, 'kind' | 'about' | 'spaceId' | 'before' | 'grave'>,
  ): Promise<string[]> {
    if (!plan.before || !plan.grave) return [];
    const [dependents, feeds] = await Promise.all([this.#dependentsOf(plan), this.#feedsOf(plan)]);
    return [
      ...(concernsDependents(plan.kind) ? [usedByInWords(dependents, plan.about)] : []),
      ...(feeds ? [feedsInWords(feeds)] : []),
    ];
  }

  /** Undefined if unknown, or if the write concerns none. */
  async #dependentsOf({
    kind,
    spaceId,
    before,
  }: Pick<PlannedWrite, 'kind' | 'spaceId' | 'before'>) {
    const isOld = this.#context.elapsed() - this.#foundAt > maxDependentsAgeMs;
    if (before && concernsDependents(kind) && (!this.#found || isOld)) {
      this.#note(await findDependents(spaceId, before, this.#context));
    }
    return this.#shown();
  }

  /**
   * Where the audience of a grave write is sent, looked up once per call; undefined for other
   * writes, and for what is not an audience. Shown, but not part of what is agreed to.
   */
  async #feedsOf({
    about,
    spaceId,
    before,
    grave,
  }: Pick<PlannedWrite, 'about' | 'spaceId' | 'before' | 'grave'>) {
    if (!before || !grave || about.noun !== 'audience') return undefined;
    this.#feeds ??= (await findDestinations(spaceId, [before.id], this.#context)).get(before.id);
    return this.#feeds;
  }

  #note(dependents: Dependents): void {
    this.#found = dependents;
    this.#foundAt = this.#context.elapsed();
  }

  #shown(): readonly Audience[] | undefined {
    return this.#found?.kind === 'known' ? this.#found.audiences : undefined;
  }

  #shownIds(): string[] | undefined {
    return this.#shown()?.map(({ id }) => id);
  }
}

const agreedInPerson: Agreement = {
  by: 'elicitation',
  isEarlier: false,
  changed: [],
  spend: async () => true,
  giveBack: async () => {},
};

/** The agreement that a value proves. */
export function agreedBy(
  { changed, spend, giveBack }: Accepted,
  by: Agreement['by'] = 'confirmation',
): Agreement {
  return { by, isEarlier: true, changed, spend, giveBack };
}

export const sinceAsked = 'since the user was asked';

function subjectOf<Name extends OperationName>(plan: PlannedWrite<Name>): Subject {
  const { write, request, kind, spaceId, id, before, notes } = plan;
  const plain = kind === 'create' ? withoutDefaults : (value: unknown) => value;
  return {
    operation: write.operation,
    spaceId,
    id,
    // The space is sealed separately, in whatever spelling.
    act: { input: plain({ ...write.input, spaceId: undefined }), body: plain(request.body), notes },
    state: before && snapshotOf(before),
  };
}

/** What a new audience has by default. */
const defaults: Readonly<Record<string, unknown>> = {
  enabled: true,
  includeHistoricalData: false,
  includeAnonymousUsers: false,
};

/** The same without defaults: whether they are spelled out makes no difference. */
function withoutDefaults(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value)
    .map(([key, item]) => [key, withoutDefaults(item)] as const)
    .filter(([key, item]) => item !== undefined && !(key in defaults && defaults[key] === item))
    .filter(([, item]) => !isEmptyObject(item));
  return Object.fromEntries(entries);
}

function isEmptyObject(value: unknown): boolean {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && Object.keys(value).length === 0;
}
