import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Place } from '../../src/commands/clients/place.ts';
import { problemWithRemote, remoteFormOf, remoteIn } from '../../src/commands/clients/remote.ts';
import { type Client, clients, fileOf, isEditable } from '../../src/commands/clients/table.ts';
import { ConfigError } from '../../src/config/config.ts';
import { contents, otherContents, variants } from '../support/client-files.ts';
import { oneIn } from '../support/runs.ts';
import { type SetupRun, setup, temporaryHome } from '../support/setup-machine.ts';

/* Clients that use a server elsewhere, instead of starting one. */

const url = 'https://mcp.example.com/mcp';
const withKey = { url: 'https://mcp.example.com', keyVariable: 'SEGMENT_MCP_KEY' };
const withoutKey = { url, keyVariable: undefined };

const placeIn = (home: string): Place => ({
  platform: 'linux',
  environment: {},
  home,
  cwd: join(home, 'project'),
});
const fileIn = (client: Client, home: string) => fileOf(client, placeIn(home), existsSync) ?? '';

/** What is written for a client: with the key, if it can take one. */
const remoteFor = ({ id }: Client) =>
  problemWithRemote(id, { ...withKey, url }) === undefined ? withKey : withoutKey;

const writable = clients.filter(
  (client) =>
    isEditable(client) &&
    client.files(placeIn('/home/u')).length > 0 &&
    problemWithRemote(client.id, withoutKey) === undefined,
);

test('the block for every client, or why there is none', async () => {
  const shown = await setup({
    home: '/home/u',
    clients: clients.map(({ id }) => id),
    remote: withKey,
    exists: () => false,
  });
  expect(shown).toMatchObject({ code: 0, stderr: '' });
  expect(shown.stdout).toMatchSnapshot();
});

test.each(clients.map(({ id }) => [id]))('%s has a remote form, or says why not', (id) => {
  const form = remoteFormOf(id);
  if ('why' in form) return expect(form.why).toMatch(/\.$/);
  expect(remoteIn(form.entry({ ...withKey, url }))).toEqual({ url, secrets: [] });
});

const numbered = writable.map((client, index) => [client.id, client, index] as const);
describe.each(numbered)('%s', (id, client, index) => {
  // By default every third, and of the next clients the others; in setup.test.ts each client has other ones.
  test.each(oneIn(3, variants, index + 1))(
    '--write and --remove with %s leave all as it was',
    async (_, textOf) => {
      const home = temporaryHome();
      const file = fileIn(client, home);
      const text = textOf(client);
      if (text !== undefined) {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text, { mode: 0o640 });
      }
      mkdirSync(join(home, 'project'), { recursive: true });
      mkdirSync(join(home, '.config'), { recursive: true });
      const before = otherContents(home);
      const run = (more: object) => setup({ home, clients: [id], yes: true, ...more });
      const remote = remoteFor(client);

      expect(await run({ remote, write: true })).toMatchObject({ code: 0, stderr: '' });
      const written = readFileSync(file, 'utf8');
      expect(written).toContain('"segment-audiences"');
      expect(written).toContain(`"${url}"`);
      if (remote.keyVariable !== undefined) expect(written).toContain('SEGMENT_MCP_KEY');
      // A second time changes nothing; a server that the client starts replaces it, and the reverse.
      expect((await run({ remote, write: true })).stdout).toContain('is already set up');
      const flags = { sandbox: true };
      expect(await run({ write: true, flags })).toMatchObject({ code: 0, stderr: '' });
      expect(readFileSync(file, 'utf8')).not.toContain(url);
      expect(await run({ remote, write: true })).toMatchObject({ code: 0, stderr: '' });

      expect(await run({ remove: true })).toMatchObject({ code: 0, stderr: '' });
      expect(otherContents(home)).toEqual(before);
      expect((await run({ remove: true })).stdout).toContain('has no entry for this program');
    },
  );
});

test('a key in an older entry is not shown', async () => {
  const home = temporaryHome();
  const file = join(home, '.cursor/mcp.json');
  mkdirSync(dirname(file));
  const key = 'sgm_thisIsAKeyThatSomebodyPasted';
  const entry = { url, headers: { Authorization: `Bearer ${key}` } };
  writeFileSync(file, JSON.stringify({ mcpServers: { 'segment-audiences': entry } }, null, 2));
  const { stdout } = await setup({
    home,
    clients: ['cursor'],
    write: true,
    yes: true,
    remote: withKey,
  });
  expect(stdout).toContain('[redacted]');
  expect(stdout).not.toContain(key);
});

test('an entry that leads elsewhere is refused', async () => {
  const home = temporaryHome();
  const file = join(home, '.cursor/mcp.json');
  mkdirSync(dirname(file));
  const text = JSON.stringify({
    mcpServers: { 'segment-audiences': { url: 'https://x.test/sse' } },
  });
  writeFileSync(file, text);
  const run = { home, clients: ['cursor'], write: true, yes: true, remote: withKey };
  expect(await setup(run)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('does not start this program'),
  });
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('a query that narrows the connection stays', async () => {
  const narrowed = { ...withoutKey, url: 'https://mcp.example.com/?read_only=1' };
  const { stdout } = await setup({ home: '/home/u', clients: ['cursor'], remote: narrowed });
  expect(stdout).toContain('"https://mcp.example.com/mcp?read_only=1"');
});

describe("what can't be is refused, and nothing is written", () => {
  const key = `sgm_${'x'.repeat(43)}`;
  test.each<[string, Partial<SetupRun>, string]>([
    ['http to another machine', { remote: { ...withKey, url: 'http://mcp.example.com' } }, 'https'],
    [
      'another path',
      { remote: { ...withKey, url: 'https://example.com/sse' } },
      'must end in /mcp',
    ],
    ['no URL', { remote: { url: undefined, keyVariable: 'KEY' } }, 'requires --http URL'],
    ['the key itself', { remote: { url, keyVariable: key } }, 'not the key'],
    ['no name', { remote: { url, keyVariable: 'A B' } }, 'needs the name of a variable'],
    ['a setting of the server', { remote: withKey, flags: { space: 'a' } }, '--space is for'],
    ['a client that only starts programs', { remote: withKey, clients: ['junie'] }, 'Junie only'],
    ['a client without variables', { remote: withKey, clients: ['zed'] }, 'Leave out --key-env'],
  ])('%s', async (_, run, problem) => {
    const home = temporaryHome();
    const running = setup({ clients: ['cursor'], write: true, yes: true, ...run, home });
    await expect(running).rejects.toThrow(ConfigError);
    await expect(running).rejects.toThrow(problem);
    await expect(running).rejects.not.toThrow(key);
    expect(contents(home)).toEqual({});
  });

  test('--remove with a URL', async () => {
    const running = setup({
      home: '/home/u',
      clients: ['cursor'],
      remove: true,
      yes: true,
      remote: withKey,
    });
    await expect(running).rejects.toThrow('--remove needs neither');
  });
});
