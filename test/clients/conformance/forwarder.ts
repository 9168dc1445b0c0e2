import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createInterface } from 'node:readline';
import { JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import type { ServerCommand } from '../client.ts';
import type { Bridge, Rewrite } from './bridge.ts';
import { standInNames } from './scenarios.ts';

const listeningSchema = z.object({ message: z.literal('listening'), port: z.number() });

/**
 * Starts a server over HTTP and stands before it: requests pass as they are, with their headers, but
 * for `rewrite` and the header that names a tool or resource.
 */
export async function startForwarder(command: ServerCommand, rewrite: Rewrite): Promise<Bridge> {
  const child = spawn(command.command, command.args, {
    env: { ...process.env, ...command.env },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const port = await portOf(child);
  const server = createServer((incoming, response) => {
    forward(port, incoming, response, rewrite).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : undefined}/mcp`,
    async close() {
      server.closeAllConnections();
      server.close();
      child.kill();
      await once(child, 'exit');
    },
  };
}

async function portOf({ stderr }: ChildProcess): Promise<number> {
  if (!stderr) throw new Error('The server has no log');
  for await (const line of createInterface({ input: stderr })) {
    const { data } = listeningSchema.safeParse(JSON.parse(line));
    if (!data) continue;
    // Whatever else it writes must not make it wait.
    stderr.resume();
    return data.port;
  }
  throw new Error('The server does not listen');
}

async function forward(
  port: number,
  incoming: IncomingMessage,
  response: ServerResponse,
  rewrite: Rewrite,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body = rewritten(Buffer.concat(chunks).toString(), rewrite);
  const { method, url, headers } = incoming;
  const named = headers['mcp-name'];
  const sent = {
    ...headers,
    ...(typeof named === 'string' && { 'mcp-name': standInNames[named] ?? named }),
    'content-length': String(Buffer.byteLength(body)),
  };
  const outgoing = httpRequest({ port, method, path: url, headers: sent }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  outgoing.end(body);
}

function rewritten(body: string, rewrite: Rewrite): string {
  if (body === '') return body;
  const { data } = JSONRPCMessageSchema.safeParse(JSON.parse(body));
  return data ? JSON.stringify(rewrite(data)) : body;
}
