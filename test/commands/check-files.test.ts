import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { findTargets } from '../../src/commands/check/targets.ts';
import { type CheckCommand, runCheck } from '../../src/commands/check.ts';
import { isWindows } from '../support/platform.ts';

/*
 * Definitions in files.
 */

const right = "event('A').count() >= 1";
const wrong = "event('A').cuont() >= 1";
const unread = `trait('${'x'.repeat(20_000)}') = 1`;
/** Valid, with a warning that has no fix. */
const doubtful = "trait('a') = 1 AND trait('a') = 2";
const accounts = "ALL trait('email').exists()";

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'check-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes files of these names and texts below the folder. */
function put(files: Record<string, string | Uint8Array>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

/** Runs the command on paths below the folder, which what it prints then has as `~`. */
async function check(paths: string[], more: Partial<CheckCommand> = {}) {
  let [stdout, stderr] = ['', ''];
  const words = paths.map((path) => join(folder, path));
  const code = await runCheck(
    { words, type: 'users', format: 'text', sandbox: false, fix: false, ...more },
    {
      write: (text) => {
        stdout += text.replaceAll(folder, '~');
      },
      writeAside: (text) => {
        stderr += text.replaceAll(folder, '~');
      },
      color: false,
    },
  );
  return { code, stdout, stderr };
}

describe('a file', () => {
  test.each(['a.seg', 'a.txt', 'A.SEG'])('is what ends like one, alone: %s', async (name) => {
    put({ [name]: `${right}\n` });
    expect(await check([name])).toEqual({
      code: 0,
      stderr: '',
      stdout: `~/${name}: valid, 1 of 50 conditions
Users who did "A" at least once.
formatted: ${right}
computed: REALTIME
`,
    });
  });

  test('is shown with its places as compilers do', async () => {
    put({ 'a.seg': `# bought\n\n${right}\n// and more\n  AND ${wrong}\n` });
    expect(await check(['a.seg'])).toEqual({
      code: 1,
      stderr: '',
      stdout: `~/a.seg:5:18: error unknown-function There is no function cuont.
5 |   AND ${wrong}
  |                  ^^^^^
  = Did you mean count?

~/a.seg: not valid
`,
    });
  });

  test('sets its level, whatever the one of the command', async () => {
    put({ 'a.seg': `# type: ACCOUNTS\n${accounts}`, 'b.seg': accounts });
    expect((await check(['a.seg'])).code).toBe(0);
    expect((await check(['a.seg'], { type: 'linked' })).code).toBe(0);
    expect((await check(['b.seg'])).code).toBe(1);
    expect((await check(['b.seg'], { type: 'accounts' })).code).toBe(0);
  });

  test('may begin with a byte-order mark', async () => {
    put({ 'a.seg': `\ufeff# type: accounts\r\n${accounts}\r\n` });
    expect((await check(['a.seg'])).code).toBe(0);
  });

  test.each([
    ['that is not there', 'none.seg', /^~\/none\.seg can't be read \(ENOENT\)\.\n$/],
    ['that is a folder', 'folder.seg', /^~\/folder\.seg can't be read \(EISDIR\)\.\n$/],
    ['that is not UTF-8', 'latin.seg', /^~\/latin\.seg is not UTF-8\.\n$/],
    ['of an unknown level', 'people.seg', /^~\/people\.seg:2 names no known level: .*linked\.\n$/],
    ['that no pattern finds', '*.none.seg', /^~\/\*\.none\.seg matches no files\.\n$/],
  ])('%s is reported, and the others are checked', async (_, name, message) => {
    put({ 'folder.seg/x': '', 'latin.seg': Uint8Array.of(0x27, 0xe4, 0x27), 'right.seg': right });
    put({ 'people.seg': `${right}\n# type: people` });
    const alone = await check([name]);
    expect([alone.code, alone.stdout.trim()]).toEqual([2, '']);
    expect(alone.stderr).toMatch(message);
    const { code, stdout, stderr } = await check([name, 'right.seg']);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stdout).toContain('~/right.seg: valid');
  });
});

describe('several files', () => {
  test('are found by a pattern with the separators of Windows', async () => {
    put({ 'win/a.seg': right, 'win/b.seg': right });
    const pattern = `${join(folder, 'win').replaceAll('/', '\\')}\\*.seg`;
    const { targets, problems } = await findTargets([pattern], '\\');
    expect(problems).toEqual([]);
    expect(targets.map((target) => target.label?.slice(-9))).toEqual(['win/a.seg', 'win/b.seg']);
  });

  test('are each reported, with a summary', async () => {
    put({ 'a.seg': right, b: wrong, 'c.txt': unread });
    const { code, stdout } = await check(['a.seg', 'b', 'c.txt']);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /~\/a\.seg: valid, [\s\S]*~\/b: not valid\n[\s\S]*~\/c\.txt: not checked\n/,
    );
    expect(stdout).toMatch(/\n\n3 files checked, 1 valid, 1 not valid, 1 not checked\n$/);
  });

  test('are what a pattern stands for, each once', async () => {
    put({ 'a.seg': right, 'sub/b.seg': right, 'sub/deep/c.seg': wrong, 'd.md': wrong });
    expect((await check(['*.seg'])).stdout).not.toMatch(/b\.seg|files checked/);
    const { code, stdout } = await check(['**/*.seg', 'a.seg']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/a\.seg: valid[\s\S]*b\.seg: valid[\s\S]*c\.seg: not valid/);
    expect(stdout).toMatch(/\n3 files checked, 2 valid, 1 not valid\n$/);
  });

  test('a name with a star that is there is no pattern', async () => {
    put({ '*.seg': right, 'a.seg': wrong });
    expect((await check(['*.seg'])).code).toBe(0);
  });

  test.each([
    [['valid'], 0],
    [['valid', 'unread'], 3],
    [['unread', 'invalid', 'valid'], 1],
    [['invalid', 'unread', 'none'], 2],
  ])('%j exit with %i', async (names, code) => {
    put({ 'valid.seg': right, 'invalid.seg': wrong, 'unread.seg': unread });
    expect((await check(names.map((name) => `${name}.seg`))).code).toBe(code);
  });
});

describe('--format json', () => {
  test('gives a list of files, with places in them', async () => {
    put({ 'a.seg': `# type: accounts\n${accounts}`, 'b.seg': `// b\n${wrong}` });
    const { stdout } = await check(['a.seg', 'b.seg'], { format: 'json' });
    expect(JSON.parse(stdout)).toMatchObject([
      { file: '~/a.seg', type: 'accounts', checked: true, valid: true, formatted: accounts },
      {
        file: '~/b.seg',
        valid: false,
        diagnostics: [{ line: 2, column: 12, start: 16, end: 21, fix: { start: 16, end: 21 } }],
      },
    ]);
  });
});

describe('--format github', () => {
  test('shows what was found in its place', async () => {
    put({ 'a.seg': `# a\n${wrong}`, 'b,c:d%.seg': doubtful, 'e.seg': unread });
    const { stdout } = await check(['a.seg', 'b,c:d%.seg', 'e.seg'], { format: 'github' });
    expect(stdout.split('\n')).toEqual([
      '::error file=~/a.seg,line=2,col=12,endColumn=16,title=unknown-function::There is no function cuont. Did you mean count?',
      expect.stringMatching(
        /^::warning file=~\/b%2Cc%3Ad%25\.seg,line=1,col=20,endColumn=33,title=always-false::/,
      ),
      expect.stringMatching(/^::warning file=~\/e\.seg,line=1,col=20001,.*title=too-long::/),
      '',
    ]);
  });

  test('gives hints as notices, and no columns over several lines', async () => {
    put({ 'a.seg': "trait('a') == 1\n AND (trait('b') = 1\nAND trait('b') = 1)" });
    const { stdout } = await check(['a.seg'], { format: 'github' });
    expect(stdout).toMatch(/^::notice file=~\/a\.seg,line=1,col=12,endColumn=13,title=/m);
  });

  test('escapes what would begin another command', async () => {
    put({ 'a.seg': "trait('a') = @100%\r\n::error::x" });
    const { stdout } = await check(['a.seg'], { format: 'github' });
    for (const line of stdout.trimEnd().split('\n')) {
      expect(line).toMatch(/^::(error|warning|notice) file=~\/a\.seg,line=\d+,.*::[^\r]*$/);
    }
  });

  test("shows which file can't be read", async () => {
    const { stdout } = await check(['none.seg'], { format: 'github' });
    expect(stdout).toBe("::error file=~/none.seg::~/none.seg can't be read (ENOENT).\n");
  });
});

const position = z.int().min(1);
const region = z.strictObject({
  startLine: position,
  startColumn: position.optional(),
  endLine: position.optional(),
  endColumn: position.optional(),
});
const messageSchema = z.strictObject({ text: z.string().min(1) });
const index = z.int().min(0);
const artifactLocation = z.strictObject({ uri: z.string().optional(), index: index.optional() });
const location = z.strictObject({
  physicalLocation: z.strictObject({ artifactLocation, region: region.optional() }),
});

/** SARIF 2.1.0 as far as we write it: the members that its schema requires, and no unknown ones. */
const sarifSchema = z.strictObject({
  $schema: z.string(),
  version: z.literal('2.1.0'),
  runs: z.tuple([
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string(),
          version: z.string(),
          rules: z.array(
            z.strictObject({
              id: z.string(),
              shortDescription: messageSchema,
              fullDescription: messageSchema,
            }),
          ),
        }),
      }),
      columnKind: z.literal('utf16CodeUnits'),
      invocations: z.array(
        z.strictObject({
          executionSuccessful: z.boolean(),
          toolExecutionNotifications: z.array(
            z.strictObject({
              level: z.literal('error'),
              message: messageSchema,
            }),
          ),
        }),
      ),
      artifacts: z.array(
        z.strictObject({
          location: artifactLocation.optional(),
          contents: z.strictObject({ text: z.string() }).optional(),
        }),
      ),
      results: z.array(
        z.strictObject({
          ruleId: z.string(),
          ruleIndex: index,
          level: z.enum(['error', 'warning', 'note']),
          message: messageSchema,
          locations: z.array(location),
          fixes: z
            .array(
              z.strictObject({
                artifactChanges: z.array(
                  z.strictObject({
                    artifactLocation,
                    replacements: z.array(
                      z.strictObject({
                        deletedRegion: region,
                        insertedContent: z.strictObject({ text: z.string() }),
                      }),
                    ),
                  }),
                ),
              }),
            )
            .optional(),
        }),
      ),
    }),
  ]),
});

describe('--format sarif', () => {
  const sarif = async (paths: string[], more: Partial<CheckCommand> = {}) => {
    const { stdout } = await check(paths, { format: 'sarif', ...more });
    return sarifSchema.parse(JSON.parse(stdout)).runs[0];
  };

  test('has every diagnostic with its place and its fix', async () => {
    put({ 'a b.seg': `// a\n${wrong}`, 'c.seg': doubtful, 'd.seg': right });
    const { results, artifacts, tool, invocations } = await sarif(['a b.seg', 'c.seg', 'd.seg']);
    const place = { startLine: 2, startColumn: 12, endLine: 2, endColumn: 17 };
    expect(artifacts).toHaveLength(3);
    expect(artifacts[0]?.location?.uri).toMatch(/^file:\/\/.*\/a%20b\.seg$/);
    expect(results).toMatchObject([
      {
        ruleId: 'unknown-function',
        level: 'error',
        locations: [{ physicalLocation: { artifactLocation: { index: 0 }, region: place } }],
        fixes: [
          {
            artifactChanges: [
              { replacements: [{ deletedRegion: place, insertedContent: { text: 'count' } }] },
            ],
          },
        ],
      },
      { ruleId: 'always-false', level: 'warning' },
    ]);
    for (const { ruleId, ruleIndex } of results) {
      expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    }
    expect(invocations).toEqual([{ executionSuccessful: true, toolExecutionNotifications: [] }]);
  });

  test("says which file can't be read", async () => {
    put({ 'people.seg': '# type: people' });
    const { invocations, results } = await sarif(['none.seg', 'people.seg']);
    expect(results).toEqual([]);
    expect(invocations).toMatchObject([
      {
        executionSuccessful: false,
        toolExecutionNotifications: [
          { message: { text: "~/none.seg can't be read (ENOENT)." } },
          { message: { text: expect.stringMatching(/^~\/people\.seg:1 names no known level/) } },
        ],
      },
    ]);
  });

  test('holds the text of what is in no file', async () => {
    const { artifacts, results } = await sarif([], { words: [wrong] });
    expect(artifacts).toEqual([{ contents: { text: wrong } }]);
    expect(results).toMatchObject([
      { locations: [{ physicalLocation: { artifactLocation: { index: 0 } } }] },
    ]);
  });
});

describe('--fix', () => {
  const fix = (paths: string[], more: Partial<CheckCommand> = {}) =>
    check(paths, { fix: true, ...more });

  test('rewrites a file and shows what is left', async () => {
    put({ 'a.seg': `evnt('A').cuont() == 1\n  and ${doubtful}\n` });
    const { code, stdout } = await fix(['a.seg']);
    expect(code).toBe(0);
    expect(read('a.seg')).toBe(`event('A').count() = 1\n  AND ${doubtful}\n`);
    expect(stdout).toMatch(/^~\/a\.seg:2:26: warning always-false /);
    expect(stdout).toMatch(/^~\/a\.seg: valid, 3 of 50 conditions, 4 fixes applied$/m);
    expect(readdirSync(folder)).toEqual(['a.seg']);
  });

  test.each([
    ['line ends', `${wrong}\r\nAND ${wrong}\r\n`, `${right}\r\nAND ${right}\r\n`],
    ['no line end at the end', wrong, right],
    ['blank lines at the end', `${wrong}\n\n \n`, `${right}\n\n \n`],
    ['the byte-order mark', `\ufeff${wrong}`, `\ufeff${right}`],
    [
      'comments',
      `# type: users\n// a\n${wrong}\n# b\n  AND ${wrong} // c\n# d`,
      `# type: users\n// a\n${right}\n# b\n  AND ${right} // c\n# d`,
    ],
  ])('keeps %s', async (_, before, after) => {
    put({ 'a.seg': before });
    await fix(['a.seg']);
    expect(read('a.seg')).toBe(after);
  });

  test('keeps the mode, and replaces the file instead of writing into it', async () => {
    put({ 'a.seg': wrong });
    chmodSync(join(folder, 'a.seg'), 0o666);
    const { ino } = statSync(join(folder, 'a.seg'));
    await fix(['a.seg']);
    const after = statSync(join(folder, 'a.seg'));
    if (!isWindows) expect(after.mode & 0o7777).toBe(0o666);
    expect(after.ino).not.toBe(ino);
  });

  test.skipIf(isWindows)(
    'goes through a link to the file (making one takes rights on Windows)',
    async () => {
      put({ 'real/a.seg': wrong });
      symlinkSync(join('real', 'a.seg'), join(folder, 'link.seg'));
      await fix(['link.seg']);
      expect(lstatSync(join(folder, 'link.seg')).isSymbolicLink()).toBe(true);
      expect(read('real/a.seg')).toBe(right);
    },
  );

  test('does not touch a file in which there is nothing to fix', async () => {
    put({ 'a.seg': doubtful, 'b.seg': unread });
    const before = ['a.seg', 'b.seg'].map((name) => statSync(join(folder, name)).ino);
    expect((await fix(['a.seg', 'b.seg'])).code).toBe(3);
    const after = ['a.seg', 'b.seg'].map((name) => statSync(join(folder, name)).ino);
    expect(after).toEqual(before);
  });

  test('prints the text of an argument alone, and the rest aside', async () => {
    const { code, stdout, stderr } = await fix([], {
      words: [`evnt('A').count() >= 1 AND ${doubtful}`],
    });
    expect(code).toBe(0);
    expect(stdout).toBe(`${right} AND ${doubtful}\n`);
    expect(stderr).toMatch(/^warning\[always-false\][\s\S]*\nvalid, 3 of 50 .*, 1 fix applied\n/);
  });

  test('prints an argument without a fix as it is', async () => {
    const { code, stdout, stderr } = await fix([], { words: ["zzzz('a') = 1"] });
    expect([code, stdout]).toEqual([1, "zzzz('a') = 1\n"]);
    expect(stderr).toMatch(/not valid\n$/);
  });
});
