import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { readExposition, seriesValue } from '../support/exposition.ts';
import { Checkpoint } from '../support/holding-server.ts';
import { HttpScene, id, space } from '../support/http-scene.ts';
import { callTool } from '../support/in-memory.ts';
import { postModern } from '../support/modern.ts';
import { rawRequest } from '../support/raw-http.ts';
import type { Replica } from '../support/replica.ts';
import { connectOver } from '../support/team-server.ts';

/*
 * What operators see of a server over HTTP: its metrics, and whose each line of its log is.
 */

const key = `sgm_${'k'.repeat(43)}`;
const lineSchema = z.looseObject({ level: z.string(), message: z.string() });
const metricsSchema = z.object({ message: z.literal('serving metrics'), url: z.string() });

let refusesNext: boolean;
const scene = new HttpScene({
  faults() {
    if (!refusesNext) return undefined;
    refusesNext = false;
    return { kind: 'rate-limit', msBeforeNext: 2000 };
  },
});
let replica: Replica;

beforeEach(async () => {
  refusesNext = false;
  const keys = join(scene.folder, 'keys.json');
  const hash = `sha256:${createHash('sha256').update(key).digest('hex')}`;
  const entry = { id: 'ann', owner: 'Ann', hash, createdAt: '2025-01-01T00:00:00Z', policy: {} };
  writeFileSync(keys, JSON.stringify({ version: 1, keys: [entry] }), { mode: 0o600 });
  const flags = { auth: 'keys', keys, metrics: '0', replica: 'mcp-1', 'log-level': 'debug' };
  replica = await scene.startReplica(flags);
});

const connect = () => connectOver(`${replica.origin}/mcp`, { key });
const logged = () => replica.log.map((line) => lineSchema.parse(JSON.parse(line)));

function metricsUrl(): string {
  const lines = replica.log.map((line) => metricsSchema.safeParse(JSON.parse(line)).data?.url);
  return lines.find((url) => url !== undefined) ?? '';
}

async function scrape(): Promise<string> {
  const response = await fetch(metricsUrl());
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return response.text();
}

describe('the metrics', () => {
  test('count a call whose result is an error as failed, although HTTP says 200', async () => {
    const client = await connect();
    await callTool(client, 'get_audience', { id });
    const { error } = await callTool(client, 'get_audience', { id: 'aud_gone' });
    expect(error?.code).toBe('not_found');
    await callTool(client, 'get_audience', { id: 7 });
    const text = await scrape();
    const calls = (code: string) =>
      seriesValue(text, 'segment_mcp_tool_calls_total', { tool: 'get_audience', code });
    expect([calls('ok'), calls('not_found'), calls('invalid_input')]).toEqual([1, 1, 1]);
    const operation = 'get_audience';
    const requests = (status: string) =>
      seriesValue(text, 'segment_mcp_segment_requests_total', { operation, status });
    expect([requests('200'), requests('404')]).toEqual([1, 1]);
    expect(text).not.toContain('ann');
    expect(text).not.toContain(space);
    await client.close();
  });

  test('do not count a call that ends with a question as failed', async () => {
    const { status, text: answer } = await postModern(replica.origin, {
      method: 'tools/call',
      params: { name: 'remove_audience_from_space', arguments: { id } },
      headers: { authorization: `Bearer ${key}` },
    });
    expect([status, answer]).toEqual([200, expect.stringContaining('input_required')]);
    const text = await scrape();
    const tool = 'remove_audience_from_space';
    const calls = (code: string) =>
      seriesValue(text, 'segment_mcp_tool_calls_total', { tool, code });
    expect([calls('ok'), calls('confirmation_required')]).toEqual([1, undefined]);
  });

  test('count what Segment refuses for lack of quota, and how long that made a call wait', async () => {
    const client = await connect();
    await callTool(client, 'get_audience', { id });
    // The window, which ends 60 s after its first request, is nearly over.
    await scene.clock.advance(30_000);
    refusesNext = true;
    const call = callTool(client, 'get_audience', { id });
    await replica.logged('trying again');
    await scene.clock.advance(31_000);
    expect((await call).error).toBeUndefined();
    const text = await scrape();
    const labels = { workspace: 'default', operation: 'get_audience' };
    const value = (name: string) => seriesValue(text, `segment_mcp_${name}`, labels);
    expect(value('segment_refusals_total')).toBe(1);
    expect(value('quota_wait_seconds_count')).toBe(3);
    expect(value('quota_wait_seconds_sum')).toBeGreaterThanOrEqual(25);
    await client.close();
  });

  test('show quotas, queues and calls under way as they are', async () => {
    const client = await connect();
    const checkpoint = new Checkpoint();
    await callTool(client, 'get_audience', { id });
    scene.upstream.beforeRequest = () => checkpoint.pass();
    const call = callTool(client, 'get_audience', { id });
    await checkpoint.reached;
    const during = await scrape();
    expect(seriesValue(during, 'segment_mcp_tool_calls_under_way')).toBe(1);
    const labels = { workspace: 'default', operation: 'get_audience' };
    const quota = (name: string) => seriesValue(during, `segment_mcp_quota_${name}`, labels);
    expect([quota('limit'), quota('remaining'), quota('queue_length')]).toEqual([100, 98, 0]);
    expect(quota('reset_seconds')).toBe(60);
    checkpoint.release();
    await call;
    expect(seriesValue(await scrape(), 'segment_mcp_tool_calls_under_way')).toBe(0);
    await client.close();
  });

  test('count who is not let in, by reason, from 0 on', async () => {
    const failures = (text: string, reason: string) =>
      seriesValue(text, 'segment_mcp_auth_failures_total', { reason });
    const before = await scrape();
    expect([failures(before, 'no_credentials'), failures(before, 'unknown')]).toEqual([0, 0]);
    const post = (headers: Record<string, string>) =>
      fetch(`${replica.origin}/mcp`, { method: 'POST', headers, body: '{}' });
    await post({});
    await post({ authorization: `Bearer sgm_${'x'.repeat(43)}` });
    const after = await scrape();
    expect([failures(after, 'no_credentials'), failures(after, 'unknown')]).toEqual([1, 1]);
  });

  test('are only there, and only to be read', async () => {
    const { lines } = readExposition(await scrape());
    expect(lines.length).toBeGreaterThan(10);
    const elsewhere = await fetch(new URL('/', metricsUrl()));
    expect([elsewhere.status, await elsewhere.text()]).toEqual([404, 'Metrics are at /metrics.\n']);
    const post = await fetch(metricsUrl(), { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await fetch(metricsUrl(), { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${replica.origin}/metrics`)).status).toBe(404);
    const { origin } = new URL(metricsUrl());
    expect((await rawRequest(origin, 'GET', '//', { headers: {} })).status).toBe(404);
  });
});

test('every line about a call says whose it is, those of its requests to Segment too', async () => {
  const client = await connect();
  await callTool(client, 'get_audience', { id });
  refusesNext = true;
  const call = callTool(client, 'get_audience', { id });
  await replica.logged('trying again');
  await scene.clock.advance(60_000);
  await call;
  const about = logged().filter(({ message }) =>
    ['tool call', 'answer', 'trying again', 'edition changed'].includes(message),
  );
  expect(new Set(about.map(({ message }) => message)).size).toBe(4);
  for (const line of about) {
    expect(line).toMatchObject({
      caller: 'ann',
      replica: 'mcp-1',
      request: expect.stringMatching(/^[\w-]{11}$/),
      session: expect.stringMatching(/^[\w-]{22}$/),
    });
  }
  expect(new Set(about.map(({ session }) => session)).size).toBe(1);
  expect(new Set(about.map(({ request }) => request)).size).toBe(2);
  await client.close();
});
