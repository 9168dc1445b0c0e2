import { once } from 'node:events';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { McpServer } from '../mcp/server.ts';

/**
 * Serves MCP on stdin and stdout until the client hangs up or the process is told to stop.
 *
 * @returns why it stopped: `stdin closed`, `stdout closed`, or the signal's name.
 */
export async function serveStdio(server: McpServer): Promise<string> {
  const stopped = Promise.race([
    once(process.stdin, 'end').then(() => 'stdin closed'),
    once(process.stdin, 'close').then(() => 'stdin closed'),
    // A client that is gone shows as EPIPE on the next write.
    once(process.stdout, 'error').then(() => 'stdout closed'),
    once(process, 'SIGTERM').then(() => 'SIGTERM'),
    once(process, 'SIGINT').then(() => 'SIGINT'),
  ]);
  await server.connect(new StdioServerTransport());
  return stopped;
}
