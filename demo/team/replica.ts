import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import * as z from 'zod';

const listeningSchema = z.object({ message: z.literal('listening'), port: z.number() });

/** A replica of the built server, as a process of its own. */
export class Replica {
  readonly name: string;
  readonly origin: string;
  readonly #process: ChildProcess;

  private constructor(name: string, port: number, process: ChildProcess) {
    this.name = name;
    this.origin = `http://127.0.0.1:${port}`;
    this.#process = process;
  }

  /** Starts `serve --http` on a free port, and resolves when it listens. */
  static async start(
    name: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<Replica> {
    const words = ['serve', '--http', '127.0.0.1:0', '--replica', name, ...args];
    const started = spawn(process.execPath, ['dist/main.js', ...words], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const others: string[] = [];
    for await (const line of createInterface({ input: started.stderr })) {
      const { data } = listeningSchema.safeParse(parsed(line));
      if (data) {
        // What nobody reads would stop it at some point.
        started.stderr.resume();
        return new Replica(name, data.port, started);
      }
      others.push(line);
    }
    throw new Error(`Replica ${name} did not start: ${others.join('\n')}`);
  }

  /** Ends it as a failing machine would, or with SIGTERM as a deploy would. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return null;
    const ended = once(this.#process, 'exit');
    this.#process.kill(signal);
    await ended;
    return this.#process.exitCode;
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
