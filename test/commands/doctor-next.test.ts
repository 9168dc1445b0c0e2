import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCommand } from '../../src/cli.ts';
import { startIn } from '../../src/commands/clients/entry.ts';
import { restrictionsIn } from '../../src/commands/clients/entry-settings.ts';
import type { Place } from '../../src/commands/clients/place.ts';
import { clients, fileOf, isEditable } from '../../src/commands/clients/table.ts';
import { cursorFile, withFile } from '../support/client-files.ts';
import { doctor } from '../support/doctor-machine.ts';
import { reportSchema } from '../support/doctor-report.ts';
import { runs } from '../support/runs.ts';
import { setup, temporaryHome, terminalWith, typedToken } from '../support/setup-machine.ts';

/*
 * What the doctor says to do next about an entry works: its command is accepted, the finding is gone
 * afterwards, and what restricted the server still does.
 */

const main = '/opt/segment-audiences-mcp/dist/main.js';
const gone = '/gone/segment-audiences-mcp/dist/main.js';
const node = '/usr/bin/node';
const programs = [node, main, '/usr/bin/npx', '/usr/bin/pnpm', '/usr/bin/npm', '/old/node'];
const token = 'sgp_theTokenInTheEntry1';

/** What is odd about an entry, and what else its file holds. */
interface Odd {
  /** Our entry; `HOME` stands for the home folder. */
  entry: object;
  /** Its name, if that is not ours. */
  key?: string;
  /** Other entries. */
  others?: Record<string, object>;
  /** Cursor, unless another client is named. */
  client?: 'zed';
  /** Files in the home folder. */
  files?: Record<string, string>;
  /** The file of the doctor itself. */
  mainFile?: string;
  /** Settings that a new entry has as well. */
  kept?: readonly string[];
  /** What is typed when setup asks for a token; by default a token. */
  types?: string;
  /** What the next step says. */
  says?: string;
}

const start = (args: string[], env: Record<string, string> = {}) => ({ command: node, args, env });
const url = 'https://mcp.example.com/mcp';

/** For these, a command is named. */
const repairable: Record<string, Odd> = {
  'a main file that is gone': { entry: start([gone]) },
  'the same with settings in flags and variables': {
    entry: start([gone, '--region=eu', '--read-only'], {
      SEGMENT_SPACE_ID: 'spa_a',
      SEGMENT_ALLOWED_SPACES: 'spa_a,spa_b',
      SEGMENT_NO_SAMPLES: '0',
      HTTPS_PROXY: 'http://proxy:8080',
    }),
    kept: ['--region eu', '--space spa_a', '"HTTPS_PROXY":"http://proxy:8080"'],
  },
  'an audit log in a folder with a space in its name': {
    entry: start([gone, '--audit-log', 'HOME/my log.jsonl']),
  },
  'a path that only a shell expands': { entry: start(['~/segment-audiences-mcp/dist/main.js']) },
  'an audit log that only a shell expands': { entry: start([main, '--audit-log=~/a.jsonl']) },
  'a relative path': { entry: start(['segment-audiences-mcp/dist/main.js', '--read-only']) },
  'a relative audit log of an entry with a folder': {
    entry: { ...start([gone, '--audit-log', 'logs/a.jsonl']), cwd: 'HOME' },
    files: { 'logs/x': '' },
    says: 'HOME/logs/a.jsonl --write',
  },
  'a name that Node.js takes for a file': { entry: start(['segment-audiences-mcp']) },
  'a command that is not on the PATH': { entry: { command: 'segment-audiences-mcp', args: [] } },
  'an old Node.js': { entry: { command: '/old/node', args: [main, '--confirm', 'writes'] } },
  'npx of a package that anybody could own': {
    entry: { command: 'npx', args: ['-y', 'segment-audiences-mcp', '--read-only'] },
  },
  'the same in cmd': {
    entry: { command: 'cmd', args: ['/c', 'npx', '-y', 'segment-audiences-mcp', '--read-only'] },
  },
  'pnpm dlx': {
    entry: {
      command: 'pnpm',
      args: ['dlx', 'segment-audiences-mcp', '--read-only'],
      env: { A: 'b' },
    },
    says: 'Note what else it sets, and remove the entry "segment-audiences" by hand. Setup does not carry over A: add it to the new entry.',
  },
  'npm exec': {
    entry: {
      command: 'npm',
      args: ['exec', '--yes', '--', 'segment-audiences-mcp', '--no-samples'],
    },
    says: 'does not understand all of it',
  },
  'npx of a repository': {
    entry: { command: 'npx', args: ['github:owner/repo', '--read-only'] },
    says: 'remove the entry',
  },
  'a flag of Node.js': {
    entry: start(['--use-system-ca', gone, '--read-only']),
    says: 'does not understand all of it',
  },
  'the token itself': { entry: start([main, '--read-only'], { SEGMENT_API_TOKEN: token }) },
  'the token itself, as a word': {
    entry: start([main], { SEGMENT_API_TOKEN: 'any-word-of-enough-letters' }),
  },
  'two tokens that differ': {
    entry: start([main], {
      SEGMENT_API_TOKEN: token,
      SEGMENT_API_TOKEN_FILE: 'HOME/token',
    }),
    files: { token: 'sgp_anotherOneInAFile1' },
  },
  'a file of the token that is gone': {
    entry: start([main, '--read-only'], { SEGMENT_API_TOKEN_FILE: '/gone/token' }),
    says: 'Restore /gone/token, or run: ',
  },
  'the main file and a file of the token, both gone': {
    entry: start([gone, '--read-only'], { SEGMENT_API_TOKEN_FILE: '/gone/token' }),
    says: 'Run: ',
  },
  'a file of the token that is empty': {
    entry: start([main], { SEGMENT_API_TOKEN_FILE: 'HOME/token' }),
    files: { token: '\n' },
  },
  'a file of keys that is gone': {
    entry: start([main, '--sandbox'], { SEGMENT_MCP_SECRET_FILE: '/gone/secret' }),
    says: 'Restore /gone/secret, or run: ',
  },
  'files of its own': {
    entry: start([gone], {
      SEGMENT_API_TOKEN_FILE: 'HOME/token',
      SEGMENT_STATE_DIR: 'HOME/state',
    }),
    files: { token, 'state/x': '' },
    kept: ['"SEGMENT_API_TOKEN_FILE":"HOME/token"', '"SEGMENT_STATE_DIR":"HOME/state"'],
    // What is typed would be another token.
    types: '',
  },
  'a secret that setup does not write': {
    entry: start([gone, '--sandbox'], {
      SEGMENT_MCP_SECRET: Buffer.alloc(32, 1).toString('base64'),
    }),
    says: 'Setup does not carry over SEGMENT_MCP_SECRET: put it in a file of its own, and name that in SEGMENT_MCP_SECRET_FILE.',
  },
  'a setting that the client fills in': {
    entry: start([gone, '--read-only'], { SEGMENT_SPACE_ID: '${env:SPACE}' }),
    says: 'Setup does not carry over SEGMENT_SPACE_ID: add it to the new entry.',
  },
  'the sandbox with the id of a real space in a variable': {
    entry: start([gone, '--sandbox', '--read-only'], { SEGMENT_SPACE_ID: 'spa_real' }),
  },
  'the sandbox with one of its spaces': {
    entry: start([gone, '--sandbox', '--space', 'spa_shop_staging']),
    kept: ['--space spa_shop_staging'],
  },
  'the sandbox with the id of a real space in a flag': {
    entry: start([main, '--sandbox', '--space', 'spa_real', '--no-samples']),
  },
  'the sandbox with the address of an API in a variable': {
    entry: start([gone, '--sandbox'], { SEGMENT_API_URL: 'https://api.example.com' }),
  },
  'a URL with user and password': {
    entry: { url: 'https://me:hidden-1@mcp.example.com/mcp?read_only=1' },
    says: 'A user and a password in a URL are not used: this server takes a key in a header only.',
  },
  'a URL with user and password, for a client without variables': {
    client: 'zed',
    entry: { url: 'https://me:hidden-1@mcp.example.com/mcp' },
    says: 'log in instead and run: ',
  },
  'a key in a header': { entry: { url, headers: { Authorization: 'Bearer hidden-1' } } },
  'a key in a header of its own': { entry: { url, headers: { 'X-Pass': 'hidden-1' } } },
  'a key in a header, for a client without variables': {
    client: 'zed',
    entry: { url, headers: { Authorization: 'Bearer hidden-1' } },
    says: 'keep the file private, or, ',
  },
};

/** For these, only a person can change the file: no command is named. */
const byHand: Record<string, Odd & { says: string }> = {
  'a restriction that the client fills in': {
    entry: start([gone], { SEGMENT_ALLOWED_SPACES: '${SPACES}' }),
    says: 'In the file, set SEGMENT_ALLOWED_SPACES to a value (ID,…), or remove it if nothing is to be restricted.',
  },
  'a restriction that was never filled in': {
    entry: start([main, '--read-only=<yes>']),
    says: 'In the file, set --read-only to a value (1 or 0), or remove it if nothing is to be restricted.',
  },
  'a restriction that is empty': {
    entry: start([main, '--tools=']),
    says: 'In the file, set --tools to a value (NAME,…), or remove it',
  },
  'two of them': {
    entry: start([main, '--tools=', '--confirm', '$CONFIRM']),
    says: 'or remove it if nothing is to be restricted; set --confirm to a value (none|remove|writes)',
  },
  'a value that the server refuses': {
    entry: start([main, '--region', 'asia']),
    says: 'In the file, set --region to a value (us|eu).',
  },
  'settings that contradict each other': {
    entry: start([main, '--space', 'spa_a', '--allowed-spaces', 'spa_b']),
    says: 'Fix these settings in the file.',
  },
  'a variable that is almost a restriction': {
    entry: start([main], { SEGMENT_READONLY: '1' }),
    says: 'Fix these settings in the file.',
  },
  'a flag that the server refuses': {
    entry: start([gone, '--readonly']),
    says: 'Fix its arguments in the file by hand.',
  },
  'a token in a variable of no setting': {
    entry: start([main], { MY_TOKEN: token }),
    says: 'In the file, remove MY_TOKEN, which contains a token.',
  },
  'a relative audit log': {
    entry: start([main, '--audit-log', 'audit.jsonl']),
    says: 'In the file, set --audit-log to an absolute path.',
  },
  'a file of the token that depends on the folder': {
    entry: start([main], { SEGMENT_API_TOKEN_FILE: 'tok' }),
    says: 'In the file, set SEGMENT_API_TOKEN_FILE to an absolute path.',
  },
  'a program that npm may remove': {
    entry: start([gone]),
    mainFile: '/home/u/.npm/_npx/1/node_modules/segment-audiences-mcp/dist/main.js',
    says: "Setup can't be used here: This copy is in a cache",
  },
  'an address that others can read': {
    entry: { url: 'http://mcp.example.com/mcp' },
    says: 'Set the URL in the file by hand.',
  },
  'the same with a key': {
    entry: { url: 'http://mcp.example.com/mcp', headers: { Authorization: 'Bearer hidden-1' } },
    says: 'Set the URL in the file by hand: --http must be an https URL',
  },
  'a token in the path of a URL': {
    entry: { url: `https://mcp.example.com/${token}/mcp` },
    says: 'Remove the key from the file by hand.',
  },
  "a login among the client's own fields": {
    entry: { url, auth: { CLIENT_SECRET: 'hidden-1' } },
    says: 'Remove the key from the file by hand.',
  },
  'another program with our name': {
    entry: { command: 'npx', args: ['-y', 'another-package'] },
    says: 'Rename or remove it',
  },
};

const keysOf = { cursor: 'mcpServers', zed: 'context_servers' };

/** A home with the file of a client. */
function scene({ client, key = 'segment-audiences', entry, others = {}, files = {} }: Odd) {
  const home = temporaryHome();
  const id = client ?? 'cursor';
  const file = id === 'zed' ? join(home, '.config/zed/settings.json') : cursorFile(home);
  for (const [name, text] of Object.entries(files)) withFile(join(home, name), text);
  const text = JSON.stringify({ [keysOf[id]]: { ...others, [key]: entry } }, undefined, 2);
  withFile(file, text.replaceAll('HOME', home));
  const servers = (): Record<string, unknown> => JSON.parse(readFileSync(file, 'utf8'))[keysOf[id]];
  const change = (named: Record<string, unknown>) =>
    writeFileSync(file, JSON.stringify({ [keysOf[id]]: named }));
  return { home, servers, change };
}

async function findings(home: string, mainFile = main) {
  const { report } = await doctor({
    home,
    mainFile,
    json: true,
    exists: (path) => path.startsWith(home) && existsSync(path),
    kindOf(path) {
      if (programs.includes(path)) return 'program';
      if (!path.startsWith(home) || !existsSync(path)) return undefined;
      return statSync(path).isDirectory() ? 'folder' : 'file';
    },
    nodeVersion: async (command) => (command === '/old/node' ? 'v18.0.0' : undefined),
  });
  expect(report).not.toMatch(/sgp_|hidden|any-word/);
  const { checks } = reportSchema.parse(JSON.parse(report));
  return checks.filter(({ id }) => id.startsWith('clients'));
}

/** The words of a command as a shell reads them. */
const shellWords = (line: string) =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
const commandsIn = (next: string) => [...next.matchAll(/segment-audiences-mcp setup .+$/g)].flat();

/** Does by hand what the next step says, before its command. */
function prepare(next: string, { servers, change }: ReturnType<typeof scene>): void {
  const [, removed] = /remove the entry "([^"]+)" by hand/i.exec(next) ?? [];
  const entries = Object.entries(servers()).filter(([name]) => name !== removed);
  if (removed !== undefined) change(Object.fromEntries(entries));
}

/** Does what the next step says. @param types what is typed when setup asks for a token. */
function followed(next: string, there: ReturnType<typeof scene>, types = typedToken) {
  prepare(next, there);
  const command = parseCommand(shellWords(commandsIn(next)[0] ?? '').slice(1));
  if (command.kind !== 'setup') throw new Error(`${command.kind} is another command`);
  expect(command.write).toBe(true);
  const { terminal } = terminalWith([], [types]);
  return setup({ ...command, home: there.home, terminal, yes: true });
}

describe('the command that is named is accepted, and the finding is gone, for', () => {
  test.each(Object.entries(repairable))('%s', async (_, odd) => {
    const there = scene(odd);
    const before = await findings(there.home);
    expect(before).toHaveLength(1);
    const { message = '', next = '' } = before[0] ?? {};
    if (odd.says !== undefined) expect(next).toContain(odd.says.replaceAll('HOME', there.home));
    expect(commandsIn(next)).toHaveLength(1);
    const old = Object.values(there.servers())[0];
    expect(await followed(next, there, odd.types)).toMatchObject({ code: 0, stderr: '' });
    const isOfBackup = (each: string) => each.includes(', which setup kept, contains the secret');
    const after = (await findings(there.home)).filter(({ message: each }) => !isOfBackup(each));
    expect(after.map(({ message: each }) => each)).not.toContain(message);
    expect(after.map(({ status }) => status)).toEqual(['ok']);
    const now = there.servers()['segment-audiences'];
    expect(restricted(now)).toEqual(restricted(old));
    const written = `${JSON.stringify(now)} ${startIn(now)?.args.join(' ')}`;
    for (const each of odd.kept ?? [])
      expect(written).toContain(each.replaceAll('HOME', there.home));
  });
});

const someFlags = [
  ...['--sandbox', '--read-only', '--space=spa_a', '--region=eu', '--region=x', '--oops', 'doctor'],
  ...['--allowed-spaces=spa_a', '--allowed-spaces=', '--tools=${T}', '--confirm=writes', '--space'],
  ...['--no-samples=0', '--audit-log=a.jsonl', '--audit-log=HOME/a.jsonl', '--audit-log=~/a.jsonl'],
  ...['--log-level=loud', '--api-url=https://a.example', '--toolsets=all', '--timeout-ms=5'],
];
const variables: readonly (readonly [string, string])[] = [
  ...['${T}', token, 'x'].map((value) => ['SEGMENT_API_TOKEN', value] as const),
  ...['HOME/token', '/gone/token', 'token', '${F}'].map(
    (value) => ['SEGMENT_API_TOKEN_FILE', value] as const,
  ),
  ...['HOME/state', 'state'].map((value) => ['SEGMENT_STATE_DIR', value] as const),
  ...['1', '', 'maybe'].map((value) => ['SEGMENT_READ_ONLY', value] as const),
  ...['spa_c', '${S}'].map((value) => ['SEGMENT_SPACE_ID', value] as const),
  ...[
    ['SEGMENT_MCP_SECRET_FILE', '/gone/secret'] as const,
    ['SEGMENT_MCP_SECRET', 'short'] as const,
    ['SEGMENT_ALLOWED_SPACES', '<x>'] as const,
    ['SEGMENT_READONLY', '1'] as const,
    ['SEGMENT_SANDBOX', '1'] as const,
    ['SEGMENT_API_URL', 'https://x.example'] as const,
    ['HTTPS_PROXY', 'http://u:hidden-9@proxy:1'] as const,
    ['MY_TOKEN', token] as const,
    ['LOG_LEVEL', 'debug'] as const,
    ['A', 'b'] as const,
  ],
];
/** Entries that nobody would write, of parts that somebody did. */
const anyEntry = fc
  .record({
    command: fc.constantFrom(
      ...['node', node, '/old/node', 'npx', 'pnpm', 'npm', 'cmd', 'bash', 'env', '', '/gone/x'],
      ...['segment-audiences-mcp', '~/x', '${NODE}'],
    ),
    before: fc.constantFrom(
      ...[[], ['-y'], ['exec', '--'], ['dlx'], ['/c', 'npx'], ['-lc'], ['--use-system-ca']],
      ...[
        ['A=b', 'npx'],
        ['-p', 'x.tgz'],
      ],
    ),
    program: fc.constantFrom(
      ...[main, gone, 'segment-audiences-mcp', 'github:o/segment-audiences-mcp'],
      ...['~/a/dist/main.js', 'a/dist/main.js', '${x}/a/dist/main.js'],
      'npx -y segment-audiences-mcp',
    ),
    given: fc.array(fc.constantFrom(...someFlags), { maxLength: 3 }),
    env: fc.array(fc.constantFrom(...variables), { maxLength: 3 }),
    folder: fc.constantFrom({}, {}, {}, { cwd: 'HOME' }),
  })
  .map(({ command, before, program, given, env, folder }) => ({
    ...{ command, args: [...before, program, ...given], env: Object.fromEntries(env), ...folder },
  }));

test('a command that is named for any entry is accepted, and nothing fails afterwards', async () => {
  const isOfBackup = (each: string) => each.includes(', which setup kept, contains the secret');
  let named = 0;
  await fc.assert(
    fc.asyncProperty(
      anyEntry,
      fc.constantFrom(undefined, undefined, 'other'),
      async (entry, key) => {
        const there = scene({ entry, ...(key && { key }), files: { token, 'state/x': '' } });
        const [finding] = await findings(there.home);
        expect(finding?.message).not.toContain('This check itself failed');
        const { message = '', next = '' } = finding ?? {};
        if (!next.endsWith(' --write')) return;
        named += 1;
        expect(await followed(next, there)).toMatchObject({ code: 0, stderr: '' });
        const after = (await findings(there.home)).filter(({ message: each }) => !isOfBackup(each));
        expect(after.map((each) => each.message)).not.toContain(message);
        expect(after.map(({ status }) => status)).not.toContain('fail');
      },
    ),
    { numRuns: runs(100) },
  );
  expect(named).toBeGreaterThan(20);
});

/** What restricts a server that an entry starts. */
function restricted(entry: unknown): Record<string, unknown> {
  const given = startIn(entry);
  const list = given ? restrictionsIn(given) : [];
  const isPath = (flag = '') => flag === 'audit-log';
  return Object.fromEntries(
    list.map(({ setting: { flag = '' }, value }) => [flag, isPath(flag) ? 'a path' : value]),
  );
}

describe('no command is named for', () => {
  test.each(Object.entries(byHand))('%s', async (_, odd) => {
    const { home } = scene(odd);
    const [finding, ...others] = await findings(home, odd.mainFile);
    expect(others).toEqual([]);
    expect(['warn', 'fail']).toContain(finding?.status);
    expect(finding?.next).toContain(odd.says);
    expect(commandsIn(finding?.next ?? '').filter((each) => / --/.test(each))).toEqual([]);
  });
});

test('the command for an entry under another name adds none to it', async () => {
  const there = scene({
    key: 'segment',
    entry: start([gone, '--sandbox', '--read-only'], { A: 'b' }),
  });
  const [{ next = '' } = {}] = await findings(there.home);
  expect(next).toBe(
    'Setup does not carry over A: add it to the new entry. Change the entry "segment" by hand to what this shows: segment-audiences-mcp setup cursor --sandbox --read-only',
  );
  const command = parseCommand(shellWords(commandsIn(next)[0] ?? '').slice(1));
  if (command.kind !== 'setup') throw new Error(`${command.kind} is another command`);
  const before = there.servers();
  expect(await setup({ ...command, home: there.home })).toMatchObject({ code: 0 });
  expect(there.servers()).toEqual(before);
});

const place = (home: string): Place => ({
  platform: 'linux',
  environment: {},
  home,
  cwd: home,
});
const editable = clients.filter(
  (client) => isEditable(client) && client.files(place('/home/u')).length > 0,
);

test.each(editable.map((client) => [client.id, client] as const))(
  'the command for an entry of %s works as well',
  async (id, client) => {
    const home = temporaryHome();
    const file = fileOf(client, place(home), existsSync) ?? '';
    const entry = client.entry(start([gone, '--read-only', '--region', 'eu'], { A: 'b' }));
    const servers = { 'segment-audiences': entry };
    const text = client.keys.reduceRight<object>((inner, key) => ({ [key]: inner }), servers);
    withFile(file, JSON.stringify(text));
    const [finding] = await findings(home);
    expect(finding?.next).toBe(
      `Run: segment-audiences-mcp setup ${id} --region eu --read-only --write`,
    );
    const { terminal } = terminalWith([], [typedToken]);
    const flags = { region: 'eu', 'read-only': true };
    const run = {
      home,
      clients: [id],
      flags,
      write: true,
      yes: true,
      terminal,
      place: { cwd: home },
    };
    expect(await setup(run)).toMatchObject({ code: 0, stderr: '' });
    expect(await findings(home)).toMatchObject([{ id: `clients.${id}`, status: 'ok' }]);
  },
);

test.each([
  ['another name', 'mine', 'Remove the entry "mine" by hand, or change it to what this shows: '],
  ['our name', 'segment-audiences', 'Setup does not carry over A: add it to the new entry. Run: '],
])('a file that is only shown, with an entry of %s', async (_, name, step) => {
  const home = temporaryHome();
  const table = `[mcp_servers.${name}]\ncommand = "${node}"\nargs = ["${gone}", "--read-only"]`;
  withFile(join(home, '.codex/config.toml'), `${table}\nenv = { A = "b" }\n`);
  expect(await findings(home)).toMatchObject([
    {
      id: 'clients.codex',
      status: 'fail',
      next: `${step}segment-audiences-mcp setup codex --read-only`,
    },
  ]);
});

test('for a second entry of ours, the command only shows what it should be', async () => {
  const ours = start([main, '--read-only']);
  const entry = start([gone, '--sandbox']);
  const there = scene({ entry, key: 'segment-sandbox', others: { 'segment-audiences': ours } });
  const [first, second] = await findings(there.home);
  expect(first?.status).toBe('ok');
  const [line = ''] = commandsIn(second?.next ?? '');
  expect(second?.next).toBe(
    `Remove the entry "segment-sandbox" by hand, or change it to what this shows: ${line}`,
  );
  const command = parseCommand(shellWords(line).slice(1));
  if (command.kind !== 'setup') throw new Error(`${command.kind} is another command`);
  const { stdout } = await setup({ ...command, home: there.home });
  const block = JSON.parse(stdout.slice(stdout.indexOf('{'), stdout.lastIndexOf('}') + 1));
  there.change({
    ...there.servers(),
    'segment-sandbox': block.mcpServers['segment-audiences'],
  });
  expect((await findings(there.home)).map(({ status }) => status)).toEqual(['ok', 'ok']);
});
