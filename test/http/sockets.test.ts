import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { noBus } from '../../src/replicas/bus.ts';
import { Exchange, type Visitor } from '../../src/transports/http/exchange.ts';
import {
  HttpRefusalError,
  HttpServer,
  type HttpServerOptions,
} from '../../src/transports/http/server.ts';
import { SessionSeals } from '../../src/transports/http/session-seals.ts';
import { UnderWay } from '../../src/transports/http/under-way.ts';
import { Checkpoint } from '../support/holding-server.ts';
import { rawRequest } from '../support/raw-http.ts';

/* Connections that are slow, idle or broken off. */

const head = 'POST /mcp HTTP/1.1\r\nhost: localhost\r\n';

let server: HttpServer | undefined;
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server?.close();
});

const visitor: Visitor = {
  caller: 'ann',
  open: () => {
    throw new Error('Nothing gets this far');
  },
  refusalOf: () => undefined,
};

async function listen(options: Partial<HttpServerOptions> = {}): Promise<number> {
  const seals = new SessionSeals({ keys: [], now: () => 0, randomBytes: (n) => new Uint8Array(n) });
  server = new HttpServer({
    fences: {
      allowedHosts: ['localhost', '127.0.0.1'],
      allowedOrigins: [],
      allowsLoopbackOrigins: false,
    },
    exchange: new Exchange({ seals, underWay: new UnderWay(noBus, () => '') }),
    documents: [],
    admit: async () => visitor,
    notReady: () => undefined,
    log: () => {},
    ...options,
  });
  return server.listen({ host: '127.0.0.1', port: 0 });
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

/** What comes until the server closes the connection. */
async function readToEnd(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  await once(socket, 'close');
  return text;
}

describe('a request that takes too long is cut off', () => {
  const timeouts = { headersMs: 100, requestMs: 200, checkMs: 10 };

  test.each([
    ['that sends nothing', ''],
    ['whose headers do not end', `${head}x-slow: `],
    ['whose body does not end', `${head}content-length: 10\r\n\r\n{`],
    ['whose chunks do not end', `${head}transfer-encoding: chunked\r\n\r\n1\r\n{\r\n`],
  ])('one %s', async (_, text) => {
    const socket = await open(await listen({ timeouts }));
    socket.write(text);
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 408 /);
    // It no longer counts as under way.
    await server?.refuse();
  });
});

test('a thousand idle connections keep nobody out', async () => {
  const port = await listen();
  await Promise.all(Array.from({ length: 1000 }, () => open(port)));
  const { status } = await rawRequest(`http://127.0.0.1:${port}`, 'GET', '/healthz', {
    headers: {},
  });
  expect(status).toBe(200);
});

test('a client that leaves before it is known who it is is not waited for', async () => {
  const checkpoint = new Checkpoint();
  const left = new Checkpoint();
  const port = await listen({
    async admit(request) {
      request.once('close', () => left.pass());
      await checkpoint.pass();
      return visitor;
    },
  });
  const socket = await open(port);
  socket.write(`${head}content-length: 10\r\n\r\n{`);
  await checkpoint.reached;
  socket.destroy();
  await left.reached;
  checkpoint.release();
  await server?.refuse();
});

test.each(['before', 'while'])(
  'a request whose sender is known %s the server begins to refuse is refused, if its body is still on the way',
  async (when) => {
    const known = new Checkpoint();
    const port = await listen({
      async admit() {
        await known.pass();
        return visitor;
      },
    });
    const socket = await open(port);
    const answer = readToEnd(socket);
    socket.write(`${head}content-length: 10\r\n\r\n{`);
    await known.reached;
    if (when === 'before') {
      known.release();
      await setImmediate();
    }
    const refused = server?.refuse();
    known.release();
    await refused;
    expect(await answer).toMatch(/^HTTP\/1\.1 503 /);
    expect(await answer).toMatch(/^retry-after: \d+\r$/im);
    expect(await answer).toMatch(/^connection: close\r$/im);
  },
);

test('a body that is declared too long is refused before its sender is looked up', async () => {
  const port = await listen({
    admit: async () => {
      throw new HttpRefusalError({ status: 401, message: '', headers: {} });
    },
  });
  const socket = await open(port);
  socket.write(`${head}content-length: 1048577\r\n\r\n`);
  const answer = await readToEnd(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(answer).toMatch(/^connection: close\r$/im);
});
