import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { start } from '../../src/sandbox/start.ts';
import { errorCodes } from '../../src/segment/errors.ts';
import { callTool, secret } from '../support/in-memory.ts';
import { listen } from '../support/listen.ts';
import { type Session, startSession } from '../support/program.ts';
import { environmentFor, neverMs, type Rig, startRig as startAnyRig } from '../support/rig.ts';
import { SharedRigs } from '../support/shared-rigs.ts';

/*
 * What a user sees when things go wrong: for each, the named error with a true next step, and a
 * server that goes on serving.
 */

const query = "event('Shoes Bought').count() >= 1";
const create = { name: 'New', query };
/** For the few tests in which the program has to lose patience. */
const impatient = ['--timeout-ms', '2000'];
const met = new Set<string>();
/** Those of the tests on safety, confirmation, the audit log and what is done twice. */
const safetyCodes = [
  ...['space_not_allowed', 'read_only', 'confirmation_required', 'declined', 'stale'],
  ...['duplicate', 'audit_failed'],
];

/** The small space, in which the sandbox has next to nothing to compute: it answers at once. */
const space = 'spa_shop_staging';
const rigs = new SharedRigs({ edition: 'v1alpha', space });
afterAll(() => rigs[Symbol.asyncDispose]());

/** A program of the test's own, which has all of its quota left. */
const startRig: typeof startAnyRig = (args, options) => startAnyRig(args, { space, ...options });

/** Calls a tool that must fail, and notes the code. */
async function failing(
  { client, stderr }: Session,
  tool: string,
  args: Record<string, unknown>,
  code: string,
) {
  const { error, text } = await callTool(client, tool, args);
  expect(error?.code).toBe(code);
  expect(error?.next.length).toBeGreaterThan(20);
  expect(text + stderr()).not.toContain(secret);
  met.add(code);
  return z.object({ message: z.string(), next: z.string() }).loose().parse(error);
}

async function stillServes(rig: Rig) {
  rig.faults(() => undefined);
  const { error } = await callTool(rig.session.client, 'list_audiences');
  expect(error).toBeUndefined();
}

const htmlPage =
  '<html><head><style>p{}</style></head><body><h1>502</h1><p>Proxy says no</p></body></html>';

describe('Segment says no', () => {
  test.each([
    // A wrong token, and a right one at the address of another region, look the same.
    [401, 'unauthorized', /SEGMENT_API_TOKEN.*SEGMENT_REGION/],
    [403, 'forbidden', /token is not allowed to do this/],
    [404, 'not_found', /Check/],
    [409, 'conflict', /Live/],
    [413, 'payload_too_large', /Shorten/],
  ])('HTTP %i', async (status, code, next) => {
    const rig = await rigs.with();
    rig.faults(() => ({
      kind: 'answer',
      status,
      body: JSON.stringify({ errors: [{ type: 'no', message: `because of ${secret}` }] }),
    }));
    const args = { ...create, checkNames: false };
    const error = await failing(rig.session, 'create_audience', args, code);
    expect(error).toMatchObject({ status });
    expect(error.next).toMatch(next);
    expect(error.message).toContain('because of [redacted]');
    expect(rig.requests).toHaveLength(1);
    await stillServes(rig);
  });

  test('HTTP 422: all of its entries are passed on, with their fields', async () => {
    const rig = await rigs.with();
    const errors = [
      { type: 'input-validation', message: '"a" is bad', field: 'a' },
      { type: 'input-validation', message: '"b" is bad', field: 'b' },
    ];
    rig.faults(() => ({ kind: 'answer', status: 422, body: JSON.stringify({ errors }) }));
    const error = await failing(rig.session, 'create_audience', create, 'validation_failed');
    expect(error).toMatchObject({ status: 422, field: 'a', details: errors });
    expect(error.message).toMatch(/a: "a" is bad; b: "b" is bad/);
    await stillServes(rig);
  });
});

describe('the network', () => {
  test('there is none: nothing listens at the address', async () => {
    await using session = await startSession(
      ['--max-wait-ms', '900'],
      environmentFor('http://127.0.0.1:1', 's'),
    );
    const error = await failing(session, 'create_audience', create, 'unreachable');
    expect(error.message).toMatch(/ECONNREFUSED.*Nothing was sent/);
  });

  test("a name that can't be resolved", async () => {
    await using session = await startSession(
      ['--max-wait-ms', '500'],
      environmentFor('https://segment.invalid', 's'),
    );
    await failing(session, 'list_audiences', {}, 'unreachable');
  });

  test('a response that is cut off is requested again', async () => {
    const rig = await rigs.with();
    rig.faults(({ number }) => (number === 1 ? { kind: 'drop', when: 'mid-body' } : undefined));
    const { error } = await callTool(rig.session.client, 'list_audiences');
    expect(error).toBeUndefined();
    expect(rig.requests).toHaveLength(2);
  });

  test('responses that are always cut off', async () => {
    const rig = await rigs.with(['--max-wait-ms', '100']);
    rig.faults(() => ({ kind: 'drop', when: 'mid-body' }));
    const error = await failing(rig.session, 'list_audiences', {}, 'bad_response');
    expect(error.message).toMatch(/the response was cut off/);
    await stillServes(rig);
  });

  test('an answer that does not come', async () => {
    const rig = await rigs.with([...impatient, '--max-wait-ms', '100']);
    rig.faults(() => ({ kind: 'latency', ms: neverMs }));
    const error = await failing(rig.session, 'get_audience', { id: 'a' }, 'timeout');
    expect(error.next).toMatch(/timeout-ms/);
    await stillServes(rig);
  });
});

describe('a proxy', () => {
  test('answers an error page', async () => {
    const rig = await rigs.with(['--max-wait-ms', '100']);
    rig.faults(() => ({
      kind: 'answer',
      status: 502,
      headers: { 'content-type': 'text/html' },
      body: htmlPage,
    }));
    const error = await failing(rig.session, 'list_audiences', {}, 'upstream_error');
    expect(error.message).toMatch(
      /502.*the body, which is not in Segment's format, begins with: 502 Proxy says no/,
    );
    await stillServes(rig);
  });

  test('answers a page instead of data', async () => {
    const rig = await rigs.with();
    rig.faults(() => ({ kind: 'answer', status: 200, body: htmlPage }));
    const error = await failing(rig.session, 'list_audiences', {}, 'bad_response');
    expect(error.message).toMatch(/is not JSON/);
    expect(error.next).toMatch(/proxy/);
    await stillServes(rig);
  });

  test('redirects, and is not followed', async () => {
    const rig = await rigs.with();
    let followed = 0;
    const elsewhere = await listen((_, response) => {
      followed += 1;
      response.end();
    });
    rig.faults(() => ({
      kind: 'answer',
      status: 302,
      headers: { location: elsewhere },
      body: '',
    }));
    await failing(rig.session, 'create_audience', create, 'bad_response');
    expect(followed).toBe(0);
    await stillServes(rig);
  });

  test.each([
    ['arrays', '['.repeat(200_000) + ']'.repeat(200_000)],
    ['objects', `${'{"data":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ])('answers %s nested absurdly deep', async (_, body) => {
    const rig = await rigs.with(['--max-wait-ms', '100']);
    rig.faults(() => ({ kind: 'answer', status: 200, body }));
    await failing(rig.session, 'list_audiences', {}, 'bad_response');
    await failing(rig.session, 'create_audience', create, 'bad_response');
    await stillServes(rig);
  });

  test('answers data of another shape', async () => {
    const rig = await rigs.with();
    rig.faults(() => ({ kind: 'answer', status: 200, body: '{"data":{"audiences":[{"id":7}]}}' }));
    const error = await failing(rig.session, 'list_audiences', {}, 'bad_response');
    expect(error.message).toMatch(/data\.audiences\.0\.id/);
    await stillServes(rig);
  });

  test('answers without end', async () => {
    const url = await listen((_, response) => {
      const chunk = Buffer.alloc(1024 * 1024, ' ');
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    await using session = await startSession([], environmentFor(url, 's'));
    const error = await failing(session, 'list_audiences', {}, 'bad_response');
    expect(error.message).toMatch(/larger than 10485760 bytes/);
    expect(error.next).toMatch(/count/);
  });
});

describe('a full queue', () => {
  test('a call that would wait too long fails at once, and spends nothing', async () => {
    await using rig = await startRig([], { limits: { create_audience: 1 } });
    await callTool(rig.session.client, 'create_audience', create);
    const another = { ...create, name: 'Another' };
    const error = await failing(rig.session, 'create_audience', another, 'rate_limited');
    expect(error.retryAfterMs).toBeGreaterThan(45_000);
    expect(error.retryAfterMs).toBeLessThanOrEqual(61_000);
    expect(rig.requests.filter(({ operation }) => operation === 'create_audience')).toHaveLength(1);
    await stillServes(rig);
  });

  test('429 after 429, for as long as a call may wait', async () => {
    await using rig = await startRig(['--max-wait-ms', '3000']);
    rig.faults(() => ({ kind: 'rate-limit', msBeforeNext: 5 }));
    const error = await failing(rig.session, 'list_audiences', {}, 'rate_limited');
    expect(rig.requests.length).toBeGreaterThan(1);
    expect(error.retryAfterMs).toBeGreaterThan(100);
    await stillServes(rig);
  });
});

describe('a write whose answer is lost', () => {
  test.each([
    ['the connection drops after it', { kind: 'drop', when: 'after' } as const],
    ['the answer is cut off', { kind: 'drop', when: 'mid-body' } as const],
    ['a gateway fails after it', { kind: 'answer', status: 504, body: '', applied: true } as const],
    ['it takes too long', { kind: 'latency', ms: neverMs } as const],
    [
      'a page comes instead',
      { kind: 'answer', status: 200, body: htmlPage, applied: true } as const,
    ],
  ])('is not sent again: %s', async (name, fault) => {
    const rig = await rigs.with([...impatient, '--max-wait-ms', '100']);
    const writes: string[] = [];
    let isSent = false;
    rig.faults(({ method }) => {
      if (method !== 'GET') {
        writes.push(method);
        isSent = true;
      }
      // What is looked at before it goes well, what is looked for after it does not.
      return isSent ? fault : undefined;
    });
    // The program remembers the name of a create whose outcome is unknown.
    const args = { ...create, name };
    const created = await failing(rig.session, 'create_audience', args, 'outcome_unknown');
    expect(created.message).toMatch(/The search for it failed/);
    expect(created.next).toMatch(/list_audiences/);
    isSent = false;
    const change = { id: 'aud_000000011', enabled: false };
    const updated = await failing(
      rig.session,
      'update_audience_for_space',
      change,
      'outcome_unknown',
    );
    expect(updated.next).toMatch(/get_audience/);
    expect(writes).toEqual(['POST', 'PATCH']);
    await stillServes(rig);
  });

  test('is sent again when the connection could not even be made', async () => {
    const gone = await start({ edition: 'v1alpha' });
    await gone.close();
    await using session = await startSession([], environmentFor(gone.url, space));
    const calling = callTool(session.client, 'create_audience', create);
    await session.logged('trying again');
    const back = await start({ edition: 'v1alpha', port: Number(new URL(gone.url).port) });
    expect((await calling).error).toBeUndefined();
    await back.close();
  });

  test('a removal whose audience is gone when it would be repeated counts as done', async () => {
    const rig = await rigs.with();
    const { client } = rig.session;
    const id = 'aud_000000012';
    let removes = 0;
    rig.faults(({ operation }) => {
      if (operation !== 'remove_audience_from_space') return undefined;
      removes += 1;
      return removes === 1 ? { kind: 'drop', when: 'after' } : undefined;
    });
    const { error, structured } = await callTool(client, 'remove_audience_from_space', { id });
    expect(error).toBeUndefined();
    expect(structured).toMatchObject({ status: 'SUCCESS', audience: { id } });
    expect(removes).toBe(1);
  });

  test('a removal whose outcome is unknown says so, and keeps the audience', async () => {
    const rig = await rigs.with(['--max-wait-ms', '100']);
    rig.faults(({ method }) =>
      method === 'DELETE' ? { kind: 'answer', status: 200, body: '' } : undefined,
    );
    const args = { id: 'aud_000000011' };
    const error = await failing(rig.session, 'remove_audience_from_space', args, 'outcome_unknown');
    expect(error.message).toMatch(/may still have been removed/);
    expect(error.next).toMatch(/get_audience whether it is still there/);
    expect(error).toMatchObject({
      details: { audience: { name: 'QA: anyone with an order', definition: { type: 'users' } } },
    });
  });

  test('one that could not be sent in time costs no other request either', async () => {
    await using rig = await startRig([], { limits: { remove_audience_from_space: 1 } });
    const { client } = rig.session;
    await callTool(client, 'remove_audience_from_space', { id: 'aud_000000011' });
    const before = rig.requests.length;
    const args = { id: 'aud_000000012' };
    await failing(rig.session, 'remove_audience_from_space', args, 'rate_limited');
    expect(rig.requests).toHaveLength(before);
  });

  test('a remove of what is not there is not found', async () => {
    const rig = await rigs.with();
    await failing(rig.session, 'remove_audience_from_space', { id: 'aud_no' }, 'not_found');
  });
});

describe('odd input', () => {
  test.each(['a b', '50%', 'a;b', '…'])(
    'an id like %j reaches Segment as one path segment',
    async (id) => {
      const rig = await rigs.with();
      await failing(rig.session, 'get_audience', { id }, 'not_found');
      expect(rig.requests).toHaveLength(1);
      expect(rig.requests[0]?.path.split('/')).toHaveLength(5);
      expect(rig.requests[0]?.operation).toBe('get_audience');
    },
  );

  test.each([
    ...['.', '..', '', 'x'.repeat(256)],
    ...['a/b', '../../spaces', '%2e%2e', 'a%2Fb', '%252e%252e', 'a\\b', 'a%0d%0ab'],
    ...['?x', 'a#b', '%3f', ' ', '%e0%80%ae%e0%80%ae'],
  ])('an id like %j is not sent', async (id) => {
    const rig = await rigs.with();
    await failing(rig.session, 'get_audience', { id }, 'invalid_input');
    expect(rig.requests).toEqual([]);
  });

  test('a name of 10,000 characters is not sent', async () => {
    const rig = await rigs.with();
    const error = await failing(
      rig.session,
      'create_audience',
      { name: 'x'.repeat(10_000), query },
      'invalid_input',
    );
    expect(error.message).toMatch(/name/);
    expect(rig.requests).toEqual([]);
  });

  test('a description of two million characters is refused by Segment itself', async () => {
    const rig = await rigs.with();
    const long = { ...create, description: 'x'.repeat(2_000_000) };
    await failing(rig.session, 'create_audience', long, 'payload_too_large');
    await stillServes(rig);
  });

  test('a definition that breaks the rules is not sent', async () => {
    const rig = await rigs.with();
    const wrong = { name: 'Wrong', query: 'event(' };
    await failing(rig.session, 'create_audience', wrong, 'invalid_query');
    expect(rig.requests).toEqual([]);
  });

  test('a query of two million characters is for Segment to judge', async () => {
    const rig = await rigs.with();
    const long = { name: 'Long', query: 'x'.repeat(2_000_000) };
    await failing(rig.session, 'create_audience', long, 'payload_too_large');
    await stillServes(rig);
  });

  test("what the edition can't do", async () => {
    await using rig = await startRig(['--edition', 'v1alpha']);
    const linked = { name: 'Linked', query: "entity('orders').count() >= 1", type: 'linked' };
    const error = await failing(rig.session, 'create_audience', linked, 'unsupported');
    expect(error).toMatchObject({ field: 'type', next: expect.stringContaining('--edition') });
    expect(rig.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test('an audience that was removed by someone else', async () => {
    const rig = await rigs.with();
    const id = 'aud_000000012';
    await callTool(rig.session.client, 'remove_audience_from_space', { id });
    const error = await failing(
      rig.session,
      'update_audience_for_space',
      { id, enabled: true },
      'not_found',
    );
    expect(error.next).toMatch(/removed/);
  });
});

test('every code that reaches an agent was met above', () => {
  // A cancelled call gets no answer, only replicas meet that one, and an internal error is a fault that we
  // do not know of.
  const unanswered = ['cancelled', 'unavailable', 'internal_error'];
  const unseen = errorCodes.filter((code) => !met.has(code) && !safetyCodes.includes(code));
  expect(unseen).toEqual(unanswered);
});
