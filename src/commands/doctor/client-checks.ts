import { readFileOf } from '../../config/file-setting.ts';
import { Given } from '../../config/given.ts';
import { settings } from '../../config/settings.ts';
import { holdsTokenForm, slipIn } from '../../config/slips.ts';
import { minNode, name as programName } from '../../version.ts';
import { backupOf, ClientFileError, readClientFile, textOf } from '../clients/client-file.ts';
import {
  commandName,
  entryName,
  isPackageName,
  programIn,
  type ServerStart,
  startIn,
} from '../clients/entry.ts';
import { problemWithArguments } from '../clients/entry-arguments.ts';
import { secretsIn } from '../clients/entry-secrets.ts';
import { settingsIn } from '../clients/entry-settings.ts';
import { isEndpoint, type RemoteEntry, remoteIn } from '../clients/remote.ts';
import { type Client, clients, fileOf, isEditable } from '../clients/table.ts';
import { maxTextChars, startInText } from '../clients/text-entry.ts';
import { commandLine, wordsOf } from '../command-line.ts';
import type { Context } from './context.ts';
import { type EntryPaths, pathsOf } from './entry-paths.ts';
import { type Finding, fail, ok, skipped, warn } from './finding.ts';
import { isOlder } from './node-version.ts';
import { within } from './time-limit.ts';

/** How long the checks of one client may take, in milliseconds: the others must not wait for it. */
const maxClientMs = 5000;

/** Looks for our entry in the files of all clients, and checks that a client can start it. */
export async function checkClients(context: Context): Promise<Finding[]> {
  const found = await Promise.all(
    clients.map((client) =>
      within(
        context.machine.clock,
        maxClientMs,
        (signal) => checkClient(client, context, signal),
        () => [{ ...tooLate(client), part: client.id }],
      ),
    ),
  );
  const findings = found.flat();
  if (findings.length > 0) return findings;
  return [
    skipped(
      'No client file has an entry for this server.',
      `${programName} setup shows what to do.`,
    ),
  ];
}

function tooLate({ title }: Client): Finding {
  return skipped(
    `Not checked: what is in the file of ${title} gave no result within ${maxClientMs / 1000} s.`,
    'Look into the file, and start by hand what it names.',
  );
}

async function checkClient(
  client: Client,
  context: Context,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { place, exists } = context.machine;
  const file = fileOf(client, place, exists);
  if (file === undefined || !exists(file)) return [];
  const about = (finding: Finding): Finding => ({ ...finding, part: client.id });
  try {
    const { text, backup, path } = await readClientFile(file);
    const subject = { client, file, context };
    if (!isEditable(client)) return (await checkText(text, subject, signal)).map(about);
    const entries = await entriesIn(text, client);
    const findings = await Promise.all(
      entries.map(([key, value]) => checkEntry(key, value, subject, signal)),
    );
    const secret = backup ? await secretInBackup(backup, backupOf(path), subject) : [];
    return [...findings.flat(), ...secret].map(about);
  } catch (error) {
    if (!(error instanceof ClientFileError)) throw error;
    const next = `Fix it: ${client.title} may not be able to read it either.`;
    return [about(warn(`${file} ${error.message}.`, next))];
  }
}

/** What is checked. */
interface Subject {
  client: Client;
  /** The client's file. */
  file: string;
  context: Context;
}

/** The entry in a TOML or YAML file. @throws {ClientFileError} if the file can't be parsed. */
async function checkText(text: string, subject: Subject, signal: AbortSignal): Promise<Finding[]> {
  const { client, file } = subject;
  if (!text.includes(entryName) && !text.includes(programName)) return [];
  const unchecked = `${file} names this server, but its entry was not checked`;
  if (text.length > maxTextChars) {
    return [skipped(`${unchecked}: the file has more than ${maxTextChars} characters.`)];
  }
  const start = await startInText(text, client);
  if (start) return checkStart(entryName, start, subject, signal);
  return [skipped(`${unchecked}: it is ${client.format.toUpperCase()}.`)];
}

/** The servers in a client's file by name. @throws {ClientFileError} if it can't be read. */
async function entriesIn(text: string, client: Client): Promise<[string, unknown][]> {
  const { findEntry, ofClient, toValue } = await import('../clients/json-file.ts');
  const node = ofClient(() => findEntry(text, client.keys));
  const servers = node && toValue(node);
  return typeof servers === 'object' && servers !== null ? Object.entries(servers) : [];
}

/** A backup of setup that still contains a token. */
async function secretInBackup(
  bytes: Buffer,
  backup: string,
  { client, context }: Subject,
): Promise<Finding[]> {
  const entries = await entriesOfBackup(bytes, client);
  const isSecret = entries.some(([key, value]) => {
    const start = startIn(value);
    if (start)
      return programIn(start, context.machine.mainFile, key) !== undefined && holdsToken(start);
    const remote = key === entryName ? remoteIn(value) : undefined;
    return remote !== undefined && isEndpoint(remote.url) && remote.secrets.length > 0;
  });
  if (!isSecret) return [];
  return [
    warn(
      `${backup}, which setup kept, contains the secret of an older entry.`,
      'Delete that file if you do not need it.',
    ),
  ];
}

/** A backup that can't be read is of no interest. */
async function entriesOfBackup(bytes: Buffer, client: Client): Promise<[string, unknown][]> {
  try {
    return await entriesIn(textOf(bytes), client);
  } catch (error) {
    if (error instanceof ClientFileError) return [];
    throw error;
  }
}

/** @returns an empty list for another server. */
async function checkEntry(
  key: string,
  value: unknown,
  subject: Subject,
  signal: AbortSignal,
): Promise<Finding[]> {
  const start = startIn(value);
  const remote = start ? undefined : remoteIn(value);
  if (remote && key === entryName && isEndpoint(remote.url)) return [checkRemote(remote, subject)];
  return checkStart(key, start, subject, signal);
}

/** @returns an empty list for another server. */
async function checkStart(
  key: string,
  start: ServerStart | undefined,
  subject: Subject,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { file, context } = subject;
  const program = start && programIn(start, context.machine.mainFile, key);
  if (!start || program === undefined) {
    if (key !== entryName) return [];
    const rename = `Rename it, or ${programName} setup can't add its own.`;
    return [warn(`${file} has an entry "${key}" that does not start this program.`, rename)];
  }
  const finding = await checkOwn(`The entry "${key}" in ${file}`, start, program, subject, signal);
  if (key === entryName || finding.next === undefined) return [finding];
  // Setup adds an entry with our name, and leaves others alone.
  return [{ ...finding, next: `Remove the entry "${key}" by hand. ${finding.next}` }];
}

/** @param entry begins a sentence. @param program the index of the word that names this program. */
async function checkOwn(
  entry: string,
  start: ServerStart,
  program: number,
  { client, context }: Subject,
  signal: AbortSignal,
): Promise<Finding> {
  const { machine } = context;
  const setup = setupOf(client, start, context);
  const isDownloaded = isFetched(start);
  if (isDownloaded && !machine.project.published) {
    return fail(
      `${entry} downloads ${programName} from the npm registry, where this program is not published: whatever bears that name there would be run.`,
      `Run: ${setup}`,
    );
  }
  const paths = pathsOf(start, isDownloaded ? 0 : program, machine);
  const differing = differingTokens(start, context);
  const refused = problemWithArguments([start.command, ...start.args].slice(program + 1));
  const problems = [...paths.problems, differing ?? [], refused ?? []].flat();
  if (problems.length > 0) return fail(`${entry} ${problems.join('; it ')}.`, `Run: ${setup}`);
  const isByNode = program > 0 && !isDownloaded;
  const version = isByNode ? await nodeOf(paths.commandFile, context, signal) : undefined;
  if (version !== undefined && isOlder(version, minNode)) {
    return fail(
      `${entry} starts Node.js ${version.replace('v', '')}, which is too old.`,
      `With Node.js ${minNode} or later, run: ${setup}`,
    );
  }
  const doubt = doubtAbout(entry, start, paths, setup);
  if (doubt) return doubt;
  if (isDownloaded) return skipped(`${entry} was not checked: it downloads the program.`);
  if (isByNode && version === undefined) {
    return skipped(`${entry} was not checked: ${start.command} does not say which Node.js it is.`);
  }
  if (isEditable(client)) return ok(`${entry} is correct.`);
  return ok(`${entry} names what exists; ${client.format.toUpperCase()} is not checked further.`);
}

/** What is not good, or not known, about an entry that may work. */
function doubtAbout(
  entry: string,
  start: ServerStart,
  { relative, unknown }: EntryPaths,
  setup: string,
): Finding | undefined {
  if (holdsToken(start)) {
    const next = `To keep the token in a separate file, run: ${setup}`;
    return warn(`${entry} contains the token itself.`, next);
  }
  if (relative.length > 0) {
    return warn(
      `${entry} names paths that depend on the folder in which the client starts it: ${relative.join(', ')}.`,
      `Run: ${setup}`,
    );
  }
  if (unknown.length === 0) return undefined;
  return skipped(`${entry} was not checked: only the client can expand ${unknown.join(', ')}.`);
}

/** The command that writes or shows the entry again, with its present settings. */
function setupOf(client: Client, start: ServerStart, { machine }: Context): string {
  const flags: Record<string, string | true> = {};
  for (const { setting, value } of settingsIn(start)) {
    const { flag = '', argument } = setting;
    const read = new Given({ [flag]: value }, {}).read(setting);
    if (read === undefined || read === false) continue;
    flags[flag] = argument === undefined ? true : atHome(String(value), machine.place.home);
  }
  const words = [programName, 'setup', client.id, ...wordsOf(flags)];
  return commandLine(isEditable(client) ? [...words, '--write'] : words, machine.place.platform);
}

/** A path with `~`, as a shell would have expanded it. */
function atHome(path: string, home: string): string {
  return path.startsWith('~/') || path.startsWith('~\\') ? home + path.slice(1) : path;
}

/** Programs that download a package by its name and run it. */
const fetchers = ['npx', 'npx-cli.js', 'bunx', 'pnpx'];
/** The same, with a word that follows. */
const fetchingPairs = ['npm exec', 'npm x', 'pnpm dlx', 'yarn dlx', 'bun x'];

/** Whether an entry has the program downloaded by its name, which anybody can take. */
function isFetched({ command, args }: ServerStart): boolean {
  const words = [command, ...args];
  const named = words.findIndex(isPackageName);
  const before = words.slice(0, Math.max(0, named));
  const packages = before.flatMap((word, index) => {
    if (word.startsWith('--package=')) return [word.slice('--package='.length)];
    return ['--package', '-p'].includes(before[index - 1] ?? '') ? [word] : [];
  });
  // The package may be another one, such as a file.
  if (packages.length > 0 && !packages.some(isPackageName)) return false;
  const names = before.map(commandName);
  const pairs = names.map((word, index) => `${word} ${names[index + 1] ?? ''}`);
  return (
    names.some((word) => fetchers.includes(word)) ||
    pairs.some((pair) => fetchingPairs.includes(pair))
  );
}

/** Why a server with these variables would refuse to start: two tokens that differ. */
function differingTokens({ env }: ServerStart, { machine }: Context): string | undefined {
  const token = env[settings.token.env]?.trim();
  const file = env[settings.tokenFile.env]?.trim();
  if (!token || !file || slipIn(token) !== undefined) return undefined;
  if (!['file', 'program'].includes(machine.kindOf(file) ?? '')) return undefined;
  const inFile = readFileOf(settings.tokenFile, settings.token, file, []);
  if (inFile === undefined || inFile === token) return undefined;
  return `has a ${settings.token.env} that differs from the token in ${file}: the server refuses to start`;
}

/** An entry for a server elsewhere; whether that runs is for `doctor --http`. */
function checkRemote({ url, secrets }: RemoteEntry, { client, file, context }: Subject): Finding {
  const { origin, pathname } = new URL(url);
  const entry = `The entry "${entryName}" in ${file}`;
  if (secrets.length > 0) {
    const words = [programName, 'setup', client.id, '--http', url, '--key-env', 'NAME', '--write'];
    const again = commandLine(words, context.machine.place.platform);
    return warn(
      `${entry} contains the key itself.`,
      `If the client can take a key from a variable, put it in one, and run: ${again}`,
    );
  }
  return ok(`${entry} leads to ${origin}${pathname}.`);
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

/** Whether an entry contains the token, and not a placeholder for it. */
function holdsToken({ args, env }: ServerStart): boolean {
  const token = env[settings.token.env]?.trim() ?? '';
  if (token !== '' && slipIn(token) === undefined) return true;
  return secretsIn({ args, env }).some(
    (secret) => holdsTokenForm(secret) || args.some((word) => word.endsWith(`TOKEN=${secret}`)),
  );
}
