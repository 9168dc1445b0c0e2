import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { listToolsOf, nodeVersionOf } from '../../src/commands/doctor/own-start.ts';
import { kindOf } from '../../src/commands/doctor/path-kind.ts';
import { isWindows } from '../support/platform.ts';
import { temporaryHome } from '../support/setup-machine.ts';

/* What the doctor starts ends with the doctor. The scripts are for a POSIX shell, which Windows has not. */

/** A script that starts a child, which connects here; and the connection, open while the child lives. */
async function scriptWithChild(last: string) {
  const server = createServer();
  onTestFinished(() => {
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const child = `require('net').connect(${port}, '127.0.0.1'); setInterval(() => {}, 1e6)`;
  const script = join(temporaryHome(), 'runtime');
  writeFileSync(script, `#!/bin/sh\n'${process.execPath}' -e "${child}" &\n${last}\n`);
  chmodSync(script, 0o755);
  const connected = new Promise<Socket>((resolve) => {
    server.once('connection', (socket) => {
      socket.on('error', () => {}).resume();
      resolve(socket);
    });
  });
  return { script, connected };
}

describe.skipIf(isWindows)('nothing stays of (needs a POSIX shell)', () => {
  test('a command that hangs when it is asked for its version', async () => {
    const { script, connected } = await scriptWithChild('wait');
    const over = new AbortController();
    const version = nodeVersionOf(script, over.signal);
    const socket = await connected;
    over.abort();
    await once(socket, 'close');
    expect(await version).toBeUndefined();
  });

  test('a server that hangs when it is asked for its tools', async () => {
    const { script, connected } = await scriptWithChild('wait');
    const over = new AbortController();
    const machine = { environment: process.env, clock: systemClock };
    const tools = listToolsOf(script, [], machine, over.signal);
    const socket = await connected;
    over.abort();
    await once(socket, 'close');
    await expect(tools).rejects.toThrow('it exited with code null');
  });

  test('a command that reports its version, and whose child holds its output open', async () => {
    const { script } = await scriptWithChild('echo v20.1.2');
    expect(await nodeVersionOf(script, new AbortController().signal)).toBe('v20.1.2');
  });
});

test.each([
  ['no path to a program', '/no/such/program'],
  ['no path at all', 'a\0b'],
])('%s has no version', async (_, command) => {
  expect(await nodeVersionOf(command, new AbortController().signal)).toBeUndefined();
});

test('what a path leads to is looked at without an error', () => {
  const home = temporaryHome();
  writeFileSync(join(home, 'file'), '');
  expect(kindOf(home)).toBe('folder');
  expect(kindOf(process.execPath)).toBe('program');
  expect(kindOf(join(home, 'gone'))).toBeUndefined();
  expect(kindOf(join(home, 'file', 'below'))).toBeUndefined();
  if (isWindows) return;
  expect(kindOf(join(home, 'file'))).toBe('file');
  expect(kindOf('/dev/null')).toBe('other');
  // Longer than any path may be.
  expect(kindOf('/long'.repeat(10_000))).toBe('unreachable');
});
