import { deserializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { Log } from '../log.ts';
import type { McpServer } from '../mcp/server.ts';
import { visibleJson } from '../visible.ts';
import { LineReader } from './line-reader.ts';
import { Unanswered } from './unanswered.ts';

/** Far above any sensible message. */
const maxMessageBytes = 8 * 1024 * 1024;

/** What becomes of a client that is served on stdin and stdout. */
export interface StdioService {
  /** Resolves when the client has ended our stdin; it may still listen. */
  inputEnded: Promise<'stdin closed'>;
  /** Resolves when nobody waits any more: because the client closed our stdout, or at a signal. */
  interrupted: Promise<'stdout closed' | Signal>;
  /** Resolves when every request that came in is answered, and the answers have left the process. */
  answered(): Promise<void>;
}

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGALRM'] as const;
type Signal = (typeof signals)[number];

/**
 * Serves MCP on stdin and stdout, until the process ends.
 *
 * @param log gets a line for every message that is too long and therefore ignored.
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
  const transport = new StdioTransport(log);
  await server.connect(transport);
  return { inputEnded, interrupted, answered: () => transport.answered() };
}

/**
 * One message a line. The SDK's own transport ends for good at a message that is too long, and sends
 * what can't be seen as it is; here it leaves as JSON escapes, so that no client's log or terminal is
 * misled, while what the client parses is the same.
 */
class StdioTransport implements Transport {
  onmessage?: Transport['onmessage'];
  onerror?: Transport['onerror'];
  onclose?: Transport['onclose'];
  readonly #reader: LineReader;
  readonly #unanswered = new Unanswered();
  readonly #onData = (chunk: Buffer) => this.#reader.push(chunk);
  readonly #onEnd = () => this.#reader.end();

  constructor(log: Log) {
    this.#reader = new LineReader(
      maxMessageBytes,
      (line) => this.#receive(line),
      (bytes) =>
        log('warn', 'message ignored, it is too long', { bytes, maxBytes: maxMessageBytes }),
    );
  }

  async start(): Promise<void> {
    process.stdin.on('data', this.#onData);
    process.stdin.on('end', this.#onEnd);
    process.stdin.on('error', (error) => this.onerror?.(error));
  }

  send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve) => {
      process.stdout.write(`${visibleJson(message)}\n`, () => {
        this.#unanswered.sent(message);
        resolve();
      });
    });
  }

  /** Resolves when every request that came in is answered, and the answers have left the process. */
  answered(): Promise<void> {
    return this.#unanswered.none();
  }

  async close(): Promise<void> {
    process.stdin.off('data', this.#onData);
    process.stdin.off('end', this.#onEnd);
    process.stdin.pause();
    this.onclose?.();
  }

  #receive(line: string): void {
    let message: JSONRPCMessage;
    try {
      message = deserializeMessage(line);
    } catch (error) {
      this.onerror?.(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.#unanswered.received(message);
    this.onmessage?.(message);
  }
}
