import { parseCommand } from '../../cli.ts';
import { ConfigError, type Flags, readConfig } from '../../config/config.ts';
import { readFileOf } from '../../config/file-setting.ts';
import { httpSettings } from '../../config/http-settings.ts';
import { type Setting, settings } from '../../config/settings.ts';
import { isForClient, slipIn } from '../../config/slips.ts';
import { auditTarget } from '../../safety/audit-path.ts';
import type { ServerStart } from '../clients/entry.ts';
import { isAbsolutePath, pathFrom } from '../clients/place.ts';
import { isFileHere } from './entry-paths.ts';
import type { DoctorMachine } from './machine.ts';

/*
 * Whether the server would start with the settings of an entry. What a client puts in itself, such as
 * ${SPACE}, is not known here; nor is what it passes on of its own environment.
 */

/** What was found out about the settings of an entry. */
export interface EntryConfig {
  /** What the server would say, a sentence each, without values. */
  problems: readonly string[];
  /** What is wrong with its tokens, to continue a sentence about the entry. */
  differing: readonly string[];
  /** The flags and variables whose values only the client knows. */
  unknown: readonly string[];
  /** The audit log, if it depends on the folder in which the client starts the server. */
  relative: readonly string[];
  /** Whether the entry says where the token is, or needs none. */
  hasToken: boolean;
}

type Machine = Pick<DoctorMachine, 'place' | 'kindOf' | 'problemWithAuditLog'>;

/** Stands for a token that is not in the entry. */
const standIn = 'not-in-this-entry';

const all: readonly Setting<unknown>[] = Object.values(settings);
const files = [
  [settings.tokenFile, settings.token],
  [settings.secretFile, settings.secret],
] as const;

/**
 * Reads the settings of an entry as the server would.
 *
 * @param args what follows the program; the server must accept them.
 * @param folder in which the client starts it; undefined if that is not known.
 */
export function configOf(
  args: readonly string[],
  env: ServerStart['env'],
  folder: string | undefined,
  machine: Machine,
): EntryConfig {
  const command = parseCommand(args);
  const given = 'flags' in command ? command.flags : {};
  const [flags, ofFlags] = withoutUnknown(given, (name) => `--${name}`);
  const [variables, ofVariables] = withoutUnknown(env, (name) => name);
  const auditLog = auditLogOf(flags, variables, folder, machine);
  const unknown = [...ofFlags, ...ofVariables.filter(isOurs)];
  const isNamed = [settings.token, settings.tokenFile].some(({ env: name }) => env[name]?.trim());
  return {
    problems: [
      ...problemsOfSettings(flags, variables),
      ...problemsOfServing('isNamed' in command, variables),
      ...problemsOfFiles(variables, folder, machine),
      ...problemsOfAuditLog(auditLog, machine),
    ],
    differing: differingTokens(variables, folder, machine),
    unknown,
    relative: relativeAuditLog(auditLog, machine),
    hasToken: isNamed || isOn(flags, variables, settings.sandbox),
  };
}

function isOurs(name: string): boolean {
  return all.some(({ env }) => env === name);
}

function isOn(flags: Flags, env: ServerStart['env'], { flag = '', env: name }: Setting<boolean>) {
  const text = flags[flag] ?? env[name];
  return (
    text === true ||
    (typeof text === 'string' && settings.sandbox.schema().safeParse(text.trim()).data === true)
  );
}

/** Values without those that only the client knows, and the names of these. */
function withoutUnknown<Value>(
  given: Readonly<Record<string, Value>>,
  nameOf: (key: string) => string,
): [known: Record<string, Value>, unknown: string[]] {
  const entries = Object.entries(given);
  const isUnknown = (value: Value) => typeof value === 'string' && isForClient(value.trim());
  return [
    Object.fromEntries(entries.filter(([, value]) => !isUnknown(value))),
    entries.filter(([, value]) => isUnknown(value)).map(([key]) => nameOf(key)),
  ];
}

/** All but what is in files, which are looked at one by one. */
function problemsOfSettings(flags: Flags, env: ServerStart['env']): readonly string[] {
  const { token, tokenFile, secretFile, auditLog } = settings;
  const left = Object.entries(env).filter(
    ([name]) => ![tokenFile.env, secretFile.env, auditLog.env].includes(name),
  );
  const environment: Record<string, string> = Object.fromEntries(left);
  environment[token.env] = env[token.env]?.trim() || standIn;
  try {
    readConfig({ ...flags, [auditLog.flag ?? '']: undefined }, environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems;
  }
}

/** The command `serve` by its name can serve HTTP, which no client that starts it understands. */
function problemsOfServing(isNamed: boolean, env: ServerStart['env']): string[] {
  const { env: name } = httpSettings.http;
  if (!isNamed || !env[name]?.trim()) return [];
  return [`With ${name}, it starts an HTTP server, but a client uses stdin and stdout.`];
}

/** What is wrong with the contents of files; whether they exist is looked at elsewhere. */
function problemsOfFiles(
  env: ServerStart['env'],
  folder: string | undefined,
  machine: Machine,
): string[] {
  const problems: string[] = [];
  for (const [ofFile, ofContent] of files) {
    const file = fileIn(env, ofFile, folder, machine);
    if (file !== undefined) readFileOf<unknown>(ofFile, ofContent, file, problems);
  }
  return problems;
}

/** The file that a variable names, if it is one that can be read here. */
function fileIn(
  env: ServerStart['env'],
  { env: name }: Setting<string>,
  folder: string | undefined,
  machine: Machine,
): string | undefined {
  const given = env[name]?.trim();
  const file = given && pathFrom(folder, given, machine.place);
  return file && isFileHere(file, machine) ? file : undefined;
}

/** Why a server with these variables would refuse to start: two tokens that differ. */
function differingTokens(
  env: ServerStart['env'],
  folder: string | undefined,
  machine: Machine,
): string[] {
  const { token, tokenFile } = settings;
  const given = env[token.env]?.trim();
  const file = fileIn(env, tokenFile, folder, machine);
  if (!given || file === undefined || slipIn(given) !== undefined) return [];
  const inFile = readFileOf(tokenFile, token, file, []);
  if (inFile === undefined || inFile === given) return [];
  return [`has a ${token.env} that differs from the token in ${file}: the server refuses to start`];
}

function problemsOfAuditLog(file: string | undefined, machine: Machine): string[] {
  if (file === undefined) return [];
  const found = auditTarget(file, undefined);
  if ('problem' in found) return [found.problem];
  if (!isAbsolutePath(file, machine.place)) return [];
  return [machine.problemWithAuditLog(found.target) ?? []].flat();
}

function relativeAuditLog(file: string | undefined, { place }: Machine): string[] {
  return file === undefined || isAbsolutePath(file, place) || file.startsWith('~') ? [] : [file];
}

/** The path of the audit log, from the folder in which the client starts the server. */
function auditLogOf(
  flags: Flags,
  env: ServerStart['env'],
  folder: string | undefined,
  { place }: Machine,
): string | undefined {
  const { flag = '', env: name } = settings.auditLog;
  const text = flags[flag] ?? env[name];
  const path = typeof text === 'string' ? text.trim() : '';
  if (path === '') return undefined;
  const isPath = 'target' in auditTarget(path, undefined) && !path.startsWith('~');
  return isPath ? pathFrom(folder, path, place) : path;
}
