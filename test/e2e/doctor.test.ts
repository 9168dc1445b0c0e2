import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type SandboxOptions, start } from '../../src/sandbox/start.ts';
import { reportSchema } from '../support/doctor-report.ts';
import { isWindows } from '../support/platform.ts';
import { mainFile, RawProgram } from '../support/program.ts';
import { scriptWithChild } from '../support/script-with-child.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/*
 * The doctor of the built program, against a sandbox: what the process itself has to do with. What it finds
 * in what Segment answers is tested in test/commands/doctor.test.ts.
 */

/** The sandbox's smaller space: it computes the sizes of audiences in no time. */
const space = 'spa_shop_staging';
const token = 'sgp_endToEndToken1234567';
function home(): string {
  return realpathSync(temporaryFolder('home'));
}

async function run(args: string[], env: Record<string, string>, folder = home()) {
  const program = new RawProgram(['doctor', ...args], {
    HOME: folder,
    SEGMENT_STATE_DIR: join(folder, 'state'),
    ...env,
  });
  program.child.stdin.end();
  const { code } = await program.exit();
  expect(program.stderr).toBe('');
  expect(program.stdout).not.toContain(token);
  return { code, stdout: program.stdout };
}

async function findings(env: Record<string, string>, folder?: string) {
  const { code, stdout } = await run(['--json'], env, folder);
  const { ok, checks } = reportSchema.parse(JSON.parse(stdout));
  expect(code).toBe(ok ? 0 : 1);
  const bad = checks.filter(({ status }) => status === 'fail' || status === 'warn');
  return bad.map(({ id, status }) => `${id}: ${status}`);
}

async function segment(options: SandboxOptions = {}): Promise<Record<string, string>> {
  const sandbox = await start(options);
  onTestFinished(() => sandbox.close());
  return { SEGMENT_API_URL: sandbox.url, SEGMENT_API_TOKEN: token, SEGMENT_SPACE_ID: space };
}

const body = JSON.stringify({ errors: [{ type: 'not-found', message: 'Not found' }] });
const refusing = (name: string, status: number): SandboxOptions => ({
  faults: ({ operation }) => (operation === name ? { kind: 'answer', status, body } : undefined),
});

test('all is well in the sandbox, in words and in JSON', async () => {
  const { code, stdout } = await run(['--sandbox', '--space', space], {});
  expect(code).toBe(0);
  expect(stdout).toMatch(/^✓ ok +Workspace +"Sandbox"/m);
  expect(stdout).toMatch(/^✓ ok +Start +The server started and listed \d+ tools in \d+ ms\.$/m);
  expect(stdout).toContain('No check failed.');
  expect(await findings({ SEGMENT_SANDBOX: '1', SEGMENT_SPACE_ID: space })).toEqual([]);
});

test('all is well with a token and a space', async () => {
  expect(await findings(await segment())).toEqual([]);
});

test.each<[string, () => Promise<Record<string, string>>, string[]]>([
  ['no token', async () => ({}), ['settings: fail']],
  [
    'a token that is refused',
    async () => segment(refusing('get_workspace', 401)),
    ['workspace: fail'],
  ],
  [
    'a proxy that is not there',
    async () => ({ SEGMENT_API_TOKEN: token, HTTPS_PROXY: 'http://127.0.0.1:1' }),
    ['proxy: fail'],
  ],
  [
    'an audit log in a folder that is not there',
    async () => ({ ...(await segment()), SEGMENT_AUDIT_LOG: '/gone/audit.jsonl' }),
    ['audit-log: fail', 'start: fail'],
  ],
  [
    'no network',
    async () => ({ ...(await segment()), SEGMENT_API_URL: 'http://127.0.0.1:1' }),
    ['workspace: fail'],
  ],
])('%s', async (_, environment, expected) => {
  expect(await findings(await environment())).toEqual(expected);
});

/** A home with a client's file that starts the server with this Node. */
function withEntry(folder: string, node: string, file: string): void {
  mkdirSync(join(folder, '.cursor'));
  const entry = { command: node, args: [file, '--sandbox'] };
  const text = JSON.stringify({ mcpServers: { 'segment-audiences': entry } });
  writeFileSync(join(folder, '.cursor/mcp.json'), text);
}

test("old Node in a client's entry", async () => {
  const folder = home();
  const node = join(folder, 'node');
  writeFileSync(node, '#!/bin/sh\necho v18.19.0\n');
  chmodSync(node, 0o755);
  withEntry(folder, node, realpathSync(mainFile));
  // A pipe that nobody writes to, in place of another client's file, must not keep the process.
  mkdirSync(join(folder, '.junie/mcp'), { recursive: true });
  execFileSync('mkfifo', [join(folder, '.junie/mcp/mcp.json')]);
  expect(await findings({ SEGMENT_SANDBOX: '1', SEGMENT_SPACE_ID: space }, folder)).toEqual([
    'clients.cursor: fail',
    'clients.junie: warn',
  ]);
});

test.skipIf(isWindows)(
  'nothing that the doctor started stays if a person ends it (Windows has no such signals)',
  async () => {
    const folder = home();
    const node = join(folder, 'node');
    const { connected } = await scriptWithChild(node, 'wait');
    withEntry(folder, node, realpathSync(mainFile));
    const program = new RawProgram(['doctor', '--sandbox'], { HOME: folder });
    program.child.stdin.end();
    const closed = once(await connected, 'close');
    program.child.kill('SIGINT');
    await closed;
    await program.exit();
    expect(program.child.signalCode).toBe('SIGINT');
  },
);

test("missing path in a client's file", async () => {
  const folder = home();
  withEntry(folder, process.execPath, join(folder, 'segment-audiences-mcp/dist/main.js'));
  expect(await findings({ SEGMENT_SANDBOX: '1', SEGMENT_SPACE_ID: space }, folder)).toEqual([
    'clients.cursor: fail',
  ]);
});

test('a state folder that others can use', async () => {
  const folder = home();
  mkdirSync(join(folder, 'state'));
  chmodSync(join(folder, 'state'), 0o755);
  expect(await findings({ SEGMENT_SANDBOX: '1', SEGMENT_SPACE_ID: space }, folder)).toEqual([
    'state-folder: warn',
  ]);
});
