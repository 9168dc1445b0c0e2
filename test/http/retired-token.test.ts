import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { formatKeysFile, hashOfKey, newKey } from '../../src/access/keys-file.ts';
import { Changes } from '../support/changes.ts';
import { Checkpoint } from '../support/holding-server.ts';
import { callTool } from '../support/in-memory.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { startReplica } from '../support/replica.ts';
import { connectOver } from '../support/team-server.ts';

/* What becomes of the connections of a token that is removed from the tokens file. */

const key = newKey(() => new Uint8Array(32).fill(1));
const list = JSON.stringify({ data: { audiences: [], pagination: { totalEntries: 0 } } });

let folder: string;
const file = (name: string) => join(folder, name);
const writeTokens = (tokens: Record<string, object>) =>
  writeFileSync(file('tokens.json'), JSON.stringify({ version: 1, tokens }));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'retired-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A Segment with empty spaces, which knows how many connections it has. */
async function startUpstream(beforeAnswer: () => Promise<void>) {
  const changes = new Changes();
  let connections = 0;
  const server = createServer(async (_, response) => {
    await beforeAnswer();
    response.setHeader('content-type', 'application/json').end(list);
  });
  server.on('connection', (socket) => {
    connections += 1;
    socket.once('close', () => {
      connections -= 1;
      changes.happened();
    });
  });
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    apiUrl: `http://127.0.0.1:${port}`,
    get connections() {
      return connections;
    },
    noneLeft: () => changes.until(() => connections === 0 || undefined),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test('they are closed when the calls that use them are done', async () => {
  const checkpoint = new Checkpoint();
  let isHeld = false;
  await using upstream = await startUpstream(async () => {
    if (isHeld) await checkpoint.pass();
  });
  const { apiUrl } = upstream;
  writeTokens({
    default: { token: 'token-of-one', apiUrl },
    other: { token: 'token-of-two', apiUrl },
  });
  writeFileSync(
    file('keys.json'),
    formatKeysFile([
      { id: 'k1', hash: hashOfKey(key), owner: 'x', createdAt: '2025-01-01T00:00:00Z', policy: {} },
    ]),
  );
  const clock = new ManualClock();
  await using replica = await startReplica({
    clock,
    flags: {
      space: 'spa_1',
      auth: 'keys',
      keys: file('keys.json'),
      tokens: file('tokens.json'),
    },
  });
  const client = await connectOver(`${replica.origin}/mcp`, { key });
  expect((await callTool(client, 'list_audiences')).error).toBeUndefined();
  expect(upstream.connections).toBeGreaterThan(0);
  isHeld = true;
  const call = callTool(client, 'list_audiences');
  await checkpoint.reached;
  writeTokens({ other: { token: 'token-of-two', apiUrl } });
  await clock.advance(5000);
  await replica.logged('a new version of the file is in effect');
  expect(upstream.connections).toBeGreaterThan(0);
  checkpoint.release();
  expect((await call).error).toBeUndefined();
  await upstream.noneLeft();
  await client.close();
});

test('they stay while the token stays, whatever else changes', async () => {
  await using upstream = await startUpstream(async () => {});
  const { apiUrl } = upstream;
  const kept = { default: { token: 'token-of-one', apiUrl } };
  writeTokens({ ...kept, other: { token: 'token-of-two', apiUrl } });
  const clock = new ManualClock();
  await using replica = await startReplica({
    clock,
    flags: { space: 'spa_1', tokens: file('tokens.json') },
  });
  const client = await connectOver(`${replica.origin}/mcp`);
  await callTool(client, 'list_audiences');
  const before = upstream.connections;
  writeTokens(kept);
  await clock.advance(5000);
  await replica.logged('a new version of the file is in effect');
  await callTool(client, 'list_audiences');
  expect(upstream.connections).toBe(before);
  await client.close();
});
