import { type RawAnswer, rawRequest } from './raw-http.ts';

/** What every client sends with a message. */
export const mcpHeaders = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

const initializeParams = {
  protocolVersion: '2025-11-25',
  capabilities: { elicitation: {} },
  clientInfo: { name: 'test', version: '0' },
};

/** Posts one message to the endpoint of a server, and gives the whole answer. */
export function post(
  origin: string,
  message: unknown,
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  return rawRequest(origin, 'POST', '/mcp', {
    headers: { ...mcpHeaders, ...headers },
    body: message,
  });
}

/** Begins a session, and gives its id. */
export async function beginSession(
  origin: string,
  headers: Record<string, string> = {},
): Promise<string> {
  const request = { jsonrpc: '2.0', id: 0, method: 'initialize', params: initializeParams };
  const answer = await post(origin, request, headers);
  const session = answer.headers['mcp-session-id'];
  if (typeof session !== 'string') throw new Error(`No session: HTTP ${answer.status}`);
  return session;
}
