import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { callTool } from '../support/in-memory.ts';
import { firstId, startStandIn } from '../support/stand-in.ts';

/*
 * A confirmation lasts five minutes of real time, whatever the machine's date does meanwhile.
 */

const tool = 'remove_audience_from_space';
const seeds = [{ name: 'Old', definition: { query: "trait('a') = 1", level: 'users' as const } }];
const detailsSchema = z.object({ confirmation: z.string() });

async function asked() {
  const rig = await startStandIn({ edition: 'v1', seeds, flags: { confirm: 'remove' } });
  const { error } = await callTool(rig.client, tool, { id: firstId });
  const { confirmation } = detailsSchema.parse(error?.details);
  return { rig, args: { id: firstId, confirmation } };
}

describe.each([-600_000, 600_000])('when the date jumps by %i ms', (jumpMs) => {
  test('a fresh confirmation is still valid', async () => {
    const { rig, args } = await asked();
    rig.clock.jump(jumpMs);
    expect((await callTool(rig.client, tool, args)).error).toBeUndefined();
    expect(rig.writes()).toHaveLength(1);
  });

  test('an expired one stays expired', async () => {
    const { rig, args } = await asked();
    await rig.clock.advance(300_001);
    rig.clock.jump(jumpMs);
    const { error } = await callTool(rig.client, tool, args);
    expect(error?.message).toMatch(/has expired/);
    expect(rig.writes()).toEqual([]);
  });

  test('a used one stays used', async () => {
    const { rig, args } = await asked();
    rig.faults(({ method }) =>
      method === 'DELETE' ? { kind: 'answer', status: 403, body: '' } : undefined,
    );
    expect((await callTool(rig.client, tool, args)).error?.code).toBe('forbidden');
    rig.clock.jump(jumpMs);
    const { error } = await callTool(rig.client, tool, args);
    expect(error?.message).toMatch(/has already been used/);
    expect(rig.writes()).toHaveLength(1);
  });

  test('a call waits no longer than --max-wait-ms', async () => {
    const rig = await startStandIn({ edition: 'v1', seeds, flags: { 'max-wait-ms': '45000' } });
    rig.faults(() => ({ kind: 'answer', status: 503, headers: { 'retry-after': '20' }, body: '' }));
    const from = rig.clock.monotonic();
    const listing = callTool(rig.client, 'list_audiences');
    await rig.logged('trying again');
    rig.clock.jump(jumpMs);
    const { error } = await rig.through(listing);
    expect(error?.code).toBe('upstream_error');
    expect(rig.clock.monotonic() - from).toBe(40_000);
  });
});
