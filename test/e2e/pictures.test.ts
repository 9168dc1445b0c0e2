import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type SandboxSeed, start } from '../../src/sandbox/start.ts';
import { mainFile, plainEnvironment, RawProgram } from '../support/program.ts';
import { environmentFor } from '../support/rig.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { elementsIn, parseXml, textIn } from '../support/xml.ts';
import { world } from './stories/world.ts';

/*
 * `graph` and `report` of the built program, against the sandbox.
 */

const token = 'sgp_endToEndToken1234567';
/** The small space, for which the sandbox computes next to nothing. */
const small = ['--sandbox', '--space', 'spa_shop_staging'];

async function run(args: string[], env: Record<string, string> = {}) {
  const program = new RawProgram(args, env);
  program.child.stdin.end();
  const { code } = await program.exit();
  return { code, stdout: program.stdout, stderr: program.stderr };
}

/** The environment for a sandbox of the test's own. */
async function inSandbox(seed: SandboxSeed): Promise<Record<string, string>> {
  const sandbox = await start({ seed });
  onTestFinished(() => sandbox.close());
  return { ...environmentFor(sandbox.url, sandbox.spaces[0]?.id ?? ''), SEGMENT_API_TOKEN: token };
}

test('graph writes svg of the sandbox', async () => {
  const { code, stdout, stderr } = await run(['graph', '--sandbox', '--format', 'svg']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  expect(stdout).toContain('VIPs to win back');
});

test.each([
  ['mermaid', /^flowchart LR\n/],
  ['dot', /^digraph [\s\S]*\}\n$/],
  ['json', /^\{[\s\S]*\}\n$/],
])('graph writes %s', async (format, form) => {
  const args = ['graph', '--format', format];
  const { code, stdout, stderr } = await run(args, await inSandbox(world));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(form);
  expect(stdout).toContain('Yearly members who lapsed');
});

test('report writes a page to a file, and replaces it only with --force', async () => {
  const folder = temporaryFolder('pictures');
  const out = join(folder, 'report.html');
  const first = await run(['report', ...small, '--out', out]);
  expect(first).toEqual({
    code: 0,
    stdout: '',
    stderr: `segment-audiences-mcp: wrote ${out}\n`,
  });
  const page = readFileSync(out, 'utf8');
  const headings = elementsIn(parseXml(page)).filter(({ name }) => name === 'h1');
  expect(headings.map(textIn)).toEqual(['Audiences of Shop (staging)']);

  const second = await run(['report', ...small, '--out', out]);
  expect(second.code).toBe(2);
  expect(second.stderr).toContain('add --force to replace it');
  expect(readFileSync(out, 'utf8')).toBe(page);
  expect((await run(['report', '--sandbox', '--out', out, '--force'])).code).toBe(0);
});

test("what can't be reached ends with 1, what is wrong on the command line with 2", async () => {
  const environment = { SEGMENT_API_TOKEN: token, SEGMENT_SPACE_ID: 'spa_1' };
  const unreached = await run(['graph', '--api-url', 'http://127.0.0.1:1'], environment);
  expect(unreached).toMatchObject({ code: 1, stdout: '' });
  expect(unreached.stderr).toContain('could not be reached');
  expect(await run(['graph'])).toMatchObject({ code: 2, stdout: '' });
  expect(await run(['graph', ...small, '--format', 'png'])).toMatchObject({
    code: 2,
    stdout: '',
  });
});

test('a token in a name is shown nowhere', async () => {
  const users = { audienceType: 'USERS' } as const;
  const environment = await inSandbox({
    spaces: [
      {
        id: 'spa_1',
        audiences: [
          { ...users, name: 'Base', definition: { query: "event('A').count() >= 1" } },
          {
            ...users,
            name: `A ${token}`,
            key: 'top',
            definition: { query: "trait('base') = 'true'" },
          },
        ],
      },
    ],
  });
  for (const args of [['graph'], ['graph', '--format', 'mermaid'], ['report']]) {
    const { code, stdout, stderr } = await run(args, environment);
    expect(code).toBe(0);
    expect(stdout).toMatch(/A (?:\[|#91;)redacted/);
    expect(stdout + stderr).not.toMatch(/endToEnd/i);
  }
});

test('a reader of stdout may leave early', async () => {
  const program = new RawProgram(['report', ...small]);
  program.child.stdin.end();
  program.child.stdout.destroy();
  expect((await program.exit()).code).toBe(0);
  expect(program.stderr).toBe('');
});

test.skipIf(!existsSync('/dev/full'))('a full disk behind stdout is an error', async () => {
  const full = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(full));
  const { status, stderr } = spawnSync(
    process.execPath,
    [mainFile, 'graph', ...small, '--format', 'json'],
    { stdio: ['ignore', full, 'pipe'], encoding: 'utf8', env: plainEnvironment() },
  );
  expect(stderr).toBe(
    "segment-audiences-mcp: stdout can't be written: the disk is full (ENOSPC).\n",
  );
  expect(status).toBe(2);
});
