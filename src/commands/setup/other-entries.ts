import { entryName, startIn } from '../clients/entry.ts';
import { isForeign } from '../clients/foreign.ts';

/**
 * The names of other entries in a client's file that start this program.
 *
 * @param servers all that the file lists, by name. @param mainFile the real path of this program.
 */
export function otherEntries(
  servers: readonly (readonly [name: string, entry: unknown])[],
  mainFile: string,
): string[] {
  return servers.flatMap(([name, value]) => {
    const start = startIn(value);
    const isOurs = start !== undefined && !isForeign(start, mainFile, name);
    return isOurs && name !== entryName ? [name] : [];
  });
}

/** What the user must know about such entries where ours is added, in a sentence each. */
export function noteOnAdding(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [
    `${inWords(names)}: the client would have the same tools more than once. Setup changes only "${entryName}": remove ${rest(names)} by hand.`,
  ];
}

/** The same where ours is removed. */
export function noteOnRemoving(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [`${inWords(names)}. Setup removes only "${entryName}": remove ${rest(names)} by hand.`];
}

function inWords(names: readonly string[]): string {
  const listed = names.map((name) => `"${name}"`).join(', ');
  return names.length === 1
    ? `The entry ${listed} in this file also starts this program`
    : `The entries ${listed} in this file also start this program`;
}

function rest(names: readonly string[]): string {
  return names.length === 1 ? 'the other' : 'the others';
}
