import { type StdioOptions, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callTool } from '../support/in-memory.ts';
import { mainFile, plainEnvironment, type Session, startSession } from '../support/program.ts';
import { startRig } from '../support/rig.ts';

/*
 * Checking definitions from a shell, and that a wrong one costs no request.
 */

const right = "event('Shoes Bought').within(7 days).count() >= 1";
const wrong = "event('Shoes Bought').within(7 days).cuont() >= 1";

/** The program as a server of the sandbox, which no test here changes. */
let session: Session;
beforeAll(async () => {
  session = await startSession(['--sandbox']);
});
afterAll(() => session.close());

async function check(args: string[], input = '', cwd = '.') {
  const options = { env: plainEnvironment(), cwd };
  const child = spawn(process.execPath, [resolve(mainFile), 'check', ...args], options);
  child.stdin.end(input);
  const code = new Promise((done) => child.on('close', done));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout, stderr, code: await code };
}

describe('stdout', () => {
  const startInto = (stdout: 'pipe' | number) => {
    const stdio: StdioOptions = ['ignore', stdout, 'pipe'];
    const child = spawn(process.execPath, [mainFile, 'check', right], {
      env: plainEnvironment(),
      stdio,
    });
    const code = new Promise((done) => child.on('close', done));
    const stderr = child.stderr ? text(child.stderr) : '';
    return { child, code, stderr };
  };

  test('that its reader closes is no error', async () => {
    const { child, code, stderr } = startInto('pipe');
    child.stdout?.destroy();
    expect([await code, await stderr]).toEqual([0, '']);
  });

  test.skipIf(!existsSync('/dev/full'))('that is full is one (Linux has such a file)', async () => {
    const full = openSync('/dev/full', 'w');
    const { code, stderr } = startInto(full);
    closeSync(full);
    expect([await code, await stderr]).toEqual([
      1,
      "segment-audiences-mcp: stdout can't be written (ENOSPC).\n",
    ]);
  });
});

describe('segment-audiences-mcp check', () => {
  test('a valid definition is explained, with exit code 0', async () => {
    expect(await check([right])).toEqual({
      code: 0,
      stderr: '',
      stdout: `valid, 1 of 50 conditions
Users who did "Shoes Bought" at least once in the last 7 days.
formatted: ${right}
computed: BATCH, because events are counted in a time window
`,
    });
  });

  test('a wrong one is shown with carets, with exit code 1', async () => {
    const { code, stdout } = await check([wrong]);
    expect(code).toBe(1);
    expect(stdout).toBe(`error[unknown-function]: There is no function cuont.
1 | ${wrong}
  |                                      ^^^^^
  = Did you mean count?

not valid
`);
  });

  test('warnings are shown and do not fail', async () => {
    const { code, stdout } = await check(["trait('plan') != 'vip'"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^warning\[differs-missing\].*\n.*\n.*\n.*\n\nvalid, /);
  });

  test('--json prints what the tool gives', async () => {
    for (const [query, code] of [
      [right, 0],
      [wrong, 1],
    ] as const) {
      const printed = await check(['--json', query]);
      const { structured } = await callTool(session.client, 'check_audience_query', { query });
      expect(JSON.parse(printed.stdout)).toEqual(structured);
      expect(printed.code).toBe(code);
    }
  });

  test('--type is the level', async () => {
    const query = "ALL trait('email').exists()";
    expect((await check([query])).code).toBe(1);
    expect((await check(['--type', 'accounts', query])).code).toBe(0);
  });

  test('- reads from standard input', async () => {
    const { code, stdout } = await check(['-'], `${right}\n`);
    expect(code).toBe(0);
    expect(stdout).toContain(`formatted: ${right}\n`);
  });

  test('--sandbox counts the sample that matches', async () => {
    const { stdout } = await check(['--sandbox', "trait('plan') = 'vip'"]);
    const [, matches] = /^matches (\d+) of 2000 in the sample data$/m.exec(stdout) ?? [];
    expect(Number(matches)).toBeGreaterThan(100);
    const json = await check(['--sandbox', '--json', "trait('plan') = 'vip'"]);
    expect(JSON.parse(json.stdout).sample).toEqual({ matches: Number(matches), of: 2000 });
    const accounts = await check(['--sandbox', '--type', 'accounts', "trait('plan') = 'vip'"]);
    expect(accounts.stdout).toMatch(/^matches \d+ of \d\d in the sample data$/m);
  });

  test.each([
    [[], /query is missing/],
    [['a', 'b'], /^a can't be read \(ENOENT\)\.\nb can't be read \(ENOENT\)\.\n$/],
    [['--port', '1', 'a'], /--port is not a flag here/],
  ])('%j is misunderstood: exit code 2, and nothing on stdout', async (args, message) => {
    const { code, stdout, stderr } = await check(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
  });
});

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'check-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const unread = `trait('${'x'.repeat(20_000)}') = 1`;
  mkdirSync(join(folder, 'sub'));
  for (const [name, content] of Object.entries({
    'right.seg': `# type: accounts\nALL trait('email').exists()\n`,
    'sub/wrong.seg': `// bought\n${wrong}\n`,
    'long.txt': unread,
  })) {
    writeFileSync(join(folder, name), content);
  }

  test.each([
    [['right.seg'], 0],
    [['right.seg', 'sub/wrong.seg', 'long.txt'], 1],
    [['right.seg', 'long.txt'], 3],
    [['right.seg', 'sub/wrong.seg', 'none.seg'], 2],
    [['**/wrong.seg'], 1],
  ])('%j exit with %i', async (names, code) => {
    expect((await check(names, '', folder)).code).toBe(code);
  });

  test('are shown by their paths, with places as compilers write them', async () => {
    const { stdout } = await check(['**/*.seg'], '', folder);
    expect(stdout).toMatch(
      /^sub\/wrong\.seg:2:38: error unknown-function There is no function cuont\.$/m,
    );
    expect(stdout).toMatch(/^2 files checked, 1 valid, 1 not valid$/m);
  });

  test('have relative places in what CI systems read', async () => {
    const { stdout } = await check(['--format', 'github', '**/*.seg'], '', folder);
    expect(stdout).toMatch(
      /^::error file=sub\/wrong\.seg,line=2,col=38,endColumn=42,title=[\w-]+::/,
    );
    const sarif = await check(['--format=sarif', '**/*.seg'], '', folder);
    const [run] = JSON.parse(sarif.stdout).runs;
    expect(run.artifacts).toEqual([
      { location: { uri: 'right.seg' } },
      { location: { uri: 'sub/wrong.seg' } },
    ]);
    expect(run.results).toHaveLength(1);
  });

  test('are rewritten by --fix', async () => {
    const name = join(folder, 'fix.seg');
    writeFileSync(name, `// bought\r\n${wrong}\r\n`);
    expect((await check(['--fix', 'fix.seg'], '', folder)).code).toBe(0);
    expect(readFileSync(name, 'utf8')).toBe(`// bought\r\n${right}\r\n`);
  });

  test('standard input is read like one, among others as well', async () => {
    const input = `# type: accounts\nALL trait('email').exists()\n`;
    expect((await check(['-'], input)).code).toBe(0);
    const { code, stdout } = await check(['right.seg', '-'], `# a\n${wrong}`, folder);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^<stdin>:2:38: error /m);
    const fixed = await check(['--fix', '-'], `# a\n${wrong}`);
    expect(fixed).toMatchObject({ code: 0, stdout: `# a\n${right}` });
    expect(fixed.stderr).toMatch(/^valid, 1 of 50 conditions, 1 fix applied\n/);
  });
});

test('what is too long is not checked, with exit code 3', async () => {
  const { code, stdout } = await check(['-'], `trait('${'x'.repeat(20_000)}') = 1`);
  expect(code).toBe(3);
  expect(stdout).toMatch(/^warning\[too-long\][\s\S]*\nnot checked\n$/);
});

test('the README shows what the command prints', async () => {
  const [, shown = ''] = /```console\n([\s\S]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? [];
  const commands = shown.split(/^\$ segment-audiences-mcp check /m).slice(1);
  expect(commands.length).toBeGreaterThan(1);
  for (const command of commands) {
    const [line = '', ...output] = command.split('\n');
    const [, flags = '', query = ''] = /^(.*?)"(.*)"$/.exec(line) ?? [];
    const { stdout } = await check([...flags.split(' ').filter(Boolean), query]);
    expect(stdout).toBe(output.join('\n'));
  }
});

test('the page on the language shows what the command prints', async () => {
  const page = readFileSync('docs/query-language.md', 'utf8');
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  for (const [, name = '', content = ''] of page.matchAll(/^```seg (\S+)\n([\s\S]*?)^```$/gm)) {
    writeFileSync(join(folder, name), content);
  }
  const [, shown = ''] = /^```console\n([\s\S]*?)^```$/m.exec(page) ?? [];
  const commands = shown.split(/^\$ segment-audiences-mcp check /m).slice(1);
  expect(commands.length).toBeGreaterThan(1);
  for (const command of commands) {
    const [line = '', ...output] = command.split('\n');
    const args = line.split(' ').map((word) => word.replaceAll("'", ''));
    const { stdout } = await check(args, '', folder);
    expect(stdout).toBe(output.join('\n'));
  }
  rmSync(folder, { recursive: true });
});

test('a wrong definition reaches no quota, by no tool', async () => {
  await using rig = await startRig();
  const { client } = rig.session;
  const created = await callTool(client, 'create_audience', { name: 'n', query: wrong });
  const changed = await callTool(client, 'update_audience_for_space', {
    id: 'aud_000000001',
    query: wrong,
  });
  expect([created.error?.code, changed.error?.code]).toEqual(['invalid_query', 'invalid_query']);
  expect(rig.requests).toEqual([]);
});

test('--query-check off leaves the check to Segment', async () => {
  await using rig = await startRig(['--query-check', 'off']);
  const { error } = await callTool(rig.session.client, 'create_audience', {
    name: 'n',
    query: wrong,
  });
  expect(error).toMatchObject({
    code: 'validation_failed',
    field: 'definition.query',
    status: 422,
  });
  expect(error?.message).toMatch(/column 38/);
});

test('the built server lists and reads the cheat sheet', async () => {
  const { contents } = await session.client.readResource({ uri: 'segment://query-language' });
  expect(JSON.stringify(contents)).toContain('within_last');
});

test('get_audience of the sandbox gives size and explanation', async () => {
  const { structured } = await callTool(session.client, 'get_audience', { id: 'aud_000000001' });
  expect(structured).toMatchObject({
    explanation: 'Users whose **total_spend** is more than 500.',
    audience: { size: { type: 'USERS', count: expect.any(Number) } },
  });
});
