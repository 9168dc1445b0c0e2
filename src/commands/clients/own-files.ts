import { ClientFileError, readClientFile } from './client-file.ts';
import { entryName } from './entry.ts';
import type { Place } from './place.ts';
import { serversIn } from './servers.ts';
import { type Client, fileOf } from './table.ts';

/**
 * The files of a client that have our entry, by which setup changes or shows it: OpenCode merges all of its
 * files, and each of Cline's is read by another program. If none has it, the one in which it belongs.
 *
 * @returns also those that can't be read, because they may have it; none if the client has no file here.
 */
export async function ownFiles(
  client: Client,
  place: Place,
  exists: (path: string) => boolean,
): Promise<string[]> {
  const there = client.files(place).filter(exists);
  const first = fileOf(client, place, exists);
  if (there.length < 2) return first === undefined ? [] : [first];
  const looked = await Promise.all(there.map((file) => mayHaveEntry(file, client)));
  const found = there.filter((_, index) => looked[index]);
  return found.length > 0 ? found : there.slice(0, 1);
}

async function mayHaveEntry(file: string, client: Client): Promise<boolean> {
  try {
    const servers = await serversIn((await readClientFile(file)).text, client);
    return servers.some(([name]) => name === entryName);
  } catch (error) {
    if (error instanceof ClientFileError) return true;
    throw error;
  }
}
