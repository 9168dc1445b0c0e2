import { describe, expect, test } from 'vitest';
import { entryName, startIn } from '../../../src/commands/clients/entry.ts';
import { isForeign } from '../../../src/commands/clients/foreign.ts';
import type { Place } from '../../../src/commands/clients/place.ts';
import { programIn } from '../../../src/commands/clients/program.ts';
import { clients, fileOf, isFound } from '../../../src/commands/clients/table.ts';
import { commandLine } from '../../../src/commands/command-line.ts';
import { blockFor } from '../../../src/commands/setup/show.ts';

const places: Record<string, Place> = {
  darwin: { platform: 'darwin', environment: {}, home: '/Users/u', cwd: '/Users/u/p' },
  linux: { platform: 'linux', environment: {}, home: '/home/u', cwd: '/home/u/p' },
  win32: {
    platform: 'win32',
    environment: { APPDATA: 'C:\\Users\\u\\AppData\\Roaming' },
    home: 'C:\\Users\\u',
    cwd: 'C:\\p',
  },
  'linux with variables': {
    platform: 'linux',
    environment: { XDG_CONFIG_HOME: '/x', CODEX_HOME: '/codex', CLAUDE_CONFIG_DIR: '/claude' },
    home: '/home/u',
    cwd: '/home/u/p',
  },
  'linux with relative variables': {
    platform: 'linux',
    environment: { XDG_CONFIG_HOME: 'x', CODEX_HOME: '', CLAUDE_CONFIG_DIR: '${HOME}' },
    home: '/home/u',
    cwd: '/home/u/p',
  },
};

test.each(Object.entries(places))('the files of all clients on %s', (_, place) => {
  const files = Object.fromEntries(clients.map((client) => [client.id, client.files(place)]));
  expect(files).toMatchSnapshot();
});

const start = {
  command: '/usr/bin/node',
  args: ['/opt/segment-audiences-mcp/dist/main.js', '--space', 'it\'s "one"'],
  env: { SEGMENT_API_TOKEN_FILE: '/home/u/.local/state/segment-audiences-mcp/token' },
};

describe.each(clients.map((client) => [client.id, client] as const))('%s', (id, client) => {
  test('has an entry that starts the server, and is known as ours', () => {
    const found = startIn(client.entry(start));
    expect(found).toEqual(start);
    expect(found && programIn(found, 'elsewhere', 'theirs') !== undefined).toBe(true);
  });

  test('has a block that names the entry', () => {
    expect(blockFor(client, client.entry(start))).toContain(entryName);
  });

  test('has a place on every platform, or steps', () => {
    for (const place of Object.values(places)) {
      expect(client.files(place).length > 0 || client.steps !== undefined).toBe(true);
    }
  });

  test('is found by its file and by its folder', () => {
    const place = id === 'visual-studio' ? places.win32 : places.linux;
    if (!place || client.files(place).length === 0) return expect(id).toBe('jetbrains');
    const file = fileOf(client, place, () => false);
    expect(isFound(client, place, () => false)).toBe(false);
    expect(isFound(client, place, (path) => path === file)).toBe(true);
    // Neither the home nor the place of all settings shows a single client.
    const shared = [place.home, place.cwd, '/home/u/.config'];
    expect(isFound(client, place, (path) => shared.includes(path))).toBe(false);
  });
});

test('the file that is there counts, where there are several', () => {
  const [client] = clients.filter(({ id }) => id === 'opencode');
  const place = places.linux;
  if (!client || !place) throw new Error('There is no OpenCode.');
  const jsonc = '/home/u/.config/opencode/opencode.jsonc';
  expect(fileOf(client, place, (path) => path === jsonc)).toBe(jsonc);
});

test.each([
  ['linux', "x 'a b' 'it'\\''s' '{\"k\":\"v\"}' --flag=1"],
  ['win32', 'x "a b" "it\'s" "{\\"k\\":\\"v\\"}" --flag=1'],
] as const)('a command line on %s', (platform, line) => {
  expect(commandLine(['x', 'a b', "it's", '{"k":"v"}', '--flag=1'], platform)).toBe(line);
});

test.each([
  [{ command: 'node', args: ['/a/dist/main.js'], env: {} }, true],
  [{ command: 'C:\\npm\\segment-audiences-mcp.cmd', args: [], env: {} }, true],
  [{ command: 'npx', args: ['--package', './x.tgz', 'segment-audiences-mcp'], env: {} }, true],
  [{ command: 'npx', args: ['segment-audiences-mcp@1.0.0'], env: {} }, true],
  [{ command: 'npx', args: ['segment-audiences-mcp-fork'], env: {} }, false],
  [{ command: 'node', args: ['/b/dist/main.js'], env: {} }, false],
  [{ command: 'node', args: ['dist/main.js'], env: {}, folder: '/a' }, true],
  [{ command: 'node', args: ['./dist/main.js'], env: {}, folder: '/a/' }, true],
  [{ command: 'node', args: ['dist/main.js'], env: {}, folder: '/b' }, false],
])('%j is ours: %s', (entry, ours) => {
  expect(programIn(entry, '/a/dist/main.js', 'theirs') !== undefined).toBe(ours);
});

test.each([
  ['/gone/dist/main.js', true],
  ['C:\\gone\\dist\\main.js', true],
  ['dist/main.js', true],
  ['..\\dist\\main.js', true],
  ['/gone/dist/index.js', false],
  ['/gone/other-dist/main.js', false],
  ['main.js', false],
])('under our name, %s is a clone of ours: %s', (file, ours) => {
  const entry = { command: 'node', args: [file], env: {} };
  expect(programIn(entry, '/a/dist/main.js', entryName) !== undefined).toBe(ours);
});

const words = (command: string, ...args: string[]) => ({ command, args, env: {} });

test.each([
  [words('sh', '-c', 'exec node /a/dist/main.js --read-only'), 2],
  [words('sh', '-lc', 'segment-audiences-mcp --read-only'), 2],
  [words('bash', '-c', 'cd /tmp && npx -y segment-audiences-mcp'), 2],
  [words('cmd', '/c', 'npx', '-y', 'segment-audiences-mcp'), 4],
  [words('env', 'A=b', 'node', '--no-warnings', '/a/dist/main.js'), 4],
  [words('node', '-r', '/x.js', '/a/dist/main.js'), 3],
  [words('/opt/n/runtime', '/a/dist/main.js'), 1],
  [words('nice', '-n', '5', 'node', '/a/dist/main.js'), 4],
  [words('bun', 'run', '/x/segment-audiences-mcp/dist/main.js'), 2],
  [words('npm', 'exec', '--package=segment-audiences-mcp', '--', 'x'), 2],
  [words('docker', 'run', '-i', '--rm', 'registry.example/segment-audiences-mcp:1'), 4],
])('the word that names this program in %j is %i', (entry, at) => {
  expect(programIn(entry, '/a/dist/main.js', 'theirs')).toBe(at);
});

test.each([
  ['python', '/home/u/segment-audiences-mcp/serve.py'],
  ['uvx', 'other-mcp', '--log', '/var/log/segment-audiences-mcp.log'],
  ['uvx', 'other-mcp', '/home/u/segment-audiences-mcp'],
  ['node', '/opt/other/dist/index.js', '/home/u/segment-audiences-mcp/dist/main.js'],
  ['node', '/home/u/segment-audiences-mcp/other.js'],
  ['npx', '-y', '@other/server', '/home/u/segment-audiences-mcp'],
  ['sh', '-c', 'exec python /home/u/segment-audiences-mcp/serve.py'],
  ['docker', 'run', '-i', '--name', 'segment-audiences-mcp', 'other-image'],
  ['/home/u/segment-audiences-mcp/venv/bin/other'],
])('%s %s is another program, even under our name', (command, ...args) => {
  expect(programIn(words(command, ...args), '/a/dist/main.js', entryName)).toBeUndefined();
  expect(isForeign(words(command, ...args), '/a/dist/main.js', entryName)).toBe(true);
});
