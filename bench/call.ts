import { request } from 'undici';
import { type Sandbox, start } from '../src/sandbox/start.ts';
import { newest, operationNames } from '../src/segment/editions/editions.ts';
import { startSession } from '../test/support/program.ts';
import { environmentFor } from '../test/support/rig.ts';
import { median, report } from './measure.ts';

const calls = 1000;
const plenty = Object.fromEntries(operationNames.map((name) => [name, 1_000_000]));

/** The overhead of a tool call over the bare request that it makes. */
export async function benchCall(): Promise<void> {
  const sandbox = await start({ limits: plenty });
  const space = sandbox.spaces[0]?.id ?? '';
  const limits = operationNames.map((name) => `${name}=999999`).join(',');
  await using session = await startSession(
    ['--rate-limits', limits, '--log-level', 'warn'],
    environmentFor(sandbox.url, space),
  );
  const tool = () =>
    session.client.callTool({ name: 'get_audience', arguments: { id: 'aud_000000001' } });
  const bare = () => bareRequest(sandbox, space);

  const times = { tool: [] as number[], bare: [] as number[] };
  for (let call = -50; call < calls; call += 1) {
    const [toolMs, bareMs] = [await timed(tool), await timed(bare)];
    if (call < 0) continue;
    times.tool.push(toolMs);
    times.bare.push(bareMs);
  }
  report('one call, median ms', {
    tool: median(times.tool),
    'bare undici request': median(times.bare),
    added: median(times.tool.map((ms, call) => ms - (times.bare[call] ?? 0))),
    ratio: median(times.tool) / median(times.bare),
  });
  await sandbox.close();
}

async function bareRequest(sandbox: Sandbox, space: string): Promise<void> {
  const { body } = await request(`${sandbox.url}/spaces/${space}/audiences/aud_000000001`, {
    headers: { accept: newest.mediaType, authorization: 'Bearer bench-token' },
  });
  await body.json();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
