import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  type Fault,
  type LogEntry,
  type Sandbox,
  type SandboxRequest,
  start,
} from '../../src/sandbox/start.ts';
import type { CallContext } from '../../src/segment/call.ts';
import type { SegmentClient, SegmentClientOptions } from '../../src/segment/client.ts';
import type { NewAudience } from '../../src/segment/contract.ts';
import { v1alpha } from '../../src/segment/editions/v1alpha.ts';
import { CancelledError, mayHaveTakenEffect, NoAnswerError } from '../../src/segment/errors.ts';
import { readSpace } from '../../src/segment/space.ts';
import { testCall } from '../support/call.ts';
import { listen } from '../support/listen.ts';
import { ManualClock, tick, waitFor } from '../support/manual-clock.ts';
import { segmentClient } from '../support/segment-client.ts';
import { sharedPeople } from '../support/shared-people.ts';

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
    clock: clock.server,
    people: sharedPeople,
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
    await waitFor(() => seen.length === 1);
    await clock.advance(600_000);
    const page = await whileTimePasses(listing);
    expect(page.audiences).toHaveLength(1);
    expect(seen).toHaveLength(2);
  });
});

describe('quota', () => {
  test('fifteen creates: ten at once, five when the next window begins, no 429', async () => {
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
  test('is checked when the quota ends its repetition', async () => {
    faults = [
      { kind: 'drop', when: 'before' },
      { kind: 'rate-limit', msBeforeNext: 50_000 },
    ];
    const call = testCall(clock.now() + 45_000);
    const promise = whileTimePasses(
      client.send('remove_audience_from_space', { spaceId, id: 'aud_000000011' }, call),
    );
    await expect(promise).rejects.toMatchObject({ code: 'outcome_unknown' });
    expect(seen.at(-1)?.operation).toBe('get_audience');
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
    code: 'outcome_unknown',
    message: expect.stringMatching(/HTTP 502.*After a retry:.*HTTP 403/),
  });
  expect(statuses()).toEqual([502, 403, 200]);
});

describe.each([-600_000, 600_000])('when the date of this machine jumps by %i ms', (jumpMs) => {
  /** Lets the call wait for a second, then sets the date. */
  async function afterJump<Value>(waiting: Promise<Value>): Promise<Value> {
    waiting.catch(() => {});
    await waitFor(() => heard > 0);
    await clock.advance(1000);
    clock.jump(jumpMs);
    return whileTimePasses(waiting);
  }

  test('a closed gate opens when it would have', async () => {
    faults = [{ kind: 'rate-limit', msBeforeNext: 20_000 }];
    const from = clock.monotonic();
    const call = testCall(clock.monotonic() + 45_000);
    await afterJump(client.send('create_audience', input, call));
    expect(statuses()).toEqual([429, 200]);
    expect(clock.monotonic() - from).toBeGreaterThanOrEqual(20_000);
    expect(clock.monotonic() - from).toBeLessThan(21_000);
  });

  test('a full window ends when it would have', async () => {
    const from = clock.monotonic();
    const creates = Array.from({ length: 15 }, () =>
      client.send('create_audience', input, testCall()),
    );
    await afterJump(Promise.all(creates));
    expect(statuses()).toEqual(Array(15).fill(200));
    expect(clock.monotonic() - from).toBeLessThanOrEqual(60_250);
  });

  test('a pause before another attempt is as long as it was to be', async () => {
    faults = [failed(503, { 'retry-after': '7' })];
    const from = clock.monotonic();
    await afterJump(client.send('list_audiences', { spaceId, count: 1 }, testCall()));
    expect(clock.monotonic() - from).toBe(7000);
  });

  test('no wait passes the deadline of the call', async () => {
    faults = [failed(503, { 'retry-after': '7' }), failed(503, { 'retry-after': '7' })];
    const call = testCall(clock.monotonic() + 10_000);
    const listing = afterJump(client.send('list_audiences', { spaceId, count: 1 }, call));
    await expect(listing).rejects.toMatchObject({ code: 'upstream_error' });
    expect(requests).toHaveLength(2);
  });

  test('Retry-After as a date is read as the server meant it', async () => {
    clock.jump(jumpMs);
    const date = new Date(clock.server.now()).toUTCString();
    const until = new Date(clock.server.now() + 5000).toUTCString();
    faults = [failed(503, { 'retry-after': until, date })];
    const from = clock.monotonic();
    await whileTimePasses(client.send('list_audiences', { spaceId, count: 1 }, testCall()));
    expect(clock.monotonic() - from).toBe(6000);
  });

  test('so it is where the response has no date of its own', async () => {
    const list = JSON.stringify({ data: { audiences: [], pagination: { totalEntries: 0 } } });
    let answered = 0;
    const url = await listen((_, response) => {
      answered += 1;
      const at = (ms: number) => new Date(clock.server.now() + ms).toUTCString();
      if (answered === 2) {
        response.sendDate = false;
        response.writeHead(429, { 'retry-after': at(5000) }).end();
      } else response.writeHead(200, { date: at(0) }).end(list);
    });
    const there = segmentClient(url, clock, {
      timeoutMs: 600_000,
      log: (_, message) => {
        if (message === 'answer') heard += 1;
      },
    });
    onTestFinished(() => there.close());
    const read = () => there.send('list_audiences', { spaceId, count: 1 }, testCall());
    await read();
    clock.jump(jumpMs);
    const from = clock.monotonic();
    const second = read();
    await waitFor(() => heard === 2);
    await clock.advance(6000);
    await second;
    expect(clock.monotonic() - from).toBe(6000);
  });
});

describe('the last read of a write', () => {
  const update = { spaceId, id: 'aud_000000011', enabled: false };
  const send = (lookLast: CallContext['lookLast'], call = testCall()) =>
    client.send('update_audience_for_space', update, { ...call, lookLast });
  /** All ten places of the window are free. */
  async function expectTenAtOnce() {
    // Calls that can't wait are refused where there is no place for them.
    const updates = Array.from({ length: 10 }, () =>
      client.send('update_audience_for_space', update, testCall(clock.monotonic())),
    );
    await Promise.allSettled(updates);
    expect(seen).toHaveLength(10);
  }
  const untilAborted = (looking: CallContext) =>
    new Promise<void>((_, reject) => {
      looking.signal.addEventListener('abort', () =>
        reject(new CancelledError('get_audience', true)),
      );
    });

  test('comes once its place in the quota is taken', async () => {
    let looks = 0;
    const updates = Array.from({ length: 11 }, () =>
      send(async () => {
        looks += 1;
      }).catch(() => {}),
    );
    await waitFor(() => looks > 0);
    await whileTimePasses(waitFor(() => seen.length === 10));
    expect(looks).toBe(10);
    await whileTimePasses(Promise.all(updates));
    expect(looks).toBe(11);
  });

  test('ends the call with what it throws, and gives the place back', async () => {
    const reason = new Error('changed');
    await expect(send(() => Promise.reject(reason))).rejects.toBe(reason);
    expect(seen).toEqual([]);
    await expectTenAtOnce();
  });

  test('is given up after five seconds, and the place given back', async () => {
    const sending = send(untilAborted);
    const ended = expect(sending).rejects.toMatchObject({
      code: 'rate_limited',
      facts: { retryAfterMs: 5000 },
    });
    await clock.advance(4999);
    await clock.advance(1);
    await ended;
    expect(seen).toEqual([]);
    await expectTenAtOnce();
  });

  test('that gets no response leaves nothing in doubt', async () => {
    const lost = new NoAnswerError('upstream_error', 'HTTP 502.', { next: 'Try again.' });
    const error: unknown = await send(() => Promise.reject(lost)).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'upstream_error', message: 'HTTP 502. Nothing was sent.' });
    expect(mayHaveTakenEffect(error)).toBe(false);
  });

  test('ends with its call', async () => {
    const call = testCall();
    const ended = expect(send(untilAborted, call)).rejects.toMatchObject({
      code: 'cancelled',
      sent: false,
    });
    await tick();
    call.cancel();
    await ended;
    expect(seen).toEqual([]);
  });

  test('is repeated before each attempt', async () => {
    let looks = 0;
    faults = [failed(502)];
    const { id } = update;
    const lookLast = async () => {
      looks += 1;
    };
    const call = { ...testCall(), lookLast };
    await whileTimePasses(client.send('remove_audience_from_space', { spaceId, id }, call));
    expect(seen).toHaveLength(2);
    expect(looks).toBe(2);
  });

  test('is repeated after a connection was refused', async () => {
    let looks = 0;
    const lookLast = async () => {
      looks += 1;
    };
    // Nothing listens at this port.
    const unreached = segmentClient('http://127.0.0.1:1', clock);
    const call = { ...testCall(), lookLast };
    let ended: unknown;
    unreached.send('update_audience_for_space', update, call).catch((error: unknown) => {
      ended = error;
    });
    while (!ended) await clock.advanceToNext();
    expect(ended).toMatchObject({ code: 'unreachable' });
    expect(looks).toBe(4);
    await unreached.close();
  });
});

describe('a removal that is answered with 404 after an attempt whose answer was lost', () => {
  const one = { spaceId, id: 'aud_000000011' };
  const remove = () => whileTimePasses(client.send('remove_audience_from_space', one, testCall()));
  const page: Fault = {
    kind: 'answer',
    status: 404,
    headers: { 'content-type': 'text/html' },
    body: '<h1>Not found</h1>',
  };
  const segments = (message: string): Fault => ({
    kind: 'answer',
    status: 404,
    body: JSON.stringify({ errors: [{ type: 'not-found', message }] }),
  });
  const methods = () => seen.map(({ operation }) => operation);

  test('took effect, if the audience is unknown while the space can be read', async () => {
    faults = [{ kind: 'drop', when: 'after' }];
    expect(await remove()).toEqual({ status: 'SUCCESS' });
    expect(methods()).toEqual([
      'remove_audience_from_space',
      'remove_audience_from_space',
      'get_audience',
      'list_audiences',
    ]);
    expect(seen[3]?.path).toContain('pagination.count=1');
  });

  test.each([
    ['the audience is still there', [failed(502), page]],
    ['a gateway answers for it', [failed(502), page, page]],
    ['a gateway answers in JSON', [failed(502), page, { ...page, body: '{"errors":[]}' }]],
    ['an entry says nothing', [failed(502), page, { ...page, body: '{"errors":[{}]}' }]],
    [
      'the entries are blank',
      [failed(502), page, { ...page, body: '{"errors":[{"type":" ","message":""}]}' }],
    ],
    ['the list still shows it', [failed(502), page, segments('x'), showing(one.id)]],
    ['the space is not known', [failed(502), segments('x'), segments('x'), segments('x')]],
    ["the space can't be read", [failed(502), segments('x'), segments('x'), failed(403)]],
    ['the list is of another space', [failed(502), page, segments('x'), ofSpace('spa_other')]],
    ['the look fails', [failed(502), page, ...Array(4).fill(failed(500))]],
  ] satisfies [string, Fault[]][])('is not reported as done where %s', async (_, given) => {
    faults = [...given];
    await expect(remove()).rejects.toMatchObject({
      code: 'outcome_unknown',
      message: expect.stringMatching(/HTTP 502.*After a retry:.*HTTP 404/),
      facts: { next: expect.stringContaining('get_audience') },
    });
    faults = [];
    const { audience } = await client.send('get_audience', one, testCall());
    expect(audience.id).toBe(one.id);
  });

  test('is unknown when it is cancelled during the check', async () => {
    const call = testCall();
    faults = [failed(502), page, { kind: 'latency', ms: 60_000 }];
    const removing = whileTimePasses(client.send('remove_audience_from_space', one, call));
    const ended = expect(removing).rejects.toMatchObject({
      code: 'cancelled',
      sent: true,
      operation: 'remove_audience_from_space',
    });
    await waitFor(() => seen.length === 3);
    call.cancel();
    await ended;
  });

  test('is not found without such an attempt, and nothing is checked', async () => {
    faults = [page];
    await expect(remove()).rejects.toMatchObject({ code: 'not_found' });
    expect(seen).toHaveLength(1);
  });
});

/** The true answer, but with something else in every audience. */
function altered(change: object): Fault {
  return {
    kind: 'alter',
    alter: (body) =>
      JSON.parse(JSON.stringify(body), (_, value) =>
        typeof value === 'object' && value !== null && 'definition' in value
          ? { ...value, ...change }
          : value,
      ),
  };
}

/** A list with an audience of this id. */
function showing(id: string): Fault {
  return {
    kind: 'answer',
    status: 200,
    body: JSON.stringify({ data: { audiences: [{ id, spaceId }], pagination: {} } }),
  };
}

function ofSpace(space: string | null): Fault {
  return altered({ spaceId: space });
}

describe('a response to another request', () => {
  const one = { spaceId, id: 'aud_000000011' };

  test.each([
    ['another audience', altered({ id: 'aud_000000012' })],
    ['an audience of another space', ofSpace('spa_shop_production')],
  ])('about %s is a bad response', async (_, fault) => {
    faults = [fault];
    await expect(client.send('get_audience', one, testCall())).rejects.toMatchObject({
      code: 'bad_response',
    });
    faults = [fault];
    await expect(
      client.send('update_audience_for_space', { ...one, enabled: false }, testCall()),
    ).rejects.toMatchObject({ code: 'outcome_unknown' });
    expect(seen).toHaveLength(2);
  });

  test.each([['shop_staging'], [null]])('is none if it says spaceId %j', async (said) => {
    faults = [ofSpace(said)];
    const { audience } = await client.send('get_audience', one, testCall());
    expect(audience.spaceId).toBe(said);
  });

  test('to a create is one whose outcome is unknown', async () => {
    faults = [ofSpace('spa_shop_production')];
    await expect(client.send('create_audience', input, testCall())).rejects.toMatchObject({
      code: 'outcome_unknown',
    });
  });

  test.each([
    ['another', 'Quite another', false],
    ['the same in other letters', '  n ', true],
    ['none', null, true],
  ])('to a create is shown by its name: %s', async (_, name, isSame) => {
    faults = [altered({ name })];
    const created = client.send('create_audience', input, testCall());
    if (isSame) expect((await created).audience.name).toBe(name);
    else {
      await expect(created).rejects.toMatchObject({
        code: 'outcome_unknown',
        message: expect.stringContaining('is about another audience, named "Quite another".'),
      });
    }
  });

  test('is a bad response where all rows of a page name another space', async () => {
    faults = [ofSpace('spa_shop_production')];
    await expect(
      client.send('list_audiences', { spaceId, count: 2 }, testCall()),
    ).rejects.toMatchObject({ code: 'bad_response' });
  });

  test('single rows of another space are shown, but not used for writes', async () => {
    const stray: Fault = {
      kind: 'alter',
      alter: (body) =>
        JSON.parse(JSON.stringify(body), (_, value) =>
          value?.id === one.id ? { ...value, spaceId: 'spa_shop_production' } : value,
        ),
    };
    faults = [stray];
    const page = await client.send('list_audiences', { spaceId, count: 50 }, testCall());
    expect(page.audiences.map(({ id }) => id)).toContain(one.id);
    faults = [stray];
    const { audiences } = await readSpace(client, spaceId, testCall());
    expect(audiences).toHaveLength(page.audiences.length - 1);
    expect(audiences.map(({ id }) => id)).not.toContain(one.id);
  });
});

test('a closed client refuses, and what is in progress ends', async () => {
  faults = [{ kind: 'latency', ms: 60_000 }];
  const underWay = client.send('create_audience', input, testCall());
  await clock.advance(10);
  await client.close();
  await expect(underWay).rejects.toMatchObject({ code: 'outcome_unknown' });
});
