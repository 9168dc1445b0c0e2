import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cursorFile, withEntry, withFile } from '../support/client-files.ts';
import {
  type SetupRun,
  setup,
  temporaryHome,
  terminalWith,
  typedToken,
} from '../support/setup-machine.ts';

/* Set-up where an older entry names files and folders of its own. */

const token = 'sgp_fromTheEnvironment1234';
const theirs = 'sgp_inTheirOwnFile12345678';
const main = '/opt/segment-audiences-mcp/dist/main.js';
const secret = Buffer.alloc(32, 7).toString('base64');
const own = (home: string) => join(home, '.local/state/segment-audiences-mcp/token');
const withToken = { environment: { SEGMENT_API_TOKEN: token } };

const entryIn = (home: string) =>
  JSON.parse(readFileSync(cursorFile(home), 'utf8')).mcpServers['segment-audiences'];

const again = (home: string, more: Partial<SetupRun> = {}) =>
  setup({ home, clients: ['cursor'], write: true, yes: true, ...more });

/** A home with a token file of the user's own, and an entry with these variables. */
function homeWith(env: (home: string) => Record<string, string>, more: object = {}): string {
  const home = temporaryHome();
  withFile(join(home, 'secrets/token'), `${theirs}\n`);
  withEntry(home, { command: 'node', args: [main], env: env(home), ...more });
  return home;
}

const namingToken = (home: string) => ({ SEGMENT_API_TOKEN_FILE: join(home, 'secrets/token') });

describe('what an older entry names stays if the server can use it', () => {
  test('all three, whatever setup itself keeps, and setup says so', async () => {
    const home = homeWith((at) => ({
      ...namingToken(at),
      SEGMENT_MCP_SECRET_FILE: join(at, 'secrets/keys'),
      SEGMENT_STATE_DIR: join(at, 'state'),
    }));
    withFile(join(home, 'secrets/keys'), secret);
    mkdirSync(join(home, 'state'), { mode: 0o700 });
    const { env } = entryIn(home);
    withFile(own(home), 'sgp_keptBySetup123456');
    chmodSync(own(home), 0o600);
    const { code, stdout } = await again(home);
    expect(code).toBe(0);
    expect(entryIn(home)).toEqual({ command: '/usr/bin/node', args: [main], env });
    expect(stdout).toContain(
      `Kept from the older entry: SEGMENT_API_TOKEN_FILE (${home}/secrets/token), SEGMENT_MCP_SECRET_FILE (${home}/secrets/keys), SEGMENT_STATE_DIR (${home}/state). To drop any of this, edit the file, or run segment-audiences-mcp setup cursor --remove first.`,
    );
    expect(stdout).toContain(`The token in ${home}/secrets/token is unchanged.`);
    expect(stdout).not.toContain('Not kept');
    expect((await again(home)).stdout).toContain('is already set up');
  });

  test('without a token that setup keeps, and nobody to ask for one', async () => {
    const home = homeWith(namingToken);
    expect(await again(home)).toMatchObject({ code: 0, stderr: '' });
    expect(entryIn(home).env).toEqual(namingToken(home));
    expect(existsSync(own(home))).toBe(false);
  });

  test('a folder for state that the server has yet to create', async () => {
    const home = homeWith((at) => ({
      ...namingToken(at),
      SEGMENT_STATE_DIR: join(at, 'new/state'),
    }));
    expect((await again(home)).code).toBe(0);
    expect(entryIn(home).env.SEGMENT_STATE_DIR).toBe(join(home, 'new/state'));
  });

  test.skipIf(process.platform === 'win32')(
    'a folder for state that has to be made private: setup says what is wrong',
    async () => {
      const home = homeWith((at) => ({
        ...namingToken(at),
        SEGMENT_STATE_DIR: join(at, 'state'),
      }));
      mkdirSync(join(home, 'state'));
      chmodSync(join(home, 'state'), 0o755);
      const { stdout } = await again(home);
      expect(entryIn(home).env.SEGMENT_STATE_DIR).toBe(join(home, 'state'));
      expect(stdout).toContain(
        `The server can't use SEGMENT_STATE_DIR (${home}/state) because it is open to other users.`,
      );
    },
  );

  test('in the sandbox, too, but for the token', async () => {
    const home = homeWith((at) => ({ ...namingToken(at), SEGMENT_STATE_DIR: join(at, 'state') }));
    const { stdout } = await again(home, { flags: { sandbox: true } });
    expect(entryIn(home).env).toEqual({ SEGMENT_STATE_DIR: join(home, 'state') });
    expect(stdout).toContain(
      `Not kept: SEGMENT_API_TOKEN_FILE (${home}/secrets/token), because the sandbox needs no token.`,
    );
  });

  test('a path with ~, which only a shell expands, as the user can only have meant it', async () => {
    const home = homeWith(() => ({ SEGMENT_API_TOKEN_FILE: '~/secrets/token' }));
    expect((await again(home)).code).toBe(0);
    expect(entryIn(home).env).toEqual(namingToken(home));
  });

  test("a path that is relative to the entry's own folder", async () => {
    const home = homeWith(() => ({ SEGMENT_API_TOKEN_FILE: 'token' }));
    withEntry(home, { ...entryIn(home), cwd: join(home, 'secrets') });
    expect((await again(home)).code).toBe(0);
    expect(entryIn(home)).toMatchObject({ env: namingToken(home), cwd: join(home, 'secrets') });
  });

  test.each(['secrets/token', './token', '${env:HOME}/token', '$HOME', '%HOME%/x', '{env:T}'])(
    'as it is, if only the client knows where %s leads',
    async (path) => {
      const home = homeWith(() => ({ SEGMENT_API_TOKEN_FILE: path }));
      // A file of this name in setup's own folder is another one.
      const place = { cwd: home };
      const { code, stdout } = await again(home, { place });
      expect(code).toBe(0);
      expect(entryIn(home).env).toEqual({ SEGMENT_API_TOKEN_FILE: path });
      expect(stdout).toContain(
        `Not checked: SEGMENT_API_TOKEN_FILE (${path}), because only the client knows where that is.`,
      );
    },
  );

  test.skipIf(process.platform === 'win32')(
    'a pipe, which is not read: what is in it is for the server',
    async () => {
      const home = homeWith((at) => ({ SEGMENT_API_TOKEN_FILE: join(at, 'pipe') }));
      execFileSync('mkfifo', [join(home, 'pipe')]);
      const { stdout } = await again(home);
      expect(entryIn(home).env).toEqual({ SEGMENT_API_TOKEN_FILE: join(home, 'pipe') });
      expect(stdout).toContain(`Not checked: SEGMENT_API_TOKEN_FILE (${home}/pipe)`);
    },
  );
});

describe('what the server cannot use is replaced, and setup says why', () => {
  test.each<[string, string, (home: string) => string, string]>([
    ['SEGMENT_API_TOKEN_FILE', 'gone', (home) => join(home, 'gone'), 'it does not exist'],
    ['SEGMENT_API_TOKEN_FILE', 'a folder', (home) => home, "it names a file that can't be read"],
    [
      'SEGMENT_API_TOKEN_FILE',
      'empty',
      (home) => withFile(join(home, 'e'), ''),
      'it names an empty',
    ],
    [
      'SEGMENT_API_TOKEN_FILE',
      'no token',
      (home) => withFile(join(home, 'e'), 'not a token'),
      "the file's content must be the token alone",
    ],
    ['SEGMENT_API_TOKEN_FILE', 'stdin', () => '/dev/stdin', 'it leads elsewhere in each process'],
    ['SEGMENT_API_TOKEN_FILE', 'a placeholder', () => '<path>', 'it holds a placeholder'],
    ['SEGMENT_MCP_SECRET_FILE', 'gone', (home) => join(home, 'gone'), 'it does not exist'],
    [
      'SEGMENT_MCP_SECRET_FILE',
      'no keys',
      (home) => withFile(join(home, 'k'), 'short'),
      "the file's content must be one or two values",
    ],
    ['SEGMENT_STATE_DIR', 'a file', (home) => withFile(join(home, 'f'), ''), 'it is not a folder'],
    ['SEGMENT_STATE_DIR', 'relative', () => 'state', 'it must be an absolute path'],
  ])('%s: %s', async (variable, _, pathIn, why) => {
    const home = homeWith(() => ({}));
    const path = pathIn(home);
    withEntry(home, { command: 'node', args: [main], env: { [variable]: path } });
    const { code, stdout } = await again(home, { place: withToken });
    expect(code).toBe(0);
    expect(entryIn(home).env).toEqual({ SEGMENT_API_TOKEN_FILE: own(home) });
    expect(stdout).toContain(`Not kept: ${variable} (${path}), because ${why}`);
    const instead = variable === 'SEGMENT_API_TOKEN_FILE' ? own(home) : 'the default';
    expect(stdout).toContain(`; ${instead} takes its place.`);
  });

  test.skipIf(process.platform === 'win32')(
    'a file that the server could not read again is refused (Windows has none)',
    async () => {
      const home = temporaryHome();
      const pipe = join(home, 'pipe');
      execFileSync('mkfifo', [pipe]);
      const file = openSync(withFile(join(home, 'token'), theirs), 'r');
      onTestFinished(() => closeSync(file));
      for (const variable of ['SEGMENT_API_TOKEN_FILE', 'SEGMENT_MCP_SECRET_FILE']) {
        for (const path of ['/dev/null', pipe, `/dev/fd/${file}`]) {
          const place = { environment: { ...withToken.environment, [variable]: path } };
          await expect(again(home, { place })).rejects.toThrow(
            `${variable} must name a regular file, which the server can read whenever a client starts it.`,
          );
        }
      }
      expect(existsSync(cursorFile(home))).toBe(false);
    },
  );

  test('secrets themselves go, and setup says so', async () => {
    const env = { SEGMENT_API_TOKEN: theirs, SEGMENT_MCP_SECRET: secret };
    const home = homeWith(() => env);
    const shown = await setup({ home, clients: ['cursor'] });
    const written = await again(home, { place: withToken });
    expect(entryIn(home).env).toEqual({ SEGMENT_API_TOKEN_FILE: own(home) });
    for (const { stdout } of [shown, written]) {
      expect(stdout).toContain(
        `Not kept: SEGMENT_API_TOKEN, because a token does not belong in this file; the one in ${own(home)} takes its place.`,
      );
      expect(stdout).toContain('Not kept: SEGMENT_MCP_SECRET, because it does not belong in this');
      expect(stdout).not.toContain(theirs);
      expect(stdout).not.toContain(secret);
    }
  });

  test.each([
    ['SEGMENT_API_TOKEN_FILE', theirs],
    ['SEGMENT_API_TOKEN_FILE', 'plainTokenWithoutForm123456'],
    ['SEGMENT_MCP_SECRET_FILE', secret],
  ])('a secret in the place of the path %s is not shown: %s', async (name, value) => {
    const home = homeWith(() => ({ [name]: value }));
    withFile(
      join(home, '.codex/config.toml'),
      `[mcp_servers.segment-audiences]\ncommand = "node"\nargs = ["${main}"]\nenv = { ${name} = "${value}" }\n`,
    );
    const shown = await setup({ home, clients: ['cursor', 'codex'] });
    const written = await again(home, { place: withToken });
    for (const { stdout } of [shown, written]) {
      expect(stdout).toContain('([redacted]), because it holds a secret instead of a path');
      expect(stdout).not.toContain(value);
    }
  });
});

describe('what the user gives now counts', () => {
  test('variables with other paths', async () => {
    const home = homeWith((at) => ({ ...namingToken(at), SEGMENT_STATE_DIR: join(at, 'state') }));
    const file = withFile(join(home, 'new-token'), token);
    const environment = { SEGMENT_API_TOKEN_FILE: file, SEGMENT_STATE_DIR: join(home, 'other') };
    const { stdout } = await again(home, { place: { environment } });
    expect(entryIn(home).env).toEqual(environment);
    expect(stdout).toContain(
      `Not kept: SEGMENT_API_TOKEN_FILE (${home}/secrets/token), because SEGMENT_API_TOKEN_FILE is set here; ${file} takes its place.`,
    );
    expect(stdout).toContain(`Not kept: SEGMENT_STATE_DIR (${home}/state), because SEGMENT_STATE`);
  });

  test('another token in the environment, where nobody is asked', async () => {
    const home = homeWith(namingToken);
    const { stdout } = await again(home, { place: withToken });
    expect(entryIn(home).env).toEqual({ SEGMENT_API_TOKEN_FILE: own(home) });
    expect(readFileSync(own(home), 'utf8').trim()).toBe(token);
    expect(stdout).toContain(
      `Not kept: SEGMENT_API_TOKEN_FILE (${home}/secrets/token), because you gave another token; ${own(home)} takes its place.`,
    );
    // The change is shown once, as it is made.
    expect(stdout.match(/^Cursor: /gm)).toHaveLength(1);
    expect(stdout).not.toContain(theirs);
  });

  test('the same token in the environment changes nothing', async () => {
    const home = homeWith(namingToken);
    await again(home, { place: { environment: { SEGMENT_API_TOKEN: theirs } } });
    expect(entryIn(home).env).toEqual(namingToken(home));
    expect(existsSync(own(home))).toBe(false);
  });

  const run = async (home: string, answers: string[], tokens: string[], place = {}) => {
    const { terminal, asked } = terminalWith(answers, tokens);
    const result = await setup({ home, clients: ['cursor'], write: true, terminal, place });
    return { ...result, asked };
  };

  test('a token that is typed: the change is shown again, and agreed on', async () => {
    const home = homeWith(namingToken);
    const { stdout, asked } = await run(home, ['y', 'y'], [typedToken]);
    expect(asked).toEqual([
      'Change this file? [y/N] ',
      'Public API token of the workspace (press Enter to keep the current one): ',
      'Change this file? [y/N] ',
    ]);
    expect(entryIn(home).env).toEqual({ SEGMENT_API_TOKEN_FILE: own(home) });
    expect(readFileSync(own(home), 'utf8').trim()).toBe(typedToken);
    expect(stdout).toContain('because you gave another token');
    expect(stdout).toContain(
      `+       "SEGMENT_API_TOKEN_FILE": "${own(home)}"`.replace(/\s+/, ' '.repeat(9)),
    );
  });

  test('a token that is typed, but not agreed on, is not kept', async () => {
    const home = homeWith(namingToken);
    const before = readFileSync(cursorFile(home), 'utf8');
    expect((await run(home, ['y', 'n'], [typedToken])).code).toBe(1);
    expect(readFileSync(cursorFile(home), 'utf8')).toBe(before);
    expect(existsSync(own(home))).toBe(false);
  });

  test.each([
    ['nothing', ''],
    ['the same token', theirs],
  ])('%s that is typed keeps the file', async (_, typed) => {
    const home = homeWith(namingToken);
    const { code, asked } = await run(home, ['y'], [typed]);
    expect({ code, questions: asked.length }).toEqual({ code: 0, questions: 2 });
    expect(entryIn(home).env).toEqual(namingToken(home));
    expect(existsSync(own(home))).toBe(false);
  });

  test('another token in the environment is offered on a terminal', async () => {
    for (const [answer, tokens, isReplaced] of [
      ['y', [], true],
      ['n', [''], false],
    ] as const) {
      const home = homeWith(namingToken);
      const { asked } = await run(home, ['y', answer, 'y'], [...tokens], withToken);
      expect(asked[1]).toBe(
        `SEGMENT_API_TOKEN holds a different token than ${home}/secrets/token. Keep this one instead? [y/N] `,
      );
      expect(entryIn(home).env.SEGMENT_API_TOKEN_FILE).toBe(
        isReplaced ? own(home) : join(home, 'secrets/token'),
      );
    }
  });

  test('is asked for where an entry of one client names a file, and the other is new', async () => {
    const home = homeWith(namingToken);
    const { terminal, asked } = terminalWith(['y'], [theirs]);
    await setup({ home, clients: ['cursor', 'junie'], write: true, terminal });
    expect(asked).toHaveLength(2);
    expect(entryIn(home).env).toEqual(namingToken(home));
    expect(readFileSync(join(home, '.junie/mcp/mcp.json'), 'utf8')).toContain(own(home));
    expect(readFileSync(own(home), 'utf8').trim()).toBe(theirs);
  });
});

describe('an audit log', () => {
  const audit = async (home: string, entry: object, place: SetupRun['place'] = {}) => {
    withEntry(home, { command: 'node', args: [main], ...entry });
    // Files there must not count for anything.
    mkdirSync(join(home, 'project/logs'), { recursive: true });
    const { code, stdout } = await again(home, { place: { ...withToken, ...place } });
    expect(code).toBe(0);
    return { args: entryIn(home).args.slice(1), stdout };
  };

  test.each([
    ['a flag', { args: [main, '--audit-log', 'logs/a.jsonl'] }, '--audit-log'],
    ['a variable', { env: { SEGMENT_AUDIT_LOG: 'logs/a.jsonl' } }, 'SEGMENT_AUDIT_LOG'],
  ])('with a relative path stays as it is, by %s', async (_, entry, name) => {
    const { args, stdout } = await audit(temporaryHome(), entry);
    expect(args).toEqual(['--audit-log', 'logs/a.jsonl']);
    expect(stdout).toContain(
      `Not checked: ${name} (logs/a.jsonl), because only the client knows where that is.`,
    );
  });

  test('that only the client can find is not what the environment says', async () => {
    const home = temporaryHome();
    const environment = { ...withToken.environment, SEGMENT_AUDIT_LOG: join(home, 'b.jsonl') };
    const entry = { args: [main, '--audit-log', 'logs/a.jsonl'] };
    expect((await audit(home, entry, { environment })).args).toEqual([
      '--audit-log',
      'logs/a.jsonl',
    ]);
  });

  test.each(['logs/a.jsonl', './logs/a.jsonl'])(
    '%s is below the folder of the entry',
    async (path) => {
      const home = temporaryHome();
      const cwd = join(home, 'theirs');
      mkdirSync(join(cwd, 'logs'), { recursive: true });
      const { args, stdout } = await audit(home, { args: [main, '--audit-log', path], cwd });
      expect(args).toEqual(['--audit-log', join(cwd, 'logs/a.jsonl')]);
      expect(stdout).not.toContain('Not checked');
    },
  );

  test('in the home folder is there', async () => {
    const home = temporaryHome();
    const { args } = await audit(home, { args: [main, '--audit-log', '~/a.jsonl'] });
    expect(args).toEqual(['--audit-log', join(home, 'a.jsonl')]);
  });

  test.each(['stdout', 'a/{replica}.jsonl'])(
    '%s, which the server refuses, does not stay',
    async (path) => {
      const home = temporaryHome();
      withEntry(home, { command: 'node', args: [main, '--audit-log', path] });
      const { code, stderr } = await again(home, { place: withToken });
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('--http only') });
    },
  );
});

describe('what is printed says what the present entry has, and what follows has not', () => {
  const inToml = (home: string, { env, ...fields }: Readonly<Record<string, unknown>>) => {
    const lines = (table: object) =>
      Object.entries(table).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
    const text = ['[mcp_servers.segment-audiences]', ...lines(fields)];
    text.push('[mcp_servers.segment-audiences.env]', ...lines(Object(env ?? {})));
    withFile(join(home, '.codex/config.toml'), `${text.join('\n')}\n`);
  };
  const files = [
    ['cursor', withEntry],
    ['codex', inToml],
  ] as const;
  const about = (stdout: string) =>
    stdout.split('\n').filter((line) => /^(?:The present entry|Not )/.test(line));

  test.each(files)('for %s', async (id, write) => {
    const home = homeWith(namingToken);
    const env = {
      ...namingToken(home),
      ...{ SEGMENT_MCP_SECRET_FILE: '/gone/keys', SEGMENT_EDITION: 'v1', MY_KEY: 'ghp_hidden' },
    };
    const args = [main, '--region', 'eu', '--read-only', '--space', 'spa_mine'];
    write(home, { command: 'node', args, timeout: 9, env });
    const { stdout } = await setup({ home, clients: [id], flags: { space: 'spa_mine' } });
    expect(about(stdout)).toEqual([
      'The present entry is restricted by --read-only: to keep that, add it to what follows.',
      `The present entry has SEGMENT_EDITION, --region, SEGMENT_API_TOKEN_FILE (${home}/secrets/token), "MY_KEY", "timeout": to keep that, add it to what follows.`,
      'Not kept: SEGMENT_MCP_SECRET_FILE (/gone/keys), because it does not exist; the default takes its place.',
    ]);
    expect(stdout).not.toContain('hidden');
    const same = { 'read-only': true as const, region: 'eu', edition: 'v1', space: 'spa_mine' };
    const next = await setup({ home, clients: [id], flags: same });
    expect(about(next.stdout)[0]).toMatch(/^The present entry has SEGMENT_API_TOKEN_FILE /);
  });

  test.each(files)('for %s, where the sandbox stays', async (id, write) => {
    const home = temporaryHome();
    write(home, { command: 'node', args: [main, '--sandbox'] });
    const { stdout } = await setup({ home, clients: [id] });
    expect(about(stdout)).toEqual([
      'The present entry has --sandbox: to keep that, add it to what follows.',
    ]);
  });

  test.each(files)('for %s and a server elsewhere', async (id, write) => {
    const home = temporaryHome();
    const url = 'https://mcp.example.com/mcp';
    write(home, { command: 'node', args: [main, '--read-only', '--region', 'eu'] });
    const remote = { url, keyVariable: undefined };
    const now = await setup({ home, clients: [id], remote });
    expect(about(now.stdout)).toEqual([
      'The present entry is restricted by --read-only, and what follows is not.',
      'Not kept: --region, --read-only, because that is for a server that the client starts.',
    ]);
    write(home, { url: `${url}?read_only=1`, timeout: 9 });
    const next = await setup({ home, clients: [id], remote });
    expect(about(next.stdout)).toEqual([
      'The present entry has "timeout": to keep that, add it to what follows.',
      'The present entry is restricted by read_only, and what follows is not.',
    ]);
  });

  test.each([
    ['codex', '.codex/config.toml', 'x =', 'is not valid TOML (line 1, column 4)'],
    ['goose', '.config/goose/config.yaml', 'a: [', 'is not valid YAML (line 1, column 5)'],
    [
      'codex',
      '.codex/config.toml',
      '#'.repeat(100_001),
      'has more than 100000 characters, and was not read',
    ],
    ['cursor', '.cursor/mcp.json', '{', 'is not valid JSON: a } is missing (line 1, column 2)'],
  ])('for %s and a file that is not read: %s', async (id, path, text, reason) => {
    const home = temporaryHome();
    const file = withFile(join(home, path), text);
    const { stdout } = await setup({ home, clients: [id] });
    expect(stdout).toContain(
      `File: ${file}\n${file} ${reason}. If it already has an entry "segment-audiences", compare that with what follows.\n`,
    );
  });
});
