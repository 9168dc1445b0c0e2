import type { Log } from '../log.ts';
import { Connection, type Wire } from '../mcp/connection.ts';
import type { McpServer } from '../mcp/server.ts';
import { LineReader } from './line-reader.ts';

/** Far above any sensible message. */
const maxMessageBytes = 8 * 1024 * 1024;

/**
 * Of answers that the client has not read. Enough for one that writes all its requests before it
 * reads.
 */
const maxUnreadBytes = 1024 * 1024;

/** What becomes of a client that is served on stdin and stdout. */
export interface StdioService {
  /** Resolves when the client has ended our stdin; it may still listen. */
  inputEnded: Promise<'stdin closed'>;
  /** Resolves when nobody waits any more: because the client closed our stdout, or at a signal. */
  interrupted: Promise<'stdout closed' | Signal>;
  /** Resolves when every request that came in is answered, and the answers have left the process. */
  answered(): Promise<void>;
}

/** SIGBREAK is Ctrl-Break on Windows; those that a system does not have never come. */
const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGALRM', 'SIGBREAK'] as const;
type Signal = (typeof signals)[number];

/**
 * Serves MCP on stdin and stdout, until the process ends.
 *
 * @param log gets a line for every message that is too long.
 */
export async function serveStdio(server: McpServer, log: Log): Promise<StdioService> {
  const inputEnded = new Promise<'stdin closed'>((resolve) => {
    for (const event of ['end', 'close']) process.stdin.on(event, () => resolve('stdin closed'));
  });
  // The listeners stay: neither a second signal, while what is under way ends, nor a further write to
  // a client that is gone may end the process.
  const interrupted = new Promise<'stdout closed' | Signal>((resolve) => {
    for (const signal of signals) process.on(signal, () => resolve(signal));
    // A client that is gone shows as EPIPE on the next write.
    process.stdout.on('error', () => resolve('stdout closed'));
  });
  const reader = new LineReader(
    maxMessageBytes,
    (line) => connection.receive(line),
    (bytes, start) => connection.receiveTooLong(start, bytes, maxMessageBytes),
  );
  const connection = new Connection(new StdioWire(reader), log);
  await server.connect(connection);
  return { inputEnded, interrupted, answered: () => connection.answered() };
}

/**
 * One message a line. The SDK's own transport ends for good at a message that is too long, and reads
 * on from a client that reads nothing.
 */
class StdioWire implements Wire {
  readonly #reader: LineReader;
  readonly #onData = (chunk: Buffer) => this.#reader.push(chunk);
  readonly #onEnd = () => this.#reader.end();

  constructor(reader: LineReader) {
    this.#reader = reader;
  }

  open(): void {
    process.stdin.on('data', this.#onData);
    process.stdin.on('end', this.#onEnd);
    // A client that is gone shows as the end of stdin, too.
    process.stdin.on('error', () => {});
    process.stdout.on('drain', () => process.stdin.resume());
  }

  /** While more waits to be read than is sensible, nothing is read that would add to it. */
  write(text: string): Promise<void> {
    return new Promise((resolve) => {
      // What is written in one turn leaves at once: a system call takes longer than most answers.
      if (process.stdout.writableCorked === 0) {
        process.stdout.cork();
        process.nextTick(() => process.stdout.uncork());
      }
      process.stdout.write(`${text}\n`, () => resolve());
      if (process.stdout.writableLength > maxUnreadBytes) process.stdin.pause();
    });
  }

  close(): void {
    process.stdin.off('data', this.#onData);
    process.stdin.off('end', this.#onEnd);
    process.stdin.pause();
  }
}
