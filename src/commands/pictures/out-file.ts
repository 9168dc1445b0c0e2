import { access, constants, open, realpath, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigError } from '../../config/config.ts';
import { systemReason } from '../../text/system-reason.ts';
import { replaceFile } from '../replace-file.ts';

/** A file to write. */
export interface OutFile {
  path: string;
  /** Whether to replace a file that is there. */
  isForced: boolean;
}

/**
 * Makes sure that a file can be written, before anything is done for it.
 *
 * @throws {ConfigError} if not.
 */
export async function assertWritable({ path, isForced }: OutFile): Promise<void> {
  const there = await statsOf(path);
  if (there?.isDirectory()) throw new ConfigError([`--out ${path} is a folder: name a file.`]);
  if (there && !there.isFile()) throw new ConfigError([`--out ${path} is not an ordinary file.`]);
  if (there && !isForced) throw existsAlready(path);
  try {
    if (there) await access(path, constants.W_OK);
    await access(dirname(path), constants.W_OK);
  } catch (error) {
    throw notWritable(`--out ${path}`, error);
  }
}

/**
 * Writes a file as a whole: if that fails, there is none, or the one that was there is unchanged.
 *
 * @throws {ConfigError} if it can't be written.
 */
export async function writeOut({ path, isForced }: OutFile, content: string): Promise<void> {
  try {
    const there = await statsOf(path);
    // A link would be replaced by a file.
    if (there && isForced)
      return await replaceFile(await realpath(path), content, there.mode & 0o777);
    await writeNew(path, content);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw systemReason(error) === 'EEXIST'
      ? existsAlready(path)
      : notWritable(`--out ${path}`, error);
  }
}

async function writeNew(path: string, content: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** @returns undefined if nothing is there. @throws {ConfigError} if that can't be found out. */
async function statsOf(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (systemReason(error) === 'ENOENT') return undefined;
    throw notWritable(`--out ${path}`, error);
  }
}

function existsAlready(path: string): ConfigError {
  return new ConfigError([
    `--out ${path} exists: add --force to replace it, or name another file.`,
  ]);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist; create it first',
  ENOTDIR: 'a part of its path is not a folder',
  EACCES: 'you have no permission',
  EPERM: 'you have no permission',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
};

/** That a document can't be written. @param where it should go. */
export function notWritable(where: string, error: unknown): ConfigError {
  const code = systemReason(error);
  const reason = Object.hasOwn(reasons, code) ? `${reasons[code]} (${code})` : code;
  return new ConfigError([`${where} can't be written: ${reason}.`]);
}
