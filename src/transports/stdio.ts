import { once } from 'node:events';
import { deserializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { Log } from '../log.ts';
import type { McpServer } from '../mcp/server.ts';
import { visibleJson } from '../visible.ts';
import { LineReader } from './line-reader.ts';

/** Far above any sensible message. */
const longestMessageBytes = 8 * 1024 * 1024;

/**
 * Serves MCP on stdin and stdout until the client hangs up or the process is told to stop.
 *
 * @param log is told of messages that are too long and therefore ignored.
 * @returns why it stopped: `stdin closed`, `stdout closed`, or the signal's name.
 */
export async function serveStdio(server: McpServer, log: Log): Promise<string> {
  // Every further write to a client that is gone fails as well; none of that must end the process.
  process.stdout.on('error', () => {});
  // Nor must a second signal, while what is under way ends.
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => {});
  const stopped = Promise.race([
    once(process.stdin, 'end').then(() => 'stdin closed'),
    once(process.stdin, 'close').then(() => 'stdin closed'),
    // A client that is gone shows as EPIPE on the next write.
    once(process.stdout, 'error').then(() => 'stdout closed'),
    once(process, 'SIGTERM').then(() => 'SIGTERM'),
    once(process, 'SIGINT').then(() => 'SIGINT'),
  ]);
  await server.connect(new StdioTransport(log));
  return stopped;
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
  readonly #onData = (chunk: Buffer) => this.#reader.push(chunk);

  constructor(log: Log) {
    this.#reader = new LineReader(
      longestMessageBytes,
      (line) => this.#receive(line),
      (bytes) =>
        log('warn', 'message ignored, it is too long', { bytes, longest: longestMessageBytes }),
    );
  }

  async start(): Promise<void> {
    process.stdin.on('data', this.#onData);
    process.stdin.on('error', (error) => this.onerror?.(error));
  }

  send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve) => {
      process.stdout.write(`${visibleJson(message)}\n`, () => resolve());
    });
  }

  async close(): Promise<void> {
    process.stdin.off('data', this.#onData);
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
    this.onmessage?.(message);
  }
}
