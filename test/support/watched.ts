import type { FileContent, ReadFile } from '../../src/access/watched-file.ts';
import type { Log } from '../../src/log.ts';
import { ManualClock, waitFor } from './manual-clock.ts';

/** Files in memory, which tests swap under a server, with a clock and a log. */
export class WatchedFiles {
  readonly clock = new ManualClock();
  /** By path; a missing one can't be read. */
  readonly files = new Map<string, string | Uint8Array>();
  mode: number | undefined = 0o600;
  reads = 0;
  #underWay = 0;
  readonly logged: { level: string; message: string; facts: unknown }[] = [];

  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(files)) this.files.set(path, text);
  }

  readonly readFile: ReadFile = async (path): Promise<FileContent> => {
    this.#underWay += 1;
    this.reads += 1;
    await Promise.resolve();
    this.#underWay -= 1;
    const content = this.files.get(path);
    if (content === undefined) throw Object.assign(new Error(path), { code: 'ENOENT' });
    return { bytes: Buffer.from(content), mode: this.mode };
  };

  readonly log: Log = (level, message, facts) => {
    this.logged.push({ level, message, facts });
  };

  /** The messages of a level. */
  messages(level: string): string[] {
    return this.logged.filter((entry) => entry.level === level).map(({ message }) => message);
  }

  /** Swaps a file, and lets the time pass until it is read again. */
  async swap(path: string, content: string | Uint8Array | undefined): Promise<void> {
    if (content === undefined) this.files.delete(path);
    else this.files.set(path, content);
    await this.pass(5000);
  }

  async pass(ms: number): Promise<void> {
    const before = this.reads;
    await this.clock.advance(ms);
    if (ms >= 5000) await waitFor(() => this.reads > before && this.#underWay === 0);
  }
}
