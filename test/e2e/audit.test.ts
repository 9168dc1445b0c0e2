import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { callTool, secret } from '../support/in-memory.ts';
import { isWindows } from '../support/platform.ts';
import { mainFile, plainEnvironment, RawProgram } from '../support/program.ts';
import { type Rig, startRig } from '../support/rig.ts';
import { bigSpenders, create, query, sent } from '../support/writes.ts';

/*
 * The record of every attempt to write, through the built program over stdio.
 */

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'audit-'));
  folders.push(folder);
  return folder;
}
function newFile(): string {
  return join(newFolder(), 'audit.jsonl');
}

const auditSchema = z.looseObject({
  time: z.iso.datetime(),
  attempt: z.string().regex(/^[0-9a-f]{16}$/),
  tool: z.string(),
  space: z.string(),
  id: z.string().optional(),
  outcome: z.string(),
  confirmed: z.string(),
});
const allLinesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => auditSchema.parse(JSON.parse(line)));
/** What became of each attempt. */
const linesOf = (file: string) => allLinesOf(file).filter(({ outcome }) => outcome !== 'started');

describe('--audit-log', () => {
  test('gets a line for every attempt to write, before the result is returned', async () => {
    const file = newFile();
    await using rig = await startRig(['--audit-log', file]);
    const { client } = rig.session;
    const created = await callTool(client, 'create_audience', create);
    const { id } = JSON.parse(created.text).audience;
    expect(linesOf(file)).toMatchObject([
      {
        tool: 'create_audience',
        space: rig.space,
        id,
        outcome: 'done',
        confirmed: 'not_needed',
        after: { id, definition: { query } },
      },
    ]);
    await callTool(client, 'update_audience_for_space', { id, name: 'Newer' });
    await callTool(client, 'update_audience_for_space', { id, name: 'Newest' });
    await callTool(client, 'remove_audience_from_space', { id });
    await callTool(client, 'list_audiences');
    expect(linesOf(file).slice(1)).toMatchObject([
      { outcome: 'done', before: { name: 'New' }, after: { name: 'Newer' } },
      { outcome: 'not_done', before: { name: 'Newer' }, error: { code: 'conflict' } },
      { outcome: 'done', before: { name: 'Newer', definition: { query } }, after: null },
    ]);
  });

  test('has a started line of each write on the disk before it is sent', async () => {
    const file = newFile();
    await using rig = await startRig(['--audit-log', file]);
    const atSending: unknown[] = [];
    rig.faults(({ method }) => {
      if (method !== 'GET') atSending.push(allLinesOf(file).at(-1));
      return undefined;
    });
    const { client } = rig.session;
    await callTool(client, 'create_audience', create);
    await callTool(client, 'remove_audience_from_space', { id: bigSpenders });
    const lines = allLinesOf(file);
    expect(lines).toMatchObject([
      { outcome: 'started', tool: 'create_audience', sent: { name: create.name } },
      { outcome: 'done', attempt: lines[0]?.attempt },
      { outcome: 'started', tool: 'remove_audience_from_space', before: { id: bigSpenders } },
      { outcome: 'done', attempt: lines[2]?.attempt },
    ]);
    expect(lines[2]?.attempt).not.toBe(lines[0]?.attempt);
    expect(atSending).toEqual([lines[0], lines[2]]);
  });

  test('continues on a new line after a torn one', async () => {
    const file = newFile();
    writeFileSync(file, '{"time":"2026-01-01T00:00:00.000Z","tool":"upd');
    await using rig = await startRig(['--audit-log', file]);
    await callTool(rig.session.client, 'create_audience', create);
    const [torn, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(torn).toBe('{"time":"2026-01-01T00:00:00.000Z","tool":"upd');
    expect(lines.map((line) => JSON.parse(line).outcome)).toEqual(['started', 'done']);
  });

  test.skipIf(isWindows)(
    'that became a pipe while the user was asked refuses the write and keeps nobody waiting (Windows has no such pipes)',
    async () => {
      const file = newFile();
      await using rig = await startRig(['--audit-log', file, '--confirm', 'writes'], {
        answering() {
          rmSync(file);
          execFileSync('mkfifo', [file]);
          return { action: 'accept', content: { agree: true } };
        },
      });
      const { error } = await callTool(rig.session.client, 'create_audience', create);
      expect(error?.code).toBe('audit_failed');
      expect(sent(rig)).toEqual([]);
    },
  );

  test('shows how a write was confirmed, and what is unknown', async () => {
    const file = newFile();
    let agree = true;
    await using rig = await startRig(['--audit-log', file, '--confirm', 'writes'], {
      answering: () => ({ action: 'accept', content: { agree } }),
    });
    const { client } = rig.session;
    await callTool(client, 'update_audience_for_space', { id: bigSpenders, name: 'Asked' });
    agree = false;
    await callTool(client, 'remove_audience_from_space', { id: bigSpenders });
    agree = true;
    rig.faults(({ method }) => (method === 'PATCH' ? { kind: 'drop', when: 'after' } : undefined));
    await callTool(client, 'update_audience_for_space', { id: 'aud_000000002', name: 'Lost' });
    expect(linesOf(file)).toMatchObject([
      { outcome: 'done', confirmed: 'elicitation' },
      { outcome: 'not_done', confirmed: 'declined', error: { code: 'declined' } },
      { outcome: 'unknown', confirmed: 'elicitation', error: { code: 'outcome_unknown' } },
    ]);
  });

  test.each([
    ['no/such/folder/audit.jsonl', /ENOENT/],
    ['', /not name a regular file/],
  ])("that can't be written stops the start: %j", async (path, message) => {
    const program = new RawProgram(['--sandbox', '--audit-log', join(newFolder(), path)]);
    expect((await program.exit()).code).toBe(2);
    expect(program.stdout).toBe('');
    expect(program.stderr).toMatch(/--audit-log \(SEGMENT_AUDIT_LOG\)/);
    expect(program.stderr).toMatch(message);
  });

  test.skipIf(isWindows)(
    'that is a pipe stops the start, which does not wait for it (Windows has no such pipes)',
    async () => {
      const pipe = join(newFolder(), 'pipe');
      execFileSync('mkfifo', [pipe]);
      const program = new RawProgram(['--sandbox', '--audit-log', pipe]);
      expect((await program.exit()).code).toBe(2);
      expect(program.stderr).toMatch(/not name a regular file/);
    },
  );

  test('that can no longer be written refuses the write', async () => {
    const folder = newFolder();
    await using rig = await startRig(['--audit-log', join(folder, 'audit.jsonl')]);
    rmSync(folder, { recursive: true });
    const { error } = await callTool(rig.session.client, 'create_audience', create);
    expect(error?.code).toBe('audit_failed');
    expect(error?.message).toMatch(/ENOENT.*Nothing was changed/);
    expect(sent(rig)).toEqual([]);
    expect((await callTool(rig.session.client, 'list_audiences')).error).toBeUndefined();
  });

  test('that is no longer a file refuses the write', async () => {
    const file = newFile();
    await using rig = await startRig(['--audit-log', file]);
    mkdirSync(file);
    const { error } = await callTool(rig.session.client, 'create_audience', create);
    expect(error?.code).toBe('audit_failed');
    expect(sent(rig)).toEqual([]);
  });

  test('has a line for what the user agreed to but no longer holds', async () => {
    const file = newFile();
    await using rig = await startRig(['--audit-log', file, '--confirm', 'remove'], {
      async answering() {
        await callTool(rig.session.client, 'update_audience_for_space', {
          id: bigSpenders,
          name: 'Renamed',
        });
        return { action: 'accept', content: { agree: true } };
      },
    });
    await callTool(rig.session.client, 'remove_audience_from_space', { id: bigSpenders });
    expect(linesOf(file)).toMatchObject([
      { tool: 'update_audience_for_space', outcome: 'done' },
      { outcome: 'not_done', confirmed: 'not_valid', error: { code: 'stale' } },
    ]);
  });

  test('says not_done where only the read after the yes got no response', async () => {
    const file = newFile();
    let rig: Rig;
    await using started = await startRig(
      ['--audit-log', file, '--confirm', 'remove', '--max-wait-ms', '10'],
      {
        answering() {
          rig.faults(() => ({ kind: 'drop', when: 'before' }));
          return { action: 'accept', content: { agree: true } };
        },
      },
    );
    rig = started;
    await callTool(rig.session.client, 'remove_audience_from_space', { id: bigSpenders });
    expect(sent(rig)).toEqual([]);
    expect(linesOf(file)).toMatchObject([{ outcome: 'not_done', error: { code: 'unreachable' } }]);
  });

  test('holds no secret, and is for its owner only', async () => {
    const file = newFile();
    writeFileSync(file, '', { mode: 0o600 });
    await using rig = await startRig(['--audit-log', file]);
    const args = { ...create, description: `the token is ${secret}` };
    await callTool(rig.session.client, 'create_audience', args);
    expect(readFileSync(file, 'utf8')).not.toContain(secret);
    expect(linesOf(file)).toMatchObject([{ after: { description: 'the token is [redacted]' } }]);
  });
});

test.skipIf(isWindows)(
  'a file that can be written but not read stops the start (Windows has no modes)',
  () => {
    const file = newFile();
    writeFileSync(file, '');
    // To root everything is open.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    if (nobody.uid) {
      chmodSync(dirname(file), 0o755);
      chownSync(file, nobody.uid, nobody.gid);
    }
    chmodSync(file, 0o200);
    const { status, stderr } = spawnSync(
      process.execPath,
      [mainFile, '--sandbox', '--audit-log', file],
      { env: plainEnvironment(), encoding: 'utf8', input: '', ...nobody },
    );
    expect(stderr).toMatch(/--audit-log .* can't be written \(EACCES\)/);
    expect(status).toBe(2);
  },
);
