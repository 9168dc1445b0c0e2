import { expect, test } from 'vitest';
import * as z from 'zod';
import { callTool } from '../support/in-memory.ts';
import { firstId, startStandIn } from '../support/stand-in.ts';

/*
 * A value is used up by the write that it was made for, and by nothing less.
 */

const tool = 'update_audience_for_space';
const args = { id: firstId, name: 'New' };
const detailsSchema = z.object({ confirmation: z.string() });

test('a write that Segment had no quota for leaves the value as good as it was', async () => {
  const rig = await startStandIn({
    edition: 'v1',
    seeds: [{ name: 'Old', definition: { query: "trait('a') = 1", level: 'users' } }],
    flags: { confirm: 'writes' },
  });
  const asked = await callTool(rig.client, tool, args);
  const { confirmation } = detailsSchema.parse(asked.error?.details);
  rig.faults(({ method }) =>
    method === 'PATCH' ? { kind: 'rate-limit', msBeforeNext: 120_000 } : undefined,
  );
  const limited = await callTool(rig.client, tool, { ...args, confirmation });
  expect(limited.error?.code).toBe('rate_limited');
  rig.faults(() => undefined);
  await rig.clock.advance(120_000);
  expect((await callTool(rig.client, tool, { ...args, confirmation })).error).toBeUndefined();
  const again = await callTool(rig.client, tool, { ...args, confirmation });
  expect(again.error?.message).toMatch(/was used already/);
});
