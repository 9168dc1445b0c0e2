import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { start } from '../../src/sandbox/start.ts';
import { startComposed } from '../support/composed.ts';
import { callTool } from '../support/in-memory.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { standInSpace, startStandIn } from '../support/stand-in.ts';

/*
 * What definitions of a space may speak of, through a client and a sandbox.
 */

const resultSchema = z.object({
  names: z.array(
    z.object({
      name: z.string(),
      type: z.string().optional(),
      lastSeenAt: z.string().optional(),
      entity: z.string().optional(),
      usedBy: z.number().optional(),
      samples: z.array(z.unknown()).optional(),
    }),
  ),
  source: z.string(),
  more: z.boolean(),
  advice: z.array(z.string()).optional(),
});

type Rig = Pick<Awaited<ReturnType<typeof startStandIn>>, 'client'>;

async function describeSchema({ client }: Rig, args: object) {
  const { structured, error } = await callTool(client, 'describe_space_schema', { ...args });
  expect(error).toBeUndefined();
  return resultSchema.parse(structured);
}

async function refusal({ client }: Rig, args: object) {
  return (await callTool(client, 'describe_space_schema', { ...args })).error;
}

const namesIn = ({ names }: z.infer<typeof resultSchema>) => names.map(({ name }) => name);

describe('Space Schema', () => {
  test('lists events with their type and when they were last seen', async () => {
    const rig = await startStandIn({ edition: 'v1' });
    const found = await describeSchema(rig, { kind: 'events' });
    expect(found).toMatchObject({ source: 'space_schema', more: false });
    expect(found.names).toContainEqual({
      name: 'Order Completed',
      type: 'TRACK',
      lastSeenAt: expect.stringMatching(/^20\d\d-/),
    });
  });

  test.each([
    ['events', {}, { events: [{ name: 5 }, { name: null }, null, { name: 'A', samples: ['x'] }] }],
    [
      'properties',
      { event: 'A' },
      { eventProperties: [{ name: null }, { name: 'A', samples: ['x'] }] },
    ],
    ['traits', {}, { traits: [{ trait: null }, { trait: 'A', samples: ['x'] }] }],
    ['entities', {}, { entityPaths: [null, { id: 7, relationshipSlugs: ['A'], samples: ['x'] }] }],
    [
      'entity_properties',
      { entity: 'a' },
      { entityProperties: [{ name: null }, { name: 'A', samples: ['x'] }] },
    ],
  ])(
    'of %s: odd rows break no page, and samples that Segment sends unasked are not shown',
    async (kind, args, data) => {
      for (const flags of [{}, { 'no-samples': true }]) {
        const rig = await startStandIn({ edition: 'v1', flags });
        const body = JSON.stringify({ data });
        rig.faults(() => ({ kind: 'answer', status: 200, body }));
        const { names } = await describeSchema(rig, { kind, ...args });
        expect(names).toEqual([{ name: 'A' }]);
      }
    },
  );

  test('looks for a part of the name, and says whether there are more', async () => {
    const rig = await startStandIn({ edition: 'v1' });
    const found = await describeSchema(rig, { kind: 'events', search: 'shoes', limit: 1 });
    expect(found.names).toHaveLength(1);
    expect(namesIn(found)[0]).toMatch(/^Shoes/);
    expect(found).toMatchObject({ more: true, advice: [expect.stringMatching(/search/)] });
  });

  test('lists properties of an event as definitions write them, without values', async () => {
    const rig = await startStandIn({ edition: 'v1' });
    const found = await describeSchema(rig, { kind: 'properties', event: 'Order Completed' });
    expect(namesIn(found)).toEqual(expect.arrayContaining(['revenue', 'quantity']));
    expect(found.names.filter(({ type }) => type === 'CONTEXT')).not.toEqual([]);
    for (const { name, type, samples } of found.names) {
      expect(name.startsWith('context.')).toBe(type === 'CONTEXT');
      expect(samples).toBeUndefined();
    }
  });

  test('gives values where they are asked for', async () => {
    const rig = await startStandIn({ edition: 'v1' });
    const found = await describeSchema(rig, { kind: 'traits', search: 'plan', samples: true });
    const [plan] = found.names;
    expect(plan).toMatchObject({ name: 'plan', type: 'CUSTOM' });
    expect(plan?.samples).toContain('vip');
  });

  test('lists audiences among the traits, and traits of accounts by themselves', async () => {
    const seeds = [
      { name: 'VIP members', definition: { query: "trait('plan') = 'vip'", level: 'users' } },
    ] as const;
    const rig = await startStandIn({ edition: 'v1', seeds });
    const users = await describeSchema(rig, { kind: 'traits' });
    expect(users.names).toContainEqual(
      expect.objectContaining({ name: 'vip_members', type: 'AUDIENCE' }),
    );
    const accounts = await describeSchema(rig, { kind: 'account_traits' });
    expect(namesIn(accounts)).toContain('industry');
    expect(namesIn(users)).not.toContain('industry');
  });

  test('lists entities by what entity() takes, and by what leads to their properties', async () => {
    const sandbox = await start({ clock: new ManualClock() });
    await using program = await startComposed(
      { 'api-url': sandbox.url, space: 'spa_shop_production' },
      { SEGMENT_API_TOKEN: 'sgp_token_for_tests' },
      { clock: new ManualClock() },
    );
    const { names } = await describeSchema(program, { kind: 'entities' });
    expect(names).toEqual([
      { name: 'orders', type: 'Order', entity: 'order' },
      { name: 'order-products', type: 'Product', entity: 'product' },
    ]);
    const kind = 'entity_properties';
    const of = (entity: string, more: object = {}) =>
      describeSchema(program, { kind, entity, ...more });
    const byEntity = await of('order');
    expect(byEntity.names).toContainEqual({
      name: 'order_id',
      type: expect.stringMatching(/, primary key$/),
    });
    // Its relationship is what definitions have.
    expect(await of('orders')).toMatchObject({ names: byEntity.names, source: 'space_schema' });
    expect(namesIn(await of('order', { search: 'TOT' }))).toEqual(['total']);
    expect(await refusal(program, { kind, entity: 'nothing' })).toMatchObject({
      code: 'not_found',
    });
    await sandbox.close();
  });

  test('a missing event is distinguished from a missing schema', async () => {
    const rig = await startStandIn({ edition: 'v1' });
    const args = { kind: 'properties', event: 'Nothing' };
    expect(await refusal(rig, args)).toMatchObject({
      code: 'not_found',
      next: expect.stringMatching(/kind events/),
    });
    expect(await describeSchema(rig, { kind: 'events' })).toMatchObject({
      source: 'space_schema',
    });
  });

  test('stays under 60,000 characters', async () => {
    const rig = await startStandIn({ edition: 'v1' });
    const traits = Array.from({ length: 200 }, (_, index) => ({
      trait: `${index}`.padEnd(900, '\u202e'),
      samples: ['x'.repeat(9000), { deep: 'y'.repeat(9000) }],
    }));
    rig.faults(() => ({ kind: 'alter', alter: () => ({ data: { traits } }) }));
    const args = { kind: 'traits', samples: true, limit: 200 };
    const { text, structured } = await callTool(rig.client, 'describe_space_schema', args);
    expect(text.length).toBeLessThan(60_000);
    // A higher limit would not help, and there is none.
    expect(structured).toMatchObject({
      more: true,
      advice: ['There are more names: pass search.'],
    });
    const some = await callTool(rig.client, 'describe_space_schema', { kind: 'traits', limit: 2 });
    expect(some.structured.advice).toEqual([
      'There are more names: pass search, or a higher limit.',
    ]);
  });
});

describe('without Space Schema, the names of existing definitions', () => {
  const seeds = [
    {
      name: 'A',
      definition: {
        query: "event('Order Completed').where( property('revenue') > 5 ).count() >= 1",
        level: 'users',
      },
    },
    {
      name: 'B',
      definition: {
        query: "event('Order Completed').count() >= 1 AND trait('plan') = 'vip'",
        level: 'users',
      },
    },
    {
      name: 'C',
      definition: { query: "event('Shoes Bought').sum(property('price')) > 5", level: 'users' },
    },
  ] as const;

  test.each([
    [{ kind: 'events' }, { 'Order Completed': 2, 'Shoes Bought': 1 }],
    [{ kind: 'events', search: 'SHOES' }, { 'Shoes Bought': 1 }],
    [{ kind: 'properties', event: 'Order Completed' }, { revenue: 1 }],
    [{ kind: 'traits' }, { plan: 1 }],
    [{ kind: 'entities' }, {}],
  ])('%j', async (args, expected) => {
    const rig = await startStandIn({ edition: 'v1alpha', seeds, flags: { edition: 'v1alpha' } });
    const found = await describeSchema(rig, args);
    expect(found).toMatchObject({
      source: 'definitions',
      more: false,
      advice: [
        expect.stringMatching(
          /^list_\w+ is not supported by the v1alpha edition of the API\. .* names that existing audiences use/,
        ),
      ],
    });
    expect(Object.fromEntries(found.names.map(({ name, usedBy }) => [name, usedBy]))).toEqual(
      expected,
    );
  });

  test('where the workspace has no such feature, which is remembered', async () => {
    const rig = await startStandIn({ edition: 'v1', seeds, flags: { edition: 'v1' } });
    const body = JSON.stringify({ errors: [{ type: 'forbidden', message: 'No' }] });
    rig.faults(({ operation }) =>
      operation === 'list_events' ? { kind: 'answer', status: 403, body } : undefined,
    );
    const found = await describeSchema(rig, { kind: 'events' });
    expect(namesIn(found)).toEqual(['Order Completed', 'Shoes Bought']);
    const count = rig.requests.length;
    await describeSchema(rig, { kind: 'events', search: 'Shoes' });
    expect(rig.requests).toHaveLength(count);
  });

  test('other errors are errors', async () => {
    const rig = await startStandIn({ edition: 'v1', seeds, flags: { edition: 'v1' } });
    rig.faults(() => ({ kind: 'answer', status: 401, body: '' }));
    expect(await refusal(rig, { kind: 'events' })).toMatchObject({ code: 'unauthorized' });
  });
});

describe('is refused', () => {
  test.each([
    [{ kind: 'properties' }, 'event'],
    [{ kind: 'events', event: 'A' }, 'event'],
    [{ kind: 'entity_properties' }, 'entity'],
    [{ kind: 'traits', entity: 'order' }, 'entity'],
  ])('%j', async (args, field) => {
    const rig = await startStandIn({ edition: 'v1' });
    expect(await refusal(rig, args)).toMatchObject({ code: 'invalid_input', field });
    expect(rig.requests).toEqual([]);
  });

  test('samples under --no-samples, whatever is asked for', async () => {
    const rig = await startStandIn({ edition: 'v1', flags: { 'no-samples': true } });
    const error = await refusal(rig, { kind: 'traits', samples: true });
    expect(error).toMatchObject({ code: 'invalid_input', field: 'samples' });
    expect(rig.requests).toEqual([]);
    expect(await describeSchema(rig, { kind: 'traits', samples: false })).toBeDefined();
  });

  test('a space that may not be touched', async () => {
    const flags = { 'allowed-spaces': standInSpace };
    const rig = await startStandIn({ edition: 'v1', flags });
    const args = { kind: 'events', spaceId: 'spa_2' };
    expect(await refusal(rig, args)).toMatchObject({ code: 'space_not_allowed' });
    expect(rig.requests).toEqual([]);
  });
});
