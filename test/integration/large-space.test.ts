import { expect, test } from 'vitest';
import * as z from 'zod';
import { startComposed } from '../support/composed.ts';
import { callTool } from '../support/in-memory.ts';
import { startLargeSpace } from '../support/large-space.ts';
import { ManualClock } from '../support/manual-clock.ts';

/*
 * The whole server on the largest space that is searched.
 */

const answerSchema = z.object({
  matches: z.number(),
  audiences: z.array(z.object({ size: z.number() })).optional(),
});

test('10,000 audiences take 50 requests of a fresh window of 60, no wait, and then none', async () => {
  await using space = await startLargeSpace(10_000);
  const clock = new ManualClock();
  await using program = await startComposed(
    { 'api-url': space.url, space: space.spaceId, edition: 'v1' },
    { SEGMENT_API_TOKEN: 'sgp_token_for_tests' },
    { clock },
  );
  const find = async (args: Record<string, unknown>) => {
    const { structured, error } = await callTool(program.client, 'find_audiences', args);
    expect(error).toBeUndefined();
    return answerSchema.parse(structured);
  };
  const from = clock.monotonic();
  const off = await find({ enabled: false, countOnly: true });
  expect(off.matches).toBe(1429);
  expect(space.requests()).toBe(50);
  const largest = await find({ sort: 'size', order: 'desc', limit: 3 });
  expect(largest.audiences?.map(({ size }) => size)).toEqual([99_989, 99_972, 99_955]);
  expect(space.requests()).toBe(50);
  expect(clock.monotonic()).toBe(from);
});
