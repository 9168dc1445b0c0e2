import { dirname } from 'node:path';
import {
  type Config,
  ConfigError,
  type Flags,
  readConfig,
  secretsOf,
} from '../../config/config.ts';
import { Given } from '../../config/given.ts';
import { isWithNamedTokens } from '../../config/http-config.ts';
import { httpSettingList } from '../../config/http-settings.ts';
import { type Setting, settings } from '../../config/settings.ts';
import { defaultStateFolder } from '../../safety/state-folder.ts';
import { createRedactor, type Redactor } from '../../text/redact.ts';
import { joined, type Place } from '../clients/place.ts';
import type { DoctorMachine, KeptToken } from './machine.ts';
import { SegmentLooks } from './segment-looks.ts';

/**
 * The settings as the server would read them, except for the audit log, which has its own check.
 */
export interface ReadSettings {
  /** Undefined if the server would not start. */
  config: Config | undefined;
  problems: readonly string[];
  warnings: readonly string[];
  /** The source of the token; undefined if there is none. */
  tokenFrom: string | undefined;
  /** The names of the other flags and variables that are set. */
  alsoSet: readonly string[];
}

/** What all checks of one run share. */
export interface Context {
  machine: DoctorMachine;
  flags: Flags;
  /** With the file of the token that setup keeps, if nothing else names one. */
  environment: Place['environment'];
  settings: ReadSettings;
  redactor: Redactor;
  /** Undefined if the server would not start, or has several tokens. */
  segment: SegmentLooks | undefined;
  /** When all checks must be over, on the monotonic clock. */
  endsAt: number;
  /** The state folder; undefined if the platform has none, or the settings refuse the given one. */
  stateFolder: string | undefined;
  /** What setup keeps there; undefined if there is no such folder. */
  kept: KeptToken | undefined;
}

/** @param endsAt when all checks must be over, on the monotonic clock. */
export function createContext(flags: Flags, machine: DoctorMachine, endsAt: number): Context {
  const { place } = machine;
  const stateFolder = stateFolderIn(place);
  const kept = stateFolder === undefined ? undefined : machine.keptToken(stateFolder);
  const keptToken = kept && 'token' in kept ? kept.token : undefined;
  const environment =
    keptToken === undefined ? place.environment : withKeptToken(flags, place, stateFolder);
  const read = readSettings(flags, environment, machine);
  const secrets = [
    keptToken ?? '',
    place.environment[settings.token.env]?.trim() ?? '',
    ...(read.config ? secretsOf(read.config) : []),
  ];
  const redactor = createRedactor(secrets);
  const segment =
    read.config && read.config.target.kind !== 'tokens'
      ? new SegmentLooks(read.config, machine, redactor, endsAt)
      : undefined;
  const shared = { machine, flags, environment, redactor, segment, endsAt, stateFolder, kept };
  return { ...shared, settings: read };
}

/** As the server finds it. */
function stateFolderIn({ environment, platform, home }: Place): string | undefined {
  const given = new Given({}, environment);
  const named = given.read(settings.stateFolder);
  if (given.problems.length > 0) return undefined;
  return named ?? defaultStateFolder({ environment, platform, home: () => home });
}

/** After setup, the token is in a file that only the client's entry names. */
function withKeptToken(
  flags: Flags,
  place: Place,
  folder: string | undefined,
): Place['environment'] {
  const { environment } = place;
  const isNamed = [settings.token, settings.tokenFile].some(({ env }) => environment[env]?.trim());
  const isNeeded =
    !isNamed && flags.sandbox !== true && !isWithNamedTokens(new Given(flags, environment));
  if (!isNeeded || folder === undefined) return environment;
  return { ...environment, [settings.tokenFile.env]: joined(place, folder, 'token') };
}

function readSettings(
  flags: Flags,
  environment: Place['environment'],
  { place, hostname, problemWithStateFolder }: DoctorMachine,
): ReadSettings {
  const { env, flag = '' } = settings.auditLog;
  const warnings: string[] = [];
  const read = { ...readNames(flags, environment, place.environment), warnings };
  try {
    const config = readConfig(
      { ...flags, [flag]: undefined },
      { ...environment, [env]: undefined },
      [],
      (warning) => warnings.push(warning),
      {
        hostname,
        problemWithStateFolder: (path = stateFolderIn(place)) =>
          path === undefined ? 'this platform has none' : problemWithStateFolder(path),
      },
    );
    return { ...read, config, problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { ...read, config: undefined, problems: error.problems };
  }
}

/** @param given the environment, unchanged. */
function readNames(
  flags: Flags,
  environment: Place['environment'],
  given: Place['environment'],
): Pick<ReadSettings, 'tokenFrom' | 'alsoSet'> {
  const isSet = ({ env }: Setting<unknown>) => Boolean(environment[env]?.trim());
  const tokens: readonly Setting<unknown>[] = [settings.token, settings.tokenFile];
  const named = tokens.find(isSet);
  const isKept = named && !given[named.env]?.trim();
  const kept = isKept
    ? `${dirname(environment[named.env] ?? '')}, where setup keeps it`
    : undefined;
  const others: readonly Setting<unknown>[] = [...Object.values(settings), ...httpSettingList];
  const alsoSet = others.flatMap((setting) => {
    if (tokens.includes(setting)) return [];
    const { flag } = setting;
    if (flag !== undefined && flags[flag] !== undefined) return [`--${flag}`];
    return isSet(setting) ? [setting.env] : [];
  });
  return { tokenFrom: kept ?? named?.env, alsoSet };
}
