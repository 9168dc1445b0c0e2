import type { CallContext } from '../segment/call.ts';
import { withSignal } from '../segment/call.ts';
import type { OperationName } from '../segment/contract.ts';
import {
  AudiencesError,
  CancelledError,
  mayHaveTakenEffect,
  OutOfTimeError,
  RateLimitedError,
  UnreachedError,
  UnsentError,
} from '../segment/errors.ts';
import { pause } from '../segment/wait.ts';
import type { Agreement, PlannedWrite } from './agreement.ts';
import { adviceIfUnlike } from './as-sent.ts';
import { UnrecordedError } from './audit-log.ts';
import type { BulkResult } from './bulk-wish.ts';
import { inWords, isSurelyUnsent, type Sent, SpentError, sendRecorded } from './send.ts';
import type { WriteContext } from './wish.ts';

/** How long a request in progress may continue after its call was cancelled, milliseconds. */
const maxAfterCancelMs = 30_000;
/** The minimum wait between two attempts for lack of quota. */
const minWaitMs = 1000;

/** The outcome of one write of several. */
export interface Attempt {
  outcome: BulkResult['outcome'];
  /** Why it was not done. */
  error?: { code: string; message: string };
  /** What the response to one that was done shows differently from what was sent, as advice. */
  note?: string;
  /** What was thrown. */
  thrown?: unknown;
  /** Whether trying the others would be pointless. */
  endsAll: boolean;
  /** Whether it may be tried again under the same agreement. */
  isLeft: boolean;
}

/** The codes of errors that the others would meet as well. */
const endingCodes = ['unauthorized', 'forbidden', 'unsupported', 'read_only', 'space_not_allowed'];

/** Sends several writes, one after the other, with one agreement that the first of them uses up. */
export class Attempts {
  readonly #context: WriteContext;
  readonly #agreement: Agreement | undefined;
  #isSpent = false;

  /** @param agreement undefined if that was not needed. */
  constructor(agreement: Agreement | undefined, context: WriteContext) {
    this.#agreement = agreement;
    this.#context = context;
  }

  /**
   * Sends one of the writes in its turn, and waits for the quota that it and its reads need, as
   * long as the call has time.
   *
   * @throws {SpentError} if another call has used up the value, so nothing may be sent.
   */
  async send<Name extends OperationName>(planned: PlannedWrite<Name>): Promise<Attempt> {
    const { call, clock } = this.#context;
    for (let isAgain = false; ; isAgain = true) {
      const attempt = await this.#attempt(planned);
      const { thrown } = attempt;
      const { operation } = planned.write;
      if (isAgain && thrown instanceof CancelledError && !thrown.sent) return cancelled(operation);
      if (isAgain && thrown instanceof UnsentError) {
        attempt.error = inWords(thrown.afterAttempts('Nothing was changed.'));
      }
      if (!(thrown instanceof RateLimitedError) || call.signal.aborted) return attempt;
      const waitMs = Math.max(minWaitMs, thrown.facts.retryAfterMs ?? 0);
      if (clock.monotonic() + waitMs >= call.deadline) return attempt;
      const ended = await pause(clock, call, operation, waitMs).catch(() => cancelled(operation));
      if (ended) return ended;
    }
  }

  /** @throws {SpentError} */
  async #attempt<Name extends OperationName>(planned: PlannedWrite<Name>): Promise<Attempt> {
    try {
      const { unlike } = await this.#sendOnce(planned);
      const [note] = adviceIfUnlike(unlike);
      return { outcome: 'done', note, endsAll: false, isLeft: false };
    } catch (error) {
      if (error instanceof SpentError) throw error;
      return attemptFrom(error);
    }
  }

  async #sendOnce<Name extends OperationName>(planned: PlannedWrite<Name>): Promise<Sent<Name>> {
    const { call, turns } = this.#context;
    const { write, about, spaceId, id = '' } = planned;
    const agreement = this.#agreement && {
      ...this.#agreement,
      ...(this.#isSpent ? { spend: async () => true, giveBack: async () => {} } : {}),
    };
    let isUnderWay = false;
    const { sending, stop } = this.#finishing(() => {
      isUnderWay = true;
    });
    try {
      const turn = { about, operation: write.operation, spaceId, id, call };
      const ready = { planned, knownIds: undefined, agreement };
      const sent = await turns.during(turn, () =>
        sendRecorded(ready, { ...this.#context, sending }),
      );
      this.#isSpent = true;
      return sent;
    } catch (error) {
      if (isUnderWay && !isSurelyUnsent(error)) this.#isSpent = true;
      throw error;
    } finally {
      stop();
    }
  }

  /** The call under which a write is sent: cancelling it lets a request in progress finish. */
  #finishing(onSending: () => void): { sending: CallContext; stop: () => void } {
    const { clock, sending } = this.#context;
    const ending = new AbortController();
    let isUnderWay = false;
    let cancelTimer = () => {};
    const onAbort = () => {
      if (!isUnderWay) ending.abort();
      else cancelTimer = clock.after(maxAfterCancelMs, () => ending.abort());
    };
    if (sending.signal.aborted) onAbort();
    sending.signal.addEventListener('abort', onAbort, { once: true });
    const own = withSignal(sending, ending.signal);
    own.beforeSending = () => {
      isUnderWay = true;
      onSending();
    };
    return {
      sending: own,
      stop() {
        cancelTimer();
        sending.signal.removeEventListener('abort', onAbort);
      },
    };
  }
}

/** One that was cancelled after Segment, or this server, had no quota left for it. */
function cancelled(operation: OperationName): Attempt {
  return attemptFrom(new CancelledError(operation, false, 'while it waited for quota.'));
}

function attemptFrom(thrown: unknown): Attempt {
  const become = (outcome: Attempt['outcome'], endsAll = false): Attempt => {
    const isLeft = outcome === 'not_tried';
    return { outcome, error: inWords(thrown), thrown, endsAll, isLeft };
  };
  if (thrown instanceof UnrecordedError) {
    const outcomes = { done: 'done', not_done: 'failed', unknown: 'unknown' } as const;
    return become(outcomes[thrown.outcome], true);
  }
  if (!(thrown instanceof AudiencesError)) return become('unknown', true);
  const isOver =
    thrown instanceof RateLimitedError ||
    thrown instanceof OutOfTimeError ||
    thrown.code === 'audit_failed' ||
    thrown.code === 'unavailable';
  if (thrown instanceof CancelledError) return become(thrown.sent ? 'unknown' : 'not_tried', true);
  if (mayHaveTakenEffect(thrown)) return become('unknown');
  if (isOver) return become('not_tried', true);
  if (thrown.code === 'rate_limited') return become('not_tried');
  if (thrown.code === 'stale') return become('stale');
  return become('failed', endingCodes.includes(thrown.code) || thrown instanceof UnreachedError);
}

/** One for which nothing is sent, because an error ended the rest. */
export function notTried(end: Attempt | undefined): Attempt {
  const code = end?.error?.code ?? 'cancelled';
  const message = 'Not tried, because the call stopped early.';
  return { outcome: 'not_tried', error: { code, message }, endsAll: false, isLeft: true };
}
