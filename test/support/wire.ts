import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as z from 'zod';
import { Lines } from './lines.ts';
import { mainFile, plainEnvironment } from './program.ts';

const messageSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string().optional(),
  params: z.looseObject({ message: z.string().optional() }).optional(),
  result: z.unknown().optional(),
});
const resultSchema = z.object({
  content: z.tuple([z.object({ text: z.string() })]),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
});
export type WireResult = z.infer<typeof resultSchema>;

/** The spawned program with a client that says yes to everything, and every byte that came out. */
export class Wire {
  readonly #child;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  readonly #closed: Promise<unknown>;
  #lastId = 0;
  stdout: Buffer[] = [];
  stderr: Buffer[] = [];
  questions: string[] = [];

  constructor(args: string[], env: Record<string, string> = {}) {
    this.#child = spawn(process.execPath, [mainFile, ...args], { env: plainEnvironment(env) });
    const lines = new Lines((line) => this.#take(line));
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.stdout.push(chunk);
      lines.push(chunk);
    });
    this.#child.stderr.on('data', (chunk: Buffer) => this.stderr.push(chunk));
    this.#closed = once(this.#child, 'close');
  }

  async initialize(): Promise<void> {
    await this.#request('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: { elicitation: {} },
      clientInfo: { name: 'test', version: '0' },
    });
    this.#send({ method: 'notifications/initialized' });
  }

  async callTool(name: string, args: object): Promise<WireResult> {
    return resultSchema.parse(await this.#request('tools/call', { name, arguments: args }));
  }

  /** Hangs up, and resolves when all has come out. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    await this.#closed;
  }

  #request(method: string, params: object): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#send({ id, method, params });
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  #send(message: object): void {
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  #take(line: Buffer): void {
    const { id, method, params, result } = messageSchema.parse(JSON.parse(line.toString('utf8')));
    if (method === 'elicitation/create') {
      this.questions.push(params?.message ?? '');
      this.#send({ id, result: { action: 'accept', content: { agree: true } } });
    } else if (typeof id === 'number') {
      this.#waiting.get(id)?.(result);
      this.#waiting.delete(id);
    }
  }
}
