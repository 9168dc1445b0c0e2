import { execFileSync } from 'node:child_process';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { show } from '../story.ts';

/** Adds a key to the file, as an operator does, and gives the key. */
export function addKey(file: string, owner: string, ...policy: string[]): string {
  const words = ['dist/main.js', 'keys', 'add', '--keys', file, '--owner', owner, ...policy];
  return execFileSync(process.execPath, words, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

/** Connects a client to the team's server. @param agrees the person's answer to every question. */
export async function connect(
  name: string,
  url: URL,
  key: string,
  agrees: () => boolean,
): Promise<Client> {
  const client = new Client({ name, version: '1' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    show(`${name} is asked:`);
    for (const line of params.message.split('\n')) show(`| ${line}`);
    const agree = agrees();
    show(agree ? '→ yes' : '→ no');
    return { action: 'accept', content: { agree } };
  });
  const headers = { authorization: `Bearer ${key}` };
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  return client;
}
