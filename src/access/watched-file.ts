import type { Clock } from '../clock.ts';
import { ConfigError } from '../config/config.ts';
import type { Log } from '../log.ts';
import { decodeText } from '../text/decode-text.ts';
import { systemReason } from '../text/system-reason.ts';
import { BrokenFile } from './file-text.ts';

/** Reads a whole file; passed in, so that tests can replace it. */
export type ReadFile = (path: string) => Promise<FileContent>;

export interface FileContent {
  bytes: Uint8Array;
  /** Its permissions; undefined where the platform has none. */
  mode?: number | undefined;
}

/** How often files are read. Kubernetes swaps links, which notifications of changes would miss. */
export const rereadMs = 5000;

/** What a watched file needs of the process. */
export interface WatchContext {
  readFile: ReadFile;
  clock: Clock;
  log: Log;
}

/** A file, and what it means. */
export interface FileKind<Value> {
  path: string;
  /** The setting that names it, as the user knows it. */
  setting: string;
  /** Permissions that it should not have, and why, in words that follow "it". */
  warnOf?: { mode: number; because: string };
  /**
   * @param read reads a further file that belongs to it, which is watched, too.
   * @throws {BrokenFile} if it can't be used.
   */
  parse(text: string, read: (path: string) => Promise<string>): Value | Promise<Value>;
}

/**
 * The meaning of a file, up to date within five seconds. A version that can't be used is reported
 * once, and the last good one stays in effect.
 */
export class WatchedFile<Value> {
  readonly #kind: FileKind<Value>;
  readonly #context: WatchContext;
  #value: Value;
  /** What was read last, by path; undefined for a file that can't be read. */
  #texts: ReadonlyMap<string, string | undefined>;
  /** What was last reported, so that it is reported once. */
  #reported = '';
  #isStale = false;
  readonly #listeners = new Set<(value: Value) => void>();
  #cancel = () => {};
  #isClosed = false;

  private constructor(kind: FileKind<Value>, context: WatchContext, loaded: Loaded<Value>) {
    this.#kind = kind;
    this.#context = context;
    this.#value = loaded.value;
    this.#texts = loaded.texts;
    this.#schedule();
  }

  /** @throws {ConfigError} if the file can't be used. */
  static async open<Meaning>(
    kind: FileKind<Meaning>,
    context: WatchContext,
  ): Promise<WatchedFile<Meaning>> {
    const { loaded, problems } = await load(kind, context.readFile);
    if (!loaded) throw new ConfigError(problems.map((problem) => `${kind.setting}: ${problem}`));
    const { mode: unwanted, because } = kind.warnOf ?? { mode: 0, because: '' };
    if (loaded.mode !== undefined && (loaded.mode & unwanted) !== 0) {
      context.log('warn', `${kind.setting}: other users of this machine ${because}`, {
        mode: (loaded.mode & 0o777).toString(8),
      });
    }
    return new WatchedFile(kind, context, loaded);
  }

  /** What the last good version means. */
  get value(): Value {
    return this.#value;
  }

  /** Whether the present version can't be used, so that an older one is in effect. */
  get isStale(): boolean {
    return this.#isStale;
  }

  /** Calls a function with each new meaning; the returned one ends that. */
  onChange(listener: (value: Value) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads the file now instead of within five seconds. */
  async refresh(): Promise<void> {
    const { readFile, log } = this.#context;
    const { setting } = this.#kind;
    const paths = [...this.#texts.keys()];
    const texts = await Promise.all(
      paths.map(async (path) => [path, (await readText(path, readFile)).text] as const),
    );
    if (this.#isClosed) return;
    if (!this.#isStale && texts.every(([path, text]) => text === this.#texts.get(path))) return;
    const { loaded, problems } = await load(this.#kind, readFile);
    if (this.#isClosed) return;
    if (!loaded) {
      this.#isStale = true;
      const report = problems.join(' ');
      if (report !== this.#reported) {
        this.#reported = report;
        log('error', `${setting}: the file can't be used; its last good version stays in effect`, {
          problems,
        });
      }
      return;
    }
    const isSame = sameTexts(loaded.texts, this.#texts);
    const wasStale = this.#isStale;
    this.#isStale = false;
    this.#reported = '';
    this.#texts = loaded.texts;
    if (wasStale) log('info', `${setting}: the file can be used again`);
    if (isSame) return;
    this.#value = loaded.value;
    log('info', `${setting}: a new version of the file is in effect`);
    for (const listener of this.#listeners) listener(loaded.value);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  #schedule(): void {
    if (this.#isClosed) return;
    this.#cancel = this.#context.clock.after(rereadMs, () => {
      void this.refresh().finally(() => this.#schedule());
    });
  }
}

interface Loaded<Value> {
  value: Value;
  texts: ReadonlyMap<string, string>;
  mode: number | undefined;
}

async function load<Value>(
  { path, parse }: FileKind<Value>,
  readFile: ReadFile,
): Promise<{ loaded?: Loaded<Value>; problems: readonly string[] }> {
  const texts = new Map<string, string>();
  const read = async (name: string) => {
    const { text, problem } = await readText(name, readFile);
    if (text === undefined) throw new BrokenFile([problem]);
    texts.set(name, text);
    return text;
  };
  try {
    const { text, mode, problem } = await readText(path, readFile);
    if (text === undefined) throw new BrokenFile([problem]);
    texts.set(path, text);
    const value = await parse(text, read);
    return { loaded: { value, texts, mode }, problems: [] };
  } catch (error) {
    if (error instanceof BrokenFile) return { problems: error.problems };
    throw error;
  }
}

/** The path is not repeated: it may be a secret in the wrong place. */
async function readText(
  path: string,
  readFile: ReadFile,
): Promise<{ text?: string; mode?: number | undefined; problem: string }> {
  try {
    const { bytes, mode } = await readFile(path);
    return { text: decodeText(bytes), mode, problem: '' };
  } catch (error) {
    return { problem: `The file can't be read (${systemReason(error)}).` };
  }
}

function sameTexts(
  one: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string | undefined>,
): boolean {
  return one.size === other.size && [...one].every(([path, text]) => other.get(path) === text);
}
