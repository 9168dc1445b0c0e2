import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import zlib, { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { AnswerBody } from '../../src/segment/answer-body.ts';
import { maxAnswerBytes } from '../../src/segment/http.ts';
import { testCall } from '../support/call.ts';
import { startComposed } from '../support/composed.ts';
import { callTool } from '../support/in-memory.ts';
import { listen } from '../support/listen.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { segmentClient } from '../support/segment-client.ts';

/*
 * Answers that are right in an unusual form, as proxies make them.
 */

const audience = { id: 'aud_1', name: 'Ünusual' };
const json = JSON.stringify({ data: { audience } });

async function read(answer: (response: ServerResponse) => void) {
  const url = await listen((_, response) => answer(response));
  const client = segmentClient(url, new ManualClock());
  onTestFinished(() => client.close());
  return client.send('get_audience', { spaceId: 'spa_1', id: 'aud_1' }, testCall());
}

const encoded: Record<string, [encoding: string, bytes: Buffer]> = {
  gzip: ['gzip', gzipSync(json)],
  'GZIP in capitals': [' GZIP ', gzipSync(json)],
  'x-gzip': ['x-gzip', gzipSync(json)],
  deflate: ['deflate', deflateSync(json)],
  'deflate without its header': ['deflate', deflateRawSync(json)],
  br: ['br', brotliCompressSync(json)],
  identity: ['identity', Buffer.from(json)],
  'one after the other': ['gzip, br', brotliCompressSync(gzipSync(json))],
  'gzip that was not applied': ['gzip', Buffer.from(json)],
  'one of two that was not applied': ['gzip, br', gzipSync(json)],
  'deflate that was not applied': ['deflate', Buffer.from(` \n${json}`)],
  'zstd that was not applied': ['zstd', Buffer.from(json)],
  'a charset': ['utf-8', Buffer.from(json)],
  none: ['none', Buffer.from(json)],
  'aws-chunked': ['aws-chunked', Buffer.from(json)],
  'a charset and gzip': ['utf-8, gzip', gzipSync(json)],
  'gzip in chunks': ['gzip, aws-chunked', gzipSync(json)],
  'a name of every object': ['constructor', Buffer.from(json)],
  'a BOM': ['', Buffer.from(`\ufeff${json}`)],
  'a BOM in gzip': ['gzip', gzipSync(`\ufeff${json}`)],
};

test.each(Object.entries(encoded))('%s is read', async (_, [encoding, bytes]) => {
  const one = await read((response) => {
    response.writeHead(200, { 'content-encoding': encoding }).end(bytes);
  });
  expect(one.audience).toEqual(audience);
});

/** Made by the zstd command, as Node.js before 22.15 can't. */
const zstd = Buffer.from(
  'KLUv/QBYsQEAeyJkYXRhIjp7ImF1ZGllbmNlIjp7ImlkIjoiYXVkXzEiLCJuYW1lIjoiw5xudXN1YWwifX19',
  'base64',
);

test.runIf('zstdDecompressSync' in zlib)('zstd is read where Node.js has it', async () => {
  const one = await read((response) => {
    response.writeHead(200, { 'content-encoding': 'zstd' }).end(zstd);
  });
  expect(one.audience).toEqual(audience);
});

test('103 responses are skipped', async () => {
  const one = await read((response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    response.writeProcessing();
    response.end(json);
  });
  expect(one.audience).toEqual(audience);
});

describe('interim responses that nobody asked for', () => {
  const proceed = 'HTTP/1.1 100 Continue\r\n\r\n';
  const hints = 'HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n';
  const final = (body: string) =>
    `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const plain = JSON.stringify({ data: { audience: { id: 'aud_1', name: 'Old' } } });

  /** A client of a server that answers each request with the next of some texts, in pieces. */
  async function clientOf(texts: string[], pieceChars = Number.POSITIVE_INFINITY) {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.setNoDelay().on('error', () => {});
      socket.on('data', async () => {
        const text = texts.shift() ?? '';
        for (let at = 0; at < text.length; at += pieceChars) {
          socket.write(text.slice(at, at + pieceChars));
          await nextTurn();
        }
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = z.object({ port: z.number() }).parse(server.address());
    const client = segmentClient(`http://127.0.0.1:${port}`, new ManualClock());
    onTestFinished(async () => {
      await client.close();
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const get = () => client.send('get_audience', { spaceId: 'spa_1', id: 'aud_1' }, testCall());
    return { client, get, connections: () => sockets.size };
  }

  test.each([
    ['a 100', proceed],
    ['several', proceed.repeat(5)],
    ['a 100 with headers', 'HTTP/1.1 100 \r\ndate: now\r\n\r\n'],
    ['a 103 and then a 100', hints + proceed],
    ['all kinds', proceed + hints + proceed + hints],
  ])('are skipped: %s, in pieces of any size', async (_, interim) => {
    for (const pieceChars of [1, 7, Number.POSITIVE_INFINITY]) {
      const text = interim + final(plain);
      const { get, connections } = await clientOf([text, text, final(plain)], pieceChars);
      for (let count = 0; count < 3; count += 1) {
        expect((await get()).audience).toMatchObject({ name: 'Old' });
        // undici takes a connection again in the next turn.
        await nextTurn();
      }
      // The connection goes on.
      expect(connections()).toBe(1);
    }
  });

  test('keep no write from being done', async () => {
    const { client } = await clientOf([
      proceed + final(plain),
      proceed + final('{"data":{"status":"SUCCESS"}}'),
    ]);
    const one = { spaceId: 'spa_1', id: 'aud_1' };
    const updated = await client.send(
      'update_audience_for_space',
      { ...one, name: 'x' },
      testCall(),
    );
    expect(updated.audience).toMatchObject({ name: 'Old' });
    const removed = await client.send('remove_audience_from_space', one, testCall());
    expect(removed).toEqual({ status: 'SUCCESS' });
  });

  test('are not part of a body that looks like one', async () => {
    const name = 'HTTP/1.1 100 Continue  HTTP/1.1 200 OK';
    const body = JSON.stringify({ data: { audience: { id: 'aud_1', name } } });
    const { get } = await clientOf([proceed + final(body)], 1);
    expect((await get()).audience).toMatchObject({ name });
    // A chunk of the body that begins like one.
    const at = final(body).indexOf('HTTP/1.1 100');
    const again = await clientOf([final(body)], at);
    expect((await again.get()).audience).toMatchObject({ name });
  });

  test('without an end are a broken connection', async () => {
    const { client } = await clientOf([`HTTP/1.1 100 Continue\r\nx: ${'y'.repeat(100_000)}`]);
    const create = { spaceId: 'spa_1', name: 'N', query: "trait('x') = 1", type: 'users' } as const;
    await expect(client.send('create_audience', create, testCall())).rejects.toMatchObject({
      code: 'outcome_unknown',
    });
  });
});

describe("an encoding that can't be read", () => {
  test.each([
    ['zstd', Buffer.from('x')],
    ['constructor', Buffer.from('x')],
    ['gzip', Buffer.from('no gzip')],
    ['gzip', gzipSync(json).subarray(0, 20)],
    ['gzip', Buffer.from(json.slice(0, 20))],
  ])('is named: %s', async (encoding, bytes) => {
    const call = read((response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(bytes);
    });
    await expect(call).rejects.toMatchObject({
      code: 'bad_response',
      message: expect.stringContaining(`content-encoding ${encoding} can't be read`),
    });
  });

  test('leaves the status what it is', async () => {
    const call = read((response) => {
      response.writeHead(401, { 'content-encoding': 'zstd' }).end('x');
    });
    await expect(call).rejects.toMatchObject({ code: 'unauthorized' });
  });
});

test('what is too large only when decoded is too large', async () => {
  const bomb = gzipSync(Buffer.alloc(maxAnswerBytes + 1, ' '));
  const call = read((response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
  });
  await expect(call).rejects.toMatchObject({
    code: 'bad_response',
    message: expect.stringMatching(/larger than/),
  });
});

test('a body that comes byte by byte is in one piece', () => {
  const body = new AnswerBody(100_000);
  for (const byte of Buffer.from('é'.repeat(50_000))) {
    if (!body.push(Uint8Array.of(byte))) throw new Error('too many');
  }
  expect(body.text(undefined)).toBe('é'.repeat(50_000));
  expect(body.push(Uint8Array.of(1))).toBe(false);
});

test.each(['0', '3', '5000', '99999999999', '1e400', '-1', 'x', undefined])(
  'a body is whole whatever length was promised: %s',
  (promised) => {
    const body = new AnswerBody(100_000);
    body.expect(promised);
    for (let count = 0; count < 4; count += 1) body.push(Buffer.from('x'.repeat(1000)));
    expect(body.text(undefined)).toBe('x'.repeat(4000));
  },
);

/** How the answer to a create may look, beyond what is expected of it. */
const creates: Record<string, (response: ServerResponse, text: string) => void> = {
  'a 100 that nobody asked for': (response, text) => {
    response.writeContinue();
    response.end(text);
  },
  'a 103 before it': (response, text) => {
    response.writeEarlyHints({ link: '</a>; rel=preload' });
    response.end(text);
  },
  'a BOM': (response, text) => void response.end(`\ufeff${text}`),
  gzip: (response, text) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text));
  },
  "an encoding that can't be read": (response) => {
    response.writeHead(200, { 'content-encoding': 'zstd' }).end('x');
  },
};

test.each(Object.entries(creates))('a create is not lost by %s', async (_, answer) => {
  const query = "event('A').count() >= 1";
  const clock = new ManualClock();
  const now = new Date(clock.now()).toISOString();
  const made = {
    ...{ id: 'aud_9', spaceId: 'spa_1', name: 'New', key: 'new', enabled: true },
    ...{ description: '', definition: { query, type: 'users' }, createdAt: now, updatedAt: now },
  };
  const there: object[] = [];
  const url = await listen(({ method }, response) => {
    if (method === 'POST') {
      there.push(made);
      answer(response, JSON.stringify({ data: { audience: made } }));
    } else response.end(JSON.stringify({ data: { audiences: there, pagination: {} } }));
  });
  await using program = await startComposed(
    { 'api-url': url, space: 'spa_1', confirm: 'none' },
    { SEGMENT_API_TOKEN: 'sgp_token_for_tests' },
    { clock },
  );
  const { error, structured } = await callTool(program.client, 'create_audience', {
    name: 'New',
    query,
  });
  expect(error).toBeUndefined();
  expect(structured).toMatchObject({ audience: { id: 'aud_9' } });
  expect(there).toHaveLength(1);
});

describe('where the slug of a space is given for its id', () => {
  const query = "event('A').count() >= 1";
  const of = (spaceId: string) => ({
    ...{ id: 'aud_1', spaceId, name: 'Old', key: 'old', enabled: true, status: 'Live' },
    definition: { query, type: 'users' },
  });
  const calls: Record<string, object> = {
    list_audiences: {},
    get_audience: { id: 'aud_1' },
    create_audience: { name: 'New', query, checkNames: false },
    update_audience_for_space: { id: 'aud_1', name: 'New' },
    remove_audience_from_space: { id: 'aud_1' },
  };

  /** What a tool says of a space whose audiences are all of `spaces`, and the requests it made. */
  async function call(tool: string, space: string, spaces: string[]) {
    const methods: (string | undefined)[] = [];
    const url = await listen(({ method, url: path = '' }, response) => {
      methods.push(method);
      const isList = path.includes('audiences?');
      const audiences = spaces.map(of);
      const data = isList ? { audiences, pagination: {} } : { audience: audiences[0] };
      response.end(JSON.stringify({ data }));
    });
    await using program = await startComposed(
      { 'api-url': url, space, confirm: 'none' },
      { SEGMENT_API_TOKEN: 'sgp_token_for_tests' },
      { clock: new ManualClock() },
    );
    const { error } = await callTool(program.client, tool, { ...calls[tool] });
    return { error, methods };
  }

  test.each(Object.keys(calls))('%s names the id to use, and writes nothing', async (tool) => {
    const { error, methods } = await call(tool, 'my-shop', ['spa_7', 'spa_7']);
    expect(error).toMatchObject({
      code: 'bad_response',
      message: expect.stringMatching(/If "my-shop" is the slug of a space, .*: "spa_7"/),
    });
    expect(methods).toEqual(['GET']);
  });

  test.each([
    ['an id was given', 'spa_6', ['spa_7']],
    ['the audiences are of several spaces', 'my-shop', ['spa_7', 'spa_8']],
  ])('nothing of that is said where %s', async (_, space, spaces) => {
    const { error } = await call('list_audiences', space, spaces);
    expect(error).toMatchObject({
      code: 'bad_response',
      message: expect.not.stringContaining('slug'),
    });
  });
});
