import { expect, onTestFinished, test, vi } from 'vitest';
import { type Fault, start } from '../../src/sandbox/start.ts';
import type * as Newest from '../../src/segment/editions/v1.ts';
import { testCall } from '../support/call.ts';
import { ManualClock } from '../support/manual-clock.ts';
import type * as Support from '../support/segment-client.ts';

/*
 * An operation of a feature that the workspace may lack: here reading an audience is one.
 */

/** The client, with such an operation in its newest edition. */
async function clientWithFeature(): Promise<typeof Support> {
  vi.resetModules();
  vi.doMock('../../src/segment/editions/v1.ts', async (importOriginal) => {
    const { v1 } = await importOriginal<typeof Newest>();
    const get_audience = { ...v1.rows.get_audience, feature: 'Audience Reading' };
    return { v1: { ...v1, rows: { ...v1.rows, get_audience } } };
  });
  onTestFinished(() => {
    vi.doUnmock('../../src/segment/editions/v1.ts');
    vi.resetModules();
  });
  return import('../support/segment-client.ts');
}

const refusal = JSON.stringify({ errors: [{ type: 'not-found', message: 'No such feature' }] });
const input = { spaceId: 'spa_shop_production', id: 'aud_000000001' };

test.each([404, 403])('HTTP %i ends as unsupported, and is remembered', async (status) => {
  let fault: Fault | undefined = { kind: 'answer', status, body: refusal };
  let requests = 0;
  const { segmentClient } = await clientWithFeature();
  const clock = new ManualClock();
  const sandbox = await start({
    clock,
    faults() {
      requests += 1;
      return fault;
    },
  });
  const client = segmentClient(sandbox.url, clock, { edition: 'v1' });
  const reading = () => client.send('get_audience', input, testCall());
  await expect(reading()).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('Audience Reading'),
  });
  fault = undefined;
  await expect(reading()).rejects.toMatchObject({ code: 'unsupported' });
  expect(requests).toBe(1);
  // Other operations do not need the feature.
  await client.send('list_audiences', { spaceId: input.spaceId, count: 1 }, testCall());

  const another = segmentClient(sandbox.url, clock, { edition: 'v1' });
  expect((await another.send('get_audience', input, testCall())).audience.id).toBe(input.id);
  await another.close();
  await client.close();
  await sandbox.close();
});
