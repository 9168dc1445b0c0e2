import { expect, onTestFinished, test, vi } from 'vitest';
import { type Fault, start } from '../../src/sandbox/start.ts';
import type * as Newest from '../../src/segment/editions/v1.ts';
import { testCall } from '../support/call.ts';
import { ManualClock } from '../support/manual-clock.ts';
import type * as Support from '../support/segment-client.ts';

/*
 * An operation of a feature that the workspace may lack: here listing and reading audiences are two.
 */

/** The client, with such operations in its newest edition. */
async function clientWithFeature(): Promise<typeof Support> {
  vi.resetModules();
  vi.doMock('../../src/segment/editions/v1.ts', async (importOriginal) => {
    const { v1 } = await importOriginal<typeof Newest>();
    const get_audience = { ...v1.rows.get_audience, feature: 'Audience Reading' };
    const list_audiences = { ...v1.rows.list_audiences, feature: 'Audience Listing' };
    return { v1: { ...v1, rows: { ...v1.rows, get_audience, list_audiences } } };
  });
  onTestFinished(() => {
    vi.doUnmock('../../src/segment/editions/v1.ts');
    vi.resetModules();
  });
  return import('../support/segment-client.ts');
}

const refusal = JSON.stringify({ errors: [{ type: 'not-found', message: 'No such feature' }] });
const spaceId = 'spa_shop_production';
const input = { spaceId, id: 'aud_000000001' };

/** A sandbox whose requests can be refused and are counted, and how clients of it are made. */
async function scene() {
  const state: { fault: Fault | undefined; requests: number } = { fault: undefined, requests: 0 };
  const { segmentClient } = await clientWithFeature();
  const clock = new ManualClock();
  const sandbox = await start({
    clock,
    faults() {
      state.requests += 1;
      return state.fault;
    },
  });
  onTestFinished(() => sandbox.close());
  const connect = () => {
    const client = segmentClient(sandbox.url, clock, { edition: 'v1' });
    onTestFinished(() => client.close());
    return client;
  };
  return { state, connect };
}

test.each([404, 403])('HTTP %i ends as unsupported, and is remembered', async (status) => {
  const { state, connect } = await scene();
  state.fault = { kind: 'answer', status, body: refusal };
  const client = connect();
  const listing = () => client.send('list_audiences', { spaceId, count: 1 }, testCall());
  await expect(listing()).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('Audience Listing'),
  });
  state.fault = undefined;
  await expect(listing()).rejects.toMatchObject({ code: 'unsupported' });
  expect(state.requests).toBe(1);
  // Other operations do not need the feature.
  await client.send('get_audience', input, testCall());

  const another = connect();
  const page = await another.send('list_audiences', { spaceId, count: 1 }, testCall());
  expect(page.audiences).toHaveLength(1);
});

test('HTTP 404 about one audience says nothing of the feature, HTTP 403 does', async () => {
  const { state, connect } = await scene();
  const client = connect();
  const reading = () => client.send('get_audience', input, testCall());
  state.fault = { kind: 'answer', status: 404, body: refusal };
  await expect(reading()).rejects.toMatchObject({ code: 'not_found' });
  state.fault = undefined;
  expect((await reading()).audience.id).toBe(input.id);
  state.fault = { kind: 'answer', status: 403, body: refusal };
  await expect(reading()).rejects.toMatchObject({ code: 'unsupported' });
});
