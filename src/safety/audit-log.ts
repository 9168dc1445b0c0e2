import type { Redactor } from '../redact.ts';
import type { Audience } from '../segment/contract.ts';
import { AudiencesError } from '../segment/errors.ts';
import { systemReason } from '../system-reason.ts';
import { visibleJson } from '../visible.ts';

/** One attempt to write, as the log shows it. */
export interface AuditEntry {
  tool: string;
  space: string;
  /** Of a created audience, once it is known. */
  id: string | undefined;
  /**
   * - `done`: it took effect.
   * - `not_done`: it surely had none.
   * - `unknown`: it was sent, and whether it took effect is unknown.
   */
  outcome: 'done' | 'not_done' | 'unknown';
  /**
   * How it was confirmed: that was not needed, by asking the user, by a value passed; or why not: the
   * user declined, or what was agreed to was no longer so (or the call was cancelled).
   */
  confirmed: 'not_needed' | 'elicitation' | 'confirmation' | 'declined' | 'not_valid';
  before?: Audience;
  /** What was, or would have been, sent. */
  sent?: object;
  /** As it is now; null for one that is gone. */
  after?: Audience | null;
  error?: { code: string; message: string };
}

/** Loaded when first needed: start-up should not wait for it. */
const files = () => import('node:fs/promises');

/** Only the owner may read it: it holds definitions. */
const fileMode = 0o600;

/**
 * A file with one JSON object per line, `{"time", …AuditEntry}`, for every attempt to write. It is
 * opened anew for each line, so that it may be moved away or replaced at any time.
 */
export class AuditLog {
  readonly #file: string;
  readonly #redactor: Redactor;
  readonly #now: () => number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: string, redactor: Redactor, now: () => number) {
    this.#file = file;
    this.#redactor = redactor;
    this.#now = now;
  }

  /**
   * To be called before anything is sent.
   *
   * @throws {AudiencesError} `audit_failed`, if the file can't be written.
   */
  async assertWritable(): Promise<void> {
    try {
      const { open, stat } = await files();
      const there = await stat(this.#file).catch(() => undefined);
      // A pipe could keep us waiting, and a device can't be brought to the disk.
      if (there && !there.isFile()) throw new Error('it is not a file');
      const file = await open(this.#file, 'a', fileMode);
      await file.close();
    } catch (error) {
      const reason = systemReason(error);
      throw new AudiencesError(
        'audit_failed',
        `The audit log can't be written (${reason}), so nothing was sent.`,
        { next: `Tell the user to make ${this.#file} writable (SEGMENT_AUDIT_LOG).` },
      );
    }
  }

  /**
   * Appends a line, and resolves when it is on the disk. Lines are written one after the other.
   *
   * @throws {UnrecordedError} if that fails.
   */
  async record(entry: AuditEntry): Promise<void> {
    const time = new Date(this.#now()).toISOString();
    const json = visibleJson(this.#redactor.value({ time, ...entry }));
    const line = `${this.#redactor.text(json)}\n`;
    const written = this.#last.then(() => this.#write(line));
    this.#last = written.catch(() => {});
    try {
      await written;
    } catch (cause) {
      throw new UnrecordedError(entry, cause);
    }
  }

  async #write(line: string): Promise<void> {
    const { open } = await files();
    const file = await open(this.#file, 'a', fileMode);
    try {
      await file.appendFile(line);
      await file.datasync();
    } finally {
      await file.close();
    }
  }
}

const effects = {
  done: 'The write took effect',
  not_done: 'The write had no effect',
  unknown: 'The write was sent, and whether it took effect is unknown',
};

/** An attempt to write whose line in the audit log is missing. */
export class UnrecordedError extends AudiencesError {
  constructor({ outcome, before, after, error }: AuditEntry, cause: unknown) {
    const why = error ? ` (${error.message})` : '';
    super(
      'audit_failed',
      `${effects[outcome]}${why}, but its line in the audit log could not be written (${systemReason(cause)}).`,
      {
        next: 'Do not repeat it. Tell the user, who has to look after the audit log (SEGMENT_AUDIT_LOG).',
        details: { outcome, audience: after ?? before, before },
      },
      { cause },
    );
  }
}
