import { lstat, mkdir, readFile, readlink, realpath, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { systemReason } from '../../system-reason.ts';
import { type Retrying, replaceFile } from '../replace-file.ts';

/** The file of a client as it was read. */
export interface ClientFile {
  /** Where it really is, behind any link. */
  path: string;
  /** Undefined if it is not there. */
  bytes: Buffer | undefined;
  /** Without the byte-order mark; empty if the file is not there. */
  text: string;
  /** What it begins with. */
  mark: '' | '\ufeff';
  /** Its permissions. */
  mode: number;
  /** What the file was before our entry was in it; undefined if that was not kept. */
  backup: Buffer | undefined;
}

/** Why a client's file can't be used, as the rest of a sentence about it. */
export class ClientFileError extends Error {
  override name = 'ClientFileError';
}

/** Only for its owner, as other entries of the file may hold secrets. */
const newFileMode = 0o600;

/** Where what a file was before our entry is kept. */
export function backupOf(path: string): string {
  return `${path}.segment-audiences.bak`;
}

/** Reads a client's file. @throws {ClientFileError} if it can't be read, or is not in UTF-8. */
export async function readClientFile(file: string): Promise<ClientFile> {
  return explained(async () => {
    const path = await realPathOf(file);
    const bytes = await readIfThere(path);
    const backup = await readIfThere(backupOf(path));
    const mode = bytes ? (await stat(path)).mode & 0o7777 : newFileMode;
    const whole = bytes ? decoded(bytes) : '';
    const mark = whole.startsWith('\ufeff') ? '\ufeff' : '';
    return { path, bytes, text: whole.slice(mark.length), mark, mode, backup };
  });
}

/** A text without its byte-order mark. @throws {ClientFileError} for what is not in UTF-8. */
export function textOf(bytes: Buffer): string {
  return decoded(bytes).replace('\ufeff', '');
}

/**
 * Writes a client's file, and makes it and its folders if they are not there.
 *
 * @param keepsBackup whether what the file is now is to be kept as its backup.
 * @throws {ClientFileError} if that can't be done, or another program changed the file; it is as it was then.
 */
export async function writeClientFile(
  file: ClientFile,
  text: string,
  keepsBackup: boolean,
  retrying?: Retrying,
): Promise<void> {
  await explained(async () => {
    const { path, bytes, mark, mode } = file;
    await mkdir(dirname(path), { recursive: true });
    if (bytes && keepsBackup) await replaceFile(backupOf(path), bytes, mode, retrying);
    // A backup of a file that its user has removed since.
    if (!bytes) await rm(backupOf(path), { force: true });
    await assertUnchanged(file);
    await replaceFile(path, mark + text, mode, retrying);
  });
}

/** Gives a file the bytes of its backup, which is removed. @throws {ClientFileError} */
export async function restoreClientFile(file: ClientFile, retrying?: Retrying): Promise<void> {
  await explained(async () => {
    const { path, backup, mode } = file;
    if (!backup) return;
    await assertUnchanged(file);
    await replaceFile(path, backup, mode, retrying);
    await rm(backupOf(path), { force: true });
  });
}

/**
 * Removes a file, and its folders as far as they are empty then.
 *
 * @param keep folders that stay. @throws {ClientFileError}
 */
export async function deleteClientFile(file: ClientFile, keep: readonly string[]): Promise<void> {
  await explained(async () => {
    await assertUnchanged(file);
    await rm(file.path);
    let folder = dirname(file.path);
    while (!keep.includes(folder) && (await isRemoved(folder))) folder = dirname(folder);
  });
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

/** Where a path leads, also where nothing is there yet. */
async function realPathOf(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if (systemReason(error) !== 'ENOENT') throw error;
  }
  const parent = dirname(file);
  const folder = parent === file ? parent : await realPathOf(parent);
  const own = join(folder, file.slice(parent.length));
  const stats = await lstat(own).catch(() => undefined);
  return stats?.isSymbolicLink() ? realPathOf(resolve(folder, await readlink(own))) : own;
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemReason(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ClientFileError('is not in UTF-8');
  }
}

async function explained<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ClientFileError) throw error;
    throw new ClientFileError(`can't be used (${systemReason(error)})`);
  }
}
