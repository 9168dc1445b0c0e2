import { describe, expect, test } from 'vitest';
import { RefusedError } from '../../src/segment/errors.ts';
import { audience, callTool, connect, fakeApi } from '../support/in-memory.ts';

/*
 * What models write instead of what a schema asks for.
 */

const query = "event('Shoes Bought').count() >= 1";
const list = 'list_audiences';
const create = 'create_audience';
const update = 'update_audience_for_space';

/** Calls a tool, and gives the error and what was asked of Segment last. */
async function call(tool: string, args: Record<string, unknown>) {
  const { api, asked } = fakeApi({});
  const client = await connect(api, { defaultSpace: 'spa_1' });
  const { error } = await callTool(client, tool, args);
  return { error, input: asked.at(-1)?.[1], asked };
}

describe('is taken as it is meant', () => {
  const wanted = { name: 'N', query };
  test.each<[string, string, Record<string, unknown>, object]>([
    [
      'null in an optional field',
      list,
      { spaceId: null, count: null, cursor: null },
      { count: 50 },
    ],
    ['an empty text in one', list, { spaceId: '', count: '', cursor: '' }, { spaceId: 'spa_1' }],
    ['a number as a text', list, { count: '20' }, { count: 20 }],
    ['spaces around it', list, { count: ' 20 ' }, { count: 20 }],
    ['a switch as a text', update, { id: 'a', enabled: 'false' }, { enabled: false }],
    ['a switch in capitals', update, { id: 'a', enabled: 'True' }, { enabled: true }],
    ['an empty description of a new one', create, { ...wanted, description: '' }, { name: 'N' }],
    ['an empty type', create, { ...wanted, type: '' }, { type: 'users' }],
    ['no list of ids', create, { ...wanted, filterByExternalIds: null }, { name: 'N' }],
    ['an empty confirmation', update, { id: 'a', name: 'M', confirmation: '' }, { name: 'M' }],
    [
      'an empty description in an update',
      update,
      { id: 'a', description: '' },
      { description: '' },
    ],
    ['null for dryRun', update, { id: 'a', name: 'M', dryRun: null }, { name: 'M' }],
  ])('%s', async (_, tool, args, expected) => {
    const { error, input } = await call(tool, args);
    expect(error).toBeUndefined();
    expect(input).toMatchObject(expected);
    for (const value of Object.values({ ...input })) expect(value).not.toBeNull();
  });

  test('numbers as strings in a list', async () => {
    const schedule = { id: 'a', days: ['1', 5], timezone: 'UTC', dryRun: true };
    const wrong = await call('set_audience_schedule', { ...schedule, hours: ['9', 'ten'] });
    expect(wrong.error?.message).toMatch(/^set_audience_schedule: hours\.1: [^;]*$/);
    const right = await call('set_audience_schedule', { ...schedule, hours: ['9', ' 10 '] });
    expect(right.error?.message ?? '').not.toMatch(/hours|days/);
    expect(right.asked).not.toEqual([]);
  });

  test('arguments that are null, if the tool needs none', async () => {
    const { api } = fakeApi({});
    const client = await connect(api, { defaultSpace: 'spa_1' });
    expect((await client.callTool({ name: list })).isError).toBeFalsy();
  });
});

describe('is refused, and nothing is sent', () => {
  test.each<[string, string, Record<string, unknown>, string, RegExp]>([
    ['an empty dryRun', update, { id: 'a', name: 'M', dryRun: '' }, 'dryRun', /boolean/],
    [
      'an empty expectedUpdatedAt',
      update,
      { id: 'a', name: 'M', expectedUpdatedAt: '' },
      'expectedUpdatedAt',
      /expectedUpdatedAt: must not be empty\./,
    ],
    ['a fraction as a text', list, { count: '1.5' }, 'count', /count: /],
    ['a missing field', create, { name: 'N' }, 'query', /query: is missing/],
    ['null in a required field', 'get_audience', { id: null }, 'id', /id: is missing/],
    ['an empty id', 'get_audience', { id: '' }, 'id', /id: is missing\./],
    ['an empty query', create, { name: 'N', query: '' }, 'query', /query: is missing\./],
    ['a blank name', create, { name: ' ', query }, 'name', /name: must not be empty/],
    [
      'an empty text in a list',
      create,
      { name: 'N', query, filterByExternalIds: ['a', ''] },
      'filterByExternalIds.1',
      /filterByExternalIds\.1: must not be empty\./,
    ],
    [
      'space_id',
      list,
      { space_id: 's' },
      'space_id',
      /space_id: unknown field; pass "spaceId" instead\. The fields are spaceId, count, cursor\./,
    ],
    ['limit', list, { limit: 5 }, 'limit', /pass "count" instead/],
    ['query of a search', 'find_audiences', { query: 'x' }, 'query', /pass "text" instead/],
    ['one that is empty', create, { name: '', query }, 'name', /: name: is missing\.$/],
    ['definition', create, { name: 'N', definition: query }, 'query', /definition: .*pass "query"/],
    [
      'options',
      create,
      { name: 'N', query, options: {} },
      'options',
      /pass "includeHistoricalData", "includeAnonymousUsers", "filterByExternalIds", "backfillEvent/,
    ],
    ['a slip', update, { id: 'a', enable: true }, 'enable', /pass "enabled" instead/],
    ['a name of nothing', list, { color: 'red' }, 'color', /unknown field\. The fields are/],
  ])('%s', async (_, tool, args, field, message) => {
    const { error, asked } = await call(tool, args);
    expect(error).toMatchObject({ code: 'invalid_input', field });
    expect(error?.message).toMatch(message);
    expect(asked).toEqual([]);
  });
});

test('where Segment refuses an empty description, the error says that it takes none', async () => {
  const refused = new RefusedError('validation_failed', 'no', { next: 'Fix it.', status: 422 });
  const { api } = fakeApi({ audience: () => Promise.reject(refused) });
  const client = await connect(api, { defaultSpace: 'spa_1' });
  const clearing = await callTool(client, update, { id: 'a', description: '' });
  expect(clearing.error).toMatchObject({ code: 'validation_failed', status: 422 });
  expect(clearing.error?.next).toMatch(/does not accept an empty description.*Fix it\./);
  const other = await callTool(client, update, { id: 'a', description: 'x' });
  expect(other.error?.next).toBe('Fix it.');
});

test.each<[string, object, boolean]>([
  ['by its path', { field: 'description', message: 'too short' }, true],
  ['by a longer path', { field: 'audience.description' }, true],
  ['in quotes', { message: '"description" is not allowed to be empty' }, true],
  ['not, but another field', { field: 'name', message: 'the name is taken' }, false],
  ['not, and no field either', { message: 'this is locked' }, false],
])('that is said where the refusal names the description %s', async (_, entry, isSaid) => {
  const details = [{ field: 'enabled' }, entry];
  const refused = new RefusedError('validation_failed', 'no', {
    ...{ next: 'Fix it.', status: 422, details },
  });
  const { api } = fakeApi({ audience: () => Promise.reject(refused) });
  const client = await connect(api, { defaultSpace: 'spa_1' });
  const { error } = await callTool(client, update, { id: 'a', description: '', name: 'N' });
  expect(error?.next).toMatch(
    isSaid ? /does not accept an empty description.*Fix it\./ : /^Fix it\.$/,
  );
});

test('the text of an error is a line of prose, and the JSON exactly', async () => {
  const long = new RefusedError('conflict', `${'x'.repeat(400)}\nsecond`, { next: 'Wait.' });
  for (const error of [long, new RefusedError('conflict', 'It is locked.', { next: 'Wait.' })]) {
    const { api } = fakeApi({ audience: () => Promise.reject(error) });
    const client = await connect(api, { defaultSpace: 'spa_1' });
    const { text } = await callTool(client, 'get_audience', { id: audience().id });
    const [prose = '', json = '', ...more] = text.split('\n');
    expect(more).toEqual([]);
    const [first = ''] = error.message.split('\n');
    const shown = first.length > 300 ? `${first.slice(0, 299)}…` : first;
    expect(prose).toBe(`Error (conflict): ${shown} Next: Wait.`);
    expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(error)));
  }
});

test('of a very long unknown field the start is named', async () => {
  const { error } = await call(list, { ['\n'.repeat(100_000)]: 1 });
  expect(error?.field).toMatch(/characters in all\]$/);
  expect(JSON.stringify(error).length).toBeLessThan(5000);
});

test('of very many unknown fields the first are told', async () => {
  const args = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, 1]));
  const { error } = await call('get_audience', args);
  const told = error?.message.match(/unknown field/g) ?? [];
  expect(told.length).toBeGreaterThan(5);
  expect(told.length).toBeLessThanOrEqual(10);
});
