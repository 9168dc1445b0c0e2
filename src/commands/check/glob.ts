/*
 * The patterns of paths that a shell would expand, for those that don't: `*` stands for any characters
 * of one name, `**` for any number of folders. As in shells, neither stands for a name that begins with
 * a dot.
 */

/** Whether a path is a pattern of paths. */
export function isPattern(path: string): boolean {
  return path.includes('*');
}

/** Whether a name is one that a part of a pattern, between slashes, stands for. */
export function matchesName(name: string, part: string): boolean {
  if (name.startsWith('.') && !part.startsWith('.')) return false;
  const [start = '', ...pieces] = part.split('*');
  const end = pieces.pop();
  if (end === undefined) return name === part;
  if (name.length < start.length + end.length) return false;
  if (!name.startsWith(start) || !name.endsWith(end)) return false;
  const last = name.length - end.length;
  let at = start.length;
  // The first place that fits leaves most for the pieces that follow.
  for (const piece of pieces) {
    const found = name.indexOf(piece, at);
    if (found === -1 || found + piece.length > last) return false;
    at = found + piece.length;
  }
  return true;
}

/** A file or a folder, as it is listed in a folder. */
export interface Entry {
  name: string;
  isFolder: boolean;
  /** Whether it is a link. `**` does not follow one, because it may lead back. */
  isLink: boolean;
}

/**
 * Lists a folder, whose path is empty for the current one and else ends in `/`; gives nothing for what
 * can't be listed.
 */
export type ListFolder = (folder: string) => Promise<readonly Entry[]>;

/**
 * The files that a pattern stands for, in the order of their paths.
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
  // No folder at all is one of the numbers of folders that it stands for.
  if (part === '**') yield* filesIn(folder, rest, list);
  for (const entry of await list(folder)) {
    const path = folder + entry.name;
    if (entry.isFolder) yield* filesIn(`${path}/`, partsInside(entry, part, rest), list);
    else if (rest.length === 0 && matchesName(entry.name, part)) yield path;
  }
}

/** What is left of a pattern inside a folder; nothing if the pattern does not lead there. */
function partsInside({ name, isLink }: Entry, part: string, rest: readonly string[]): string[] {
  if (part === '**') return isLink || name.startsWith('.') ? [] : [part, ...rest];
  return matchesName(name, part) ? [...rest] : [];
}
