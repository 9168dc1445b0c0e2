/*
 * Path patterns, for shells that don't expand them: `*` matches any characters of one name, `**`
 * any number of folders. As in shells, neither matches a name that begins with a dot.
 */

/** Whether a path is a pattern. */
export function isPattern(path: string): boolean {
  return path.includes('*');
}

/** Whether a part of a pattern, between slashes, matches a name. */
export function matchesName(name: string, part: string): boolean {
  if (name.startsWith('.') && !part.startsWith('.')) return false;
  const [start = '', ...pieces] = part.split('*');
  const end = pieces.pop();
  if (end === undefined) return name === part;
  if (name.length < start.length + end.length) return false;
  if (!name.startsWith(start) || !name.endsWith(end)) return false;
  const last = name.length - end.length;
  let at = start.length;
  // The first match leaves most for the pieces that follow.
  for (const piece of pieces) {
    const found = name.indexOf(piece, at);
    if (found === -1 || found + piece.length > last) return false;
    at = found + piece.length;
  }
  return true;
}

/** A file or folder, as its folder lists it. */
export interface Entry {
  name: string;
  isFolder: boolean;
  /** Whether it is a link. `**` does not follow links, because they may lead back. */
  isLink: boolean;
}

/**
 * Lists a folder, whose path is empty for the current one and otherwise ends in `/`; returns
 * nothing for one that can't be listed.
 */
export type ListFolder = (folder: string) => Promise<readonly Entry[]>;

/**
 * The files that a pattern matches, sorted by path.
 *
 * @param pattern with `/` between its parts.
 */
export async function expand(pattern: string, list: ListFolder): Promise<string[]> {
  const parts = pattern.split('/');
  if (parts.at(-1) === '**') parts.push('*');
  const distinct = parts.filter((part, index) => part !== '**' || parts[index - 1] !== '**');
  const found = new Set<string>();
  for await (const file of filesIn('', distinct, list)) found.add(file);
  return [...found].sort();
}

async function* filesIn(
  folder: string,
  [part, ...rest]: readonly string[],
  list: ListFolder,
): AsyncGenerator<string> {
  if (part === undefined) return;
  if (!isPattern(part) && rest.length > 0) {
    yield* filesIn(`${folder}${part}/`, rest, list);
    return;
  }
  // It also matches no folder at all.
  if (part === '**') yield* filesIn(folder, rest, list);
  for (const entry of await list(folder)) {
    const path = folder + entry.name;
    if (entry.isFolder) yield* filesIn(`${path}/`, partsInside(entry, part, rest), list);
    else if (rest.length === 0 && matchesName(entry.name, part)) yield path;
  }
}

/** The rest of a pattern inside a folder; empty if the pattern does not lead there. */
function partsInside({ name, isLink }: Entry, part: string, rest: readonly string[]): string[] {
  if (part === '**') return isLink || name.startsWith('.') ? [] : [part, ...rest];
  return matchesName(name, part) ? [...rest] : [];
}
