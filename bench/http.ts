import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { formatKeysFile, hashOfKey, newKey } from '../src/access/keys-file.ts';
import { beginSession, mcpHeaders } from '../test/support/mcp-post.ts';
import { startTeamServer } from '../test/support/team-server.ts';

const callers = 1000;
const calls = 3000;
const warmUpCalls = 2000;
/** As many clients call at once. */
const concurrency = 16;
/** The unit of times in /proc/PID/stat on Linux, milliseconds. */
const tickMs = 10;

const keys = Array.from({ length: callers }, (_, index) =>
  newKey(() => Buffer.alloc(32).fill(`${index}.`)),
);

/** A message that is sent again and again, and where to. */
interface Task {
  name: string;
  origin: string;
  pid: number;
  headers: Readonly<Record<string, string>>;
  method: string;
  params?: object;
}

/**
 * A replica compared with the least server that the SDK makes possible, each on its own process: calls a
 * second, CPU time per call, and the memory of a thousand callers. Needs Linux.
 */
export async function benchHttp(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const smallest = await startSmallest();
  const keysFile = join(folder, 'keys.json');
  writeFileSync(keysFile, fileOfKeys());
  const args = ['--sandbox', '--auth', 'keys', '--keys', keysFile];
  const env = { SEGMENT_STATE_DIR: join(folder, 'state') };
  const ours = await startTeamServer([...args, '--drain-wait-ms', '0'], env);
  const pid = ours.program.child.pid ?? 0;
  const headers = await headersOf(ours.origin, keys[0] ?? '');
  const own = { origin: ours.origin, pid, headers };
  const sdk = { origin: smallest.origin, pid: smallest.process.pid ?? 0, headers: {} };
  const check = { name: 'check_audience_query', arguments: { query: "event('A').count() >= 1" } };
  const tasks: Task[] = [
    { name: 'SDK, ping', ...sdk, method: 'ping' },
    {
      name: 'SDK, a tool that does nothing',
      ...sdk,
      method: 'tools/call',
      params: { name: 'nothing' },
    },
    { name: 'ours, ping', ...own, method: 'ping' },
    { name: 'ours, check_audience_query', ...own, method: 'tools/call', params: check },
    { name: 'ours, tools/list', ...own, method: 'tools/list' },
  ];
  print(['one process', 'calls/s', 'CPU ms/call', 'p50 ms', 'p99 ms']);
  print(['---', '---', '---', '---', '---']);
  for (const task of tasks) await measure(task);
  await measureCallers(ours.origin, pid);
  await ours.stop();
  smallest.process.kill();
  rmSync(folder, { recursive: true });
}

async function measure(task: Task): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  await repeat(warmUpCalls, task, agent);
  const [cpuBefore, from] = [cpuMs(task.pid), performance.now()];
  const times = await repeat(calls, task, agent);
  const seconds = (performance.now() - from) / 1000;
  const cpu = (cpuMs(task.pid) - cpuBefore) / calls;
  agent.destroy();
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number) =>
    (sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(1);
  print([task.name, (calls / seconds).toFixed(0), cpu.toFixed(2), at(0.5), at(0.99)]);
}

async function repeat(count: number, task: Task, agent: Agent): Promise<number[]> {
  const times: number[] = [];
  let next = 0;
  const work = async () => {
    while (next < count) {
      next += 1;
      const from = performance.now();
      await send(task, next, agent);
      times.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return times;
}

/** @throws {Error} for anything but a result. */
function send({ origin, headers, method, params }: Task, id: number, agent: Agent): Promise<void> {
  const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL('/mcp', origin), {
      method: 'POST',
      agent,
      headers: { ...mcpHeaders, ...headers, 'content-length': Buffer.byteLength(body) },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => {
        if (answer.statusCode === 200 && text.includes('"result"')) resolve();
        else reject(new Error(`HTTP ${answer.statusCode}: ${text.slice(0, 200)}`));
      });
    });
    outgoing.end(body);
  });
}

/** Every caller begins a session, lists the tools and makes a call. */
async function measureCallers(origin: string, pid: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const before = residentMegabytes(pid);
  for (const key of keys) {
    const headers = await headersOf(origin, key);
    const common = { name: '', origin, pid, headers };
    await send({ ...common, method: 'tools/list' }, 1, agent);
    const params = { name: 'list_audiences', arguments: { count: 1 } };
    await send({ ...common, method: 'tools/call', params }, 2, agent);
  }
  const after = residentMegabytes(pid);
  agent.destroy();
  print([`memory: ${before.toFixed(0)} MB, after ${callers} callers ${after.toFixed(0)} MB`]);
}

async function headersOf(origin: string, key: string): Promise<Record<string, string>> {
  const authorization = `Bearer ${key}`;
  return { authorization, 'mcp-session-id': await beginSession(origin, { authorization }) };
}

function fileOfKeys(): string {
  return formatKeysFile(
    keys.map((key, index) => ({
      id: `key-${index}`,
      hash: hashOfKey(key),
      owner: `Caller ${index}`,
      createdAt: '2026-01-01T00:00:00Z',
      policy: {},
    })),
  );
}

async function startSmallest(): Promise<{ origin: string; process: ChildProcess }> {
  const started = spawn(process.execPath, ['--import', 'tsx', 'bench/smallest-http-server.ts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(createInterface({ input: started.stdout }), 'line');
  return { origin: `http://127.0.0.1:${port}`, process: started };
}

/** The CPU time that a process has used (proc_pid_stat(5): fields 14 and 15). */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field, in parentheses, may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6;
}

function print(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}
