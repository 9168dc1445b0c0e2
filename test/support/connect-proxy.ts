import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';

/** The host that the certificate of the tests is for; no name server knows it. */
export const tlsHost = 'segment.test';
/** The file that makes a program trust the certificate. It is its own authority. */
export const tlsCertificate = 'test/support/tls/segment.test.crt';

/** A CONNECT proxy that leads everything to one server, which speaks TLS as `tlsHost`. */
export interface ConnectProxy extends AsyncDisposable {
  /** `host:port`. */
  address: string;
  /** Every CONNECT, as it came in. */
  connects: { target: string; authorization: string | undefined }[];
  /** The requests that reached the server behind it. */
  requests: IncomingMessage[];
}

/**
 * @param answer what the server says to every request: a JSON text.
 * @param status what the proxy says to CONNECT; `null` for never anything.
 * @param continues whether the server sends a 100, which nobody asked for, before it.
 */
export async function startConnectProxy(
  answer: string,
  status: number | null = 200,
  continues = false,
): Promise<ConnectProxy> {
  const sockets = new Set<Socket>();
  const requests: IncomingMessage[] = [];
  const connects: ConnectProxy['connects'] = [];
  const server = createTlsServer(
    {
      cert: readFileSync(tlsCertificate),
      key: readFileSync('test/support/tls/segment.test.key'),
    },
    (request, response) => {
      requests.push(request);
      if (continues) response.writeContinue();
      response.setHeader('content-type', 'application/json').end(answer);
    },
  );
  const proxy = createServer((_, response) => response.writeHead(405).end());
  proxy.on('connect', ({ url = '', headers }, socket: Socket) => {
    connects.push({ target: url, authorization: headers['proxy-authorization'] });
    socket.on('error', () => {});
    if (status === null) return;
    socket.write(`HTTP/1.1 ${status} Whatever\r\n\r\n`);
    if (status !== 200) return void socket.end();
    const onward = connect(portOf(server), '127.0.0.1');
    onward.on('error', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  });
  for (const each of [server, proxy]) {
    each.on('connection', (socket: Socket) => sockets.add(socket));
    await new Promise<void>((resolve) => {
      each.listen(0, '127.0.0.1', resolve);
    });
  }
  return {
    address: `127.0.0.1:${portOf(proxy)}`,
    connects,
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      for (const each of [server, proxy]) each.close();
    },
  };
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (typeof address !== 'object' || address === null)
    throw new Error('The server does not listen');
  return address.port;
}
