import { beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { Changes } from '../support/changes.ts';
import { Checkpoint, forever } from '../support/holding-server.ts';
import { id as first, HttpScene } from '../support/http-scene.ts';
import { callTool } from '../support/in-memory.ts';
import { beginSession, post } from '../support/mcp-post.ts';
import { connectModern, modernVersion, postModern } from '../support/modern.ts';
import { rawRequest } from '../support/raw-http.ts';
import type { Replica } from '../support/replica.ts';
import { connectOver } from '../support/team-server.ts';

/* What becomes of the calls of a server over HTTP that is asked to stop. */

const scene = new HttpScene();
const graceMs = 25_000;
const listedSchema = z.object({
  audiences: z.array(z.object({ id: z.string(), enabled: z.boolean() })),
});
const create = (name: string) => ({ name, query: "trait('plan') = 'vip'" });

let replica: Replica;

beforeEach(async () => {
  replica = await scene.startReplica({ confirm: 'none', 'rate-limits': 'create_audience=1' });
});

/** A call that is sent over the wire as it is, and the whole text of its answer. */
async function rawCall(name: string, args: object, era = '2025-11-25') {
  if (era === modernVersion) {
    return postModern(replica.origin, { method: 'tools/call', params: { name, arguments: args } });
  }
  const headers = { 'mcp-session-id': await beginSession(replica.origin) };
  const message = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name, arguments: args },
  };
  return post(replica.origin, message, headers);
}

test('a call that is queued for quota ends as unavailable, and nothing is sent', async () => {
  const client = await connectOver(`${replica.origin}/mcp`);
  await callTool(client, 'create_audience', create('One'));
  await scene.clock.advance(30_000);
  const changes = new Changes();
  const reports: string[] = [];
  const queued = callTool(client, 'create_audience', create('Two'), {
    onprogress: ({ message = '' }) => {
      reports.push(message);
      changes.happened();
    },
  });
  await changes.until(() => reports.find((report) => report.includes('rate limit')));
  const stopping = replica.stop();
  const { error } = await queued;
  expect(error).toMatchObject({ code: 'unavailable' });
  expect(error?.message).toContain('was not sent');
  await stopping;
  expect(scene.writes).toHaveLength(1);
  await client.close();
});

test('so does one of a client without a session, which is not a client that left', async () => {
  const client = await connectModern(`${replica.origin}/mcp`);
  const call = (name: string, onprogress?: (report: { message?: string }) => void) =>
    client.callTool({ name: 'create_audience', arguments: create(name) }, { onprogress });
  await call('One');
  await scene.clock.advance(30_000);
  const changes = new Changes();
  const reports: string[] = [];
  const queued = call('Two', ({ message = '' }) => {
    reports.push(message);
    changes.happened();
  });
  await changes.until(() => reports.find((report) => report.includes('rate limit')));
  const stopping = replica.stop();
  const { content } = await queued;
  expect(content).toMatchObject([{ text: expect.stringMatching(/unavailable.*was not sent/s) }]);
  await stopping;
  expect(scene.writes).toHaveLength(1);
  await client.close();
});

test('change_audiences finishes the audience under way, and says which were not tried', async () => {
  const client = await connectOver(`${replica.origin}/mcp`);
  const listed = listedSchema.parse((await callTool(client, 'list_audiences')).structured);
  const chosen = listed.audiences.filter(({ enabled }) => enabled).slice(0, 2);
  const ids = chosen.map(({ id }) => id);
  const checkpoint = new Checkpoint();
  scene.upstream.beforeResponse = ({ method }) =>
    method === 'GET' ? undefined : checkpoint.pass();
  const call = callTool(client, 'change_audiences', { action: 'disable', ids });
  await checkpoint.reached;
  const stopping = replica.stop();
  checkpoint.release();
  const result = await call;
  expect(result.error).toBeUndefined();
  expect(result.structured).toMatchObject({ counts: { done: 1, not_tried: 1 } });
  await stopping;
  expect(scene.writes).toHaveLength(1);
  await client.close();
});

describe('streams that are open when the grace time ends', () => {
  test.each([
    ['a write', '2025-11-25', 'create_audience', create('One'), 'outcome_unknown'],
    ['a read', '2025-11-25', 'get_audience', { id: first }, 'unavailable'],
    ['a write', modernVersion, 'create_audience', create('One'), 'outcome_unknown'],
    ['a read', modernVersion, 'get_audience', { id: first }, 'unavailable'],
  ])('get the result of %s, and end in good order: %s', async (_, era, name, args, code) => {
    const checkpoint = new Checkpoint();
    scene.upstream.beforeRequest = ({ method, path }) => {
      if (name === 'create_audience' ? method === 'GET' : !path.includes(first)) return undefined;
      void checkpoint.pass();
      return forever;
    };
    const call = rawCall(name, args, era);
    await checkpoint.reached;
    const stopping = replica.stop();
    await scene.clock.advance(graceMs - 1);
    expect(replica.log.join('\n')).not.toContain('tool call failed');
    await scene.clock.advance(1);
    // A stream that was cut off would reject.
    const { status, text } = await call;
    expect(status).toBe(200);
    expect(text).toContain(code);
    await stopping;
  });
});

test('who connects after the wait learns when to try again, and that the server is alive', async () => {
  const checkpoint = new Checkpoint();
  scene.upstream.beforeRequest = () => checkpoint.pass();
  const call = rawCall('get_audience', { id: first });
  await checkpoint.reached;
  const stopping = replica.stop();
  await scene.clock.advance(1);
  const refused = await rawRequest(replica.origin, 'POST', '/mcp', { headers: {}, body: {} });
  expect(refused.status).toBe(503);
  expect(refused.headers).toMatchObject({ 'retry-after': '5', connection: 'close' });
  const statuses: number[] = [];
  for (const path of ['/healthz', '/readyz']) {
    const { status, headers } = await rawRequest(replica.origin, 'GET', path, { headers: {} });
    expect(headers.connection).toBe('close');
    statuses.push(status);
  }
  expect(statuses).toEqual([200, 503]);
  checkpoint.release();
  expect((await call).text).toContain(first);
  await stopping;
  const late = rawRequest(replica.origin, 'GET', '/healthz', { headers: {} });
  await expect(late).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
