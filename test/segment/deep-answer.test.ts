import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Fault, type Sandbox, start } from '../../src/sandbox/start.ts';
import type { SegmentClient } from '../../src/segment/client.ts';
import { AudiencesError, mayHaveTakenEffect } from '../../src/segment/errors.ts';
import { testCall } from '../support/call.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { segmentClient } from '../support/segment-client.ts';

/*
 * An answer whose JSON is nested deeper than a recursion can follow: an answer like any other that is
 * not in Segment's format.
 */

const spaceId = 'spa_shop_staging';
const id = 'aud_000000011';
const clock = new ManualClock();
let fault: Fault | undefined;
let sandbox: Sandbox;
let client: SegmentClient;

beforeEach(async () => {
  const body = `{"data":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  fault = { kind: 'answer', status: 200, body, applied: true };
  sandbox = await start({ edition: 'v1alpha', clock, faults: () => fault });
  client = segmentClient(sandbox.url, clock, { perMinute: { get_audience: 2 } });
});
afterEach(async () => {
  await client.close();
  await sandbox.close();
});

test('is a bad answer, after which a write may have taken effect', async () => {
  const error: unknown = await client
    .send('update_audience_for_space', { spaceId, id, name: 'N' }, testCall())
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(AudiencesError);
  expect(mayHaveTakenEffect(error)).toBe(true);
});

test('does not use up the quota for good', async () => {
  for (let count = 0; count < 2; count += 1) {
    await client.send('get_audience', { spaceId, id }, testCall(clock.now())).catch(() => {});
  }
  fault = undefined;
  await clock.advance(120_000);
  const one = await client.send('get_audience', { spaceId, id }, testCall(clock.now()));
  expect(one.audience.id).toBe(id);
}, 5000);
