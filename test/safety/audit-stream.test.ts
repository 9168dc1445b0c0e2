import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { AuditLog } from '../../src/safety/audit-log.ts';
import { auditStream } from '../../src/safety/audit-stream.ts';
import { createRedactor } from '../../src/text/redact.ts';
import { ManualClock } from '../support/manual-clock.ts';

const write = {
  tool: 'create_audience',
  operation: 'create_audience',
  space: 'spa_1',
  id: undefined,
  confirmed: 'not_needed',
} as const;

/** A stream whose reader takes each line when it is told to. */
class Reader extends Writable {
  readonly lines: string[] = [];
  #take = () => {};
  isReading = true;

  constructor() {
    super({ highWaterMark: 1, decodeStrings: false });
  }

  override _write(line: string, _: string, done: () => void): void {
    this.#take = () => {
      this.lines.push(line);
      done();
    };
    if (this.isReading) this.#take();
  }

  resume(): void {
    this.isReading = true;
    this.#take();
  }
}

function open(stream: Writable, clock = new ManualClock()) {
  const sink = auditStream(stream, 'stdout', clock);
  const bytes = (count: number) => new Uint8Array(count);
  return new AuditLog(sink, createRedactor(['sgp_secret']), () => 0, bytes);
}

test('lines are marked, and have no secrets', async () => {
  const stream = new Reader();
  const log = open(stream);
  await log.assertWritable();
  const attempt = await log.start({ ...write, space: 'sgp_secret' });
  await log.record({ ...write, outcome: 'done' }, attempt);
  expect(stream.lines.every((line) => line.endsWith('}\n'))).toBe(true);
  expect(stream.lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({
      kind: 'audit',
      outcome: 'started',
      space: expect.not.stringContaining('secret'),
    }),
    expect.objectContaining({ kind: 'audit', outcome: 'done', attempt }),
  ]);
});

test('a line is written when the reader has taken it', async () => {
  const stream = new Reader();
  stream.isReading = false;
  const log = open(stream);
  const order: string[] = [];
  const written = log.start(write).then(() => order.push('written'));
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  order.push('read');
  stream.resume();
  await written;
  expect(order).toEqual(['read', 'written']);
});

test('a reader that is gone ends writes, not the process', async () => {
  const stream = new Reader();
  const log = open(stream);
  stream.destroy(Object.assign(new Error('gone'), { code: 'EPIPE' }));
  await new Promise((resolve) => {
    stream.once('close', resolve);
  });
  await expect(log.assertWritable()).rejects.toMatchObject({ code: 'audit_failed' });
  await expect(log.start(write)).rejects.toMatchObject({
    code: 'audit_failed',
    message: expect.stringContaining('Nothing was changed'),
    facts: { next: 'Tell the user to make stdout writable (SEGMENT_AUDIT_LOG).' },
  });
  await expect(log.record({ ...write, outcome: 'done' })).rejects.toMatchObject({
    code: 'audit_failed',
    outcome: 'done',
  });
});

test('a reader that does not keep up lets no writes begin until it has', async () => {
  const clock = new ManualClock();
  const stream = new Reader();
  stream.isReading = false;
  const log = open(stream, clock);
  const failure = { code: 'audit_failed', message: expect.stringContaining('does not keep up') };
  const first = expect(log.start(write)).rejects.toMatchObject(failure);
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  await clock.advance(5000);
  await first;
  await expect(log.assertWritable()).rejects.toMatchObject(failure);
  await expect(log.start(write)).rejects.toMatchObject(failure);
  stream.resume();
  await log.assertWritable();
  await log.start(write);
  expect(stream.lines).toHaveLength(2);
});
