import type { RequestPreview, SegmentApi, Write } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import type { OperationName } from '../segment/contract.ts';
import { AudiencesError } from '../segment/errors.ts';
import type { Audience } from '../segment/models/audience.ts';
import { type Feeds, findDestinations } from '../space/destinations.ts';
import { quotedPlainly } from '../visible.ts';
import {
  type Accepted,
  type ConfirmationDesk,
  confirmationLifeMs,
  type Judgement,
  type Subject,
  type Unshown,
} from './confirmation.ts';
import { type Dependents, findDependents } from './dependents.ts';
import { concernsDependents, describeWrite, type WriteKind } from './question.ts';
import type { SeenAudiences } from './seen.ts';
import { type AudienceShape, type Snapshot, snapshotOf, staleError } from './snapshot.ts';
import type { ThingKind } from './thing.ts';

/**
 * Which calls need the user's agreement: none; `remove`, those that delete an audience, switch it
 * off, or replace its definition or options; `writes`, all that change anything.
 */
export const confirmModes = ['none', 'remove', 'writes'] as const;
export type ConfirmMode = (typeof confirmModes)[number];

/**
 * How agreement is sought: through the client's own question where the client can put it, else by a
 * value that the agent passes on after it asked; only the one; only the other.
 */
export const askModes = ['auto', 'elicitation', 'confirmation'] as const;
export type AskMode = (typeof askModes)[number];

/** What came of asking the user. */
export type UserAnswer =
  | 'yes'
  | 'declined'
  /** So quickly that nobody can have read the question. */
  | 'declined at once'
  /** An acceptance in which the box is not ticked. */
  | 'unconfirmed'
  | 'cancelled'
  | 'timed out'
  /** The server stops, and can't wait for the answer. */
  | 'withdrawn'
  /** The client did not show the question, or nobody can have read it. */
  | 'unseen'
  /** The client does not know how to ask. */
  | 'unsupported';

/** A write that is ready to be sent, with what people have to know of it. */
export interface PlannedWrite<Name extends OperationName = OperationName> {
  write: Write<Name>;
  /** The request that it makes in the edition in force. */
  request: RequestPreview;
  kind: WriteKind;
  about: ThingKind;
  spaceId: string;
  /** The audience that it is about; undefined for one that is to be made. */
  id: string | undefined;
  /** The audience as it was read for this; undefined for one that is to be made, or if not needed. */
  before: Audience | undefined;
  /** The audience as it would be; undefined for one that is to be removed. */
  after: AudienceShape | undefined;
  /** Whether it deletes an audience, switches it off, or changes who is in it. */
  grave: boolean;
  /** What else the user agrees to, each in a sentence of our own. */
  notes: readonly string[];
  /** What speaks against it now: said, but no part of what is agreed to. */
  warnings: readonly string[];
  /** The same, with what follows from it in the edition in force. */
  consequences: readonly string[];
  /** Why the user is asked once more, in a sentence of our own; it is no part of what is agreed to. */
  whyAgain?: string;
}

/** What agreement needs to be sought. */
export interface AgreementContext {
  api: SegmentApi;
  call: CallContext;
  confirmations: ConfirmationDesk;
  seen: SeenAudiences;
  /** Asks the user; undefined where the client can't. */
  ask: ((question: string) => Promise<UserAnswer>) | undefined;
  askMode: AskMode;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Milliseconds since any moment, by a clock that is never set. */
  elapsed: () => number;
}

/** How a write was agreed to. */
export interface Agreement {
  by: 'elicitation' | 'confirmation';
  /** Uses up the value that was passed; false if that can't be. Called right before the sending. */
  spend(): Promise<boolean>;
  /** Takes that back, where nothing was sent after all. */
  giveBack(): Promise<void>;
}

/** More names than these would not be read. */
const maxNamed = 10;
/** What a person has seen of who depends on an audience is good for this long. */
const maxDependentsAgeMs = 10_000;
/** When to try again where the space can't be searched now. */
const searchAgainMs = 10_000;

/** What the user is to agree to: one write, or several. */
export interface Matter {
  subject: Subject;
  /** What is to be done, as the user reads it. */
  describe(): Promise<string>;
  /** The dependents that were found for it; undefined if they are not known. */
  shownIds(): readonly string[] | undefined;
  /**
   * @param unshown which dependents were not known to the user when they agreed, `ageMs` ago.
   * @throws {AudiencesError} `stale` if there are others by now, `rate_limited` if that can't be told.
   */
  assertShown(unshown: Unshown | undefined, ageMs: number): Promise<void>;
  /** The error for a value that was made for another state. */
  changed(wasState: (state: Snapshot) => boolean): AudiencesError;
}

/**
 * Gets the user's agreement: by a value that an earlier call returned, by asking through the client,
 * or, where that can't be, by returning such a value.
 *
 * @param confirmation the value that was passed, if any.
 * @throws {AudiencesError} `declined`, `confirmation_required`, and what the matter throws.
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
  const asked = await askUser(matter, context);
  if (asked === 'agrees') return agreedInPerson;
  if (askMode === 'elicitation') throw notAsked(asked);
  const description = await matter.describe();
  const value = confirmations.issue(matter.subject, matter.shownIds());
  throw required(description, value, judgement?.kind, confirmations.isAlone);
}

/**
 * @returns whether the user agrees, can't have seen the question, or can't be asked.
 * @throws {AudiencesError} `declined`
 */
async function askUser(
  matter: Matter,
  { ask, askMode, elapsed }: AgreementContext,
): Promise<'agrees' | 'unseen' | 'unsupported'> {
  if (!ask || askMode === 'confirmation') return 'unsupported';
  const question = `${await matter.describe()}\n\nDo you agree?`;
  const shownIds = matter.shownIds();
  const shown = shownIds && new Set(shownIds);
  const askedAt = elapsed();
  const answer = await ask(question);
  if (answer === 'unseen' || answer === 'unsupported') return answer;
  if (answer !== 'yes') throw declined(answer);
  const unshown = shown && ((ids: readonly string[]) => ids.filter((id) => !shown.has(id)));
  await matter.assertShown(unshown, elapsed() - askedAt);
  return 'agrees';
}

/** Seeks the agreement of the user to one write. */
export class Seeking {
  readonly #context: AgreementContext;
  /** Who depends on the audience, as it was found in this call, and when. */
  #found: Dependents | undefined;
  #foundAt = 0;
  /** Where the audience is sent, as it was found in this call. */
  #feeds: Feeds | undefined;

  constructor(context: AgreementContext) {
    this.#context = context;
  }

  /**
   * Gets the user's agreement to a write: by a value that an earlier call returned, by asking through
   * the client, or, where that can't be, by returning such a value.
   *
   * @param confirmation the value that was passed, if any.
   * @throws {AudiencesError} `declined`, `confirmation_required`, `stale` where the audience, or who
   * depends on it, has changed since the user was asked, or `rate_limited` where that can't be told.
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
   * Who depends on the audience is a part of what was agreed to: searched again if that is a while
   * ago, once for a call.
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
    const isOld = this.#context.elapsed() - this.#foundAt > maxDependentsAgeMs;
    const [found, feeds] = await Promise.all([
      before && concernsDependents(kind) && (!this.#found || isOld)
        ? findDependents(spaceId, before, this.#context)
        : undefined,
      this.feedsOf(plan),
    ]);
    if (found) this.#note(found);
    const allNotes = [...(whyAgain ? [whyAgain] : []), ...notes, ...consequences];
    const dependents = this.#shown();
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
   * Where the audience of a grave write is sent, looked up once for a call; undefined for another
   * write, and for what is no audience. It is said, but no part of what is agreed to.
   */
  async feedsOf({
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
  spend: async () => true,
  giveBack: async () => {},
};

/** The agreement that a value shows. */
export function agreedBy({ spend, giveBack }: Accepted): Agreement {
  return { by: 'confirmation', spend, giveBack };
}

export const sinceAsked = 'since the user was asked';

function subjectOf<Name extends OperationName>(plan: PlannedWrite<Name>): Subject {
  const { write, request, kind, spaceId, id, before, notes } = plan;
  const plain = kind === 'create' ? withoutDefaults : (value: unknown) => value;
  return {
    operation: write.operation,
    spaceId,
    id,
    // The space is sealed by itself, however it is written.
    act: { input: plain({ ...write.input, spaceId: undefined }), body: plain(request.body), notes },
    state: before && snapshotOf(before),
  };
}

/** What a new audience has anyway, if nothing else is given. */
const defaults: Readonly<Record<string, unknown>> = {
  enabled: true,
  includeHistoricalData: false,
  includeAnonymousUsers: false,
};

/** The same without what is the default: whether that is spelled out makes no difference. */
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

const operatorsChoice =
  'whoever runs this server can set --ask auto|elicitation|confirmation (SEGMENT_ASK); with confirmation it never asks through the client.';
/** What else to do where the user may not have seen the question. */
const neverSeen: Partial<Record<UserAnswer, string>> = {
  'declined at once': `If the user never saw a question, this client answers in their place: ${operatorsChoice}`,
  'timed out': `If the user never saw a question, this client does not show it: ${operatorsChoice}`,
};

function declined(answer: Exclude<UserAnswer, 'yes' | 'unseen' | 'unsupported'>): AudiencesError {
  const why = {
    declined: 'The user said no',
    'declined at once': 'The user said no',
    unconfirmed: 'The answer did not confirm it',
    cancelled: 'The user closed the question without an answer',
    'timed out': `The user did not answer within ${confirmationLifeMs / 60_000} minutes`,
    withdrawn: 'The server is stopping, and withdrew its question to the user',
  };
  const next =
    'Do not try it again by yourself. Tell the user that nothing was changed, and ask what they want instead.';
  if (answer === 'withdrawn') {
    return new AudiencesError('declined', `${why[answer]}. Nothing was sent.`, {
      next: 'Call again in a few seconds: the user will be asked again.',
    });
  }
  return new AudiencesError('declined', `${why[answer]}. Nothing was sent.`, {
    next: [next, neverSeen[answer] ?? []].flat().join(' '),
  });
}

function notAsked(why: 'unseen' | 'unsupported'): AudiencesError {
  const reasons = {
    unseen: 'The client failed to show the question, or closed it before anyone can have read it',
    unsupported: 'This client can not ask its user',
  };
  return new AudiencesError(
    'declined',
    `${reasons[why]}, and this server takes no other agreement (--ask elicitation). Nothing was sent.`,
    {
      next: 'Tell the user that nothing was changed, and that whoever runs this server can set --ask auto (SEGMENT_ASK) to let them agree in the conversation.',
    },
  );
}

/** @param ids of those that are new; undefined if that can't be told. */
function builtOnSince(
  ids: readonly string[] | undefined,
  dependents: readonly Audience[],
): AudiencesError {
  const isNew = new Set(ids);
  const names = dependents
    .filter(({ id }) => isNew.has(id))
    .slice(0, maxNamed)
    .map(({ name, id }) => `${quotedPlainly(name ?? '')} (${quotedPlainly(id)})`);
  const what = ids
    ? `other audiences have come to be built on this one: ${names.join(', ')}`
    : `the audiences that are built on this one have changed; which of the ${dependents.length} is new can not be told of so many, it may be that one is gone`;
  const next = ids ? 'Tell the user which.' : 'Tell the user.';
  return new AudiencesError('stale', `Since the user was asked, ${what}. Nothing was sent.`, {
    next: `${next} If the write is still wanted, call again without confirmation.`,
  });
}

/** The error where it can not be told who depends on what is to be written. */
export function cannotTell(cause: AudiencesError | undefined): AudiencesError {
  return new AudiencesError(
    'rate_limited',
    'Whether other audiences have come to be built on this one since the user was asked can not be told now. Nothing was sent.',
    {
      next: 'Wait retryAfterMs and call again with the same arguments; the confirmation was not used up.',
      retryAfterMs: cause?.facts.retryAfterMs ?? searchAgainMs,
      details: cause && { cause: cause.code },
    },
  );
}

function required(
  description: string,
  confirmation: string,
  problem: Exclude<Judgement['kind'], 'accepted' | 'changed'> | undefined,
  isAlone: boolean,
): AudiencesError {
  const made = isAlone ? ' This process accepts only those that it made itself.' : '';
  const problems = {
    foreign: `The confirmation that was passed was not made here, or not for this write.${made}\n`,
    other: 'The confirmation that was passed was not made for exactly this write.\n',
    expired: 'The confirmation that was passed has expired.\n',
    used: 'The confirmation that was passed was used already.\n',
  };
  const why = problem ? problems[problem] : '';
  const message = `${why}Nothing was sent yet, because the user has to agree to this:\n\n${description}`;
  const next =
    'Show this to the user and ask. Only if they say yes, call again with the very same arguments and details.confirmation as confirmation; it works once, within 5 minutes.';
  return new AudiencesError('confirmation_required', isAlone ? `${message}\n\n${alone}` : message, {
    next: isAlone ? `${next} ${nextAlone}` : next,
    details: { confirmation },
  });
}

const alone =
  'The confirmation is good in this process of the server only, because it has no state folder that it can use.';
const nextAlone =
  'It works in this process of the server only. If a new one is started for each call, do not repeat this: tell the user that whoever runs the server can set SEGMENT_STATE_DIR to a private folder, use a client that asks its user (--ask elicitation), or ask for less agreement (--confirm).';
