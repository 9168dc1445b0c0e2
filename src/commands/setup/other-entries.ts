import { entryName, isTable, programIn, startIn } from '../clients/entry.ts';
import { findEntry, toValue } from '../clients/json-file.ts';
import type { Client } from '../clients/table.ts';

/**
 * The names of other entries in a client's file that start this program.
 *
 * @param mainFile its real path. @throws {JsonFileError} if the text can't be read.
 */
export function otherEntries(text: string, { keys }: Client, mainFile: string): string[] {
  const node = findEntry(text, keys);
  const servers = node && toValue(node);
  if (!isTable(servers)) return [];
  return Object.entries(servers).flatMap(([name, value]) => {
    const start = startIn(value);
    const isOurs = start !== undefined && programIn(start, mainFile, name) !== undefined;
    return isOurs && name !== entryName ? [name] : [];
  });
}

/** What the user must know about such entries where ours is added, in a sentence each. */
export function noteOnAdding(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [
    `${inWords(names)}: the client would have the same tools more than once. Setup changes only "${entryName}": remove the others by hand.`,
  ];
}

/** The same where ours is removed. */
export function noteOnRemoving(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [`${inWords(names)}. Setup removes only "${entryName}": remove the others by hand.`];
}

function inWords(names: readonly string[]): string {
  const listed = names.map((name) => `"${name}"`).join(', ');
  return names.length === 1
    ? `The entry ${listed} in this file also starts this program`
    : `The entries ${listed} in this file also start this program`;
}
