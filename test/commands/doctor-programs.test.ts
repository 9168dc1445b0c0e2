import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { listToolsOf, nodeVersionOf } from '../../src/commands/doctor/own-start.ts';
import { kindOf } from '../../src/commands/doctor/path-kind.ts';
import { isWindows } from '../support/platform.ts';
import { scriptWithChild } from '../support/script-with-child.ts';
import { temporaryHome } from '../support/setup-machine.ts';

/* What the doctor starts ends with the doctor. The scripts are for a POSIX shell, which Windows has not. */

/** Such a script in a folder of its own. */
async function runtimeWithChild(last: string) {
  const script = join(temporaryHome(), 'runtime');
  return { script, ...(await scriptWithChild(script, last)) };
}

describe.skipIf(isWindows)('nothing stays of (needs a POSIX shell)', () => {
  test('a command that hangs when it is asked for its version', async () => {
    const { script, connected } = await runtimeWithChild('wait');
    const over = new AbortController();
    const version = nodeVersionOf(script, over.signal);
    const socket = await connected;
    over.abort();
    await once(socket, 'close');
    expect(await version).toBeUndefined();
  });

  test('a server that hangs when it is asked for its tools', async () => {
    const { script, connected } = await runtimeWithChild('wait');
    const over = new AbortController();
    const machine = { environment: process.env, clock: systemClock };
    const tools = listToolsOf(script, [], machine, over.signal);
    const socket = await connected;
    over.abort();
    await once(socket, 'close');
    await expect(tools).rejects.toThrow('it exited with code null');
  });

  test('a command that reports its version, and whose child holds its output open', async () => {
    const { script } = await runtimeWithChild('echo v20.1.2');
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
