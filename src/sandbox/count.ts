import type { Level } from '../query/index.ts';
import { Members } from './members.ts';
import { makeSample } from './sample.ts';

const profiles = 2000;

/**
 * How many of the sample's profiles, or accounts, a valid definition holds for.
 *
 * @param now milliseconds since the epoch.
 */
export function countInSample(
  { query, type: level }: { query: string; type: Level },
  now: number,
): { matches: number; of: number } {
  const sample = makeSample(profiles, now);
  const members = new Members(
    () => sample,
    () => now,
  );
  const of = level === 'accounts' ? sample.accounts.length : sample.profiles.length;
  const matches = members.of({ query, level }, () => undefined)?.length ?? 0;
  return { matches, of };
}
