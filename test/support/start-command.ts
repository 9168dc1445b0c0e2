import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import * as z from 'zod';
import { plainEnvironment } from './program.ts';

/** How a client's file says that a server is started. */
export const startSchema = z.looseObject({
  command: z.string(),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()).optional(),
});

/** Starts a server as a client does that knows nothing of this project. @param cwd where the client runs. */
export async function connectTo(
  { command, args, env }: z.infer<typeof startSchema>,
  cwd: string,
): Promise<Client> {
  const client = new Client({ name: 'test', version: '0' });
  const started = command === 'node' ? process.execPath : command;
  const transport = {
    command: started,
    args,
    cwd,
    env: plainEnvironment(env),
    stderr: 'ignore',
  } as const;
  await client.connect(new StdioClientTransport(transport));
  return client;
}
