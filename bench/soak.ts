import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { Random } from '../src/sandbox/random.ts';
import { start } from '../src/sandbox/start.ts';
import { operationNames } from '../src/segment/editions/editions.ts';
import { callTool, createClient } from '../test/support/in-memory.ts';
import { mainFile, plainEnvironment } from '../test/support/program.ts';
import { environmentFor } from '../test/support/rig.ts';
import { report } from './measure.ts';
import { MixedCalls } from './soak-calls.ts';
import { occasionalFault } from './soak-faults.ts';

const calls = 40_000;
/** This many fill the memory of what the user has read, which is bounded. */
const warmUpCalls = 20_000;
const inFlight = 50;
const maxGrowth = 1.1;
/** A call that takes longer counts as unanswered. */
const patienceMs = 120_000;
/** The program does not know these: it learns them from the responses. */
const plenty = Object.fromEntries(operationNames.map((name) => [name, 999_999]));

/**
 * Many mixed calls over a network that fails now and then: does the program leak memory, and does
 * it answer every call? Sets the exit code if it does not do well.
 */
export async function benchSoak(): Promise<void> {
  const random = new Random(1);
  const sandbox = await start({ limits: plenty, faults: () => occasionalFault(random) });
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const program = await startProgram(
    ['--audit-log', join(folder, 'audit.jsonl')],
    environmentFor(sandbox.url, 'spa_shop_staging'),
  );
  const mix = new MixedCalls(random, ['aud_000000011', 'aud_000000013']);
  const ends = new Map<string, number>();
  const run = (count: number) => runCalls(program.client, mix, count, ends);

  const from = performance.now();
  await run(warmUpCalls);
  const before = await program.heap();
  await run(calls - warmUpCalls);
  const seconds = (performance.now() - from) / 1000;
  const after = await program.heap();

  const unanswered = ends.get(unansweredEnd) ?? 0;
  report(`soak: ${calls} calls, ${inFlight} in flight`, {
    [`MB after ${warmUpCalls}`]: before.used / 1e6,
    'MB at the end': after.used / 1e6,
    ratio: after.used / before.used,
    'grown by machine code, MB': (after.code - before.code) / 1e6,
    unanswered: `${unanswered}`,
    'timed out': `${ends.get('timeout') ?? 0}`,
    'calls per second': calls / seconds,
  });
  report('soak: how calls ended', Object.fromEntries([...ends].map(([end, n]) => [end, `${n}`])));
  await program.client.close();
  await sandbox.close();
  rmSync(folder, { recursive: true });
  if (after.used / before.used > maxGrowth || unanswered > 0) process.exitCode = 1;
}

const unansweredEnd = 'unanswered';

/** Keeps this many calls in flight until `count` were made, and counts in `ends` how they end. */
async function runCalls(
  client: Client,
  mix: MixedCalls,
  count: number,
  ends: Map<string, number>,
): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      const call = mix.next();
      const end = await callTool(client, call.tool, call.args, { timeout: patienceMs }).then(
        ({ error, structured }) => {
          if (!error) mix.note(call, structured);
          return error?.code ?? 'success';
        },
        // An unknown tool gets a protocol error.
        (error: unknown) =>
          error instanceof McpError && error.code === ErrorCode.InvalidParams
            ? 'invalid params'
            : unansweredEnd,
      );
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

/** The spawned program, with access to its heap size. */
async function startProgram(args: string[], env: Record<string, string>) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [
      ...['--expose-gc', '--require', './bench/heap-on-signal.cjs', mainFile],
      ...['--confirm', 'none', '--log-level', 'error'],
      ...args,
    ],
    env: plainEnvironment(env),
    stderr: 'pipe',
  });
  let stderr = '';
  let onOutput = () => {};
  transport.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
    onOutput();
  });
  const client = createClient();
  await client.connect(transport);

  /** Bytes in use after garbage collection. */
  const heap = async (): Promise<{ used: number; code: number }> => {
    stderr = '';
    process.kill(transport.pid ?? Number.NaN, 'SIGUSR2');
    for (;;) {
      const said = /^heapUsed (\d+), code (\d+)$/m.exec(stderr);
      if (said) return { used: Number(said[1]), code: Number(said[2]) };
      await new Promise<void>((resolve) => {
        onOutput = resolve;
      });
    }
  };
  return { client, heap };
}
