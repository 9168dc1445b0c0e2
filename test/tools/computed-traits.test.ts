import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { hostile, unseenIn } from '../support/hostile.ts';
import { callTool } from '../support/in-memory.ts';
import { oneIn } from '../support/runs.ts';
import { firstId, type StandIn, type StandInOptions, startStandIn } from '../support/stand-in.ts';

/*
 * Computed traits, through a real client, against the sandbox: the same way of safety as audiences.
 */

const query = "event('Shoes Bought').count()";
const start = (more: Partial<StandInOptions> = {}) =>
  startStandIn({ edition: 'v1', ...more, flags: { toolsets: 'all', ...more.flags } });
type Client = Awaited<ReturnType<typeof start>>['client'];

const traitSchema = z.looseObject({ id: z.string(), key: z.string(), updatedAt: z.string() });
const detailsSchema = z.object({ confirmation: z.string() });

async function create(client: Client, more: object = {}) {
  const args = { name: 'Shoes', query, ...more };
  const { structured } = await callTool(client, 'create_computed_trait', args);
  return traitSchema.parse(structured.computedTrait);
}

describe('create_computed_trait', () => {
  test("creates a scalar, and says what can't be undone", async () => {
    const { client, writes } = await start();
    const args = { name: 'Shoes', query, backfillDurationDays: 30, includeHistoricalData: true };
    const { structured } = await callTool(client, 'create_computed_trait', args);
    expect(structured.computedTrait).toMatchObject({ key: 'shoes', definition: { query } });
    expect(String(structured.advice)).toMatch(/can never be reused.*only through the API/);
    expect(writes()[0]?.body).toEqual({
      name: 'Shoes',
      definition: { query, type: 'USERS' },
      options: { includeHistoricalData: true, backfillDurationDays: 30 },
    });
  });

  test('refuses a condition, which is not a value', async () => {
    const { client, requests } = await start();
    const args = { name: 'Shoes', query: `${query} >= 1` };
    const { error } = await callTool(client, 'create_computed_trait', args);
    expect(error?.code).toBe('invalid_query');
    expect(requests).toEqual([]);
  });

  test('finds one of the same name', async () => {
    const { client, writes } = await start();
    const { id } = await create(client);
    const args = { name: 'SHOES', query };
    const { error } = await callTool(client, 'create_computed_trait', args);
    expect(error).toMatchObject({ code: 'duplicate', details: { computedTrait: { id } } });
    expect(error?.message).toContain('There is already a computed trait with this name');
    expect(writes()).toHaveLength(1);
    const second = await callTool(client, 'create_computed_trait', {
      ...args,
      allowDuplicateName: true,
    });
    expect(second.error).toBeUndefined();
  });

  test('may have the name of an audience', async () => {
    const seeds = [
      { name: 'Shoes', definition: { query: `${query} > 0`, level: 'users' as const } },
    ];
    const { client } = await start({ seeds });
    expect((await create(client)).id).toBeTruthy();
  });

  test('finds the trait whose response was lost', async () => {
    const { client, faults, writes } = await start();
    faults(({ method }) => (method === 'POST' ? { kind: 'drop', when: 'after' } : undefined));
    const { structured } = await callTool(client, 'create_computed_trait', {
      name: 'Shoes',
      query,
    });
    expect(structured.computedTrait).toMatchObject({ key: 'shoes' });
    expect(String(structured.advice)).toContain('Do not create it again');
    expect(writes()).toHaveLength(1);
  });

  test('asks about what will be computed', async () => {
    const { client } = await start({ flags: { confirm: 'writes' } });
    const { error } = await callTool(client, 'create_computed_trait', { name: 'Shoes', query });
    expect(error?.code).toBe('confirmation_required');
    expect(error?.message).toMatch(
      /Create the computed trait "Shoes" .*\nIt will compute: .*Shoes Bought/,
    );
  });

  test('rehearses without sending anything', async () => {
    const { client, writes } = await start();
    const args = { name: 'Shoes', query, dryRun: true };
    const { structured } = await callTool(client, 'create_computed_trait', args);
    expect(structured.dryRun).toMatchObject({ after: { key: 'shoes' }, before: null });
    expect(writes()).toEqual([]);
  });
});

describe('update_computed_trait_for_space', () => {
  test('replaces the definition at the level of the trait', async () => {
    const { client, writes, clock } = await start();
    const { id } = await create(client);
    await clock.advance(60 * 60_000);
    const better = "event('Shoes Bought').sum(property('price'))";
    const args = { id, query: better };
    const { structured } = await callTool(client, 'update_computed_trait_for_space', args);
    expect(structured.computedTrait).toMatchObject({ definition: { query: better } });
    expect(String(structured.advice)).toMatch(/locked.*only through the API/);
    expect(writes()[1]?.body).toEqual({ definition: { query: better, type: 'USERS' } });
  });

  test('refuses a condition before anything is read', async () => {
    const { client, requests } = await start();
    const args = { id: 'ct_1', query: `${query} >= 1` };
    const { error } = await callTool(client, 'update_computed_trait_for_space', args);
    expect(error?.code).toBe('invalid_query');
    expect(requests).toEqual([]);
  });

  test('is stale where the trait has changed since it was read, and says how', async () => {
    const { client, writes, clock } = await start();
    const { id, updatedAt } = await create(client);
    await clock.advance(60 * 60_000);
    await callTool(client, 'update_computed_trait_for_space', { id, name: 'Boots' });
    const args = { id, enabled: false, expectedUpdatedAt: updatedAt };
    const { error } = await callTool(client, 'update_computed_trait_for_space', args);
    expect(error).toMatchObject({ code: 'stale', details: { computedTrait: { name: 'Boots' } } });
    expect(error?.message).toMatch(
      /The computed trait has changed.*name was "Shoes" and is now "Boots"/,
    );
    expect(writes()).toHaveLength(2);
  });

  test('asks before it redefines, with the audiences that use the key', async () => {
    const seeds = [
      { name: 'Fans', definition: { query: "trait('shoes') >= 3", level: 'users' as const } },
    ];
    const { client } = await start({ seeds, flags: { confirm: 'remove' } });
    const { id } = await create(client);
    const args = { id, query: "event('Shoes Bought').sum(property('price'))" };
    const { error } = await callTool(client, 'update_computed_trait_for_space', args);
    expect(error?.code).toBe('confirmation_required');
    expect(error?.message).toContain('Change the computed trait "Shoes"');
    expect(error?.message).toMatch(/Used by: "Fans"/);
    expect(error?.message).toMatch(/too early to edit it: its values/);
  });
});

describe('remove_computed_trait_from_space', () => {
  test('needs agreement, names the audiences that use it, and returns it as it was', async () => {
    const seeds = [
      { name: 'Fans', definition: { query: "trait('shoes') >= 3", level: 'users' as const } },
    ];
    const { client, writes } = await start({ seeds, flags: { confirm: 'remove' } });
    const { id } = await create(client);
    const asked = await callTool(client, 'remove_computed_trait_from_space', { id });
    expect(asked.error?.message).toMatch(/Delete the computed trait "Shoes" .* for good\./);
    expect(asked.error?.message).toContain('key can never be used again');
    expect(asked.error?.message).toContain(`Used by: "Fans" ("${firstId}")`);
    const { confirmation } = detailsSchema.parse(asked.error?.details);
    const args = { id, confirmation };
    const { structured } = await callTool(client, 'remove_computed_trait_from_space', args);
    expect(structured).toMatchObject({ status: 'SUCCESS', computedTrait: { id, key: 'shoes' } });
    expect(writes().map(({ method }) => method)).toEqual(['POST', 'DELETE']);
  });

  test('says that no audience uses it', async () => {
    const { client } = await start({ flags: { confirm: 'remove' } });
    const { id } = await create(client);
    const { error } = await callTool(client, 'remove_computed_trait_from_space', { id });
    expect(error?.message).toContain('Used by: no audience in the space.');
  });

  test('is done where the response was lost and the trait is gone', async () => {
    const { client, faults, through } = await start();
    const { id } = await create(client);
    let dropped = 0;
    faults(({ method }) => {
      if (method !== 'DELETE' || dropped > 0) return undefined;
      dropped += 1;
      return { kind: 'drop', when: 'after' };
    });
    const call = callTool(client, 'remove_computed_trait_from_space', { id });
    expect((await through(call)).structured.status).toBe('SUCCESS');
  });
});

describe('reading', () => {
  test('one explains its value', async () => {
    const { client } = await start();
    const { id } = await create(client);
    const { structured } = await callTool(client, 'get_computed_trait', { id });
    expect(structured.computedTrait).toMatchObject({ id, definition: { query, type: 'USERS' } });
    expect(structured.explanation).toMatch(/Shoes Bought/);
  });

  test('goes page by page in short rows', async () => {
    const { client } = await start();
    const names = ['A', 'B', 'C'];
    for (const name of names) await create(client, { name });
    const first = await callTool(client, 'list_computed_traits', { count: 2 });
    const { next } = z.object({ next: z.string() }).parse(first.structured.pagination);
    const second = await callTool(client, 'list_computed_traits', { count: 2, cursor: next });
    const rows = [first, second].flatMap(({ structured }) =>
      z.array(z.looseObject({ name: z.string() })).parse(structured.computedTraits),
    );
    expect(rows.map(({ name }) => name)).toEqual(names);
    expect(rows[0]).toEqual({
      id: expect.any(String),
      name: 'A',
      key: 'a',
      enabled: true,
      status: expect.any(String),
      type: 'users',
      query,
      updatedAt: expect.any(String),
    });
  });

  /** Answers lists with as many long rows as they ask for. */
  const longPage: Parameters<StandIn['faults']>[0] = ({ operation, path }) => {
    if (operation !== 'list_computed_traits') return undefined;
    const count = Number(new URLSearchParams(path.split('?')[1]).get('pagination.count'));
    const computedTraits = Array.from({ length: count }, (_, index) => ({
      id: `ct_${index}`,
      name: 'N'.repeat(250),
      definition: { query: `event('${'Q'.repeat(300)}').count()`, type: 'USERS' },
    }));
    const data = { computedTraits, pagination: { current: 'a', next: 'b' } };
    return { kind: 'answer', status: 200, body: JSON.stringify({ data }) };
  };

  test('leaves columns out of a page that is too long', async () => {
    const { client, faults } = await start();
    faults(longPage);
    const { structured } = await callTool(client, 'list_computed_traits', { count: 150 });
    expect(structured.notice).toMatch(/query and updatedAt are left out .* No row is missing/);
    expect(structured.computedTraits).toHaveLength(150);
  });

  test('ends a page that is far too long early, and says where it continues', async () => {
    const { client, faults } = await start();
    faults(longPage);
    const { structured, text } = await callTool(client, 'list_computed_traits', { count: 1000 });
    expect(structured.notice).toMatch(/It ends after 125 rows; .* pass pagination\.next as cursor/);
    expect(structured.computedTraits).toHaveLength(125);
    expect(structured.pagination).toMatchObject({ next: 'b' });
    expect(text.length).toBeLessThan(60_000);
  });
});

test.each(oneIn(2, hostile))('what strangers wrote is shown as data: %s', async (_, text) => {
  const { client, faults } = await start({ flags: { confirm: 'remove' } });
  const trait = {
    id: 'ct_1',
    name: text,
    key: text,
    description: text,
    definition: { query: `event('${text.replace(/[\\']/g, '')}').count()`, type: 'USERS' },
    updatedAt: text,
  };
  const data = { computedTrait: trait, computedTraits: [trait], pagination: {} };
  faults(({ operation, method }) =>
    method === 'GET' && operation.includes('computed_trait')
      ? { kind: 'answer', status: 200, body: JSON.stringify({ data }) }
      : undefined,
  );
  const calls: [tool: string, args: Record<string, unknown>][] = [
    ['list_computed_traits', {}],
    ['get_computed_trait', { id: 'ct_1' }],
    ['update_computed_trait_for_space', { id: 'ct_1', enabled: false }],
    ['update_computed_trait_for_space', { id: 'ct_1', name: 'N', expectedUpdatedAt: 'then' }],
    ['remove_computed_trait_from_space', { id: 'ct_1' }],
    ['remove_computed_trait_from_space', { id: 'ct_1', dryRun: true }],
  ];
  for (const [tool, args] of calls) {
    const result = await callTool(client, tool, args);
    expect(unseenIn(result.text)).toEqual([]);
    expect(result.text.split('\n')).toHaveLength(result.error ? 2 : 1);
    expect(result.text.length).toBeLessThan(100_000);
  }
});

test('a workspace without computed traits ends as unsupported', async () => {
  const { client, faults } = await start();
  const errors = [{ type: 'not-found', message: 'Feature not enabled', data: null }];
  faults(({ operation }) =>
    operation === 'list_computed_traits'
      ? { kind: 'answer', status: 404, body: JSON.stringify({ errors }) }
      : undefined,
  );
  const { error } = await callTool(client, 'list_computed_traits', {});
  expect(error?.code).toBe('unsupported');
});

test('computed traits are off by default', async () => {
  const { client } = await startStandIn({ edition: 'v1' });
  const { error } = await callTool(client, 'list_computed_traits', {});
  expect(error?.message).toContain('--toolsets');
});
