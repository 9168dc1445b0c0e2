import { AudiencesError } from '../segment/errors.ts';
import type { Audience } from '../segment/models/audience.ts';
import type { Redactor } from '../text/redact.ts';
import { systemReason } from '../text/system-reason.ts';
import { visibleJson } from '../text/visible.ts';

/** A write that is about to be sent, as the log shows it. */
export interface AuditStart {
  /** What the agent called. */
  tool: string;
  /** What is sent to Segment for it. */
  operation: string;
  space: string;
  /** The id of the audience; for a created one, once it is known. */
  id: string | undefined;
  /** The id of a schedule of the audience, if the write is about one. */
  scheduleId?: string;
  confirmed: AuditEntry['confirmed'];
  before?: Audience;
  /** What is about to be sent. */
  sent?: object;
}

/** The outcome of an attempt to write, as the log shows it. */
export interface AuditEntry extends AuditStart {
  /**
   * - `done`: it took effect.
   * - `not_done`: it certainly had no effect.
   * - `unknown`: it was sent, and whether it took effect is unknown.
   */
  outcome: 'done' | 'not_done' | 'unknown';
  /**
   * How it was confirmed: not needed, by asking the user, or by a value passed; or why not: the
   * user declined, or what was agreed to no longer holds (or the call was cancelled).
   */
  confirmed: 'not_needed' | 'elicitation' | 'confirmation' | 'declined' | 'not_valid';
  /** The present state; null for one that is gone. */
  after?: Audience | null;
  /** What the response shows differently from what was sent, in a sentence. */
  note?: string;
  error?: { code: string; message: string };
}

/** What writes are recorded in. */
export type AuditTrail = Pick<AuditLog, 'assertWritable' | 'start' | 'record'>;

/** Where the lines of an audit log go. */
export interface AuditSink {
  /** What somebody has to look after, if it can't be written. */
  readonly name: string;
  /** What every line has in addition, to be distinguishable from others. */
  readonly marks: Readonly<Record<string, string>>;
  /** Rejects if no line can be written now. */
  assertWritable(): Promise<void>;
  /** Resolves when the line is written for good; rejects if that fails. @param line with its line feed. */
  append(line: string): Promise<void>;
}

const attemptBytes = 8;

/**
 * One JSON object per line. Every write has a line `{"time", "attempt", …AuditStart,
 * "outcome": "started"}` before it is sent and another `{"time", "attempt", …AuditEntry}` after it;
 * what ends without being sent has only the second. A started line without a second one means that
 * the program ended in between: it is unknown whether the write took effect.
 */
export class AuditLog {
  readonly #sink: AuditSink;
  readonly #redactor: Redactor;
  readonly #now: () => number;
  readonly #randomBytes: (count: number) => Uint8Array;
  #last: Promise<unknown> = Promise.resolve();

  /** @param randomBytes must be unpredictable: attempts of several processes share a file. */
  constructor(
    sink: AuditSink,
    redactor: Redactor,
    now: () => number,
    randomBytes: (count: number) => Uint8Array,
  ) {
    this.#sink = sink;
    this.#redactor = redactor;
    this.#now = now;
    this.#randomBytes = randomBytes;
  }

  /**
   * To be called before the user is asked.
   *
   * @throws {AudiencesError} `audit_failed`, if the log can't be written.
   */
  async assertWritable(): Promise<void> {
    try {
      await this.#sink.assertWritable();
    } catch (error) {
      throw this.#unwritable(error);
    }
  }

  /**
   * Appends the line of a write that is about to be sent, and resolves when it is written.
   *
   * @returns the `attempt` for the line of its result.
   * @throws {AudiencesError} `audit_failed`, if that fails; nothing may be sent then.
   */
  async start(write: AuditStart): Promise<string> {
    const attempt = this.#newAttempt();
    try {
      await this.#append({ attempt, ...write, outcome: 'started' });
    } catch (error) {
      throw this.#unwritable(error);
    }
    return attempt;
  }

  /**
   * Appends the line of what became of a write, and resolves when it is written.
   *
   * @param attempt of its started line; a new one for what was never going to be sent.
   * @throws {UnrecordedError} if that fails.
   */
  async record(entry: AuditEntry, attempt = this.#newAttempt()): Promise<void> {
    try {
      await this.#append({ attempt, ...entry });
    } catch (cause) {
      throw new UnrecordedError(entry, cause);
    }
  }

  /** The same log, whose entries say these facts, too. */
  withFacts(facts: Readonly<Record<string, unknown>>): AuditTrail {
    return {
      assertWritable: () => this.assertWritable(),
      start: (write) => this.start({ ...facts, ...write }),
      record: (entry, attempt) => this.record({ ...facts, ...entry }, attempt),
    };
  }

  #newAttempt(): string {
    return Buffer.from(this.#randomBytes(attemptBytes)).toString('hex');
  }

  /** Lines are written one after the other. */
  #append(entry: object): Promise<void> {
    const time = new Date(this.#now()).toISOString();
    const json = visibleJson(this.#redactor.value({ ...this.#sink.marks, time, ...entry }));
    const line = `${this.#redactor.text(json)}\n`;
    const written = this.#last.then(() => this.#sink.append(line));
    this.#last = written.catch(() => {});
    return written;
  }

  #unwritable(error: unknown): AudiencesError {
    return new AudiencesError(
      'audit_failed',
      `The audit log can't be written (${systemReason(error)}). Nothing was changed.`,
      { next: `Tell the user to make ${this.#sink.name} writable (SEGMENT_AUDIT_LOG).` },
    );
  }
}

const effects = {
  done: 'The write took effect',
  not_done: 'The write had no effect',
  unknown: 'The write was sent, and whether it took effect is unknown',
};

/** An attempt to write whose line in the audit log is missing. */
export class UnrecordedError extends AudiencesError {
  readonly outcome: AuditEntry['outcome'];

  constructor({ outcome, before, after, error }: AuditEntry, cause: unknown) {
    const why = error ? ` (${error.message})` : '';
    super(
      'audit_failed',
      `${effects[outcome]}${why}, but its line in the audit log could not be written (${systemReason(cause)}).`,
      {
        next: 'Do not repeat it. Tell the user to fix the audit log (SEGMENT_AUDIT_LOG).',
        details: { outcome, audience: after ?? before, before },
      },
      { cause },
    );
    this.outcome = outcome;
  }
}
