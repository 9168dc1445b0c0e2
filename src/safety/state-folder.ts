import { systemReason } from '../text/system-reason.ts';
import { give, makeFolder, nearestThere, type Owner } from './owner.ts';

/** Loaded when first needed, so that start-up does not wait for it. */
const fs = () => process.getBuiltinModule('node:fs');
const paths = () => process.getBuiltinModule('node:path');

const folderName = 'segment-audiences-mcp';
const keyName = 'key';
const tokenName = 'token';
const usedPrefix = 'used-';
const countPrefix = 'count-';
const briefPrefix = 'brief-';
export const keyBytes = 32;
/** Much longer than any token. */
const maxTokenBytes = 4096;
/** How long a value is remembered as used: much longer than any value lives. */
const keepUsedMs = 60 * 60_000;
/** How long a file for a moment stays if nobody removes it. */
const keepBriefMs = 60 * 60_000;
/** How long a count is kept after its last change: longer than the month it may be for. */
const keepCountMs = 40 * 24 * 60 * 60_000;

/** Why the folder can't be used, phrased to follow "because". */
export class StateFolderError extends Error {
  /** Whether other users have permissions there. */
  readonly isOpen: boolean;

  constructor(reason: string, isOpen = false) {
    super(reason);
    this.name = 'StateFolderError';
    this.isOpen = isOpen;
  }
}

/** What the place of the folder depends on. */
export interface Surroundings {
  environment: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
  /** The user's home; throws if there is none. */
  home: () => string;
}

/**
 * Where state is kept by default: the platform's own place for it (the XDG Base Directory
 * Specification, Apple's File System Programming Guide, Windows' known folders).
 *
 * @returns undefined if there is no such place.
 */
export function defaultStateFolder({
  environment,
  platform,
  home,
}: Surroundings): string | undefined {
  const { posix, win32 } = paths();
  if (platform === 'win32') {
    const local = environment.LOCALAPPDATA;
    return local && win32.isAbsolute(local) ? win32.join(local, folderName) : undefined;
  }
  const { XDG_STATE_HOME: xdg } = environment;
  if (platform !== 'darwin' && xdg && posix.isAbsolute(xdg)) return posix.join(xdg, folderName);
  const parts = platform === 'darwin' ? ['Library', 'Application Support'] : ['.local', 'state'];
  try {
    return posix.isAbsolute(home()) ? posix.join(home(), ...parts, folderName) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The folder in which the processes of one user share the key of their confirmations, which of
 * those were used, counts, and the API token that was typed during set-up. On Windows, its access
 * list is that of the user's profile.
 */
export class StateFolder {
  readonly #path: string;
  readonly #now: () => number;
  readonly #owner: Owner | undefined;

  /**
   * @param path absolute. @param now milliseconds since the epoch.
   * @param owner whose the folder and the token in it are; undefined for whoever runs this.
   */
  constructor(path: string, now: () => number, owner?: Owner) {
    // With a trailing separator or dot, a link would be mistaken for its target.
    this.#path = paths().resolve(path);
    this.#now = now;
    this.#owner = owner;
  }

  /** The key; undefined if there is none yet. @throws {StateFolderError} if it can't be trusted. */
  readKey(): Uint8Array | undefined {
    return this.#attempt(() => {
      const key = this.#readPrivate(keyName, keyBytes + 1);
      if (key === undefined || key.length === keyBytes) return key;
      throw new StateFolderError(`its key does not have ${keyBytes} bytes`);
    });
  }

  /**
   * Stores a key, unless another process was quicker.
   *
   * @returns the stored key. @throws {StateFolderError}
   */
  keepKey(key: Uint8Array): Uint8Array {
    this.#withDraft(keyName, key, (draft, path) => {
      try {
        // Complete from the start: nobody reads half of it.
        fs().linkSync(draft, path);
      } catch (error) {
        if (systemReason(error) !== 'EEXIST') throw error;
      }
    });
    return this.readKey() ?? key;
  }

  /** Where the API token that was typed during set-up is stored. */
  get tokenFile(): string {
    return paths().join(this.#path, tokenName);
  }

  /**
   * The stored token; undefined if there is none. @throws {StateFolderError} if it can't be
   * trusted.
   */
  readToken(): string | undefined {
    return this.#attempt(() => {
      const token = this.#readPrivate(tokenName, maxTokenBytes)?.toString('utf8').trim();
      return token === '' ? undefined : token;
    });
  }

  /** Stores a token, replacing the previous one. @throws {StateFolderError} */
  keepToken(token: string): void {
    this.#withDraft(tokenName, Buffer.from(`${token}\n`), (draft, path) => {
      fs().renameSync(draft, path);
    });
  }

  /**
   * Writes a new file for a moment, with a unique name, that only its owner can read.
   *
   * @param extension without a dot. @returns its path. @throws {StateFolderError}
   */
  writeBrief(text: string, extension: string): string {
    this.prepare();
    return this.#attempt(() => {
      this.#forgetOld(briefPrefix, keepBriefMs);
      const name = `${briefPrefix}${crypto.randomUUID()}.${extension}`;
      const path = paths().join(this.#path, name);
      fs().writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
      return path;
    });
  }

  /**
   * Why the folder can't be used, phrased to follow "because"; undefined if it can be used or
   * created. Creates nothing.
   */
  problem(): string | undefined {
    try {
      this.#attempt(() => {
        const { W_OK, X_OK } = fs().constants;
        const there = this.#exists() ? this.#path : nearestThere(paths().dirname(this.#path));
        fs().accessSync(there, W_OK | X_OK);
      });
      return undefined;
    } catch (error) {
      if (error instanceof StateFolderError) return error.message;
      throw error;
    }
  }

  /**
   * Creates the folder, if it does not exist. @throws {StateFolderError} if it can't be trusted.
   */
  prepare(): void {
    this.#attempt(() => {
      makeFolder(this.#path, 0o700, this.#owner);
      this.#exists();
      fs().accessSync(this.#path, fs().constants.W_OK);
    });
  }

  /** Whether something was marked as used, here or by another process. @throws {StateFolderError} */
  isUsed(hash: string): boolean {
    return this.#attempt(() => this.#exists() && fs().existsSync(this.#pathOf(usedPrefix + hash)));
  }

  /**
   * Marks something as used, for an hour.
   *
   * @returns false if it was marked already. @throws {StateFolderError}
   */
  markUsed(hash: string): boolean {
    this.prepare();
    return this.#attempt(() => {
      this.#forgetOld(usedPrefix, keepUsedMs);
      try {
        const flags = { flag: 'wx', mode: 0o600 };
        fs().writeFileSync(this.#pathOf(usedPrefix + hash), '', flags);
        return true;
      } catch (error) {
        if (systemReason(error) === 'EEXIST') return false;
        throw error;
      }
    });
  }

  /** Removes a mark. @throws {StateFolderError} */
  unmark(hash: string): void {
    this.#attempt(() => fs().rmSync(this.#pathOf(usedPrefix + hash), { force: true }));
  }

  /**
   * Adds one to a count: the size of a file, which grows by one byte atomically, whatever other
   * processes do.
   *
   * @param name letters, digits and hyphens. @returns the count. @throws {StateFolderError}
   */
  countUp(name: string): number {
    this.prepare();
    return this.#attempt(() => {
      const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW = 0 } = fs().constants;
      const flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW;
      const file = fs().openSync(this.#pathOf(countPrefix + name), flags, 0o600);
      try {
        fs().writeSync(file, '.');
        const { size } = fs().fstatSync(file);
        if (size === 1) this.#forgetOld(countPrefix, keepCountMs);
        return size;
      } finally {
        fs().closeSync(file);
      }
    });
  }

  /** The present count; 0 if nothing was ever added. @throws {StateFolderError} */
  readCount(name: string): number {
    return this.#attempt(() => {
      if (!this.#exists()) return 0;
      const path = this.#pathOf(countPrefix + name);
      return fs().lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
    });
  }

  /** A file that only its owner can read, up to `maxBytes`; undefined if there is none. */
  #readPrivate(name: string, maxBytes: number): Buffer | undefined {
    if (!this.#exists()) return undefined;
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs().constants;
    let file: number;
    try {
      file = fs().openSync(this.#pathOf(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    } catch (error) {
      if (systemReason(error) === 'ENOENT') return undefined;
      throw error;
    }
    try {
      const stats = fs().fstatSync(file);
      if (!stats.isFile()) throw new StateFolderError(`its ${name} is not a file`);
      assertPrivate(stats, `its ${name}`, this.#owner);
      const bytes = Buffer.alloc(maxBytes);
      return bytes.subarray(0, fs().readSync(file, bytes));
    } finally {
      fs().closeSync(file);
    }
  }

  /** Writes a file with a unique name, lets `place` put it in place, and removes what is left. */
  #withDraft(name: string, bytes: Uint8Array, place: (draft: string, path: string) => void): void {
    this.prepare();
    this.#attempt(() => {
      const draft = this.#pathOf(`${name}-${crypto.randomUUID()}`);
      try {
        fs().writeFileSync(draft, bytes, { flag: 'wx', mode: 0o600 });
        if (this.#owner) give(draft, this.#owner);
        place(draft, this.#pathOf(name));
      } finally {
        fs().rmSync(draft, { force: true });
      }
    });
  }

  #forgetOld(prefix: string, keepMs: number): void {
    for (const name of fs().readdirSync(this.#path)) {
      if (!name.startsWith(prefix)) continue;
      const stats = fs().lstatSync(this.#pathOf(name), { throwIfNoEntry: false });
      const isOld = stats && this.#now() - stats.mtimeMs > keepMs;
      if (isOld) fs().rmSync(this.#pathOf(name), { force: true });
    }
  }

  /** @throws {StateFolderError} if what exists there can't be trusted. */
  #exists(): boolean {
    const stats = fs().lstatSync(this.#path, { throwIfNoEntry: false });
    if (!stats) return false;
    if (stats.isSymbolicLink()) throw new StateFolderError('it is a link');
    if (!stats.isDirectory()) throw new StateFolderError('it is not a folder');
    assertPrivate(stats, 'it', this.#owner);
    return true;
  }

  #pathOf(name: string): string {
    return `${this.#path}/${name}`;
  }

  /** Runs what may fail in the file system. The reason does not repeat the path. */
  #attempt<Result>(act: () => Result): Result {
    try {
      return act();
    } catch (error) {
      if (error instanceof StateFolderError) throw error;
      throw new StateFolderError(`of ${systemReason(error)}`);
    }
  }
}

/** @throws {StateFolderError} for what others than its owner have access to. @param owner by default this user. */
function assertPrivate(
  { uid, mode }: { uid: number; mode: number },
  what: string,
  owner: Owner | undefined,
): void {
  const own = process.getuid?.();
  if (own === undefined) return;
  // Not even root's: the owner could not read it.
  if (uid !== (owner?.uid ?? own)) {
    const than = owner ? ' than the folder around it' : '';
    throw new StateFolderError(`${what} belongs to another user${than}`);
  }
  if ((mode & 0o077) !== 0) throw new StateFolderError(`${what} is open to other users`, true);
}
