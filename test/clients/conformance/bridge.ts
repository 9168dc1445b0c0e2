import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { ServerCommand } from '../client.ts';

/** Changes a message of the client on its way to the server. */
export type Rewrite = (message: JSONRPCMessage) => JSONRPCMessage;

export interface Bridge {
  url: string;
  /** Ends all sessions and their processes. */
  close(): Promise<void>;
}

/**
 * Offers a server of stdio over HTTP on loopback: every session is a process of its own, and messages
 * pass unchanged, but for `rewrite`.
 */
export async function startBridge(command: ServerCommand, rewrite: Rewrite): Promise<Bridge> {
  const sessions = new Map<string, StreamableHTTPServerTransport>();

  async function openSession(): Promise<StreamableHTTPServerTransport> {
    const http = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => {
        sessions.set(id, http);
      },
    });
    const stdio = new StdioClientTransport(command);
    // What the server sends on its own belongs to the call under way; the suite makes one at a time.
    let underWay: RequestId | undefined;
    http.onmessage = (message) => {
      if ('method' in message && 'id' in message) underWay = message.id;
      void stdio.send(rewrite(message));
    };
    stdio.onmessage = (message) => {
      const relatedRequestId = 'method' in message ? underWay : undefined;
      http.send(message, { relatedRequestId }).catch(() => {});
    };
    http.onclose = () => void stdio.close();
    await stdio.start();
    return http;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = request.headers['mcp-session-id'];
    const session = typeof id === 'string' ? sessions.get(id) : await openSession();
    if (session) return session.handleRequest(request, response);
    response.writeHead(404).end();
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async close() {
      await Promise.all([...sessions.values()].map((session) => session.close()));
      server.closeAllConnections();
      server.close();
    },
  };
}
