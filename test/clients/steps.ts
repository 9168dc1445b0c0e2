import { resources } from '../../src/resources/registry.ts';
import { start } from '../../src/sandbox/start.ts';
import { tools } from '../../src/tools/registry.ts';
import { type ServerCommand, type Session, standsFor, type TestedClient } from './client.ts';
import { type Outcomes, recordOutcomes } from './outcomes.ts';

/*
 * What every client has to manage: list, call, read an error, list resources, remove in
 * two steps, ask the user.
 */

/** Audiences of the sandbox's first space. */
const removable = { name: 'Big spenders', id: 'aud_000000001' };
const askedAbout = { name: 'Cart abandoners, last 7 days', id: 'aud_000000002' };

const mainFile = 'dist/main.js';

/**
 * Drives a client through all steps, in sessions of their own for the removals.
 *
 * @param stateFolder where the server keeps its key.
 */
export async function runSteps(client: TestedClient, stateFolder: string): Promise<Outcomes> {
  const { outcomes, step } = recordOutcomes();
  const sandbox = client.processPerCall ? await start() : undefined;
  const env = { SEGMENT_STATE_DIR: stateFolder, LOG_LEVEL: 'error' };
  const server: ServerCommand = sandbox
    ? command(['--api-url', sandbox.url, '--space', sandbox.spaces[0]?.id ?? ''], {
        ...env,
        SEGMENT_API_TOKEN: 'sandbox-token',
      })
    : command(['--sandbox'], env);
  try {
    const session = await client.open(server);
    await step('list', () => list(session));
    await step('call', () => call(session));
    await step('error', () => readError(session));
    if (session.resources) await step('resources', () => listResources(session.resources));
    await step('removal', () => removeInTwoSteps(session));
    await session.close();
    if (client.asksUser) await step('question', () => removeByQuestion(client, server));
  } finally {
    await sandbox?.close();
  }
  return outcomes;
}

/** Offers every tool there is: what a client makes of a schema shows only where it sees it. */
function command(args: string[], env: Record<string, string>): ServerCommand {
  return { command: process.execPath, args: [mainFile, '--toolsets', 'all', ...args], env };
}

async function list(session: Session): Promise<void> {
  const offered = await session.toolNames();
  const missing = tools.filter(({ name }) => !offered.some((each) => standsFor(each, name)));
  if (missing.length > 0) {
    throw new Error(`not offered: ${missing.map(({ name }) => name).join(', ')}`);
  }
}

async function call(session: Session): Promise<void> {
  const text = await session.call('list_audiences', { count: 3 });
  expectIn(text, removable.id, removable.name);
}

async function readError(session: Session): Promise<void> {
  const text = await session.call('get_audience', { id: 'aud_missing' });
  expectIn(text, 'not_found', 'There is no audience aud_missing', 'Check id and spaceId');
}

async function listResources(resourcesOf: Session['resources']): Promise<void> {
  const offered = (await resourcesOf?.()) ?? [];
  expectIn(offered.join(' '), ...resources.map(({ uri }) => uri));
}

async function removeInTwoSteps(session: Session): Promise<void> {
  const { id, name } = removable;
  const refused = await session.call('remove_audience_from_space', { id });
  expectIn(refused, 'confirmation_required', name);
  const confirmation = confirmationIn(refused);
  const removed = await session.call('remove_audience_from_space', { id, confirmation });
  expectIn(removed, 'SUCCESS');
  expectIn(await session.call('get_audience', { id }), 'not_found');
}

async function removeByQuestion(client: TestedClient, server: ServerCommand): Promise<void> {
  const { id, name } = askedAbout;
  const questions: string[] = [];
  const session = await client.open(server, (question) => {
    questions.push(question);
    return { action: 'accept', content: { agree: true } };
  });
  const removed = await session.call('remove_audience_from_space', { id });
  await session.close();
  if (questions.length !== 1) {
    throw new Error(`the user was asked ${questions.length} times; the model reads ${removed}`);
  }
  expectIn(questions.join(), name);
  expectIn(removed, 'SUCCESS');
}

function expectIn(text: string, ...parts: string[]): void {
  const missing = parts.filter((part) => !text.includes(part));
  if (missing.length > 0) {
    throw new Error(`${missing.map((part) => `“${part}”`).join(', ')} is missing in: ${text}`);
  }
}

/** The value in the text of an error, which a client may have put into JSON again. */
function confirmationIn(text: string): string {
  const [, value] = /\bconfirmation\\*"\s*:\s*\\*"([\w.-]+)/.exec(text) ?? [];
  if (!value) throw new Error(`no confirmation in: ${text}`);
  return value;
}
