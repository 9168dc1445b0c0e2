import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { median, report } from './measure.ts';

const runs = 31;

const opening = [
  {
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'bench', version: '0' },
    },
  },
  { method: 'notifications/initialized' },
  { id: 2, method: 'tools/list' },
]
  .map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  .join('');

/**
 * The time from spawning the program to its response to `tools/list`, compared with the smallest
 * server.
 */
export async function benchStartUp(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const smallest = join(folder, 'smallest.cjs');
  await build({
    entryPoints: ['bench/smallest-server.ts'],
    outfile: smallest,
    bundle: true,
    platform: 'node',
    target: 'node20.18',
    format: 'cjs',
    minify: true,
  });
  const empty = join(folder, 'empty.cjs');
  writeFileSync(empty, 'process.stdin.once("data", () => console.log(\'"id":2\'))');

  const programs = { ours: ['dist/main.js', '--sandbox'], smallest: [smallest], node: [empty] };
  const times = { ours: [] as number[], smallest: [] as number[], node: [] as number[] };
  for (let run = 0; run <= runs; run += 1) {
    for (const name of ['ours', 'smallest', 'node'] as const) {
      const ms = await timeToList(programs[name]);
      if (run > 0) times[name].push(ms);
    }
  }
  const ours = median(times.ours);
  const least = median(times.smallest);
  report('start-up to tools/list, median ms', {
    ours,
    smallest: least,
    'bare node': median(times.node),
    'ratio ours/smallest': ours / least,
    'median of paired ratios': median(times.ours.map((ms, run) => ms / (times.smallest[run] ?? 0))),
  });
}

function timeToList(args: string[]): Promise<number> {
  const env = { ...process.env };
  // Node reads these certificates at every start, which would mask everything else.
  delete env.NODE_EXTRA_CA_CERTS;
  return new Promise((resolve) => {
    const from = performance.now();
    const child = spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'ignore'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      if (!output.includes('"id":2')) return;
      const took = performance.now() - from;
      child.once('close', () => resolve(took));
      child.kill('SIGKILL');
    });
    child.stdin.write(opening);
  });
}
