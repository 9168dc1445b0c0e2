import type { Level } from '../query/index.ts';
import { DataGraph } from './data-graph.ts';
import { People } from './people.ts';
import { makeSample } from './sample.ts';

const profiles = 2000;

/**
 * How many of the sample's profiles, or accounts, match a valid definition.
 *
 * @param now milliseconds since the epoch.
 */
export function countInSample(
  { query, type: level }: { query: string; type: Level },
  now: number,
): { matches: number; of: number } {
  const sample = makeSample(profiles, now);
  const people = new People({
    sample: () => sample,
    graph: new DataGraph([]),
    now: () => now,
    findByKey: () => undefined,
  });
  const of = level === 'accounts' ? sample.accounts.length : sample.profiles.length;
  const matches = people.members({ query, level, purpose: 'audience' }).length;
  return { matches, of };
}
