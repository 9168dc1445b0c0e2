import { minTokenChars, settings } from '../../config/settings.ts';
import { name as programName } from '../../version.ts';
import { backupOf, ClientFileError, readClientFile, textOf } from '../clients/client-file.ts';
import { entryName, startIn } from '../clients/entry.ts';
import {
  holdsOwnSecret,
  ownSecrets,
  ownSecretsInText,
  secretsIn,
} from '../clients/entry-secrets.ts';
import { programIn } from '../clients/program.ts';
import { isEndpoint, remoteIn } from '../clients/remote.ts';
import { serversIn } from '../clients/servers.ts';
import { type Client, clients, isEditable } from '../clients/table.ts';
import { maxTextChars } from '../clients/text-entry.ts';
import type { Context } from './context.ts';
import { checkEntry, secretOf } from './entry-checks.ts';
import { isFileHere } from './entry-paths.ts';
import { type Finding, skipped, unexpected, warn } from './finding.ts';
import { stepWithSetup } from './setup-step.ts';
import { within } from './time-limit.ts';

/*
 * Looks for our entry in the files of all clients.
 */

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
      ).catch((error: unknown) => [{ ...unexpected(error), part: client.id }]),
    ),
  );
  const findings = found.flat();
  if (findings.length > 0) return findings;
  return [
    skipped(
      'No client file has an entry for this server.',
      stepWithSetup(context.machine, [], (command) => `${command} shows what to do.`),
    ),
  ];
}

/** The first file of a token that an entry of ours names and that is there; undefined if none does. */
export async function tokenFileInEntries({ machine }: Context): Promise<string | undefined> {
  const { place, exists, mainFile } = machine;
  for (const client of clients) {
    const files = client.files(place).filter(exists);
    const servers = await Promise.all(files.map((path) => readableServers(path, client)));
    for (const [key, value] of servers.flat()) {
      const start = startIn(value);
      const file = start?.env[settings.tokenFile.env]?.trim() ?? '';
      const isOurs = start !== undefined && programIn(start, mainFile, key) !== undefined;
      if (isOurs && isFileHere(file, machine)) return file;
    }
  }
  return undefined;
}

/** The servers in a client's file; none if it can't be read, which the check of the client reports. */
async function readableServers(path: string, client: Client) {
  try {
    return await serversIn((await readClientFile(path)).text, client);
  } catch (error) {
    if (error instanceof ClientFileError) return [];
    throw error;
  }
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
  const files = client.files(place).filter(exists);
  const found = await Promise.all(files.map((path) => checkFile(path, client, context, signal)));
  return found.flat().map((finding) => ({ ...finding, part: client.id }));
}

async function checkFile(
  path: string,
  client: Client,
  context: Context,
  signal: AbortSignal,
): Promise<Finding[]> {
  try {
    const file = await readClientFile(path);
    const subject = { client, file: path, context };
    const findings = await checkText(file.text, subject, signal);
    const { backup, obstacle } = file;
    if (findings.length > 0 && obstacle !== undefined) {
      findings.push(warn(`${path} ${obstacle}.`, 'Until then, setup changes nothing there.'));
    }
    const ofBackup = backup ? await checkBackup(backup, backupOf(file.path), subject) : [];
    return [...findings, ...ofBackup];
  } catch (error) {
    if (!(error instanceof ClientFileError)) throw error;
    return [unreadable(`${path} ${error.message}.`, client)];
  }
}

/** What is checked. */
interface Subject {
  client: Client;
  /** The client's file. */
  file: string;
  context: Context;
}

function unreadable(message: string, { title }: Client): Finding {
  return warn(message, `Fix it: ${title} may not be able to read it either.`);
}

async function checkText(text: string, subject: Subject, signal: AbortSignal): Promise<Finding[]> {
  const { client, file, context } = subject;
  const namesUs = text.includes(entryName) || text.includes(programName);
  if (!isEditable(client) && !namesUs) return [];
  const unchecked = `${file} names this server, but its entry was not checked`;
  const withSecrets = (finding: Finding) => [finding, ...checkOwnSecrets(text, file)];
  try {
    if (!isEditable(client) && text.length > maxTextChars) {
      const reason = `the file has more than ${maxTextChars} characters.`;
      return withSecrets(skipped(`${unchecked}: ${reason}`, byHand(context)));
    }
    const servers = await serversIn(text, client);
    const hasOurs = servers.some(([name]) => name === entryName);
    const checked = await Promise.all(
      servers.map(async ([key, value]) => {
        const entry = `The entry "${key}" in ${file}`;
        const given = { client, key, value, hasOurs, entry, context };
        return { value, findings: await checkEntry(given, signal) };
      }),
    );
    const ours = checked.filter(({ findings }) => findings.length > 0);
    const secrets = ours.flatMap(({ value }) => secretsIn(value));
    if (ours.length > 0) {
      return [...ours.flatMap(({ findings }) => findings), ...checkOwnSecrets(text, file, secrets)];
    }
    if (isEditable(client)) return [];
    return withSecrets(
      skipped(`${unchecked}: it is ${client.format.toUpperCase()}.`, byHand(context)),
    );
  } catch (error) {
    if (!(error instanceof ClientFileError)) throw error;
    return withSecrets(unreadable(`${file} ${error.message}.`, client));
  }
}

function byHand({ machine }: Context): string {
  return stepWithSetup(machine, ['CLIENT'], (command) => `Compare it with what ${command} shows.`);
}

/**
 * Our own secrets anywhere in a client's file, such as in comments.
 *
 * @param reported the secrets that the findings about entries are about.
 */
function checkOwnSecrets(text: string, file: string, reported: readonly string[] = []): Finding[] {
  const known = reported.filter((secret) => secret.length >= minTokenChars);
  const isReported = (secret: string) =>
    known.some((each) => secret.startsWith(each) || each.startsWith(secret));
  const found = ownSecretsInText(text).filter(({ secret }) => !isReported(secret));
  return ownSecrets.flatMap((own) => {
    const lines = [...new Set(found.filter(({ of }) => of === own).map(({ line }) => line))];
    if (lines.length === 0) return [];
    const where = `${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}`;
    return [
      warn(
        `${file} contains ${own.any} in ${where}.`,
        `Remove it from there: it belongs in a file of its own, which ${own.file.env} names. If anybody else has seen the file, ${own.replacing}.`,
      ),
    ];
  });
}

/** A backup of setup that still contains a secret. */
async function checkBackup(
  bytes: Buffer,
  backup: string,
  { client, context }: Subject,
): Promise<Finding[]> {
  if (!(await holdsSecret(bytes, client, context))) return [];
  return [
    warn(
      `${backup}, which setup kept, contains the secret of an older entry.`,
      'Delete that file if you do not need it.',
    ),
  ];
}

/** Only our entries are looked at, except in a text that can't be parsed. */
async function holdsSecret(bytes: Buffer, client: Client, context: Context): Promise<boolean> {
  let text = '';
  try {
    text = textOf(bytes);
    const entries = await serversIn(text, client);
    return entries.some(([key, value]) => {
      const start = startIn(value);
      if (start) {
        const program = programIn(start, context.machine.mainFile, key);
        return (key === entryName || program !== undefined) && secretOf(start) !== undefined;
      }
      const remote = key === entryName ? remoteIn(value) : undefined;
      return remote !== undefined && isEndpoint(remote.url) && remote.secrets.length > 0;
    });
  } catch (error) {
    if (!(error instanceof ClientFileError)) throw error;
    return holdsOwnSecret(text);
  }
}
