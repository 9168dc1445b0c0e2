import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import * as z from 'zod';
import { Changes } from './changes.ts';
import { type Answering, createClient } from './in-memory.ts';

/** The built program. */
export const mainFile = 'dist/main.js';

let madeFolder: string | undefined;

/** A state folder of the tests' own, for as long as they run. */
function stateFolder(): string {
  if (madeFolder !== undefined) return madeFolder;
  const folder = mkdtempSync(join(tmpdir(), 'state-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  madeFolder = folder;
  return folder;
}

/** The environment of the tests without anything that would configure the program. */
export function plainEnvironment(more: Record<string, string> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      !/^(SEGMENT_|LOG_LEVEL$|NODE_EXTRA_CA_CERTS$)|_proxy$/i.test(entry[0]),
  );
  return { ...Object.fromEntries(kept), SEGMENT_STATE_DIR: stateFolder(), ...more };
}

/** A real client of the spawned program, with what the program wrote to stderr. */
export interface Session extends AsyncDisposable {
  client: Client;
  /** All of stderr so far. */
  stderr(): string;
  /** Resolves when stderr holds a text. */
  logged(text: string): Promise<void>;
  close(): Promise<void>;
}

/** @param answering how the client's user answers; without it the client can't ask. */
export async function startSession(
  args: string[],
  env: Record<string, string> = {},
  answering?: Answering,
): Promise<Session> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [mainFile, ...args],
    env: plainEnvironment(env),
    stderr: 'pipe',
  });
  let stderr = '';
  const changes = new Changes();
  transport.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
    changes.happened();
  });
  const client = createClient(answering);
  await client.connect(transport);
  const close = () => client.close();
  return {
    client,
    stderr: () => stderr,
    async logged(text) {
      await changes.until(() => stderr.includes(text) || undefined);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

const messageSchema = z.looseObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.unknown().optional(),
});
type Message = z.infer<typeof messageSchema>;
const messageOf = (line: string): Message => messageSchema.parse(JSON.parse(line));

/** The spawned program without a client: what goes in and comes out, byte by byte. */
export class RawProgram {
  readonly child: ChildProcessWithoutNullStreams;
  stdout = '';
  stderr = '';
  readonly #changes = new Changes();
  /** The messages of all lines up to here in stdout. */
  readonly #read: Message[] = [];
  #readTo = 0;
  #exit: { code: number | null } | undefined;

  constructor(args: string[], env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [mainFile, ...args], { env: plainEnvironment(env) });
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.#changes.happened();
    });
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.#changes.happened();
    });
    this.child.stdin.on('error', () => {});
    // Comes after all output.
    this.child.on('close', (code) => {
      this.#exit = { code };
      this.#changes.happened();
    });
  }

  send(message: object): void {
    this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  /** Does the handshake of the protocol. @param capabilities what the client can do. */
  async initialize(capabilities: object = {}): Promise<void> {
    this.send({
      id: 'init',
      method: 'initialize',
      params: {
        protocolVersion: '2025-06-18',
        capabilities,
        clientInfo: { name: 'test', version: '0' },
      },
    });
    await this.answer('init');
    this.send({ method: 'notifications/initialized' });
  }

  callTool(id: number, name: string, args: object, _meta?: object): void {
    this.send({ id, method: 'tools/call', params: { name, arguments: args, _meta } });
  }

  /**
   * Everything on stdout, but for a line that has not ended while the program runs; throws on a line
   * that is not a message of the protocol.
   */
  messages(): Message[] {
    const lines = this.stdout.slice(this.#readTo).split('\n');
    const rest = lines.pop() ?? '';
    this.#readTo = this.stdout.length - rest.length;
    for (const line of lines) this.#read.push(messageOf(line));
    const isWhole = rest !== '' && (this.#exit || !rest.startsWith('{'));
    return isWhole ? [...this.#read, messageOf(rest)] : [...this.#read];
  }

  answer(id: string | number): Promise<Message> {
    return this.until(() =>
      this.messages().find((message) => message.id === id && !message.method),
    );
  }

  /** Resolves when stderr holds a text. */
  async logged(text: string): Promise<void> {
    await this.until(() => this.stderr.includes(text) || undefined);
  }

  /**
   * Waits until `find` gives something, looking again at every piece of output.
   *
   * @throws if the program ends before.
   */
  until<Found>(find: () => Found | undefined): Promise<Found> {
    return this.#changes.until(() => {
      const found = find();
      if (found === undefined && this.#exit) {
        throw new Error(`The program ended with ${this.#exit.code}: ${this.stderr}`);
      }
      return found;
    });
  }

  /** Resolves when the program has ended and all of its output is there. */
  exit(): Promise<{ code: number | null }> {
    return this.#changes.until(() => this.#exit);
  }
}
