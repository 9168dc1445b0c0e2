import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { McpError } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test } from 'vitest';
import type { Audience } from '../../src/segment/models/audience.ts';
import { suggestAudiences } from '../../src/space/suggestions.ts';
import {
  audience,
  type ConnectOptions,
  callTool,
  connect,
  fakeApi,
  secret,
} from '../support/in-memory.ts';

const byName = { type: 'ref/prompt', name: 'explain_audience' } as const;
const byId = { type: 'ref/resource', uri: 'segment://spaces/{spaceId}/audiences/{id}' } as const;

const some = [
  audience({ id: 'aud_1', name: 'Big spenders', key: 'a' }),
  audience({ id: 'aud_2', name: 'Spenders, small', key: 'b' }),
  audience({ id: 'aud_3', name: 'Twins', key: 'c' }),
  audience({ id: 'aud_4', name: ' twins', key: 'd' }),
  audience({ id: 'aud_5', name: 'Hid\u200bden', key: 'e' }),
];

async function scene(options: ConnectOptions = {}, audiences: Audience[] = some) {
  const { api, asked } = fakeApi({
    page: async () => ({ audiences, pagination: { next: null } }),
  });
  const client = await connect(api, { defaultSpace: 'spa_1', ...options });
  return { client, asked, [Symbol.asyncDispose]: () => client.close() };
}

type Ref = typeof byName | typeof byId;
async function complete(client: Client, ref: Ref, name: string, value: string, spaceId?: string) {
  const { completion } = await client.complete({
    ref,
    argument: { name, value },
    ...(spaceId !== undefined && { context: { arguments: { spaceId } } }),
  });
  return completion;
}

describe('audiences', () => {
  test('are unknown at first, and nothing is asked', async () => {
    await using at = await scene();
    expect(await complete(at.client, byName, 'audience', '')).toMatchObject({ values: [] });
    expect(at.asked).toEqual([]);
  });

  test('are those of the last search, by name; nothing more is asked', async () => {
    await using at = await scene();
    await callTool(at.client, 'find_audiences', {});
    const before = at.asked.length;
    const completion = await complete(at.client, byName, 'audience', 'SPEND');
    expect(completion).toEqual({
      values: ['Spenders, small', 'Big spenders'],
      total: 2,
      hasMore: false,
    });
    expect((await complete(at.client, byName, 'audience', 'aud_1')).values).toEqual([
      'Big spenders',
    ]);
    expect((await complete(at.client, byName, 'audience', 'tw')).values).toEqual([
      'aud_3',
      'aud_4',
    ]);
    expect((await complete(at.client, byName, 'audience', 'hid')).values).toEqual(['aud_5']);
    expect((await complete(at.client, byId, 'id', 'spend', 'spa_1')).values).toEqual([
      'aud_2',
      'aud_1',
    ]);
    expect(at.asked).toHaveLength(before);
  });

  test('are those that were shown, too', async () => {
    await using at = await scene();
    await callTool(at.client, 'list_audiences', {});
    expect((await complete(at.client, byName, 'audience', 'big')).values).toEqual(['Big spenders']);
  });

  test('are those of the space that is meant', async () => {
    await using at = await scene({ allowedSpaces: ['spa_1'] });
    await callTool(at.client, 'find_audiences', {});
    expect((await complete(at.client, byName, 'audience', '', 'spa_2')).values).toEqual([]);
    expect((await complete(at.client, byName, 'audience', '', 'spa_1')).values).not.toEqual([]);
  });

  test('are at most 100', async () => {
    const many = Array.from({ length: 150 }, (_, n) =>
      audience({ id: `aud_${n}`, name: `A ${n}` }),
    );
    await using at = await scene({}, many);
    await callTool(at.client, 'find_audiences', { countOnly: true });
    const completion = await complete(at.client, byName, 'audience', 'a');
    expect([completion.values.length, completion.total, completion.hasMore]).toEqual([
      100,
      150,
      true,
    ]);
  });

  test('are left out where a secret would have to be', async () => {
    await using at = await scene({}, [
      audience({ name: `Key ${secret}` }),
      audience({ id: 'aud_2', name: 'Key' }),
    ]);
    await callTool(at.client, 'find_audiences', {});
    expect((await complete(at.client, byName, 'audience', 'key')).values).toEqual(['Key']);
  });

  test('are hidden where no tool shows them', async () => {
    await using at = await scene({ offers: (tool) => tool === 'check_audience_query' });
    await callTool(at.client, 'find_audiences', {});
    expect((await complete(at.client, byId, 'id', '', 'spa_1')).values).toEqual([]);
  });
});

describe('spaces', () => {
  test('are those that are allowed', async () => {
    await using at = await scene({ allowedSpaces: ['spa_1', 'spa_2', 'other'] });
    expect((await complete(at.client, byId, 'spaceId', 'SPA')).values).toEqual(['spa_1', 'spa_2']);
  });

  test('are those that were seen, where all are allowed', async () => {
    await using at = await scene();
    expect((await complete(at.client, byId, 'spaceId', '')).values).toEqual(['spa_1']);
    await callTool(at.client, 'get_audience', { id: 'aud_1', spaceId: 'spa_9' });
    expect((await complete(at.client, byId, 'spaceId', '')).values).toEqual(['spa_1', 'spa_9']);
  });

  test('are those that were searched or read as a whole, each once', async () => {
    await using at = await scene();
    await callTool(at.client, 'find_audiences', { spaceId: 'spa_7' });
    await at.client.readResource({ uri: 'segment://spaces/spa_8/overview' });
    await callTool(at.client, 'get_audience', { id: 'aud_1', spaceId: '8' });
    const { values } = await complete(at.client, byId, 'spaceId', '');
    expect(values.toSorted()).toEqual(['8', 'spa_1', 'spa_7']);
  });
});

test("a blank name can't be typed", () => {
  expect(suggestAudiences('', [{ id: 'aud_6', name: '  ' }], 'name')).toEqual(['aud_6']);
});

test('free text has no suggestions', async () => {
  await using at = await scene();
  const completion = await at.client.complete({
    ref: { type: 'ref/prompt', name: 'build_audience' },
    argument: { name: 'description', value: 'x' },
  });
  expect(completion.completion.values).toEqual([]);
});

test.each([
  [{ type: 'ref/prompt' as const, name: 'nothing' }, 'audience', 'no prompt "nothing"'],
  [byName, 'nothing', 'no argument "nothing"'],
  [{ type: 'ref/resource' as const, uri: 'segment://x' }, 'id', 'no resource template'],
  [byId, 'nothing', 'no variable "nothing"'],
])('what is not offered is refused: %j %s', async (ref, name, message) => {
  await using at = await scene();
  const error: unknown = await at.client
    .complete({ ref, argument: { name, value: '' } })
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(McpError);
  expect(error).toMatchObject({ code: -32_602, message: expect.stringContaining(message) });
});

test('of two states of an audience, the later name counts', () => {
  const names = [
    { id: 'aud_1', name: 'Old' },
    { id: 'aud_1', name: 'New' },
  ];
  expect(suggestAudiences('', names, 'name')).toEqual(['New']);
});
