import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * Writes a script for a POSIX shell that starts a child, which connects here.
 *
 * @param script its path. @param last the line of the script after that.
 * @returns the connection, which is open while the child lives.
 */
export async function scriptWithChild(
  script: string,
  last: string,
): Promise<{ connected: Promise<Socket> }> {
  const server = createServer();
  onTestFinished(() => {
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const child = `require('net').connect(${port}, '127.0.0.1'); setInterval(() => {}, 1e6)`;
  writeFileSync(script, `#!/bin/sh\n'${process.execPath}' -e "${child}" &\n${last}\n`);
  chmodSync(script, 0o755);
  const connected = new Promise<Socket>((resolve) => {
    server.once('connection', (socket) => {
      socket.on('error', () => {}).resume();
      resolve(socket);
    });
  });
  return { connected };
}
