import { ClientFileError, readClientFile } from '../clients/client-file.ts';
import { entryName, type ServerStart, startIn } from '../clients/entry.ts';
import { restrictionsIn } from '../clients/entry-settings.ts';
import { type Client, isEditable } from '../clients/table.ts';
import { startInText } from '../clients/text-entry.ts';

/** The names of what restricts the present entry with our name in a client's file; none if it can't be read. */
export async function presentRestrictions(client: Client, file: string): Promise<string[]> {
  try {
    const { text } = await readClientFile(file);
    const start = text === '' ? undefined : await startInFile(text, client);
    return start ? restrictionsIn(start).map(({ name }) => name) : [];
  } catch (error) {
    if (error instanceof ClientFileError) return [];
    throw error;
  }
}

async function startInFile(text: string, client: Client): Promise<ServerStart | undefined> {
  if (!isEditable(client)) return startInText(text, client);
  const { findEntry, ofClient, toValue } = await import('../clients/json-file.ts');
  const node = ofClient(() => findEntry(text, [...client.keys, entryName]));
  return node && startIn(toValue(node));
}
