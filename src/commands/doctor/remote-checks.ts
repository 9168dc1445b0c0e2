import { secretsIn } from '../clients/entry-secrets.ts';
import { problemWithRemote, type RemoteEntry, remoteIn } from '../clients/remote.ts';
import { isEditable } from '../clients/table.ts';
import { endpointIn } from '../endpoint.ts';
import { ownCommand } from '../invocation.ts';
import type { GivenRemote } from '../setup/command.ts';
import type { Context } from './context.ts';
import { type Finding, ok, warn } from './finding.ts';
import { type EntryPlace, replaced } from './next-step.ts';

/*
 * An entry for a server elsewhere. Whether that runs is for `doctor --http`.
 */

interface Subject extends EntryPlace {
  entry: string;
  context: Context;
}

/** The variable for the key, as the documentation calls it. */
const keyVariable = 'SEGMENT_MCP_KEY';

/** @param remote what the entry says; its URL is one of an endpoint. */
export async function checkRemote(remote: RemoteEntry, subject: Subject): Promise<Finding> {
  const { entry } = subject;
  const { origin, pathname } = new URL(remote.url);
  if (remote.secrets.length > 0 || hasUser(remote.url)) {
    return warn(`${entry} contains the key itself.`, await nextForKey(remote, subject));
  }
  const problems: string[] = [];
  endpointIn(remote.url, problems);
  if (problems.length === 0) return ok(`${entry} leads to ${origin}${pathname}.`);
  return warn(
    `${entry} leads to ${origin}${pathname}, whose URL is not fit for it: ${problems.join(' ')}`,
    'Set the URL in the file by hand.',
  );
}

function hasUser(url: string): boolean {
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}

const byHand = 'Remove the key from the file by hand.';

/** How to keep a key out of the file. */
async function nextForKey(remote: RemoteEntry, subject: Subject): Promise<string> {
  const { client } = subject;
  const url = withoutSecrets(remote);
  const problems: string[] = [];
  endpointIn(url, problems);
  if (problems.length > 0) return `Set the URL in the file by hand: ${problems.join(' ')}`;
  if (secretsIn({ url }).length > 0) return byHand;
  const unused = hasUser(remote.url)
    ? ['A user and a password in a URL are not used: this server takes a key in a header only.']
    : [];
  const withKey = { url, keyVariable };
  if (problemWithRemote(client.id, withKey) === undefined) {
    const command = await commandFor(withKey, subject);
    if (command === undefined) return byHand;
    return [
      ...unused,
      `Put the key in the variable ${keyVariable} where the client is started, and run: ${command}`,
    ].join(' ');
  }
  const command = await commandFor({ url, keyVariable: undefined }, subject);
  if (command === undefined) return byHand;
  return [
    ...unused,
    `${client.title} documents no variables in headers: keep the file private, or, if the server has --auth oauth, log in instead and run: ${command}`,
  ].join(' ');
}

/** The URL without user, password and fragment, which setup refuses, and without secrets in its query. */
function withoutSecrets({ url, secrets }: RemoteEntry): string {
  const clean = new URL(url);
  clean.username = '';
  clean.password = '';
  clean.hash = '';
  for (const [name, value] of [...clean.searchParams]) {
    if (secrets.includes(value)) clean.searchParams.delete(name);
  }
  return clean.href;
}

/** The command that writes or shows the entry without the key; undefined if that is refused, or keeps it. */
async function commandFor(
  remote: GivenRemote,
  { client, value, context }: Subject,
): Promise<string | undefined> {
  const { url = '', keyVariable: variable } = remote;
  if (isEditable(client)) {
    const entry = await replaced({ client, value, flags: {}, remote }, context);
    if (remoteIn(entry)?.secrets.length !== 0) return undefined;
  }
  const words = [
    ...['setup', client.id, '--http', url],
    ...(variable === undefined ? [] : ['--key-env', variable]),
    ...(isEditable(client) ? ['--write'] : []),
  ];
  return ownCommand(context.machine, ...words);
}
