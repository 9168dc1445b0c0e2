import type { Stats } from 'node:fs';
import {
  access,
  constants,
  lstat,
  readFile,
  readlink,
  realpath,
  rm,
  rmdir,
  stat,
} from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { makeFolder, nearestThere, type Owner, ownerOfNew } from '../../safety/owner.ts';
import { systemReason } from '../../text/system-reason.ts';
import { type Retrying, replaceFile } from '../replace-file.ts';

/** A client's file as it was read. */
export interface ClientFile {
  /** Its real path, with links resolved. */
  path: string;
  /** Undefined if the file does not exist. */
  bytes: Buffer | undefined;
  /** Without the byte-order mark; empty if the file does not exist. */
  text: string;
  /** Its byte-order mark. */
  mark: '' | '\ufeff';
  /** Its permissions. */
  mode: number;
  /** Whose it is; undefined if the file does not exist. */
  owner?: Owner | undefined;
  /** The file's content before our entry was added; undefined if that was not kept. */
  backup: Buffer | undefined;
  /** Undefined if setup did not create the file. */
  made: Made | undefined;
  /** Why the file can't be changed although it can be read, to complete a sentence about it. */
  obstacle: string | undefined;
}

/** What setup created for our entry, in addition to the file. */
interface Made {
  /** The uppermost new folder, also if it was made for another file before; undefined if there was none. */
  folder: string | undefined;
}

/** Why a client's file can't be used, to complete a sentence about it. */
export class ClientFileError extends Error {
  override name = 'ClientFileError';

  /** @param line where the problem is, from 1, if it has a place. */
  constructor(reason: string, line?: number, column?: number) {
    super(line === undefined ? reason : `${reason} (line ${line}, column ${column})`);
  }
}

/** Only for its owner, because other entries of the file may contain secrets. */
const newFileMode = 0o600;
/** What the process's umask leaves of it. */
const newFolderMode = 0o777;

/** The backup of a file's content before our entry. */
export function backupOf(path: string): string {
  return `${path}.segment-audiences.bak`;
}

/** What marks a file that setup created; it contains the path of the uppermost new folder. */
function markerOf(path: string): string {
  return `${path}.segment-audiences.new`;
}

/**
 * Reads a client's file. @throws {ClientFileError} if it can't be read, is not a file, or is not
 * UTF-8.
 */
export async function readClientFile(file: string): Promise<ClientFile> {
  return explained(async () => {
    const path = await realPathOf(file);
    const bytes = await readIfThere(path);
    const [backup, marker] = await Promise.all([
      readOwn(backupOf(path), 'the backup'),
      readOwn(markerOf(path), 'the mark of a new file'),
    ]);
    const stats = bytes && (await stat(path));
    const obstacle =
      backup.obstacle ??
      marker.obstacle ??
      (stats && obstacleOf(stats, process.getuid?.())) ??
      (await obstacleIn(nearestThere(dirname(path))));
    // Without the file, it is left from one that its user has removed since.
    const made = bytes && marker.bytes && { folder: marker.bytes.toString('utf8') || undefined };
    const mode = stats ? stats.mode & 0o7777 : newFileMode;
    const owner = stats && { uid: stats.uid, gid: stats.gid };
    const whole = bytes ? decoded(bytes) : '';
    const mark = whole.startsWith('\ufeff') ? '\ufeff' : '';
    return {
      path,
      bytes,
      text: whole.slice(mark.length),
      mark,
      mode,
      owner,
      backup: backup.bytes,
      made,
      obstacle,
    };
  });
}

/**
 * Why a file must not be replaced, to complete a sentence about it; undefined if it may be.
 *
 * @param user who runs this; undefined on Windows. Root (0) can give a file back to its owner.
 */
export function obstacleOf(
  { mode, uid, nlink }: Pick<Stats, 'mode' | 'uid' | 'nlink'>,
  user: number | undefined,
): string | undefined {
  if (nlink > 1) {
    return "can't be changed, because it has more than one hard link, which would become different files: put a copy in its place";
  }
  if ((mode & 0o200) === 0) {
    return "can't be changed, because it is read-only: make it writable first";
  }
  if (user === undefined || user === 0 || user === uid) return undefined;
  return "can't be changed, because it belongs to another user: run this as that user";
}

/** Why no file can be made in a folder, to complete a sentence about one that is to be written there. */
async function obstacleIn(folder: string): Promise<string | undefined> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return unwritable(folder, error);
  }
}

/** A file is replaced by a new one next to it, so its folder must be writable. */
function unwritable(folder: string, error: unknown): string {
  return `can't be written, because setup can't create files in ${folder} (${systemReason(error)}): make that folder writable first`;
}

/** A text without its byte-order mark. @throws {ClientFileError} if it is not UTF-8. */
export function textOf(bytes: Buffer): string {
  return decoded(bytes).replace('\ufeff', '');
}

/** What is kept, and forgotten, of a file that is written. */
export interface Keeping {
  /** Whether to keep the present content as its backup. */
  keepsBackup: boolean;
  /** Whether the backup must be readable only by its owner, because it contains a secret. */
  isSecret: boolean;
  /** Whether the file is the user's from now on, even if setup created it. */
  isTheirs: boolean;
}

/** What else writing a file depends on. */
export interface Writing {
  /** The folders that setup made for other files, which may be around this one. */
  madeFolders: readonly string[];
  retrying?: Retrying | undefined;
}

/**
 * Writes a client's file; creates it and its folders if they do not exist.
 *
 * @throws {ClientFileError} if that fails, or another program changed the file; it is unchanged
 * then.
 */
export async function writeClientFile(
  file: ClientFile,
  text: string,
  { keepsBackup, isSecret, isTheirs }: Keeping,
  { madeFolders, retrying }: Writing,
): Promise<void> {
  await explained(async () => {
    const { path, bytes, mark, mode } = file;
    // Before the backup, which would be of a file that stays as it is.
    await assertUnchanged(file);
    const owner = file.owner ?? ownerOfNew(dirname(path));
    const folder = makeFolder(dirname(path), newFolderMode, owner);
    const backupMode = isSecret ? newFileMode : mode;
    if (bytes && keepsBackup) {
      await replaceFile(backupOf(path), bytes, backupMode, owner, retrying);
    }
    // The backup of a file that its user has removed since.
    if (!bytes) await rm(backupOf(path), { force: true });
    await replaceFile(path, mark + text, mode, owner, retrying);
    if (!bytes) {
      const top = uppermostAround(path, [folder, ...madeFolders]);
      await replaceFile(markerOf(path), top, newFileMode, owner, retrying);
    } else if (keepsBackup || isTheirs) await rm(markerOf(path), { force: true });
  }, dirname(file.path));
}

/** The uppermost folder around a file; empty if there is none. */
function uppermostAround(path: string, folders: readonly (string | undefined)[]): string {
  const around = folders.filter((folder) => folder !== undefined && isWithin(path, folder));
  // They are in each other.
  return around.sort((a = '', b = '') => a.length - b.length)[0] ?? '';
}

/** The uppermost folder that setup made for a file, as the mark of the file says; undefined if none. */
export async function folderMadeFor(file: string): Promise<string | undefined> {
  const path = await realPathOf(file).catch(() => undefined);
  if (path === undefined) return undefined;
  const { bytes } = await readOwn(markerOf(path), 'the mark of a new file');
  return bytes?.toString('utf8') || undefined;
}

/** A file as it will be once it is written. */
export function afterWriting(file: ClientFile, text: string, keepsBackup: boolean): ClientFile {
  const { bytes, mark } = file;
  const backup = bytes && keepsBackup ? bytes : file.backup;
  const made = bytes ? file.made : { folder: undefined };
  return { ...file, bytes: Buffer.from(mark + text), text, backup: bytes && backup, made };
}

/** Restores a file from its backup, and removes the backup. @throws {ClientFileError} */
export async function restoreClientFile(file: ClientFile, retrying?: Retrying): Promise<void> {
  await explained(async () => {
    const { path, backup, mode, owner } = file;
    if (!backup) return;
    await assertUnchanged(file);
    await replaceFile(path, backup, mode, owner, retrying);
    await rm(backupOf(path), { force: true });
    await rm(markerOf(path), { force: true });
  }, dirname(file.path));
}

/** Removes a file that setup created, and the folders created for it if they are empty. @throws {ClientFileError} */
export async function deleteClientFile(file: ClientFile): Promise<void> {
  await explained(async () => {
    const { path, made } = file;
    await assertUnchanged(file);
    await rm(path);
    await rm(markerOf(path), { force: true });
    const top = made?.folder;
    let folder = dirname(path);
    while (top !== undefined && isWithin(folder, top) && (await isRemoved(folder))) {
      folder = dirname(folder);
    }
  });
}

function isWithin(folder: string, top: string): boolean {
  return folder === top || folder.startsWith(`${top}${sep}`);
}

async function isRemoved(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch {
    return false;
  }
}

/** Clients write their files while they run. */
async function assertUnchanged({ path, bytes }: ClientFile): Promise<void> {
  const now = await readIfThere(path);
  if (bytes === undefined ? now === undefined : now?.equals(bytes)) return;
  throw new ClientFileError('was changed by another program in the meantime: try again');
}

/** The target of a path, even if nothing exists there yet. */
async function realPathOf(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if (systemReason(error) !== 'ENOENT') throw error;
  }
  const parent = dirname(file);
  const folder = parent === file ? parent : await realPathOf(parent);
  const own = join(folder, basename(file));
  const stats = await lstat(own).catch(() => undefined);
  return stats?.isSymbolicLink() ? realPathOf(resolve(folder, await readlink(own))) : own;
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    // Reading a pipe would wait for a writer, for ever.
    if (!(await stat(path)).isFile()) throw new ClientFileError('is not a file');
    return await readFile(path);
  } catch (error) {
    if (systemReason(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** What setup keeps next to a client's file, or why nothing can be kept there. */
interface Own {
  bytes?: Buffer | undefined;
  obstacle?: string;
}

/** @param what it is, for a sentence. */
async function readOwn(path: string, what: string): Promise<Own> {
  try {
    return { bytes: await readIfThere(path) };
  } catch (error) {
    const isOther = error instanceof ClientFileError;
    const why = isOther ? error.message : `can't be read (${systemReason(error)})`;
    return {
      obstacle: `can't be changed, because setup keeps ${what} in ${path}, which ${why}: move it away, or delete it`,
    };
  }
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ClientFileError('is not UTF-8');
  }
}

/** @param folder where files are created for it, if any are. */
async function explained<Result>(act: () => Promise<Result>, folder?: string): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ClientFileError) throw error;
    if (folder !== undefined && isRefusal(error)) {
      throw new ClientFileError(unwritable(folder, error));
    }
    throw new ClientFileError(`can't be used (${systemReason(error)})`);
  }
}

/** Whether creating a file or folder was not permitted. To rename one, Windows gives other reasons. */
function isRefusal(error: unknown): boolean {
  const isCreating =
    error instanceof Error && 'syscall' in error && ['open', 'mkdir'].includes(`${error.syscall}`);
  return isCreating && ['EACCES', 'EPERM', 'EROFS'].includes(systemReason(error));
}
