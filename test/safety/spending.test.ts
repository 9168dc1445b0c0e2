import { expect, test } from 'vitest';
import * as z from 'zod';
import { callTool } from '../support/in-memory.ts';
import { firstId, startStandIn, withOdd } from '../support/stand-in.ts';

/*
 * A value is used up by the write that it was made for, and by nothing less.
 */

const tool = 'update_audience_for_space';
const args = { id: firstId, name: 'New' };
const detailsSchema = z.object({ confirmation: z.string() });

const isWrite = ({ method }: { method: string }) => method !== 'GET';

/** A program with one audience, and a value for changing it. */
async function startAgreed() {
  const rig = await startStandIn({
    edition: 'v1',
    seeds: [{ name: 'Old', definition: { query: "trait('a') = 1", level: 'users' } }],
    flags: { confirm: 'writes' },
  });
  const asked = await callTool(rig.client, tool, args);
  const { confirmation } = detailsSchema.parse(asked.error?.details);
  const agreed = () => callTool(rig.client, tool, { ...args, confirmation });
  return { ...rig, agreed };
}

test('a write that Segment had no quota for does not use up the value', async () => {
  const { faults, clock, agreed } = await startAgreed();
  faults((request) =>
    isWrite(request) ? { kind: 'rate-limit', msBeforeNext: 120_000 } : undefined,
  );
  expect((await agreed()).error?.code).toBe('rate_limited');
  faults(() => undefined);
  await clock.advance(120_000);
  expect((await agreed()).error).toBeUndefined();
  expect((await agreed()).error?.message).toMatch(/has already been used/);
});

test.each([
  ['fails', 'upstream_error', 500],
  ['is refused', 'forbidden', 403],
  ['finds nothing', 'not_found', 404],
])(
  'nor does one that is not sent again because the read before that %s',
  async (_, code, status) => {
    const { faults, through, writes, agreed } = await startAgreed();
    faults((request) => {
      if (isWrite(request)) return { kind: 'rate-limit', msBeforeNext: 1000 };
      return writes().length > 0 ? { kind: 'answer', status, body: '{"errors":[]}' } : undefined;
    });
    const { error } = await through(agreed());
    expect(error).toMatchObject({
      code,
      message: expect.stringMatching(/Segment changed nothing\.$/),
    });
    expect(writes()).toHaveLength(1);
    faults(() => undefined);
    expect((await through(agreed())).error).toBeUndefined();
  },
);

test('what changed between two attempts is reported without a false claim', async () => {
  const { faults, through, writes, agreed } = await startAgreed();
  faults((request) => {
    if (isWrite(request)) return { kind: 'rate-limit', msBeforeNext: 1000 };
    return writes().length > 0 ? withOdd({ name: 'Another' }) : undefined;
  });
  const { error } = await through(agreed());
  expect(error).toMatchObject({
    code: 'stale',
    message: expect.stringMatching(/HTTP 429: Segment changed nothing\.$/),
  });
  expect(error?.message).not.toContain('Nothing was sent');
});

test('a write that Segment refused has used the value up', async () => {
  const { faults, agreed } = await startAgreed();
  faults((request) =>
    isWrite(request) ? { kind: 'answer', status: 403, body: '{"errors":[]}' } : undefined,
  );
  expect((await agreed()).error?.code).toBe('forbidden');
  faults(() => undefined);
  expect((await agreed()).error?.message).toMatch(/has already been used/);
});
