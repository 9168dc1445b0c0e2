import { once } from 'node:events';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { Log } from '../log.ts';
import type { McpServer } from '../mcp/server.ts';
import { visibleJson } from '../visible.ts';
import { LineFilter } from './line-filter.ts';

/** Below what the SDK's own buffer takes, which gives up for good when it is full. */
const longestMessageBytes = 8 * 1024 * 1024;

/**
 * Serves MCP on stdin and stdout until the client hangs up or the process is told to stop.
 *
 * @param log is told of messages that are too long and therefore ignored. @returns why it stopped: `stdin closed`, `stdout closed`, or the signal's name.
 */
export async function serveStdio(server: McpServer, log: Log): Promise<string> {
  const stdin = new LineFilter(longestMessageBytes, (bytes) =>
    log('warn', 'message ignored, it is too long', { bytes, longest: longestMessageBytes }),
  );
  // What was piped in before the end has passed through by the time the filter ends.
  process.stdin.once('close', () => stdin.end());
  // Every further write to a client that is gone fails as well; none of that must end the process.
  process.stdout.on('error', () => {});
  // Nor must a second signal, while what is under way ends.
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => {});
  const stopped = Promise.race([
    once(stdin, 'end').then(() => 'stdin closed'),
    // A client that is gone shows as EPIPE on the next write.
    once(process.stdout, 'error').then(() => 'stdout closed'),
    once(process, 'SIGTERM').then(() => 'SIGTERM'),
    once(process, 'SIGINT').then(() => 'SIGINT'),
  ]);
  await server.connect(new VisibleStdioTransport(process.stdin.pipe(stdin), process.stdout));
  return stopped;
}

/**
 * What can't be seen leaves as JSON escapes, so that no client's log or terminal is misled; what the
 * client parses is the same.
 */
class VisibleStdioTransport extends StdioServerTransport {
  override send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve) => {
      process.stdout.write(`${visibleJson(message)}\n`, () => resolve());
    });
  }
}
