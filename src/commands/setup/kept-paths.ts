import { type Stats, statSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import { readFileOf } from '../../config/file-setting.ts';
import { Given } from '../../config/given.ts';
import { type Setting, settings } from '../../config/settings.ts';
import { isForClient, slipIn } from '../../config/slips.ts';
import { redactionMark } from '../../text/redact.ts';
import type { Entry, ServerStart } from '../clients/entry.ts';
import { secretsIn } from '../clients/entry-secrets.ts';
import { isOfOneProcess, type Place } from '../clients/place.ts';
import { stateFolderAt } from './state-folder.ts';

/*
 * The files and the folder of its own that an older entry names: another token file may be another
 * workspace, and another state folder has another key. The rule, which docs/setup.md states: a file stays
 * as long as it holds a valid token or key, and the folder as long as it exists or can be created, unless
 * the user gives others now.
 */

/** An older entry, and what is needed to look at what it names. */
export interface OlderEntry {
  value: Entry;
  start: ServerStart;
}

/** What setup needs of the machine for that. */
export interface PathMachine {
  place: Place;
  exists: (path: string) => boolean;
}

/** What becomes of the paths that an older entry names. */
export interface KeptPaths {
  /** What stays, by variable. */
  env: Readonly<Record<string, string>>;
  /** The same for the user: each variable with its path. */
  names: readonly string[];
  /** What does not stay, and why, and what could not be checked, a sentence each. */
  notes: readonly string[];
}

/** They have no flags, so that the environment is where a user gives others. */
const pathSettings = [settings.tokenFile, settings.secretFile, settings.stateFolder];

/**
 * @param plain the variables of the new entry if nothing is kept. @param replacedTokens the
 * files of tokens in place of which the user gives another one.
 */
export function keptPaths(
  { value, start }: OlderEntry,
  plain: ServerStart['env'],
  machine: PathMachine,
  replacedTokens: readonly string[] = [],
): KeptPaths {
  const env: Record<string, string> = {};
  const names: string[] = [];
  const notes: string[] = [];
  for (const setting of pathSettings) {
    const { env: variable } = setting;
    const given = start.env[variable]?.trim();
    if (!given) continue;
    const { path = given, problem, doubt } = lookAt(setting, given, value, machine);
    if (path === plain[variable]) continue;
    const isOther = setting === settings.tokenFile && replacedTokens.includes(path);
    const why =
      reasonOf(setting, plain, machine.place) ??
      problem ??
      (isOther ? 'you gave another token' : undefined);
    if (why !== undefined) {
      notes.push(notKept(setting, path, why, plain[variable]));
      continue;
    }
    env[variable] = path;
    names.push(`${variable} (${path})`);
    if (doubt !== undefined) notes.push(doubt);
  }
  notes.push(
    ...secretsNotKept(start, env[settings.tokenFile.env] ?? plain[settings.tokenFile.env]),
  );
  return { env, names, notes };
}

/** Secrets themselves in an older entry. @param tokenFile the file that the new one names, if any. */
function secretsNotKept({ env }: ServerStart, tokenFile: string | undefined): string[] {
  const { token, secret, secretFile } = settings;
  const isThere = ({ env: variable }: Setting<unknown>) => {
    const value = env[variable]?.trim() ?? '';
    return value !== '' && slipIn(value) === undefined;
  };
  const instead = tokenFile === undefined ? '' : `; the one in ${tokenFile} takes its place`;
  const [ofToken, ofSecret] = [
    `Not kept: ${token.env}, because a token does not belong in this file${instead}.`,
    `Not kept: ${secret.env}, because it does not belong in this file: put it in one of its own, and set ${secretFile.env}.`,
  ];
  return [isThere(token) ? ofToken : [], isThere(secret) ? ofSecret : []].flat();
}

/** What is said about a path that stays although only the client can resolve it. */
export function notChecked(name: string, path: string): string {
  return `Not checked: ${name} (${path}), because only the client knows where that is.`;
}

/** The token in a file that an entry names; undefined if it can't be read here. */
export function tokenIn(file: string, machine: PathMachine): string | undefined {
  return lookAt(settings.tokenFile, file, {}, machine).token;
}

/**
 * Where a path in an entry leads; undefined if only the client knows. It is relative to the folder that the
 * entry names, if it names one, and never to that of this process.
 */
export function whereItLeads(
  path: string,
  { cwd }: Entry,
  { platform, home }: Place,
): string | undefined {
  const { isAbsolute, resolve } = platform === 'win32' ? win32 : posix;
  if (isForClient(path)) return undefined;
  // No client expands it, and the user can only have meant this.
  if (path.startsWith('~/') || path.startsWith('~\\')) return home + path.slice(1);
  if (isAbsolute(path)) return path;
  return typeof cwd === 'string' && isAbsolute(cwd) && !isForClient(cwd)
    ? resolve(cwd, path)
    : undefined;
}

/** Why the user's present settings count, to follow "because"; undefined if they leave it open. */
function reasonOf(
  setting: Setting<string>,
  plain: ServerStart['env'],
  { environment }: Place,
): string | undefined {
  if (setting === settings.tokenFile && plain[setting.env] === undefined) {
    return 'the sandbox needs no token';
  }
  const isGiven = new Given({}, environment).read(setting) !== undefined;
  return isGiven ? `${setting.env} is set here` : undefined;
}

function notKept(
  setting: Setting<string>,
  path: string,
  why: string,
  next: string | undefined,
): string {
  const instead = next ?? (setting === settings.tokenFile ? undefined : 'the default');
  const last = instead === undefined ? '' : `; ${instead} takes its place`;
  return `Not kept: ${setting.env} (${path}), because ${why}${last}.`;
}

interface Look {
  /** Where it leads; undefined if that is not known. */
  path?: string;
  /** Why it does not stay, to follow "because". */
  problem?: string;
  /** What the user must know if it stays, in a sentence. */
  doubt?: string;
  token?: string | undefined;
}

function lookAt(
  setting: Setting<string>,
  given: string,
  value: Entry,
  { place, exists }: PathMachine,
): Look {
  const path = whereItLeads(given, value, place);
  const isSecret = secretsIn({ env: { [setting.env]: given } }).length > 0;
  if (isSecret && !(path !== undefined && exists(path))) {
    return { path: redactionMark, problem: 'it holds a secret instead of a path' };
  }
  if (path === undefined) return lookAtUnknown(setting, given);
  if (isOfOneProcess(path)) return { path, problem: 'it leads elsewhere in each process' };
  if (setting === settings.stateFolder) return lookAtFolder(path);
  return exists(path) ? lookAtFile(setting, path) : { path, problem: 'it does not exist' };
}

function lookAtUnknown(setting: Setting<string>, given: string): Look {
  const doubt = notChecked(setting.env, given);
  if (isForClient(given)) return { doubt };
  const slip = slipIn(given);
  if (slip) return { problem: `it ${slip.what}` };
  return setting === settings.stateFolder ? { problem: 'it must be an absolute path' } : { doubt };
}

/** A folder that is there stays, whatever is wrong with it; the server creates one that is not. */
function lookAtFolder(path: string): Look {
  const why = stateFolderAt(path).problem();
  if (why === undefined) return { path };
  if (!kindOf(path)?.isDirectory()) return { path, problem: why };
  return {
    path,
    doubt: `The server can't use ${settings.stateFolder.env} (${path}) because ${why}.`,
  };
}

function lookAtFile(setting: Setting<string>, path: string): Look {
  const { env } = setting;
  if (kindOf(path)?.isFIFO()) {
    return {
      path,
      doubt: `Not checked: ${env} (${path}), because a pipe is for the server to read.`,
    };
  }
  const problems: string[] = [];
  const isToken = setting === settings.tokenFile;
  const token = isToken ? readFileOf(setting, settings.token, path, problems) : undefined;
  if (!isToken) readFileOf(setting, settings.secret, path, problems);
  const [problem] = problems;
  if (problem === undefined) return { path, token };
  // Problems begin with the name of the setting.
  return { path, problem: problem.replace(`${env}: `, '').replace(env, 'it').replace(/\.$/, '') };
}

/** Whether there is something at a path that the server can't read at every start: neither file nor folder. */
export function isStreamHere(path: string): boolean {
  const kind = kindOf(path);
  if (!kind) return false;
  return isOfOneProcess(path) || !(kind.isFile() || kind.isDirectory());
}

function kindOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
