import { Members } from './members.ts';
import { makeSample } from './sample.ts';
import type { Definition } from './validate.ts';

const profiles = 2000;

/**
 * How many of the sample's profiles, or accounts, a valid definition holds for.
 *
 * @param now milliseconds since the epoch.
 */
export function countInSample(
  definition: Definition,
  now: number,
): { matches: number; of: number } {
  const sample = makeSample(profiles, now);
  const members = new Members(
    () => sample,
    () => now,
  );
  const of = definition.type === 'accounts' ? sample.accounts.length : sample.profiles.length;
  return { matches: members.of(definition, () => undefined).length, of };
}
