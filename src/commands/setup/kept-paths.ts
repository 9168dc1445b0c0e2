import { statSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import { readFileOf } from '../../config/file-setting.ts';
import { Given } from '../../config/given.ts';
import { type Setting, settings } from '../../config/settings.ts';
import { holdsTokenForm, slipIn } from '../../config/slips.ts';
import { StateFolder } from '../../safety/state-folder.ts';
import { redactionMark } from '../../text/redact.ts';
import type { Entry, ServerStart } from '../clients/entry.ts';
import type { Place } from '../clients/place.ts';

/*
 * The files and the folder of its own that an older entry names. They stay as long as the server can use
 * them, unless the user gives others now: another token file is another workspace, and another state folder
 * has another key.
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
 * @param plain the variables of the new entry if nothing is kept. @param isTokenReplaced whether the user
 * gives another token now than the one in this file.
 */
export function keptPaths(
  { value, start }: OlderEntry,
  plain: ServerStart['env'],
  machine: PathMachine,
  isTokenReplaced: (file: string) => boolean,
): KeptPaths {
  const env: Record<string, string> = {};
  const names: string[] = [];
  const notes: string[] = [];
  for (const setting of pathSettings) {
    const { env: variable } = setting;
    const given = start.env[variable]?.trim();
    if (!given) continue;
    const { path = given, problem, isUnknown } = lookAt(setting, given, value, machine);
    if (path === plain[variable]) continue;
    const isOther = setting === settings.tokenFile && isTokenReplaced(path);
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
    if (isUnknown) notes.push(notChecked(variable, path));
  }
  return { env, names, notes };
}

/** What is said about a path that stays although it could not be checked. */
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
  if (isVariable(path)) return undefined;
  // No client expands it, and the user can only have meant this.
  if (path.startsWith('~/') || path.startsWith('~\\')) return home + path.slice(1);
  if (isAbsolute(path)) return path;
  return typeof cwd === 'string' && isAbsolute(cwd) && !isVariable(cwd)
    ? resolve(cwd, path)
    : undefined;
}

/** Whether a client may have to expand it. */
function isVariable(path: string): boolean {
  const isWhole = slipIn(path)?.kind === 'placeholder' && '$%{'.includes(path.charAt(0));
  return isWhole || path.includes('${') || path.includes('{env:');
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
  /** Why the server can't use it, to follow "because". */
  problem?: string;
  /** Whether it could not be checked. */
  isUnknown?: boolean;
  token?: string | undefined;
}

function lookAt(
  setting: Setting<string>,
  given: string,
  value: Entry,
  { place, exists }: PathMachine,
): Look {
  if (holdsTokenForm(given))
    return { path: redactionMark, problem: 'it holds a token instead of a path' };
  const path = whereItLeads(given, value, place);
  if (path === undefined) return lookAtUnknown(setting, given);
  if (setting === settings.stateFolder) {
    const problem = new StateFolder(path, Date.now).problem();
    return { path, ...(problem !== undefined && { problem }) };
  }
  if (!exists(path)) return { path, problem: 'it does not exist' };
  // Whoever reads a pipe takes from it what the server is to read.
  if (isPipe(path)) return { path, isUnknown: true };
  const problems: string[] = [];
  const isToken = setting === settings.tokenFile;
  const token = isToken ? readFileOf(setting, settings.token, path, problems) : undefined;
  if (!isToken) readFileOf(setting, settings.secret, path, problems);
  const [problem] = problems;
  return problem === undefined
    ? { path, token }
    : { path, problem: afterBecause(problem, setting) };
}

function lookAtUnknown(setting: Setting<string>, given: string): Look {
  if (isVariable(given)) return { isUnknown: true };
  const slip = slipIn(given);
  if (slip?.kind === 'placeholder') return { problem: `it ${slip.what}` };
  if (setting === settings.stateFolder) return { problem: 'it must be an absolute path' };
  return { isUnknown: true };
}

function isPipe(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFIFO() ?? false;
}

/** A problem that was found in a file, which begins with the name of the setting. */
function afterBecause(problem: string, { env }: Setting<string>): string {
  return problem.replace(`${env}: `, '').replace(env, 'it').replace(/\.$/, '');
}
