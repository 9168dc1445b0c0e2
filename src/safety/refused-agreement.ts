import { AudiencesError } from '../segment/errors.ts';
import type { Audience } from '../segment/models/audience.ts';
import type { UserAnswer } from './agreement.ts';
import { confirmationLifeMs, type Refusal } from './confirmation.ts';
import { maxNamed, nameAndId } from './named.ts';
import { nothingWritten } from './snapshot.ts';

/*
 * The errors of a write to which nobody has agreed, or no longer.
 */

/** When to try again if the space can't be searched now. */
const searchAgainMs = 10_000;

const operatorsChoice =
  'whoever runs this server can set --ask auto|elicitation|confirmation (SEGMENT_ASK); with confirmation, it never asks through the client.';
/** What else to do if the user may not have seen the question. */
const neverSeen: Partial<Record<UserAnswer, string>> = {
  'declined at once': `If the user never saw a question, this client answers in their place: ${operatorsChoice}`,
  'timed out': `If the user never saw a question, this client does not show it: ${operatorsChoice}`,
};

/** The user did not agree. */
export function declined(
  answer: Exclude<UserAnswer, 'yes' | 'unseen' | 'unsupported'>,
): AudiencesError {
  const why = {
    declined: 'The user said no',
    'declined at once': 'The user said no',
    unconfirmed: 'The user submitted the form without confirming',
    cancelled: 'The user closed the question without answering',
    'timed out': `The user did not answer within ${confirmationLifeMs / 60_000} minutes`,
    withdrawn: 'The server is stopping, and withdrew its question to the user',
  };
  const next =
    'Do not retry it on your own. Tell the user that nothing was changed, and ask what they want instead.';
  if (answer === 'withdrawn') {
    return new AudiencesError('declined', `${why[answer]}. Nothing was changed.`, {
      next: 'Call again in a few seconds: the user will be asked again.',
    });
  }
  return new AudiencesError('declined', `${why[answer]}. Nothing was changed.`, {
    next: [next, neverSeen[answer] ?? []].flat().join(' '),
  });
}

/** The user could not be asked, and no other agreement is accepted. */
export function notAsked(why: 'unseen' | 'unsupported'): AudiencesError {
  const reasons = {
    unseen: 'The client failed to show the question, or closed it before anyone could have read it',
    unsupported: 'This client cannot ask the user',
  };
  return new AudiencesError(
    'declined',
    `${reasons[why]}, and this server accepts no other form of agreement (--ask elicitation). Nothing was changed.`,
    {
      next: 'Tell the user that nothing was changed, and that whoever runs this server can set --ask auto (SEGMENT_ASK) to let them agree in the conversation.',
    },
  );
}

/**
 * Audiences have come to be built on it since.
 *
 * @param ids of the new ones; undefined if that is unknown.
 */
export function builtOnSince(
  ids: readonly string[] | undefined,
  dependents: readonly Audience[],
): AudiencesError {
  const isNew = new Set(ids);
  const names = dependents
    .filter(({ id }) => isNew.has(id))
    .slice(0, maxNamed)
    .map(nameAndId);
  const what = ids
    ? `other audiences have been built on this one: ${names.join(', ')}`
    : `the audiences built on this one have changed; with ${dependents.length} of them, it is not known which are new or whether any are gone`;
  const next = ids ? 'Tell the user which.' : 'Tell the user.';
  return new AudiencesError('stale', `Since the user was asked, ${what}. ${nothingWritten}`, {
    next: `${next} If the write is still wanted, call again without confirmation.`,
  });
}

/** The error if it is unknown who depends on what is to be written. */
export function cannotTell(cause: AudiencesError | undefined): AudiencesError {
  return new AudiencesError(
    'rate_limited',
    'It cannot be determined right now whether other audiences have been built on this one since the user was asked. Nothing was changed.',
    {
      next: 'Wait retryAfterMs and call again with the same arguments; the confirmation was not used up.',
      retryAfterMs: cause?.facts.retryAfterMs ?? searchAgainMs,
      details: cause && { cause: cause.code },
    },
  );
}

/**
 * The user must agree first.
 *
 * @param problem with the value that was passed, if any. @param isAlone whether values are valid in
 * this process only.
 */
export function required(
  description: string,
  confirmation: string,
  problem: Refusal | undefined,
  isAlone: boolean,
): AudiencesError {
  const made = isAlone ? ' This process accepts only confirmations that it issued itself.' : '';
  const problems = {
    foreign: `The confirmation was not issued here, or not for this write.${made}\n`,
    other: 'The confirmation was not issued for exactly this write.\n',
    expired: 'The confirmation has expired.\n',
    used: 'The confirmation has already been used.\n',
  };
  const why = problem ? problems[problem] : '';
  const message = `${why}Nothing has been changed yet. The user must first agree to this:\n\n${description}`;
  const next =
    'Show this to the user and ask. Only if they say yes, call again with exactly the same arguments and details.confirmation as confirmation; it works once, within 5 minutes.';
  return new AudiencesError('confirmation_required', isAlone ? `${message}\n\n${alone}` : message, {
    next: isAlone ? `${next} ${nextAlone}` : next,
    details: { confirmation },
  });
}

const alone =
  'The confirmation works only in this server process, because there is no state folder that it can use.';
const nextAlone =
  'It works only in this server process. If a new process is started for each call, do not repeat this: tell the user that whoever runs the server can set SEGMENT_STATE_DIR to a private folder, use a client that asks its user (--ask elicitation), or require agreement for fewer calls (--confirm).';

/** The call ends with a question to the user; the answer comes with another call. */
export class QuestionError extends AudiencesError {
  readonly question: string;
  readonly state: string;

  /** @param state the value that comes back with the answer. */
  constructor(question: string, state: string) {
    super('confirmation_required', 'The user must first agree.', {
      next: 'Show the question, and call again with the answer.',
    });
    this.question = question;
    this.state = state;
  }
}

/** The reply to a question that was not asked here, or that has been replied to. */
export class ForeignStateError extends AudiencesError {
  constructor(why: 'foreign' | 'used') {
    const reasons = {
      foreign: 'was not issued here, or not for this call and caller',
      used: 'has already been used',
    };
    super('invalid_input', `Invalid requestState: it ${reasons[why]}. Nothing was changed.`, {
      next: 'Call again without requestState and inputResponses.',
    });
  }
}
