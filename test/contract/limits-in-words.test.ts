import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { instructions } from '../../src/mcp/instructions.ts';
import { operationNames } from '../../src/segment/editions/editions.ts';
import type { Edition } from '../../src/segment/editions/row.ts';
import { v1 } from '../../src/segment/editions/v1.ts';
import { v1alpha } from '../../src/segment/editions/v1alpha.ts';
import { tools } from '../../src/tools/registry.ts';
import { callTool } from '../support/in-memory.ts';
import { firstId, startStandIn } from '../support/stand-in.ts';

/*
 * Limits are named where they are certain, and nowhere else.
 */

const told = (flags: Record<string, string>) => {
  const config = readConfig({ sandbox: true, ...flags }, {});
  const text = instructions({ ...config, writes: true, finds: true });
  const line = text.split('\n').find((each) => each.startsWith('Requests per minute'));
  const named = [...(line ?? '').matchAll(/(\w+) (\d+)/g)].map(([, name, limit]) => [name, limit]);
  return { text, limits: Object.fromEntries(named) };
};
const stated = ({ rows }: Edition) =>
  Object.fromEntries(
    operationNames.flatMap((name) => {
      const perMinute = rows[name]?.perMinute;
      return perMinute === undefined ? [] : [[name, String(perMinute)]];
    }),
  );

describe('the instructions', () => {
  test.each([[{}], [{ edition: 'auto' }]])('name no limit with %j', (flags) => {
    const { text, limits } = told(flags);
    expect(limits).toEqual({});
    expect(text).not.toMatch(/per minute|a minute/i);
  });

  test('name those of a fixed edition', () => {
    expect(told({ edition: 'v1' }).limits).toEqual(stated(v1));
    expect(told({ edition: 'v1alpha' }).limits).toEqual(stated(v1alpha));
  });

  test('name those that the user has fixed, above all others', () => {
    const fixed = { 'rate-limits': 'create_audience=3,list_audiences=77' };
    const own = { create_audience: '3', list_audiences: '77' };
    expect(told(fixed).limits).toEqual(own);
    expect(told({ ...fixed, edition: 'v1' }).limits).toEqual({ ...stated(v1), ...own });
  });
});

test('no description of a tool or of its fields holds a number of requests', () => {
  for (const tool of tools) {
    const fields = Object.values(tool.input().shape).map(({ description = '' }) => description);
    for (const text of [tool.description, ...fields]) {
      expect(text).not.toMatch(/\d+ (requests|calls|a minute)|per minute|\/min/i);
    }
  }
});

describe('rate_limited names the limit in force', () => {
  const seeds = [
    { name: 'A', definition: { query: "trait('a').exists()", level: 'users' as const } },
  ];

  test.each([
    ['of the edition', 'v1alpha', {}, 100],
    ['of the user', 'v1', { 'rate-limits': 'get_audience=2' }, 2],
  ] as const)('%s', async (_, edition, fixed, limit) => {
    const flags = { 'max-wait-ms': '0', edition, ...fixed };
    const { client } = await startStandIn({ edition, seeds, flags });
    for (let count = 0; count < limit; count += 1) {
      expect((await callTool(client, 'get_audience', { id: firstId })).error).toBeUndefined();
    }
    const { error } = await callTool(client, 'get_audience', { id: firstId });
    expect(error?.code).toBe('rate_limited');
    expect(error?.message).toContain(`(${limit} per minute)`);
  });

  test.each([3, 120])('that Segment showed: %d', async (limit) => {
    const { client, requests } = await startStandIn({
      edition: 'v1',
      seeds,
      limits: { get_audience: limit },
      flags: { 'max-wait-ms': '0' },
    });
    for (let count = 0; count < limit; count += 1) {
      expect((await callTool(client, 'get_audience', { id: firstId })).error).toBeUndefined();
    }
    const { error } = await callTool(client, 'get_audience', { id: firstId });
    expect(error?.message).toContain(`(${limit} per minute)`);
    expect(requests).toHaveLength(limit);
  });
});
