import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { obstacleOf } from '../../src/commands/clients/client-file.ts';
import { thisMachine as doctorMachine } from '../../src/commands/doctor.ts';
import { thisMachine as setupMachine } from '../../src/commands/setup.ts';
import { ownerOfNew } from '../../src/safety/owner.ts';
import {
  contents,
  cursorFile,
  otherContents,
  withEntry,
  withFile,
} from '../support/client-files.ts';
import { doctor } from '../support/doctor-machine.ts';
import { type SetupRun, setup, temporaryHome } from '../support/setup-machine.ts';

/* What stands around and inside our entry: comments, links, other entries, what is in the place of a backup. */

const main = '/opt/segment-audiences-mcp/dist/main.js';
const sandbox = { sandbox: true };

const run = (home: string, more: Partial<SetupRun> = {}) =>
  setup({ home, clients: ['cursor'], write: true, yes: true, flags: sandbox, ...more });
const remove = (home: string, more: Partial<SetupRun> = {}) =>
  run(home, { flags: {}, write: false, remove: true, ...more });

describe('comments inside our entry', () => {
  const commented = `{
  "mcpServers": {
    // ours
    "segment-audiences": {
      // by hand
      "command": "node", // this one
      "args": ["${main}"],
      /* for the proxy */
      "env": {
        "HTTPS_PROXY": "http://proxy:8080", // at work
        "LOG_LEVEL": "debug"
      } // end
    }
  }
}
`;

  test('stay where the fields stay', async () => {
    const home = temporaryHome();
    const file = withFile(cursorFile(home), commented);
    const { stdout } = await run(home);
    expect(readFileSync(file, 'utf8')).toBe(`{
  "mcpServers": {
    // ours
    "segment-audiences": {
      // by hand
      "command": "/usr/bin/node", // this one
      "args": [
        "${main}",
        "--sandbox",
        "--log-level",
        "debug"
      ],
      /* for the proxy */
      "env": {
        "HTTPS_PROXY": "http://proxy:8080" // at work
      } // end
    }
  }
}
`);
    expect(stdout).not.toContain('comments');
    expect((await run(home)).stdout).toContain('is already set up');
  });

  test('are in the backup if they were there before setup, and are not lost by --remove', async () => {
    const home = temporaryHome();
    const file = withFile(cursorFile(home), commented);
    await run(home);
    expect((await remove(home)).stdout).toContain(
      `its content from before setup stays in ${file}.segment-audiences.bak`,
    );
    expect(readFileSync(`${file}.segment-audiences.bak`, 'utf8')).toBe(commented);
  });

  test('go with a list that changes, and setup says so', async () => {
    const home = temporaryHome();
    const args = `["${main}", /* old */ "--space", "spa_1"]`;
    const file = withFile(cursorFile(home), commented.replace(`["${main}"]`, args));
    expect((await run(home)).stdout).toContain(
      'Not kept: 1 comment inside what is removed or replaced. The lines with - show it.',
    );
    expect(readFileSync(file, 'utf8')).not.toContain('/* old */');
  });

  test('go with a field that is removed, and setup says so', async () => {
    const home = temporaryHome();
    const env = '{ // DO NOT REMOVE: agreed\n      "SEGMENT_READ_ONLY": "1" /* a */ }';
    withFile(
      cursorFile(home),
      `{"mcpServers":{\n  "segment-audiences": {\n    "command":"node","args":["${main}"],\n    "env": ${env}}\n}}`,
    );
    const { stdout } = await run(home);
    expect(stdout).toContain('Not kept: 2 comments inside what is removed or replaced.');
    expect(stdout).toContain('// DO NOT REMOVE: agreed');
  });

  const secret = 'sgp_inAComment12345678';

  test.each([
    ['on a line of its own', `// "SEGMENT_API_TOKEN": "${secret}",`],
    ['over lines', `/* old:\n   ${secret} */`],
  ])('are dropped if they hold a token: %s', async (_, comment) => {
    const home = temporaryHome();
    const file = withFile(cursorFile(home), commented.replace('// by hand', comment));
    const { stdout } = await run(home);
    expect(stdout).toContain('Not kept: 1 comment with a secret.');
    expect(stdout).not.toContain(secret);
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain(secret);
    expect(text).toContain('"segment-audiences": {\n      "command"');
    expect(text).toContain('"HTTPS_PROXY": "http://proxy:8080" // at work');
    expect(readFileSync(`${file}.segment-audiences.bak`, 'utf8')).toContain(secret);
  });

  test('are dropped on one line with another entry, which is not shown', async () => {
    const home = temporaryHome();
    const own = `"segment-audiences":{/* ${secret} */"command":"node","args":["${main}"]}`;
    const text = `{"mcpServers":{"a":{"env":{"K":"hidden"}},${own},"b":{"env":{"K":"hidden"}}}}`;
    const file = withFile(cursorFile(home), text);
    const { stdout } = await run(home);
    expect(stdout).toContain('Not kept: 1 comment with a secret.');
    expect(stdout).not.toContain('hidden');
    expect(readFileSync(file, 'utf8')).not.toContain(secret);
  });

  test('are dropped if they hold a token, at the end of a line of an entry that is correct', async () => {
    const home = temporaryHome();
    const file = withFile(cursorFile(home), commented);
    await run(home);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('// this one', `// ${secret}`));
    const { stdout } = await run(home);
    expect(stdout).toContain('Not kept: 1 comment with a secret.');
    expect(
      readFileSync(file, 'utf8')
        .split('\n')
        .map((line) => line.trimEnd()),
    ).toEqual(text.replace(' // this one', '').split('\n'));
    expect((await run(home)).stdout).toContain('is already set up');
  });

  test('are shown without the token in them', async () => {
    const home = temporaryHome();
    const literal = 'sgp_theOldOneInTheFile99';
    withFile(
      cursorFile(home),
      commented.replace('// by hand', `// "SEGMENT_API_TOKEN": "${literal}",`),
    );
    const { stdout } = await run(home);
    expect(stdout).toContain('"SEGMENT_API_TOKEN": "[redacted]"');
    expect(stdout).not.toContain(literal);
  });
});

test('variables stay in the order of the older entry', async () => {
  const home = temporaryHome();
  const env = { SEGMENT_STATE_DIR: join(home, 'state'), HTTPS_PROXY: 'http://proxy:8080' };
  const file = withEntry(home, { command: '/usr/bin/node', args: [main, '--sandbox'], env });
  const before = readFileSync(file, 'utf8');
  expect((await run(home)).stdout).toContain('is already set up');
  expect(readFileSync(file, 'utf8')).toBe(before);
});

describe('a key twice, of which each program may read another one', () => {
  const token = 'sgp_FIRSTabcdefghijklmnop1234';
  const start = `"command": "/usr/bin/node", "args": ["${main}"]`;
  const withServers = (servers: string) => `{"mcpServers": {${servers}}}`;

  test.each([
    [
      'in our entry',
      `"segment-audiences": {${start},\n"env": {"SEGMENT_API_TOKEN": "${token}"}, "env": {}}`,
      'has "env" twice (line 2, column 64)',
    ],
    [
      'deeper in it',
      `"segment-audiences": {${start}, "env": {\n"SEGMENT_API_TOKEN": "${token}", "SEGMENT_API_TOKEN": ""}}`,
      'has "SEGMENT_API_TOKEN" twice (line 2, column 55)',
    ],
    [
      'two entries of ours',
      `"segment-audiences": {${start}, "env": {"SEGMENT_API_TOKEN": "${token}"}},\n"segment-audiences": {${start}}`,
      'has "segment-audiences" twice (line 2, column 1)',
    ],
  ])('%s is refused, without its text, and the doctor says where', async (_, servers, reason) => {
    const home = temporaryHome();
    const file = withFile(cursorFile(home), withServers(servers));
    const before = contents(home);
    for (const change of [run, remove]) {
      expect(await change(home)).toEqual({
        code: 1,
        stdout: '',
        stderr: `segment-audiences-mcp: ${file} ${reason}. Nothing was changed.\n`,
      });
    }
    expect(contents(home)).toEqual(before);
    const { report } = await doctor({ home, exists: existsSync });
    expect(report).toContain(`! warn     Clients: cursor  ${file} ${reason}.`);
    expect(report).not.toContain(token);
  });

  test('in another entry, or of two others, is no concern of ours', async () => {
    const home = temporaryHome();
    withFile(cursorFile(home), withServers('"a": {"x": 1, "x": 2}, "b": {}, "b": {}'));
    const before = contents(home);
    expect(await run(home)).toMatchObject({ code: 0, stderr: '' });
    const { report } = await doctor({ home, exists: existsSync });
    expect(report).not.toContain('twice');
    await remove(home);
    expect(contents(home)).toEqual(before);
  });

  test('in a backup does not hide the token in it', async () => {
    const home = temporaryHome();
    const file = withEntry(home, { command: '/usr/bin/node', args: [main, '--sandbox'] });
    const twice = `"segment-audiences": {${start}, "env": {"SEGMENT_API_TOKEN": "${token}"}, "env": {}}`;
    const backup = withFile(`${file}.segment-audiences.bak`, withServers(twice));
    const { report } = await doctor({ home, exists: existsSync });
    expect(report).toContain(`${backup}, which setup kept, contains the secret of an older entry.`);
  });
});

describe('folders that setup made behind a link', () => {
  const linked = () => {
    const home = temporaryHome();
    mkdirSync(join(home, '.cursor'));
    symlinkSync(join(home, 'dotfiles/cursor/mcp.json'), cursorFile(home));
    return home;
  };

  test('go with the file', async () => {
    const home = linked();
    const before = contents(home);
    await run(home);
    expect(readFileSync(join(home, 'dotfiles/cursor/mcp.json'), 'utf8')).toContain('--sandbox');
    expect((await remove(home)).code).toBe(0);
    expect(contents(home)).toEqual(before);
  });

  test('stay if something else is in them', async () => {
    const home = linked();
    await run(home);
    withFile(join(home, 'dotfiles/other'), '');
    expect((await remove(home)).code).toBe(0);
    expect(Object.keys(otherContents(home)).filter((path) => path.startsWith('dotfiles'))).toEqual([
      'dotfiles',
      'dotfiles/other',
    ]);
  });
});

describe('a folder that setup made for several files goes with the last of them', () => {
  test.each([[['zed', 'vscode']], [['vscode', 'zed']]])(
    'removed in this order: %j',
    async (order) => {
      const home = temporaryHome();
      for (const clients of [order, order.toReversed()]) {
        await run(home, { clients });
        await remove(home, { clients: order });
        expect(contents(home)).toEqual({});
      }
      for (const client of ['zed', 'vscode']) await run(home, { clients: [client] });
      for (const client of order) await remove(home, { clients: [client] });
      expect(contents(home)).toEqual({});
    },
  );
});

describe('a file that two clients share', () => {
  test.each([
    ['in the same list', 'windsurf', '.codeium/windsurf/mcp_config.json'],
    ['in a list each', 'vscode', '.config/Code/User/mcp.json'],
  ])('%s is changed once, and restored', async (_, other, link) => {
    const clients = ['cursor', other];
    for (const text of [undefined, '{"a":1}\n']) {
      const home = temporaryHome();
      mkdirSync(dirname(cursorFile(home)));
      mkdirSync(dirname(join(home, link)), { recursive: true });
      symlinkSync(cursorFile(home), join(home, link));
      if (text !== undefined) withFile(cursorFile(home), text);
      const before = contents(home);
      expect(await run(home, { clients })).toMatchObject({ code: 0, stderr: '' });
      expect(readFileSync(cursorFile(home), 'utf8')).toContain('--sandbox');
      const removed = await remove(home, { clients });
      expect(removed).toMatchObject({ code: 0, stderr: '' });
      expect(removed.stdout).not.toContain('stays in');
      expect(contents(home)).toEqual(before);
      for (const client of clients) await run(home, { clients: [client] });
      for (const client of clients) await remove(home, { clients: [client] });
      expect(contents(home)).toEqual(before);
    }
  });
});

test('a file that another program changes while setup asks is left alone, without a backup', async () => {
  const home = temporaryHome();
  const file = withFile(cursorFile(home), '{}');
  const terminal = {
    async ask() {
      writeFileSync(file, '{"theirs":1}');
      return 'y';
    },
    askSecret: async () => undefined,
    async close() {},
  };
  const { code, stderr } = await run(home, { yes: false, terminal });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('was changed by another program'),
  });
  expect(Object.keys(contents(home))).toEqual(['.cursor', '.cursor/mcp.json']);
  expect(readFileSync(file, 'utf8')).toBe('{"theirs":1}');
});

test.skipIf(process.getuid?.() !== 0)('the owner of a file stays', async () => {
  const home = temporaryHome();
  const file = withEntry(home, { command: 'node', args: [main, '--read-only'] });
  chownSync(file, 1234, 2345);
  const ownersOf = (path: string) => [statSync(path).uid, statSync(path).gid];
  await run(home);
  expect(ownersOf(file)).toEqual([1234, 2345]);
  expect(ownersOf(`${file}.segment-audiences.bak`)).toEqual([1234, 2345]);
  const other = withFile(join(home, '.junie/mcp/mcp.json'), '{}');
  chownSync(other, 1234, 2345);
  await run(home, { clients: ['junie'] });
  await remove(home, { clients: ['junie'] });
  expect(readFileSync(other, 'utf8')).toBe('{}');
  expect(ownersOf(other)).toEqual([1234, 2345]);
});

test.skipIf(process.getuid?.() !== 0)('what root makes in a home belongs to its user', async () => {
  const home = temporaryHome();
  chownSync(home, 1234, 2345);
  const place = { environment: { SEGMENT_API_TOKEN: 'sgp_fromTheEnvironment1234' } };
  // The second time, root finds the token of the user.
  for (const client of ['cursor', 'junie']) {
    expect(await run(home, { clients: [client], flags: {}, place })).toMatchObject({
      code: 0,
      stderr: '',
    });
  }
  const made = readdirSync(home, { recursive: true, encoding: 'utf8' });
  expect(made).toContain(join('.local/state/segment-audiences-mcp/token'));
  const ofOthers = made.filter((path) => {
    const { uid, gid } = statSync(join(home, path));
    return uid !== 1234 || gid !== 2345;
  });
  expect(ofOthers).toEqual([]);
});

test.skipIf(process.getuid?.() !== 0)(
  'root keeps no token that the user of the home could not read',
  async () => {
    const home = temporaryHome();
    const folder = join(home, '.local/state/segment-audiences-mcp');
    const file = withFile(join(folder, 'token'), 'sgp_ofRootAsItWasKept1234');
    const environment = { SEGMENT_API_TOKEN: 'sgp_fromTheEnvironment1234' };
    for (const path of ['.', '.local', '.local/state']) chownSync(join(home, path), 1234, 2345);
    for (const path of [folder, file]) chmodSync(path, path === file ? 0o600 : 0o700);
    const before = contents(home);
    const refused = () =>
      expect(run(home, { flags: {}, place: { environment } })).rejects.toThrow(
        'belongs to another user than the folder around it',
      );
    await refused();
    chownSync(folder, 1234, 2345);
    await refused();
    expect(contents(home)).toEqual(before);
    chownSync(file, 1234, 2345);
    const { code } = await run(home, { flags: {}, place: { environment } });
    expect(code).toBe(0);
  },
);

test.skipIf(process.getuid?.() !== 0)(
  'root keeps no token where another user waits for it',
  async () => {
    const home = temporaryHome();
    const folder = join(home, 'state');
    mkdirSync(folder, { mode: 0o700 });
    chownSync(folder, 1234, 2345);
    const environment = {
      SEGMENT_API_TOKEN: 'sgp_fromTheEnvironment1234',
      SEGMENT_STATE_DIR: folder,
    };
    const before = contents(home);
    await expect(run(home, { flags: {}, place: { environment } })).rejects.toThrow(
      'it belongs to another user',
    );
    expect(contents(home)).toEqual(before);
  },
);

test('only root can give away what it makes', () => {
  const folder = temporaryHome();
  const { uid, gid } = statSync(folder);
  expect(ownerOfNew(join(folder, 'not/there'), 1)).toBeUndefined();
  expect(ownerOfNew(join(folder, 'not/there'), undefined)).toBeUndefined();
  expect(ownerOfNew(join(folder, 'not/there'), 0)).toEqual(uid === 0 ? undefined : { uid, gid });
});

test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
  'a folder in which no file can be made is named before anything is written (root always can, and Windows has no modes)',
  async () => {
    const home = temporaryHome();
    const folder = dirname(withFile(cursorFile(home), '{}'));
    chmodSync(folder, 0o555);
    onTestFinished(() => chmodSync(folder, 0o755));
    const before = contents(home);
    const { code, stderr } = await run(home, { clients: ['junie', 'cursor'] });
    expect(code).toBe(1);
    expect(stderr).toContain(
      `${cursorFile(home)} can't be written, because setup can't create files in ${folder} (EACCES): make that folder writable first. Nothing was changed.`,
    );
    expect(contents(home)).toEqual(before);
  },
);

test('a file that belongs to another user is refused, except by root', () => {
  const stats = { mode: 0o100644, uid: 1000, nlink: 1 };
  expect(obstacleOf(stats, 1001)).toContain('belongs to another user');
  expect([1000, 0, undefined].map((user) => obstacleOf(stats, user))).toEqual([
    ...[undefined, undefined, undefined],
  ]);
});

test.each<[string, (file: string) => void]>([
  ['it is read-only', (file) => chmodSync(file, 0o400)],
  ['it has more than one hard link', (file) => linkSync(file, `${file}.other`)],
])('a file is refused before anything is written if %s', async (why, act) => {
  const home = temporaryHome();
  const file = withFile(cursorFile(home), '{}');
  act(file);
  const before = contents(home);
  const { code, stderr } = await run(home, { clients: ['junie', 'cursor'] });
  expect(code).toBe(1);
  expect(stderr).toContain(`${file} can't be changed, because ${why}`);
  expect(contents(home)).toEqual(before);
});

describe('what is in the place of a file that setup keeps is named before anything is written', () => {
  const kept = [
    ['.segment-audiences.bak', 'the backup'],
    ['.segment-audiences.new', 'the mark of a new file'],
  ] as const;

  test.each([
    ...kept.map(([ending, what]) => [ending, what, '{}', false] as const),
    ...kept.map(([ending, what]) => [ending, what, undefined, false] as const),
    ...kept.map(([ending, what]) => [ending, what, undefined, true] as const),
  ])('%s, %s: with the file %j, behind a link %s', async (ending, what, text, isLinked) => {
    const home = temporaryHome();
    const file = cursorFile(home);
    const real = isLinked ? join(home, 'dotfiles/mcp.json') : file;
    mkdirSync(dirname(file), { recursive: true });
    if (isLinked) symlinkSync(real, file);
    if (text !== undefined) withFile(file, text);
    mkdirSync(`${real}${ending}`, { recursive: true });
    const before = contents(home);
    const { code, stdout, stderr } = await run(home, { clients: ['junie', 'cursor'] });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `segment-audiences-mcp: ${file} can't be changed, because setup keeps ${what} in ${real}${ending}, which is not a file: move it away, or delete it. Nothing was changed.\n`,
    );
    expect(contents(home)).toEqual(before);
  });

  test.each(kept)('%s does not keep the entry from being read', async (ending) => {
    const home = temporaryHome();
    const file = withEntry(home, { command: 'node', args: [main, '--read-only'] });
    mkdirSync(`${file}${ending}`);
    const { stdout } = await run(home, { write: false, yes: false });
    expect(stdout).toContain('The present entry is restricted by --read-only');
  });
});

describe('another entry of this program', () => {
  const two = (home: string, ...names: string[]) => {
    const entry = { command: 'node', args: ['/usr/lib/segment-audiences-mcp/dist/main.js'] };
    const servers = Object.fromEntries(names.map((name) => [name, entry]));
    return withFile(
      cursorFile(home),
      JSON.stringify({ mcpServers: { ...servers, theirs: { command: 'x' } } }),
    );
  };
  const note = (names: string) =>
    `${names} this program: the client would have the same tools more than once. Setup changes only "segment-audiences": remove the other`;

  test.each([
    [['segment'], 'The entry "segment" in this file also starts'],
    [['segment', 'audiences'], 'The entries "segment", "audiences" in this file also start'],
  ])('%j is named before the change, and left alone', async (names, what) => {
    const home = temporaryHome();
    const file = two(home, ...names);
    const { stdout } = await run(home);
    expect(stdout.indexOf(note(what))).toBeGreaterThan(-1);
    expect(stdout.indexOf(note(what))).toBeLessThan(stdout.indexOf('\n+ '));
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')).mcpServers)).toEqual([
      ...names,
      'theirs',
      'segment-audiences',
    ]);
    expect((await run(home)).stdout).toContain(note(what));
  });

  test('is named before the block that is printed, with the file', async () => {
    const home = temporaryHome();
    const file = two(home, 'segment');
    const { stdout } = await run(home, { write: false, yes: false });
    const said = `File: ${file}\n${note('The entry "segment" in this file also starts')}`;
    expect(stdout.indexOf(said)).toBeGreaterThan(-1);
    expect(stdout.indexOf(said)).toBeLessThan(stdout.indexOf('"--sandbox"'));
  });

  test.each([
    [
      'codex',
      '.codex/config.toml',
      '[mcp_servers.segment]\ncommand = "npx"\nargs = ["segment-audiences-mcp"]\n',
    ],
    [
      'continue',
      '.continue/config.yaml',
      'mcpServers:\n  - name: theirs\n    command: x\n  - name: segment\n    command: segment-audiences-mcp\n',
    ],
    [
      'goose',
      '.config/goose/config.yaml',
      'extensions:\n  segment:\n    cmd: segment-audiences-mcp\n    type: stdio\n',
    ],
  ])('is named in the file of %s, too', async (id, path, text) => {
    const home = temporaryHome();
    withFile(join(home, path), text);
    const { stdout } = await run(home, { clients: [id], write: false, yes: false });
    expect(stdout).toContain(note('The entry "segment" in this file also starts'));
  });

  test.each([[['segment']], [['segment', 'segment-audiences']]])('%j: --remove', async (names) => {
    const home = temporaryHome();
    const file = two(home, ...names);
    const { code, stdout } = await remove(home);
    expect(code).toBe(0);
    expect(stdout).toContain(
      'The entry "segment" in this file also starts this program. Setup removes only "segment-audiences": remove the other by hand.',
    );
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')).mcpServers)).toEqual([
      'segment',
      'theirs',
    ]);
  });
});

describe('--space in the sandbox', () => {
  const spaceOf = async (space: string, place: SetupRun['place'] = {}) => {
    const home = temporaryHome();
    const flags = { sandbox: true, space };
    expect((await run(home, { flags, place })).code).toBe(0);
    return JSON.parse(readFileSync(cursorFile(home), 'utf8')).mcpServers['segment-audiences'].args;
  };

  test('is one of its own, whatever the environment says', async () => {
    const expected = [main, '--sandbox', '--space', 'spa_shop_staging'];
    expect(await spaceOf('spa_shop_staging')).toEqual(expected);
    const environment = { SEGMENT_SPACE_ID: 'spa_1', SEGMENT_ALLOWED_SPACES: 'spa_1' };
    expect(await spaceOf('spa_shop_staging', { environment })).toEqual(expected);
  });

  test.each([
    [false, {}],
    [true, {}],
    [true, { environment: { SEGMENT_SANDBOX: '1' } }],
  ])('is refused if it is another one, written: %s', async (write, place) => {
    const home = temporaryHome();
    const flags = { space: 'spa_1', ...('environment' in place ? {} : sandbox) };
    await expect(run(home, { flags, write, yes: write, place })).rejects.toThrow(
      "--space must be one of the sandbox's spaces: spa_shop_production, spa_shop_staging.",
    );
    expect(contents(home)).toEqual({});
  });
});

test.each([
  ['setup', setupMachine],
  ['doctor', doctorMachine],
])('%s says that the working folder was deleted', (_, machine) => {
  const gone = Object.assign(new Error('uv_cwd'), { code: 'ENOENT' });
  const cwd = vi.spyOn(process, 'cwd').mockImplementation(() => {
    throw gone;
  });
  onTestFinished(() => cwd.mockRestore());
  expect(machine).toThrow("The working folder can't be found (ENOENT): change to a folder");
});
