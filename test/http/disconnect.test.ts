import { readFileSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { Checkpoint } from '../support/holding-server.ts';
import { HttpScene } from '../support/http-scene.ts';
import { callTool } from '../support/in-memory.ts';
import { beginSession, mcpHeaders } from '../support/mcp-post.ts';
import { modernRequest, modernVersion } from '../support/modern.ts';
import type { Replica } from '../support/replica.ts';
import { connectOver } from '../support/team-server.ts';

/* What becomes of a call whose client is gone before it has the result. */

const scene = new HttpScene();
const entrySchema = z.looseObject({ outcome: z.string(), caller: z.string() });

let replica: Replica;

beforeEach(async () => {
  replica = await scene.startReplica({
    'rate-limits': 'create_audience=1',
    'audit-log': join(scene.folder, 'audit.jsonl'),
  });
});

/** The outcomes in the audit log. */
function recorded(): string[] {
  const lines = readFileSync(join(scene.folder, 'audit.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => entrySchema.parse(JSON.parse(line)).outcome);
}

/** Breaks a request off, on which `once` would reject. */
function breakOff(sent: ClientRequest): Promise<void> {
  sent.destroy();
  return new Promise((resolve) => {
    sent.once('close', () => resolve());
  });
}

const eras = ['2025-11-25', modernVersion];

/** A call that creates an audience, as it is posted. */
async function callOf(era: string, name: string) {
  const params = {
    name: 'create_audience',
    arguments: { name, query: "trait('plan') = 'vip'" },
    _meta: { progressToken: 1 },
  };
  if (era === modernVersion) return modernRequest({ method: 'tools/call', params });
  return {
    message: { jsonrpc: '2.0', id: 1, method: 'tools/call', params },
    headers: { ...mcpHeaders, 'mcp-session-id': await beginSession(replica.origin) },
  };
}

/** Sends a call that creates an audience. @returns the open stream of its answer. */
async function create(era: string, name: string) {
  const { message, headers } = await callOf(era, name);
  const sent = request(`${replica.origin}/mcp`, { method: 'POST', headers, agent: false });
  sent.end(JSON.stringify(message));
  const response = new Promise<string>((resolve) => {
    sent.once('response', (answer) => answer.once('data', (chunk) => resolve(String(chunk))));
  });
  sent.on('error', () => {});
  return {
    /** Resolves to the first event of the stream. */
    firstEvent: response,
    disconnect: () => breakOff(sent),
  };
}

test.each(eras)('a call that is queued leaves the queue, and nothing is sent: %s', async (era) => {
  const client = await connectOver(`${replica.origin}/mcp`);
  const query = "trait('plan') = 'vip'";
  await callTool(client, 'create_audience', { name: 'One', query });
  await scene.clock.advance(30_000);
  const call = await create(era, 'Two');
  expect(await call.firstEvent).toContain('rate limit');
  await call.disconnect();
  await replica.logged('"code":"cancelled"');
  await scene.clock.advance(60_000);
  expect(scene.writes).toHaveLength(1);
  expect(recorded().filter((outcome) => outcome === 'done')).toHaveLength(1);
  // Nobody is in the queue in front of this one.
  const { error } = await callTool(client, 'create_audience', { name: 'Three', query });
  expect(error).toBeUndefined();
  expect(scene.writes).toHaveLength(2);
  await client.close();
});

test.each(eras)(
  'a create that was sent is seen through, and is in the audit log: %s',
  async (era) => {
    const checkpoint = new Checkpoint();
    scene.upstream.beforeResponse = ({ method }) =>
      method === 'GET' ? undefined : checkpoint.pass();
    const call = await create(era, 'Seen through');
    await checkpoint.reached;
    expect(recorded()).toEqual(['started']);
    await call.disconnect();
    checkpoint.release();
    await replica.logged('"tool":"create_audience","tookMs"');
    expect(recorded()).toEqual(['started', 'done']);
    const client = await connectOver(`${replica.origin}/mcp`);
    const { structured } = await callTool(client, 'find_audiences', {
      text: 'Seen through',
      countOnly: true,
      maxAgeSeconds: 0,
    });
    expect(structured).toMatchObject({ matches: 1 });
    await client.close();
  },
);
