import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import * as z from 'zod';
import { audience, secret } from '../test/support/in-memory.ts';
import { RawProgram } from '../test/support/program.ts';
import { report } from './measure.ts';

const space = 'spa_shop_staging';
/**
 * As many as fit into the largest response that is read: what V8's young generation grows by in any
 * case, some 16 MB, then counts for little.
 */
const chars = 3_000_000;
/** So many times its length may a text cost at its peak. */
const maxTimes = 10;
const warmUpCalls = 20;

/** A response, and how it is sent. */
interface Case {
  body: string;
  chunkBytes: number;
}

const answer = (description: string) =>
  JSON.stringify({ data: { audience: audience({ spaceId: space, description }) } });

const all = Number.POSITIVE_INFINITY;
const cases: Record<string, Case> = {
  'one-byte chunks': { body: answer('x'.repeat(chars)), chunkBytes: 1 },
  'hidden characters': { body: answer('\u200b'.repeat(chars)), chunkBytes: all },
  'line feeds in a description': { body: answer('\n'.repeat(chars)), chunkBytes: all },
  'line feeds instead of a response': { body: '\n'.repeat(chars), chunkBytes: all },
};

/**
 * How much more memory the program takes at its peak (Linux: VmHWM) for one call whose response holds
 * millions of odd characters, in megabytes and in times of the response's bytes. Sets the exit code if it
 * takes too much.
 */
export async function benchMemory(): Promise<void> {
  for (const [name, given] of Object.entries(cases)) {
    const { megabytes, sent } = await peakOf(given);
    const times = megabytes / sent;
    report(`memory: ${name}`, { 'MB sent': sent, 'MB more at the peak': megabytes, times });
    if (times > maxTimes) process.exitCode = 1;
  }
}

async function peakOf(given: Case): Promise<{ megabytes: number; sent: number }> {
  let now: Case = { body: answer('short'), chunkBytes: all };
  const server = createServer((_, response) => void send(response, now));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const program = new RawProgram(['--confirm', 'none', '--rate-limits', 'get_audience=1000'], {
    SEGMENT_API_URL: `http://127.0.0.1:${port}`,
    SEGMENT_API_TOKEN: secret,
    SEGMENT_SPACE_ID: space,
  });
  await program.initialize();
  const call = async (id: number) => {
    program.callTool(id, 'get_audience', { id: 'aud_1' });
    await program.answer(id);
  };
  for (let id = 1; id <= warmUpCalls; id += 1) await call(id);
  const before = peakMegabytes(program.child.pid);
  now = given;
  await call(warmUpCalls + 1);
  const megabytes = peakMegabytes(program.child.pid) - before;
  program.child.stdin.end();
  await program.exit();
  server.close();
  server.closeAllConnections();
  return { megabytes, sent: Buffer.byteLength(given.body) / 1e6 };
}

async function send(response: ServerResponse, { body, chunkBytes }: Case): Promise<void> {
  const bytes = Buffer.from(body);
  response.writeHead(200, { 'content-type': 'application/vnd.segment.v1+json' });
  if (chunkBytes >= bytes.length) {
    response.end(bytes);
    return;
  }
  for (let at = 0; at < bytes.length && !response.destroyed; at += chunkBytes) {
    if (!response.write(bytes.subarray(at, at + chunkBytes))) await turn();
  }
  response.end();
}

function peakMegabytes(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6;
}
