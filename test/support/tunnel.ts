import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import * as z from 'zod';
import type { HttpProxy } from '../../src/segment/proxy.ts';
import type { Checkpoint } from './holding-server.ts';

const addressSchema = z.object({ port: z.number() });

/**
 * Starts a CONNECT proxy for the time of a test, which makes connections when the test wants.
 *
 * @param checkpoints what the first, second, … connection has to pass; those after them pass at once.
 */
export async function startTunnel(checkpoints: (Checkpoint | undefined)[]): Promise<HttpProxy> {
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('connect', async (request, socket: Socket) => {
    sockets.add(socket.on('error', () => {}));
    await checkpoints.shift()?.pass();
    const { hostname, port } = new URL(`http://${request.url}`);
    const onward = connect(Number(port), hostname);
    sockets.add(onward.on('error', () => socket.destroy()));
    socket.write('HTTP/1.1 200 Connected\r\n\r\n');
    socket.pipe(onward).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = addressSchema.parse(server.address());
  const url = `http://127.0.0.1:${port}`;
  return { url, variable: 'HTTPS_PROXY', authorization: undefined, secrets: [] };
}
