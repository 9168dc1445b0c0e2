import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { callTool } from '../support/in-memory.ts';
import { oneIn } from '../support/runs.ts';
import { firstId, startStandIn, withOdd } from '../support/stand-in.ts';

/*
 * One odd audience is shown as it is, and does no harm to any other.
 */

const query = "event('Shoes Bought').count() >= 1";
const users = (text: string) => ({ query: text, level: 'users' as const });
/** The first of them becomes odd on its way. */
const seeds = [
  { name: 'Odd', definition: users(query) },
  { name: 'Second', definition: users(query) },
  { name: 'Third', definition: users("trait('second') = 'true'") },
];
const secondId = 'aud_000000002';
const yes = { action: 'accept', content: { agree: true } } as const;

const nothing = {
  name: undefined,
  key: undefined,
  enabled: undefined,
  definition: undefined,
  audienceType: undefined,
  options: undefined,
  status: undefined,
  spaceId: undefined,
  createdAt: undefined,
  updatedAt: undefined,
};
/** What is odd, what a read shows of it, and what must not be shown. */
const oddities: [what: string, odd: object, shown: object, hidden: string[]][] = [
  ['a null name', { name: null }, { name: null }, []],
  ['a null key', { key: null }, { key: null }, []],
  ['a null enabled', { enabled: null }, { enabled: null }, []],
  ['a null definition', { definition: null }, { definition: null }, []],
  ['a definition without query', { definition: { type: 'users' } }, { definition: {} }, []],
  ['a null query', { definition: { query: null } }, { definition: { query: null } }, []],
  ['a broken query', { definition: { query: ')(' } }, { definition: { query: ')(' } }, []],
  ['an unknown type', { audienceType: 'ROBOTS' }, { audienceType: 'ROBOTS' }, []],
  [
    'wrong types',
    { name: 7, key: [], enabled: 'yes', definition: 'x', options: 'x', status: {}, updatedAt: 5 },
    { id: firstId },
    ['name', 'key', 'enabled', 'definition', 'options', 'status', 'updatedAt'],
  ],
  [
    'wrong types further within',
    {
      definition: { query: 7, type: [] },
      options: { includeHistoricalData: 'yes', filterByExternalIds: 'email' },
      size: { count: 'many' },
      computeCadence: { type: 9 },
    },
    { id: firstId },
    [],
  ],
  ['no spaceId', { spaceId: undefined }, { id: firstId }, ['spaceId']],
  ['nothing but an id', nothing, { id: firstId }, ['name', 'definition', 'spaceId']],
  [
    'fields that we do not know',
    { future: { deep: [1, null, 'x'] }, definition: { query, dialect: 'v9' } },
    { future: { deep: [1, null, 'x'] }, definition: { query, dialect: 'v9' } },
    [],
  ],
];
const rowsSchema = z.object({ audiences: z.array(z.looseObject({ id: z.string() })) });

const editions = [
  ['v1alpha', 0],
  ['v1', 1],
] as const;
describe.each(editions)('in edition %s', (edition, first) => {
  // By default every second in one edition, and the others in the other.
  const tried = oneIn(2, oddities, first);

  async function oddSpace(odd: object, confirm = 'none') {
    const rig = await startStandIn({
      edition,
      seeds,
      flags: { edition, confirm },
      answering: () => yes,
    });
    rig.faults(() => withOdd(odd));
    return rig;
  }

  test.each(tried)('%s is listed among the others', async (_, odd) => {
    const { client } = await oddSpace(odd);
    const { structured, error } = await callTool(client, 'list_audiences');
    expect(error).toBeUndefined();
    const { audiences } = rowsSchema.parse(structured);
    expect(audiences).toMatchObject([{ id: firstId }, { name: 'Second' }, { name: 'Third' }]);
  });

  test.each(tried)('%s is read as it is', async (_, odd, shown, hidden) => {
    const { client } = await oddSpace(odd);
    const { structured, error } = await callTool(client, 'get_audience', { id: firstId });
    expect(error).toBeUndefined();
    const read = z.object({ audience: z.looseObject({}) }).parse(structured).audience;
    expect(read).toMatchObject(shown);
    for (const field of hidden) expect(read).not.toHaveProperty(field);
  });

  test.each(tried)('%s does not keep another from being created or found', async (_, odd) => {
    const { client } = await oddSpace(odd);
    const found = await callTool(client, 'create_audience', { name: 'Second', query });
    expect(found.error).toMatchObject({
      code: 'duplicate',
      details: { audience: { id: secondId } },
    });
    const made = await callTool(client, 'create_audience', { name: 'New', query });
    expect(made.structured).toMatchObject({ audience: { name: 'New' } });
  });

  test.each(tried)('%s does not hide what depends on another', async (_, odd) => {
    const { client, questions } = await oddSpace(odd, 'remove');
    const { error } = await callTool(client, 'remove_audience_from_space', { id: secondId });
    expect(error).toBeUndefined();
    expect(questions).toEqual([expect.stringContaining('Used by: "Third"')]);
  });

  test.each(tried)('%s can be changed and removed', async (_, odd, shown) => {
    const { client, clock, writes, questions } = await oddSpace(odd, 'writes');
    const change = { id: firstId, description: 'New', enabled: true };
    const updated = await callTool(client, 'update_audience_for_space', change);
    expect(updated.structured).toMatchObject({ audience: shown });
    await clock.advance(10_000);
    const removed = await callTool(client, 'remove_audience_from_space', { id: firstId });
    expect(removed.structured).toMatchObject({ status: 'SUCCESS', audience: shown });
    expect(writes().map(({ method }) => method)).toEqual(['PATCH', 'DELETE']);
    expect(questions).toHaveLength(2);
  });

  test('a cursor of another type is not taken for the end of the list', async () => {
    const { client, faults, writes } = await oddSpace({});
    const body = JSON.stringify({
      data: { audiences: [{ id: firstId }], pagination: { next: 1 } },
    });
    faults(({ method }) => (method === 'GET' ? { kind: 'answer', status: 200, body } : undefined));
    for (const [tool, args] of [
      ['list_audiences', {}],
      ['create_audience', { name: 'New', query }],
    ] as const) {
      const { error } = await callTool(client, tool, args);
      expect(error).toMatchObject({ code: 'bad_response' });
      expect(error?.message).toContain('pagination.next');
    }
    expect(writes()).toEqual([]);
  });

  describe('the hint of bad_response', () => {
    const tools = [
      ['list_audiences', {}],
      ['get_audience', { id: firstId }],
    ] as const;
    const address = /SEGMENT_API_URL/;
    const form = /form that this version does not know/;

    test.each([
      ['HTML', '<html><body>Log in</body></html>', address],
      ['nothing', '', address],
      ['JSON that is not an object', '"ok"', address],
      ['an object without data', '{"audience":{"id":"a"},"audiences":[]}', address],
      ['null data', '{"data":null}', form],
      ['data without the audience', '{"data":{}}', form],
      ['a row without an id', '{"data":{"audience":{},"audiences":[{}],"pagination":{}}}', form],
    ])('for %s', async (_, body, next) => {
      const { client, faults } = await oddSpace({});
      faults(() => ({ kind: 'answer', status: 200, body }));
      for (const [tool, args] of tools) {
        const { error } = await callTool(client, tool, args);
        expect(error).toMatchObject({ code: 'bad_response', status: 200 });
        expect(error?.next).toMatch(next);
        if (next === form) expect(error?.next).not.toMatch(/proxy|SEGMENT_/);
      }
    });
  });
});
