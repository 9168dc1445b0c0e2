import { readdir, readFile, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { systemReason } from '../../system-reason.ts';
import { type Entry, expand, isPattern } from './glob.ts';
import { FileError, type Problem } from './problem.ts';

/** What a file of a definition ends in, if it is the only argument. */
const endings = ['.seg', '.txt'];

/** Standard input, as an argument. */
export const stdinArgument = '-';

/** Whether arguments name files: several do, and one that ends like a file of a definition. */
export function nameFiles(words: readonly string[]): boolean {
  const [only = ''] = words;
  return words.length > 1 || endings.some((ending) => only.toLowerCase().endsWith(ending));
}

/** The files that arguments name, each once, and what names none. */
export async function findFiles(
  words: readonly string[],
): Promise<{ files: string[]; problems: Problem[] }> {
  const files = new Set<string>();
  const problems: Problem[] = [];
  for (const word of words) {
    if (word === stdinArgument || !isPattern(word) || (await isThere(word))) {
      files.add(word);
      continue;
    }
    const found = await expand(word.replaceAll(sep, '/'), list);
    for (const file of found) files.add(file);
    if (found.length === 0) problems.push({ file: word, reason: 'matches no file' });
  }
  return { files: [...files], problems };
}

/** A file's text without the byte-order mark. */
export interface FileText {
  text: string;
  /** What it began with. */
  mark: '' | '\ufeff';
}

/**
 * Reads a file as UTF-8.
 *
 * @throws {FileError} when that can't be done.
 */
export async function readText(file: string): Promise<FileText> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new FileError(`can't be read (${systemReason(error)})`);
  });
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.startsWith('\ufeff') ? { text: text.slice(1), mark: '\ufeff' } : { text, mark: '' };
  } catch {
    throw new FileError('is not in UTF-8');
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function list(folder: string): Promise<Entry[]> {
  const entries = await readdir(folder === '' ? '.' : folder, { withFileTypes: true }).catch(
    () => [],
  );
  return Promise.all(
    entries.map(async (entry) => {
      const isLink = entry.isSymbolicLink();
      const isFolder = isLink ? await isFolderAt(folder + entry.name) : entry.isDirectory();
      return { name: entry.name, isFolder, isLink };
    }),
  );
}

async function isFolderAt(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
