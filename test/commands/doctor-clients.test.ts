import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { PathKind } from '../../src/commands/doctor/machine.ts';
import { cursorFile, withEntry, withFile } from '../support/client-files.ts';
import { type DoctorRun, doctor } from '../support/doctor-machine.ts';
import { reportSchema } from '../support/doctor-report.ts';
import { ManualClock, waitFor } from '../support/manual-clock.ts';
import { isWindows } from '../support/platform.ts';
import { setup, temporaryHome } from '../support/setup-machine.ts';

/* What the doctor finds in the files of clients. */

const main = '/opt/segment-audiences-mcp/dist/main.js';
const node = '/usr/bin/node';

/** The findings about clients in a home (without a token, so that nothing else takes time), on a machine that has Node, this program and what is named. */
async function found(home: string, more: Partial<DoctorRun> & { has?: string[] } = {}) {
  const { has = [], ...run } = more;
  const there = [node, main, ...has];
  const { report } = await doctor({
    home,
    json: true,
    exists: (path) => path.startsWith(home) && isThere(path),
    kindOf: (path) => (there.includes(path) ? 'program' : undefined),
    ...run,
  });
  const { checks } = reportSchema.parse(JSON.parse(report));
  return checks.filter(({ id }) => id.startsWith('clients'));
}

function isThere(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

/** The only finding about this entry of Cursor. */
async function about(entry: object, more: Parameters<typeof found>[1] = {}) {
  const home = temporaryHome();
  withEntry(home, entry);
  const findings = await found(home, more);
  expect(findings.map(({ id }) => id)).toEqual(['clients.cursor']);
  return findings[0];
}

describe('an entry that can not work, or is dangerous, fails', () => {
  test.each<[string, object, string, Parameters<typeof found>[1]?]>([
    [
      'a package that anybody could own',
      { command: 'npx', args: ['-y', 'segment-audiences-mcp'] },
      'downloads segment-audiences-mcp from the npm registry, where this program is not published',
      { has: ['/usr/bin/npx'] },
    ],
    [
      'the same on Windows',
      { command: 'cmd', args: ['/c', 'npx', '-y', 'segment-audiences-mcp@0.1.0'] },
      'is not published',
    ],
    [
      'the same by another program',
      { command: '/usr/bin/pnpm', args: ['dlx', 'segment-audiences-mcp'] },
      'is not published',
    ],
    [
      'a command that is not on the PATH',
      { command: 'nodejs', args: [main] },
      'has a command that is not on the PATH: nodejs',
    ],
    [
      'a command that is not executable',
      { command: '/opt/node', args: [main] },
      'has a command that is not executable: /opt/node',
      { kindOf: (path) => (path === '/opt/node' ? 'file' : 'program') },
    ],
    [
      'a command that is a folder',
      { command: '/opt/node', args: [main] },
      'names a folder instead of a file: /opt/node',
      { kindOf: (path) => (path === '/opt/node' ? 'folder' : 'program') },
    ],
    [
      'a path in a folder of another user',
      { command: node, args: ['/root/segment-audiences-mcp/dist/main.js'] },
      "names a path that can't be looked at from here: /root/segment-audiences-mcp/dist/main.js",
      { kindOf: (path) => (path === node ? 'program' : 'unreachable') },
    ],
    [
      'a path that only a shell expands',
      { command: node, args: ['~/segment-audiences-mcp/dist/main.js'] },
      'names paths with ~, which only a shell expands: ~/segment-audiences-mcp/dist/main.js',
    ],
    [
      'the same in a flag',
      { command: node, args: [main, '--audit-log=~/audit.jsonl'] },
      'names paths with ~',
    ],
    [
      'a main file behind flags of Node that is gone',
      { command: node, args: ['--use-system-ca', '/gone/segment-audiences-mcp/dist/main.js'] },
      'names paths that do not exist: /gone/segment-audiences-mcp/dist/main.js',
    ],
    [
      'an old Node of another name',
      { command: '/opt/n/runtime', args: [main] },
      'starts Node.js 18.0.0, which is too old',
      { has: ['/opt/n/runtime'], nodeVersion: async () => 'v18.0.0' },
    ],
    [
      'an old Node on the PATH of the entry',
      { command: 'node', args: [main], env: { PATH: '/opt/n:/usr/bin' } },
      'starts Node.js 18.0.0, which is too old',
      { has: ['/opt/n/node'], nodeVersion: async () => 'v18.0.0' },
    ],
    [
      'a command that is not on the PATH of the entry',
      { command: 'node', args: [main], env: { PATH: '/opt/n' } },
      'has a command that is not on its PATH: node',
    ],
    [
      'a file that Node would run first, and that is gone',
      { command: node, args: [main], env: { NODE_OPTIONS: '--no-warnings -r /gone/x.js' } },
      'names paths that do not exist: /gone/x.js',
    ],
  ])('%s', async (_, entry, reason, more) => {
    expect(await about(entry, more)).toMatchObject({
      status: 'fail',
      message: expect.stringContaining(reason),
      next: expect.stringMatching(/: segment-audiences-mcp setup cursor .*--write$/),
    });
  });

  test.each([
    [
      'a flag that the server refuses',
      ['--sandbox', '--readonly'],
      'passes arguments that the server refuses (--readonly is not a flag here: did you mean --read-only?)',
    ],
    [
      'another command of this program',
      ['doctor'],
      'passes arguments that the server refuses (They run doctor instead.)',
    ],
    [
      'a server over HTTP',
      ['serve', '--http', '8097', '--sandbox'],
      '(With --http, they start an HTTP server, but a client uses stdin and stdout.)',
    ],
  ])('%s, which setup would not replace', async (_, args, reason) => {
    expect(await about({ command: node, args: [main, ...args] })).toMatchObject({
      status: 'fail',
      message: expect.stringContaining(reason),
      next: 'Fix its arguments in the file by hand.',
    });
  });

  test.each([
    ['npx', '-y', 'https://files.example/segment-audiences-mcp-0.1.0.tgz'],
    ['npx', 'github:owner/repo'],
    ['cmd.exe', '/d', '/s', '/c', 'npx git+https://git.example/owner/repo.git'],
    ['npm', 'exec', '--yes', '--', 'owner/segment-audiences-mcp'],
  ])('what %s %s downloads from elsewhere', async (command, ...args) => {
    expect(await about({ command, args })).toMatchObject({
      status: 'fail',
      message: expect.stringContaining(
        'downloads what it starts from a repository or a URL, but this program is not published',
      ),
      next: expect.stringMatching(/: segment-audiences-mcp setup cursor --write$/),
    });
  });

  test('what another entry downloads is of no interest, even if it works in our folder', async () => {
    const home = temporaryHome();
    const command = 'npx';
    const mcpServers = {
      files: { command, args: ['-y', '@other/server', '/home/u/segment-audiences-mcp'] },
      shell: { command: 'bash', args: ['-c', 'run && other'] },
    };
    withFile(cursorFile(home), JSON.stringify({ mcpServers }));
    expect(await found(home)).toMatchObject([{ id: 'clients', status: 'skipped' }]);
  });

  test.each<[string, object, string, Parameters<typeof found>[1]?]>([
    [
      'settings that the server refuses',
      { command: node, args: [main, '--space', 'spa_a'], env: { SEGMENT_ALLOWED_SPACES: 'spa_b' } },
      'has settings that the server refuses (The default space is not one of --allowed-spaces',
    ],
    [
      'an audit log that can not be written',
      { command: node, args: [main, '--sandbox', '--audit-log', '/readonly/a.jsonl'] },
      'has settings that the server refuses (It is read-only.)',
      { problemWithAuditLog: () => 'It is read-only.' },
    ],
    [
      'a variable that is almost a restriction',
      { command: node, args: [main, '--sandbox'], env: { SEGMENT_READONLY: '1' } },
      'SEGMENT_READONLY is not a setting: did you mean SEGMENT_READ_ONLY?',
    ],
    [
      'a server over HTTP by a variable',
      { command: node, args: [main, 'serve', '--sandbox'], env: { SEGMENT_MCP_HTTP: '8097' } },
      'With SEGMENT_MCP_HTTP, it starts an HTTP server',
    ],
  ])('%s', async (_, entry, reason, more) => {
    expect(await about(entry, more)).toMatchObject({
      status: 'fail',
      message: expect.stringContaining(reason),
    });
  });

  test('two tokens that differ', async () => {
    const file = withFile(join(temporaryHome(), 'token'), 'sgp_theTokenInTheFile1');
    const env = { SEGMENT_API_TOKEN: 'sgp_anotherToken12345', SEGMENT_API_TOKEN_FILE: file };
    const finding = await about({ command: node, args: [main], env }, { has: [file] });
    expect(finding).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('differs from the token in'),
    });
    expect(JSON.stringify(finding)).not.toContain('sgp_');
  });
});

describe('what was not checked is skipped', () => {
  test.each<[string, object, string, Parameters<typeof found>[1]?]>([
    [
      'what only the client can expand',
      { command: node, args: ['${userHome}/segment-audiences-mcp/dist/main.js'] },
      'only the client can expand ${userHome}/segment-audiences-mcp/dist/main.js',
    ],
    [
      'a command that is no Node',
      { command: '/usr/bin/tsx', args: [main] },
      '/usr/bin/tsx does not say which Node.js it is',
      { has: ['/usr/bin/tsx'], nodeVersion: async () => undefined },
    ],
    [
      'a container',
      { command: '/usr/bin/docker', args: ['run', '-i', 'segment-audiences-mcp'] },
      'the container brings its own Node.js',
      { has: ['/usr/bin/docker'], nodeVersion: () => Promise.reject(new Error('started')) },
    ],
    [
      'a container with a volume',
      {
        command: 'docker',
        args: ['run', '-i', '-v', '/home/u/secrets:/run/team:ro', 'segment-audiences-mcp'],
        env: { SEGMENT_API_TOKEN_FILE: '/run/team/token' },
      },
      'the container brings its own Node.js',
      { has: ['/usr/bin/docker'] },
    ],
    [
      'files that only a container sees',
      {
        command: 'docker',
        args: ['run', '-i', 'segment-audiences-mcp', '--audit-log', 'audit.jsonl'],
        env: { SEGMENT_API_TOKEN_FILE: '/run/team/pipe', SEGMENT_STATE_DIR: '/state' },
      },
      'the container brings its own Node.js',
      {
        kindOf: (path) => (path === '/usr/bin/docker' ? 'program' : 'other'),
        problemWithAuditLog: () => 'It is read-only.',
        problemWithStateFolder: () => 'it is a file',
      },
    ],
    [
      'a container that a shell starts',
      { command: 'sh', args: ['-c', 'exec podman run -i segment-audiences-mcp'] },
      'the container brings its own Node.js',
      { has: ['/usr/bin/sh'], nodeVersion: () => Promise.reject(new Error('started')) },
    ],
    [
      'a package from a file',
      { command: 'npx', args: ['--package', './x.tgz', 'segment-audiences-mcp'] },
      'which Node.js npx finds is not known here',
      { has: ['/usr/bin/npx'], nodeVersion: () => Promise.reject(new Error('started')) },
    ],
    [
      'what a shell does',
      { command: 'bash', args: ['-lc', 'cd /tmp && npx -y segment-audiences-mcp'] },
      'how bash starts the program is not understood here',
      { has: ['/usr/bin/bash'] },
    ],
    [
      'a script of a package manager',
      { command: 'npm', args: ['run', 'segment-audiences-mcp'] },
      'how npm starts the program is not understood here',
      { has: ['/usr/bin/npm'] },
    ],
    [
      'the program by its own name',
      { command: 'segment-audiences-mcp', args: ['--sandbox'] },
      'which Node.js runs segment-audiences-mcp depends on the client',
      { has: ['/usr/bin/segment-audiences-mcp'] },
    ],
    [
      'a setting that the client fills in',
      { command: node, args: [main, '--sandbox'], env: { SEGMENT_READ_ONLY: '${input:ro}' } },
      'only the client can expand SEGMENT_READ_ONLY',
    ],
    [
      'a PATH that the client fills in',
      { command: 'node', args: [main], env: { PATH: '${userHome}/bin' } },
      'only the client can expand PATH',
    ],
    [
      'what a file that Node runs first does',
      { command: node, args: [main, '--sandbox'], env: { NODE_OPTIONS: '--import=/opt/x.js' } },
      'its NODE_OPTIONS is not understood here',
      { has: ['/opt/x.js'] },
    ],
    [
      'an option of Node that is not known here',
      { command: node, args: [main, '--sandbox'], env: { NODE_OPTIONS: '--permission' } },
      'its NODE_OPTIONS is not understood here',
    ],
    [
      'an address that the client fills in',
      { url: '${env:SEGMENT_MCP_URL}/mcp' },
      'only the client can expand its URL',
    ],
    [
      'an entry that the client does not start',
      { command: node, args: [main], disabled: true },
      'is turned off.',
    ],
    ['the same in another form', { command: node, args: [main], enabled: false }, 'is turned off.'],
    [
      'an entry of another form',
      { command: node, args: [main, 8080] },
      'its form is not understood here',
    ],
    [
      'a published repository',
      { command: 'npx', args: ['-y', 'github:owner/segment-audiences-mcp'] },
      'it downloads the program',
      { has: ['/usr/bin/npx'], project: { owner: 'acme', published: true } },
    ],
    [
      'a published package',
      { command: 'npx', args: ['-y', 'segment-audiences-mcp@0.1.0'] },
      'it downloads the program',
      { has: ['/usr/bin/npx'], project: { owner: 'acme', published: true } },
    ],
  ])('%s', async (_, entry, reason, more) => {
    expect(await about(entry, more)).toMatchObject({
      status: 'skipped',
      message: expect.stringContaining(reason),
    });
  });
});

test.each([
  ['exec node MAIN --read-only --sandbox', 'which Node.js sh finds is not known here'],
  ['segment-audiences-mcp --sandbox', 'which Node.js runs segment-audiences-mcp depends'],
])('what a shell starts is looked at: %s', async (line, reason) => {
  const entry = (text: string) => ({ command: 'sh', args: ['-lc', text.replace('MAIN', main)] });
  const more = { has: ['/usr/bin/sh'] };
  expect(await about(entry(line), more)).toMatchObject({
    status: 'skipped',
    message: expect.stringContaining(reason),
  });
  expect(await about(entry(`${line} --readonly`), more)).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('passes arguments that the server refuses'),
  });
  const home = temporaryHome();
  withEntry(home, entry(line));
  const run = { home, clients: ['cursor'], write: true, yes: true, flags: { sandbox: true } };
  expect(await setup(run)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('starts this program in a way that setup does not understand'),
  });
});

test('without a token, the doctor names the token file of an entry', async () => {
  const home = temporaryHome();
  const file = withFile(join(home, 'token'), 'sgp_theTokenInTheFile1');
  withEntry(home, { command: node, args: [main], env: { SEGMENT_API_TOKEN_FILE: file } });
  const nextOf = async (has: string[]) => {
    const { report } = await doctor({
      ...{ home, json: true, exists: isThere },
      kindOf: (path) => (has.includes(path) ? 'file' : undefined),
    });
    const { checks } = reportSchema.parse(JSON.parse(report));
    return checks.find(({ id }) => id === 'settings')?.next;
  };
  expect(await nextOf([file])).toBe(
    `An entry of a client names a token file: to check with that token, set SEGMENT_API_TOKEN_FILE to ${file}, and run this again.`,
  );
  expect(await nextOf([])).toContain('which asks for the token');
});

test('options of Node that change nothing are no doubt', async () => {
  const env = { NODE_OPTIONS: '--max-old-space-size=4096 --use-system-ca' };
  const entry = { command: node, args: [main, '--sandbox'], env };
  expect(await about(entry)).toMatchObject({ status: 'ok' });
});

test('a file of the token, or of the key, that is no regular file is a warning', async () => {
  const kinds: Record<string, PathKind> = { [node]: 'program', [main]: 'file', '/pipe': 'other' };
  const kindOf = (path: string) => (path.startsWith('/dev/') ? 'file' : kinds[path]);
  const args = [main, '--sandbox'];
  for (const name of ['SEGMENT_API_TOKEN_FILE', 'SEGMENT_MCP_SECRET_FILE']) {
    for (const path of ['/pipe', '/dev/stdin', '/dev/fd/63']) {
      expect(await about({ command: node, args, env: { [name]: path } }, { kindOf })).toMatchObject(
        {
          status: 'warn',
          message: expect.stringContaining(`sets ${name} to ${path}, which is not a regular file`),
          next: `In the file, set ${name} to a file that only you can read.`,
        },
      );
    }
  }
});

test("a state folder that can't be used is a warning", async () => {
  const env = { SEGMENT_STATE_DIR: '/etc/hostname' };
  const entry = { command: node, args: [main, '--sandbox'], env };
  expect(
    await about(entry, {
      problemWithStateFolder: (folder) => (folder === '/etc/hostname' ? 'it is a file' : undefined),
    }),
  ).toMatchObject({
    status: 'warn',
    message: expect.stringContaining(
      "sets SEGMENT_STATE_DIR to /etc/hostname, which can't be used because it is a file",
    ),
  });
});

test('the next step has the settings of the entry, and no secret', async () => {
  const args = ['/gone/segment-audiences-mcp/dist/main.js', '--space', 'spa_a', '--region=eu'];
  const env = { SEGMENT_READ_ONLY: '1', SEGMENT_NO_SAMPLES: '0', LOG_LEVEL: 'quiet' };
  expect((await about({ command: node, args, env }))?.next).toBe(
    'Run: segment-audiences-mcp setup cursor --region eu --space spa_a --read-only --write',
  );
});

test('the next step for an entry under another name is to change it', async () => {
  const home = temporaryHome();
  const args = ['/gone/segment-audiences-mcp/dist/main.js', '--sandbox'];
  const mcpServers = { 'segment-sandbox': { command: node, args } };
  withFile(cursorFile(home), JSON.stringify({ mcpServers }));
  expect((await found(home))[0]?.next).toBe(
    'Change the entry "segment-sandbox" by hand to what this shows: segment-audiences-mcp setup cursor --sandbox',
  );
});

test.each(['./segment-audiences-mcp/dist/main.js', 'dist/main.js'])(
  'a path that depends on where the client starts it is a warning: %s',
  async (path) => {
    expect(await about({ command: node, args: [path] })).toMatchObject({
      status: 'warn',
      message: expect.stringContaining(
        `depend on the folder in which the client starts it: ${path}.`,
      ),
    });
  },
);

test('a relative path is looked at in the folder that the entry names', async () => {
  const args = ['segment-audiences-mcp/dist/main.js', '--sandbox'];
  const entry = { command: node, args, cwd: '/opt' };
  expect(await about(entry)).toMatchObject({ status: 'ok' });
  expect(await about({ ...entry, cwd: '/srv' })).toMatchObject({
    status: 'fail',
    message: expect.stringContaining(
      'names paths that do not exist: /srv/segment-audiences-mcp/dist/main.js',
    ),
  });
  expect(await about({ ...entry, cwd: '${workspaceFolder}' })).toMatchObject({ status: 'warn' });
  // What that is in the folder of the doctor is of no interest.
  const env = { SEGMENT_API_TOKEN_FILE: 'package.json' };
  const kindOf = (path: string) => (path.startsWith('/') ? 'program' : 'file');
  const relative = { command: node, args: [main], env };
  expect(await about(relative, { kindOf })).toMatchObject({
    status: 'warn',
    message: expect.stringContaining(
      'depend on the folder in which the client starts it: package.json',
    ),
  });
});

test('what is in the place of a backup is a warning, because setup would change nothing', async () => {
  const home = temporaryHome();
  const file = withEntry(home, { command: node, args: [main, '--sandbox'] });
  const backup = `${file}.segment-audiences.bak`;
  mkdirSync(backup);
  expect(await found(home)).toMatchObject([
    { status: 'ok' },
    {
      status: 'warn',
      message: expect.stringContaining(`keeps the backup in ${backup}, which is not a file`),
      next: 'Until then, setup changes nothing there.',
    },
  ]);
});

test('a backup that holds a token is a warning', async () => {
  const home = temporaryHome();
  const env = { SEGMENT_API_TOKEN: 'sgp_theOldOneInTheFile99' };
  withEntry(home, { command: 'segment-audiences-mcp', env });
  await setup({ home, clients: ['cursor'], write: true, yes: true, flags: { sandbox: true } });
  const findings = await found(home);
  expect(findings.map(({ status }) => status)).toEqual(['ok', 'warn']);
  expect(findings[1]?.message).toContain('contains the secret of an older entry');
  expect(JSON.stringify(findings)).not.toContain(env.SEGMENT_API_TOKEN);
});

describe('TOML and YAML', () => {
  const codexFile = '.codex/config.toml';
  const gooseFile = '.config/goose/config.yaml';
  const continueFile = '.continue/config.yaml';
  const clientsWithText: [id: string, file: string][] = [
    ['codex', codexFile],
    ['goose', gooseFile],
    ['continue', continueFile],
  ];
  const blockOf = async (home: string, id: string) => {
    const flags = { sandbox: true, 'audit-log': join(home, 'yet-to-come.jsonl') };
    const { stdout } = await setup({ home, clients: [id], flags });
    return (
      stdout
        .split('\n\n')
        .slice(1, id === 'codex' ? 3 : 2)
        .join('\n\n')
        .split('\nOr use')[0] ?? ''
    );
  };

  test.each(clientsWithText)('what setup prints for %s is checked', async (id, file) => {
    const home = temporaryHome();
    const block = await blockOf(home, id);
    withFile(join(home, file), block);
    expect(await found(home)).toMatchObject([
      { id: `clients.${id}`, status: 'ok', message: expect.stringContaining('names what exists') },
    ]);
    withFile(join(home, file), block.replaceAll('/opt/', '/gone/'));
    expect(await found(home)).toMatchObject([
      {
        status: 'fail',
        message: expect.stringContaining('/gone/segment-audiences-mcp/dist/main.js'),
        next: expect.stringContaining(`Run: segment-audiences-mcp setup ${id} --sandbox`),
      },
    ]);
  });

  test.each([
    [
      'codex',
      codexFile,
      `[mcp_servers.other]\ncommand = "x"\n\n[mcp_servers."segment-audiences"] # ours\ncommand = '${node}'\nargs = [\n  "/gone/dist/main.js", # here\n  "--sandbox",\n]\nenv = { "A" = "b" }\n[other]\ncommand = "y"\n`,
    ],
    [
      'goose',
      gooseFile,
      `extensions:\n  other:\n    cmd: x\n  segment-audiences:\n    cmd: ${node}\n    args:\n    - /gone/dist/main.js\n    - --sandbox\n    envs:\n      A: b\nother: 1\n`,
    ],
    [
      'continue',
      continueFile,
      `mcpServers:\n  - name: other\n    command: x\n  - command: ${node}\n    args: [/gone/dist/main.js, "--sandbox"]\n    name: segment-audiences\n  - name: more\n    command: y\n`,
    ],
    [
      'codex',
      codexFile,
      `since = 2026-11-26\nlarge = 9007199254740993\nmcp_servers.segment-audiences = { command = "${node}", args = ['/gone/dist/main.js'] }\n`,
    ],
    [
      'codex',
      codexFile,
      `[mcp_servers]\nsegment-audiences.command = """${node}"""\nsegment-audiences.args = ["/gone/dist\\u002Fmain.js"]\n`,
    ],
    [
      'goose',
      gooseFile,
      `"extensions":\n  'segment-audiences': {cmd: ${node}, args: [/gone/dist/main.js], "envs": }\n`,
    ],
    [
      'goose',
      gooseFile,
      `---\nextensions:\n  segment-audiences:\n    cmd: >-\n      ${node}\n    args: &words # ours\n      - "/gone/dist\\/main.js"\n  other: !own\n    args: *words\n`,
    ],
    [
      'continue',
      continueFile,
      `%YAML 1.1\n---\nnode: &node\n  command: ${node}\nmcpServers:\n- <<: *node\n  name: "segment-audiences"\n  args:\n  - /gone/dist/main.js\n`,
    ],
  ])('other ways to write it are read: %s', async (id, file, text) => {
    const home = temporaryHome();
    withFile(join(home, file), text);
    expect(await found(home)).toMatchObject([
      {
        id: `clients.${id}`,
        status: 'fail',
        message: expect.stringContaining('names paths that do not exist: /gone/dist/main.js.'),
      },
    ]);
  });

  test.each([
    ['a comment only', codexFile, '# segment-audiences comes later\n', 'it is TOML'],
    [
      'an entry of another place',
      codexFile,
      `[servers.segment-audiences]\ncommand = "${node}"\nargs = ["${main}"]\n`,
      'it is TOML',
    ],
    [
      'a number in place of a word',
      gooseFile,
      `extensions:\n  segment-audiences:\n    cmd: ${node}\n    args: [${main}, 8080]\n`,
      'its form is not understood here',
    ],
    [
      'a list in place of a table',
      gooseFile,
      `extensions:\n  - name: segment-audiences\n    cmd: ${node}\n`,
      'it is YAML',
    ],
    [
      'a table in place of a list',
      continueFile,
      `mcpServers:\n  segment-audiences:\n    command: ${node}\n`,
      'it is YAML',
    ],
    [
      'a file that takes long to read',
      gooseFile,
      `extensions: # segment-audiences\n${Array.from({ length: 20_000 }, (_, i) => `  a${i}:\n`).join('')}`,
      'the file has more than 100000 characters',
    ],
  ])('what is not understood is skipped: %s', async (_, file, text, reason) => {
    const home = temporaryHome();
    withFile(join(home, file), text);
    expect(await found(home)).toMatchObject([
      { status: 'skipped', message: expect.stringMatching(`was not checked: ${reason}\\.$`) },
    ]);
  });

  test.each([
    [
      'codex',
      codexFile,
      '[mcp_servers.segment-audiences]\nenv = { A = "aSecretInTheFile" }\ncommand = "x\n',
      'is not valid TOML (line 3, column 13).',
    ],
    [
      'codex',
      codexFile,
      `[mcp_servers.segment-audiences]\nargs = ${'['.repeat(50_000)}`,
      'is not valid TOML (line 2, column 1008).',
    ],
    [
      'goose',
      gooseFile,
      'extensions:\n  segment-audiences:\n    envs: { A: aSecretInTheFile }\n\tcmd: x\n',
      'is not valid YAML (line 4, column 1).',
    ],
    [
      'goose',
      gooseFile,
      'extensions:\n  segment-audiences:\n    cmd: x\n    cmd: y\n',
      'is not valid YAML (line 4, column 5).',
    ],
    [
      'continue',
      continueFile,
      'mcpServers:\n  - *a\n  - name: segment-audiences\n',
      "has aliases that can't be resolved.",
    ],
    ['continue', continueFile, aliasBomb(), "has aliases that can't be resolved."],
  ])(
    "a file that can't be parsed is a warning, without its text: %s",
    async (id, file, text, reason) => {
      const home = temporaryHome();
      withFile(join(home, file), text);
      const findings = await found(home);
      expect(findings).toMatchObject([
        { id: `clients.${id}`, status: 'warn', message: `${join(home, file)} ${reason}` },
      ]);
      expect(JSON.stringify(findings)).not.toContain('aSecret');
    },
  );

  test('nothing is reported of a file that does not name this server', async () => {
    const home = temporaryHome();
    withFile(join(home, codexFile), '[mcp_servers.other\n');
    expect(await found(home)).toMatchObject([{ id: 'clients', status: 'skipped' }]);
  });

  test('a variable without a value is not a token', async () => {
    const home = temporaryHome();
    const entry = `    cmd: ${node}\n    args: [${main}]\n    envs:\n      SEGMENT_API_TOKEN:\n`;
    withFile(join(home, gooseFile), `extensions:\n  segment-audiences:\n${entry}`);
    expect(await found(home)).toMatchObject([{ id: 'clients.goose', status: 'ok' }]);
  });
});

/** A few lines of YAML that stand for 9^9 words. */
function aliasBomb(): string {
  const lines = Array.from({ length: 8 }, (_, i) => {
    return `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`;
  });
  return ['a0: &a0 [segment-audiences]', ...lines].join('\n');
}

test.each([
  ['JSON', '.cursor/mcp.json', `{"mcpServers": {"other": {"x": ${nestedLists(1500)}}}}`],
  ['JSON that overflows the parser', '.cursor/mcp.json', '{"a":'.repeat(50_000)],
  ['TOML', '.codex/config.toml', `[mcp_servers.segment-audiences${'.a'.repeat(10_000)}]\n`],
  ['YAML', '.config/goose/config.yaml', `segment-audiences: ${nestedLists(1500)}`],
  ['YAML of dashes', '.config/goose/config.yaml', `${'- '.repeat(40_000)}segment-audiences\na: 1`],
  [
    'YAML that contains itself',
    '.config/goose/config.yaml',
    `extensions:\n  segment-audiences: &a\n    cmd: ${node}\n    self: *a\n    again: *a\n`,
  ],
])('what is nested too deeply is a warning for that client alone: %s', async (_, path, text) => {
  const home = temporaryHome();
  const file = withFile(join(home, path), text);
  const mcpServers = { 'segment-audiences': { command: node, args: [main, '--sandbox'] } };
  withFile(join(home, '.junie/mcp/mcp.json'), JSON.stringify({ mcpServers }));
  const findings = await found(home);
  expect(findings.map(({ status }) => status).sort()).toEqual(['ok', 'warn']);
  expect(findings).toContainEqual(
    expect.objectContaining({ status: 'warn', message: `${file} is nested too deeply.` }),
  );
});

test('setup refuses JSON that is nested too deeply', async () => {
  const home = temporaryHome();
  const file = withFile(cursorFile(home), `{"x": ${nestedLists(1500)}}`);
  expect(await setup({ home, clients: ['cursor'], write: true, yes: true })).toMatchObject({
    code: 1,
    stderr: `segment-audiences-mcp: ${file} is nested too deeply. Nothing was changed.\n`,
  });
});

function nestedLists(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

test('an error that no check expects does not keep the findings of the others', async () => {
  const home = temporaryHome();
  withEntry(home, { command: '/opt/n', args: [main] });
  const mcpServers = { 'segment-audiences': { command: node, args: [main, '--sandbox'] } };
  withFile(join(home, '.junie/mcp/mcp.json'), JSON.stringify({ mcpServers }));
  const nodeVersion = () => Promise.reject(new Error('odd'));
  expect(await found(home, { has: ['/opt/n'], nodeVersion })).toMatchObject([
    { id: 'clients.cursor', status: 'fail', message: 'This check itself failed: odd' },
    { id: 'clients.junie', status: 'ok' },
  ]);
});

test('a client that hangs does not keep the findings of the others', async () => {
  const home = temporaryHome();
  withEntry(home, { command: '/opt/hanging', args: [main] });
  withFile(
    join(home, '.junie/mcp/mcp.json'),
    JSON.stringify({ mcpServers: { 'segment-audiences': { command: '/opt/n', args: [main] } } }),
  );
  const clock = new ManualClock();
  const asked: string[] = [];
  const running = found(home, {
    clock,
    has: ['/opt/hanging', '/opt/n'],
    nodeVersion(command) {
      asked.push(command);
      return command === '/opt/n' ? Promise.resolve('v24.0.0') : new Promise(() => {});
    },
  });
  await waitFor(() => asked.length === 2);
  await clock.advance(5000);
  expect(await running).toMatchObject([
    {
      id: 'clients.cursor',
      status: 'skipped',
      message: expect.stringContaining('gave no result within 5 s'),
    },
    { id: 'clients.junie', status: 'ok' },
  ]);
});

test.skipIf(isWindows)('a pipe in place of a file is not read (Windows has none)', async () => {
  const home = temporaryHome();
  mkdirSync(dirname(cursorFile(home)));
  execFileSync('mkfifo', [cursorFile(home)]);
  expect(await found(home, { exists: (path) => path === cursorFile(home) })).toMatchObject([
    { status: 'warn', message: expect.stringContaining('is not a file') },
  ]);
});
