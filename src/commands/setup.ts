import { existsSync, realpathSync } from 'node:fs';
import { ConfigError } from '../config/config.ts';
import { settings } from '../config/settings.ts';
import { project } from '../project.ts';
import { suggest } from '../query/suggest.ts';
import { StateFolderError } from '../safety/state-folder.ts';
import { visibleLines } from '../text/visible.ts';
import { entryName } from './clients/entry.ts';
import { ownFiles } from './clients/own-files.ts';
import { folderOf, type Place, placeHere } from './clients/place.ts';
import { problemWithRemote } from './clients/remote.ts';
import { type Client, clientIds, clients, fileOf, isEditable, isFound } from './clients/table.ts';
import { commandLine, wordsOf } from './command-line.ts';
import { executableHere, invocationOf, ownCommand } from './invocation.ts';
import { commandToMakePrivate, stepsToKeepToken } from './private-token.ts';
import { Change } from './setup/change.ts';
import type { SetupCommand, SetupMachine, SetupOutput } from './setup/command.ts';
import { aboutPresent, type Shown } from './setup/present-entry.ts';
import { remoteServerIn } from './setup/remote-server.ts';
import { serverFor } from './setup/server.ts';
import { inEveryFolder } from './setup/settings.ts';
import { blockFor } from './setup/show.ts';
import { stateFolderAt } from './setup/state-folder.ts';
import { terminalOf } from './setup/terminal.ts';

/** This machine, as setup needs it. @throws {ConfigError} if the working folder was deleted. */
export function thisMachine(): SetupMachine {
  const place = placeHere();
  const program = {
    node: process.execPath,
    mainFile: realpathSync(process.argv[1] ?? ''),
    project,
  };
  return {
    place,
    ...program,
    invocation: invocationOf(program, place, executableHere),
    terminal: terminalOf({ input: process.stdin, output: process.stderr, shown: process.stdout }),
    exists: existsSync,
  };
}

/**
 * Shows how to set up clients, and with `write` or `remove` changes their files.
 *
 * @returns the exit code: 0 if everything was done, 1 if a file can't be used or the user said no.
 * @throws {ConfigError} for what can't be done at all; nothing was changed then.
 */
export async function runSetup(
  command: SetupCommand,
  machine: SetupMachine,
  output: SetupOutput,
): Promise<number> {
  const chosen = clientsNamed(command.clients);
  assertPossible(command, chosen, machine);
  if (command.remote) assertConnectable(command, command.write ? chosen : []);
  if (!command.write && !command.remove) return show(command, machine, output, chosen);
  const change = new Change(command, machine, output);
  try {
    if (command.remove) return await change.remove(chosen);
    return await change.add(chosen, serverFor(command, machine));
  } finally {
    await machine.terminal?.close();
  }
}

/** @throws {ConfigError} for an unknown client. */
function clientsNamed(names: readonly string[]): Client[] {
  const problems: string[] = [];
  const chosen = names.flatMap((word, index) => {
    const id = word.toLowerCase();
    const client = clients.find((each) => each.id === id);
    if (client) return [client];
    const meant = suggest(id, clientIds);
    const what = meant === undefined ? `Client ${index + 1}` : `"${word}"`;
    const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
    problems.push(`${what} is not one of ${clientIds.join(', ')}.${hint}`);
    return [];
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return [...new Set(chosen)];
}

/** @throws {ConfigError} for a change that no file allows, or that nobody can be asked about. */
function assertPossible(
  { write, remove, yes }: SetupCommand,
  chosen: readonly Client[],
  machine: SetupMachine,
): void {
  const { terminal, place } = machine;
  if (!write && !remove) return;
  const flag = remove ? '--remove' : '--write';
  if (chosen.length === 0) {
    const command = ownCommand(machine, 'setup', 'CLIENT', flag);
    throw new ConfigError([`${flag} needs a CLIENT: ${command}.`]);
  }
  const problems = chosen.flatMap((client) => {
    if (client.files(place).length === 0) {
      return [
        `${client.id} has no file here that can be changed: leave out ${flag} and follow the steps.`,
      ];
    }
    if (isEditable(client)) return [];
    const what = `${client.id} has a ${client.format.toUpperCase()} file, which setup does not edit.`;
    return [`${what} ${remove ? removalByHand(client, machine) : additionByHand(client)}`];
  });
  if (problems.length > 0) throw new ConfigError(problems);
  if (!terminal && !yes) {
    throw new ConfigError([
      `${flag} shows the change and asks first, but input or output is not a terminal: add --yes.`,
    ]);
  }
}

function additionByHand({ add }: Client): string {
  const how = add ? 'use its own command, which is then printed' : 'edit the file by hand';
  return `Leave out --write and ${how}.`;
}

function removalByHand(client: Client, { place, exists }: SetupMachine): string {
  if (client.remove) return `Run: ${commandLine(client.remove, place.platform)}`;
  return `Delete ${entryName} from ${fileOf(client, place, exists)} by hand.`;
}

/** @throws {ConfigError} for a wrong URL, or a client that can't connect to the server as asked. */
function assertConnectable(command: SetupCommand, chosen: readonly Client[]): void {
  const remote = remoteServerIn(command);
  const problems = chosen.flatMap(({ id }) => problemWithRemote(id, remote) ?? []);
  if (problems.length > 0) throw new ConfigError(problems);
}

async function show(
  command: SetupCommand,
  machine: SetupMachine,
  { write }: SetupOutput,
  chosen: readonly Client[],
): Promise<number> {
  const { place, exists } = machine;
  const server = serverFor(command, machine);
  const { notes, networkNotes, ownTokenFile } = server;
  const remote = command.remote && remoteServerIn(command);
  const problemOf = ({ id }: Client) => remote && problemWithRemote(id, remote);
  const isHere = (client: Client) => isFound(client, place, exists);
  const shown = chosen.length > 0 ? chosen : clients.filter(isHere);
  const parts = await Promise.all(
    shown.map((client) => {
      const problem = problemOf(client);
      return problem === undefined
        ? described({ client, server, flags: command.flags, machine })
        : `${client.title} (${client.id})\n${problem}`;
    }),
  );
  if (chosen.length === 0) {
    const others = clients.filter((client) => !shown.includes(client));
    const list = others.map(({ id, title }) => `  ${id.padEnd(idWidth)}${title}`);
    const heading =
      shown.length > 0 ? 'Not found on this machine' : 'No clients were found on this machine';
    parts.push(
      [
        `${heading}; ${ownCommand(machine, 'setup', 'CLIENT')} shows how to set up one of these:`,
        ...list,
      ].join('\n'),
    );
  }
  const editable = shown.find(
    (client) =>
      isEditable(client) && client.files(place).length > 0 && problemOf(client) === undefined,
  );
  const writing =
    editable && ownCommand(machine, 'setup', editable.id, ...wordsGiven(command, place), '--write');
  const hint =
    writing && `${writing} writes the file${ownTokenFile ? ' and asks for the token' : ''}.`;
  const token = ownTokenFile === undefined ? [] : aboutToken(ownTokenFile, place);
  const last = [hint ?? [], token, notes, networkNotes].flat();
  if (last.length > 0) parts.push(last.join('\n'));
  write(`${visibleLines(parts.join('\n\n'))}\n`);
  return 0;
}

/** The settings and the server elsewhere that the command line gives, as words for any folder. */
function wordsGiven({ flags, remote }: SetupCommand, place: Place): string[] {
  return wordsOf({
    ...inEveryFolder(flags, place),
    http: remote?.url,
    'key-env': remote?.keyVariable,
  });
}

/** How to keep the token by hand, or what is wrong with the one that is there. */
function aboutToken(file: string, place: Place): string[] {
  const folder = folderOf(file, place);
  try {
    const token = stateFolderAt(folder).readToken();
    return token === undefined ? stepsToKeepToken(file, place) : [`The token is in ${file}.`];
  } catch (error) {
    if (!(error instanceof StateFolderError)) throw error;
    const remedy = error.isOpen
      ? `run ${commandToMakePrivate(file, place)}`
      : `set ${settings.stateFolder.env} to another folder`;
    return [`The token can't be kept in ${folder} because ${error.message}: ${remedy}.`];
  }
}

const idWidth = Math.max(...clientIds.map((id) => id.length)) + 2;

/**
 * How to set up a client: its file and the block, its own command, or the steps to take by hand.
 */
async function described(shown: Shown): Promise<string> {
  const { client, server, machine } = shown;
  const { place, exists } = machine;
  const files = await ownFiles(client, place, exists);
  const before = server.beforeFor(client);
  const add = server.addFor(client);
  const aboutFiles = await Promise.all(
    files.map(async (file) => {
      if (!exists(file)) return [`File: ${file} (does not exist yet)`];
      return [`File: ${file}`, ...(await aboutPresent(file, shown))];
    }),
  );
  const lines = [`${client.title} (${client.id})`];
  if (files.length === 0) lines.push(...(client.steps ?? []));
  else lines.push(...[...aboutFiles, before ?? []].flat());
  lines.push('', blockFor(client, server.entryFor(client)), '');
  if (add) lines.push('Or use its own command:', commandLine(add, place.platform), '');
  lines.push(client.afterwards);
  return lines.join('\n');
}
