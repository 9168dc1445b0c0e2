import type { RequestPreview, SegmentApi, Write } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import type { Audience, OperationName } from '../segment/contract.ts';
import { AudiencesError, CancelledError } from '../segment/errors.ts';
import { readSpace } from '../segment/space.ts';
import {
  type Confirmations,
  confirmationLifeMs,
  type Judgement,
  type Subject,
} from './confirmation.ts';
import { traitsIn } from './meaning.ts';
import { describeWrite, type WriteKind } from './question.ts';
import type { SeenAudiences } from './seen.ts';
import { type AudienceShape, snapshotOf, staleError } from './snapshot.ts';

/**
 * Which calls need the user's agreement: none; `remove`, those that delete an audience, switch it
 * off, or replace its definition or options; `writes`, all that change anything.
 */
export const confirmModes = ['none', 'remove', 'writes'] as const;
export type ConfirmMode = (typeof confirmModes)[number];

/** What came of asking the user. */
export type UserAnswer = 'yes' | 'declined' | 'cancelled' | 'timed out' | 'failed';

/** A write that is ready to be sent, with what people have to know of it. */
export interface PlannedWrite<Name extends OperationName = OperationName> {
  write: Write<Name>;
  /** The request that it makes in the edition in force. */
  request: RequestPreview;
  kind: WriteKind;
  spaceId: string;
  /** The audience that it is about; undefined for one that is to be made. */
  id: string | undefined;
  /** The audience as it was read for this; undefined for one that is to be made, or if not needed. */
  before: Audience | undefined;
  /** The audience as it would be; undefined for one that is to be removed. */
  after: AudienceShape | undefined;
  /** What else the user should know before they agree, each in a sentence of our own. */
  notes: readonly string[];
  /** Why the user is asked once more, in a sentence of our own; it is no part of what is agreed to. */
  whyAgain?: string;
}

/** What agreement needs to be sought. */
export interface AgreementContext {
  api: SegmentApi;
  call: CallContext;
  confirmations: Confirmations;
  seen: SeenAudiences;
  /** Asks the user; undefined where the client can't. */
  ask: ((question: string) => Promise<UserAnswer>) | undefined;
}

/** How a write was agreed to. */
export type Agreement = 'elicitation' | 'confirmation';

/**
 * Gets the user's agreement to a write: by asking through the client, or, where the client can't
 * ask, by a value that an earlier call returned.
 *
 * @param confirmation the value that was passed, if any.
 * @throws {AudiencesError} `declined`, `confirmation_required`, or `stale` where the audience has
 * changed since the value was made.
 */
export async function agree<Name extends OperationName>(
  plan: PlannedWrite<Name>,
  confirmation: string | undefined,
  context: AgreementContext,
): Promise<Agreement> {
  if (context.ask) {
    const answer = await context.ask(`${await describe(plan, context)}\n\nDo you agree?`);
    if (answer !== 'yes') throw declined(answer);
    return 'elicitation';
  }
  const subject = subjectOf(plan);
  const judgement = confirmation ? context.confirmations.accept(confirmation, subject) : undefined;
  if (judgement?.kind === 'accepted') return 'confirmation';
  if (judgement?.kind === 'changed') {
    const { spaceId, before } = plan;
    const known = before && context.seen.find(spaceId, before.id, judgement.wasState);
    throw staleError(sinceAsked, before, known);
  }
  const value = context.confirmations.issue(subject);
  throw required(await describe(plan, context), value, judgement?.kind);
}

export const sinceAsked = 'since the user was asked';

function subjectOf<Name extends OperationName>(plan: PlannedWrite<Name>): Subject {
  const { write, request, spaceId, id, before, notes } = plan;
  return {
    operation: write.operation,
    spaceId,
    id,
    act: { input: write.input, body: request.body, notes },
    state: before && snapshotOf(before),
  };
}

async function describe<Name extends OperationName>(
  { kind, spaceId, before, after, notes, whyAgain }: PlannedWrite<Name>,
  context: AgreementContext,
): Promise<string> {
  const dependents = before && (await findDependents(spaceId, before, context));
  const allNotes = whyAgain ? [...notes, whyAgain] : notes;
  return describeWrite({ kind, spaceId, before, after, dependents, notes: allNotes });
}

/** The other audiences of a space that use this one as a trait; undefined if that can't be found out. */
async function findDependents(
  spaceId: string,
  { id, key }: Audience,
  { api, call }: AgreementContext,
): Promise<Audience[] | undefined> {
  try {
    const { audiences, complete } = await readSpace(api, spaceId, call);
    if (!complete || typeof key !== 'string') return undefined;
    const dependents: Audience[] = [];
    for (const audience of audiences) {
      const traits = audience.id === id ? [] : await traitsIn(audience);
      if (traits.includes(key)) dependents.push(audience);
    }
    return dependents;
  } catch (error) {
    if (error instanceof CancelledError || !(error instanceof AudiencesError)) throw error;
    return undefined;
  }
}

function declined(answer: Exclude<UserAnswer, 'yes'>): AudiencesError {
  const why = {
    declined: 'The user said no',
    cancelled: 'The user closed the question without an answer',
    'timed out': `The user did not answer within ${confirmationLifeMs / 60_000} minutes`,
    failed: 'The client did not put the question to the user',
  };
  return new AudiencesError('declined', `${why[answer]}. Nothing was sent.`, {
    next: 'Do not try it again by yourself. Tell the user that nothing was changed, and ask what they want instead.',
  });
}

function required(
  description: string,
  confirmation: string,
  problem: Exclude<Judgement['kind'], 'accepted' | 'changed'> | undefined,
): AudiencesError {
  const problems = {
    invalid: 'The confirmation that was passed was not made for exactly this write.\n',
    expired: 'The confirmation that was passed has expired.\n',
    used: 'The confirmation that was passed was used already.\n',
  };
  const message = `${problem ? problems[problem] : ''}Nothing was sent yet, because the user has to agree to this:\n\n${description}`;
  return new AudiencesError('confirmation_required', message, {
    next: 'Show this to the user and ask. Only if they say yes, call again with the very same arguments and details.confirmation as confirmation; it works once, within 5 minutes.',
    details: { confirmation },
  });
}
