import { chmodSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { executableHere, invocationOf, ownCommand } from '../../src/commands/invocation.ts';
import { version } from '../../src/version.ts';
import { withFile } from '../support/client-files.ts';
import { doctor } from '../support/doctor-machine.ts';
import { setup, temporaryHome } from '../support/setup-machine.ts';

/** A machine with executable files, some of which are links. */
interface Machine {
  platform: NodeJS.Platform;
  /** The variable of that name. */
  path: string | undefined;
  node: string;
  mainFile: string;
  /** The executable files, with links resolved. */
  files: Readonly<Record<string, string>>;
  published?: boolean;
}

const main = '/opt/my tools/dist/main.js';
const linux: Machine = {
  ...{ platform: 'linux', path: '/home/u/bin:/usr/bin', node: '/usr/bin/node', mainFile: main },
  files: { '/usr/bin/node': '/usr/bin/node' },
};
const bin = '/usr/bin/segment-audiences-mcp';
const inCache = '/home/u/.npm/_npx/1/node_modules/segment-audiences-mcp/dist/main.js';

const node = 'C:\\Program Files\\nodejs\\node.exe';
const installed = 'C:\\npm\\node_modules\\segment-audiences-mcp\\dist\\main.js';
const windows: Machine = {
  ...{ platform: 'win32', path: 'C:\\npm;C:\\Program Files\\nodejs', node, mainFile: installed },
  files: {
    [node]: node,
    [installed]: installed,
    'C:\\npm\\segment-audiences-mcp.cmd': 'C:\\npm\\segment-audiences-mcp.cmd',
  },
};

function commandOn({ platform, path, files, published = false, ...program }: Machine): string {
  const place = { platform, environment: { PATH: path }, home: '/home/u', cwd: '/' };
  const project = { owner: undefined, published };
  const invocation = invocationOf({ ...program, project }, place, (file) => files[file]);
  return ownCommand({ invocation, place }, 'doctor');
}

test.each<[what: string, machine: Machine, command: string]>([
  ['a clone', linux, `node '${main}' doctor`],
  [
    'a link on the PATH',
    { ...linux, files: { ...linux.files, [bin]: main } },
    'segment-audiences-mcp doctor',
  ],
  [
    'a link to another copy, which comes first on the PATH',
    {
      ...linux,
      files: { ...linux.files, '/home/u/bin/segment-audiences-mcp': '/other/main.js', [bin]: main },
    },
    `node '${main}' doctor`,
  ],
  [
    'a link in a folder that npm adds for its scripts',
    {
      ...linux,
      path: '/opt/node_modules/.bin:/usr/bin',
      files: { ...linux.files, '/opt/node_modules/.bin/segment-audiences-mcp': main },
    },
    `node '${main}' doctor`,
  ],
  [
    'a relative folder on the PATH, which depends on where the shell is',
    { ...linux, path: 'bin:', files: { 'bin/segment-audiences-mcp': main } },
    `/usr/bin/node '${main}' doctor`,
  ],
  [
    'another Node.js on the PATH',
    { ...linux, node: '/opt/node/bin/node' },
    `/opt/node/bin/node '${main}' doctor`,
  ],
  ['no PATH', { ...linux, path: undefined }, `/usr/bin/node '${main}' doctor`],
  [
    'the cache of npx, published',
    { ...linux, mainFile: inCache, published: true, files: { ...linux.files, [bin]: inCache } },
    `npx -y segment-audiences-mcp@${version} doctor`,
  ],
  ['the cache of npx, not published', { ...linux, mainFile: inCache }, `node ${inCache} doctor`],
  ['npm on Windows', windows, 'segment-audiences-mcp doctor'],
  [
    'a clone on Windows',
    { ...windows, mainFile: 'C:\\my tools\\dist\\main.js' },
    'node "C:\\my tools\\dist\\main.js" doctor',
  ],
])('the command that starts it again, for %s', (_, machine, command) => {
  expect(commandOn(machine)).toBe(command);
});

test.skipIf(process.platform === 'win32')('a shell finds only what may be executed', () => {
  const home = temporaryHome();
  const file = withFile(join(home, 'dist/main.js'), '');
  const link = join(home, 'segment-audiences-mcp');
  symlinkSync(file, link);
  chmodSync(file, 0o600);
  expect([link, join(home, 'missing')].map(executableHere)).toEqual([undefined, undefined]);
  chmodSync(file, 0o700);
  expect(executableHere(link)).toBe(realpathSync(file));
});

test('every command that setup and doctor print starts this very program', async () => {
  const home = temporaryHome();
  const invocation = ['node', main];
  const own = `node '${main}' setup`;
  const cursor = withFile(
    join(home, '.cursor/mcp.json'),
    JSON.stringify({
      mcpServers: {
        'segment-audiences': { command: '/usr/bin/node', args: [main, '--read-only'] },
      },
    }),
  );
  const common = { home, invocation, mainFile: main };
  const shown = await setup({ ...common, flags: { sandbox: true } });
  expect(shown.stdout).toContain(`${own} CLIENT shows how`);
  expect(shown.stdout).toContain(`${own} cursor --sandbox --write writes the file.`);
  const write = { ...common, clients: ['cursor'], write: true, yes: true };
  const written = await setup({ ...write, flags: { sandbox: true } });
  expect(written.stdout).toContain(`or run ${own} cursor --remove first.`);
  const remote = { url: 'https://mcp.example.com', keyVariable: undefined };
  expect((await setup({ ...write, remote })).stderr).toContain(`first run ${own} cursor --remove`);
  const { report } = await doctor({ ...common, exists: (path) => path === cursor });
  expect(report).toContain(`Run ${own} CLIENT --write, which asks for the token`);
  expect(report).toContain(`Run: ${own} cursor --sandbox --read-only --write`);
  const all = [shown, written].map(({ stdout }) => stdout).join('\n') + report;
  expect(all).not.toMatch(/segment-audiences-mcp (setup|doctor)/);
});
