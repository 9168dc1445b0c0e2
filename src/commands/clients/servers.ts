import { entryName } from './entry.ts';
import { type Client, isEditable } from './table.ts';
import { serversInText } from './text-entry.ts';

/**
 * The servers that the text of a client's file lists, by their names; none if they are not where the client
 * looks for them.
 *
 * @throws {ClientFileError} if the text can't be parsed, or if anything in our entry appears twice.
 */
export async function serversIn(
  text: string,
  client: Client,
): Promise<[name: string, entry: unknown][]> {
  if (text === '') return [];
  if (!isEditable(client)) return serversInText(text, client);
  const { entriesAt, ofClient } = await import('./json-tree.ts');
  return ofClient(() => entriesAt(text, client.keys, entryName));
}
