import * as z from 'zod';
import { type Setting, settings } from '../../config/settings.ts';
import { holdsTokenForm, isForClient } from '../../config/slips.ts';
import { minNode, name as programName } from '../../version.ts';
import { type Downloading, downloadingIn, runIn } from '../clients/downloads.ts';
import { entryName, isTable, type ServerStart, startIn } from '../clients/entry.ts';
import { problemWithArguments } from '../clients/entry-arguments.ts';
import { type OwnSecret, ownSecrets, redactorOf, secretsIn } from '../clients/entry-secrets.ts';
import { isForeign } from '../clients/foreign.ts';
import { isAbsolutePath, pathFrom } from '../clients/place.ts';
import { isContainer, programIn } from '../clients/program.ts';
import { isEndpoint, remoteIn } from '../clients/remote.ts';
import { isEditable } from '../clients/table.ts';
import { unwrapped } from '../clients/wrappers.ts';
import { whereItLeads } from '../setup/kept-paths.ts';
import type { Context } from './context.ts';
import { configOf, type EntryConfig } from './entry-config.ts';
import { isStream, pathsOf } from './entry-paths.ts';
import { type Finding, fail, ok, skipped, warn } from './finding.ts';
import { type EntryPlace, nextFor } from './next-step.ts';
import { readNodeOptions } from './node-options.ts';
import { isOlder } from './node-version.ts';
import { checkRemote } from './remote-checks.ts';
import { stepWithSetup } from './setup-step.ts';

/*
 * Whether a client can start the server by an entry.
 */

/** What is checked. */
export interface Subject extends EntryPlace {
  /** Begins a sentence about the entry. */
  entry: string;
  context: Context;
}

/** @returns an empty list for another server; findings without the secrets of the entry. */
export async function checkEntry(subject: Subject, signal: AbortSignal): Promise<Finding[]> {
  const findings = await findingsOf(subject, signal);
  const redactor = redactorOf(subject.value);
  return findings.map(({ status, message, next }) => ({
    status,
    message: redactor.text(message),
    ...(next !== undefined && { next: redactor.text(next) }),
  }));
}

async function findingsOf(subject: Subject, signal: AbortSignal): Promise<Finding[]> {
  const { key, value } = subject;
  const start = startIn(value);
  if (!start) return key === entryName ? [await checkWithoutCommand(subject)] : [];
  const { mainFile } = subject.context.machine;
  if (isForeign(start, mainFile, key)) return key === entryName ? [other(subject)] : [];
  const downloading = downloadingIn(start);
  const inner = innerStart(start);
  const isUnclear = downloading.kind === 'unclear';
  const program = (isUnclear ? undefined : programIn(inner, mainFile, key)) ?? 0;
  return [await checkStart({ subject, start, inner, downloading, program }, signal)];
}

/** What a wrapper such as a shell starts; the same, if there is none or if it is not understood. */
function innerStart(start: ServerStart): ServerStart {
  const given = [start.command, ...start.args];
  const { words, isUnderstood } = unwrapped(given);
  if (!isUnderstood || words === given) return start;
  const [command = '', ...args] = words;
  return { ...start, command, args };
}

/** An entry with our name that starts nothing. */
async function checkWithoutCommand(subject: Subject): Promise<Finding> {
  const remote = remoteIn(subject.value);
  if (remote && isForClient(remote.url)) {
    return skipped(`${subject.entry} was not checked: only the client can expand its URL.`, expand);
  }
  if (remote && isEndpoint(remote.url)) return checkRemote(remote, subject);
  return namesCommand(subject.value) ? notUnderstood(subject) : other(subject);
}

/** Whether an entry names a command, in whatever form. */
function namesCommand(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('command' in value || 'cmd' in value);
}

function notUnderstood({ entry, client, context }: Subject): Finding {
  return skipped(
    `${entry} was not checked: its form is not understood here.`,
    stepWithSetup(
      context.machine,
      [client.id],
      (command) => `Compare it with what this shows: ${command}`,
    ),
  );
}

function other({ entry }: Subject): Finding {
  return warn(
    `${entry} does not start this program.`,
    'Rename or remove it: setup adds no entry while another program has that name.',
  );
}

const expand = 'If the server does not start, write the values themselves.';
const tryIt = 'Start its command in a terminal to see whether it works.';

/** How an entry starts the server. */
interface Started {
  subject: Subject;
  start: ServerStart;
  /** The same without wrappers. */
  inner: ServerStart;
  downloading: Downloading;
  /** The index in that of the word that names this program, or of the command. */
  program: number;
}

async function checkStart(started: Started, signal: AbortSignal): Promise<Finding> {
  const { subject, inner, downloading, program } = started;
  const { entry, context } = subject;
  const next = (intro?: string) => nextFor(subject, inner, context, intro);
  if (downloading.kind === 'download' && !context.machine.project.published) {
    return fail(`${entry} ${downloadInWords(downloading)}`, await next());
  }
  const looks = lookAt(started);
  if (looks.problems.length > 0) {
    const step = looks.isRefused
      ? 'Fix its arguments in the file by hand.'
      : await next(introFor(started, looks));
    return fail(`${entry} ${looks.problems.join('; it ')}.`, step);
  }
  const isByNode =
    program > 0 && downloading.kind === 'none' && reasonNotToAsk(started) === undefined;
  const version = isByNode ? await nodeOf(looks.commandFile, context, signal) : undefined;
  if (version !== undefined && isOlder(version, minNode)) {
    return fail(
      `${entry} starts Node.js ${version.replace('v', '')}, which is too old.`,
      await next(`With Node.js ${minNode} or later, run`),
    );
  }
  return (await doubtAbout(started, looks)) ?? lastFinding(started, version, looks.hasToken);
}

/** What an entry names, looked at without starting anything. */
interface Looks {
  /** Why the server does not start, each to continue a sentence about the entry. */
  problems: readonly string[];
  /** The paths that do not exist. */
  missing: readonly string[];
  /** Whether the server refuses its arguments, so that its settings can't be read. */
  isRefused: boolean;
  relative: readonly string[];
  unknown: readonly string[];
  hasToken: boolean;
  commandFile: string | undefined;
}

function lookAt({ subject, start, inner, downloading, program }: Started): Looks {
  const { machine } = subject.context;
  const isHere = downloading.kind === 'none';
  const folder = folderOf(subject);
  const last = downloading.kind === 'download' ? 0 : program;
  const paths = pathsOf({ start, inner }, last, folder, machine);
  const args = isHere ? [inner.command, ...inner.args].slice(program + 1) : [];
  const refused = problemWithArguments(args);
  const [place, seen] = isContainer(inner.command)
    ? ['/', { ...machine, ...unseen }]
    : [folder, machine];
  const config = configOf(refused === undefined ? args : [], start.env, place, seen);
  const refusals = refused ?? refusedSettings(config);
  return {
    problems: [...paths.problems, ...config.differing, refusals ?? []].flat(),
    missing: paths.missing,
    isRefused: refused !== undefined,
    relative: [...paths.relative, ...config.relative],
    unknown: [...paths.unknown, ...config.unknown],
    hasToken: config.hasToken,
    commandFile: paths.commandFile,
  };
}

/** Of the files that a container sees under the paths of its settings, nothing is known here. */
const unseen = { kindOf: () => undefined, problemWithAuditLog: () => undefined };

function refusedSettings({ problems }: EntryConfig): string | undefined {
  if (problems.length === 0) return undefined;
  return `has settings that the server refuses (${problems.join(' ')})`;
}

/** What is not good, or not known, about an entry that may work. */
async function doubtAbout(
  { subject, start, inner }: Started,
  { relative, unknown }: Looks,
): Promise<Finding | undefined> {
  const { entry, context } = subject;
  const secret = secretOf(start);
  if (secret) {
    return warn(
      `${entry} contains ${secret.itself}.`,
      secret.setting === settings.token
        ? await nextFor(subject, inner, context, 'To keep the token in a separate file, run')
        : `Put it in a file that only you can read, and let the entry name only that file, in ${secret.file.env}.`,
    );
  }
  if (relative.length > 0) {
    return warn(
      `${entry} names paths that depend on the folder in which the client starts it: ${relative.join(', ')}.`,
      await nextFor(subject, inner, context),
    );
  }
  const ofFiles = isContainer(inner.command)
    ? undefined
    : (doubtAboutState(entry, start, context) ?? doubtAboutFiles(subject, start));
  if (ofFiles) return ofFiles;
  if (unknown.length > 0) {
    return skipped(
      `${entry} was not checked: only the client can expand ${unknown.join(', ')}.`,
      expand,
    );
  }
  if (readNodeOptions(start.env[nodeOptions] ?? '').isUnderstood) return undefined;
  return skipped(`${entry} was not checked: its ${nodeOptions} is not understood here.`, tryIt);
}

const nodeOptions = 'NODE_OPTIONS';

/** The same as for the folder of this process: the server starts all the same. */
function doubtAboutState(entry: string, { env }: ServerStart, { machine }: Context) {
  const { env: name } = settings.stateFolder;
  const folder = env[name]?.trim() ?? '';
  if (isForClient(folder) || !isAbsolutePath(folder, machine.place)) return undefined;
  const problem = machine.problemWithStateFolder(folder);
  if (problem === undefined) return undefined;
  return warn(
    `${entry} sets ${name} to ${folder}, which can't be used because ${problem}: confirmations are valid in one process only.`,
    `Make that folder yours, and accessible only to you (chown, chmod 700), or set ${name} to another one in the file.`,
  );
}

/** A pipe can be read once, and the stdin of a server is its client's. */
function doubtAboutFiles(subject: Subject, { env }: ServerStart) {
  const { entry, context } = subject;
  const { machine } = context;
  const isNamed = ({ env: name }: Setting<string>) => {
    const path = pathFrom(folderOf(subject), env[name]?.trim() ?? '', machine.place);
    return isAbsolutePath(path, machine.place) && isStream(path, machine);
  };
  const names = [settings.tokenFile, settings.secretFile].filter(isNamed).map((each) => each.env);
  if (names.length === 0) return undefined;
  const paths = names.map((name) => `${name} to ${env[name]?.trim()}`);
  return warn(
    `${entry} sets ${paths.join(' and ')}, which is not a regular file: the server may not be able to read it.`,
    `In the file, set ${names.join(' and ')} to a file that only you can read.`,
  );
}

const offSchema = z.union([
  z.looseObject({ disabled: z.literal(true) }),
  z.looseObject({ enabled: z.literal(false) }),
]);

/** Whether a client would not start what an entry names. */
function isOff(value: unknown): boolean {
  return offSchema.safeParse(value).success;
}

function downloadInWords({ from }: Extract<Downloading, { kind: 'download' }>): string {
  return from === 'registry'
    ? `downloads ${programName} from the npm registry, where this program is not published: whatever bears that name there would be run.`
    : 'downloads what it starts from a repository or a URL, but this program is not published: whatever is there would be run.';
}

/** The words before the command for an entry that can't work; a token that is gone may be kept elsewhere. */
function introFor({ subject, start }: Started, { problems, missing }: Looks): string {
  const { place } = subject.context.machine;
  const kept = [settings.tokenFile, settings.secretFile].map(({ env }) =>
    pathFrom(folderOf(subject), start.env[env]?.trim() ?? '', place),
  );
  const isAllThatIsWrong = problems.length === 1 && missing.length > 0;
  return isAllThatIsWrong && missing.every((path) => kept.includes(path))
    ? `Restore ${missing.join(' and ')}, or run`
    : 'Run';
}

/** The folder in which a client starts the server, if the entry names one that is known here. */
function folderOf({ value, context }: Subject): string | undefined {
  return whereItLeads('.', isTable(value) ? value : {}, context.machine.place);
}

/** Why the command of an entry is not asked which Node.js it is; undefined if it may be one. */
function reasonNotToAsk({ start, inner }: Pick<Started, 'start' | 'inner'>): string | undefined {
  if (isContainer(inner.command)) return 'the container brings its own Node.js';
  const isOther = inner !== start || runIn([start.command, ...start.args]) !== undefined;
  return isOther ? `which Node.js ${start.command} finds is not known here` : undefined;
}

/** What is known of an entry in which nothing was found to be wrong. */
async function lastFinding(
  { subject, start, inner, downloading, program }: Started,
  version: string | undefined,
  hasToken: boolean,
): Promise<Finding> {
  const { client, entry, context } = subject;
  const unchecked = `${entry} was not checked`;
  if (downloading.kind === 'download') return skipped(`${unchecked}: it downloads the program.`);
  if (downloading.kind === 'unclear') {
    return skipped(
      `${unchecked}: how ${downloading.by} starts the program is not understood here.`,
      tryIt,
    );
  }
  if (program === 0) {
    return skipped(
      `${unchecked}: which Node.js runs ${inner.command} depends on the client.`,
      await nextFor(subject, inner, context, 'If it does not start, run'),
    );
  }
  const reason = reasonNotToAsk({ start, inner });
  if (reason !== undefined) return skipped(`${unchecked}: ${reason}.`, tryIt);
  if (version === undefined) {
    return skipped(`${unchecked}: ${start.command} does not say which Node.js it is.`, tryIt);
  }
  if (isOff(subject.value)) {
    return skipped(`${entry} is turned off.`, `Turn it on in ${client.title} to use it.`);
  }
  const token = hasToken ? '' : `, if the client passes ${settings.token.env} on`;
  if (isEditable(client)) return ok(`${entry} is correct${token}.`);
  const format = client.format.toUpperCase();
  return ok(`${entry} names what exists${token}; ${format} is not checked further.`);
}

/** The version of the Node that starts the program; undefined if it does not say. */
async function nodeOf(
  commandFile: string | undefined,
  { machine }: Context,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (commandFile === undefined) return undefined;
  if (commandFile === machine.node.path) return machine.node.version;
  return machine.nodeVersion(commandFile, signal);
}

/** Which of our own secrets an entry contains, and not a placeholder for it; undefined if none. */
export function secretOf({ args, env }: ServerStart): OwnSecret | undefined {
  return ownSecrets.find(({ setting, file }) => {
    const own = [setting, file].map(({ env: name }) => [name, env[name]]);
    if (secretsIn({ env: Object.fromEntries(own) }).length > 0) return true;
    const isToken = setting === settings.token;
    const named = isToken ? 'TOKEN' : setting.env;
    return secretsIn({ args, env }).some(
      (secret) =>
        (isToken && holdsTokenForm(secret)) ||
        args.some((word) => word.endsWith(`${named}=${secret}`)),
    );
  });
}
