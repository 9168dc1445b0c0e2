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

/** The attempts at one request, and what its end means because of them. */
export class Tries<Name extends OperationName> {
  readonly #name: Name;
  readonly #row: Row<Name>;
  attempts = 0;
  /** How many attempts were refused for lack of quota. */
  refusals = 0;
  /** Why an earlier attempt may have taken effect although no usable response arrived. */
  #uncertain: AudiencesError | undefined;

  constructor(name: Name, row: Row<Name>) {
    this.#name = name;
    this.#row = row;
  }

  /**
   * The result of an attempt: the output, or undefined if another one follows.
   *
   * @throws {AudiencesError} if it failed for good, or its effect has to be checked.
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

  /** Nor does what ends the call before its next attempt; the error then says both. */
  notSentAgain(error: unknown): unknown {
    if (!(error instanceof AudiencesError)) return error;
    if (!this.#uncertain) return this.#toldOfRefusals(error);
    const { code, facts, message } = this.#uncertain;
    const reason = error instanceof UnsentError ? error.afterAttempts('').message : error.message;
    return new NoAnswerError(code, `${message} The next attempt was not made: ${reason}`, facts);
  }

  /** The error, without a claim that nothing was sent if something was sent and refused. */
  #toldOfRefusals(error: unknown): unknown {
    if (this.refusals === 0) return error;
    if (error instanceof UnsentError) return error.afterAttempts(earlierRefused);
    const isUnsent = error instanceof CancelledError && !error.sent;
    return isUnsent
      ? new CancelledError(this.#name, false, `before it was sent again. ${earlierRefused}`)
      : error;
  }

  /**
   * Why it is in doubt whether what was to be removed is gone, whatever ended the attempts: one of
   * them may have taken effect.
   *
   * @returns undefined if it is not, or if nobody waits for the result anymore.
   */
  doubtAtEnd(error: unknown): AudiencesError | undefined {
    if (!this.#row.ifGone || !this.#uncertain || !(error instanceof AudiencesError))
      return undefined;
    return error instanceof CancelledError || error instanceof OutcomeUnknownError
      ? undefined
      : error;
  }

  /** The error of a request that was sent. @param cause why its outcome is unknown. */
  outcomeUnknown(cause: AudiencesError): OutcomeUnknownError {
    const next = this.#row.ifUnknown ?? 'Do not repeat it yet. Check whether it took effect.';
    return new OutcomeUnknownError(
      `${this.#name} was sent, but whether it took effect is unknown. ${cause.message}`,
      { next, status: cause.facts.status, details: { cause: cause.code } },
      { cause },
    );
  }
}

/** The request may have been carried out, with its result elsewhere. */
function isRedirect({ facts: { status = 0 } }: AudiencesError): boolean {
  return status >= 300 && status < 400;
}

/** The first attempt may have taken effect; the refusal of a later one does not change that. */
function refusedLater(uncertain: AudiencesError, { message }: AudiencesError): NoAnswerError {
  const { code, facts } = uncertain;
  return new NoAnswerError(code, `${uncertain.message} After a retry: ${message}`, facts);
}
