import type { SandboxEdition } from '../../src/sandbox/editions.ts';
import type { SandboxOperation } from '../../src/sandbox/operations.ts';
import type { SandboxSeed } from '../../src/sandbox/start.ts';
import type { Kind } from './rows.ts';

/** A tool, an operation that it makes a request of, and how it is called. */
export interface Target {
  tool: string;
  operation: SandboxOperation;
  /** The edition that the sandbox speaks. */
  edition: SandboxEdition;
  kind: Kind;
  /** How many other requests the tool makes before that of its operation, where all is recorded. */
  readsFirst: number;
  /** The request by which it looks before each attempt, if it does. */
  looksBy?: SandboxOperation;
  /** Whether it looks, and finds, where its request took effect and was not answered. */
  looksAfterLoss?: boolean;
  /**
   * Whether its operation is of a part of Segment that a workspace may lack: there 403 and 404 mean
   * that (test/segment/features.test.ts).
   */
  ofFeature?: boolean;
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
    },
  ],
};

type TargetOf2024 = Omit<Target, 'tool' | 'operation' | 'edition'> & { tool: SandboxOperation };

const targetsOf2024: readonly TargetOf2024[] = [
  { tool: 'list_audiences', kind: 'read', readsFirst: 0, args: [{}, {}] },
  { tool: 'get_audience', kind: 'read', readsFirst: 0, args: [{ id: first }, { id: second }] },
  {
    tool: 'create_audience',
    kind: 'once',
    readsFirst: 1,
    looksAfterLoss: true,
    args: [
      { name: 'First', query },
      { name: 'Second', query },
    ],
  },
  {
    tool: 'update_audience_for_space',
    kind: 'once',
    readsFirst: 2,
    looksBy: 'get_audience',
    args: [
      { id: first, description: 'New' },
      { id: second, description: 'New' },
    ],
  },
  {
    tool: 'remove_audience_from_space',
    kind: 'remove',
    readsFirst: 2,
    looksBy: 'get_audience',
    args: [{ id: first }, { id: second }],
  },
];

const linked = ['aud_linked_0', 'aud_linked_1'] as const;
const scheduleId = ['sch_000000001', 'sch_000000002'] as const;
const traits = ['ct_000000001', 'ct_000000002'] as const;

const targetsOfToday: readonly Omit<Target, 'edition'>[] = [
  {
    tool: 'list_audience_schedules',
    operation: 'list_audience_schedules_from_space_and_audience',
    kind: 'read',
    readsFirst: 1,
    args: [{ id: linked[0] }, { id: linked[1] }],
  },
  {
    tool: 'set_audience_schedule',
    operation: 'add_audience_schedule_to_audience',
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
    kind: 'once',
    readsFirst: 2,
    looksBy: 'get_audience',
    args: [{ id: linked[0] }, { id: linked[1] }],
  },
  {
    tool: 'list_computed_traits',
    operation: 'list_computed_traits',
    kind: 'read',
    readsFirst: 0,
    ofFeature: true,
    args: [{}, {}],
  },
  {
    tool: 'get_computed_trait',
    operation: 'get_computed_trait',
    kind: 'read',
    readsFirst: 0,
    ofFeature: true,
    args: [{ id: traits[0] }, { id: traits[1] }],
  },
  {
    tool: 'create_computed_trait',
    operation: 'create_computed_trait',
    kind: 'once',
    readsFirst: 1,
    looksAfterLoss: true,
    ofFeature: true,
    args: [
      { name: 'Third', query: "event('Shoes Bought').count()" },
      { name: 'Fourth', query: "event('Shoes Bought').count()" },
    ],
  },
  {
    tool: 'update_computed_trait_for_space',
    operation: 'update_computed_trait_for_space',
    kind: 'once',
    readsFirst: 2,
    looksBy: 'get_computed_trait',
    ofFeature: true,
    args: [
      { id: traits[0], description: 'New' },
      { id: traits[1], description: 'New' },
    ],
  },
  {
    tool: 'remove_computed_trait_from_space',
    operation: 'remove_computed_trait_from_space',
    kind: 'remove',
    readsFirst: 2,
    looksBy: 'get_computed_trait',
    ofFeature: true,
    args: [{ id: traits[0] }, { id: traits[1] }],
  },
];

export const targets: readonly Target[] = [
  ...targetsOf2024.map((target) => ({
    ...target,
    operation: target.tool,
    edition: 'v1alpha' as const,
  })),
  ...targetsOfToday.map((target) => ({ ...target, edition: 'v1' as const })),
];
