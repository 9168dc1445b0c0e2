import { ConfigError } from '../../config.ts';
import { defaultStateFolder } from '../../safety/state-folder.ts';
import { settings } from '../../settings.ts';
import type { ServerStart } from '../clients/entry.ts';
import { joined, type Place } from '../clients/place.ts';
import type { SetupCommand, SetupMachine } from './command.ts';
import { entrySettings } from './settings.ts';
import { startOf } from './start.ts';

/** The server as a client must start it. */
export interface Server {
  start: ServerStart;
  /** Where setup keeps the token; undefined if the server needs none, or gets it from elsewhere. */
  ownTokenFile: string | undefined;
  /** What the user must know, a sentence each. */
  notes: readonly string[];
}

/**
 * How a client must start the server with the settings given here.
 *
 * @throws {ConfigError} for settings that the server would refuse, or a program that may be
 * removed.
 */
export function serverFor({ flags }: SetupCommand, machine: SetupMachine): Server {
  const { place } = machine;
  const tokenFile = tokenFileIn(place);
  const { args, env, notes } = entrySettings(flags, place, tokenFile);
  const start = startOf({ ...machine, platform: place.platform }, args, env);
  const ownTokenFile = env[settings.tokenFile.env] === tokenFile ? tokenFile : undefined;
  return { start, notes, ownTokenFile };
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
