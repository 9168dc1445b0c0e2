import { posix, win32 } from 'node:path';
import { settings } from '../../config/settings.ts';
import { slipIn } from '../../config/slips.ts';
import { minNode, name as programName } from '../../version.ts';
import { ClientFileError, readClientFile } from '../clients/client-file.ts';
import { entryName, isOurs, type ServerStart, startIn } from '../clients/entry.ts';
import { isEndpoint, type RemoteEntry, remoteIn } from '../clients/remote.ts';
import { type Client, clients, fileOf, isEditable } from '../clients/table.ts';
import type { Context } from './context.ts';
import { type Finding, fail, ok, skipped, warn } from './finding.ts';
import { isOlder } from './node-version.ts';

/** Looks for our entry in the files of all clients, and checks that its paths exist. */
export async function checkClients(context: Context, signal: AbortSignal): Promise<Finding[]> {
  const found = await Promise.all(clients.map((client) => checkClient(client, context, signal)));
  const findings = found.flat();
  if (findings.length > 0) return findings;
  return [
    skipped(
      'No client file has an entry for this server.',
      `${programName} setup shows what to do.`,
    ),
  ];
}

async function checkClient(
  client: Client,
  context: Context,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { place, exists } = context.machine;
  const name = fileOf(client, place, exists);
  if (name === undefined || !exists(name)) return [];
  const about = (finding: Finding): Finding => ({ ...finding, part: client.id });
  try {
    const { text } = await readClientFile(name);
    if (!isEditable(client)) {
      const isNamed = text.includes(entryName) || text.includes(programName);
      const form = client.format.toUpperCase();
      return isNamed
        ? [about(ok(`${name} names this server; ${form} is not checked further.`))]
        : [];
    }
    const entries = await entriesIn(text, client);
    const findings = await Promise.all(
      entries.map(([key, value]) => checkEntry(key, value, name, context, signal)),
    );
    return findings.flat().map(about);
  } catch (error) {
    if (!(error instanceof ClientFileError)) throw error;
    const next = `Fix it: ${client.title} may not be able to read it either.`;
    return [about(warn(`${name} ${error.message}.`, next))];
  }
}

/** The servers in a client's file by name. @throws {ClientFileError} if it can't be read. */
async function entriesIn(text: string, client: Client): Promise<[string, unknown][]> {
  const { findEntry, JsonFileError, toValue } = await import('../clients/json-file.ts');
  try {
    const node = findEntry(text, client.keys);
    const servers = node && toValue(node);
    return typeof servers === 'object' && servers !== null ? Object.entries(servers) : [];
  } catch (error) {
    if (!(error instanceof JsonFileError)) throw error;
    const place = error.line === undefined ? '' : ` (line ${error.line}, column ${error.column})`;
    throw new ClientFileError(`${error.message}${place}`);
  }
}

/** @returns an empty list for another server. */
async function checkEntry(
  key: string,
  value: unknown,
  file: string,
  context: Context,
  signal: AbortSignal,
): Promise<Finding[]> {
  const start = startIn(value);
  const remote = start ? undefined : remoteIn(value);
  if (remote && key === entryName && isEndpoint(remote.url)) return [checkRemote(remote, file)];
  if (!start || !isOurs(start, context.machine.mainFile, key)) {
    if (key !== entryName) return [];
    const rename = `Rename it, or ${programName} setup can't add its own.`;
    return [warn(`${file} has an entry "${key}" that does not start this program.`, rename)];
  }
  const entry = `The entry "${key}" in ${file}`;
  const again = `Run ${programName} setup again for this client.`;
  const missing = missingFiles(start, context);
  if (missing.length > 0) {
    return [fail(`${entry} names paths that do not exist: ${missing.join(', ')}.`, again)];
  }
  const old = await oldNodeOf(start, context, signal);
  if (old !== undefined) {
    const next = `${again.replace('again', `with Node.js ${minNode} or later`)}`;
    return [fail(`${entry} starts Node.js ${old}, which is too old.`, next)];
  }
  if (holdsToken(start)) {
    return [
      warn(
        `${entry} contains the token itself.`,
        `${again} The token is then kept in a separate file.`,
      ),
    ];
  }
  return [ok(`${entry} is correct.`)];
}

/** An entry for a server elsewhere; whether that runs is for `doctor --http`. */
function checkRemote({ url, secrets }: RemoteEntry, file: string): Finding {
  const { origin, pathname } = new URL(url);
  const entry = `The entry "${entryName}" in ${file}`;
  if (secrets.length > 0) {
    return warn(
      `${entry} contains the key itself.`,
      `Run ${programName} setup again with --key-env, if the client can take a key from a variable.`,
    );
  }
  return ok(`${entry} leads to ${origin}${pathname}.`);
}

/** The paths in an entry that do not exist. */
function missingFiles({ command, args, env }: ServerStart, { machine }: Context): string[] {
  const { isAbsolute } = machine.place.platform === 'win32' ? win32 : posix;
  // The first argument is the program; others may be files that are yet to be created.
  const named = [command, args[0], env[settings.tokenFile.env], env[settings.secretFile.env]];
  return named.filter(
    (path): path is string => path !== undefined && isAbsolute(path) && !machine.exists(path),
  );
}

/** The version of the Node that an entry starts, if it is too old. */
async function oldNodeOf(
  { command }: ServerStart,
  { machine }: Context,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (command === machine.node.path || !['node', 'node.exe'].includes(lastPart(command))) {
    return undefined;
  }
  const version = await machine.nodeVersion(command, signal);
  return version !== undefined && isOlder(version, minNode) ? version.replace('v', '') : undefined;
}

function lastPart(path: string): string {
  return path.split(/[\\/]/).at(-1)?.toLowerCase() ?? '';
}

/** Whether an entry contains the token, and not a placeholder for it. */
function holdsToken({ env }: ServerStart): boolean {
  const token = env[settings.token.env]?.trim() ?? '';
  return token !== '' && slipIn(token) === undefined;
}
