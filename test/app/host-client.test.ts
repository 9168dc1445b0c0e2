import { describe, expect, test } from 'vitest';
import { eventsIn } from '../../src/app/host/events.ts';
import { takeKey } from '../../src/app/host/key.ts';
import { McpClient, type McpClientOptions } from '../../src/app/host/mcp-client.ts';
import { codes, readMessage } from '../../src/app/host/messages.ts';
import { Changes } from '../support/changes.ts';

/*
 * The host page's client of MCP over HTTP, without a browser and without a server.
 */

describe('the key', () => {
  function browserAt(hash: string) {
    const stored = new Map<string, string>();
    const urls: string[] = [];
    const places = {
      location: { hash, pathname: '/', search: '?a=b' },
      history: { replaceState: (_: null, __: string, url: string) => void urls.push(url) },
      storage: {
        getItem: (name: string) => stored.get(name) ?? null,
        setItem: (name: string, value: string) => void stored.set(name, value),
      },
    };
    return { places, urls };
  }

  test('leaves the address at once, and outlives a reload', () => {
    const { places, urls } = browserAt('#key=sgm_x-y');
    expect(takeKey(places)).toBe('sgm_x-y');
    expect(urls).toEqual(['/?a=b']);
    expect(takeKey({ ...places, location: { ...places.location, hash: '' } })).toBe('sgm_x-y');
  });

  test('is empty where there is none', () => {
    const { places, urls } = browserAt('');
    expect(takeKey(places)).toBe('');
    expect(urls).toEqual([]);
  });
});

/** A stream that arrives in these pieces. */
function streamOf(...pieces: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
}

async function all(stream: ReadableStream<Uint8Array>): Promise<string[]> {
  const found: string[] = [];
  for await (const event of eventsIn(stream)) found.push(event);
  return found;
}

describe('a stream of events', () => {
  test.each([
    ['one', ['event: message\ndata: {}\n\n'], ['{}']],
    ['several, with comments between', ['data: a\n\n: keep alive\n\ndata: b\n\n'], ['a', 'b']],
    ['one in pieces', ['da', 'ta: a', 'b\n', '\n'], ['ab']],
    ['lines that end in CR and LF', ['data: a\r\n\r\n'], ['a']],
    ['one of several lines', ['data: a\ndata: b\n\n'], ['a\nb']],
    ['one that does not end', ['data: a\n\ndata: b\n'], ['a']],
  ])('has %s', async (_, pieces, expected) => {
    expect(await all(streamOf(...pieces))).toEqual(expected);
  });

  test('may be cut anywhere, inside a character too', async () => {
    const bytes = new TextEncoder().encode('data: ä€😀\n\n');
    for (let at = 1; at < bytes.length; at += 1) {
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(bytes.slice(0, at));
          controller.enqueue(bytes.slice(at));
          controller.close();
        },
      });
      expect(await all(stream)).toEqual(['ä€😀']);
    }
  });
});

test.each([
  ['nothing', undefined],
  ['a text', '{}'],
  ['another version', { jsonrpc: '1.0', id: 1, result: {} }],
  ['an id that is none', { jsonrpc: '2.0', id: {}, result: {} }],
  ['neither result nor error', { jsonrpc: '2.0', id: 1 }],
])('%s is not a message', (_, value) => {
  expect(readMessage(value)).toBeUndefined();
});

interface Sent {
  method?: string;
  id?: unknown;
  params?: Record<string, unknown>;
  result?: unknown;
  error?: unknown;
  session: string | null;
}

/** A server that is only a function. @param answer gives the response to a message; 202 by default. */
function clientOf(
  answer: (message: Sent) => Response | undefined,
  more: Partial<McpClientOptions> = {},
) {
  const sent: Sent[] = [];
  const changes = new Changes();
  const client = new McpClient({
    url: '/mcp',
    key: 'sgm_key',
    name: 'test',
    version: '0',
    ask: undefined,
    async fetch(_, init) {
      const headers = new Headers(init?.headers);
      expect(headers.get('authorization')).toBe('Bearer sgm_key');
      const message: Sent = {
        ...JSON.parse(String(init?.body)),
        session: headers.get('mcp-session-id'),
      };
      sent.push(message);
      changes.happened();
      if (message.method === 'initialize') return initialized(message, sent.length);
      return answer(message) ?? new Response(null, { status: 202 });
    },
    ...more,
  });
  /** Resolves to the first message that fits, when there is one. */
  const sending = (fits: (message: Sent) => boolean) => changes.until(() => sent.find(fits));
  return { client, sent, sending };
}

function initialized({ id }: Sent, number: number): Response {
  return json({ jsonrpc: '2.0', id, result: {} }, { 'mcp-session-id': `session-${number}` });
}

const json = (body: object, headers: Record<string, string> = {}, status = 200) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  });

function events(...messages: object[]): Response {
  const text = messages.map((message) => `data: ${JSON.stringify(message)}\n\n`).join('');
  return new Response(text, { headers: { 'content-type': 'text/event-stream' } });
}

const result = (id: unknown) => ({ jsonrpc: '2.0', id, result: { ok: true } });

describe('a request', () => {
  test('begins a session first, once', async () => {
    const { client, sent } = clientOf(({ id }) =>
      id === undefined ? undefined : json(result(id)),
    );
    expect(await client.request('ping', {})).toEqual({ ok: true });
    await client.request('ping', {});
    expect(sent.map(({ method, session }) => [method, session])).toEqual([
      ['initialize', null],
      ['notifications/initialized', 'session-1'],
      ['ping', 'session-1'],
      ['ping', 'session-1'],
    ]);
    expect(sent[0]?.params).toMatchObject({
      capabilities: {
        extensions: {
          'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] },
        },
      },
    });
    expect(sent[0]?.params?.capabilities).not.toHaveProperty('elicitation');
  });

  test('begins another if the server does not know the session anymore', async () => {
    const { client, sent } = clientOf(({ id, session }) =>
      session === 'session-1' && id !== undefined
        ? json({ jsonrpc: '2.0', id: null, error: { code: -32_001, message: 'Gone.' } }, {}, 404)
        : json(result(id)),
    );
    expect(await client.request('ping', {})).toEqual({ ok: true });
    expect(sent.filter(({ method }) => method === 'initialize')).toHaveLength(2);
  });

  test('fails with the error of the server', async () => {
    const { client } = clientOf(({ id }) =>
      json({ jsonrpc: '2.0', id, error: { code: codes.wrongParams, message: 'No.', data: 5 } }),
    );
    await expect(client.request('ping', {})).rejects.toMatchObject({
      code: codes.wrongParams,
      message: 'No.',
      data: 5,
    });
  });

  test.each([
    ['no server', () => Promise.reject(new TypeError('fetch failed')), 'does not answer'],
    ['no valid key', async () => new Response('{}', { status: 401 }), 'no valid key'],
    ['no answer', async () => events(), 'without an answer'],
  ])('says that there is %s', async (_, respond, words) => {
    const { client } = clientOf(() => undefined, { fetch: respond });
    await expect(client.request('ping', {})).rejects.toThrow(words);
  });

  test('says how far it is', async () => {
    const { client } = clientOf(({ id, params }) => {
      if (id === undefined) return undefined;
      expect(params?._meta).toEqual({ progressToken: id });
      const progress = (done: number) => ({
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken: id, progress: done, total: 2, message: `Part ${done}` },
      });
      return events(progress(1), progress(2), result(id));
    });
    const seen: unknown[] = [];
    await client.request('tools/call', {}, { onProgress: (each) => seen.push(each) });
    expect(seen).toEqual([
      { message: 'Part 1', done: 1, total: 2 },
      { message: 'Part 2', done: 2, total: 2 },
    ]);
  });

  test('that is cancelled is cancelled at the server', async () => {
    const abort = new AbortController();
    const { client, sending } = clientOf(({ id, method }) => {
      if (method !== 'tools/call') return undefined;
      abort.abort();
      return json(result(id));
    });
    await client.request('tools/call', {}, { signal: abort.signal }).catch(() => {});
    const cancelled = await sending(({ method }) => method === 'notifications/cancelled');
    const call = await sending(({ method }) => method === 'tools/call');
    expect(cancelled?.params).toEqual({ requestId: call?.id });
  });
});

describe('a question of the server', () => {
  const question = {
    jsonrpc: '2.0',
    id: 'q',
    method: 'elicitation/create',
    params: { message: '?' },
  };

  test('is answered on a request of its own', async () => {
    const { client, sent, sending } = clientOf(
      ({ id, method }) => (method === 'tools/call' ? events(question, result(id)) : undefined),
      { ask: async ({ message }) => ({ action: 'accept', content: { message } }) },
    );
    await client.request('tools/call', {});
    expect(await sending(({ id }) => id === 'q')).toMatchObject({
      result: { action: 'accept', content: { message: '?' } },
      session: 'session-1',
    });
    expect(sent[0]?.params?.capabilities).toMatchObject({ elicitation: { form: {} } });
  });

  test('that is withdrawn is closed, and gets no answer', async () => {
    const withdrawn = {
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 'q' },
    };
    let closed = false;
    const { client, sent } = clientOf(
      ({ id, method }) =>
        method === 'tools/call' ? events(question, withdrawn, result(id)) : undefined,
      {
        ask: (_, signal) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              closed = true;
              resolve({ action: 'cancel' });
            });
          }),
      },
    );
    await client.request('tools/call', {});
    expect(closed).toBe(true);
    expect(sent.filter(({ id }) => id === 'q')).toEqual([]);
  });

  test('that nobody can be asked is refused', async () => {
    const { client, sending } = clientOf(({ id, method }) =>
      method === 'tools/call' ? events(question, result(id)) : undefined,
    );
    await client.request('tools/call', {});
    expect(await sending(({ id }) => id === 'q')).toMatchObject({
      error: { code: codes.unknownMethod },
    });
  });
});
