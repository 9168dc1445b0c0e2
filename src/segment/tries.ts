import type { OperationName, Output } from './contract.ts';
import type { Row } from './editions/row.ts';
import {
  AudiencesError,
  CancelledError,
  earlierRefused,
  NoAnswerError,
  OutcomeUnknownError,
  UnsentError,
} from './errors.ts';
import type { Verdict } from './verdict.ts';

/** The attempts at one request, and what they make of what ends it. */
export class Tries<Name extends OperationName> {
  readonly #name: Name;
  readonly #row: Row<Name>;
  attempts = 0;
  /** How many of them were refused for lack of quota. */
  refusals = 0;
  /** Why an earlier attempt may have taken effect although no usable response came. */
  #uncertain: AudiencesError | undefined;

  constructor(name: Name, row: Row<Name>) {
    this.#name = name;
    this.#row = row;
  }

  /**
   * What an attempt comes to: the output, or undefined if there is to be another.
   *
   * @throws {AudiencesError} if it failed for good, or whether it took effect has to be looked into.
   */
  endOf(verdict: Verdict<Output<Name>>): { output: Output<Name> } | undefined {
    if (verdict.kind === 'success') {
      const doubt = this.#row.ifGone?.doubtOf(verdict.data);
      if (doubt === undefined) return { output: verdict.data };
      const next = 'Check whether it took effect.';
      const message = `${this.#name}: the response ${doubt}`;
      this.#uncertain = new NoAnswerError('bad_response', message, { next });
      throw this.#uncertain;
    }
    if (verdict.kind === 'refused') {
      const { error } = verdict;
      if (this.#uncertain && this.#row.writes) throw refusedLater(this.#uncertain, error);
      if (this.#row.ifGone && isRedirect(error)) this.#uncertain = error;
      throw this.#toldOfRefusals(error);
    }
    if (verdict.kind === 'uncertain') {
      if (this.#row.resend === 'once') throw this.outcomeUnknown(verdict.error);
      this.#uncertain = verdict.error;
      if (!verdict.transient) throw verdict.error;
    }
    return undefined;
  }

  /** What ends the waiting does not change that an earlier attempt may have taken effect. */
  stillUncertain(error: unknown): unknown {
    if (!this.#uncertain) return this.#toldOfRefusals(error);
    return error instanceof CancelledError ? new CancelledError(this.#name, true) : this.#uncertain;
  }

  /** Nor does what ends the call before its next attempt, which is then said as well. */
  notSentAgain(error: unknown): unknown {
    if (!(error instanceof AudiencesError)) return error;
    if (!this.#uncertain) return this.#toldOfRefusals(error);
    const { code, facts, message } = this.#uncertain;
    const reason = error instanceof UnsentError ? error.afterAttempts('').message : error.message;
    return new NoAnswerError(code, `${message} The next attempt was not made: ${reason}`, facts);
  }

  /** An error that does not say that nothing was sent where something was, and was refused. */
  #toldOfRefusals(error: unknown): unknown {
    if (this.refusals === 0) return error;
    if (error instanceof UnsentError) return error.afterAttempts(earlierRefused);
    const isUnsent = error instanceof CancelledError && !error.sent;
    return isUnsent
      ? new CancelledError(this.#name, false, `before it was sent again. ${earlierRefused}`)
      : error;
  }

  /**
   * Why it is in doubt whether what was to be taken away is gone, whatever ended the attempts: one of
   * them may have taken effect.
   *
   * @returns undefined if it is not, or nobody waits for an answer any more.
   */
  doubtAtEnd(error: unknown): AudiencesError | undefined {
    if (!this.#row.ifGone || !this.#uncertain || !(error instanceof AudiencesError))
      return undefined;
    return error instanceof CancelledError || error instanceof OutcomeUnknownError
      ? undefined
      : error;
  }

  /** The error of a request that was sent. @param cause why nobody knows what came of it. */
  outcomeUnknown(cause: AudiencesError): OutcomeUnknownError {
    const next = this.#row.ifUnknown ?? 'Do not repeat it yet. Check whether it took effect.';
    return new OutcomeUnknownError(
      `${this.#name} was sent, but whether it took effect is unknown. ${cause.message}`,
      { next, status: cause.facts.status, details: { cause: cause.code } },
      { cause },
    );
  }
}

/** What was asked for may be done, and its result be shown elsewhere. */
function isRedirect({ facts: { status = 0 } }: AudiencesError): boolean {
  return status >= 300 && status < 400;
}

/** The first attempt may have taken effect; that a later one was refused does not change it. */
function refusedLater(uncertain: AudiencesError, { message }: AudiencesError): NoAnswerError {
  const { code, facts } = uncertain;
  return new NoAnswerError(code, `${uncertain.message} After a retry: ${message}`, facts);
}
