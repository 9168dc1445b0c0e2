import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { Changes } from '../support/changes.ts';
import { Lines } from '../support/lines.ts';
import { mainFile, plainEnvironment } from '../support/program.ts';
import { RandomMessages, requestOfBytes } from '../support/random-messages.ts';
import { runs } from '../support/runs.ts';
import { seed } from '../support/seed.ts';

/*
 * Very many messages, most of them broken: whatever could be a request gets its one answer, nothing else
 * gets any, and the server still serves.
 */

const messages = runs(10_000);
/** After so many come two of the length that is just read, and just not. */
const longEvery = Math.floor(messages / 4);
/** Longer lines are not read, and refused. */
const maxLineBytes = 8 * 1024 * 1024;
/** How many messages are written at once; a system call for each takes longer than the message. */
const chunkBytes = 64 * 1024;

const answerSchema = z.strictObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number()]).optional(),
  result: z.looseObject({}).optional(),
  error: z
    .strictObject({
      code: z.number(),
      message: z.string().max(500),
      data: z.strictObject({ uri: z.string().max(500) }).optional(),
    })
    .optional(),
});

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isId = (value: unknown): value is string | number =>
  typeof value === 'string' || Number.isSafeInteger(value);
const isThere = (value: unknown) => value !== undefined && value !== null;

const nothing = { answers: 0, id: undefined };
const withoutId = { answers: 1, id: undefined };

/** How many answers a line gets, and with which id. */
function dueTo(line: Buffer): { answers: number; id: string | number | undefined } {
  const value = parse(line.toString('utf8').replace(/^\ufeff/, ''));
  if (value === undefined) return /^\ufeff?\s*$/.test(line.toString('utf8')) ? nothing : withoutId;
  if (!isObject(value)) return withoutId;
  const { id, method, result, error } = value;
  const isResponse =
    'method' in value ? isThere(result) || isThere(error) : 'result' in value || 'error' in value;
  if (isResponse) return nothing;
  if (!('id' in value)) return typeof method === 'string' ? nothing : withoutId;
  return isId(id) ? { answers: 1, id } : withoutId;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
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
  readonly wrong: string[] = [];
  readonly #changes = new Changes();
  readonly stderr = text(this.child.stderr);
  readonly ended = once(this.child, 'close').then(([code]) => z.number().nullable().parse(code));
  readonly stdout = new Lines((line) => this.#take(line.toString('utf8')));
  /** How many answers have not come yet, also those without an id. */
  missing = 0;
  /** How many messages had an id to be answered with. */
  identified = 0;
  /** For each id, how many requests had it, and how many answers have it. */
  readonly #requests = new Map<string | number, number>();
  readonly #answers = new Map<string | number, number>();
  /** The last ones asked for, by id. */
  readonly results = new Map<string | number, unknown>();
  keepsResults = false;
  readonly #sent = new Lines((line) => {
    const { answers, id } = dueTo(line);
    this.missing += answers;
    if (id === undefined) return;
    this.identified += 1;
    count(this.#requests, id);
  });

  constructor() {
    this.child.stdout.on('data', (chunk: Buffer) => {
      this.stdout.push(chunk);
      this.#changes.happened();
    });
  }

  async send(bytes: Buffer): Promise<void> {
    this.#sent.push(bytes);
    if (!this.child.stdin.write(bytes)) await once(this.child.stdin, 'drain');
  }

  request(id: string, method: string, params: object): Promise<void> {
    return this.send(Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`));
  }

  async allAnswered(): Promise<void> {
    await this.#changes.until(() => this.missing <= 0 || undefined);
  }

  /** The ids that were not answered. */
  forgotten(): (string | number)[] {
    return [...this.#requests.keys()].filter((id) => !this.#answers.has(id));
  }

  #take(line: string): void {
    this.missing -= 1;
    const { data } = answerSchema.safeParse(parse(line));
    if (!data || (data.result === undefined) === (data.error === undefined)) {
      this.#complain(line);
      return;
    }
    const { id, result } = data;
    if (id === undefined) return;
    // An id that comes again while its request is under way is refused without it.
    if (count(this.#answers, id) > (this.#requests.get(id) ?? 0)) this.#complain(line);
    if (this.keepsResults) this.results.set(id, result);
  }

  #complain(line: string): void {
    if (this.wrong.length < 5) this.wrong.push(line.slice(0, 300));
  }
}

function count(counts: Map<string | number, number>, id: string | number): number {
  const next = (counts.get(id) ?? 0) + 1;
  counts.set(id, next);
  return next;
}

test(`whatever could be a request of ${messages} messages is answered once, and nothing else`, async () => {
  const fuzzed = new Fuzzed();
  const capabilities = {};
  await fuzzed.request('init', 'initialize', {
    protocolVersion: '2025-06-18',
    capabilities,
    clientInfo: { name: 'fuzz', version: '0' },
  });
  const random = new RandomMessages(20_260_100 + seed);
  let chunk: Buffer[] = [];
  let bytes = 0;
  for (let number = 1; number <= messages; number += 1) {
    if (number % longEvery === 0) {
      await fuzzed.send(requestOfBytes(`too-long-${number}`, maxLineBytes + 1));
      await fuzzed.send(requestOfBytes(`long-${number}`, maxLineBytes));
    }
    const message = random.next();
    chunk.push(message);
    bytes += message.length;
    if (bytes < chunkBytes && number % longEvery !== longEvery - 1 && number < messages) continue;
    await fuzzed.send(Buffer.concat(chunk));
    [chunk, bytes] = [[], 0];
  }
  await fuzzed.allAnswered();
  expect(fuzzed.wrong).toEqual([]);
  expect(fuzzed.missing).toBe(0);
  expect(fuzzed.forgotten()).toEqual([]);
  // A good half has an id; else this would test little.
  expect(fuzzed.identified).toBeGreaterThan(messages / 2);

  fuzzed.keepsResults = true;
  await fuzzed.request('list', 'tools/list', {});
  await fuzzed.request('call', 'tools/call', { name: 'list_audiences', arguments: { count: 1 } });
  await fuzzed.allAnswered();
  expect(fuzzed.results.get('list')).toMatchObject({
    tools: expect.arrayContaining([expect.objectContaining({ name: 'list_audiences' })]),
  });
  expect(fuzzed.results.get('call')).toMatchObject({
    structuredContent: { audiences: [{ name: 'Big spenders' }] },
  });
  expect(fuzzed.wrong).toEqual([]);
  expect(fuzzed.missing).toBe(0);

  fuzzed.child.stdin.end();
  expect(await fuzzed.ended).toBe(0);
  expect(fuzzed.stdout.unfinished).toBe(false);
  expect(await fuzzed.stderr).toBe('');
});
