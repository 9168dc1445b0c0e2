import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { beforeEach, describe, expect, test } from 'vitest';
import { Checkpoint } from '../support/holding-server.ts';
import { HttpScene, id, space } from '../support/http-scene.ts';
import { beginSession, mcpHeaders, post } from '../support/mcp-post.ts';
import { rawRequest } from '../support/raw-http.ts';
import type { Replica } from '../support/replica.ts';
import { connectOver } from '../support/team-server.ts';

/* What one server answers, message by message, to clients well-behaved and otherwise. */

const scene = new HttpScene();
const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
const getAudience = (requestId: number) => ({
  jsonrpc: '2.0',
  id: requestId,
  method: 'tools/call',
  params: { name: 'get_audience', arguments: { id } },
});

let replica: Replica;

beforeEach(async () => {
  replica = await scene.startReplica();
});

/** The JSON-RPC message in a body, or in the only event of a stream. */
function messageIn({ text }: { text: string }): unknown {
  return JSON.parse(text.replace(/^event: message\ndata: /, ''));
}

describe('the endpoint', () => {
  test.each(['GET', 'DELETE', 'PUT', 'PATCH'])('takes no %s', async (method) => {
    const { status, headers } = await rawRequest(replica.origin, method, '/mcp', { headers: {} });
    expect([status, headers.allow]).toEqual([405, 'POST']);
  });

  test('answers a call as a stream, and anything else as JSON', async () => {
    const session = await beginSession(replica.origin);
    const listed = await post(
      replica.origin,
      { jsonrpc: '2.0', id: 1, method: 'tools/list' },
      { 'mcp-session-id': session },
    );
    expect(listed.headers['content-type']).toBe('application/json');
    const called = await post(replica.origin, getAudience(2), { 'mcp-session-id': session });
    expect(called.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(messageIn(called)).toMatchObject({
      id: 2,
      result: { structuredContent: { audience: { id } } },
    });
  });

  test('takes an answer or a notification without a word', async () => {
    const session = await beginSession(replica.origin);
    for (const message of [
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 77 } },
      { jsonrpc: '2.0', id: 'nobody asked', result: {} },
    ]) {
      const { status, text } = await post(replica.origin, message, { 'mcp-session-id': session });
      expect([status, text]).toEqual([202, '']);
    }
  });

  test.each([
    ['text that is not JSON', '{"jsonrpc":', 400, -32_700],
    ['a batch', [ping], 400, -32_600],
    ['an empty batch', [], 400, -32_600],
    ['a number', 7, 400, -32_600],
    ['a request with a wrong method', { ...ping, method: 7 }, 200, -32_600],
    ['a request with wrong params', { ...ping, params: 'x' }, 200, -32_602],
  ])('refuses %s', async (_, body, status, code) => {
    const session = await beginSession(replica.origin);
    const answer = await post(replica.origin, body, { 'mcp-session-id': session });
    expect(answer.status).toBe(status);
    expect(messageIn(answer)).toMatchObject({ jsonrpc: '2.0', error: { code } });
  });

  test('skips a byte-order mark', async () => {
    const session = await beginSession(replica.origin);
    const { status } = await post(replica.origin, `\ufeff${JSON.stringify(ping)}`, {
      'mcp-session-id': session,
    });
    expect(status).toBe(200);
  });

  test('refuses what is not JSON by its type, and clients that take no stream', async () => {
    const headers = { 'mcp-session-id': await beginSession(replica.origin) };
    const text = await post(replica.origin, ping, { ...headers, 'content-type': 'text/plain' });
    const json = await post(replica.origin, ping, { ...headers, accept: 'application/json' });
    expect([text.status, json.status]).toEqual([415, 406]);
  });

  test('refuses a protocol version that it does not speak, and takes all that stdio speaks', async () => {
    const headers = { 'mcp-session-id': await beginSession(replica.origin) };
    const statuses: number[] = [];
    for (const version of ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '1999-01-01']) {
      const { status } = await post(replica.origin, ping, {
        ...headers,
        'mcp-protocol-version': version,
      });
      statuses.push(status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 400]);
  });

  test('refuses a body of more than a mebibyte, declared or not', async () => {
    const padded = { ...ping, params: { _meta: { padding: 'x'.repeat(1024 * 1024) } } };
    const declared = await post(replica.origin, padded, {
      'content-length': String(Buffer.byteLength(JSON.stringify(padded))),
    });
    const chunked = await post(replica.origin, padded, { 'transfer-encoding': 'chunked' });
    expect([declared.status, chunked.status]).toEqual([413, 413]);
  });

  test('refuses a request whose id is in use', async () => {
    const headers = { 'mcp-session-id': await beginSession(replica.origin) };
    const checkpoint = new Checkpoint();
    scene.upstream.beforeRequest = () => checkpoint.pass();
    const first = post(replica.origin, getAudience(5), headers);
    await checkpoint.reached;
    const second = await post(replica.origin, getAudience(5), headers);
    expect(second.status).toBe(400);
    checkpoint.release();
    expect(messageIn(await first)).toMatchObject({ id: 5, result: {} });
  });

  test('shows no invisible character as it is', async () => {
    const headers = { 'mcp-session-id': await beginSession(replica.origin) };
    const description = 'Turned \u202e\u200b around';
    const call = {
      name: 'create_audience',
      arguments: { name: 'Turned', description, query: "trait('plan') = 'vip'" },
    };
    const { text } = await post(
      replica.origin,
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: call },
      headers,
    );
    expect(text).not.toMatch(/[\u202e\u200b]/u);
    expect(messageIn({ text })).toMatchObject({
      result: { structuredContent: { audience: { description } } },
    });
  });
});

test('what is no URL is refused, and nothing else comes of it', async () => {
  for (const path of ['//', '//[', 'http://']) {
    expect((await rawRequest(replica.origin, 'GET', path, { headers: {} })).status).toBe(400);
  }
  expect(replica.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});

describe('a session', () => {
  test('is needed for everything but initialize', async () => {
    const { status } = await post(replica.origin, ping);
    expect(status).toBe(400);
  });

  test('that is forged, cut or of another server is not found', async () => {
    const session = await beginSession(replica.origin);
    const [version, body, seal] = session.split('.');
    const admin = Buffer.from(
      Buffer.from(body ?? '', 'base64url')
        .toString()
        .replace('"local"', '"admin"'),
    ).toString('base64url');
    for (const wrong of [
      'x',
      '1..',
      session.slice(0, -3),
      `2.${body}.${seal}`,
      `${version}.${admin}.${seal}`,
    ]) {
      const answer = await post(replica.origin, ping, { 'mcp-session-id': wrong });
      expect(answer.status).toBe(404);
      expect(messageIn(answer)).toMatchObject({ error: { code: -32_001 } });
    }
  });

  test('outlives its server', async () => {
    const session = await beginSession(replica.origin);
    await replica.stop();
    replica = await scene.startReplica();
    const answer = await post(replica.origin, ping, { 'mcp-session-id': session });
    expect(answer.status).toBe(200);
  });

  test('is good as long as the secret that sealed it is one of two', async () => {
    const [old, present] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString('base64'));
    const statuses: number[] = [];
    let session: string | undefined;
    for (const secrets of [`${old}`, `${present},${old}`, `${present}`]) {
      const environment = { SEGMENT_MCP_SECRET: secrets };
      const server = await scene.startReplica({}, { environment });
      session ??= await beginSession(server.origin);
      const answer = await post(server.origin, ping, { 'mcp-session-id': session });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([200, 200, 404]);
  });
});

describe('host and origin', () => {
  const send = (path: string, headers: Record<string, string>) =>
    rawRequest(replica.origin, 'POST', path, {
      headers: { ...mcpHeaders, ...headers },
      body: ping,
    });

  test.each([
    [{ host: 'localhost' }, 400],
    [{ host: 'LOCALHOST:1234' }, 400],
    [{ host: '127.0.0.1' }, 400],
    [{ host: '[::1]:80' }, 400],
    [{ host: 'evil.example' }, 403],
    [{ host: 'localhost.evil.example' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'http://localhost:6274' }, 400],
    [{ origin: 'http://[::1]' }, 400],
    [{ origin: 'http://localhost.evil.example' }, 403],
    [{ origin: 'localhost' }, 403],
  ])('%j: %i', async (headers, status) => {
    // 400: it got as far as the question for its session.
    expect((await send('/mcp', headers)).status).toBe(status);
  });

  test('do not matter to those who ask for its health', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const { status } = await rawRequest(replica.origin, 'GET', path, {
        headers: { host: 'evil.example', origin: 'https://evil.example' },
      });
      expect(status).toBe(200);
    }
  });

  test('of an allowed page are let in, and told so', async () => {
    const page = 'https://app.example.com';
    const open = await scene.startReplica({ 'allowed-origins': page });
    const preflight = await rawRequest(open.origin, 'OPTIONS', '/mcp', {
      headers: { origin: page },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-headers']).toContain('mcp-session-id');
    const answer = await rawRequest(open.origin, 'POST', '/mcp', {
      headers: { ...mcpHeaders, origin: page },
      body: ping,
    });
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': page,
      'access-control-expose-headers': 'mcp-session-id, www-authenticate',
    });
    const stranger = await rawRequest(open.origin, 'OPTIONS', '/mcp', {
      headers: { origin: 'https://evil.example' },
    });
    expect(stranger.status).toBe(403);
    await open.stop();
  });
});

describe('narrowing by the URL', () => {
  test('takes tools away', async () => {
    const client = await connectOver(`${replica.origin}/mcp?read_only=1&toolsets=audiences`);
    const { tools } = await client.listTools();
    await client.close();
    expect(tools.map(({ name }) => name).sort()).toEqual([
      'check_audience_query',
      'get_audience',
      'list_audiences',
    ]);
  });

  test.each([
    '?read_only=',
    '?readonly=1',
    '?spaces=',
    '?toolsets=everything',
    '?read_only=1&read_only=0',
  ])('refuses %s', async (query) => {
    const answer = await rawRequest(replica.origin, 'POST', `/mcp${query}`, {
      headers: mcpHeaders,
      body: ping,
    });
    expect(answer.status).toBe(400);
  });

  test('keeps a space closed, also what is remembered of it', async () => {
    const wide = await connectOver(`${replica.origin}/mcp`);
    const find = { name: 'find_audiences', arguments: { spaceId: space, countOnly: true } };
    expect((await wide.callTool(find)).isError).toBeFalsy();
    const narrow = await connectOver(`${replica.origin}/mcp?spaces=spa_shop_production`);
    const refused = await narrow.callTool(find);
    expect(JSON.stringify(refused)).toContain('space_not_allowed');
    await wide.close();
    await narrow.close();
  });
});

describe('a server that stops', () => {
  test('is not ready while it still serves, then finishes what is under way and refuses the rest', async () => {
    const session = await beginSession(replica.origin);
    const headers = { 'mcp-session-id': session };
    let hurry = () => {};
    const hurried = new Promise<void>((resolve) => {
      hurry = resolve;
    });
    const checkpoint = new Checkpoint();
    const stopping = replica.stop(hurried);
    const ready = await rawRequest(replica.origin, 'GET', '/readyz', { headers: {} });
    expect(ready.status).toBe(503);
    scene.upstream.beforeRequest = () => checkpoint.pass();
    const call = post(replica.origin, getAudience(1), headers);
    await checkpoint.reached;
    // A connection that is open is served until its answer is there.
    const socket = connectSocket(Number(new URL(replica.origin).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST /mcp HTTP/1.1\r\nhost: localhost\r\n');
    hurry();
    await scene.clock.advance(1);
    socket.write('content-length: 2\r\n\r\n{}');
    const [refusal] = await once(socket, 'data');
    expect(String(refusal)).toMatch(/^HTTP\/1\.1 503 /);
    expect(String(refusal)).toMatch(/^retry-after: \d+\r$/m);
    expect(String(refusal)).toMatch(/^connection: close\r$/m);
    socket.destroy();
    checkpoint.release();
    expect(messageIn(await call)).toMatchObject({
      result: { structuredContent: { audience: { id } } },
    });
    await scene.clock.advance(30_000);
    await stopping;
  });

  test('withdraws an open question', async () => {
    const asked = new Checkpoint();
    const client = await connectOver(`${replica.origin}/mcp`, {
      answering: async () => {
        await asked.pass();
        return { action: 'accept', content: { agree: true } };
      },
    });
    const call = client.callTool({ name: 'remove_audience_from_space', arguments: { id } });
    await asked.reached;
    const stopping = replica.stop();
    const result = await call;
    expect(JSON.stringify(result)).toContain('withdrew its question');
    expect(result.structuredContent).toBeUndefined();
    asked.release();
    await client.close();
    await scene.clock.advance(30_000);
    await stopping;
    expect(scene.sandbox.members(space, id)).toBeDefined();
  });
});
