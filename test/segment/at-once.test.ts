import { describe, expect, onTestFinished, test } from 'vitest';
import { start } from '../../src/sandbox/start.ts';
import type { CallContext } from '../../src/segment/call.ts';
import { maxReadsAtOnce } from '../../src/segment/http.ts';
import { testCall } from '../support/call.ts';
import { startComposed } from '../support/composed.ts';
import { Checkpoint, forever, HoldingServer } from '../support/holding-server.ts';
import { callTool } from '../support/in-memory.ts';
import { ManualClock, tick, waitFor } from '../support/manual-clock.ts';
import { segmentClient } from '../support/segment-client.ts';
import { sharedPeople } from '../support/shared-people.ts';
import { firstId, standInSpace } from '../support/stand-in.ts';
import { startTunnel } from '../support/tunnel.ts';

/*
 * Between the last look and the write nothing is waited for.
 */

const query = "event('Shoes Bought').count() >= 1";
const seeds = ['First', 'Second'].map((name) => ({
  name,
  definition: { query, level: 'users' as const },
}));
const secondId = 'aud_000000002';

/** A sandbox behind a server that can hold what passes; `requests` is what reached that server. */
async function startHeld() {
  const clock = new ManualClock();
  const sandbox = await start({
    edition: 'v1',
    seeds: { [standInSpace]: seeds },
    clock,
    people: sharedPeople,
  });
  const server = await HoldingServer.start(sandbox.url);
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await sandbox.close();
  });
  return { clock, server };
}

describe('while reads use up all their places', () => {
  /** Calls a tool; from its first read on, more reads than there are places are under way. */
  async function callAmongReads(tool: string, args: Record<string, unknown>) {
    const { clock, server } = await startHeld();
    await using program = await startComposed(
      { 'api-url': server.url, edition: 'v1', space: standInSpace, confirm: 'none' },
      { SEGMENT_API_TOKEN: 'sgp_token_for_tests' },
      { clock },
    );
    const read = new Checkpoint();
    const requests: string[] = [];
    let others = 0;
    server.beforeRequest = ({ method, path }) => {
      if (path.endsWith(secondId)) {
        others += 1;
        return forever;
      }
      requests.push(method);
      return requests.length === 1 ? read.pass() : undefined;
    };
    const call = callTool(program.client, tool, args);
    await read.reached;
    const reads = Array.from({ length: 3 * maxReadsAtOnce }, () =>
      callTool(program.client, 'get_audience', { id: secondId }).catch(() => {}),
    );
    // The first read of a minute goes alone for a second.
    while (others < maxReadsAtOnce - 1) await clock.advance(100);
    read.release();
    const { error } = await call;
    const othersMeanwhile = others;
    const stopped = program.program.stop();
    await clock.advance(600);
    await stopped;
    await Promise.all(reads);
    return { error, requests, others: othersMeanwhile };
  }

  test.each([
    ['update_audience_for_space', { id: firstId, name: 'New' }, ['GET', 'GET', 'PATCH']],
    ['remove_audience_from_space', { id: firstId }, ['GET', 'GET', 'DELETE']],
    ['create_audience', { name: 'New', query, checkNames: false }, ['GET', 'POST']],
  ])('%s reads and is sent anyway', async (tool, args, expected) => {
    const { error, requests, others } = await callAmongReads(tool, args);
    expect(error).toBeUndefined();
    expect(requests).toEqual(expected);
    expect(others).toBe(maxReadsAtOnce);
  });
});

describe('a connection that takes long to be made', () => {
  const update = { spaceId: standInSpace, id: firstId, name: 'New' };

  /** An update whose connection is held, and what passed the server. */
  async function updateBehind(call: Partial<CallContext>) {
    const { clock, server } = await startHeld();
    const requests: string[] = [];
    server.beforeRequest = ({ method }) => void requests.push(method);
    const connection = new Checkpoint();
    const proxy = await startTunnel([connection]);
    const client = segmentClient(server.url, clock, { edition: 'v1', timeoutMs: 60_000, proxy });
    onTestFinished(() => client.close());
    const sent = client.send('update_audience_for_space', update, {
      ...testCall(),
      endsAt: clock.monotonic() + 30_000,
      ...call,
    });
    const ended = sent.then(
      () => undefined,
      (error: unknown) => error,
    );
    await connection.reached;
    return { clock, ended, connection, requests };
  }

  test('does not keep a write that begins in time', async () => {
    const { clock, ended, connection, requests } = await updateBehind({});
    await clock.advance(19_999);
    connection.release();
    expect(await ended).toBeUndefined();
    expect(requests).toEqual(['PATCH']);
  });

  test('ends a write that has too little time left for its response', async () => {
    const { clock, ended, connection, requests } = await updateBehind({});
    await clock.advance(20_000);
    expect(await ended).toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/was not sent: .* only 10 s of this call are left/),
    });
    connection.release();
    await tick();
    expect(requests).toEqual([]);
  });

  test('ends a write whose last read is too long ago', async () => {
    let looks = 0;
    const lookLast = async () => {
      looks += 1;
    };
    const { clock, ended, connection, requests } = await updateBehind({ lookLast });
    await clock.advance(4999);
    await clock.advance(1);
    expect(await ended).toMatchObject({
      code: 'rate_limited',
      message: expect.stringContaining('no connection could be made within 5 s'),
      facts: { retryAfterMs: 5000 },
    });
    connection.release();
    await tick();
    expect({ looks, requests }).toEqual({ looks: 1, requests: [] });
  });

  test('leaves a removal in doubt that is cancelled before its next attempt', async () => {
    const { clock, server } = await startHeld();
    const requests: string[] = [];
    const first = new Checkpoint();
    server.beforeRequest = async ({ method }) => {
      requests.push(method);
      await first.pass();
      throw new Error('the connection breaks');
    };
    const connection = new Checkpoint();
    const proxy = await startTunnel([undefined, connection]);
    const client = segmentClient(server.url, clock, { edition: 'v1', timeoutMs: 60_000, proxy });
    onTestFinished(() => client.close());
    const call = testCall();
    const one = { spaceId: standInSpace, id: firstId };
    const removing = client.send('remove_audience_from_space', one, call);
    const ended = expect(removing).rejects.toMatchObject({ code: 'cancelled', sent: true });
    await first.reached;
    first.release();
    let isConnecting = false;
    void connection.reached.then(() => {
      isConnecting = true;
    });
    while (!isConnecting) await clock.advance(500);
    call.cancel();
    await ended;
    expect(requests).toEqual(['DELETE']);
  });
});

describe('a read that waits for others', () => {
  /** As many reads as there are places, and one more, whose call ends in 30 s. */
  async function readAmongOthers(othersTakeMs: number) {
    const { clock, server } = await startHeld();
    const requests: string[] = [];
    server.beforeRequest = ({ path }) => {
      requests.push(path);
      return forever;
    };
    const client = segmentClient(server.url, clock, { edition: 'v1', timeoutMs: 60_000 });
    onTestFinished(() => client.close());
    const get = (id: string, endsInMs: number) =>
      client
        .send(
          'get_audience',
          { spaceId: standInSpace, id },
          { ...testCall(clock.monotonic()), endsAt: clock.monotonic() + endsInMs },
        )
        .catch((error: unknown) => error);
    const others = Array.from({ length: maxReadsAtOnce }, () => get(secondId, othersTakeMs));
    await waitFor(() => requests.length === maxReadsAtOnce);
    const last = get(firstId, 30_000);
    return { clock, requests, others, last };
  }

  test('has the time of an attempt from when it is sent', async () => {
    const { clock, requests, others, last } = await readAmongOthers(20_000);
    await clock.advance(20_000);
    await Promise.all(others);
    await waitFor(() => requests.length === maxReadsAtOnce + 1);
    await clock.advance(10_000);
    expect(await last).toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('within 10000 ms, which was all that was left of this call'),
      facts: { next: expect.not.stringContaining('--timeout-ms') },
    });
  });

  test('was not sent if it waited to the end', async () => {
    const { clock, requests, others, last } = await readAmongOthers(50_000);
    await clock.advance(30_000);
    expect(await last).toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('was not sent'),
    });
    await clock.advance(20_000);
    await Promise.all(others);
    expect(requests).toHaveLength(maxReadsAtOnce);
  });
});
