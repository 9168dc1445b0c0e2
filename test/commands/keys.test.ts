import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hashOfKey, isKeyLike, parseKeysFile } from '../../src/access/keys-file.ts';
import { parseCommand } from '../../src/cli.ts';
import { runKeys } from '../../src/commands/keys.ts';
import { ConfigError, type Environment } from '../../src/config/config.ts';
import { isWindows } from '../support/platform.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const now = Date.UTC(2026, 0, 1);
const newFile = () => join(temporaryFolder('keys'), 'keys.json');
const keysIn = (path: string) => parseKeysFile(readFileSync(path, 'utf8'));

interface Result {
  stdout: string;
  stderr: string;
  problems: readonly string[];
}

/** Runs the command as the program does. */
async function keys(line: readonly string[], environment: Environment = {}): Promise<Result> {
  const result = { stdout: '', stderr: '', problems: [] as readonly string[] };
  try {
    const command = parseCommand(['keys', ...line]);
    if (command.kind !== 'keys') throw new Error('it is another command');
    await runKeys(
      command,
      { environment, now: () => now, randomBytes },
      {
        write: (text) => {
          result.stdout += text;
        },
        writeAside: (text) => {
          result.stderr += text;
        },
      },
    );
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    result.problems = error.problems;
  }
  return result;
}

const add = (path: string, ...more: string[]) =>
  keys(['add', '--keys', path, '--owner', 'Ann', ...more]);

describe('keys add', () => {
  test('prints a key that the file knows by its hash only', async () => {
    const path = newFile();
    const { stdout, stderr, problems } = await add(path, '--expires', '90d', '--read-only');
    expect(problems).toEqual([]);
    const key = stdout.trimEnd();
    expect(isKeyLike(key)).toBe(true);
    const [entry] = keysIn(path);
    expect(entry).toEqual({
      id: expect.stringMatching(/^key-[\da-f]{12}$/),
      hash: hashOfKey(key),
      owner: 'Ann',
      createdAt: '2026-01-01T00:00:00.000Z',
      expiresAt: '2026-04-01T00:00:00.000Z',
      policy: { readOnly: true },
    });
    expect(stderr).toContain(`Added ${entry?.id} for Ann. It expires at 2026-04-01`);
    for (const text of [stderr, readFileSync(path, 'utf8')]) expect(text).not.toContain(key);
    if (!isWindows) expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('keeps the other keys, and leaves nothing behind', async () => {
    const path = newFile();
    const first = await add(path);
    const second = await keys(['add', '--owner', 'Bob'], { SEGMENT_MCP_KEYS: path });
    expect(first.stdout).not.toBe(second.stdout);
    expect(keysIn(path).map(({ owner }) => owner)).toEqual(['Ann', 'Bob']);
    expect(readdirSync(join(path, '..'))).toEqual(['keys.json']);
  });

  test.skipIf(isWindows)(
    'keeps the permissions, and a link (Windows has neither for every user)',
    async () => {
      const path = newFile();
      await add(path);
      chmodSync(path, 0o644);
      const link = `${path}.link`;
      symlinkSync(path, link);
      await add(link);
      expect(keysIn(path)).toHaveLength(2);
      expect(statSync(path).mode & 0o777).toBe(0o644);
      expect(lstatSync(link).isSymbolicLink()).toBe(true);
    },
  );

  test.each([
    ['2030-01-31', '2030-01-31T00:00:00.000Z'],
    ['2030-01-31T12:00:00+02:00', '2030-01-31T10:00:00.000Z'],
    ['1D', '2026-01-02T00:00:00.000Z'],
  ])('--expires %s is %s', async (text, expiresAt) => {
    const path = newFile();
    await add(path, '--expires', text);
    expect(keysIn(path)[0]).toMatchObject({ expiresAt });
  });

  test.each<[string[], RegExp]>([
    [['--expires', 'soon'], /^--expires must be a number of days/],
    [['--expires', '0d'], /^--expires must be a number of days/],
    [['--expires', '2026-02-31'], /^--expires must be a number of days/],
    [['--expires', '2026-01-01T10:00'], /^--expires must be a number of days/],
    [['--expires'], /^--expires must be a number of days/],
    [['--expires', '2026-01-01'], /^--expires must be in the future/],
    [['--spaces', ''], /^--spaces is empty/],
    [['--tools', 'create'], /^--tools has an unknown tool/],
    [['--spaces', 'a', '--spaces', 'b'], /^--spaces is given more than once/],
    [['--json'], /^--json is for keys list only/],
    [['--frobnicate'], /is not a flag here/],
    [['extra'], /^Word 2 of the command line is not expected/],
  ])('%j is refused, and nothing is written', async (more, problem) => {
    const path = newFile();
    const { problems, stdout } = await add(path, ...more);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(stdout).toBe('');
    expect(readdirSync(join(path, '..'))).toEqual([]);
  });

  test.each<[string[], RegExp]>([
    [['add', '--owner', 'Ann'], /^--keys FILE .*is missing/],
    [['add', '--keys', '', '--owner', 'Ann'], /^--keys is empty/],
    [['add', '--keys', '${KEYS}', '--owner', 'Ann'], /^--keys holds a placeholder/],
    [['add', '--keys', '/k'], /^--owner NAME is missing/],
    [['add', '--keys', '/k', '--owner', '$USER'], /^--owner holds a placeholder/],
    [['add', '--keys', '/k', '--owner', 'A\u202eB'], /^--owner must have/],
    [['add', '--keys', '/k', '--owner', 'x'.repeat(201)], /^--owner must have/],
    [['add', '--keys', '/no/such/folder/keys', '--owner', 'Ann'], /can't be written \(ENOENT\)/],
    [[], /^keys needs one of add, list, revoke/],
    [['remove'], /^keys needs one of add, list, revoke/],
    [['revoke', '--keys', '/k'], /^keys revoke needs the id/],
    [['list', '--owner', 'Ann', '--keys', '/k'], /^--owner is for keys add only/],
    [['list', '--keys', '/no/such/file'], /can't be read \(ENOENT\)/],
    [['revoke', 'x', '--keys', '/no/such/file'], /can't be read \(ENOENT\)/],
  ])('%j is refused', async (line, problem) => {
    expect((await keys(line)).problems).toEqual([expect.stringMatching(problem)]);
  });

  test('a broken file is refused, and stays as it is', async () => {
    const path = newFile();
    writeFileSync(path, '{"version":1,"keys":[{}]}');
    const { problems } = await add(path);
    expect(problems).toContain('--keys: keys[0].id is missing.');
    expect(readFileSync(path, 'utf8')).toBe('{"version":1,"keys":[{}]}');
    const folder = `${path}.d`;
    mkdirSync(folder);
    expect((await add(folder)).problems).toEqual([expect.stringMatching(/can't be read/)]);
  });
});

describe('keys list', () => {
  test('shows everything but hashes', async () => {
    const path = newFile();
    expect((await keys(['list', '--keys', path])).problems).toHaveLength(1);
    await add(path, '--spaces', 'spa_a', '--expires', '1d');
    await add(path);
    const [first, second] = keysIn(path);
    const { stdout } = await keys(['list', '--keys', path]);
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['ID', 'STATUS', 'OWNER', 'CREATED', 'EXPIRES', 'POLICY'],
      [first?.id, 'valid', 'Ann', '2026-01-01', '2026-01-02', '{"spaces":["spa_a"]}'],
      [second?.id, 'valid', 'Ann', '2026-01-01', 'never', '{}'],
      [''],
    ]);
    expect(stdout).not.toMatch(/sha256|sgm_/);
  });

  test('shows JSON, with what became of a key', async () => {
    const path = newFile();
    await add(path);
    const [entry] = keysIn(path);
    await keys(['revoke', entry?.id ?? '', '--keys', path]);
    const { stdout } = await keys(['list', '--keys', path, '--json']);
    const { hash, ...rest } = { hash: '', ...entry };
    const revokedAt = '2026-01-01T00:00:00.000Z';
    expect(JSON.parse(stdout)).toEqual([{ ...rest, revokedAt, status: 'revoked' }]);
    expect(stdout).not.toContain('sha256');
  });

  test('says that there are none', async () => {
    const path = newFile();
    writeFileSync(path, '{"version":1,"keys":[]}');
    expect((await keys(['list', '--keys', path])).stdout).toBe('There are no keys.\n');
  });
});

describe('keys revoke', () => {
  test('makes one key invalid, once', async () => {
    const path = newFile();
    await add(path);
    await add(path);
    const [first, second] = keysIn(path);
    const revoke = () => keys(['revoke', first?.id ?? '', '--keys', path]);
    expect((await revoke()).stderr).toMatch(`Revoked ${first?.id}.`);
    const revokedAt = '2026-01-01T00:00:00.000Z';
    expect(keysIn(path)).toEqual([{ ...first, revokedAt }, second]);
    expect(await revoke()).toMatchObject({
      problems: [],
      stderr: `${first?.id} was already revoked at ${revokedAt}.\n`,
    });
  });

  test('of an unknown id is refused, without repeating it', async () => {
    const path = newFile();
    const { stdout } = await add(path);
    const { problems } = await keys(['revoke', stdout.trim(), '--keys', path]);
    expect(problems).toEqual(['There is no key with this id; see keys list.']);
  });
});
