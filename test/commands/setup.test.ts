import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'jsonc-parser';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Place } from '../../src/commands/clients/place.ts';
import { type Client, clients, fileOf, isEditable } from '../../src/commands/clients/table.ts';
import { ConfigError } from '../../src/config/config.ts';
import {
  contents,
  cursorFile,
  otherContents,
  variants,
  withFile,
} from '../support/client-files.ts';
import { oneIn } from '../support/runs.ts';
import { setup, temporaryHome, terminalWith, typedToken } from '../support/setup-machine.ts';

const token = 'sgp_fromTheEnvironment1234';
const withToken = { environment: { SEGMENT_API_TOKEN: token } };
const tokenFile = (home: string) => join(home, '.local/state/segment-audiences-mcp/token');

const placeIn = (home: string): Place => ({
  platform: 'linux',
  environment: {},
  home,
  cwd: join(home, 'project'),
});
/** Those that have a file here: Visual Studio has one on Windows only. */
const editable = clients.filter(
  (client) => isEditable(client) && client.files(placeIn('/home/u')).length > 0,
);
const fileIn = (client: Client, home: string) => fileOf(client, placeIn(home), existsSync) ?? '';

const numbered = editable.map((client, index) => [client.id, client, index] as const);
describe.each(numbered)('%s', (id, client, index) => {
  const run = (home: string, more: object) =>
    setup({ home, clients: [id], yes: true, place: withToken, ...more });

  // By default every third, and of the next clients the others: all of them are edited by the same code.
  const tried = oneIn(3, variants, index);
  test.each(tried)('--write and --remove with %s leave all as it was', async (_, textOf) => {
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

    expect(await run(home, { write: true })).toMatchObject({ code: 0, stderr: '' });
    const written = readFileSync(file, 'utf8');
    expect(written).toContain('"segment-audiences"');
    expect(written).toContain('SEGMENT_API_TOKEN_FILE');
    expect(written).not.toContain(token);
    // A second time changes nothing, other flags replace the entry.
    expect((await run(home, { write: true })).stdout).toContain('is already set up');
    expect(await run(home, { write: true, flags: { 'read-only': true } })).toMatchObject({
      code: 0,
    });
    expect(readFileSync(file, 'utf8')).toContain('--read-only');

    expect(await run(home, { remove: true })).toMatchObject({ code: 0, stderr: '' });
    expect(otherContents(home)).toEqual(before);
    expect((await run(home, { remove: true })).stdout).toContain('has no entry for this program');
  });
});

/** Runs a test in a folder of its own, where other platforms' absolute paths are names of files. */
function inTemporaryFolder(): string {
  const folder = temporaryHome();
  const before = process.cwd();
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
  return folder;
}

describe('visual-studio, on Windows', () => {
  const client = clients.find(({ id }) => id === 'visual-studio');
  if (!client) throw new Error('There is no Visual Studio.');
  const node = 'C:\\Program Files\\nodejs\\node.exe';
  const mainFile = 'C:\\npm\\segment-audiences-mcp\\dist\\main.js';

  test.each(variants)('--write and --remove with %s leave all as it was', async (_, textOf) => {
    const folder = inTemporaryFolder();
    const home = process.platform === 'win32' ? folder : 'C:\\Users\\u';
    const file = `${home}\\.mcp.json`;
    const environment = { SEGMENT_API_TOKEN: token, LOCALAPPDATA: `${home}\\AppData\\Local` };
    const place: Partial<Place> = { platform: 'win32', environment };
    const common = { home, place, node, mainFile, clients: ['visual-studio'], yes: true };
    const text = textOf(client);
    if (text !== undefined) writeFileSync(file, text);

    expect(await setup({ ...common, write: true })).toMatchObject({ code: 0, stderr: '' });
    const written = parse(readFileSync(file, 'utf8').replace(/^\ufeff/, ''));
    expect(written).toMatchObject({
      servers: {
        'segment-audiences': {
          type: 'stdio',
          command: node,
          args: [mainFile],
          env: {
            SEGMENT_API_TOKEN_FILE: `${home}\\AppData\\Local\\segment-audiences-mcp\\token`,
          },
        },
      },
    });
    expect((await setup({ ...common, write: true })).stdout).toContain('is already set up');

    expect(await setup({ ...common, remove: true })).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(file) ? readFileSync(file, 'utf8') : undefined).toBe(text);
    expect(existsSync(`${file}.segment-audiences.bak`)).toBe(false);
  });
});

const withCursor = (home: string, text: string) => withFile(cursorFile(home), text);

describe('a link', () => {
  test('still leads to the file, which is changed and restored', async () => {
    const home = temporaryHome();
    const real = join(home, 'dotfiles', 'cursor.json');
    mkdirSync(dirname(real));
    writeFileSync(real, '{\n  "mcpServers": {}\n}\n');
    mkdirSync(join(home, '.cursor'));
    symlinkSync('../dotfiles/cursor.json', cursorFile(home));
    const before = otherContents(home);
    const common = { home, clients: ['cursor'], yes: true, place: withToken };
    expect((await setup({ ...common, write: true })).code).toBe(0);
    expect(lstatSync(cursorFile(home)).isSymbolicLink()).toBe(true);
    expect(readFileSync(real, 'utf8')).toContain('segment-audiences');
    expect(existsSync(`${real}.segment-audiences.bak`)).toBe(true);
    expect((await setup({ ...common, remove: true })).code).toBe(0);
    expect(otherContents(home)).toEqual(before);
  });

  test('to nothing leads to the new file', async () => {
    const home = temporaryHome();
    mkdirSync(join(home, '.cursor'));
    mkdirSync(join(home, 'dotfiles'));
    symlinkSync(join(home, 'dotfiles', 'new.json'), cursorFile(home));
    const common = { home, clients: ['cursor'], yes: true, place: withToken };
    expect((await setup({ ...common, write: true })).code).toBe(0);
    expect(readFileSync(join(home, 'dotfiles', 'new.json'), 'utf8')).toContain('segment-audiences');
  });
});

test('the mode of a file stays, and a new one is for its user alone', async () => {
  const home = temporaryHome();
  const file = withCursor(home, '{}');
  chmodSync(file, 0o644);
  await setup({ home, clients: ['cursor', 'junie'], write: true, yes: true, place: withToken });
  expect(statSync(file).mode & 0o777).toBe(0o644);
  expect(statSync(join(home, '.junie/mcp/mcp.json')).mode & 0o777).toBe(0o600);
});

test('what was changed after setup stays when the entry is removed, and so does the backup', async () => {
  const home = temporaryHome();
  const file = withCursor(home, '{\n  "a": 1\n}\n');
  const common = { home, clients: ['cursor'], yes: true, place: withToken };
  await setup({ ...common, write: true });
  writeFileSync(file, readFileSync(file, 'utf8').replace('"a": 1', '"a": 2'));
  expect((await setup({ ...common, remove: true })).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe('{\n  "a": 2\n}\n');
  expect(readFileSync(`${file}.segment-audiences.bak`, 'utf8')).toBe('{\n  "a": 1\n}\n');
});

test.each([
  ['a list of names', '"disabled": ["segment-audiences"]'],
  ['a switch', '"enabled": { "segment-audiences": false }'],
  ['a comment', '// "segment-audiences": {}\n  "b": 1'],
])('a second set-up is undone byte for byte where our name is in %s', async (_, field) => {
  const home = temporaryHome();
  const file = withCursor(home, '{"a": 1}\n');
  const common = { home, clients: ['cursor'], yes: true, place: withToken };
  await setup({ ...common, write: true });
  const restored = `{\n  ${field},\n  "mcpServers": {}\n}\n`;
  writeFileSync(file, restored);
  await setup({ ...common, write: true });
  expect((await setup({ ...common, remove: true })).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(restored);
});

test.each([
  ['of a list that was there', '{"a": 1, "mcpServers": {}}', /"mcpServers": \{\}/],
  ['of a list with a comment', '{"a": 1}', /"mcpServers": \{ *\/\* mine \*\/ *\}/],
])('the rest %s stays when the entry is removed', async (_, before, rest) => {
  const home = temporaryHome();
  const file = withCursor(home, before);
  const common = { home, clients: ['cursor'], yes: true, place: withToken };
  await setup({ ...common, write: true });
  const text = readFileSync(file, 'utf8').replace('"a": 1', '"a": 2');
  const isCommented = String(rest).includes('mine');
  writeFileSync(file, isCommented ? text.replace('{"seg', '{/* mine */"seg') : text);
  expect((await setup({ ...common, remove: true })).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toMatch(rest);
});

describe("a file that can't be edited is refused, and left alone", () => {
  test.each([
    ['{\n  "mcpServers": {\n    "x" {}\n  }\n}', 'a colon is missing (line 3, column 9)'],
    ['{ "mcpServers": [] }', 'has no object under "mcpServers" (line 1, column 17)'],
    [
      '{\n  "mcpServers": {\n    "segment-audiences": { "command": "/bin/other" }\n  }\n}',
      'has an entry "segment-audiences" that does not start this program: rename or remove it (line 3, column 26)',
    ],
  ])('%j', async (text, reason) => {
    const home = temporaryHome();
    const file = withCursor(home, text);
    const clientsOfRun = ['junie', 'cursor'];
    const result = await setup({
      home,
      clients: clientsOfRun,
      write: true,
      yes: true,
      place: withToken,
    });
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain(`${file} `);
    expect(result.stderr).toContain(reason);
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(Object.keys(contents(home))).toEqual(['.cursor', '.cursor/mcp.json']);
  });

  test('what is not UTF-8', async () => {
    const home = temporaryHome();
    const file = withCursor(home, '');
    writeFileSync(file, Buffer.from([0x7b, 0xff, 0x7d]));
    const result = await setup({
      home,
      clients: ['cursor'],
      write: true,
      yes: true,
      place: withToken,
    });
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('is not UTF-8') });
  });
});

describe('an older entry of ours', () => {
  test.each([
    [
      'an installed copy',
      { command: 'node', args: ['/usr/lib/node_modules/segment-audiences-mcp/dist/main.js'] },
    ],
    ['the bin', { command: 'segment-audiences-mcp.cmd' }],
    ['npx', { command: 'npx', args: ['-y', 'segment-audiences-mcp@0.0.9'] }],
    ['a clone of another name', { command: 'node', args: ['C:\\clone\\dist\\main.js'] }],
  ])('that starts %s is replaced', async (_, entry) => {
    const home = temporaryHome();
    const file = withCursor(home, JSON.stringify({ mcpServers: { 'segment-audiences': entry } }));
    await setup({ home, clients: ['cursor'], write: true, yes: true, flags: { sandbox: true } });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      mcpServers: {
        'segment-audiences': {
          command: '/usr/bin/node',
          args: ['/opt/segment-audiences-mcp/dist/main.js', '--sandbox'],
        },
      },
    });
  });

  test('that holds a token is replaced without showing it', async () => {
    const home = temporaryHome();
    const literal = 'sgp_theOldOneInTheFile99';
    const entry = { command: 'segment-audiences-mcp', env: { SEGMENT_API_TOKEN: literal } };
    withCursor(home, JSON.stringify({ mcpServers: { 'segment-audiences': entry } }, null, 2));
    const { stdout } = await setup({
      home,
      clients: ['cursor'],
      write: true,
      yes: true,
      place: withToken,
    });
    expect(stdout).toContain('[redacted]');
    expect(stdout).not.toContain(literal);
  });
});

test('the change that is shown has nothing of other entries', async () => {
  const home = temporaryHome();
  withCursor(home, '{"mcpServers":{"theirs":{"env":{"KEY":"do-not-show"}}}}');
  const { stdout } = await setup({
    home,
    clients: ['cursor'],
    write: true,
    yes: true,
    place: withToken,
  });
  expect(stdout).toContain('+ , "segment-audiences"');
  expect(stdout).not.toContain('do-not-show');
});

describe('asking', () => {
  test('yes writes, anything else does not', async () => {
    for (const [answer, code] of [
      ['y', 0],
      ['YES', 0],
      ['', 1],
      ['no', 1],
    ] as const) {
      const home = temporaryHome();
      const { terminal, asked } = terminalWith([answer], [typedToken]);
      const result = await setup({ home, clients: ['cursor'], write: true, terminal });
      expect(result.code).toBe(code);
      expect(asked[0]).toBe('Change this file? [y/N] ');
      expect(existsSync(cursorFile(home))).toBe(code === 0);
      expect(existsSync(tokenFile(home))).toBe(code === 0);
    }
  });

  test.each([
    ['no client', { write: true, yes: true }, '--write needs a CLIENT'],
    ['no terminal and no --yes', { write: true, clients: ['cursor'] }, 'add --yes'],
    [
      'TOML',
      { write: true, yes: true, clients: ['codex'] },
      'TOML file, which setup does not edit',
    ],
    [
      'YAML',
      { remove: true, yes: true, clients: ['goose'] },
      'YAML file, which setup does not edit',
    ],
    ['no file', { write: true, yes: true, clients: ['jetbrains'] }, 'has no file here'],
    ['an unknown client', { clients: ['curser'] }, 'Did you mean cursor?'],
    [
      'no token',
      { write: true, yes: true, clients: ['cursor'] },
      'No token: run this in a terminal',
    ],
    ['a setting that is wrong', { flags: { region: 'asia' } }, '--region must be us or eu'],
  ])('%s: nothing is written', async (_, run, problem) => {
    const home = temporaryHome();
    const running = setup({ home, ...run });
    await expect(running).rejects.toThrow(ConfigError);
    await expect(running).rejects.toThrow(problem);
    expect(contents(home)).toEqual({});
  });
});

describe('the token', () => {
  test('that is typed is in its file only, readable for its user alone', async () => {
    const home = temporaryHome();
    const { terminal, asked } = terminalWith(['y'], [` ${typedToken} `]);
    const { stdout, stderr } = await setup({
      home,
      clients: editable.map(({ id }) => id),
      write: true,
      terminal,
    });
    expect(readFileSync(tokenFile(home), 'utf8')).toBe(`${typedToken}\n`);
    expect(statSync(tokenFile(home)).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(tokenFile(home))).mode & 0o777).toBe(0o700);
    const holders = Object.entries(contents(home)).filter(([, content]) => {
      return Buffer.from(content.split(' ')[1] ?? '', 'base64').includes(typedToken);
    });
    expect(holders.map(([path]) => path)).toEqual(['.local/state/segment-audiences-mcp/token']);
    expect(stdout + stderr + asked.join()).not.toContain(typedToken);
  });

  test('that is there stays, unless another is typed', async () => {
    const home = temporaryHome();
    const run = async (tokens: string[], more = {}) => {
      const { terminal } = terminalWith(['y'], tokens);
      await setup({ home, clients: ['cursor'], write: true, terminal, ...more });
      return readFileSync(tokenFile(home), 'utf8').trim();
    };
    expect(await run([typedToken])).toBe(typedToken);
    expect(await run([''])).toBe(typedToken);
    expect(await run(['sgp_another_one_12345'])).toBe('sgp_another_one_12345');
    expect(await run([], { yes: true, terminal: undefined })).toBe('sgp_another_one_12345');
  });

  test('that is miswritten is asked for again', async () => {
    const home = temporaryHome();
    const { terminal, asked } = terminalWith(['y'], ['Bearer x', '"quoted-one"', typedToken]);
    await setup({ home, clients: ['cursor'], write: true, terminal });
    expect(asked.slice(2)).toEqual([
      'The token begins like an Authorization header ("Bearer"): give only the value. Try again: ',
      'The token has quotes around it: give only the value. Try again: ',
    ]);
    expect(readFileSync(tokenFile(home), 'utf8').trim()).toBe(typedToken);
  });

  test('is not needed for the sandbox, nor where a file is named', async () => {
    const home = temporaryHome();
    const named = join(home, 'my-token');
    writeFileSync(named, token);
    const common = { home, clients: ['cursor'], write: true, yes: true };
    expect((await setup({ ...common, flags: { sandbox: true } })).code).toBe(0);
    const place = { environment: { SEGMENT_API_TOKEN_FILE: named } };
    expect((await setup({ ...common, place })).code).toBe(0);
    expect(readFileSync(cursorFile(home), 'utf8')).toContain(named);
    expect(existsSync(tokenFile(home))).toBe(false);
  });

  test('is not kept in a folder that others can read', async () => {
    const home = temporaryHome();
    mkdirSync(dirname(tokenFile(home)), { recursive: true });
    chmodSync(dirname(tokenFile(home)), 0o755);
    const running = setup({ home, clients: ['cursor'], write: true, yes: true, place: withToken });
    await expect(running).rejects.toThrow('because it is open to other users');
    expect(existsSync(cursorFile(home))).toBe(false);
  });
});

describe('the entry', () => {
  const block = async (run: object) => {
    const { stdout } = await setup({
      home: '/home/u',
      clients: ['cursor'],
      exists: () => false,
      ...run,
    });
    return JSON.parse(stdout.slice(stdout.indexOf('{'), stdout.lastIndexOf('}') + 1)).mcpServers[
      'segment-audiences'
    ];
  };

  test('passes on what is set by flags and in the environment, and no secret', async () => {
    const environment = {
      SEGMENT_API_TOKEN: token,
      SEGMENT_SPACE_ID: 'spa_1',
      SEGMENT_READ_ONLY: '1',
      SEGMENT_MCP_SECRET: Buffer.alloc(32, 7).toString('base64'),
      SEGMENT_STATE_DIR: '/state',
      LOG_LEVEL: 'debug',
      HTTPS_PROXY: 'http://user:pass@proxy:3128',
    };
    const flags = { region: 'eu', 'audit-log': 'audit.jsonl' };
    const run = { flags, place: { environment } };
    expect(await block(run)).toEqual({
      command: '/usr/bin/node',
      args: [
        ...['/opt/segment-audiences-mcp/dist/main.js', '--region', 'eu', '--space', 'spa_1'],
        ...['--read-only', '--audit-log', '/home/u/project/audit.jsonl'],
      ],
      env: { SEGMENT_API_TOKEN_FILE: '/state/token', SEGMENT_STATE_DIR: '/state' },
    });
    const { stdout } = await setup({ home: '/home/u', exists: () => false, ...run });
    expect(stdout).toContain('SEGMENT_MCP_SECRET is a secret');
    expect(stdout).toContain(
      'This shell sets HTTPS_PROXY: make sure that the client has the same value.',
    );
    expect(stdout).not.toMatch(/pass|BwcH|fromTheEnvironment/);
  });

  test("leaves the user's real space out of the sandbox", async () => {
    const place = { environment: { SEGMENT_SPACE_ID: 'spa_1', SEGMENT_REGION: 'eu' } };
    expect(await block({ flags: { sandbox: true }, place })).toEqual({
      command: '/usr/bin/node',
      args: ['/opt/segment-audiences-mcp/dist/main.js', '--sandbox'],
    });
  });

  const cached = '/home/u/.npm/_npx/1a2b/node_modules/segment-audiences-mcp/dist/main.js';

  test.each([
    [cached],
    ['/home/u/.cache/pnpm/dlx/1a/node_modules/segment-audiences-mcp/dist/main.js'],
    ['/tmp/bunx-0-segment/node_modules/segment-audiences-mcp/dist/main.js'],
  ])('is refused for %s as long as the package is not published', async (mainFile) => {
    await expect(block({ mainFile })).rejects.toThrow('npm i -g segment-audiences-mcp-0.1.0.tgz');
  });

  test('starts a published package with npx, on Windows through cmd', async () => {
    const project = { owner: 'acme', published: true };
    const run = { mainFile: cached, project, flags: { sandbox: true } };
    const npx = ['npx', '-y', 'segment-audiences-mcp@0.1.0', '--sandbox'];
    const [command, ...args] = npx;
    expect(await block(run)).toEqual({ command, args });
    const place = { platform: 'win32', environment: { LOCALAPPDATA: 'C:\\L' } } as const;
    expect(await block({ ...run, place })).toEqual({ command: 'cmd', args: ['/c', ...npx] });
  });
});

test('what is shown of every client', async () => {
  const { stdout } = await setup({
    home: '/home/u',
    exists: () => false,
    clients: clients.map(({ id }) => id),
    flags: { 'read-only': true },
  });
  expect(stdout).toMatchSnapshot();
});

test('without a client those that are found come first, and the others by name', async () => {
  const exists = (path: string) => ['/home/u/.cursor', '/home/u/.codex/config.toml'].includes(path);
  const { stdout } = await setup({ home: '/home/u', exists });
  expect(stdout.match(/^\S.* \(\S+\)$/gm)).toEqual(['Cursor (cursor)', 'Codex (codex)']);
  expect(stdout).toContain('File: /home/u/.cursor/mcp.json (does not exist yet)');
  expect(stdout).toContain('  claude-code     Claude Code');
  expect(stdout).not.toContain('  cursor ');
});
