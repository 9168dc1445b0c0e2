import { describe, expect, test } from 'vitest';
import type { SeedSpace } from '../../src/sandbox/start.ts';
import { registry, tools } from '../../src/tools/registry.ts';
import { defaultToolsets, isToolset } from '../../src/tools/toolsets.ts';
import { startComposed } from '../support/composed.ts';
import { callTool } from '../support/in-memory.ts';
import { ManualClock } from '../support/manual-clock.ts';
import {
  type StandIn,
  type StandInOptions,
  sharedStandIn,
  startStandIn,
} from '../support/stand-in.ts';

/*
 * The fences of whoever runs the server, around every tool: what is switched off, spaces that are not
 * allowed, agreement, and people's values.
 */

const query = "event('Shoes Bought').count() >= 1";
const scalar = "event('Shoes Bought').count()";

const world: Omit<SeedSpace, 'id'> & { besides: SeedSpace[] } = {
  audiences: [
    ...['First', 'Second'].map((name) => ({
      id: `aud_${name.toLowerCase()}`,
      name,
      audienceType: 'USERS' as const,
      definition: { query },
      createdAt: '-30d',
    })),
    {
      id: 'aud_linked',
      name: 'Linked',
      audienceType: 'LINKED',
      definition: { query: "entity('orders').count() >= 1" },
      createdAt: '-30d',
      schedules: [{ strategy: 'PERIODIC', config: { interval: '1d' } }],
    },
  ],
  computedTraits: [
    { name: 'Number', definition: { query: scalar, type: 'USERS' }, createdAt: '-30d' },
  ],
  entities: [{ slug: 'orders', primaryKey: 'id' }],
  profiles: [
    {
      id: 'use_1',
      traits: { email: 'private@people.example' },
      events: [{ name: 'Shoes Bought', at: '-1d', properties: { note: 'private note' } }],
    },
  ],
  besides: [{ id: 'spa_other', audiences: [] }],
};

interface Call {
  tool: string;
  args: object;
  /** Whether it needs agreement, although `--confirm` is `remove`. */
  isGrave?: true;
}

/** At least one call of every tool. */
const calls: readonly Call[] = [
  { tool: 'list_audiences', args: {} },
  { tool: 'get_audience', args: { id: 'aud_first' } },
  { tool: 'get_audience', args: { id: 'aud_first', include: ['destinations', 'usedBy'] } },
  { tool: 'check_audience_query', args: { query } },
  { tool: 'check_audience_query', args: { query, checkNames: true } },
  { tool: 'create_audience', args: { name: 'New', query } },
  { tool: 'update_audience_for_space', args: { id: 'aud_first', name: 'Other' } },
  {
    tool: 'update_audience_for_space',
    args: { id: 'aud_first', enabled: false },
    isGrave: true,
  },
  { tool: 'remove_audience_from_space', args: { id: 'aud_first' }, isGrave: true },
  ...['disable', 'remove'].map(
    (action): Call => ({
      tool: 'change_audiences',
      args: { ids: ['aud_first', 'aud_second'], action },
      isGrave: true,
    }),
  ),
  { tool: 'copy_audience', args: { id: 'aud_first', name: 'Copy' } },
  { tool: 'find_audiences', args: {} },
  { tool: 'list_spaces', args: {} },
  { tool: 'list_audience_destinations', args: { id: 'aud_first' } },
  { tool: 'preview_audience', args: { query } },
  { tool: 'describe_space_schema', args: { kind: 'events' } },
  { tool: 'list_audience_schedules', args: { id: 'aud_linked' } },
  { tool: 'set_audience_schedule', args: { id: 'aud_linked', interval: '1h' } },
  { tool: 'remove_audience_schedule', args: { id: 'aud_linked' }, isGrave: true },
  { tool: 'run_audience', args: { id: 'aud_linked' }, isGrave: true },
  { tool: 'list_computed_traits', args: {} },
  { tool: 'get_computed_trait', args: { id: 'ct_000000001' } },
  { tool: 'create_computed_trait', args: { name: 'New', query: scalar } },
  { tool: 'update_computed_trait_for_space', args: { id: 'ct_000000001', name: 'Other' } },
  {
    tool: 'update_computed_trait_for_space',
    args: { id: 'ct_000000001', enabled: false },
    isGrave: true,
  },
  { tool: 'remove_computed_trait_from_space', args: { id: 'ct_000000001' }, isGrave: true },
];

const writing = new Set(tools.filter(({ hints }) => !hints.readOnlyHint).map(({ name }) => name));
const reads = calls.filter(({ tool }) => !writing.has(tool));
const writes = calls.filter(({ tool }) => writing.has(tool));
const named = (some: readonly Call[]) => some.map((call) => [call.tool, call] as const);

describe('a server that was started without a token', () => {
  const isFree = ({ tool }: Call) => tool === 'check_audience_query';
  const flags = { 'start-without-token': true, space: 'spa_1', toolsets: 'all' };
  const startWithout = () => startComposed(flags, {}, { clock: new ManualClock() });

  test.each(named(calls.filter((call) => !isFree(call))))(
    '%s says where to enter one',
    async (tool, { args }) => {
      await using program = await startWithout();
      const { error } = await callTool(program.client, tool, { ...args });
      expect(error).toMatchObject({
        code: 'unauthorized',
        message: expect.stringMatching(/no token.*Nothing was sent/),
        next: expect.stringMatching(/settings in their client.*SEGMENT_API_TOKEN/),
      });
    },
  );

  test('lists its tools, tells the model, and checks definitions', async () => {
    await using program = await startWithout();
    const { client } = program;
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(tools.map(({ name }) => name)));
    expect(client.getInstructions()).toContain('no token for Segment yet');
    for (const { tool, args } of calls.filter(isFree)) {
      const { error, text } = await callTool(client, tool, { ...args });
      expect(error).toBeUndefined();
      expect(JSON.parse(text)).toMatchObject({ valid: true });
    }
  });
});

type GivenFlags = NonNullable<StandInOptions['flags']>;
const optionsWith = (flags: GivenFlags): StandInOptions => {
  return { edition: 'v1', world, flags: { toolsets: 'all', ...flags } };
};

async function start(flags: GivenFlags) {
  return callable(await startStandIn(optionsWith(flags)));
}

/** One program for all tests of a `describe`, where none of them changes anything. */
function shared(flags: GivenFlags) {
  const standIn = sharedStandIn(optionsWith(flags));
  return () => callable(standIn());
}

function callable(rig: StandIn) {
  /** Lets time pass while a preview is waited for. */
  const call = ({ tool, args }: Call, more: object = {}) => {
    const onprogress = () => rig.isWaitedFor(3000);
    return rig.through(callTool(rig.client, tool, { ...args, ...more }, { onprogress }));
  };
  /** Writes of the sandbox but for previews, which leave nothing behind. */
  const written = () => rig.writes().filter(({ path }) => !path.includes('/previews'));
  return { ...rig, call, written };
}

const offeredBy = async ({ client }: StandIn) =>
  (await client.listTools()).tools.map(({ name }) => name);
const namesOf = (some: readonly { name: string }[]) => some.map(({ name }) => name);

test('every tool is called here', () => {
  expect(new Set(calls.map(({ tool }) => tool))).toEqual(new Set(namesOf(tools)));
});

describe('--read-only', () => {
  const running = shared({ 'read-only': true });

  test('leaves only the tools that read', async () => {
    const rig = running();
    expect(await offeredBy(rig)).toEqual(namesOf(tools).filter((name) => !writing.has(name)));
  });

  test.each(named(writes))('refuses %s before anything is sent', async (tool, call) => {
    const rig = running();
    const { error } = await rig.call(call);
    expect(error).toMatchObject({ code: 'invalid_input' });
    expect(error?.message).toContain(`${tool} is disabled on this server by --read-only`);
    expect(rig.requests).toEqual([]);
  });

  test.each(named(reads))('lets %s work, and writes nothing', async (_, call) => {
    const rig = running();
    expect((await rig.call(call)).error).toBeUndefined();
    expect(rig.written()).toEqual([]);
  });
});

describe('--allowed-spaces', () => {
  const running = shared({ 'allowed-spaces': 'spa_1' });
  const inSpace = calls.filter(({ tool, args }) => {
    const asksNothing = tool === 'check_audience_query' && !('checkNames' in args);
    return tool !== 'list_spaces' && !asksNothing;
  });

  test.each(named(inSpace))('keeps %s out of another space', async (_, call) => {
    const rig = running();
    const { error } = await rig.call(call, { spaceId: 'spa_other' });
    expect(error?.code).toBe('space_not_allowed');
    expect(rig.requests).toEqual([]);
  });

  test.each(named(writes))('also keeps a dry run of %s out of it', async (_, call) => {
    const rig = running();
    const { error } = await rig.call(call, { spaceId: 'spa_other', dryRun: true });
    expect(error?.code).toBe('space_not_allowed');
    expect(rig.requests).toEqual([]);
  });

  test('keeps a copy out of it', async () => {
    const rig = await start({ 'allowed-spaces': 'spa_1' });
    const copy = { tool: 'copy_audience', args: { id: 'aud_first', toSpaceId: 'spa_other' } };
    expect((await rig.call(copy)).error?.code).toBe('space_not_allowed');
    expect(rig.requests.filter(({ spaceId }) => spaceId === 'spa_other')).toEqual([]);
    expect(rig.writes()).toEqual([]);
  });

  test('hides it from list_spaces', async () => {
    const rig = await start({ 'allowed-spaces': 'spa_1' });
    const { structured } = await rig.call({ tool: 'list_spaces', args: {} });
    expect(structured.spaces).toMatchObject([{ id: 'spa_1' }]);
    expect(structured.spaces).toHaveLength(1);
  });
});

describe('--toolsets', () => {
  test.each(Object.keys(registry))('%s leaves its tools only', async (name) => {
    const rig = await start({ toolsets: name });
    const own = isToolset(name) ? namesOf(registry[name]) : [];
    expect(await offeredBy(rig)).toEqual(own);
    const other = calls.find(({ tool }) => !own.includes(tool));
    const { error } = other ? await rig.call(other) : {};
    expect(error?.message).toContain('is disabled on this server by --toolsets');
    expect(rig.requests).toEqual([]);
  });

  test('leaves out the schedules and computed traits by default', async () => {
    const rig = await startStandIn({ edition: 'v1', world });
    const byDefault = defaultToolsets.flatMap((name) => namesOf(registry[name]));
    expect(await offeredBy(rig)).toEqual(byDefault);
    const { schedules, computed_traits } = registry;
    for (const name of namesOf([...schedules, ...computed_traits])) {
      expect(byDefault).not.toContain(name);
    }
  });
});

describe('--tools', () => {
  test.each(namesOf(tools))('%s leaves it alone', async (name) => {
    // It picks from all of them, whatever is offered by default.
    const rig = await startStandIn({ edition: 'v1', world, flags: { tools: name } });
    expect(await offeredBy(rig)).toEqual([name]);
  });

  test('with --toolsets leaves what both name', async () => {
    const both = { tools: 'run_audience,find_audiences', toolsets: 'schedules' };
    expect(await offeredBy(await start(both))).toEqual(['run_audience']);
  });
});

describe('--confirm', () => {
  test.each(named(writes))('none: %s is carried out at once', async (_, call) => {
    const rig = await start({ confirm: 'none' });
    expect((await rig.call(call)).error).toBeUndefined();
    expect(rig.written().length).toBeGreaterThan(0);
  });

  test.each(named(writes))('remove: %s needs agreement if it is grave', async (_, call) => {
    const rig = await start({ confirm: 'remove' });
    const { error } = await rig.call(call);
    expect(error?.code).toBe(call.isGrave && 'confirmation_required');
    expect(rig.written().length > 0).toBe(!call.isGrave);
  });

  test.each(named(writes))('writes: %s needs agreement, once', async (_, call) => {
    const rig = await start({ confirm: 'writes' });
    const { error } = await rig.call(call);
    expect(error?.code).toBe('confirmation_required');
    expect(rig.written()).toEqual([]);
    const { confirmation } = Object(error?.details);
    expect((await rig.call(call, { confirmation })).error).toBeUndefined();
    const sent = rig.written().length;
    expect(sent).toBeGreaterThan(0);
    await rig.call(call, { confirmation });
    expect(rig.written()).toHaveLength(sent);
  });

  const reading = shared({ confirm: 'writes' });
  test.each(named(reads))('writes: %s needs none', async (_, call) => {
    const rig = reading();
    expect((await rig.call(call)).error).toBeUndefined();
  });
});

describe('--no-samples', () => {
  const sampled: readonly Call[] = [
    { tool: 'preview_audience', args: { query } },
    { tool: 'describe_space_schema', args: { kind: 'traits' } },
    { tool: 'describe_space_schema', args: { kind: 'properties', event: 'Shoes Bought' } },
  ];

  const running = shared({ 'no-samples': true });
  test.each(named(sampled))('refuses them to %s before anything is sent', async (_, call) => {
    const rig = running();
    const { error } = await rig.call(call, { samples: true });
    expect(error).toMatchObject({ code: 'invalid_input', field: 'samples' });
    expect(rig.requests).toEqual([]);
  });

  const without = shared({});
  test.each(named(sampled))('does not affect %s where it is not set', async (_, call) => {
    const rig = without();
    const { text } = await rig.call(call, { samples: true });
    expect(text).toMatch(/private|use_1/);
  });

  test.each(named(reads))('and without it %s shows none unless it is asked to', async (_, call) => {
    const rig = without();
    expect((await rig.call(call)).text).not.toMatch(/private|use_1/);
  });
});
