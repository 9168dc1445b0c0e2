import { readdir, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { type Entry, expand, isPattern } from './glob.ts';
import type { Problem } from './problem.ts';

/*
 * What the words on the command line refer to.
 */

/** Where a definition is. If there are several, each has a `label` before its positions. */
export type Target =
  | { kind: 'argument'; text: string; label?: undefined }
  | { kind: 'stdin'; label?: string }
  | { kind: 'file'; path: string; label: string };

/** File extensions of a definition, if it is the only argument. */
const endings = ['.seg', '.txt'];

/**
 * Finds what to check. Several words are files, and so is one with the extension of a definition;
 * patterns are expanded, and `-` is standard input. Any other single word is a definition.
 *
 * @param separator of paths on this system; patterns use `/`.
 * @returns each file once, and the patterns that match none.
 */
export async function findTargets(
  words: readonly string[],
  separator = sep,
): Promise<{ targets: Target[]; problems: Problem[] }> {
  const [only = ''] = words;
  const isFile = endings.some((ending) => only.toLowerCase().endsWith(ending));
  if (words.length === 1 && !isFile) {
    return { targets: [only === '-' ? { kind: 'stdin' } : argument(only)], problems: [] };
  }
  const targets = new Map<string, Target>();
  const problems: Problem[] = [];
  for (const word of words) {
    if (word === '-') {
      targets.set(word, { kind: 'stdin', label: '<stdin>' });
      continue;
    }
    const isLiteral = !isPattern(word) || (await isThere(word));
    const paths = isLiteral ? [word] : await expand(word.replaceAll(separator, '/'), list);
    for (const path of paths) targets.set(path, { kind: 'file', path, label: path });
    if (paths.length === 0) problems.push({ name: word, reason: 'matches no files' });
  }
  return { targets: [...targets.values()], problems };
}

function argument(text: string): Target {
  return { kind: 'argument', text };
}

/** How a problem names it. */
export function nameOf({ label }: Target): string {
  return label ?? 'The definition';
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
