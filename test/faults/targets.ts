import type { SandboxSeed } from '../../src/sandbox/start.ts';
import type { OperationName } from '../../src/segment/contract.ts';
import type { Expected, Kind } from './rows.ts';

/** A tool, the operation whose requests are hit, and how it is called. */
export interface Target {
  tool: string;
  operation: OperationName;
  /** What sandbox and program speak: the seed's edition, and `auto`, if it is left out. */
  edition?: 'v1';
  kind: Kind;
  /** How many other requests the tool makes before that of its operation, where all is recorded. */
  readsFirst: number;
  /** The request by which it looks before each attempt, if it does. */
  looksBy?: OperationName;
  /** Whether it looks, and finds, where its request took effect and was not answered. */
  looksAfterLoss?: boolean;
  /** Whether its call succeeds without what the operation reads, and says that it is not known. */
  canDoWithout?: boolean;
  /** The rows by which it shows that the workspace lacks what the operation needs. */
  lack?: { rows: readonly string[]; isRemembered: boolean };
  /** What the tool asks at the same time as its operation. */
  alongside?: OperationName;
  /** How calls end that end otherwise than those of their kind, by the name of the row. */
  ends?: Readonly<Record<string, Partial<Expected>>>;
  /** Whether it only reads, although its request may be sent once only: no line is written of it. */
  isUnrecorded?: true;
  /** What it says when it waits for Segment to be ready, for this many milliseconds. */
  waits?: { message: string; ms: number };
  /** What is posted to the sandbox beforehand, below the space; it takes effect within three seconds. */
  before?: { path: string; bodies: readonly object[] };
  /** The arguments of two calls that do not get in each other's way. */
  args: readonly [object, object];
}

/** The sandbox's smaller space: it computes the sizes of audiences in no time. */
export const space = 'spa_shop_staging';
const [first, second] = ['aud_000000011', 'aud_000000012'];
const query = "event('Shoes Bought').count() >= 1";

/** What the space holds in today's edition, beyond what there was in 2024. */
export const seed: SandboxSeed = {
  spaces: [
    {
      id: space,
      audiences: ['First', 'Second', 'Third', 'Fourth'].map((name, index) => ({
        id: `aud_linked_${index}`,
        name,
        audienceType: 'LINKED',
        definition: { query: "entity('orders').count() >= 1" },
        createdAt: '-30d',
        schedules: index < 2 ? [{ strategy: 'PERIODIC', config: { interval: '1d' } }] : [],
      })),
      computedTraits: ['First', 'Second'].map((name) => ({
        name,
        definition: { query: "event('Shoes Bought').count()", type: 'USERS' },
        createdAt: '-30d',
      })),
      entities: [{ slug: 'orders', primaryKey: 'id' }],
      events: [{ name: 'Shoes Bought', properties: { price: [1] } }],
    },
  ],
};

const linked = ['aud_linked_0', 'aud_linked_1'] as const;
const scheduleId = ['sch_000000001', 'sch_000000002'] as const;
const traits = ['ct_000000001', 'ct_000000002'] as const;

/** The ids of the previews that were started first. */
function previewId(number: number): string {
  const execution = 'compute_preview_execution';
  return `${String(number).padStart(27, '0')}-${execution}-${space}-${execution}`;
}

/** A tool whose operation has its name. */
const named = (operation: OperationName) => ({ tool: operation, operation });

/** How Segment may refuse what a workspace lacks. */
const refusals = ['401', '403', '404'];

/** What list_spaces shows where Segment lists none: the spaces that are configured. */
const configured = { code: 'success' } as const;

/** What describe_space_schema shows where Segment shows no schema: the names in definitions. */
const fromDefinitions = { code: 'success' } as const;

export const targets: readonly Target[] = [
  { ...named('list_audiences'), kind: 'read', readsFirst: 0, args: [{}, {}] },
  { ...named('get_audience'), kind: 'read', readsFirst: 0, args: [{ id: first }, { id: second }] },
  {
    ...named('create_audience'),
    kind: 'once',
    readsFirst: 1,
    looksAfterLoss: true,
    args: [
      { name: 'First', query, checkNames: false },
      { name: 'Second', query, checkNames: false },
    ],
  },
  {
    ...named('update_audience_for_space'),
    kind: 'once',
    readsFirst: 2,
    looksBy: 'get_audience',
    args: [
      { id: first, description: 'New' },
      { id: second, description: 'New' },
    ],
  },
  {
    ...named('remove_audience_from_space'),
    kind: 'remove',
    readsFirst: 2,
    looksBy: 'get_audience',
    args: [{ id: first }, { id: second }],
  },
  {
    tool: 'find_audiences',
    operation: 'list_audiences',
    edition: 'v1',
    kind: 'read',
    readsFirst: 0,
    // 200, 100, 50, 25, 12, 6, 3 rows, and 1.
    ends: { 'more than 10 MB': { requests: 8 } },
    args: [{}, { maxAgeSeconds: 0 }],
  },
  {
    ...named('list_spaces'),
    edition: 'v1',
    kind: 'read',
    readsFirst: 0,
    lack: { rows: ['403', '404'], isRemembered: true },
    ends: { '401': configured, '403': configured, '404': configured },
    args: [{}, {}],
  },
  {
    tool: 'list_audience_destinations',
    operation: 'list_destinations_from_audience',
    alongside: 'list_activations_from_audience',
    lack: { rows: refusals, isRemembered: false },
    edition: 'v1',
    kind: 'read',
    readsFirst: 0,
    args: [{ id: linked[0] }, { id: linked[1] }],
  },
  {
    tool: 'list_audience_schedules',
    operation: 'list_audience_schedules_from_space_and_audience',
    lack: { rows: refusals, isRemembered: false },
    edition: 'v1',
    kind: 'read',
    readsFirst: 1,
    args: [{ id: linked[0] }, { id: linked[1] }],
  },
  {
    tool: 'set_audience_schedule',
    operation: 'add_audience_schedule_to_audience',
    edition: 'v1',
    kind: 'once',
    readsFirst: 6,
    looksBy: 'get_audience',
    args: [
      { id: 'aud_linked_2', interval: '1h' },
      { id: 'aud_linked_3', interval: '1h' },
    ],
  },
  {
    tool: 'set_audience_schedule',
    operation: 'update_audience_schedule_for_audience',
    edition: 'v1',
    kind: 'once',
    readsFirst: 4,
    looksBy: 'get_audience',
    args: [
      { id: linked[0], scheduleId: scheduleId[0], interval: '1h' },
      { id: linked[1], scheduleId: scheduleId[1], interval: '1h' },
    ],
  },
  {
    tool: 'remove_audience_schedule',
    operation: 'remove_audience_schedule_from_audience',
    edition: 'v1',
    kind: 'once',
    readsFirst: 4,
    looksBy: 'get_audience',
    args: [
      { id: linked[0], scheduleId: scheduleId[0] },
      { id: linked[1], scheduleId: scheduleId[1] },
    ],
  },
  {
    tool: 'run_audience',
    operation: 'force_execute_audience_run',
    lack: { rows: refusals, isRemembered: false },
    edition: 'v1',
    kind: 'once',
    readsFirst: 2,
    looksBy: 'get_audience',
    args: [{ id: linked[0] }, { id: linked[1] }],
  },
  {
    ...named('list_computed_traits'),
    edition: 'v1',
    kind: 'read',
    readsFirst: 0,
    lack: { rows: refusals, isRemembered: true },
    args: [{}, {}],
  },
  {
    ...named('get_computed_trait'),
    edition: 'v1',
    kind: 'read',
    readsFirst: 0,
    args: [{ id: traits[0] }, { id: traits[1] }],
  },
  {
    ...named('create_computed_trait'),
    edition: 'v1',
    kind: 'once',
    readsFirst: 1,
    looksAfterLoss: true,
    args: [
      { name: 'Third', query: "event('Shoes Bought').count()" },
      { name: 'Fourth', query: "event('Shoes Bought').count()" },
    ],
  },
  {
    ...named('update_computed_trait_for_space'),
    edition: 'v1',
    kind: 'once',
    readsFirst: 2,
    looksBy: 'get_computed_trait',
    args: [
      { id: traits[0], description: 'New' },
      { id: traits[1], description: 'New' },
    ],
  },
  {
    ...named('remove_computed_trait_from_space'),
    edition: 'v1',
    kind: 'remove',
    readsFirst: 2,
    looksBy: 'get_computed_trait',
    args: [{ id: traits[0] }, { id: traits[1] }],
  },
  {
    tool: 'preview_audience',
    operation: 'create_audience_preview',
    lack: { rows: refusals, isRemembered: false },
    edition: 'v1',
    kind: 'once',
    readsFirst: 0,
    isUnrecorded: true,
    waits: { message: 'the preview is running', ms: 3000 },
    args: [
      { query, checkNames: false },
      { query: `NOT ${query}`, checkNames: false },
    ],
  },
  {
    tool: 'preview_audience',
    operation: 'get_audience_preview',
    // A 404 is about the preview: it has expired.
    lack: { rows: ['401', '403'], isRemembered: false },
    edition: 'v1',
    kind: 'read',
    readsFirst: 0,
    before: {
      path: '/audiences/previews',
      bodies: [query, `NOT ${query}`].map((text) => ({
        audienceType: 'USERS',
        definition: { query: text },
      })),
    },
    args: [{ previewId: previewId(1) }, { previewId: previewId(2) }],
  },
  {
    tool: 'get_audience',
    operation: 'list_audience_consumers_from_space_and_audience',
    // Where Segment can't say it, the definitions of the space do.
    alongside: 'list_audiences',
    edition: 'v1',
    kind: 'read',
    readsFirst: 1,
    canDoWithout: true,
    args: [
      { id: linked[0], include: ['usedBy'] },
      { id: linked[1], include: ['usedBy'] },
    ],
  },
  {
    tool: 'list_audience_destinations',
    operation: 'list_activations_from_audience',
    alongside: 'list_destinations_from_audience',
    edition: 'v1',
    kind: 'read',
    readsFirst: 0,
    canDoWithout: true,
    // What is asked at the same time finds no connection either.
    ends: { 'connection refused': { code: 'unreachable' } },
    args: [{ id: linked[0] }, { id: linked[1] }],
  },
  {
    tool: 'describe_space_schema',
    operation: 'list_events',
    edition: 'v1',
    kind: 'read',
    readsFirst: 0,
    lack: { rows: refusals, isRemembered: true },
    ends: { '401': fromDefinitions, '403': fromDefinitions, '404': fromDefinitions },
    args: [{ kind: 'events' }, { kind: 'events' }],
  },
  {
    tool: 'describe_space_schema',
    operation: 'list_properties_from_event',
    edition: 'v1',
    kind: 'read',
    readsFirst: 0,
    args: [
      { kind: 'properties', event: 'Shoes Bought' },
      { kind: 'properties', event: 'Shoes Bought' },
    ],
  },
  {
    tool: 'describe_space_schema',
    operation: 'list_traits',
    edition: 'v1',
    kind: 'read',
    readsFirst: 0,
    lack: { rows: refusals, isRemembered: true },
    ends: { '401': fromDefinitions, '403': fromDefinitions, '404': fromDefinitions },
    args: [{ kind: 'traits' }, { kind: 'account_traits' }],
  },
  {
    tool: 'describe_space_schema',
    operation: 'list_entity_paths',
    edition: 'v1',
    kind: 'read',
    readsFirst: 0,
    lack: { rows: refusals, isRemembered: true },
    ends: { '401': fromDefinitions, '403': fromDefinitions, '404': fromDefinitions },
    args: [{ kind: 'entities' }, { kind: 'entities' }],
  },
  {
    tool: 'describe_space_schema',
    operation: 'list_properties_from_entity',
    edition: 'v1',
    kind: 'read',
    readsFirst: 0,
    args: [
      { kind: 'entity_properties', entity: 'orders' },
      { kind: 'entity_properties', entity: 'orders' },
    ],
  },
];
