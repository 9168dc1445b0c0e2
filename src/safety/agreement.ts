import type { Call, SegmentApi, Write } from '../segment/api.ts';
import type { Audience } from '../segment/entities.ts';
import { AudiencesError, CancelledError } from '../segment/errors.ts';
import { account } from './account.ts';
import {
  type Confirmations,
  confirmationLifeMs,
  type Judgement,
  type Subject,
} from './confirmation.ts';
import type { SeenAudiences } from './seen.ts';
import { type AudienceShape, differences, snapshotOf } from './snapshot.ts';
import { staleError } from './stale.ts';
import { readWholeSpace } from './whole-space.ts';

/**
 * Which calls need the user's agreement: none; `remove`, those that delete an audience, switch it off
 * or replace its definition; `writes`, all that change anything.
 */
export const confirmModes = ['none', 'remove', 'writes'] as const;
export type ConfirmMode = (typeof confirmModes)[number];

/** What came of asking the user. */
export type UserAnswer = 'yes' | 'declined' | 'cancelled' | 'timed out' | 'failed';

/** A write that is ready to be sent. */
export interface PlannedWrite {
  write: Write;
  /** The call's arguments that say what is to be done. */
  args: object;
  /** The audience as it was read for this; undefined for one that is to be made, or if not needed. */
  before: Audience | undefined;
  /** The audience as it would be; undefined for one that is to go. */
  after: AudienceShape | undefined;
  /** What else the user should know before they agree, each in a sentence of our own. */
  notes?: readonly string[];
  /** Looks again, after the user took their time, whether the write still fits; throws if not. */
  recheck?: () => Promise<void>;
}

/** What agreement needs to be sought. */
export interface AgreementContext {
  api: SegmentApi;
  call: Call;
  mode: ConfirmMode;
  confirmations: Confirmations;
  seen: SeenAudiences;
  /** Asks the user; undefined where the client can't. */
  ask: ((question: string) => Promise<UserAnswer>) | undefined;
  /** A definition in plain English, if it can be read. */
  explain: (audience: AudienceShape) => Promise<string | undefined>;
}

/** Whether a write needs the user's agreement. */
export function needsAgreement(write: Write, mode: ConfirmMode): boolean {
  if (mode !== 'remove') return mode === 'writes';
  switch (write.operation) {
    case 'create_audience':
      return false;
    case 'remove_audience_from_space':
      return true;
    case 'update_audience_for_space':
      return write.input.enabled === false || write.input.definition !== undefined;
  }
}

/**
 * Gets the user's agreement to a write, where it is needed: by asking through the client, or, where
 * the client can't ask, by a value that an earlier call has given out.
 *
 * @param confirmation the value that was passed, if any. @returns how it was confirmed.
 * @throws {AudiencesError} `declined`, `confirmation_required`, or `stale` where the audience has
 * changed since the value was given out.
 */
export async function agree(
  plan: PlannedWrite,
  confirmation: string | undefined,
  context: AgreementContext,
): Promise<'not_needed' | 'elicitation' | 'confirmation'> {
  if (!needsAgreement(plan.write, context.mode)) return 'not_needed';
  if (context.ask) {
    const answer = await context.ask(`${await describe(plan, context)}\n\nDo you agree?`);
    if (answer !== 'yes') throw declined(answer);
    await assertUnchanged(plan, context);
    return 'elicitation';
  }
  const subject = subjectOf(plan);
  const judgement = confirmation && context.confirmations.accept(confirmation, subject);
  if (judgement && judgement.kind === 'accepted') return 'confirmation';
  if (judgement && judgement.kind === 'changed') {
    const { write, before } = plan;
    const known = before && context.seen.find(write.spaceId, before.id, judgement.wasState);
    throw staleError(sinceAsked, before, known);
  }
  throw required(
    await describe(plan, context),
    context.confirmations.issue(subject),
    judgement ? judgement.kind : undefined,
  );
}

const sinceAsked = 'since the user was asked';

function subjectOf({ write, args, before }: PlannedWrite): Subject {
  return {
    tool: write.operation,
    spaceId: write.spaceId,
    id: 'id' in write ? write.id : undefined,
    args,
    state: before && snapshotOf(before),
  };
}

async function describe(plan: PlannedWrite, context: AgreementContext): Promise<string> {
  const { write, before, after, notes = [] } = plan;
  const users = before && (await findUsers(before, context));
  return account(write, { before, after, users, notes, explain: context.explain });
}

/** The other audiences of a space that use this one as a trait; undefined if it can't be told. */
async function findUsers(
  { id, spaceId, key }: Audience,
  { api, call }: AgreementContext,
): Promise<Audience[] | undefined> {
  try {
    const { audiences, complete } = await readWholeSpace(api, spaceId, call);
    if (!complete) return undefined;
    const { check, references } = await import('../query/index.ts');
    return audiences.filter(({ id: otherId, definition }) => {
      if (otherId === id || !definition) return false;
      const { tree } = check(definition.query, { type: 'users', purpose: 'audience' });
      return references(tree).traits.includes(key);
    });
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
    invalid: 'The confirmation that was passed was not made for these arguments.\n',
    expired: 'The confirmation that was passed has expired.\n',
    used: 'The confirmation that was passed was used already.\n',
  };
  const message = `${problem ? problems[problem] : ''}Nothing was sent yet, because the user has to agree to this:\n\n${description}`;
  return new AudiencesError('confirmation_required', message, {
    next: 'Show this to the user and ask. Only if they say yes, call again with the very same arguments and details.confirmation as confirmation; it works once, within 5 minutes.',
    details: { confirmation },
  });
}

/** A person takes time to answer; what they agreed to must still be so. */
async function assertUnchanged(plan: PlannedWrite, { api, call }: AgreementContext) {
  const { write, before, recheck } = plan;
  await recheck?.();
  if (!before) return;
  const now = await api.getAudience(write.spaceId, before.id, call);
  if (differences(snapshotOf(before), snapshotOf(now)).length > 0) {
    throw staleError(sinceAsked, now, snapshotOf(before));
  }
}
