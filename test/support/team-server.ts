import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import * as z from 'zod';
import { type Answering, createClient } from './in-memory.ts';
import { RawProgram } from './program.ts';

const listeningSchema = z.object({
  message: z.literal('listening'),
  url: z.string(),
  port: z.number(),
});

/** A spawned server over HTTP. */
export interface TeamServer extends AsyncDisposable {
  /** Where it listens, without a path. */
  origin: string;
  program: RawProgram;
  /** Connects a real client. @param query what follows the endpoint in its URL. */
  connect(options?: ConnectOptions): Promise<Client>;
  /** Ends it by SIGTERM, and resolves when it has ended. */
  stop(): Promise<{ code: number | null }>;
}

export interface ConnectOptions {
  answering?: Answering;
  key?: string;
  /** Further headers of each request. */
  headers?: Record<string, string>;
  query?: string;
}

/** Starts `serve --http` on a free port of this machine. */
export async function startTeamServer(
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<TeamServer> {
  const program = new RawProgram(['serve', '--http', '127.0.0.1:0', ...args], env);
  const { port } = await program.until(() => entryIn(program.stderr));
  const origin = `http://127.0.0.1:${port}`;
  const clients: Client[] = [];
  const stop = async () => {
    for (const client of clients.splice(0)) await client.close();
    program.child.kill('SIGTERM');
    return program.exit();
  };
  return {
    origin,
    program,
    async connect({ query = '', ...options } = {}) {
      const client = await connectOver(`${origin}/mcp${query}`, options);
      clients.push(client);
      return client;
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

/** Connects a real client to a server, or to what balances its load. */
export async function connectOver(
  url: string,
  { answering, key, headers: more = {} }: Omit<ConnectOptions, 'query'> = {},
): Promise<Client> {
  const client = createClient(answering);
  const headers = new Headers(more);
  if (key !== undefined) headers.set('authorization', `Bearer ${key}`);
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  await client.connect(transport);
  return client;
}

function entryIn(stderr: string): z.infer<typeof listeningSchema> | undefined {
  for (const line of stderr.split('\n')) {
    const { data } = listeningSchema.safeParse(parse(line));
    if (data) return data;
  }
  return undefined;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
