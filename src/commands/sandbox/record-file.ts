import { type FileHandle, open } from 'node:fs/promises';
import { ConfigError } from '../../config/config.ts';
import { systemReason } from '../../text/system-reason.ts';

/** Only the owner may read it: it contains definitions and names. */
const mode = 0o600;

/** A file to which lines are appended, in the order in which they come. */
export class RecordFile {
  readonly #handle: FileHandle;
  #written: Promise<void> = Promise.resolve();

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Opens the file, or creates it. @throws {ConfigError} if that fails. */
  static async open(path: string): Promise<RecordFile> {
    try {
      return new RecordFile(await open(path, 'a', mode));
    } catch (error) {
      const reason = systemReason(error);
      throw new ConfigError([
        `--record ${path} can't be written (${reason}): choose another file.`,
      ]);
    }
  }

  /** @param failed called with the reason if a line could not be written. */
  add(line: string, failed: (reason: string) => void): void {
    this.#written = this.#written
      .then(() => this.#handle.appendFile(line))
      .catch((error: unknown) => failed(systemReason(error)));
  }

  /** Waits for the last line and closes the file. */
  async close(): Promise<void> {
    await this.#written;
    await this.#handle.close();
  }
}
