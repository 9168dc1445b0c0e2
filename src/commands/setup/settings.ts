import { posix, win32 } from 'node:path';
import { ConfigError, type Flags, readConfig } from '../../config/config.ts';
import { Given } from '../../config/given.ts';
import { type Setting, settings } from '../../config/settings.ts';
import type { Place } from '../clients/place.ts';
import { isStreamHere } from './kept-paths.ts';

/** The settings that go into a client's file. */
export interface EntrySettings {
  /** The flags of the server. */
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Whether the server uses the sandbox, and needs no token. */
  isSandbox: boolean;
  /** What the user must know, a sentence each. */
  notes: readonly string[];
  /** The same, about the network; the sandbox uses none. */
  networkNotes: readonly string[];
}

/** What goes into the file as an older entry has it. */
export interface FromOlderEntry {
  /** Flags whose paths are neither resolved nor checked: only the client knows where they lead. */
  asWritten: readonly string[];
  /** Variables that name files or folders, unless the environment sets them. */
  paths: EntrySettings['env'];
}

const all: readonly Setting<unknown>[] = Object.values(settings);

const envOf = ({ env }: Setting<unknown>) => env;

/** A token of the right form, to check settings before there is one. */
const standIn = 'not-known-yet';

/** Settings that a real space needs, and the sandbox would refuse. */
const notInSandbox: readonly Setting<unknown>[] = [
  settings.space,
  settings.region,
  settings.apiUrl,
  settings.allowedSpaces,
];

/**
 * Settings that other programs read, too, and that a client started from a desktop may not have.
 */
const surroundings = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS'];

/**
 * Converts what is set here, by flags and in the environment, into what a client passes on: flags,
 * and variables for settings without one. Secrets are left out.
 *
 * @param tokenFile the file of the token, if the environment names no other.
 * @throws {ConfigError} for settings that the server would refuse.
 */
export function entrySettings(
  flags: Flags,
  place: Place,
  tokenFile: string,
  { asWritten, paths }: FromOlderEntry = { asWritten: [], paths: {} },
): EntrySettings {
  const { environment } = place;
  const given = new Given(flags, environment);
  const isSandbox = given.read(settings.sandbox) ?? false;
  const left = isSandbox ? without(environment, notInSandbox.map(envOf)) : environment;
  const isAsWritten = ({ flag = '' }: Setting<unknown>) => asWritten.includes(flag);
  const unchecked = all.filter(isAsWritten).map(envOf);
  const absolute = absoluteIn(place);
  const files = [...(isSandbox ? [] : [settings.tokenFile]), settings.secretFile];
  // Before they are read, which empties a pipe.
  for (const setting of files) assertReadableAgain(setting, given.read(setting), absolute);
  assertAccepted(without(flags, asWritten), without(left, unchecked));
  const args = all.flatMap((setting) => {
    const pathOf = isAsWritten(setting) ? (path: string) => path : absolute;
    return flagFor(setting, flags, left, pathOf);
  });
  const env: Record<string, string> = {};
  const pass = ({ env: name }: Setting<unknown>, value: string | undefined) => {
    if (value !== undefined) env[name] = value;
  };
  const file = given.read(settings.tokenFile);
  const ofOlder = ({ env: name }: Setting<unknown>) => paths[name];
  const namedToken = file === undefined ? ofOlder(settings.tokenFile) : absolute(file);
  if (!isSandbox) pass(settings.tokenFile, namedToken ?? tokenFile);
  pass(settings.stateFolder, given.read(settings.stateFolder) ?? ofOlder(settings.stateFolder));
  const secretFile = given.read(settings.secretFile);
  pass(settings.secretFile, secretFile ? absolute(secretFile) : ofOlder(settings.secretFile));
  const networkNotes = isSandbox ? [] : notesOnNetwork(environment);
  return { args, env, isSandbox, notes: notesOnSecret(environment), networkNotes };
}

/** @throws {ConfigError} for a file that the server could not read at every start. */
function assertReadableAgain(
  { env }: Setting<string>,
  path: string | undefined,
  absolute: (path: string) => string,
): void {
  if (path === undefined || !isStreamHere(absolute(path))) return;
  const problem = `${env} must name a regular file, which the server can read whenever a client starts it.`;
  const { token, tokenFile } = settings;
  const instead = ` Or set ${token.env} instead, and setup keeps the token in a file of its own.`;
  throw new ConfigError([env === tokenFile.env ? problem + instead : problem]);
}

/** @throws {ConfigError} for what the server would refuse, except for a missing token. */
function assertAccepted(flags: Flags, environment: Place['environment']): void {
  const hasToken = [settings.token, settings.tokenFile].some(({ env }) => environment[env]?.trim());
  readConfig(flags, hasToken ? environment : { ...environment, [settings.token.env]: standIn });
}

/** Flags or variables without some of them. */
function without<Value>(
  given: Readonly<Record<string, Value>>,
  dropped: readonly unknown[],
): Record<string, Value> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !dropped.includes(name)));
}

function flagFor<Value>(
  setting: Setting<Value>,
  flags: Flags,
  environment: Place['environment'],
  absolute: (path: string) => string,
): string[] {
  const { flag, argument, env, shared, kind } = setting;
  if (flag === undefined) return [];
  const value = new Given(flags, shared ? {} : environment).read(setting);
  if (value === undefined || value === false) return [];
  if (argument === undefined) return [`--${flag}`];
  const text = String(flags[flag] ?? environment[env]).trim();
  return [`--${flag}`, kind === 'path' ? absolute(text) : text];
}

/** The absolute path of one that is relative to the working folder, or absolute already. */
function absoluteIn({ platform, cwd }: Place): (path: string) => string {
  const { resolve } = platform === 'win32' ? win32 : posix;
  return (path) => resolve(cwd, path);
}

/** Flags that mean the same in every folder: their paths are absolute. */
export function inEveryFolder(flags: Flags, place: Place): Flags {
  const absolute = absoluteIn(place);
  const paths = all.flatMap(({ flag = '', kind }) => {
    const path = flags[flag];
    if (kind !== 'path' || typeof path !== 'string') return [];
    return [[flag, absolute(path.trim())]];
  });
  return { ...flags, ...Object.fromEntries(paths) };
}

function notesOnSecret(environment: Place['environment']): string[] {
  if (!environment[settings.secret.env]?.trim()) return [];
  return [
    `${settings.secret.env} is a secret, so it is not written to the file: put it in a file of its own and set ${settings.secretFile.env}.`,
  ];
}

function notesOnNetwork(environment: Place['environment']): string[] {
  const set = surroundings.filter((name) => environment[name] ?? environment[name.toLowerCase()]);
  if (set.length === 0) return [];
  return [
    `This shell sets ${set.join(', ')}: make sure that the client has the same ${set.length === 1 ? 'value' : 'values'}.`,
  ];
}
