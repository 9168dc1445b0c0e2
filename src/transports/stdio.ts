import type { Log } from '../log.ts';
import { Connection, type Wire } from '../mcp/connection.ts';
import { Eras, type OpenServer } from './eras.ts';
import { LineReader } from './line-reader.ts';
import { onSignal, type Signal } from './signals.ts';

/** Far above any sensible message. */
const maxMessageBytes = 8 * 1024 * 1024;

/**
 * The limit of responses that the client has not read. Enough for a client that writes all its
 * requests before it reads.
 */
const maxUnreadBytes = 1024 * 1024;

/** The events of a client served over stdin and stdout. */
export interface StdioService {
  /** Resolves when the client has closed our stdin; it may still listen. */
  inputEnded: Promise<'stdin closed'>;
  /** Resolves when nobody waits anymore: the client closed our stdout, or a signal came. */
  interrupted: Promise<'stdout closed' | Signal>;
  /** Resolves when every request received is answered, and the responses have left the process. */
  answered(): Promise<void>;
}

/**
 * Serves MCP over stdin and stdout, until the process ends.
 *
 * @param openServer called with the first request, which says what the client needs.
 * @param log gets a line for every message that is too long.
 */
export async function serveStdio(openServer: OpenServer, log: Log): Promise<StdioService> {
  const inputEnded = new Promise<'stdin closed'>((resolve) => {
    for (const event of ['end', 'close']) process.stdin.on(event, () => resolve('stdin closed'));
  });
  const interrupted = new Promise<'stdout closed' | Signal>((resolve) => {
    onSignal(resolve);
    // A client that is gone shows as EPIPE on the next write. The listener stays: another write must
    // not end the process.
    process.stdout.on('error', () => resolve('stdout closed'));
  });
  const reader = new LineReader(
    maxMessageBytes,
    (line) => connection.receive(line),
    (bytes, start) => connection.receiveTooLong(start, bytes, maxMessageBytes),
  );
  const connection = new Connection(new StdioWire(reader), log);
  await new Eras(connection, openServer).start();
  return { inputEnded, interrupted, answered: () => connection.answered() };
}

/**
 * One message per line. The SDK's own transport stops for good at a message that is too long, and
 * keeps reading from a client that reads nothing.
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
    // A client that is gone also shows as the end of stdin.
    process.stdin.on('error', () => {});
    process.stdout.on('drain', () => process.stdin.resume());
  }

  /** While too much output is unread, no input is read that would add to it. */
  write(text: string): Promise<void> {
    return new Promise((resolve) => {
      // What is written in one turn leaves at once: a system call takes longer than most responses.
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
