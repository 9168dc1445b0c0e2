import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { requirement } from './required.ts';

const isFound = spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;

/** Whether tests on a real redis-server run here. */
export const onRedis = requirement('redis', isFound, {
  program: 'redis-server',
  debianPackage: 'redis-server',
});

/** A server of our own, on a port of its own, that keeps nothing. */
export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #password: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, folder: string, password: string) {
    this.port = port;
    this.#folder = folder;
    this.#password = password;
  }

  /** @param password that connections must give; none if empty. */
  static async start(password = ''): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), 'redis-'));
    const server = new RedisServer(await freePort(), folder, password);
    await server.startAgain();
    return server;
  }

  get url(): string {
    const user = this.#password === '' ? '' : `:${encodeURIComponent(this.#password)}@`;
    return `redis://${user}127.0.0.1:${this.port}`;
  }

  /** After a stop: it comes back empty. */
  async startAgain(): Promise<void> {
    const options = ['--port', this.port, '--bind', '127.0.0.1', '--dir', this.#folder];
    const nothing = ['--save', '', '--appendonly', 'no', '--requirepass', this.#password];
    const started = spawn('redis-server', [...options, ...nothing].map(String), {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#process = started;
    for await (const line of createInterface({ input: started.stdout })) {
      if (line.includes('Ready to accept connections')) break;
    }
    started.stdout.resume();
  }

  /** Ends it at once, with all it holds. */
  async stop(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  }

  /** It answers no more until `resume`, and its connections stay. */
  suspend(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
