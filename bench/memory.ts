import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import * as z from 'zod';
import { audience, secret } from '../test/support/in-memory.ts';
import { RawProgram } from '../test/support/program.ts';
import { report } from './measure.ts';

const space = 'spa_shop_staging';
const chars = 1_000_000;
/** The maximum peak cost of a text, as a multiple of its length. */
const maxTimes = 10;
/** Enough for V8 to have used both halves of its young generation, which is not a cost of what comes then. */
const warmUpCalls = 300;
/** An odd number, of which the median counts: V8 decides when to free memory. */
const runs = 3;
/**
 * What V8 takes once per process is not a cost of the text, as it is the same for any length: memory to
 * compile the code that reads such a text, and both halves of the young generation, which fill up with
 * what undici makes for each chunk and are empty again after every scavenge. It is measured separately,
 * with short strings of the same kind, enough that each half was full more than once.
 */
const warmUpChars = 50_000;
const warmUpTexts = 6;

/** By how many megabytes the memory rises at most. */
interface Peaks {
  atFirst: number;
  afterwards: number;
}

/** A text, and in what pieces it is sent. */
interface Case {
  text(chars: number): string;
  chunkBytes: number;
}

const answer = (description: string) =>
  JSON.stringify({ data: { audience: audience({ spaceId: space, description }) } });

const whole = Number.POSITIVE_INFINITY;
const short: Case = { text: () => answer('short'), chunkBytes: whole };
const responses: Record<string, Case> = {
  'one-byte chunks': { text: (count) => answer('x'.repeat(count)), chunkBytes: 1 },
  'hidden characters': { text: (count) => answer('\u200b'.repeat(count)), chunkBytes: whole },
  'line feeds in a description': { text: (count) => answer('\n'.repeat(count)), chunkBytes: whole },
  'line feeds instead of a response': { text: (count) => '\n'.repeat(count), chunkBytes: whole },
};
const messageOf = (id: number, count: number) =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'ping', params: { padding: 'x'.repeat(count) } });
const message: Case = { text: (count) => messageOf(1, count), chunkBytes: 1 };

/**
 * How much more memory the program takes at its peak (Linux: VmHWM) for one call whose response, or
 * for one message that, contains a million odd characters, in megabytes and as a multiple of its
 * bytes. Sets the exit code if it takes too much.
 */
export async function benchMemory(): Promise<void> {
  for (const [name, given] of Object.entries(responses)) {
    await reportPeak(`a response of ${name}`, given, () => peakOfResponse(given));
  }
  await reportPeak('a message on stdin in one-byte chunks', message, peakOfMessage);
}

async function reportPeak(
  name: string,
  { text }: Case,
  measure: () => Promise<Peaks>,
): Promise<void> {
  const all: Peaks[] = [];
  for (let run = 0; run < runs; run += 1) all.push(await measure());
  const middle = (of: keyof Peaks) =>
    all.map((peaks) => peaks[of]).sort((a, b) => a - b)[(runs - 1) / 2] ?? Number.NaN;
  const afterwards = middle('afterwards');
  const sent = Buffer.byteLength(text(chars)) / 1e6;
  const times = afterwards / sent;
  report(`memory: ${name}`, {
    'MB sent': sent,
    'MB more at the peak': afterwards,
    times,
    'MB once, at first short ones': middle('atFirst'),
  });
  if (times > maxTimes) process.exitCode = 1;
}

async function peakOfResponse(given: Case): Promise<Peaks> {
  let now: Case & { chars: number } = { ...short, chars };
  const server = createServer((_, response) => void send(response, now));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const program = await startProgram(`http://127.0.0.1:${port}`);
  let id = 0;
  const call = async (next: typeof now) => {
    now = next;
    id += 1;
    program.callTool(id, 'get_audience', { id: 'aud_1' });
    await program.answer(id);
  };
  for (let count = 0; count < warmUpCalls; count += 1) await call(now);
  const peaks = await peaksOf(program, (count) => call({ ...given, chars: count }));
  server.close();
  server.closeAllConnections();
  return peaks;
}

async function peakOfMessage(): Promise<Peaks> {
  const program = await startProgram('http://127.0.0.1:1');
  const { stdin } = program.child;
  let id = 0;
  return peaksOf(program, async (count) => {
    id += 1;
    for (const byte of Buffer.from(`${messageOf(id, count)}\n`)) {
      if (!stdin.write(Buffer.of(byte))) await once(stdin, 'drain');
      else await turn();
    }
    await program.answer(id);
  });
}

async function startProgram(apiUrl: string): Promise<RawProgram> {
  const program = new RawProgram(['--confirm', 'none', '--rate-limits', 'get_audience=1000'], {
    SEGMENT_API_URL: apiUrl,
    SEGMENT_API_TOKEN: secret,
    SEGMENT_SPACE_ID: space,
  });
  await program.initialize();
  return program;
}

/** @param take makes the program read this many characters. The program is ended then. */
async function peaksOf(
  program: RawProgram,
  take: (count: number) => Promise<void>,
): Promise<Peaks> {
  const { pid } = program.child;
  const peakDuring = async (counts: readonly number[]) => {
    // Resets the peak to the present value (Linux: proc_pid_clear_refs(5)).
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    const before = peakMegabytes(pid);
    for (const count of counts) await take(count);
    return peakMegabytes(pid) - before;
  };
  const peaks = {
    atFirst: await peakDuring(Array<number>(warmUpTexts).fill(warmUpChars)),
    afterwards: await peakDuring([chars]),
  };
  program.child.stdin.end();
  await program.exit();
  return peaks;
}

async function send(
  response: ServerResponse,
  { text, chars: count, chunkBytes }: Case & { chars: number },
): Promise<void> {
  const bytes = Buffer.from(text(count));
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
