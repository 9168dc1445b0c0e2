import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import * as z from 'zod';
import type { Answering } from './in-memory.ts';
import { mcpHeaders } from './mcp-post.ts';
import { type RawAnswer, rawRequest } from './raw-http.ts';

/** The version of the protocol that these clients speak. */
export const modernVersion = '2026-07-28';

export interface ModernOptions {
  answering?: Answering;
  /** Whether an older protocol will do. */
  mode?: 'auto' | 'legacy' | { pin: string };
}

/** A client of the SDK's second version; it declares elicitation only if it has an answer. */
export function createModernClient({
  answering,
  mode = { pin: modernVersion },
}: ModernOptions = {}): Client {
  const client = new Client(
    { name: 'test', version: '0' },
    { capabilities: answering ? { elicitation: {} } : {}, versionNegotiation: { mode } },
  );
  if (answering) {
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      const { action, content } = await answering(params.message);
      return { action, content };
    });
  }
  return client;
}

/** Connects it to a server. */
export async function connectModern(
  url: string,
  { key, ...options }: ModernOptions & { key?: string } = {},
): Promise<Client> {
  const client = createModernClient(options);
  const headers = new Headers(key === undefined ? {} : { authorization: `Bearer ${key}` });
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  await client.connect(transport);
  return client;
}

/** What each request of the protocol says of its client. */
export function envelope(capabilities: object = { elicitation: {} }): object {
  return {
    'io.modelcontextprotocol/protocolVersion': modernVersion,
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '0' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
}

interface ModernRequest {
  method: string;
  params?: { name?: string; _meta?: object } & Record<string, unknown>;
  headers?: Record<string, string>;
}

/** A request as it is posted: the message, and its headers. */
export function modernRequest({ method, params = {}, headers = {} }: ModernRequest) {
  const { _meta = {}, ...others } = params;
  return {
    message: {
      jsonrpc: '2.0',
      id: 1,
      method,
      params: { ...others, _meta: { ...envelope(), ..._meta } },
    },
    headers: {
      ...mcpHeaders,
      'mcp-protocol-version': modernVersion,
      'mcp-method': method,
      ...(params.name !== undefined && { 'mcp-name': params.name }),
      ...headers,
    },
  };
}

/** Posts one request to the endpoint of a server, and gives the whole answer. */
export function postModern(origin: string, request: ModernRequest): Promise<RawAnswer> {
  const { message, headers } = modernRequest(request);
  return rawRequest(origin, 'POST', '/mcp', { headers, body: message });
}

const responseSchema = z.looseObject({
  result: z
    .looseObject({
      resultType: z.string().optional(),
      requestState: z.string().optional(),
      inputRequests: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
  error: z.looseObject({ code: z.number(), message: z.string() }).optional(),
});

/** The JSON-RPC response in an answer, be it JSON or the last event of a stream. */
export function responseIn({ text }: RawAnswer): z.output<typeof responseSchema> {
  const last = text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .at(-1);
  return responseSchema.parse(JSON.parse(last?.slice('data: '.length) ?? text));
}
