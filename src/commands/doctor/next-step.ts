import { parseCommand } from '../../cli.ts';
import { ConfigError, type Flags } from '../../config/config.ts';
import { Given } from '../../config/given.ts';
import { type Setting, settings } from '../../config/settings.ts';
import { holdsTokenForm, isForClient, slipIn } from '../../config/slips.ts';
import { type ClientFile, ClientFileError } from '../clients/client-file.ts';
import { entryName, isTable, type ServerStart, startIn } from '../clients/entry.ts';
import { type EntrySetting, settingsIn } from '../clients/entry-settings.ts';
import { isAbsolutePath } from '../clients/place.ts';
import { programIn } from '../clients/program.ts';
import { type Client, isEditable } from '../clients/table.ts';
import { wordsOf } from '../command-line.ts';
import { ownCommand } from '../invocation.ts';
import type { GivenRemote, SetupCommand, SetupMachine } from '../setup/command.ts';
import { whereItLeads } from '../setup/kept-paths.ts';
import { notUnderstood } from '../setup/older-start.ts';
import { type Server, serverFor } from '../setup/server.ts';
import type { Context } from './context.ts';

/*
 * What to do about an entry. A command of setup is named only if setup accepts it, which is tried on a copy
 * of the entry; and what it would lose is named with it.
 */

/** An entry in a client's file. */
export interface EntryPlace {
  client: Client;
  /** Its name. */
  key: string;
  value: unknown;
  /** Whether the file has an entry with our name, which setup would replace. */
  hasOurs: boolean;
}

/**
 * The next step for an entry that starts the server.
 *
 * @param start how it does, without wrappers.
 * @param intro the words before a command that replaces the entry.
 */
export async function nextFor(
  place: EntryPlace,
  start: ServerStart,
  context: Context,
  intro = 'Run',
): Promise<string> {
  const fixes = fixesOf(place, start, context);
  if (fixes.length > 0) return `In the file, ${fixes.join('; ')}.`;
  const flags = acceptedFlags(place, start, context);
  if (flags === undefined) return refusalHere(place.client, context);
  const { client, key, hasOurs } = place;
  const shown = commandOf(client, flags, context, false);
  if (key !== entryName && (hasOurs || !isEditable(client))) {
    return `Remove the entry "${key}" by hand, or change it to what this shows: ${shown}`;
  }
  // A command that writes would add another one.
  if (key !== entryName) {
    const change = `Change the entry "${key}" by hand to what this shows: ${shown}`;
    return [...notKept(start, false), change].join(' ');
  }
  if (!isEditable(client)) return [...notKept(start, false), `${intro}: ${shown}`].join(' ');
  const command = commandOf(client, flags, context, true);
  if (await replaced({ client, value: place.value, flags }, context)) {
    return [...notKept(start, true), `${intro}: ${command}`].join(' ');
  }
  const { mainFile } = context.machine;
  const own = startIn(place.value) ?? start;
  const program = programIn(own, mainFile, entryName);
  if (program !== undefined && notUnderstood(own, program, mainFile) === undefined) {
    return fixInFile;
  }
  return [
    'Setup does not replace it, because it does not understand all of it, such as what may restrict the server.',
    `Note what else it sets, and remove the entry "${key}" by hand.`,
    ...notKept(start, false),
    `Run: ${command}`,
  ].join(' ');
}

const fixInFile = 'Fix these settings in the file.';

/** What only a person can change in an entry, each to continue a sentence. */
function fixesOf({ value: entry }: EntryPlace, start: ServerStart, { machine }: Context): string[] {
  const ofSettings = settingsIn(start).flatMap((given) => {
    const { setting, value, name } = given;
    if (!isReadable(given)) {
      const values = setting.argument ?? '1 or 0';
      const orNot = setting.restricts ? ', or remove it if nothing is to be restricted' : '';
      return [`set ${name} to a value (${values})${orNot}`];
    }
    const path = pathIn(entry, String(value), machine);
    const isLog = setting.env === settings.auditLog.env;
    return isLog && !isAbsolutePath(path, machine.place) ? [`set ${name} to an absolute path`] : [];
  });
  const ofFiles = [settings.tokenFile, settings.secretFile].flatMap(({ env: name }) => {
    const path = pathIn(entry, start.env[name]?.trim() ?? '', machine);
    const isKnown = path !== '' && slipIn(path) === undefined;
    return isKnown && !isAbsolutePath(path, machine.place)
      ? [`set ${name} to an absolute path`]
      : [];
  });
  const ofTokens = Object.entries(start.env).flatMap(([name, value]) =>
    !isSetting(name) && holdsTokenForm(value) ? [`remove ${name}, which contains a token`] : [],
  );
  return [...ofSettings, ...ofFiles, ...ofTokens];
}

/** Whether a setting can be read; one that only the client can is, if it restricts nothing. */
function isReadable({ setting, value }: EntrySetting): boolean {
  const given = new Given({ [setting.flag ?? '']: value }, {});
  given.read(setting);
  return setting.shared === true || given.problems.length === 0;
}

function isSetting(name: string): boolean {
  return Object.values<Setting<unknown>>(settings).some(({ env }) => env === name);
}

/** What a new entry lacks, a sentence each. @param isReplaced whether setup sees the present one. */
function notKept(start: ServerStart, isReplaced: boolean): string[] {
  const ofClient = settingsIn(start).flatMap(({ value, name }) =>
    typeof value === 'string' && isForClient(value) ? [name] : [],
  );
  const variables = Object.keys(start.env).filter((name) => start.env[name]?.trim());
  const others = variables.filter(
    (name) => !isReplaced && (!isSetting(name) || onlyVariables.includes(name)),
  );
  const names = [...new Set([...ofClient, ...others])];
  const them = names.length === 1 ? 'it' : 'them';
  const sentences =
    names.length === 0
      ? []
      : [`Setup does not carry over ${names.join(', ')}: add ${them} to the new entry.`];
  const { secret, secretFile } = settings;
  if (!variables.includes(secret.env)) return sentences;
  return [
    ...sentences,
    `Setup does not carry over ${secret.env}: put it in a file of its own, and name that in ${secretFile.env}.`,
  ];
}

/** Settings without a flag, except for the token. */
const onlyVariables = [settings.tokenFile, settings.secretFile, settings.stateFolder].map(
  ({ env }) => env,
);

/** The flags that give a new entry the settings of this one; undefined if setup accepts none. */
function acceptedFlags(place: EntryPlace, start: ServerStart, context: Context): Flags | undefined {
  const flags = flagsOf(place, start, context);
  const isSandbox = flags[settings.sandbox.flag ?? ''] === true;
  const candidates = isSandbox ? [flags, withoutWorkspace(flags)] : [flags];
  return candidates.find((each) => {
    const words = ['setup', place.client.id, ...wordsOf(each)];
    if (!withoutRefusal(() => parseCommand(words))) return false;
    return serverOf({ client: place.client, flags: each }, context);
  });
}

/** Why setup accepts no flags: because of the entry's own, or whatever they are. */
function refusalHere(client: Client, context: Context): string {
  const problems: string[] = [];
  if (serverOf({ client, flags: {} }, context, problems)) return fixInFile;
  return `Setup can't be used here: ${problems.join(' ')}`;
}

function flagsOf({ value: entry }: EntryPlace, start: ServerStart, { machine }: Context): Flags {
  const flags: Record<string, string | true> = {};
  for (const { setting, value } of settingsIn(start)) {
    const { flag = '', argument, env } = setting;
    const read = new Given({ [flag]: value }, {}).read(setting);
    if (read === undefined || read === false) continue;
    const text = String(value).trim();
    const isLog = env === settings.auditLog.env;
    flags[flag] = argument === undefined || (isLog ? pathIn(entry, text, machine) : text);
  }
  return flags;
}

/** Where a path of an entry leads; as it is, if only the client knows. */
function pathIn(entry: unknown, path: string, { place }: Context['machine']): string {
  return whereItLeads(path, isTable(entry) ? entry : {}, place) ?? path;
}

/** Without what only a real workspace needs: in variables, the sandbox ignores it. */
function withoutWorkspace(flags: Flags): Flags {
  const names = [settings.space, settings.region, settings.apiUrl].map(({ flag }) => flag);
  return Object.fromEntries(Object.entries(flags).filter(([flag]) => !names.includes(flag)));
}

/** The command of setup that writes, or shows, an entry with these flags. */
function commandOf(client: Client, flags: Flags, { machine }: Context, writes: boolean): string {
  const words = [client.id, ...wordsOf(flags), ...(writes ? ['--write'] : [])];
  return ownCommand(machine, 'setup', ...words);
}

/** What setup is given. */
export interface Tried {
  client: Client;
  flags: Flags;
  remote?: GivenRemote;
}

/**
 * What setup makes of what it is given, whatever entry it would replace; undefined if it refuses.
 *
 * @param problems receives why.
 */
function serverOf(
  { client, flags, remote }: Tried,
  { machine }: Context,
  problems: string[] = [],
): Server | undefined {
  const command: SetupCommand = {
    ...{ clients: [client.id], flags, remote, write: true, remove: false, yes: false },
  };
  const setupMachine: SetupMachine = {
    ...{ place: machine.place, node: machine.node.path, mainFile: machine.mainFile },
    ...{ project: machine.project, invocation: machine.invocation },
    ...{ terminal: undefined, exists: machine.exists },
  };
  return withoutRefusal(() => {
    const server = serverFor(command, setupMachine);
    server.entryFor(client);
    return server;
  }, problems);
}

/** @returns the entry in a file that had nothing but the old one; undefined if setup refuses. */
export async function replaced(
  { value, ...tried }: Tried & { value: unknown },
  context: Context,
): Promise<unknown> {
  const { client, flags } = tried;
  const { planToAdd } = await import('../setup/plan.ts');
  const { newFile } = await import('../clients/json-edits.ts');
  const { findEntry, toValue } = await import('../clients/json-tree.ts');
  const server = serverOf(tried, context);
  if (!server) return undefined;
  const path = [...client.keys, entryName];
  const file: ClientFile = {
    ...{ path: '', bytes: undefined, text: newFile(path, value), mark: '', mode: 0 },
    ...{ backup: undefined, made: undefined, obstacle: undefined },
  };
  return withoutRefusal(() => {
    const plan = planToAdd(file, client, {
      entryFor: (kept) => server.entryFor(client, kept),
      ...{ flags, mainFile: context.machine.mainFile, machine: context.machine, removal: '' },
    });
    const node = findEntry(plan.kind === 'write' ? plan.text : file.text, path);
    return node && toValue(node);
  });
}

/** The result of something that setup does; undefined if it refuses. */
function withoutRefusal<Result>(act: () => Result, problems: string[] = []): Result | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof ConfigError) problems.push(...error.problems);
    else if (!(error instanceof ClientFileError)) throw error;
    return undefined;
  }
}
