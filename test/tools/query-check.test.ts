import { describe, expect, test } from 'vitest';
import { audience, callTool, connect, fakeApi } from '../support/in-memory.ts';

/*
 * Definitions are checked before anything is sent.
 */

const wrong = "event('Shoes Bought').cuont() >= 1";
const right = "event('Shoes Bought').count() >= 1";
const doubtful = "event('Shoes Bought').count() >= 0";
const unread = `trait('${'x'.repeat(20_000)}') = 1`;
const create = (query: string, more = {}) => ({
  spaceId: 's',
  name: 'n',
  query,
  ...more,
});
const update = (query: string, more = {}) => ({ spaceId: 's', id: 'a', query, ...more });

const stored = (query: string, type = 'users') => audience({ definition: { query, type } });

describe('check_audience_query', () => {
  async function check(args: Record<string, unknown>) {
    const { api, asked } = fakeApi({});
    const client = await connect(api);
    const { structured, error } = await callTool(client, 'check_audience_query', args);
    expect(asked).toEqual([]);
    return { structured, error };
  }

  test('says everything about a valid definition', async () => {
    const query =
      "event('Shoes Bought').where({property('price') >= 100}).within(7 days).count()>=1 AND trait('plan')='vip'";
    expect((await check({ query })).structured).toEqual({
      checked: true,
      valid: true,
      diagnostics: [],
      formatted:
        "event('Shoes Bought').where(property('price') >= 100).within(7 days).count() >= 1 AND trait('plan') = 'vip'",
      explanation:
        'Users who did **Shoes Bought** at least once in the last 7 days where **price** is at least 100, and whose **plan** is "vip".',
      references: {
        events: ['Shoes Bought'],
        traits: ['plan'],
        properties: ['price'],
        entities: [],
      },
      computeCadence: { type: 'BATCH', reasons: ['events are counted in a time window'] },
      primaryExpressions: 2,
    });
  });

  test('returns what is wrong, where, and what resolves it', async () => {
    const { structured, error } = await check({ query: wrong });
    expect(error).toBeUndefined();
    expect(structured).toMatchObject({
      valid: false,
      diagnostics: [
        {
          severity: 'error',
          code: 'unknown-function',
          start: 22,
          end: 27,
          line: 1,
          column: 23,
          help: 'Did you mean count?',
          fix: { start: 22, end: 27, text: 'count' },
        },
      ],
    });
    expect(structured).not.toHaveProperty('formatted');
  });

  test.each([
    ["ANY trait('role') = 'admin'", 'accounts'],
    ["entity('orders').count() >= 1", 'linked'],
  ])('checks at the level that is asked for: %s', async (query, type) => {
    expect((await check({ query, type })).structured).toMatchObject({ valid: true });
    expect((await check({ query })).structured).toMatchObject({ valid: false });
  });

  test.each(['', ' ', '\u0000', 'x'.repeat(1000)])('takes any text: %j', async (query) => {
    expect((await check({ query })).structured).toMatchObject({ checked: true, valid: false });
  });

  test('says that it has not checked a text that is too long', async () => {
    const { structured } = await check({ query: 'x'.repeat(100_000) });
    expect(structured).toMatchObject({
      checked: false,
      diagnostics: [{ severity: 'warning', code: 'too-long' }],
    });
    expect(structured).not.toHaveProperty('valid');
    expect(structured).not.toHaveProperty('explanation');
  });
});

describe('create_audience', () => {
  test('sends nothing for a definition that is not valid', async () => {
    const { api, asked } = fakeApi({});
    const client = await connect(api);
    const { error } = await callTool(client, 'create_audience', create(wrong));
    expect(asked).toEqual([]);
    expect(error).toMatchObject({
      code: 'invalid_query',
      field: 'query',
      details: [expect.objectContaining({ code: 'unknown-function', fix: expect.anything() })],
    });
    expect(error?.message).toContain("1 | event('Shoes Bought').cuont() >= 1\n");
    expect(error?.message).toContain('  |                       ^^^^^\n');
    expect(error?.next).toMatch(/no quota was used/);
  });

  test('returns warnings with the result', async () => {
    const { api, asked } = fakeApi({});
    const client = await connect(api);
    const { structured } = await callTool(client, 'create_audience', create(doubtful));
    expect(asked.map(([method]) => method)).toEqual(['list_audiences', 'create_audience']);
    expect(String(structured.advice)).toMatch(/line 1, column 31.*always true/);
  });

  test('says nothing about matters of style', async () => {
    const client = await connect(fakeApi({}).api);
    const query = right.replace('>=', '==');
    const { structured } = await callTool(client, 'create_audience', create(query));
    expect(String(structured.advice)).not.toMatch(/query/);
  });

  test('sends what is too long to be checked, and says so', async () => {
    const { api, asked } = fakeApi({});
    const client = await connect(api);
    const { structured } = await callTool(client, 'create_audience', create(unread));
    expect(asked.map(([method]) => method)).toEqual(['list_audiences', 'create_audience']);
    expect(String(structured.advice)).toMatch(/nothing in it was checked/);
  });

  test('sends nothing for what is too long and has too many conditions', async () => {
    const { api, asked } = fakeApi({});
    const client = await connect(api);
    const query = `${"trait('a') = 1 OR ".repeat(50)}${unread}`;
    const { error } = await callTool(client, 'create_audience', create(query));
    expect(asked).toEqual([]);
    expect(error).toMatchObject({ code: 'invalid_query' });
    expect(error?.message).toMatch(/at least 51 conditions; at most 50 are allowed/);
  });

  test('checks at the level of its type', async () => {
    const { api, asked } = fakeApi({});
    const client = await connect(api);
    const query = "ANY trait('role') = 'admin'";
    expect((await callTool(client, 'create_audience', create(query))).error?.code).toBe(
      'invalid_query',
    );
    await callTool(client, 'create_audience', create(query, { type: 'ACCOUNTS' }));
    expect(asked.map(([method]) => method)).toEqual(['list_audiences', 'create_audience']);
  });

  test('with the mode warn sends it anyway, with a warning', async () => {
    const { api, asked } = fakeApi({});
    const client = await connect(api, { queryCheck: 'warn' });
    const { structured } = await callTool(client, 'create_audience', create(wrong));
    expect(asked.map(([method]) => method)).toEqual(['list_audiences', 'create_audience']);
    expect(String(structured.advice)).toMatch(/would refuse this query.*no function cuont/);
  });

  test('with the mode off neither checks nor warns', async () => {
    const { api, asked } = fakeApi({});
    const client = await connect(api, { queryCheck: 'off' });
    const { structured } = await callTool(client, 'create_audience', create(wrong));
    expect(asked.map(([method]) => method)).toEqual(['list_audiences', 'create_audience']);
    expect(String(structured.advice)).not.toMatch(/cuont/);
  });
});

describe('update_audience_for_space', () => {
  test('does not even read if no level would accept the definition', async () => {
    const { api, asked } = fakeApi({});
    const client = await connect(api);
    const { error } = await callTool(client, 'update_audience_for_space', update(wrong));
    expect(error?.code).toBe('invalid_query');
    expect(asked).toEqual([]);
  });

  test('says what is wrong at the level that a definition fits best', async () => {
    const client = await connect(fakeApi({}).api);
    const query = "ANY evnt('A').count() >= 1";
    const { error } = await callTool(client, 'update_audience_for_space', update(query));
    expect(error?.details).toMatchObject([{ code: 'unknown-function' }]);
  });

  test.each([
    ['ACCOUNTS', undefined],
    ['users', 'invalid_query'],
  ])('checks at the level of the audience it changes: %s', async (type, code) => {
    const { api, asked } = fakeApi({ audience: stored(right, type) });
    const client = await connect(api);
    const query = "ANY trait('role') = 'admin'";
    const { error } = await callTool(client, 'update_audience_for_space', update(query));
    expect(error?.code).toBe(code);
    expect(asked.map(([method]) => method)).toEqual(
      code ? ['get_audience'] : ['get_audience', 'get_audience', 'update_audience_for_space'],
    );
  });

  test.each([
    ["event('A').within(7 days).count() >= 1", right, /turns a BATCH audience into a REALTIME/],
    [right, "event('A').within(7 days).count() >= 1", /turns a REALTIME audience into a BATCH/],
    [right, "event('A').count() >= 3", /^(?!.*turns)/],
    ['select all', "event('A').within(7 days).count() >= 1", /^(?!.*turns)/],
  ])('%s → %s', async (before, after, advice) => {
    const client = await connect(fakeApi({ audience: stored(before) }).api);
    const { structured } = await callTool(client, 'update_audience_for_space', update(after));
    expect(String(structured.advice)).toMatch(advice);
  });

  test('without a query checks nothing', async () => {
    const { api, asked } = fakeApi({});
    const client = await connect(api);
    const args = { spaceId: 's', id: 'a', enabled: true };
    await callTool(client, 'update_audience_for_space', args);
    expect(asked.map(([method]) => method)).toEqual([
      'get_audience',
      'get_audience',
      'update_audience_for_space',
    ]);
  });

  test('sends what is too long to be checked, and says so', async () => {
    const { api, asked } = fakeApi({ audience: stored(right) });
    const client = await connect(api);
    const { structured } = await callTool(client, 'update_audience_for_space', update(unread));
    expect(asked.map(([method]) => method)).toEqual([
      'get_audience',
      'get_audience',
      'update_audience_for_space',
    ]);
    expect(String(structured.advice)).toMatch(/nothing in it was checked/);
  });

  test('with the mode warn sends what it would refuse', async () => {
    const { api, asked } = fakeApi({ audience: stored(right) });
    const client = await connect(api, { queryCheck: 'warn' });
    const { structured } = await callTool(client, 'update_audience_for_space', update(wrong));
    expect(asked.map(([method]) => method)).toEqual([
      'get_audience',
      'get_audience',
      'update_audience_for_space',
    ]);
    expect(String(structured.advice)).toMatch(/would refuse this query/);
  });
});

describe('get_audience', () => {
  const explanationOf = async (of: ReturnType<typeof audience>) => {
    const client = await connect(fakeApi({ audience: of }).api);
    const { structured, error } = await callTool(client, 'get_audience', { spaceId: 's', id: 'a' });
    expect(error).toBeUndefined();
    return structured.explanation;
  };

  test('explains the stored definition at its level', async () => {
    const explanation = await explanationOf(stored("ALL trait('a').exists()", 'ACCOUNTS'));
    expect(explanation).toBe('Accounts where every user is someone whose **a** has a value.');
  });

  test.each([
    ["that can't be read", stored('from the future: x')],
    ['that is not there', audience({ definition: null })],
  ])('shows a definition %s as it is, without complaint', async (_, of) => {
    expect(await explanationOf(of)).toBeUndefined();
  });
});

describe('the cheat sheet', () => {
  test('is a resource with every function', async () => {
    const client = await connect(fakeApi({}).api);
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual([
      'segment://query-language',
      'ui://segment-audiences/app.html',
    ]);
    const { contents } = await client.readResource({ uri: 'segment://query-language' });
    expect(contents).toMatchObject([{ mimeType: 'text/markdown' }]);
    const text = JSON.stringify(contents);
    for (const name of ['event(event name)', 'within_last(length)', 'ANY', 'parent:', '50']) {
      expect(text).toContain(name);
    }
  });

  test('is the only one: another is refused by its name', async () => {
    const client = await connect(fakeApi({}).api);
    await expect(client.readResource({ uri: 'segment://other' })).rejects.toThrow(
      /segment:\/\/other/,
    );
  });
});
