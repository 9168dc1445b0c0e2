import { access, constants, readFile, realpath, stat } from 'node:fs/promises';
import { systemReason } from '../text/system-reason.ts';
import { replaceFile } from './replace-file.ts';

/** Why a file or its text can't be used. */
export class FileError extends Error {
  override name = 'FileError';
  readonly line: number | undefined;

  /** @param reason to complete a sentence. @param line from 1, if it is about a line. */
  constructor(reason: string, line?: number) {
    super(reason);
    this.line = line;
  }
}

/** A file's text without the byte-order mark. */
export interface FileText {
  text: string;
  /** Its byte-order mark. */
  mark: '' | '\ufeff';
}

/**
 * Reads a file as UTF-8.
 *
 * @throws {FileError} if that fails.
 */
export async function readText(file: string): Promise<FileText> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new FileError(`can't be read (${systemReason(error)})`);
  });
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.startsWith('\ufeff') ? { text: text.slice(1), mark: '\ufeff' } : { text, mark: '' };
  } catch {
    throw new FileError('is not UTF-8');
  }
}

/**
 * Writes an existing file. Its mode stays the same; a link still leads to it.
 *
 * @throws {FileError} if that fails; the file is unchanged then.
 */
export async function rewriteText(file: string, text: string): Promise<void> {
  try {
    const path = await realpath(file);
    await access(path, constants.W_OK);
    await replaceFile(path, text, (await stat(path)).mode & 0o7777);
  } catch (error) {
    throw new FileError(`can't be written (${systemReason(error)})`);
  }
}
