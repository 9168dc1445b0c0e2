import { ClientFileError, readClientFile } from '../clients/client-file.ts';
import { entryName, isTable, startIn } from '../clients/entry.ts';
import { restrictionsIn } from '../clients/entry-settings.ts';
import { serversIn } from '../clients/servers.ts';
import type { Client } from '../clients/table.ts';
import { keptPaths, type OlderEntry, type PathMachine } from './kept-paths.ts';
import { noteOnAdding, otherEntries } from './other-entries.ts';
import type { Server } from './server.ts';

/** What setup finds in a client's file that it only prints a block for. */
interface Found {
  /** The present entry with our name, if it starts a server. */
  own: OlderEntry | undefined;
  /** What is to be said about other entries, a sentence each. */
  others: readonly string[];
}

/**
 * What the user must know about the present entries in a client's file, a sentence each; none if the file
 * can't be read.
 *
 * @param before what belongs in front of the block that is printed. @param mainFile the real path of this
 * program.
 */
export async function aboutPresent(
  client: Client,
  file: string,
  server: Server,
  machine: PathMachine & { mainFile: string },
): Promise<{ before: string[]; after: readonly string[] }> {
  const { own, others } = await foundIn(client, file, machine.mainFile);
  return { before: own ? aboutOwn(own, client, server, machine) : [], after: others };
}

function aboutOwn(own: OlderEntry, client: Client, server: Server, machine: PathMachine): string[] {
  const sentences: string[] = [];
  const restrictions = restrictionsIn(own.start).map(({ name }) => name);
  if (restrictions.length > 0) {
    sentences.push(
      `The present entry is restricted by ${restrictions.join(', ')}: to keep that, add it to what follows.`,
    );
  }
  const plain = startIn(server.entryFor(client));
  if (!plain) return sentences;
  const { names, notes } = keptPaths(own, plain.env, machine);
  if (names.length > 0) {
    sentences.push(
      `The present entry names ${names.join(', ')}: to keep that, write it into what follows.`,
    );
  }
  return [...sentences, ...notes];
}

async function foundIn(client: Client, file: string, mainFile: string): Promise<Found> {
  try {
    const servers = await serversIn((await readClientFile(file)).text, client);
    const value = servers.find(([name]) => name === entryName)?.[1];
    const start = startIn(value);
    const own = start && isTable(value) ? { value, start } : undefined;
    return { own, others: noteOnAdding(otherEntries(servers, mainFile)) };
  } catch (error) {
    if (error instanceof ClientFileError) return { own: undefined, others: [] };
    throw error;
  }
}
