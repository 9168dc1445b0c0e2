import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contents, otherContents, withFile } from '../support/client-files.ts';
import { doctor } from '../support/doctor-machine.ts';
import { type SetupRun, setup, temporaryHome } from '../support/setup-machine.ts';

/* Clients with several files: OpenCode merges all of its files, and each of Cline's is read by another program. */

const main = '/opt/segment-audiences-mcp/dist/main.js';
const run = (home: string, more: Partial<SetupRun> = {}) =>
  setup({ home, clients: ['opencode'], yes: true, ...more });
const write = (home: string, more: Partial<SetupRun> = {}) =>
  run(home, { write: true, flags: { sandbox: true }, ...more });
const remove = (home: string, more: Partial<SetupRun> = {}) => run(home, { remove: true, ...more });

const openCode = (home: string, name: string) => join(home, '.config/opencode', name);
const plain = '{ "theme": "dark" }\n';
const withOurs = (command: readonly string[] = ['/usr/bin/node', main]) =>
  JSON.stringify({ mcp: { 'segment-audiences': { type: 'local', command, enabled: true } } });
const cline = (home: string) =>
  ['.cline/data', '.config/Code/User/globalStorage/saoudrizwan.claude-dev'].map((folder) =>
    join(home, folder, 'settings/cline_mcp_settings.json'),
  );

test.each(['opencode.jsonc', 'config.json'])(
  'the entry in %s is found, although the client has another file',
  async (name) => {
    const home = temporaryHome();
    const first = withFile(openCode(home, 'opencode.json'), plain);
    const file = withFile(openCode(home, name), withOurs());
    expect((await run(home, { flags: { sandbox: true } })).stdout).toContain(`File: ${file}\n`);

    expect(await write(home)).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(file, 'utf8')).toContain('"--sandbox"');
    const exists = (path: string) => existsSync(path) || path === '/usr/bin/node' || path === main;
    const { report } = await doctor({ home, exists, flags: { sandbox: true } });
    expect(report).toContain(`The entry "segment-audiences" in ${file} is correct.`);

    expect((await remove(home)).stdout).toContain(`Removed from ${file}`);
    expect(readFileSync(file, 'utf8')).not.toContain('segment-audiences');
    expect(readFileSync(first, 'utf8')).toBe(plain);
    expect((await remove(home)).stdout).toContain(`has no entry for this program: ${first}`);
  },
);

test('without an entry, the first file that exists gets it', async () => {
  const home = temporaryHome();
  const file = withFile(openCode(home, 'config.json'), plain);
  const before = otherContents(home);
  expect((await write(home)).stdout).toContain(`Written to ${file}`);
  await remove(home);
  expect(otherContents(home)).toEqual(before);
});

test('entries in several files are all changed and removed, each with its own settings', async () => {
  const home = temporaryHome();
  const [one, two] = [
    withFile(openCode(home, 'opencode.json'), withOurs(['/usr/bin/node', main, '--read-only'])),
    withFile(openCode(home, 'opencode.jsonc'), withOurs()),
  ];
  const has =
    'The present entry is restricted by --read-only: to keep that, add it to what follows.';
  expect((await run(home)).stdout).toContain(`File: ${one}\n${has}\nFile: ${two}\n\n`);
  const { code, stdout } = await write(home);
  expect(code).toBe(0);
  expect(stdout).toContain(`OpenCode: ${one}\nOpenCode also has the entry in ${two}.`);
  expect(stdout).toContain(`OpenCode: ${two}\nOpenCode also has the entry in ${one}.`);
  const flagsIn = (file: string) =>
    ['--sandbox', '--read-only'].filter((flag) => readFileSync(file, 'utf8').includes(flag));
  expect([one, two].map(flagsIn)).toEqual([['--sandbox', '--read-only'], ['--sandbox']]);

  const { report } = await doctor({ home, exists: existsSync, flags: { sandbox: true } });
  expect([one, two].filter((file) => report.includes(`in ${file}`))).toEqual([one, two]);

  await remove(home);
  expect([one, two].filter((file) => readFileSync(file, 'utf8').includes('segment'))).toEqual([]);
});

test('of two entries, only that with another token file gets a new one', async () => {
  const home = temporaryHome();
  const token = 'sgp_fromTheEnvironment1234';
  const tokenFile = withFile(join(home, 'token'), 'sgp_anotherTokenInAFile1234');
  const [one = '', two = ''] = cline(home);
  const entry = { command: '/usr/bin/node', args: [main] };
  const named = { ...entry, env: { SEGMENT_API_TOKEN_FILE: tokenFile } };
  const text = (value: object) => JSON.stringify({ mcpServers: { 'segment-audiences': value } });
  withFile(one, text(named));
  withFile(two, text(entry));
  const place = { environment: { SEGMENT_API_TOKEN: token } };
  const { code, stdout } = await write(home, { clients: ['cline'], flags: {}, place });
  expect(code).toBe(0);
  const own = join(home, '.local/state/segment-audiences-mcp/token');
  for (const file of [one, two]) {
    expect(readFileSync(file, 'utf8')).toContain(JSON.stringify(own));
    expect(stdout.split(`Written to ${file}`)).toHaveLength(2);
  }
});

test('a file that may have the entry, but is not valid, is named before anything is changed', async () => {
  const home = temporaryHome();
  const [one = '', two = ''] = cline(home);
  withFile(one, '{}');
  withFile(two, '{"mcpServers": ');
  const before = contents(home);
  for (const act of [write, remove]) {
    const { code, stderr } = await act(home, { clients: ['cline'] });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining(`${two} is not valid JSON`),
    });
  }
  expect(contents(home)).toEqual(before);
});
