import { describe, expect, test } from 'vitest';
import { spaceIn } from '../../src/segment/contract.ts';
import { RefusedError } from '../../src/segment/errors.ts';
import { audience, callTool, connect, fakeApi, secret } from '../support/in-memory.ts';

const query = "event('Shoes Bought').count() >= 1";

describe('create_audience', () => {
  test('asks for no more than was given', async () => {
    const { api, asked } = fakeApi({});
    const client = await connect(api);
    await callTool(client, 'create_audience', { spaceId: 's', name: 'n', query });
    expect(JSON.parse(JSON.stringify(asked))).toEqual([
      ['list_audiences', { spaceId: 's', count: 1000, isPatient: true }],
      ['create_audience', { spaceId: 's', name: 'n', query, type: 'users' }],
    ]);
  });

  test.each(['ACCOUNTS', 'Accounts', 'accounts'])(
    'takes the type in any case: %s',
    async (type) => {
      const { api, asked } = fakeApi({});
      const client = await connect(api);
      await callTool(client, 'create_audience', {
        spaceId: 's',
        name: 'n',
        query,
        type,
        description: 'd',
        enabled: false,
        includeAnonymousUsers: true,
      });
      expect(asked.at(-1)).toEqual([
        'create_audience',
        {
          spaceId: 's',
          name: 'n',
          query,
          type: 'accounts',
          description: 'd',
          enabled: false,
          includeAnonymousUsers: true,
        },
      ]);
    },
  );

  test.each([
    ['v1alpha', /first backfill.*Segment app/],
    ['v1', /first backfill(?!.*Segment app)/],
  ] as const)('says in %s what to know before the next edit', async (edition, advice) => {
    const page = { audiences: [], pagination: {} };
    const client = await connect(fakeApi({ edition, page }).api);
    const { structured } = await callTool(client, 'create_audience', {
      spaceId: 's',
      name: 'n',
      query,
    });
    expect(structured).toMatchObject({ audience: { id: 'aud_1' } });
    expect(JSON.stringify(structured.advice)).toMatch(advice);
  });
});

describe('get_audience', () => {
  test('passes on what Segment says, also what we do not know', async () => {
    const unknown = audience({ status: 'Hibernating', size: { count: 3 } });
    const client = await connect(fakeApi({ audience: unknown }).api);
    const { structured, text } = await callTool(client, 'get_audience', { spaceId: 's', id: 'a' });
    expect(structured).toEqual({
      audience: unknown,
      explanation: 'Users whose **total_spend** is more than 200.',
    });
    expect(JSON.parse(text)).toEqual(structured);
  });

  test.each([
    ['Backfilling', /Don't edit/],
    ['Locked', /locked/],
    ['Failed', /failed/],
  ])('has advice on an audience that is %s', async (status, advice) => {
    const client = await connect(fakeApi({ audience: audience({ status }) }).api);
    const { structured } = await callTool(client, 'get_audience', { spaceId: 's', id: 'a' });
    expect(String(structured.advice)).toMatch(advice);
  });

  test('shows an audience without a definition', async () => {
    const client = await connect(fakeApi({ audience: audience({ definition: null }) }).api);
    const { structured } = await callTool(client, 'get_audience', { spaceId: 's', id: 'a' });
    expect(structured).toMatchObject({ audience: { definition: null } });
  });
});

describe('list_audiences', () => {
  test('asks for 50 rows by default, and continues from a cursor', async () => {
    const { api, asked } = fakeApi({});
    const client = await connect(api);
    await callTool(client, 'list_audiences', { spaceId: 's' });
    await callTool(client, 'list_audiences', { spaceId: 's', count: 2, cursor: 'Mg==' });
    expect(asked).toEqual([
      ['list_audiences', { spaceId: 's', count: 50 }],
      ['list_audiences', { spaceId: 's', count: 2, cursor: 'Mg==' }],
    ]);
  });

  test('gives summary rows', async () => {
    const client = await connect(fakeApi({}).api);
    const { structured } = await callTool(client, 'list_audiences', { spaceId: 's' });
    expect(structured).toEqual({
      audiences: [
        {
          id: 'aud_1',
          name: 'Big spenders',
          key: 'big_spenders',
          enabled: true,
          status: 'Live',
          type: 'users',
          query: "trait('total_spend') > 200",
          updatedAt: '2026-01-02T00:00:00.000Z',
        },
      ],
      pagination: { next: null },
    });
  });

  test('cuts a query over 200 characters and says so', async () => {
    const rowOf = async (stored: string) => {
      const client = await connect(
        fakeApi({ audience: audience({ definition: { query: stored, type: 'users' } }) }).api,
      );
      const { text } = await callTool(client, 'list_audiences', { spaceId: 's' });
      return JSON.parse(text).audiences[0].query;
    };
    expect(await rowOf('x'.repeat(200))).toBe('x'.repeat(200));
    expect(await rowOf('x'.repeat(201))).toBe(`${'x'.repeat(200)}…[cut, 201 characters in all]`);
    expect(await rowOf(`${'x'.repeat(199)}😀`)).toBe(
      `${'x'.repeat(199)}\ufffd…[cut, 201 characters in all]`,
    );
  });

  test.each([
    [
      'small names',
      600,
      'N',
      'query and updatedAt',
      ['enabled', 'id', 'key', 'name', 'status', 'type'],
    ],
    ['long names', 600, 'N'.repeat(50), 'everything but id and name', ['id', 'name']],
  ])(
    'leaves out columns, never rows, of a large page: %s',
    async (_, rows, name, left, columns) => {
      const audiences = Array.from({ length: rows }, (__, index) =>
        audience({ id: `aud_${index}`, name, key: name.toLowerCase() }),
      );
      const client = await connect(fakeApi({ page: { audiences, pagination: {} } }).api);
      const { text, structured } = await callTool(client, 'list_audiences', { spaceId: 's' });
      const page = JSON.parse(text);
      expect(page).toEqual(structured);
      expect(page.notice).toContain(left);
      expect(page.audiences).toHaveLength(rows);
      expect(Object.keys(page.audiences[0]).sort()).toEqual(columns);
      expect(text.length).toBeLessThanOrEqual(60_000);
    },
  );
});

describe('remove_audience_from_space', () => {
  test('reads the audience first and returns it as it was', async () => {
    const { api, asked } = fakeApi({});
    const client = await connect(api);
    const { structured } = await callTool(client, 'remove_audience_from_space', {
      spaceId: 's',
      id: 'a',
    });
    expect(asked).toEqual([
      ['get_audience', { spaceId: 's', id: 'a' }],
      ['get_audience', { spaceId: 's', id: 'a' }],
      ['remove_audience_from_space', { spaceId: 's', id: 'a' }],
    ]);
    expect(structured).toMatchObject({ status: 'SUCCESS', audience: audience() });
    expect(String(structured.advice)).toMatch(/"big_spenders": never use that key/);
  });

  test("removes nothing that can't be read", async () => {
    const gone = () =>
      Promise.reject(new RefusedError('not_found', 'gone', { next: 'look', status: 404 }));
    const { api, asked } = fakeApi({ audience: gone });
    const client = await connect(api);
    const { error } = await callTool(client, 'remove_audience_from_space', {
      spaceId: 's',
      id: 'a',
    });
    expect(error?.code).toBe('not_found');
    expect(asked).toEqual([['get_audience', { spaceId: 's', id: 'a' }]]);
  });
});

describe('update_audience_for_space', () => {
  test('sends only what was given', async () => {
    const { api, asked } = fakeApi({});
    const client = await connect(api);
    await callTool(client, 'update_audience_for_space', { spaceId: 's', id: 'a', enabled: false });
    expect(JSON.parse(JSON.stringify(asked))).toEqual([
      ['get_audience', { spaceId: 's', id: 'a' }],
      ['get_audience', { spaceId: 's', id: 'a' }],
      ['update_audience_for_space', { spaceId: 's', id: 'a', enabled: false }],
    ]);
  });

  test('takes the type of a new query from the present audience', async () => {
    const stored = audience({ definition: { query: 'old', type: 'ACCOUNTS' } });
    const { api, asked } = fakeApi({ audience: stored });
    const client = await connect(api);
    await callTool(client, 'update_audience_for_space', { spaceId: 's', id: 'a', query });
    expect(asked[0]).toEqual(['get_audience', { spaceId: 's', id: 'a' }]);
    expect(asked.at(-1)?.[1]).toMatchObject({ query, type: 'accounts' });
  });

  test('asks for the type when Segment does not show it', async () => {
    const { api, asked } = fakeApi({ audience: audience({ definition: null }) });
    const client = await connect(api);
    const { error } = await callTool(client, 'update_audience_for_space', {
      spaceId: 's',
      id: 'a',
      query,
    });
    expect(error).toMatchObject({ code: 'invalid_input', field: 'type' });
    expect(asked).toHaveLength(1);
  });

  test('says that the audience is locked now', async () => {
    const client = await connect(fakeApi({}).api);
    const { structured } = await callTool(client, 'update_audience_for_space', {
      spaceId: 's',
      id: 'a',
      name: 'n',
    });
    expect(String(structured.advice)).toMatch(/locked against further edits/);
  });

  test.each([
    [{ id: 'a' }, /at least one of enabled, name, description, query, includeHistoricalData/],
    [{ id: 'a', enabled: true, type: 'users' }, /type: requires query/],
  ])('refuses %j', async (args, message) => {
    const { api, asked } = fakeApi({});
    const client = await connect(api);
    const { error } = await callTool(client, 'update_audience_for_space', {
      spaceId: 's',
      ...args,
    });
    expect(error).toMatchObject({ code: 'invalid_input' });
    expect(error?.message).toMatch(message);
    expect(asked).toEqual([]);
  });
});

describe('input', () => {
  test('an unknown key is refused by name', async () => {
    const client = await connect(fakeApi({}).api);
    const { error } = await callTool(client, 'get_audience', { spaceId: 's', id: 'a', ID: 'b' });
    expect(error).toMatchObject({ code: 'invalid_input', field: 'ID' });
  });

  test('every bad field is named at once', async () => {
    const { api, asked } = fakeApi({});
    const client = await connect(api);
    const { error } = await callTool(client, 'create_audience', {
      spaceId: '..',
      name: '',
      enabled: 'yes',
    });
    for (const field of ['spaceId', 'name', 'query', 'enabled']) {
      expect(error?.message).toContain(`${field}: `);
    }
    expect(asked).toEqual([]);
  });

  test('without a space and a default for it, the answer says how to set one', async () => {
    const client = await connect(fakeApi({}).api);
    const { error } = await callTool(client, 'list_audiences');
    expect(error).toMatchObject({ code: 'invalid_input', field: 'spaceId' });
    expect(error?.next).toMatch(/SEGMENT_SPACE_ID/);
  });

  test('the default space is used where none is named, and only there', async () => {
    const { api, asked } = fakeApi({});
    const client = await connect(api, { defaultSpace: 'spa_default' });
    await callTool(client, 'get_audience', { id: 'a' });
    await callTool(client, 'get_audience', { spaceId: 'spa_other', id: 'a' });
    expect(asked.map(([, input]) => spaceIn(input))).toEqual(['spa_default', 'spa_other']);
  });

  test.each([
    [
      'delete_everything',
      /Unknown tool: delete_everything\. Available tools: .*remove_audience_from_space/,
    ],
    ['get_audiences', /Unknown tool: get_audiences\. Did you mean get_audience\?$/],
    ['listAudiences', /Did you mean list_audiences\?$/],
  ])(
    'the unknown tool %s is a protocol error that names the available ones',
    async (name, message) => {
      const client = await connect(fakeApi({}).api);
      const call = client.callTool({ name });
      await expect(call).rejects.toMatchObject({ code: -32_602 });
      await expect(call).rejects.toThrow(message);
    },
  );
});

describe('at the boundary', () => {
  test('the token is redacted from results and errors, whoever put it in', async () => {
    const named = await connect(fakeApi({ audience: audience({ name: `x ${secret}` }) }).api);
    const { text, structured } = await callTool(named, 'get_audience', { spaceId: 's', id: 'a' });
    expect(text + JSON.stringify(structured)).not.toContain(secret);
    expect(text).toContain('x [redacted]');

    const failing = await connect(
      fakeApi({ audience: () => Promise.reject(new Error(`bad ${secret}`)) }).api,
    );
    const { error } = await callTool(failing, 'get_audience', { spaceId: 's', id: 'a' });
    expect(error).toMatchObject({ code: 'internal_error' });
    expect(error?.message).toContain('bad [redacted]');
  });
});
