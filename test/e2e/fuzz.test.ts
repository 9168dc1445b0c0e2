import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { JSONRPCRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { Changes } from '../support/changes.ts';
import { Lines } from '../support/lines.ts';
import { mainFile, plainEnvironment } from '../support/program.ts';
import { RandomMessages, requestOfBytes } from '../support/random-messages.ts';

/*
 * 100,000 messages, most of them broken: every well-formed request gets its one answer, nothing else
 * gets any, and the server still serves.
 */

const messages = 100_000;
const seed = 20_260_101;
/** Longer lines are ignored, as the log says. */
const maxLineBytes = 8 * 1024 * 1024;

const answerSchema = z.strictObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number(), z.null()]).optional(),
  result: z.looseObject({}).optional(),
  error: z.looseObject({ code: z.number(), message: z.string() }).optional(),
});

/** The id of a line that is a well-formed request, by the SDK's own schema. */
function requestIdOf(line: Buffer): string | number | undefined {
  if (line.length + 1 > maxLineBytes) return undefined;
  try {
    const request = JSONRPCRequestSchema.safeParse(JSON.parse(line.toString('utf8')));
    return request.data?.id;
  } catch {
    return undefined;
  }
}

/** The spawned server, and the books on what it still owes. */
class Fuzzed {
  readonly child = spawn(
    process.execPath,
    [mainFile, '--sandbox', '--log-level', 'error', '--max-wait-ms', '0'],
    { env: plainEnvironment() },
  );
  /** How many answers are due, by id; of the last ones asked for, what they were. */
  readonly due = new Map<string, number>();
  readonly kept = new Map<string, unknown>();
  readonly wrong: string[] = [];
  readonly #changes = new Changes();
  readonly stderr = text(this.child.stderr);
  readonly ended = once(this.child, 'close').then(([code]) => z.number().nullable().parse(code));
  readonly stdout = new Lines((line) => this.#take(line.toString('utf8')));
  wellFormed = 0;
  /** The ids of the answers that are kept. */
  keep: readonly string[] = [];
  readonly #sent = new Lines((line) => {
    const id = requestIdOf(line);
    if (id === undefined) return;
    this.wellFormed += 1;
    const key = JSON.stringify(id);
    this.due.set(key, (this.due.get(key) ?? 0) + 1);
  });

  constructor() {
    this.child.stdout.on('data', (chunk: Buffer) => this.stdout.push(chunk));
  }

  async send(bytes: Buffer): Promise<void> {
    this.#sent.push(bytes);
    if (!this.child.stdin.write(bytes)) await once(this.child.stdin, 'drain');
  }

  request(id: string, method: string, params: object): Promise<void> {
    return this.send(Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`));
  }

  async allAnswered(): Promise<void> {
    await this.#changes.until(() => this.due.size === 0 || undefined);
  }

  #take(line: string): void {
    const answer = parse(line);
    if (
      !answer.success ||
      (answer.data.result === undefined) === (answer.data.error === undefined)
    ) {
      this.#complain(line);
      return;
    }
    const { id, result, error } = answer.data;
    // An error that names no request is how JSON-RPC refuses what can't be read.
    if (error && (id === undefined || id === null)) return;
    const key = JSON.stringify(id);
    const due = this.due.get(key) ?? 0;
    if (due === 0) this.#complain(line);
    if (due > 1) this.due.set(key, due - 1);
    else this.due.delete(key);
    this.#changes.happened();
    if (typeof id === 'string' && this.keep.includes(id)) this.kept.set(id, result);
  }

  #complain(line: string): void {
    if (this.wrong.length < 5) this.wrong.push(line.slice(0, 300));
  }
}

function parse(line: string) {
  try {
    return answerSchema.safeParse(JSON.parse(line));
  } catch {
    return answerSchema.safeParse(undefined);
  }
}

test('every well-formed request of 100,000 messages is answered once, and nothing else', async () => {
  const fuzzed = new Fuzzed();
  const capabilities = {};
  await fuzzed.request('init', 'initialize', {
    protocolVersion: '2025-06-18',
    capabilities,
    clientInfo: { name: 'fuzz', version: '0' },
  });
  const random = new RandomMessages(seed);
  for (let number = 1; number <= messages; number += 1) {
    if (number % 25_000 === 0) {
      await fuzzed.send(requestOfBytes(`too-long-${number}`, 11 * 1024 * 1024));
      await fuzzed.send(requestOfBytes(`long-${number}`, maxLineBytes));
    }
    await fuzzed.send(random.next());
  }
  await fuzzed.allAnswered();
  expect(fuzzed.wrong).toEqual([]);
  // A good half is well-formed; else this would test little.
  expect(fuzzed.wellFormed).toBeGreaterThan(messages / 2);

  fuzzed.keep = ['list', 'call'];
  await fuzzed.request('list', 'tools/list', {});
  await fuzzed.request('call', 'tools/call', { name: 'list_audiences', arguments: { count: 1 } });
  await fuzzed.allAnswered();
  expect(fuzzed.kept.get('list')).toMatchObject({
    tools: expect.arrayContaining([expect.objectContaining({ name: 'list_audiences' })]),
  });
  expect(fuzzed.kept.get('call')).toMatchObject({
    structuredContent: { audiences: [{ name: 'Big spenders' }] },
  });
  expect(fuzzed.wrong).toEqual([]);

  fuzzed.child.stdin.end();
  expect(await fuzzed.ended).toBe(0);
  expect(fuzzed.stdout.unfinished).toBe(false);
  expect(await fuzzed.stderr).toBe('');
});
