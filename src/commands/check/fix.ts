import { access, constants, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { applyFixes, type Level } from '../../query/index.ts';
import { systemReason } from '../../system-reason.ts';
import { FileError } from './problem.ts';
import { readSource, type Source, withFixes } from './source.ts';

/** A text with the fixes of its definition applied. */
export interface FixedSource {
  source: Source;
  /** How many fixes were applied. */
  fixes: number;
}

/** Applies the fixes of a definition; what is written behind it as a comment stays in any case. */
export function fixSource(source: Source, type: Level): FixedSource {
  const { text, rounds } = applyFixes(
    source.definition,
    { type },
    ({ code }) => code !== 'comment',
  );
  const fixes = rounds.flat().length;
  return { source: fixes > 0 ? readSource(withFixes(source, text, rounds)) : source, fixes };
}

/**
 * Replaces a file at once: whoever reads it sees the old text or the new one. Its mode stays; a link
 * still leads to it.
 *
 * @throws {FileError} when that can't be done; the file is as it was then.
 */
export async function replaceFile(file: string, text: string): Promise<void> {
  try {
    const path = await realpath(file);
    await access(path, constants.W_OK);
    const mode = (await stat(path)).mode & 0o7777;
    const temporary = join(dirname(path), `.${crypto.randomUUID()}.tmp`);
    try {
      await writeNew(temporary, text, mode);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  } catch (error) {
    throw new FileError(`can't be written (${systemReason(error)})`);
  }
}

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(text);
    // The process's mask does not count for a file that was there before.
    await file.chmod(mode);
    // A file that is renamed before it is on the disk may be empty after a power failure.
    await file.sync();
  } finally {
    await file.close();
  }
}
