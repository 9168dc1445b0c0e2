import { describe, expect, test } from 'vitest';
import { registry } from '../../src/tools/registry.ts';
import { defaultToolsets } from '../../src/tools/toolsets.ts';
import { callTool } from '../support/in-memory.ts';
import { startSession } from '../support/program.ts';
import { neverMs, startRig } from '../support/rig.ts';

/*
 * Every tool, through a real client and the built program over stdio.
 */

const query = "event('Shoes Bought').count() >= 1";

test('the tools are listed with the instructions', async () => {
  await using session = await startSession(['--sandbox']);
  const listed = await session.client.listTools();
  const byDefault = defaultToolsets.flatMap((name) => registry[name]);
  expect(listed.tools.map(({ name }) => name)).toEqual(byDefault.map(({ name }) => name));
  expect(session.client.getInstructions()).toMatch(/Find before creating/);
});

test('an audience is created, found, read, changed and removed', async () => {
  await using rig = await startRig();
  const { client } = rig.session;

  const created = await callTool(client, 'create_audience', {
    name: 'Bought once',
    query,
    description: 'For the test',
    includeHistoricalData: true,
  });
  expect(created.structured).toMatchObject({
    audience: {
      spaceId: rig.space,
      name: 'Bought once',
      key: 'bought_once',
      definition: { query, type: 'users' },
      options: { includeHistoricalData: true },
      status: 'Preparing',
    },
  });
  const { id } = JSON.parse(created.text).audience;

  const listed = await callTool(client, 'list_audiences', { count: 1000 });
  const rows = JSON.parse(listed.text).audiences;
  expect(rows).toContainEqual(expect.objectContaining({ id, name: 'Bought once', query }));

  const changed = await callTool(client, 'update_audience_for_space', {
    id,
    name: 'Bought twice',
    query: "event('Shoes Bought').count() >= 2",
  });
  expect(changed.structured).toMatchObject({
    audience: { name: 'Bought twice', key: 'bought_once', definition: { type: 'users' } },
  });

  const again = await callTool(client, 'update_audience_for_space', { id, enabled: false });
  expect(again.error).toMatchObject({ code: 'conflict', status: 409 });

  const read = await callTool(client, 'get_audience', { id });
  expect(read.structured).toMatchObject({ audience: { id, name: 'Bought twice', enabled: true } });

  const removed = await callTool(client, 'remove_audience_from_space', { id });
  expect(removed.structured).toMatchObject({ status: 'SUCCESS', audience: { id } });

  const gone = await callTool(client, 'get_audience', { id });
  expect(gone.error).toMatchObject({ code: 'not_found', status: 404 });
});

test('all pages together are all audiences, each once', async () => {
  await using rig = await startRig();
  const { client } = rig.session;
  const ids: string[] = [];
  let cursor: string | undefined;
  let total: number;
  do {
    const { text } = await callTool(client, 'list_audiences', { count: 4, cursor });
    const page = JSON.parse(text);
    total = page.pagination.totalEntries;
    cursor = page.pagination.next ?? undefined;
    ids.push(...page.audiences.map((row: { id: string }) => row.id));
  } while (cursor);
  expect(ids).toHaveLength(total);
  expect(new Set(ids).size).toBe(total);
});

test('the embedded sandbox has a default space, and other spaces by their id', async () => {
  await using session = await startSession(['--sandbox']);
  const byDefault = await callTool(session.client, 'list_audiences');
  const other = await callTool(session.client, 'list_audiences', { spaceId: 'spa_shop_staging' });
  expect(JSON.parse(byDefault.text).audiences.length).toBeGreaterThan(3);
  expect(JSON.parse(other.text).audiences[0].id).not.toBe(
    JSON.parse(byDefault.text).audiences[0].id,
  );
});

describe('the progress of a call that must wait', () => {
  test('is told with the operation and the seconds left', async () => {
    await using rig = await startRig();
    rig.faults(({ number }) =>
      number === 1 ? { kind: 'rate-limit', msBeforeNext: 1200 } : undefined,
    );
    const seen: { progress: number; total?: number; message?: string }[] = [];
    const { error } = await callTool(
      rig.session.client,
      'list_audiences',
      {},
      {
        onprogress: (progress) => seen.push(progress),
      },
    );
    expect(error).toBeUndefined();
    expect(rig.requests.map(({ status }) => status)).toEqual([429, 200]);
    expect(seen[0]?.message).toMatch(
      /^list_audiences is waiting for Segment's rate limit: \d s left$/,
    );
    expect(seen[0]?.total).toBeGreaterThan(1);
  });
});

describe('a cancelled call', () => {
  test('that waits is never sent', async () => {
    await using rig = await startRig(['--max-wait-ms', '120000'], {
      limits: { create_audience: 1 },
    });
    const { client, logged } = rig.session;
    await callTool(client, 'create_audience', { name: 'first', query });
    const controller = new AbortController();
    const cancelled = callTool(
      client,
      'create_audience',
      { name: 'second', query },
      {
        signal: controller.signal,
        onprogress: () => controller.abort('changed my mind'),
      },
    );
    await expect(cancelled).rejects.toThrow();
    const list = await callTool(client, 'list_audiences');
    expect(list.text).not.toContain('"second"');
    expect(rig.requests.filter(({ operation }) => operation === 'create_audience')).toHaveLength(1);
    await logged('"code":"cancelled"');
  });

  test('that is under way is broken off, and the server goes on', async () => {
    await using rig = await startRig();
    const { client, stderr, logged } = rig.session;
    const controller = new AbortController();
    rig.faults(({ operation }) => {
      if (operation !== 'create_audience') return undefined;
      controller.abort();
      return { kind: 'latency', ms: neverMs };
    });
    const cancelled = callTool(
      client,
      'create_audience',
      { name: 'slow', query },
      {
        signal: controller.signal,
      },
    );
    await expect(cancelled).rejects.toThrow();
    const { error } = await callTool(client, 'list_audiences');
    expect(error).toBeUndefined();
    await logged('"code":"cancelled"');
    expect(stderr()).toMatch(/"code":"cancelled".*while it was in progress/);
  });
});
