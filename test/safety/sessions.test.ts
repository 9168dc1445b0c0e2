import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { SeenAudiences } from '../../src/safety/seen.ts';
import { audience, callTool } from '../support/in-memory.ts';
import { firstId, startStandIn } from '../support/stand-in.ts';

/*
 * What a session remembers, and what all sessions of a process share.
 */

const query = "event('Shoes Bought').count() >= 1";
const definition = { query, level: 'users' as const };
const seeds = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `Audience ${index}`, definition }));
const readSchema = z.object({ audience: z.object({ updatedAt: z.string() }) });
const detailsSchema = z.object({ confirmation: z.string() });

const updatedAtIn = (structured: unknown) => readSchema.parse(structured).audience.updatedAt;

describe.each(['v1alpha', 'v1'] as const)('in edition %s', (edition) => {
  test('what a user read is remembered over searches through the whole space', async () => {
    const { client, connect, clock } = await startStandIn({
      edition,
      seeds: seeds(1500),
      flags: { edition },
    });
    const read = await callTool(client, 'get_audience', { id: firstId });
    const expectedUpdatedAt = updatedAtIn(read.structured);
    for (const name of ['New', 'Newer']) {
      const { error } = await callTool(client, 'create_audience', { name, query });
      expect(error).toBeUndefined();
    }
    await clock.advance(10_000);
    const other = await connect();
    await callTool(other, 'update_audience_for_space', { id: firstId, name: 'Renamed' });

    const args = { id: firstId, name: 'Mine', expectedUpdatedAt };
    const { error } = await callTool(client, 'update_audience_for_space', args);
    expect(error?.code).toBe('stale');
    expect(error?.message).toContain('name was "Audience 0" and is now "Renamed"');
  });

  test('sessions do not share what they have seen', async () => {
    const { client, connect, clock } = await startStandIn({ edition, seeds: seeds(1) });
    const read = await callTool(client, 'get_audience', { id: firstId });
    const expectedUpdatedAt = updatedAtIn(read.structured);
    await clock.advance(10_000);
    const other = await connect();
    await callTool(other, 'update_audience_for_space', { id: firstId, name: 'Renamed' });

    const args = { id: firstId, name: 'Mine', expectedUpdatedAt };
    const { error } = await callTool(other, 'update_audience_for_space', args);
    expect(error).toMatchObject({ code: 'stale', details: { changed: [] } });
    const mine = await callTool(client, 'update_audience_for_space', args);
    expect(mine.error?.message).toContain('name was "Audience 0" and is now "Renamed"');
  });

  test('sessions share confirmations', async () => {
    const { client, connect, writes } = await startStandIn({
      edition,
      seeds: seeds(1),
      flags: { confirm: 'remove' },
    });
    const other = await connect();
    const remove = { id: firstId };
    const asked = await callTool(client, 'remove_audience_from_space', remove);
    const { confirmation } = detailsSchema.parse(asked.error?.details);
    const args = { ...remove, confirmation };
    const ends = await Promise.all([
      callTool(other, 'remove_audience_from_space', args),
      callTool(client, 'remove_audience_from_space', args),
    ]);
    expect(ends.filter(({ error }) => error === undefined)).toHaveLength(1);
    expect(writes()).toHaveLength(1);
  });

  test('sessions share quotas', async () => {
    const limit = { 'rate-limits': 'get_audience=3', 'max-wait-ms': '0' };
    const rig = await startStandIn({ edition, seeds: seeds(1), flags: limit });
    const other = await rig.connect();
    const codes: (string | undefined)[] = [];
    for (const client of [rig.client, other, rig.client, other, rig.client]) {
      codes.push((await callTool(client, 'get_audience', { id: firstId })).error?.code);
    }
    expect(codes).toEqual([undefined, undefined, undefined, 'rate_limited', 'rate_limited']);
    const { error } = await callTool(other, 'get_audience', { id: firstId });
    expect(error?.message).toContain('(3 per minute)');
    expect(rig.requests).toHaveLength(3);
  });

  test('sessions share the names that are being created', async () => {
    const { client, connect, writes } = await startStandIn({ edition, flags: { edition } });
    const other = await connect();
    const args = { name: 'New', query };
    const ends = await Promise.all([
      callTool(client, 'create_audience', args),
      callTool(other, 'create_audience', args),
    ]);
    expect(ends.map(({ error }) => error?.code)).toEqual([undefined, 'duplicate']);
    expect(writes()).toHaveLength(1);
  });
});

test('what was seen is found however the id of its space is written', () => {
  const seen = new SeenAudiences();
  for (const [noted, asked] of [
    ['spa_1', '1'],
    ['2', 'spa_2'],
  ] as const) {
    seen.note(noted, audience({ id: 'aud_1' }));
    expect(seen.find(asked, 'aud_1', () => true)).toBeDefined();
  }
});

test('what was seen in one space is not found in another', () => {
  const seen = new SeenAudiences();
  seen.note('s', audience({ id: 'aud_1' }));
  expect(seen.find('s', 'aud_1', () => true)).toBeDefined();
  expect(seen.find('t', 'aud_1', () => true)).toBeUndefined();
});
