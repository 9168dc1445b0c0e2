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

  /** Whether an earlier attempt may have taken effect. */
  get isUncertain(): boolean {
    return this.#uncertain !== undefined;
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
      if (this.#row.resend === 'once') throw this.#outcomeUnknown(verdict.error);
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

  /** The error where a refusal leaves open whether an earlier attempt took effect. */
  leftOpen(refusal: AudiencesError): OutcomeUnknownError {
    const cause = this.#uncertain ? refusedLater(this.#uncertain, refusal) : refusal;
    return this.#outcomeUnknown(cause);
  }

  #outcomeUnknown(cause: AudiencesError): OutcomeUnknownError {
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
