import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { start } from '../../src/sandbox/start.ts';
import { callTool } from '../support/in-memory.ts';
import { mainFile, plainEnvironment, RawProgram } from '../support/program.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/*
 * Set-up of a client by the built program, as a user runs it; the client then starts what was written.
 */

const token = 'sgp_endToEndToken1234567';

function home(): string {
  return realpathSync(temporaryFolder('home'));
}

async function run(args: string[], folder: string, env: Record<string, string> = {}) {
  const state = join(folder, 'state');
  const more = { HOME: folder, USERPROFILE: folder, SEGMENT_STATE_DIR: state, ...env };
  const program = new RawProgram(['setup', ...args], more);
  program.child.stdin.end();
  const { code } = await program.exit();
  expect(program.stdout + program.stderr).not.toContain(token);
  return { code, stdout: program.stdout, stderr: program.stderr };
}

const fileSchema = z.object({
  mcpServers: z.object({
    'segment-audiences': z.object({
      command: z.string(),
      args: z.array(z.string()),
      env: z.record(z.string(), z.string()).optional(),
    }),
  }),
});

/** Starts what stands in a client's file, and lists audiences. */
async function listAsClient(
  file: string,
  args: object = {},
  passed: Record<string, string> = {},
): Promise<unknown> {
  const entry = fileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).mcpServers[
    'segment-audiences'
  ];
  const client = new Client({ name: 'test', version: '0' });
  const env = { ...plainEnvironment(), ...passed, ...entry.env };
  // A client starts it somewhere else.
  const transport = new StdioClientTransport({ ...entry, env, cwd: tmpdir(), stderr: 'ignore' });
  await client.connect(transport);
  const { error, text } = await callTool(client, 'list_audiences', { ...args });
  await client.close();
  return error ?? JSON.parse(text).audiences.length;
}

test('--write gives a client what it needs to start the server, --remove takes it away', async () => {
  const folder = home();
  const sandbox = await start();
  onTestFinished(() => sandbox.close());
  const file = join(folder, '.cursor/mcp.json');
  mkdirSync(join(folder, '.cursor'));
  const before = '// mine\n{\n\t"mcpServers": {}, // none\n}';
  writeFileSync(file, before);
  const space = sandbox.spaces[1]?.id ?? '';
  const flags = ['--api-url', sandbox.url, '--space', space];
  const env = { SEGMENT_API_TOKEN: token };
  const written = await run(['cursor', '--write', '--yes', ...flags], folder, env);
  expect(written).toMatchObject({ code: 0, stderr: '' });
  const text = readFileSync(file, 'utf8');
  expect(text).not.toContain(token);
  expect(readFileSync(join(folder, 'state/token'), 'utf8').trim()).toBe(token);
  writeFileSync(join(folder, 'plain.json'), text.replace('// mine', '').replace(', // none', ''));
  // The client passes on the variable from which the token was taken.
  expect(await listAsClient(join(folder, 'plain.json'), {}, env)).toBeGreaterThan(0);

  expect(await run(['cursor', '--remove', '--yes'], folder)).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(existsSync(`${file}.segment-audiences.bak`)).toBe(false);
});

test('the program is named by its real path, also where it is started through a link', async () => {
  const folder = home();
  const link = join(folder, 'segment-audiences-mcp');
  symlinkSync(realpathSync(mainFile), link);
  const env = { HOME: folder, SEGMENT_STATE_DIR: join(folder, 'state') };
  const program = new RawProgram(['setup', 'cursor', '--sandbox'], env);
  program.child.stdin.end();
  await program.exit();
  expect(program.stdout).toContain(JSON.stringify(realpathSync(mainFile)));
  expect(program.stdout).toContain(JSON.stringify(process.execPath));
});

test('a new file of the sandbox works as it stands, and is deleted again', async () => {
  const folder = home();
  const file = join(folder, '.junie/mcp/mcp.json');
  expect((await run(['junie', '--sandbox', '--write', '--yes'], folder)).code).toBe(0);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  // The small space, for which the sandbox computes next to nothing.
  expect(await listAsClient(file, { spaceId: 'spa_shop_staging' })).toBeGreaterThan(0);
  expect((await run(['junie', '--remove', '--yes'], folder)).code).toBe(0);
  expect(existsSync(join(folder, '.junie'))).toBe(false);
});

test.each([
  [['cursor', '--write'], 2, 'add --yes'],
  [['--write', '--yes'], 2, 'needs a CLIENT'],
  [['curser'], 2, 'Did you mean cursor?'],
  [['cursor', '--write', '--remove', '--yes'], 2, 'are mutually exclusive: drop one'],
  [['cursor', '--yes'], 2, '--yes requires --write or --remove'],
  [['cursor', '--token', 'x'], 2, 'never put a token on a command line'],
])('%j ends with %i', async (args, code, problem) => {
  const result = await run(args, home());
  expect(result).toMatchObject({ code, stdout: '' });
  expect(result.stderr).toContain(problem);
});

test.each(['app', 'setup', 'doctor', 'check', 'sandbox'])('%s --help', async (command) => {
  const program = new RawProgram([command, '--help']);
  expect((await program.exit()).code).toBe(0);
  expect(program.stdout).toContain(`Usage:\n  segment-audiences-mcp ${command}`);
  expect(program.stderr).toBe('');
});
