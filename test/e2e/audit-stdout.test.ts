import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { callTool } from '../support/in-memory.ts';
import { mainFile, plainEnvironment } from '../support/program.ts';
import { startTeamServer } from '../support/team-server.ts';
import { create } from '../support/writes.ts';

/** The small space, for which the sandbox computes next to nothing. */
const sandbox = ['--sandbox', '--space', 'spa_shop_staging'];

const lineSchema = z.looseObject({
  kind: z.literal('audit'),
  time: z.iso.datetime(),
  attempt: z.string(),
  outcome: z.string(),
  caller: z.string(),
  request: z.string(),
  replica: z.string(),
});

test('over HTTP, stdout has the audit log, and nothing else', async () => {
  await using server = await startTeamServer([
    ...sandbox,
    '--audit-log=stdout',
    '--replica=mcp-1',
    '--drain-wait-ms=0',
  ]);
  const client = await server.connect();
  const { error } = await callTool(client, 'create_audience', create);
  expect(error).toBeUndefined();
  await server.stop();
  const { stdout } = server.program;
  expect(stdout.endsWith('\n')).toBe(true);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => lineSchema.parse(JSON.parse(line)));
  expect(lines).toEqual([
    expect.objectContaining({ outcome: 'started', replica: 'mcp-1', caller: 'local' }),
    expect.objectContaining({ outcome: 'done', replica: 'mcp-1', caller: 'local' }),
  ]);
  expect(new Set(lines.map(({ attempt }) => attempt)).size).toBe(1);
});

test('over HTTP, a reader of stdout that is gone lets nothing be written', async () => {
  await using server = await startTeamServer([
    ...sandbox,
    '--audit-log=stdout',
    '--drain-wait-ms=0',
  ]);
  server.program.child.stdout.destroy();
  const client = await server.connect();
  const first = await callTool(client, 'create_audience', create);
  expect(first.error?.code).toBe('audit_failed');
  // Reads are not recorded, and go on.
  const { error } = await callTool(client, 'list_audiences');
  expect(error).toBeUndefined();
  const second = await callTool(client, 'create_audience', create);
  expect(second.error).toMatchObject({
    code: 'audit_failed',
    next: 'Tell the user to make stdout writable (SEGMENT_AUDIT_LOG).',
  });
});

test.each(['stdout', 'audit-{replica}.jsonl'])(
  'over stdio, --audit-log %s stops the start',
  (file) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [mainFile, '--sandbox', '--audit-log', file],
      { env: plainEnvironment(), encoding: 'utf8', input: '' },
    );
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('with --http only');
  },
);
