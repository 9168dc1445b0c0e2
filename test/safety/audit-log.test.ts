import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { auditFile } from '../../src/safety/audit-file.ts';
import { AuditLog, UnrecordedError } from '../../src/safety/audit-log.ts';
import { createRedactor } from '../../src/text/redact.ts';
import { isWindows } from '../support/platform.ts';

/*
 * The file of the audit log, whatever it has become.
 */

const folder = mkdtempSync(join(tmpdir(), 'audit-log-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = () => {
  files += 1;
  return join(folder, `${files}.jsonl`);
};

let attempts = 0;
function open(file: string): AuditLog {
  const randomBytes = (count: number) => {
    attempts += 1;
    return new Uint8Array(count).fill(attempts);
  };
  return new AuditLog(auditFile(file), createRedactor([]), () => 0, randomBytes);
}

const write = {
  tool: 't',
  operation: 'o',
  space: 's',
  id: undefined,
  confirmed: 'not_needed',
} as const;
const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').filter(Boolean);

test('two lines of one write have one attempt, those of another have another', async () => {
  const file = newFile();
  const log = open(file);
  const first = await log.start(write);
  const second = await log.start(write);
  await log.record({ ...write, outcome: 'done' }, first);
  await log.record({ ...write, outcome: 'not_done' });
  const read = linesOf(file).map((line) => JSON.parse(line));
  expect(read.map(({ outcome }) => outcome)).toEqual(['started', 'started', 'done', 'not_done']);
  expect(read.map(({ attempt }) => attempt).slice(0, 3)).toEqual([first, second, first]);
  expect(new Set(read.map(({ attempt }) => attempt)).size).toBe(3);
});

test('a torn line stays, and the next is whole', async () => {
  const file = newFile();
  const log = open(file);
  await log.start(write);
  appendFileSync(file, '{"torn":');
  await log.start(write);
  const [first, torn, next, ...more] = linesOf(file);
  expect([torn, more]).toEqual(['{"torn":', []]);
  for (const line of [first, next])
    expect(JSON.parse(line ?? '')).toMatchObject({ tool: 't', outcome: 'started' });
});

test('lines of several processes, each far longer than a block, do not get into each other', async () => {
  const file = newFile();
  const logs = [open(file), open(file), open(file)];
  const sent = { text: 'x'.repeat(3_000_000) };
  await Promise.all(logs.flatMap((log) => [log.start({ ...write, sent }), log.start(write)]));
  const read = linesOf(file).map((line) => JSON.parse(line));
  expect(read.filter((line) => line.sent?.text === sent.text)).toHaveLength(3);
  expect(read).toHaveLength(6);
});

describe.skipIf(isWindows)('a path that is not a file (Windows has none of these)', () => {
  const kinds: Record<string, (path: string) => void> = {
    'a pipe': (path) => void execFileSync('mkfifo', [path]),
    'a device': (path) => symlinkSync('/dev/null', path),
    'a device that is full': (path) => symlinkSync('/dev/full', path),
    'a terminal': (path) => symlinkSync('/dev/tty', path),
  };
  test.each(Object.entries(kinds))('%s keeps nobody waiting', async (_, make) => {
    const file = newFile();
    make(file);
    const log = open(file);
    const failed = {
      code: 'audit_failed',
      message: expect.stringContaining('Nothing was changed'),
    };
    await expect(log.assertWritable()).rejects.toMatchObject(failed);
    await expect(log.start(write)).rejects.toMatchObject(failed);
    const result = log.record({ ...write, outcome: 'done' }, 'a');
    await expect(result).rejects.toBeInstanceOf(UnrecordedError);
  });
});
