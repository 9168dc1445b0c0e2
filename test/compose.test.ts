import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type Fault, type Sandbox, type SandboxRequest, start } from '../src/sandbox/start.ts';
import { type Composed, startComposed } from './support/composed.ts';
import { Checkpoint, forever, HoldingServer } from './support/holding-server.ts';
import { type Answering, callTool, secret } from './support/in-memory.ts';
import { ManualClock } from './support/manual-clock.ts';

/*
 * How the program finishes and stops, on a clock that is moved by hand: who is waited for, and for
 * how long.
 */

const space = 'spa_shop_staging';
const [first, second] = ['aud_000000011', 'aud_000000012'];
const query = "event('Shoes Bought').count() >= 1";
const update = 'update_audience_for_space';
const remove = 'remove_audience_from_space';

const folder = mkdtempSync(join(tmpdir(), 'compose-'));
afterAll(() => rmSync(folder, { recursive: true }));

let clock: ManualClock;
let sandbox: Sandbox;
let server: HoldingServer;
let faults: (request: SandboxRequest) => Fault | undefined;
/** The writes that reached the sandbox. */
let writes: number;
let programs = 0;

beforeEach(async () => {
  clock = new ManualClock();
  faults = () => undefined;
  writes = 0;
  sandbox = await start({
    edition: 'v1alpha',
    clock,
    faults(request) {
      if (request.method !== 'GET') writes += 1;
      return faults(request);
    },
  });
  server = await HoldingServer.start(sandbox.url);
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await sandbox.close();
});

function startProgram(
  flags: Record<string, string> = {},
  answering?: Answering,
): Promise<Composed> {
  programs += 1;
  return startComposed(
    {
      ...{ space, confirm: 'none', 'api-url': server.url, 'timeout-ms': '600000' },
      ...{ 'audit-log': join(folder, `${programs}.jsonl`), ...flags },
    },
    { SEGMENT_API_TOKEN: secret },
    { clock, answering },
  );
}

const lineSchema = z.object({ outcome: z.string() });
const outcomesOf = (program: Composed): string[] =>
  program
    .audit()
    .split('\n')
    .filter(Boolean)
    .map((line) => lineSchema.parse(JSON.parse(line)).outcome)
    .filter((outcome) => outcome !== 'started');

/** What a call ends with: `success`, the code of its error, or `unanswered`. */
function codeOf(call: ReturnType<typeof callTool>): Promise<string> {
  return call.then(
    ({ error }) => error?.code ?? 'success',
    () => 'unanswered',
  );
}

/** Calls a tool, and resolves when the call waits: for quota or for another attempt. */
async function callThatWaits({ client }: Composed, tool: string, args: Record<string, unknown>) {
  let call: Promise<string> | undefined;
  await new Promise<void>((resolve) => {
    call = codeOf(callTool(client, tool, args, { onprogress: () => resolve() }));
  });
  return { call };
}

/** Notes whether a promise has resolved. */
function watch(promise: Promise<void>): { over: boolean } {
  const state = { over: false };
  void promise.then(() => {
    state.over = true;
  });
  return state;
}

/** Calls an update whose response is held when it has taken effect. */
async function updateUnderWay({ client }: Composed) {
  const response = new Checkpoint();
  server.beforeResponse = ({ method }) => (method === 'GET' ? undefined : response.pass());
  const call = codeOf(callTool(client, update, { id: first, name: 'New' }));
  await response.reached;
  return { call, release: () => response.release() };
}

describe('stop', () => {
  test('a write whose response comes within 600 ms is done', async () => {
    await using program = await startProgram();
    const { call, release } = await updateUnderWay(program);
    const stopped = program.program.stop();
    await clock.advance(599);
    release();
    expect(await call).toBe('success');
    await stopped;
    expect(outcomesOf(program)).toEqual(['done']);
  });

  test('one whose response does not come is broken off then: unknown', async () => {
    await using program = await startProgram();
    const { call } = await updateUnderWay(program);
    const stopped = program.program.stop();
    await clock.advance(599);
    expect(outcomesOf(program)).toEqual([]);
    await clock.advance(1);
    await stopped;
    expect(await call).toBe('outcome_unknown');
    expect(outcomesOf(program)).toEqual(['unknown']);
  });

  test('a read that waits for quota ends at once as cancelled', async () => {
    await using program = await startProgram();
    faults = () => ({ kind: 'rate-limit', msBeforeNext: 30_000 });
    const { call } = await callThatWaits(program, 'get_audience', { id: first });
    await program.program.stop();
    expect(await call).toBe('cancelled');
  });

  test('a write whose last look gets no answer is never sent', async () => {
    const connections = 8;
    await using program = await startProgram({
      ...{ 'rate-limits': `${update}=1`, 'max-wait-ms': '90000' },
    });
    await callTool(program.client, update, { id: first, name: 'New' });
    const { call } = await callThatWaits(program, update, { id: second, name: 'New' });
    let held = 0;
    const reads: Promise<string>[] = [];
    await new Promise<void>((resolve) => {
      server.beforeRequest = () => {
        held += 1;
        if (held === connections) resolve();
        return forever;
      };
      for (let index = 0; index < connections; index += 1) {
        // With progress a call may take longer than 55 s.
        const options = { onprogress: () => {} };
        reads.push(codeOf(callTool(program.client, 'get_audience', { id: first }, options)));
      }
    });
    await clock.advance(60_000);
    const stopped = program.program.stop();
    await clock.advance(600);
    await stopped;
    const ends = await Promise.all([call, ...reads]);
    expect(ends).toEqual(Array(1 + connections).fill('cancelled'));
    expect(writes).toBe(1);
    expect(outcomesOf(program)).toEqual(['done', 'not_done']);
  });
});

describe('finish', () => {
  describe('awaits up to the smaller of --max-wait-ms and 55 s', () => {
    test.each([
      ['0', 0],
      ['44000', 44_000],
      ['3600000', 55_000],
    ])('--max-wait-ms %s', async (maxWaitMs, expected) => {
      await using program = await startProgram({ 'max-wait-ms': maxWaitMs });
      const finished = watch(program.program.finish(forever));
      if (expected > 0) {
        await clock.advance(expected - 1);
        expect(finished.over).toBe(false);
        await clock.advance(1);
      } else await clock.advance(0);
      expect(finished.over).toBe(true);
    });
  });

  test('a read under way is answered', async () => {
    await using program = await startProgram();
    const response = new Checkpoint();
    server.beforeResponse = () => response.pass();
    const call = codeOf(callTool(program.client, 'get_audience', { id: first }));
    await response.reached;
    const finished = program.program.finish(settled(call));
    await clock.advance(44_000);
    response.release();
    expect(await call).toBe('success');
    await finished;
  });

  test('a read that waits for quota goes on waiting, and is answered', async () => {
    await using program = await startProgram();
    faults = ({ number }) =>
      number === 1 ? { kind: 'rate-limit', msBeforeNext: 30_000 } : undefined;
    const { call } = await callThatWaits(program, 'get_audience', { id: first });
    const finished = program.program.finish(settled(call));
    await clock.advance(30_000);
    expect(await call).toBe('success');
    await finished;
  });

  test('a read that waits for another attempt is answered', async () => {
    await using program = await startProgram();
    faults = ({ number }) => (number === 1 ? { kind: 'answer', status: 502, body: '' } : undefined);
    const { call } = await callThatWaits(program, 'get_audience', { id: first });
    const finished = program.program.finish(settled(call));
    await clock.advance(1000);
    expect(await call).toBe('success');
    await finished;
  });

  test('a write under way is answered and recorded', async () => {
    await using program = await startProgram();
    const { call, release } = await updateUnderWay(program);
    const finished = program.program.finish(settled(call));
    await clock.advance(44_000);
    release();
    expect(await call).toBe('success');
    await finished;
    expect(outcomesOf(program)).toEqual(['done']);
  });

  test('a create whose answer was lost is looked for, and found', async () => {
    await using program = await startProgram();
    faults = ({ method }) => (method === 'GET' ? undefined : { kind: 'drop', when: 'after' });
    const search = new Checkpoint();
    server.beforeRequest = ({ method }) =>
      method === 'GET' && writes > 0 ? search.pass() : undefined;
    const call = codeOf(callTool(program.client, 'create_audience', { name: 'New', query }));
    await search.reached;
    const finished = program.program.finish(settled(call));
    search.release();
    expect(await call).toBe('success');
    await finished;
    expect(outcomesOf(program)).toEqual(['done']);
  });

  test('a write that still reads ends at once as cancelled', async () => {
    await using program = await startProgram();
    const read = new Checkpoint();
    server.beforeRequest = ({ method }) => (method === 'GET' ? read.pass() : undefined);
    const call = codeOf(callTool(program.client, update, { id: first, name: 'New' }));
    await read.reached;
    await program.program.finish(settled(call));
    expect(await call).toBe('cancelled');
    expect(writes).toBe(0);
  });

  test('a write that waits for quota ends at once as cancelled', async () => {
    await using program = await startProgram({
      ...{ 'rate-limits': `${update}=1`, 'max-wait-ms': '90000' },
    });
    await callTool(program.client, update, { id: first, name: 'New' });
    const { call } = await callThatWaits(program, update, { id: second, name: 'New' });
    await program.program.finish(settled(call));
    expect(await call).toBe('cancelled');
    expect(writes).toBe(1);
    expect(outcomesOf(program)).toEqual(['done', 'not_done']);
  });

  test('so does one that would have to wait from now on', async () => {
    await using program = await startProgram({
      ...{ 'rate-limits': `${update}=1`, 'max-wait-ms': '90000' },
    });
    await callTool(program.client, update, { id: first, name: 'New' });
    const read = new Checkpoint();
    server.beforeRequest = () => read.pass();
    const options = { onprogress: () => {} };
    const call = codeOf(callTool(program.client, update, { id: second, name: 'New' }, options));
    await read.reached;
    const finished = program.program.finish(settled(call));
    read.release();
    expect(await call).toBe('cancelled');
    await finished;
    expect(writes).toBe(1);
  });

  test('a write whose answer was lost ends at once instead of being sent again: unknown', async () => {
    await using program = await startProgram();
    faults = ({ method }) => (method === 'GET' ? undefined : { kind: 'drop', when: 'after' });
    const { call } = await callThatWaits(program, remove, { id: first });
    await program.program.finish(settled(call));
    expect(await call).toBe('cancelled');
    expect(writes).toBe(1);
    expect(outcomesOf(program)).toEqual(['unknown']);
  });

  test('a write that waits for its user ends at once as cancelled', async () => {
    const question = new Checkpoint();
    await using program = await startProgram({ confirm: 'writes' }, () =>
      question.pass().then(() => ({ action: 'cancel' })),
    );
    const call = codeOf(callTool(program.client, update, { id: first, name: 'New' }));
    await question.reached;
    await program.program.finish(settled(call));
    expect(await call).toBe('cancelled');
    expect(writes).toBe(0);
    expect(outcomesOf(program)).toEqual(['not_done']);
  });

  test('so does one that would have to ask its user from now on', async () => {
    let questions = 0;
    await using program = await startProgram({ confirm: 'writes' }, () => {
      questions += 1;
      return { action: 'accept', content: { agree: true } };
    });
    const read = new Checkpoint();
    server.beforeRequest = () => read.pass();
    const call = codeOf(callTool(program.client, update, { id: first, name: 'New' }));
    await read.reached;
    const finished = program.program.finish(settled(call));
    read.release();
    expect(await call).toBe('cancelled');
    await finished;
    expect(questions).toBe(0);
    expect(writes).toBe(0);
  });
});

/** What the program waits for: that all is answered. */
async function settled(call: Promise<unknown> | undefined): Promise<void> {
  await call;
}
