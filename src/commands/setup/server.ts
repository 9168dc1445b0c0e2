import { ConfigError } from '../../config/config.ts';
import { misnamedFences } from '../../config/misnamed.ts';
import { settings } from '../../config/settings.ts';
import { holdsTokenForm } from '../../config/slips.ts';
import { defaultStateFolder } from '../../safety/state-folder.ts';
import type { Entry } from '../clients/entry.ts';
import { joined, type Place } from '../clients/place.ts';
import { type RemoteForm, remoteFormOf } from '../clients/remote.ts';
import type { Client } from '../clients/table.ts';
import type { SetupCommand, SetupMachine } from './command.ts';
import { type Kept, nothingKept } from './kept.ts';
import { remoteServerIn } from './remote-server.ts';
import { entrySettings } from './settings.ts';
import { startOf } from './start.ts';

/** The server as clients are to know it: one that they start, or one that runs elsewhere. */
export interface Server {
  /**
   * Our entry in a client's form.
   *
   * @param kept of an older entry. @throws {ConfigError} if that does not fit the other settings.
   */
  entryFor(client: Client, kept?: Kept): Entry;
  /** The client's own command that adds the server, if it has one. */
  addFor(client: Client): readonly string[] | undefined;
  /** What the user must know before the client's file is changed. */
  beforeFor(client: Client): string | undefined;
  /** Where setup keeps the token; undefined if the server needs none, or gets it from elsewhere. */
  ownTokenFile: string | undefined;
  /** What the user must know, a sentence each. */
  notes: readonly string[];
  /** The same, about the network; an entry that stays with the sandbox uses none. */
  networkNotes: readonly string[];
}

/**
 * The server with the settings given here.
 *
 * @throws {ConfigError} for settings that the server would refuse, or a program that may be
 * removed.
 */
export function serverFor(command: SetupCommand, machine: SetupMachine): Server {
  return command.remote ? serverElsewhere(command) : serverStartedHere(command, machine);
}

function serverStartedHere({ flags }: SetupCommand, machine: SetupMachine): Server {
  const { place } = machine;
  const tokenFile = tokenFileIn(place);
  const { args, env, notes, networkNotes } = entrySettings(flags, place, tokenFile);
  const program = { ...machine, platform: place.platform };
  const start = startOf(program, args, env);
  const ownTokenFile = env[settings.tokenFile.env] === tokenFile ? tokenFile : undefined;
  return {
    entryFor(client, kept = nothingKept) {
      const misnamed = misnamedFences(kept.env, false);
      const tokens = Object.entries(kept.env)
        .filter(([, value]) => holdsTokenForm(value))
        .map(([variable]) => `${variable} contains a token: remove it from the entry.`);
      const problems = [...misnamed, ...tokens];
      if (problems.length > 0) throw new ConfigError(problems);
      const both = entrySettings({ ...kept.flags, ...flags }, place, tokenFile, kept);
      return client.entry(startOf(program, both.args, { ...kept.env, ...both.env }));
    },
    addFor: (client) => client.add?.(start),
    beforeFor: (client) => client.before,
    ownTokenFile,
    notes,
    networkNotes,
  };
}

function serverElsewhere(command: SetupCommand): Server {
  const remote = remoteServerIn(command);
  const formOf = ({ id }: Client): RemoteForm => {
    const form = remoteFormOf(id);
    if ('why' in form) throw new ConfigError([form.why]);
    return form;
  };
  const { keyVariable } = remote;
  return {
    entryFor: (client) => formOf(client).entry(remote),
    addFor: (client) => formOf(client).add?.(remote),
    beforeFor: (client) => formOf(client).before,
    ownTokenFile: undefined,
    notes:
      keyVariable === undefined
        ? []
        : [`Set ${keyVariable} to the key wherever the client is started from.`],
    networkNotes: [],
  };
}

/**
 * Where setup keeps the token that the user types. @throws {ConfigError} if there is no place for
 * it.
 */
function tokenFileIn(place: Place): string {
  const { environment, platform, home } = place;
  const folder =
    environment[settings.stateFolder.env]?.trim() ||
    defaultStateFolder({ environment, platform, home: () => home });
  if (folder) return joined(place, folder, 'token');
  throw new ConfigError([
    `There is no place for the token: set ${settings.stateFolder.env} to a folder, or ${settings.tokenFile.env} to a file.`,
  ]);
}
