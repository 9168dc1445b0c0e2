import type { SandboxOperation } from '../../src/sandbox/operations.ts';
import type { Kind } from './rows.ts';

/** A tool, the operation of the same name, and how it is called. */
export interface Target {
  tool: SandboxOperation;
  kind: Kind;
  /** How many other requests the tool makes before that of its operation, where all is recorded. */
  readsFirst: number;
  /** The request by which it looks before each attempt, if it does. */
  looksBy?: SandboxOperation;
  /** The arguments of two calls that do not get in each other's way. */
  args: readonly [object, object];
}

/** The sandbox's smaller space: it computes the sizes of audiences in no time. */
export const space = 'spa_shop_staging';
const [first, second] = ['aud_000000011', 'aud_000000012'];
const query = "event('Shoes Bought').count() >= 1";

export const targets: readonly Target[] = [
  { tool: 'list_audiences', kind: 'read', readsFirst: 0, args: [{}, {}] },
  { tool: 'get_audience', kind: 'read', readsFirst: 0, args: [{ id: first }, { id: second }] },
  {
    tool: 'create_audience',
    kind: 'once',
    readsFirst: 1,
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
