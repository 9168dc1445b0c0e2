import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type Fault,
  type LogEntry,
  type Sandbox,
  type SandboxRequest,
  start,
} from '../../src/sandbox/start.ts';
import type { SegmentClient, SegmentClientOptions } from '../../src/segment/client.ts';
import type { NewAudience } from '../../src/segment/contract.ts';
import { v1alpha } from '../../src/segment/editions/v1alpha.ts';
import { testCall } from '../support/call.ts';
import { ManualClock, tick } from '../support/manual-clock.ts';
import { segmentClient } from '../support/segment-client.ts';

/*
 * The client against the sandbox, both on one clock that is moved by hand.
 */

const { mediaType } = v1alpha;
const spaceId = 'spa_shop_staging';
const input: NewAudience = { spaceId, name: 'N', query: "trait('x') = 1", type: 'users' };

let clock: ManualClock;
let sandbox: Sandbox;
let client: SegmentClient;
let requests: LogEntry[];
let seen: SandboxRequest[];
let faults: Fault[];
/** How many requests have ended as the clients see it. */
let heard: number;

beforeEach(async () => {
  clock = new ManualClock();
  requests = [];
  seen = [];
  faults = [];
  heard = 0;
  sandbox = await start({
    edition: 'v1alpha',
    clock,
    log: (entry) => requests.push(entry),
    faults: (request) => {
      seen.push(request);
      return faults.shift();
    },
  });
  client = startClient('/');
});
afterEach(async () => {
  await client.close();
  await sandbox.close();
});

/** A client of the sandbox; nothing times out by itself. */
function startClient(path: string, more: Partial<SegmentClientOptions> = {}): SegmentClient {
  return segmentClient(`${sandbox.url}${path}`, clock, {
    timeoutMs: 600_000,
    log: (_, message) => {
      if (message === 'answer' || message === 'no answer') heard += 1;
    },
    ...more,
  });
}

/** Waits for a promise while the clock moves from timer to timer, whenever no request is under way. */
async function whileTimePasses<Value>(promise: Promise<Value>): Promise<Value> {
  let over = false;
  const end = () => {
    over = true;
  };
  promise.then(end, end);
  while (!over) {
    if (seen.length === heard) await clock.advanceToNext();
    else await tick();
  }
  return promise;
}

const statuses = () => requests.map(({ status }) => status);
const failed = (status: number, headers: Record<string, string> = {}): Fault => ({
  kind: 'answer',
  status,
  headers,
  body: '',
});

describe('a request', () => {
  test('has the headers of the contract', async () => {
    await client.send('create_audience', input, testCall());
    expect(seen[0]?.headers).toMatchObject({
      authorization: 'Bearer token-for-tests',
      accept: `${mediaType}, application/json`,
      'content-type': mediaType,
      'user-agent': 'test/0',
    });
    await client.send('get_audience', { spaceId, id: 'aud_000000011' }, testCall());
    expect(seen[1]?.headers['content-type']).toBeUndefined();
  });

  test('of a page has the dotted names, percent-encoded', async () => {
    await client.send('list_audiences', { spaceId, count: 3, cursor: 'Mw==' }, testCall());
    expect(seen[0]?.path).toBe(
      '/spaces/spa_shop_staging/audiences?pagination.count=3&pagination.cursor=Mw%3D%3D',
    );
  });

  test('goes below the path of the base URL', async () => {
    const behindProxy = startClient('/segment/');
    await expect(
      behindProxy.send('get_audience', { spaceId, id: 'a' }, testCall()),
    ).rejects.toThrow();
    expect(requests[0]?.path).toBe('/segment/spaces/spa_shop_staging/audiences/a');
    await behindProxy.close();
  });
});

describe('reads', () => {
  test.each([
    ['a server error', failed(500)],
    ['a broken connection', { kind: 'drop', when: 'after' }],
    ['a cut answer', { kind: 'drop', when: 'mid-body' }],
  ] satisfies [string, Fault][])('are repeated after %s', async (_, fault) => {
    faults = [fault, fault];
    const page = await whileTimePasses(
      client.send('list_audiences', { spaceId, count: 1 }, testCall()),
    );
    expect(page.audiences).toHaveLength(1);
    expect(requests).toHaveLength(3);
  });

  test('are given up after four attempts', async () => {
    faults = [failed(500), failed(502), failed(503), failed(504)];
    const promise = whileTimePasses(
      client.send('list_audiences', { spaceId, count: 1 }, testCall()),
    );
    await expect(promise).rejects.toMatchObject({ code: 'upstream_error', facts: { status: 504 } });
    expect(statuses()).toEqual([500, 502, 503, 504]);
  });

  test('wait as long as Retry-After says, and say so', async () => {
    faults = [failed(503, { 'retry-after': '7' })];
    const call = testCall();
    const from = clock.now();
    await whileTimePasses(client.send('list_audiences', { spaceId, count: 1 }, call));
    expect(clock.now() - from).toBeGreaterThanOrEqual(7000);
    expect(call.waits.map(({ reason, leftMs }) => `${reason} ${leftMs}`)).toEqual([
      'retry 7000',
      'retry 2000',
    ]);
  });

  test('are not repeated beyond the deadline', async () => {
    faults = [failed(503, { 'retry-after': '7' })];
    const call = testCall(clock.now() + 6999);
    await expect(client.send('list_audiences', { spaceId, count: 1 }, call)).rejects.toMatchObject({
      code: 'upstream_error',
    });
    expect(requests).toHaveLength(1);
  });

  test('that time out are repeated', async () => {
    faults = [{ kind: 'latency', ms: 60_000 }];
    const listing = client.send('list_audiences', { spaceId, count: 1 }, testCall());
    await vi.waitUntil(() => seen.length === 1);
    await clock.advance(600_000);
    const page = await whileTimePasses(listing);
    expect(page.audiences).toHaveLength(1);
    expect(seen).toHaveLength(2);
  });
});

describe('quota', () => {
  test('fifteen creates: ten at once, five when the window begins anew, no 429', async () => {
    const from = clock.now();
    const sentAt: number[] = [];
    const creates = Array.from({ length: 15 }, () =>
      client.send('create_audience', input, testCall()).then(() => sentAt.push(clock.now() - from)),
    );
    await whileTimePasses(Promise.all(creates));
    expect(statuses()).toEqual(Array(15).fill(200));
    expect(sentAt.filter((ms) => ms < 60_000)).toHaveLength(10);
    expect(sentAt.filter((ms) => ms >= 60_000 && ms <= 60_250)).toHaveLength(5);
  });

  test('what another process used is left to it', async () => {
    const other = startClient('', { userAgent: 'other/0' });
    for (let count = 0; count < 8; count += 1)
      await other.send('create_audience', input, testCall());
    const creates = Array.from({ length: 4 }, () =>
      client.send('create_audience', input, testCall()).then(
        () => {},
        () => {},
      ),
    );
    await whileTimePasses(Promise.all(creates));
    const refused = statuses().filter((status) => status === 429);
    expect(statuses().filter((status) => status === 200)).toHaveLength(12);
    // The first goes alone, and its answer tells the others what is left.
    expect(refused).toHaveLength(0);
    await other.close();
  });

  test('a 429 closes the gate for as long as it says, for writes, too', async () => {
    faults = [{ kind: 'rate-limit', msBeforeNext: 20_000 }];
    const from = clock.now();
    await whileTimePasses(client.send('create_audience', input, testCall()));
    expect(statuses()).toEqual([429, 200]);
    expect(clock.now() - from).toBeGreaterThanOrEqual(20_000);
  });

  test('a 429 that would outlast the deadline ends the call at once', async () => {
    faults = [{ kind: 'rate-limit', msBeforeNext: 50_000 }];
    const call = testCall(clock.now() + 45_000);
    await expect(client.send('create_audience', input, call)).rejects.toMatchObject({
      code: 'rate_limited',
      facts: { retryAfterMs: 50_000 },
    });
    expect(statuses()).toEqual([429]);
  });
});

describe('a remove whose outcome is uncertain', () => {
  test('is not called unchanged, when the quota ends its repetition', async () => {
    faults = [
      { kind: 'drop', when: 'after' },
      { kind: 'rate-limit', msBeforeNext: 50_000 },
    ];
    const call = testCall(clock.now() + 45_000);
    const promise = whileTimePasses(
      client.send('remove_audience_from_space', { spaceId, id: 'aud_000000011' }, call),
    );
    await expect(promise).rejects.toMatchObject({ code: 'unreachable' });
  });
});

test('a remove that may have been done stays uncertain when it is refused later', async () => {
  faults = [failed(502), failed(403)];
  const removing = client.send(
    'remove_audience_from_space',
    { spaceId, id: 'aud_000000011' },
    testCall(),
  );
  await expect(whileTimePasses(removing)).rejects.toMatchObject({
    code: 'upstream_error',
    message: expect.stringMatching(/HTTP 502.*Asked again:.*HTTP 403/),
  });
  expect(statuses()).toEqual([502, 403]);
});

test('a closed client refuses, and what is under way ends', async () => {
  faults = [{ kind: 'latency', ms: 60_000 }];
  const underWay = client.send('create_audience', input, testCall());
  await clock.advance(10);
  await client.close();
  await expect(underWay).rejects.toMatchObject({ code: 'outcome_unknown' });
});
