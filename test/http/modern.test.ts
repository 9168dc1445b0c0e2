import type { Client } from '@modelcontextprotocol/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { confirmationLifeMs } from '../../src/safety/confirmation.ts';
import { type Sandbox, start } from '../../src/sandbox/start.ts';
import { Changes } from '../support/changes.ts';
import { Checkpoint, HoldingServer } from '../support/holding-server.ts';
import { type Answering, callTool } from '../support/in-memory.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { post } from '../support/mcp-post.ts';
import {
  connectModern,
  type ModernOptions,
  modernVersion,
  postModern,
  responseIn,
} from '../support/modern.ts';
import { LocalBus, type Replica, startReplica } from '../support/replica.ts';
import { RoundRobin } from '../support/round-robin.ts';
import { connectOver } from '../support/team-server.ts';

/*
 * The protocol from 2026-07-28 on, on the endpoint of the others: two replicas behind a load balancer
 * that sends every request to the other one.
 */

const space = 'spa_shop_staging';
const id = 'aud_000000011';
const remove = { name: 'remove_audience_from_space', arguments: { id } };
const agreeing: Answering = () => ({ action: 'accept', content: { agree: true } });

let clock: ManualClock;
let sandbox: Sandbox;
let upstream: HoldingServer;
let replicas: Replica[];
let balancer: RoundRobin;
let clients: Client[];
let flags: Record<string, string>;

beforeEach(async () => {
  clock = new ManualClock();
  sandbox = await start({ clock });
  upstream = await HoldingServer.start(sandbox.url);
  replicas = [];
  clients = [];
  flags = { space };
});

async function serve(): Promise<void> {
  const bus = new LocalBus();
  const environment = { SEGMENT_API_TOKEN: 'token-for-tests', SEGMENT_API_URL: upstream.url };
  replicas = [
    await startReplica({ clock, flags, environment, bus: bus.member() }),
    await startReplica({ clock, flags, environment, bus: bus.member() }),
  ];
  balancer = await RoundRobin.start(replicas.map(({ origin }) => origin));
}

afterEach(async () => {
  for (const client of clients) await client.close();
  await balancer[Symbol.asyncDispose]();
  for (const replica of replicas) await replica.stop();
  await upstream[Symbol.asyncDispose]();
  await sandbox.close();
});

async function connect(options?: ModernOptions): Promise<Client> {
  const client = await connectModern(balancer.url, options);
  clients.push(client);
  return client;
}

const isThere = () => sandbox.members(space, id) !== undefined;

describe('a client', () => {
  beforeEach(serve);

  test.each<{ mode: ModernOptions['mode'] }>([{ mode: 'auto' }, { mode: { pin: modernVersion } }])(
    'is served without a session: $mode',
    async ({ mode }) => {
      const client = await connect({ mode });
      expect(client.getProtocolEra()).toBe('modern');
      expect(client.getServerVersion()?.name).toBe('segment-audiences-mcp');
      expect(client.getInstructions()).toContain('Segment');
      const { tools } = await client.listTools();
      const older = await connectOver(balancer.url);
      expect(tools).toEqual((await older.listTools()).tools);
      await older.close();
      const got = await client.callTool({ name: 'get_audience', arguments: { id } });
      expect(got.structuredContent).toMatchObject({ audience: { id } });
      expect(new Set(balancer.routed)).toEqual(new Set([0, 1]));
    },
  );

  test('reads resources', async () => {
    const client = await connect();
    const { resources } = await client.listResources();
    const uri = resources[0]?.uri ?? '';
    const { contents } = await client.readResource({ uri });
    expect(contents[0]).toMatchObject({ uri, text: expect.stringContaining('count') });
    await expect(client.readResource({ uri: 'segment://none' })).rejects.toMatchObject({
      code: -32_602,
      message: 'Unknown resource "segment://none".',
      data: { uri: 'segment://none' },
    });
  });

  test('gets errors as results, and an error of the protocol for an unknown tool', async () => {
    const client = await connect();
    const failed = await client.callTool({ name: 'get_audience', arguments: { id: 'aud_none' } });
    expect(failed.isError).toBe(true);
    expect(failed.content).toMatchObject([{ text: expect.stringContaining('not_found') }]);
    const wrong = await client.callTool({ name: 'get_audience', arguments: { ids: [] } });
    expect(wrong.content).toMatchObject([{ text: expect.stringContaining('invalid_input') }]);
    await expect(client.callTool({ name: 'get_audiences' })).rejects.toThrow(
      'Unknown tool: get_audiences. Did you mean get_audience?',
    );
  });

  test('hears of progress while the call runs', async () => {
    const client = await connect();
    const changes = new Changes();
    const reports: string[] = [];
    const checkpoint = new Checkpoint();
    upstream.beforeRequest = () => checkpoint.pass();
    const call = client.callTool(
      { name: 'get_audience', arguments: { id } },
      {
        onprogress: ({ message }) => {
          reports.push(message ?? '');
          changes.happened();
        },
      },
    );
    await checkpoint.reached;
    await clock.advance(10_000);
    await changes.until(() => reports[0]);
    expect(reports[0]).toBe('get_audience is running');
    checkpoint.release();
    await call;
  });

  test('cancels a call by leaving', async () => {
    const client = await connect();
    const checkpoint = new Checkpoint();
    upstream.beforeRequest = () => checkpoint.pass();
    const controller = new AbortController();
    const call = client.callTool(
      { name: 'get_audience', arguments: { id } },
      { signal: controller.signal },
    );
    await checkpoint.reached;
    const [runsIt = 0] = balancer.routed.slice(-1);
    controller.abort('enough');
    await expect(call).rejects.toThrow('enough');
    await replicas[runsIt]?.logged('"code":"cancelled"');
    checkpoint.release();
  });
});

describe('a removal', () => {
  test('is carried out by the call that brings the answer, wherever it arrives', async () => {
    await serve();
    const questions: string[] = [];
    const client = await connect({
      answering(question) {
        questions.push(question);
        return { action: 'accept', content: { agree: true } };
      },
    });
    const removed = await client.callTool(remove);
    expect(removed.structuredContent).toMatchObject({ status: 'SUCCESS' });
    expect(questions).toEqual([expect.stringMatching(/^Delete the audience .*Do you agree\?$/s)]);
    expect(balancer.routed.slice(-2).sort()).toEqual([0, 1]);
    expect(isThere()).toBe(false);
  });

  test.each<{ why: string; answering: Answering }>([
    { why: 'The user said no', answering: () => ({ action: 'decline' }) },
    {
      why: 'without confirming',
      answering: () => ({ action: 'accept', content: { agree: false } }),
    },
  ])('is not carried out if the user does not agree: $why', async ({ why, answering }) => {
    await serve();
    const client = await connect({ answering });
    const refused = await client.callTool(remove);
    expect(refused.content).toMatchObject([{ text: expect.stringContaining(why) }]);
    expect(refused.isError).toBe(true);
    expect(isThere()).toBe(true);
  });

  test('is confirmed by a value if the client has nobody to ask, and closes the question at once', async () => {
    await serve();
    for (const answering of [undefined, (() => ({ action: 'cancel' })) satisfies Answering]) {
      const client = await connect({ answering });
      const { content } = await client.callTool(remove);
      expect(content).toMatchObject([{ text: expect.stringContaining('confirmation_required') }]);
    }
    expect(isThere()).toBe(true);
  });

  test('is asked for through the client alone, or never, where the operator wants that', async () => {
    flags = { space, ask: 'elicitation' };
    await serve();
    const mute = await connect();
    const { content } = await mute.callTool(remove);
    expect(content).toMatchObject([{ text: expect.stringContaining('cannot ask the user') }]);
    const client = await connect({ answering: agreeing });
    expect((await client.callTool(remove)).isError).toBeFalsy();
    expect(isThere()).toBe(false);
  });

  test('is confirmed by a value alone, where the operator wants that', async () => {
    flags = { space, ask: 'confirmation' };
    await serve();
    const client = await connect({ answering: agreeing });
    const { content } = await client.callTool(remove);
    expect(content).toMatchObject([{ text: expect.stringContaining('details.confirmation') }]);
    expect(isThere()).toBe(true);
  });
});

describe('a reply', () => {
  beforeEach(serve);
  const agreed = { agreement: { action: 'accept', content: { agree: true } } };
  const call = async (more: object = {}) => {
    const { origin } = replicas[0] ?? { origin: '' };
    const answer = await postModern(origin, {
      method: 'tools/call',
      params: { ...remove, ...more },
    });
    return responseIn(answer);
  };
  const ask = async (): Promise<string> => {
    const { result } = await call();
    expect(result).toMatchObject({
      resultType: 'input_required',
      inputRequests: { agreement: { method: 'elicitation/create', params: { mode: 'form' } } },
    });
    return result?.requestState ?? '';
  };

  test('agrees to what was asked', async () => {
    const { result } = await call({ requestState: await ask(), inputResponses: agreed });
    expect(result).toMatchObject({ structuredContent: { status: 'SUCCESS' } });
    expect(isThere()).toBe(false);
  });

  test.each([
    { title: 'no answer', inputResponses: {} },
    { title: 'another answer', inputResponses: { other: agreed.agreement } },
    { title: 'something else', inputResponses: { agreement: { action: 'maybe' } } },
    {
      title: 'an answer in the place of a prototype',
      inputResponses: JSON.parse(`{"__proto__": ${JSON.stringify(agreed)}}`),
    },
  ])('with $title is asked for again', async ({ inputResponses }) => {
    const { result } = await call({ requestState: await ask(), inputResponses });
    expect(result?.resultType).toBe('input_required');
    expect(isThere()).toBe(true);
  });

  test('without a state that is known agrees to nothing', async () => {
    const state = await ask();
    const forged = `${state.slice(0, -2)}${state.endsWith('AA') ? 'BB' : 'AA'}`;
    for (const requestState of ['', 'forged', forged, `${state}-more`]) {
      const { error } = await call({ requestState, inputResponses: agreed });
      expect(error).toMatchObject({
        code: -32_602,
        message: expect.stringContaining('was not issued here, or not for this call and caller'),
      });
    }
    expect((await call({ requestState: 7, inputResponses: agreed })).error?.code).toBe(-32_602);
    expect((await call({ inputResponses: agreed })).result?.resultType).toBe('input_required');
    expect(isThere()).toBe(true);
  });

  test.each([
    ['declined', 'The user said no', { action: 'decline' }],
    ['not confirmed', 'without confirming', { action: 'accept', content: {} }],
    ['closed', 'closed the question', { action: 'cancel' }],
  ])('cannot become a yes when it was %s', async (_, why, agreement) => {
    const requestState = await ask();
    await clock.advance(2000);
    const { result } = await call({ requestState, inputResponses: { agreement } });
    expect(JSON.stringify(result)).toContain(why);
    const { error } = await call({ requestState, inputResponses: agreed });
    expect(error?.message).toContain('has already been used');
    const confirmed = await call({ arguments: { id, confirmation: requestState } });
    expect(confirmed.result?.resultType).toBe('input_required');
    expect(isThere()).toBe(true);
  });

  test('agrees to nothing but what was asked', async () => {
    const requestState = await ask();
    const { error } = await call({
      requestState,
      inputResponses: agreed,
      arguments: { id: 'aud_000000012' },
    });
    expect(error).toMatchObject({ code: -32_602 });
    const change = { name: 'update_audience_for_space', arguments: { id, enabled: false } };
    const other = await call({ ...change, requestState, inputResponses: agreed });
    expect(other.error).toMatchObject({ code: -32_602 });
    expect(isThere()).toBe(true);
  });

  test('is asked for without a secret that an audience has in its name', async () => {
    const rename = { id, name: 'Named token-for-tests' };
    await call({ name: 'update_audience_for_space', arguments: rename });
    await clock.advance(10_000);
    const { result } = await call();
    expect(JSON.stringify(result?.inputRequests)).toContain('Named [redacted]');
  });

  test('counts once', async () => {
    const arguments_ = { id, enabled: false };
    const change = { name: 'update_audience_for_space', arguments: arguments_ };
    const { result } = await call(change);
    const reply = { ...change, requestState: result?.requestState, inputResponses: agreed };
    expect((await call(reply)).result).toMatchObject({ resultType: 'complete' });
    const { error } = await call(reply);
    expect(error?.message).toContain('has already been used');
  });

  test('leaves out, of several audiences, those that have changed since', async () => {
    const ids = [id, 'aud_000000012'];
    const bulk = { name: 'change_audiences', arguments: { action: 'remove', ids } };
    const { result } = await call(bulk);
    const rename = { id, name: 'Renamed meanwhile' };
    const renamed = await call({ name: 'update_audience_for_space', arguments: rename });
    expect(renamed.result).toMatchObject({ structuredContent: { audience: rename } });
    const reply = { requestState: result?.requestState, inputResponses: agreed };
    expect((await call({ ...bulk, ...reply })).result).toMatchObject({
      structuredContent: {
        results: [
          { id, outcome: 'stale' },
          { id: ids[1], outcome: 'done' },
        ],
      },
    });
    expect(isThere()).toBe(true);
    expect(sandbox.members(space, ids[1] ?? '')).toBeUndefined();
  });

  test('comes too late after five minutes', async () => {
    const requestState = await ask();
    await clock.advance(confirmationLifeMs + 1);
    const { result } = await call({ requestState, inputResponses: agreed });
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('did not answer within 5 minutes') }],
    });
    expect(isThere()).toBe(true);
  });
});

describe('the endpoint', () => {
  beforeEach(serve);
  const origin = () => replicas[0]?.origin ?? '';

  test('serves clients of both kinds at once', async () => {
    const [older, newer] = [await connectOver(balancer.url), await connect()];
    const { structured } = await callTool(older, 'get_audience', { id });
    const { structuredContent } = await newer.callTool({ name: 'get_audience', arguments: { id } });
    expect(structuredContent).toEqual(structured);
    await older.close();
  });

  test.each([
    ['ping', { method: 'ping' }, 404, -32_601],
    ['initialize', { method: 'initialize' }, 404, -32_601],
    ['a method that nobody knows', { method: 'tools/none' }, 404, -32_601],
    [
      'subscriptions',
      { method: 'subscriptions/listen', params: { notifications: {} } },
      404,
      -32_601,
    ],
    [
      'headers of another method',
      { method: 'tools/list', headers: { 'mcp-method': 'tools/call' } },
      400,
      -32_020,
    ],
    [
      'a version of the future',
      {
        method: 'tools/list',
        headers: { 'mcp-protocol-version': '2099-01-01' },
        params: { _meta: { 'io.modelcontextprotocol/protocolVersion': '2099-01-01' } },
      },
      400,
      -32_022,
    ],
  ])('refuses %s', async (_, request, status, code) => {
    const answer = await postModern(origin(), request);
    expect(answer.status).toBe(status);
    expect(responseIn(answer).error?.code).toBe(code);
  });

  test('refuses a request that does not name its client, and names the versions that it serves', async () => {
    const headers = { 'mcp-protocol-version': modernVersion, 'mcp-method': 'tools/list' };
    const bare = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    const answer = await post(origin(), bare, headers);
    expect(answer.status).toBe(400);
    expect(responseIn(answer).error?.code).toBe(-32_602);
    const unknown = await post(origin(), bare, { 'mcp-protocol-version': '2099-01-01' });
    expect(responseIn(unknown).error?.message).toContain(`supported: ${modernVersion}, 2025-11-25`);
  });

  test('answers calls as a stream and all else as JSON', async () => {
    const listed = await postModern(origin(), { method: 'tools/list' });
    expect(listed.headers['content-type']).toBe('application/json');
    const called = await postModern(origin(), {
      method: 'tools/call',
      params: { name: 'get_audience', arguments: { id } },
    });
    expect(called.headers['content-type']).toBe('text/event-stream');
  });
});
