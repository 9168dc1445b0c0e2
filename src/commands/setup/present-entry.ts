import { ClientFileError, readClientFile } from '../clients/client-file.ts';
import { type Entry, entryName, isTable, type ServerStart, startIn } from '../clients/entry.ts';
import { redactorOf } from '../clients/entry-secrets.ts';
import { type EntrySetting, restrictionsIn, settingsIn } from '../clients/entry-settings.ts';
import { isEndpoint, remoteIn } from '../clients/remote.ts';
import { serversIn } from '../clients/servers.ts';
import type { Client } from '../clients/table.ts';
import type { SetupCommand, SetupMachine } from './command.ts';
import { differentFields, keptFrom, lostRestrictions, notKeptElsewhere } from './kept.ts';
import { noteOnAdding, otherEntries } from './other-entries.ts';
import type { Server } from './server.ts';

/** What setup is to show, and for whom. */
export interface Shown {
  client: Client;
  server: Server;
  flags: SetupCommand['flags'];
  machine: SetupMachine;
}

/**
 * What the user must know about the present entries in a client's file before pasting the block that
 * follows, a sentence each, without secrets.
 */
export async function aboutPresent(file: string, shown: Shown): Promise<string[]> {
  const { client, machine } = shown;
  try {
    const servers = await serversIn((await readClientFile(file)).text, client);
    const value = servers.find(([name]) => name === entryName)?.[1];
    const isOurs = startIn(value) !== undefined || isEndpoint(remoteIn(value)?.url ?? '');
    const own = isTable(value) && isOurs ? aboutOwn(value, shown) : [];
    return [...own, ...noteOnAdding(otherEntries(servers, machine.mainFile))];
  } catch (error) {
    if (!(error instanceof ClientFileError)) throw error;
    return [
      `${file} ${error.message}. If it already has an entry "${entryName}", compare that with what follows.`,
    ];
  }
}

/** All that setup would keep if it wrote the file: here, only the user can. */
function aboutOwn(own: Entry, { client, server, flags, machine }: Shown): string[] {
  const entry = server.entryFor(client);
  const [start, plain] = [startIn(own), startIn(entry)];
  const kept =
    start && plain ? keptFrom({ value: own, start }, plain.env, { flags, machine }) : undefined;
  const isOfOneKind = (start === undefined) === (plain === undefined);
  const fields = isOfOneKind ? differentFields(own, entry).map((name) => `"${name}"`) : [];
  const present = start && plain ? presentIn(start, plain) : [];
  const missing = [...(kept?.all ?? []), ...fields].filter((name) => !present.includes(name));
  const restrictions = start ? restrictionsIn(start).map(({ name }) => name) : [];
  const restricting = missing.filter((name) => restrictions.includes(name));
  const others = missing.filter((name) => !restrictions.includes(name));
  const lost = lostRestrictions(own, entry);
  const sentences = [
    [restricting, 'is restricted by', ': to keep that, add it to what follows.'],
    [others, 'has', ': to keep that, add it to what follows.'],
    [lost, 'is restricted by', ', and what follows is not.'],
  ] as const;
  const redactor = redactorOf(own);
  return [
    ...sentences
      .filter(([names]) => names.length > 0)
      .map(([names, verb, rest]) => `The present entry ${verb} ${names.join(', ')}${rest}`),
    ...(kept?.notes ?? []),
    ...notKeptElsewhere(own, entry),
  ].map((each) => redactor.text(each));
}

/** The settings of an older entry that a new one has with the same values, as the older one names them. */
function presentIn(old: ServerStart, next: ServerStart): string[] {
  const here = settingsIn(next);
  const isSame = ({ setting, value }: EntrySetting) =>
    here.some((each) => each.setting === setting && each.value === value);
  return settingsIn(old)
    .filter(isSame)
    .map(({ name }) => name);
}
