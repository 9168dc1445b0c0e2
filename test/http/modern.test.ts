import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Sandbox, start } from '../../src/sandbox/start.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type Replica, startReplica } from '../support/replica.ts';

const space = 'spa_shop_staging';
const id = 'aud_000000011';
let sandbox: Sandbox;
let replica: Replica;
let clock: ManualClock;
beforeEach(async () => {
  clock = new ManualClock();
  sandbox = await start({ clock });
  replica = await startReplica({
    clock,
    flags: { space },
    environment: { SEGMENT_API_TOKEN: 'token-for-tests', SEGMENT_API_URL: sandbox.url },
  });
});
afterEach(async () => {
  await replica.stop();
  await sandbox.close();
});

for (const mode of ['auto', { pin: '2026-07-28' }] as const)
  test(`spike ${JSON.stringify(mode)}`, async () => {
    const client = new Client(
      { name: 'n', version: '1' },
      { versionNegotiation: { mode }, capabilities: { elicitation: { form: {} } } },
    );
    const questions: string[] = [];
    client.setRequestHandler('elicitation/create', ({ params }) => {
      questions.push(params.message);
      return { action: 'accept', content: { agree: true } };
    });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${replica.origin}/mcp`)));
    console.log(
      client.getProtocolEra(),
      client.getServerVersion(),
      client.getInstructions()?.slice(0, 80),
    );
    const { tools } = await client.listTools();
    console.log(tools.length);
    console.log(JSON.stringify(await client.listResources()).slice(0, 300));
    const got = await client.callTool({ name: 'get_audience', arguments: { id } });
    console.log(JSON.stringify(got).slice(0, 300));
    const bad = await client.callTool({ name: 'get_audience', arguments: { id: 'aud_missing' } });
    console.log(JSON.stringify(bad).slice(0, 300));
    await expect(client.callTool({ name: 'nope', arguments: {} })).rejects.toThrow('Unknown tool');
    await expect(client.readResource({ uri: 'x://y' })).rejects.toThrow('Unknown resource');
    const removed = await client.callTool({
      name: 'remove_audience_from_space',
      arguments: { id },
    });
    console.log(JSON.stringify(removed).slice(0, 400), questions);
    expect(sandbox.members(space, id)).toBeUndefined();
    await client.close();
  });
