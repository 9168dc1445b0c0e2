import { describe, expect, test } from 'vitest';
import type { Audience } from '../../src/segment/models/audience.ts';
import { cut } from '../../src/text/visible.ts';
import { audience, callTool, connect, fakeApi } from '../support/in-memory.ts';
import { firstId, startStandIn } from '../support/stand-in.ts';

/*
 * Inputs that contradict each other, or the audience, or the edition.
 */

const query = "event('Shoes Bought').count() >= 1";
const spaceId = 's';
const createTool = 'create_audience';
const updateTool = 'update_audience_for_space';
const wanted = { spaceId, name: 'New', query };

/** Calls a tool on a port that holds one audience. */
async function callOn(stored: Partial<Audience>, tool: string, args: Record<string, unknown>) {
  const { api, asked } = fakeApi({ audience: audience(stored) });
  const client = await connect(api);
  const { error } = await callTool(client, tool, args);
  return { error, asked: asked.map(([name]) => name) };
}

describe('create_audience', () => {
  const days = { backfillEventDataDays: 30 };

  test.each([
    [
      'backfillEventDataDays',
      days,
      /requires includeHistoricalData/,
      /includeHistoricalData: true/,
    ],
    [
      'backfillEventDataDays',
      { ...days, includeHistoricalData: false },
      /requires includeHistoricalData/,
      /includeHistoricalData: true/,
    ],
    ['targetEntity', { targetEntity: 'accounts' }, /only for type linked/, /type: linked/],
    [
      'targetEntity',
      { targetEntity: 'accounts', type: 'ACCOUNTS' },
      /only for type linked/,
      /type: linked/,
    ],
  ])('refuses %s of %j, and says how to go on', async (field, args, message, next) => {
    const { error, asked } = await callOn({}, createTool, { ...wanted, ...args });
    expect(error).toMatchObject({ code: 'invalid_input', field });
    expect(error?.message).toMatch(message);
    expect(error?.next).toMatch(next);
    expect(asked).toEqual([]);
  });

  test.each([
    { ...days, includeHistoricalData: true },
    { type: 'Linked', targetEntity: 'accounts', query: "entity('orders').count() >= 1" },
    { type: 'LINKED', query: "entity('orders').count() >= 1" },
    { filterByExternalIds: ['email'] },
  ])('takes %j', async (args) => {
    const { error, asked } = await callOn({}, createTool, { ...wanted, ...args });
    expect(error).toBeUndefined();
    expect(asked.at(-1)).toBe(createTool);
  });
});

describe('the type of an update', () => {
  const change = { spaceId, id: 'aud_1', query };

  test.each<[string, Partial<Audience>]>([
    ['audienceType', { audienceType: 'USERS', definition: { query } }],
    ['definition.type', { definition: { query, type: 'users' } }],
    ['both', { audienceType: 'USERS', definition: { query, type: 'accounts' } }],
  ])('that differs from the one in %s is refused', async (_, stored) => {
    for (const type of ['accounts', 'LINKED']) {
      const { error, asked } = await callOn(stored, updateTool, { ...change, type });
      expect(error).toMatchObject({ code: 'invalid_input', field: 'type' });
      expect(error?.message).toContain('of type users');
      expect(asked).toEqual(['get_audience']);
    }
    for (const type of ['users', 'USERS', undefined]) {
      expect((await callOn(stored, updateTool, { ...change, type })).error).toBeUndefined();
    }
  });
});

describe('days of event data in an update are judged with the options as they are', () => {
  const days = { spaceId, id: 'aud_1', backfillEventDataDays: 7 };

  test.each<[string, Audience['options'], object, boolean]>([
    ['has historical data', { includeHistoricalData: true }, {}, true],
    ['has none', { includeHistoricalData: false }, {}, false],
    ['does not say', {}, {}, false],
    ['has no options', null, {}, false],
    ['gets historical data', null, { includeHistoricalData: true }, true],
    ['loses them', { includeHistoricalData: true }, { includeHistoricalData: false }, false],
  ])('of an audience that %s', async (_, options, args, isTaken) => {
    const { error, asked } = await callOn({ options }, updateTool, { ...days, ...args });
    expect(error?.code).toBe(isTaken ? undefined : 'invalid_input');
    expect(error?.field).toBe(isTaken ? undefined : 'backfillEventDataDays');
    expect(asked.includes('update_audience_for_space')).toBe(isTaken);
  });
});

describe('a text that this server has cut is not written back', () => {
  const texts = ['x'.repeat(300), 'x'.repeat(3000)].map((text) => cut(text, 200));

  test.each(
    [createTool, updateTool].flatMap((tool) =>
      ['name', 'description', 'query'].map((field) => [tool, field] as const),
    ),
  )('%s: %s', async (tool, field) => {
    const base = tool === createTool ? wanted : { spaceId, id: 'aud_1' };
    for (const text of [...texts, `${texts[0]} \n`]) {
      const { error, asked } = await callOn({}, tool, { ...base, [field]: text });
      expect(error).toMatchObject({ code: 'invalid_input', field });
      expect(error?.message).toMatch(/fullText: true/);
      expect(asked).toEqual([]);
    }
  });

  test('the mark anywhere else is accepted', async () => {
    const description = `${texts[0]}, he wrote`;
    const { error } = await callOn({}, createTool, { ...wanted, description });
    expect(error).toBeUndefined();
  });
});

describe("what the edition can't do", () => {
  const seeds = [{ name: 'Old', definition: { query, level: 'users' as const } }];
  const linked = "entity('orders').count() >= 1";
  const rows: [tool: string, field: string, args: Record<string, unknown>][] = [
    [createTool, 'type', { ...wanted, query: linked, type: 'linked' }],
    [createTool, 'type', { ...wanted, query: linked, type: 'linked', targetEntity: 'accounts' }],
    [createTool, 'filterByExternalIds', { ...wanted, filterByExternalIds: ['email'] }],
    [
      createTool,
      'backfillEventDataDays',
      { ...wanted, includeHistoricalData: true, backfillEventDataDays: 7 },
    ],
    [updateTool, 'includeHistoricalData', { id: firstId, includeHistoricalData: true }],
    [updateTool, 'filterByExternalIds', { id: firstId, filterByExternalIds: ['email'] }],
    [updateTool, 'backfillEventDataDays', { id: firstId, backfillEventDataDays: 7 }],
    [
      updateTool,
      'filterByExternalIds',
      { id: firstId, name: 'N', includeHistoricalData: true, filterByExternalIds: ['email'] },
    ],
  ];

  test.each(['v1', 'v1alpha'] as const)(
    'ends as unsupported with --edition v1alpha, before anything is sent to a Segment of %s',
    async (edition) => {
      const flags = { edition: 'v1alpha', confirm: 'writes' };
      const { client, requests } = await startStandIn({ edition, seeds, flags });
      for (const [tool, field, { spaceId: _, ...args }] of rows) {
        for (const dryRun of [undefined, true]) {
          const { error } = await callTool(client, tool, { ...args, dryRun });
          expect(error).toMatchObject({ code: 'unsupported', field });
          expect(error?.message).toMatch(/not supported by the v1alpha edition/);
          expect(error?.next).toMatch(/Omit it.*SEGMENT_EDITION=v1/);
        }
      }
      expect(requests).toEqual([]);
    },
  );

  test('ends as unsupported under auto where Segment shows the form of the seed', async () => {
    const { client, writes, requests } = await startStandIn({ edition: 'v1alpha', seeds });
    await callTool(client, 'list_audiences');
    requests.splice(0);
    for (const [tool, field, { spaceId: _, ...args }] of rows) {
      const { error } = await callTool(client, tool, args);
      expect(error).toMatchObject({ code: 'unsupported', field });
      expect(error?.next).toMatch(/older edition/);
    }
    expect(requests).toEqual([]);
    expect(writes()).toEqual([]);
  });

  test.each(['auto', 'v1'])(
    'is done with --edition %s where Segment speaks today',
    async (edition) => {
      const { client, clock } = await startStandIn({ edition: 'v1', seeds, flags: { edition } });
      for (const [index, [tool, , { spaceId: _, ...args }]] of rows.entries()) {
        const given = tool === createTool ? { ...args, name: `New ${index}` } : args;
        const merged = 'backfillEventDataDays' in args ? { includeHistoricalData: true } : {};
        expect((await callTool(client, tool, { ...given, ...merged })).error).toBeUndefined();
        await clock.advance(10_000);
      }
    },
  );
});
