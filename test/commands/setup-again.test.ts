import { execSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  contents,
  cursorFile,
  otherContents,
  withEntry,
  withFile,
} from '../support/client-files.ts';
import {
  type SetupRun,
  setup,
  temporaryHome,
  terminalWith,
  typedToken,
} from '../support/setup-machine.ts';

/* Set-up where there is something already: an entry, a token, a file that was changed since. */

const token = 'sgp_fromTheEnvironment1234';
const withToken = { environment: { SEGMENT_API_TOKEN: token } };
const main = '/opt/segment-audiences-mcp/dist/main.js';
const backupIn = (home: string) => `${cursorFile(home)}.segment-audiences.bak`;
const tokenFile = (home: string) => join(home, '.local/state/segment-audiences-mcp/token');

const entryIn = (file: string) =>
  JSON.parse(readFileSync(file, 'utf8')).mcpServers['segment-audiences'];

const again = (home: string, more: Partial<SetupRun> = {}) =>
  setup({ home, clients: ['cursor'], write: true, yes: true, ...more });

describe('of an older entry', () => {
  test('restrictions stay, and setup says so and how to drop them', async () => {
    const home = temporaryHome();
    await again(home, { flags: { sandbox: true, 'read-only': true, confirm: 'writes' } });
    const { stdout } = await again(home, { flags: { sandbox: true } });
    expect(stdout).toContain('is already set up');
    expect(stdout).toContain('Kept from the older entry: --read-only, --confirm.');
    expect(stdout).toContain('or run segment-audiences-mcp setup cursor --remove first.');
    expect(entryIn(cursorFile(home)).args).toEqual([
      main,
      '--sandbox',
      '--read-only',
      '--confirm',
      'writes',
    ]);
  });

  test('the proxy of this shell matters only where the network is used', async () => {
    const home = temporaryHome();
    const inShell = { HTTPS_PROXY: 'http://proxy:3128' };
    const place = { environment: inShell };
    const runs = [
      await again(home, { flags: { sandbox: true }, place, write: false, yes: false }),
      await again(home, { flags: { sandbox: true }, place }),
      // The entry stays with the sandbox.
      await again(home, { place }),
    ];
    expect(runs.map(({ stdout }) => stdout).join()).not.toContain('This shell sets');
    const live = await again(home, {
      place: { environment: { ...inShell, ...withToken.environment } },
    });
    expect(live.stdout).toContain('This shell sets HTTPS_PROXY');
  });

  test('variables that restrict stay, and so do those of other programs', async () => {
    const home = temporaryHome();
    const env = {
      SEGMENT_READ_ONLY: '1',
      SEGMENT_ALLOWED_SPACES: 'spa_a',
      SEGMENT_NO_SAMPLES: '0',
      SEGMENT_REGION: 'eu',
      HTTPS_PROXY: 'http://proxy:8080',
    };
    const file = withEntry(home, { command: 'node', args: [main], env });
    const { code, stdout } = await again(home, { place: withToken });
    expect(code).toBe(0);
    expect(stdout).toContain('SEGMENT_READ_ONLY, SEGMENT_ALLOWED_SPACES, "HTTPS_PROXY"');
    expect(entryIn(file)).toEqual({
      command: '/usr/bin/node',
      args: [main, '--region', 'eu', '--read-only', '--allowed-spaces', 'spa_a'],
      env: { HTTPS_PROXY: 'http://proxy:8080', SEGMENT_API_TOKEN_FILE: tokenFile(home) },
    });
  });

  test('what the command line sets counts, and what the environment sets does not', async () => {
    const home = temporaryHome();
    const args = [main, '--confirm=writes', '--allowed-spaces', 'spa_a'];
    const file = withEntry(home, { command: 'node', args });
    const environment = { ...withToken.environment, SEGMENT_ALLOWED_SPACES: 'spa_b' };
    await again(home, { flags: { confirm: 'none' }, place: { environment } });
    expect(entryIn(file).args).toEqual([main, '--allowed-spaces', 'spa_a', '--confirm', 'none']);
  });

  test.each([
    ['segment-audiences-mcp', '--read-only'],
    ['C:\\Users\\u\\npm\\segment-audiences-mcp.cmd', '--read-only'],
    ['npx', '-y', 'segment-audiences-mcp@0.1.0', '--read-only'],
    ['cmd', '/c', 'npx', '-y', 'segment-audiences-mcp', '--read-only'],
    ['/opt/node-22.1/bin/node', '/gone/dist/main.js', '--read-only'],
  ])('restrictions stay of one that starts %s %s', async (command, ...args) => {
    const home = temporaryHome();
    const file = withEntry(home, { command, args });
    expect(await again(home, { place: withToken })).toMatchObject({ code: 0 });
    expect(entryIn(file).args).toEqual([main, '--read-only']);
  });

  test.each<[string, object]>([
    ['the password of a proxy', { env: { HTTPS_PROXY: 'http://user:hidden-1234@proxy:8080' } }],
    ['a token under another name', { env: { MY_API_KEY: 'hidden-1234' } }],
    ['a login', { auth: { CLIENT_SECRET: 'hidden-1234' } }],
    ['a header of any name', { headers: { 'X-Pass': 'hidden-1234' } }],
    ['a header', { requestInit: { headers: { Authorization: 'Bearer hidden-1234' } } }],
  ])('%s is not shown, and the backup with it is private', async (_, more) => {
    const home = temporaryHome();
    const file = withEntry(home, { command: 'node', args: [main], ...more });
    chmodSync(file, 0o644);
    const { code, stdout } = await again(home, { flags: { sandbox: true } });
    expect(code).toBe(0);
    expect(stdout).not.toContain('hidden');
    expect(stdout).toContain('with the secret of the older entry');
    if (process.platform !== 'win32') expect(statSync(backupIn(home)).mode & 0o777).toBe(0o600);
  });

  test.each<[what: string, old: string[], run: Partial<SetupRun>, args: string[], said: string[]]>([
    [
      'where the token goes',
      ['--region', 'eu', '--space', 'spa_a', '--rate-limits', 'list_audiences=5', '--edition=v1'],
      { place: withToken },
      [
        '--edition',
        'v1',
        '--region',
        'eu',
        '--space',
        'spa_a',
        '--rate-limits',
        'list_audiences=5',
      ],
      ['Kept from the older entry: --edition, --region, --space, --rate-limits.'],
    ],
    [
      'another API',
      ['--api-url', 'https://api.example.com'],
      { place: withToken },
      ['--api-url', 'https://api.example.com'],
      ['Kept from the older entry: --api-url.'],
    ],
    [
      'another API, with a region now',
      ['--api-url', 'https://api.example.com'],
      { place: withToken, flags: { region: 'eu' } },
      ['--region', 'eu'],
      ['Not kept: --api-url, because --region is set here.'],
    ],
    [
      'another region in the environment',
      ['--region', 'eu'],
      { place: { environment: { ...withToken.environment, SEGMENT_REGION: 'us' } } },
      ['--region', 'us'],
      ['Not kept: --region, because SEGMENT_REGION is set here.'],
    ],
    [
      'the sandbox',
      ['--sandbox', '--space', 'spa_shop_staging'],
      {},
      ['--sandbox', '--space', 'spa_shop_staging'],
      ['Kept from the older entry: --sandbox, --space.'],
    ],
    [
      'the sandbox, with one of its spaces now',
      ['--sandbox'],
      { flags: { space: 'spa_shop_staging' } },
      ['--sandbox', '--space', 'spa_shop_staging'],
      ['Kept from the older entry: --sandbox.'],
    ],
    [
      'the sandbox, with a token now',
      ['--sandbox', '--space', 'spa_shop_staging', '--read-only'],
      { place: withToken },
      ['--read-only'],
      [
        'Not kept: --sandbox, because SEGMENT_API_TOKEN is set here.',
        'Not kept: --space, because only the sandbox has that space.',
      ],
    ],
    [
      'a workspace, with the sandbox now',
      ['--region', 'eu', '--space', 'spa_a', '--read-only'],
      { flags: { sandbox: true } },
      ['--sandbox', '--read-only'],
      [
        'Not kept: --region, because the sandbox has none.',
        'Not kept: --space, because the sandbox does not have that space.',
      ],
    ],
    [
      'a restriction that the command line sets',
      ['--sandbox', '--confirm', 'writes'],
      { flags: { confirm: 'none' } },
      ['--sandbox', '--confirm', 'none'],
      ['Not kept: --confirm, because --confirm is set here.'],
    ],
  ])('settings stay, or are named: %s', async (_, old, more, args, said) => {
    const home = temporaryHome();
    const file = withEntry(home, { command: 'node', args: [main, ...old] });
    const { code, stdout, stderr } = await again(home, more);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(entryIn(file).args).toEqual([main, ...args]);
    for (const sentence of said) expect(stdout).toContain(sentence);
  });

  test('the sandbox stays without a question for a token', async () => {
    const home = temporaryHome();
    const file = withEntry(home, { command: 'node', args: [main, '--sandbox'] });
    const { terminal, asked } = terminalWith(['y']);
    const { code, stdout } = await again(home, { yes: false, terminal });
    expect(code).toBe(0);
    expect(asked).toEqual(['Change this file? [y/N] ']);
    expect(stdout).not.toContain('token');
    expect(entryIn(file).env).toBeUndefined();
    expect(existsSync(tokenFile(home))).toBe(false);
  });

  test('a region that goes with a token counts although the sandbox ignored it', async () => {
    const home = temporaryHome();
    const env = { SEGMENT_REGION: 'eu' };
    const file = withEntry(home, { command: 'node', args: [main, '--sandbox'], env });
    const { stdout } = await again(home);
    expect(entryIn(file).args).toEqual([main, '--sandbox']);
    expect(stdout).toContain('Not kept: SEGMENT_REGION, because the sandbox has none.');
    withEntry(home, { command: 'node', args: [main, '--sandbox'], env });
    await again(home, { place: withToken });
    expect(entryIn(file).args).toEqual([main, '--region', 'eu']);
  });

  test.each([
    ['${input:region}', 'only the client knows its value'],
    ['asia', '--region must be us or eu'],
  ])('a region that is not understood is named: %s', async (region, why) => {
    const home = temporaryHome();
    withEntry(home, { command: 'node', args: [main], env: { SEGMENT_REGION: region } });
    const { stdout } = await again(home, { place: withToken });
    expect(stdout).toContain(`Not kept: SEGMENT_REGION, because ${why}.`);
  });

  test('settings for serving over HTTP are named', async () => {
    const home = temporaryHome();
    withEntry(home, { command: 'node', args: [main], env: { SEGMENT_MCP_AUTH: 'keys' } });
    const { stdout } = await again(home, { place: withToken });
    expect(stdout).toContain('Not kept: SEGMENT_MCP_AUTH, because it is for serving over HTTP.');
  });

  test('the headers and settings that a server elsewhere has not are named, without values', async () => {
    const home = temporaryHome();
    const remote = { url: 'https://mcp.example.com', keyVariable: undefined };
    const headers = { Authorization: 'Bearer hidden-1234', 'X-Team': 'hidden-5678' };
    withEntry(home, { url: 'https://mcp.example.com/mcp', headers, oauth: {} });
    const said = (await again(home, { remote })).stdout;
    expect(said).toContain(
      'Not kept: the header "Authorization", the header "X-Team", because setup writes only the headers that it needs.',
    );
    withEntry(home, { url: 'https://mcp.example.com/mcp', headers, oauth: {} });
    const local = (await again(home, { flags: { sandbox: true } })).stdout;
    expect(local).toContain('the header "X-Team", because');
    expect(local).toContain('Not kept: "oauth", because that is for a server that runs elsewhere.');
    const env = { HTTPS_PROXY: 'http://proxy:8080' };
    withEntry(home, { command: 'node', args: [main, '--region', 'eu'], env });
    const elsewhere = (await again(home, { remote })).stdout;
    expect(elsewhere).toContain(
      'Not kept: --region, "HTTPS_PROXY", because that is for a server that the client starts.',
    );
    expect(said + local + elsewhere).not.toContain('hidden');
  });

  test("the client's own fields stay in their order", async () => {
    const home = temporaryHome();
    const file = join(home, '.cline/data/settings/cline_mcp_settings.json');
    const own = { disabled: true, command: 'node', args: [main], autoApprove: ['list_spaces'] };
    withFile(file, JSON.stringify({ mcpServers: { 'segment-audiences': own } }));
    const flags = { sandbox: true };
    const { stdout } = await again(home, { clients: ['cline'], flags });
    expect(stdout).toContain('"disabled", "autoApprove"');
    const entry = { ...own, command: '/usr/bin/node', args: [main, '--sandbox'] };
    expect(JSON.stringify(entryIn(file))).toBe(JSON.stringify(entry));
  });

  test.each<[string, object, Partial<SetupRun>, string]>([
    [
      'do not fit the new settings',
      { command: 'node', args: [main, '--allowed-spaces', 'spa_a'] },
      { place: withToken, flags: { space: 'spa_b' } },
      'whose settings (--allowed-spaces) do not fit the new ones: The default space',
    ],
    [
      'hold a placeholder',
      { command: 'node', args: [main], env: { SEGMENT_READ_ONLY: '${input:ro}' } },
      { place: withToken },
      'do not fit the new ones: --read-only holds a placeholder',
    ],
    [
      'are misspelled',
      { command: 'node', args: [main], env: { SEGMENT_READONLY: '1' } },
      { place: withToken },
      'whose settings do not fit the new ones: SEGMENT_READONLY is not a setting',
    ],
    [
      'are for a server that the client starts',
      { command: 'node', args: [main, '--read-only'] },
      { remote: { url: 'https://mcp.example.com', keyVariable: undefined } },
      'restrictions that the new one would not have (--read-only)',
    ],
    [
      'are in a URL',
      { url: 'https://mcp.example.com/mcp?read_only=1' },
      { remote: { url: 'https://mcp.example.com', keyVariable: undefined } },
      '(read_only): give a URL with the same parameters, or first run',
    ],
    [
      'the server itself refuses',
      { command: 'node', args: [main, '--readonly'] },
      { place: withToken },
      'passes arguments that the server refuses (--readonly is not a flag here: did you mean --read-only?)',
    ],
    [
      'contradict each other',
      { command: 'node', args: [main, '--read-only', '--read-only=0'] },
      { place: withToken },
      'passes arguments that the server refuses',
    ],
    ...[
      ['docker', 'run', '-i', '--rm', '-e', 'SEGMENT_READ_ONLY=1', 'segment-audiences-mcp'],
      ['env', 'SEGMENT_READ_ONLY=1', 'node', main],
      ['/usr/bin/env', 'SEGMENT_ALLOWED_SPACES=spa_1', 'segment-audiences-mcp'],
      ['bash', '-lc', `SEGMENT_READ_ONLY=1 node ${main}`],
      ['node', '--env-file=/tmp/x.env', main],
      ['/opt/segment-audiences-mcp/run-readonly.sh'],
    ].map(([command = '', ...args]): [string, object, Partial<SetupRun>, string] => [
      `may be in ${command} ${args[0] ?? ''}`,
      { command, args },
      { place: withToken },
      'starts this program in a way that setup does not understand',
    ]),
    [
      'are in another field of variables',
      { command: 'node', args: [main], env: {}, environment: { SEGMENT_READONLY: '1' } },
      { place: withToken },
      'SEGMENT_READONLY is not a setting',
    ],
    [
      'come with a token in a variable of no setting',
      { command: 'node', args: [main], env: { SEGMENT_TOKEN: token } },
      { place: withToken },
      'SEGMENT_TOKEN contains a token: remove it from the entry.',
    ],
  ])('restrictions that %s are a reason to refuse', async (_, entry, run, reason) => {
    const home = temporaryHome();
    const file = withEntry(home, entry);
    const before = readFileSync(file, 'utf8');
    const { code, stderr } = await again(home, run);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(reason) });
    expect(stderr).toContain('setup cursor --remove. Nothing was changed.');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});

test.each([
  ['cursor', cursorFile, '{"mcpServers":{"segment-audiences":ENTRY}}'],
  [
    'codex',
    (home: string) => join(home, '.codex/config.toml'),
    '[mcp_servers]\nsegment-audiences = { command = "node", args = ["/x/dist/main.js", "--read-only"] }\n',
  ],
])('what is printed for %s says what restricts the present entry', async (id, fileIn, text) => {
  const home = temporaryHome();
  const entry = JSON.stringify({ command: 'node', args: [main, '--read-only'] });
  withFile(fileIn(home), text.replace('ENTRY', entry));
  const { stdout } = await setup({ home, clients: [id], flags: { sandbox: true } });
  expect(stdout).toContain('The present entry is restricted by --read-only: to keep that, add it');
});

describe('without a token', () => {
  const run = async (tokens: string[], isKept: boolean) => {
    const home = temporaryHome();
    if (isKept) {
      mkdirSync(dirname(tokenFile(home)), { recursive: true, mode: 0o700 });
      writeFileSync(tokenFile(home), 'sgp_keptBefore123456', { mode: 0o600 });
    }
    const { terminal } = terminalWith(['y'], tokens);
    const result = await setup({ home, clients: ['cursor'], write: true, terminal });
    expect(existsSync(cursorFile(home))).toBe(false);
    if (isKept) expect(readFileSync(tokenFile(home), 'utf8')).toBe('sgp_keptBefore123456');
    else expect(existsSync(tokenFile(home))).toBe(false);
    return result;
  };
  const wrong = ['Bearer x', '"quoted"', 'a b'];

  test.each([
    ['cancelled, with one that is kept', [], true, 'No token was given. Nothing was changed.'],
    ['cancelled', [], false, 'No token was given. Nothing was changed.'],
    ['nothing was typed', [''], false, 'No token was given. Nothing was changed.'],
    ['mistyped thrice, with one that is kept', wrong, true, 'mistyped too often. Nothing was'],
    ['mistyped thrice', wrong, false, 'mistyped too often. Nothing was changed.'],
  ])('nothing is changed: %s', async (_, tokens, isKept, reason) => {
    expect(await run([...tokens], isKept)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(reason),
    });
  });
});

describe('another token in the environment than is kept', () => {
  const withKept = async () => {
    const home = temporaryHome();
    const { terminal } = terminalWith(['y'], [typedToken]);
    await setup({ home, clients: ['cursor'], write: true, terminal });
    return { home, kept: () => readFileSync(tokenFile(home), 'utf8').trim() };
  };

  test('replaces it where nobody can be asked, and setup says so', async () => {
    const { home, kept } = await withKept();
    const { code, stdout } = await again(home, { place: withToken });
    expect(code).toBe(0);
    expect(kept()).toBe(token);
    expect(stdout).toContain('The token from SEGMENT_API_TOKEN replaces the one in ');
    expect(stdout).toContain('the server refuses two different tokens.');
    expect((await again(home, { place: withToken })).stdout).toContain('is unchanged');
  });

  test('is offered on a terminal', async () => {
    for (const [answers, tokens, expected] of [
      [['y'], [], token],
      [['n'], [''], typedToken],
      [['n'], ['sgp_aThirdOne123456'], 'sgp_aThirdOne123456'],
    ] as const) {
      const { home, kept } = await withKept();
      const { terminal, asked } = terminalWith([...answers], [...tokens]);
      const run = { home, clients: ['cursor'], write: true, terminal, place: withToken };
      expect((await setup(run)).code).toBe(0);
      expect(asked[0]).toBe(
        'SEGMENT_API_TOKEN holds a different token than setup keeps. Keep this one instead? [y/N] ',
      );
      expect(kept()).toBe(expected);
    }
  });

  test('is not kept if the user cancels, and the keyboard is given back', async () => {
    const { home, kept } = await withKept();
    const { terminal, asked, isClosed } = terminalWith([undefined], ['not asked for']);
    const run = { home, clients: ['cursor'], write: true, terminal, place: withToken };
    expect(await setup(run)).toMatchObject({
      code: 1,
      stderr: 'segment-audiences-mcp: Nothing was changed.\n',
    });
    expect({ asked: asked.length, kept: kept(), isClosed: isClosed() }).toEqual({
      ...{ asked: 1, kept: typedToken, isClosed: true },
    });
  });
});

describe('--remove', () => {
  const remove = (home: string) => again(home, { write: false, remove: true });

  test('edits a file to which a comment was added', async () => {
    const home = temporaryHome();
    const file = withFile(cursorFile(home), '{\n  "a": 1\n}\n');
    await again(home, { flags: { sandbox: true } });
    writeFileSync(file, `// mine\n${readFileSync(file, 'utf8')}`);
    const { code, stdout } = await remove(home);
    expect(code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('// mine\n');
    expect(stdout).toContain(`its content from before setup stays in ${backupIn(home)}`);
  });

  const byHand = `{
  // mine
  "mcpServers": {
    "segment-audiences": {
      // ask before changing this
      "command": "node",
      "args": ["${main}", "--region", "eu"],
      "env": { "SEGMENT_API_TOKEN": "sgp_writtenByHand123456" }
    }
  }
}
`;

  test('keeps a copy of an entry that setup did not write', async () => {
    const home = temporaryHome();
    const file = withFile(cursorFile(home), byHand);
    chmodSync(file, 0o644);
    const { code, stdout } = await remove(home);
    expect(code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe('{\n  // mine\n  "mcpServers": {\n  }\n}\n');
    expect(stdout).toContain(
      `; its content with the entry is in ${backupIn(home)}, with the secret of the entry: delete that file`,
    );
    expect(readFileSync(backupIn(home), 'utf8')).toBe(byHand);
    if (process.platform !== 'win32') expect(statSync(backupIn(home)).mode & 0o777).toBe(0o600);
  });

  test('keeps the mode of a file without a secret for that copy, and no second copy', async () => {
    const home = temporaryHome();
    const file = withEntry(home, { command: 'node', args: [main] });
    chmodSync(file, 0o644);
    const before = readFileSync(file, 'utf8');
    await remove(home);
    if (process.platform !== 'win32') expect(statSync(backupIn(home)).mode & 0o777).toBe(0o644);
    withEntry(home, { command: 'node', args: [main, '--read-only'] });
    expect((await remove(home)).stdout).toContain(`stays in ${backupIn(home)}`);
    expect(readFileSync(backupIn(home), 'utf8')).toBe(before);
  });

  test.each([
    { command: 'python', args: ['/home/u/segment-audiences-mcp/serve.py'] },
    { command: 'uvx', args: ['other-mcp', '--log', '/var/log/segment-audiences-mcp.log'] },
  ])("refuses another program's entry under our name: %j", async (entry) => {
    const home = temporaryHome();
    const file = withEntry(home, entry);
    const before = contents(home);
    expect(await remove(home)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('that does not start this program: rename or remove it'),
    });
    expect(contents(home)).toEqual(before);
    expect(existsSync(file)).toBe(true);
  });

  test('leaves a file that the user made from the block', async () => {
    const home = temporaryHome();
    const { stdout } = await setup({ home, clients: ['cursor'], flags: { sandbox: true } });
    const block = stdout.slice(stdout.indexOf('{'), stdout.lastIndexOf('}') + 1);
    const file = withFile(cursorFile(home), `${block}\n`);
    expect((await remove(home)).code).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ mcpServers: {} });
  });

  test('deletes a file that setup made, even if its layout has changed', async () => {
    const home = temporaryHome();
    await again(home, { flags: { sandbox: true } });
    writeFileSync(
      cursorFile(home),
      JSON.stringify(JSON.parse(readFileSync(cursorFile(home), 'utf8'))),
    );
    expect((await remove(home)).stdout).toContain('it is deleted');
    expect(readdirSync(home)).toEqual([]);
  });

  test('leaves folders that were there, and removes those that setup made, even behind a link', async () => {
    const home = temporaryHome();
    mkdirSync(join(home, '.cursor'));
    mkdirSync(join(home, '.codeium/windsurf'), { recursive: true });
    symlinkSync(join(home, 'dotfiles/a/w.json'), join(home, '.codeium/windsurf/mcp_config.json'));
    mkdirSync(join(home, 'dotfiles'));
    const clients = ['cursor', 'windsurf', 'junie'];
    await again(home, { clients, flags: { sandbox: true } });
    expect((await again(home, { clients, write: false, remove: true })).code).toBe(0);
    expect(Object.keys(otherContents(home))).toEqual([
      '.codeium',
      '.codeium/windsurf',
      '.codeium/windsurf/mcp_config.json',
      '.cursor',
      'dotfiles',
    ]);
  });

  test("prints the client's own command where setup edits nothing", async () => {
    const run = { home: '/home/u', remove: true, yes: true };
    await expect(setup({ ...run, clients: ['codex'] })).rejects.toThrow(
      'Run: codex mcp remove segment-audiences',
    );
    await expect(setup({ ...run, clients: ['goose'] })).rejects.toThrow(
      'Delete segment-audiences from /home/u/.config/goose/config.yaml by hand.',
    );
  });
});

test('the backup of an entry with a token is private, and setup says what it holds', async () => {
  const home = temporaryHome();
  const literal = 'sgp_theOldOneInTheFile99';
  const env = { SEGMENT_API_TOKEN: literal };
  chmodSync(withEntry(home, { command: 'segment-audiences-mcp', env }), 0o644);
  const { stdout } = await again(home, { place: withToken });
  expect(statSync(backupIn(home)).mode & 0o777).toBe(0o600);
  expect(stdout).toContain('with the secret of the older entry: delete that file');
  expect(stdout).not.toContain(literal);
});

test('the change is shown with the tabs of its lines, and nothing else unseen', async () => {
  const home = temporaryHome();
  const args = ['segment-audiences-mcp', '--space', 'a\u202e'];
  const entry = JSON.stringify(
    { mcpServers: { 'segment-audiences': { command: 'npx', args } } },
    undefined,
    '\t',
  );
  withFile(cursorFile(home), entry);
  const { stdout } = await again(home, { flags: { sandbox: true } });
  expect(stdout).toContain('-\x20\t\t\t"command": "npx",\n');
  expect(stdout).toContain('+\x20\t\t\t"command": "/usr/bin/node",\n');
  expect(stdout).toContain('"a\\u202e"');
});

describe('the next steps that are shown', () => {
  const show = async (run: Partial<SetupRun> & { home: string }) => (await setup(run)).stdout;

  test('repeat the flags', async () => {
    const flags = { sandbox: true, 'read-only': true, tools: 'list_spaces' };
    expect(await show({ home: '/home/u', clients: ['cursor'], flags })).toContain(
      '\nsegment-audiences-mcp setup cursor --sandbox --read-only --tools list_spaces --write writes the file.',
    );
  });

  test('name a file as the block does, whatever folder they are run in', async () => {
    const flags = { sandbox: true, 'audit-log': 'a.jsonl' };
    const stdout = await show({ home: '/home/u', clients: ['cursor'], flags });
    const path = '/home/u/project/a.jsonl';
    expect(stdout).toContain(`"${path}"`);
    expect(stdout).toContain(`cursor --sandbox --audit-log ${path} --write writes the file.`);
  });

  test('create a folder for the token that only its user can read', async () => {
    const stdout = await show({ home: '/home/u', clients: ['codex'] });
    const folder = '/home/u/.local/state/segment-audiences-mcp';
    expect(stdout).toContain(`mkdir -p -m 700 ${folder}\n`);
    expect(stdout).toContain(`chmod 600 ${folder}/token\n`);
    const environment = { LOCALAPPDATA: 'C:\\L' };
    const place = { platform: 'win32', environment } as const;
    expect(await show({ home: 'C:\\u', clients: ['codex'], place })).not.toContain('chmod');
  });

  const name = 'name what is wrong with the folder of the token, and the command against it';
  test.skipIf(process.platform === 'win32')(name, async () => {
    const home = temporaryHome();
    const folder = dirname(tokenFile(home));
    mkdirSync(folder, { recursive: true });
    writeFileSync(tokenFile(home), token);
    chmodSync(folder, 0o755);
    const remedy = `chmod -R go= ${folder}`;
    const stdout = await show({ home, clients: ['codex'] });
    expect(stdout).toContain(`because it is open to other users: run ${remedy}`);
    await expect(again(home, { place: withToken })).rejects.toThrow(`Run ${remedy}, or set`);
    // With or without a token there.
    rmSync(tokenFile(home));
    expect(await show({ home, clients: ['codex'] })).toContain(`run ${remedy}.`);
    execSync(remedy);
    expect((await again(home, { place: withToken })).code).toBe(0);
  });
});
