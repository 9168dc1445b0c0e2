import { expect, test } from 'vitest';
import { Previews } from '../../src/space/previews.ts';
import { testCall } from '../support/call.ts';
import { fakeApi } from '../support/in-memory.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { PassingTime } from '../support/passing-time.ts';

/*
 * What is remembered of previews is bounded. What they are to a caller is tested in
 * test/tools/preview-audience.test.ts.
 */

/** Previews of definitions that Segment computes at once. */
function startPreviews() {
  const clock = new ManualClock();
  const time = new PassingTime(clock);
  const { api, asked } = fakeApi({ more: { audiencePreview: { id: 'p', status: 'COMPLETED' } } });
  const count = { used: 1, isShared: false };
  const previews = new Previews(api, clock, {
    add: async () => count,
    read: async () => count,
  });
  const call = { ...testCall(), onProgress: () => time.isWaitedFor(500) };
  return {
    asked,
    /** Whether a definition is answered from memory. */
    isRemembered: async (query: string) => {
      const wanted = { spaceId: 'spa_1', type: 'users', query } as const;
      return (await time.until(previews.of(wanted, call))).fromMemory;
    },
  };
}

/** Different definitions of the same length. */
const definitions = (count: number, chars: number) =>
  Array.from({ length: count }, (_, index) => `${index}`.padEnd(chars, 'x'));

test.each([
  // One of 95,000 characters takes 190,000 bytes, and twice that until it is computed.
  ['20 long ones fit into 4 MB', 95_000, 20],
  ['200 short ones are kept', 100, 200],
])('%s, and the oldest are forgotten first', async (_, chars, kept) => {
  const { isRemembered, asked } = startPreviews();
  const all = definitions(kept + 5, chars);
  for (const query of all) expect(await isRemembered(query)).toBe(false);
  const requests = asked.length;
  for (const query of all.slice(5)) expect(await isRemembered(query)).toBe(true);
  expect(asked).toHaveLength(requests);
  for (const query of all.slice(0, 5)) expect(await isRemembered(query)).toBe(false);
});

test('one that is asked for again is forgotten no later for that', async () => {
  const { isRemembered } = startPreviews();
  const [first = '', ...others] = definitions(21, 95_000);
  expect(await isRemembered(first)).toBe(false);
  for (const query of others.slice(0, 19)) await isRemembered(query);
  expect(await isRemembered(first)).toBe(true);
  await isRemembered(others[19] ?? '');
  expect(await isRemembered(first)).toBe(false);
});
