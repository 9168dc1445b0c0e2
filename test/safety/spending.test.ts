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

/** A rig, and a value for the write. */
async function start() {
  const rig = await startStandIn({
    edition: 'v1',
    seeds: [{ name: 'Old', definition: { query: "trait('a') = 1", level: 'users' } }],
    flags: { confirm: 'writes' },
  });
  const asked = await callTool(rig.client, tool, args);
  const { confirmation } = detailsSchema.parse(asked.error?.details);
  return { rig, confirmation };
}

test('a write that Segment had no quota for leaves the value as good as it was', async () => {
  const { rig, confirmation } = await start();
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

test('so does one whose next attempt is not made, because the look before it got no answer', async () => {
  const { rig, confirmation } = await start();
  rig.faults(({ method }) => {
    if (method === 'PATCH') return { kind: 'answer', status: 429, body: '' };
    return rig.writes().length > 0 ? { kind: 'answer', status: 502, body: '' } : undefined;
  });
  const call = callTool(rig.client, tool, { ...args, confirmation });
  expect((await rig.through(call)).error).toMatchObject({
    code: 'upstream_error',
    message: expect.stringMatching(/Nothing was sent\.$/),
  });
  expect(rig.writes()).toHaveLength(1);
  rig.faults(() => undefined);
  expect((await callTool(rig.client, tool, { ...args, confirmation })).error).toBeUndefined();
});
