import type { OperationName, Output } from './contract.ts';
import type { Row } from './editions/row.ts';
import { AudiencesError, CancelledError, NoAnswerError, OutcomeUnknownError } from './errors.ts';
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
   * @throws {AudiencesError} if it failed for good.
   */
  endOf(verdict: Verdict<Output<Name>>): { output: Output<Name> } | undefined {
    if (verdict.kind === 'success') return { output: verdict.data };
    if (verdict.kind === 'refused') {
      const { error } = verdict;
      throw this.#uncertain && this.#row.writes ? refusedLater(this.#uncertain, error) : error;
    }
    if (verdict.kind === 'uncertain') {
      if (this.#row.resend === 'once') throw this.outcomeUnknown(verdict.error);
      if (!verdict.transient) throw verdict.error;
      this.#uncertain = verdict.error;
    }
    return undefined;
  }

  /** What ends the waiting does not change that an earlier attempt may have taken effect. */
  stillUncertain(error: unknown): unknown {
    if (!this.#uncertain) return error;
    return error instanceof CancelledError ? new CancelledError(this.#name, true) : this.#uncertain;
  }

  /** Nor does what ends the call before its next attempt, which is then said as well. */
  notSentAgain(error: unknown): unknown {
    if (!this.#uncertain || !(error instanceof AudiencesError)) return error;
    const { code, facts, message } = this.#uncertain;
    const both = `${message} The next attempt was not made: ${error.message}`;
    return new NoAnswerError(code, both, facts);
  }

  /**
   * Why it is in doubt whether something is gone: a 404 may come of an earlier attempt that took effect,
   * and a success may say something else.
   *
   * @returns undefined if it is not.
   */
  doubtOf(verdict: Verdict<Output<Name>>): AudiencesError | undefined {
    if (verdict.kind === 'success') {
      const doubt = this.#row.ifGone?.doubtOf(verdict.data);
      if (doubt === undefined) return undefined;
      const next = 'Look whether it took effect.';
      return new NoAnswerError('bad_response', `${this.#name}: the answer ${doubt}`, { next });
    }
    const isMissing = verdict.kind === 'refused' && verdict.error.code === 'not_found';
    return isMissing && this.#uncertain ? refusedLater(this.#uncertain, verdict.error) : undefined;
  }

  /** The error of a request that was sent. @param cause why nobody knows what came of it. */
  outcomeUnknown(cause: AudiencesError): OutcomeUnknownError {
    const next = this.#row.ifUnknown ?? 'Do not repeat it yet. Look whether it took effect.';
    return new OutcomeUnknownError(
      `${this.#name} was sent, but whether it took effect is unknown. ${cause.message}`,
      { next, status: cause.facts.status, details: { cause: cause.code } },
      { cause },
    );
  }
}

/** The first attempt may have taken effect; that a later one was refused does not change it. */
function refusedLater(uncertain: AudiencesError, { message }: AudiencesError): NoAnswerError {
  const { code, facts } = uncertain;
  return new NoAnswerError(code, `${uncertain.message} Asked again: ${message}`, facts);
}
