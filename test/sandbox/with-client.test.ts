import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, start } from '../../src/sandbox/start.ts';
import type { SegmentClient } from '../../src/segment/client.ts';
import type { Input, OperationName, Output } from '../../src/segment/contract.ts';
import { operationNames } from '../../src/segment/editions/editions.ts';
import { testCall } from '../support/call.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { segmentClient } from '../support/segment-client.ts';
import { sharedPeople } from '../support/shared-people.ts';

/*
 * Every operation of the client, done to the sandbox: what one states the other understands.
 */

const clock = new ManualClock();
let sandbox: Sandbox;
let client: SegmentClient;
beforeAll(async () => {
  sandbox = await start({ edition: 'v1', clock, people: sharedPeople });
  client = segmentClient(sandbox.url, clock, { edition: 'v1' });
});
afterAll(() => sandbox.close());

const spaceId = 'spa_shop_production';
const linked = { spaceId, id: 'aud_000000127' };
const page = { spaceId, count: 50 };
const query = "event('Order Completed').count()";
const schedule = { days: [1, 5], hours: [7], timezone: 'Europe/Berlin' };

const tried = new Set<OperationName>();
function send<Name extends OperationName>(name: Name, input: Input<Name>): Promise<Output<Name>> {
  tried.add(name);
  return client.send(name, input, testCall());
}

test('audiences', async () => {
  const { audience } = await send('create_audience', {
    spaceId,
    name: 'New',
    type: 'users',
    query: "trait('big_spenders') = 'true'",
  });
  const one = { spaceId, id: audience.id };
  await send('update_audience_for_space', { ...one, description: 'd' });
  expect((await send('get_audience', one)).audience.description).toBe('d');
  expect((await send('list_audiences', { ...page, count: 200 })).audiences).toHaveLength(41);
  const consumers = 'list_audience_consumers_from_space_and_audience';
  const { audiences } = await send(consumers, { ...page, id: 'aud_000000001' });
  expect(audiences.map(({ name }) => name)).toContain('New');
  await send('remove_audience_from_space', one);
});

test('previews', async () => {
  const preview = { spaceId, type: 'linked', query: "entity('orders').count() >= 5" } as const;
  const { audiencePreview } = await send('create_audience_preview', preview);
  await clock.advance(3000);
  const read = await send('get_audience_preview', { spaceId, id: audiencePreview.id });
  expect(read.audiencePreview).toMatchObject({ status: 'COMPLETED', size: { type: 'USERS' } });
});

test('schedules and runs', async () => {
  const added = await send('add_audience_schedule_to_audience', { ...linked, schedule });
  const one = { ...linked, scheduleId: added.audienceSchedule.id };
  await send('update_audience_schedule_for_audience', { ...one, schedule: { interval: '1h' } });
  const list = 'list_audience_schedules_from_space_and_audience';
  expect((await send(list, linked)).audienceSchedules).toHaveLength(2);
  await send('remove_audience_schedule_from_audience', one);
  const { run } = await send('force_execute_audience_run', linked);
  expect(sandbox.runs(spaceId)).toContainEqual(expect.objectContaining({ id: run.id }));
});

test('spaces and destinations', async () => {
  expect((await send('list_spaces', { count: 10 })).spaces).toHaveLength(2);
  expect((await send('get_space', { spaceId })).space?.id).toBe(spaceId);
  expect((await send('get_workspace', {})).workspace.slug).toBe('sandbox');
  const vips = { ...page, id: 'aud_000000004' };
  const { connections } = await send('list_destinations_from_audience', vips);
  expect(connections.map(({ name }) => name)).toEqual(['Braze (EU)', 'Google Ads', undefined]);
  expect((await send('list_activations_from_audience', vips)).activations).toHaveLength(3);
});

test('the schema of the space', async () => {
  const { events } = await send('list_events', { ...page, search: 'order' });
  expect(events.map(({ name }) => name)).toContain('Order Completed');
  const asked = { ...page, event: 'Checkout/Started', samplesCount: 5 };
  const { eventProperties } = await send('list_properties_from_event', asked);
  expect(eventProperties).toMatchObject([{ name: 'step', samples: ['address'] }]);
  const { traits } = await send('list_traits', { ...page, collection: 'accounts' });
  expect(traits.map(({ trait }) => trait)).toContain('industry');
  const { entityPaths } = await send('list_entity_paths', page);
  expect(entityPaths.map(({ id }) => id)).toEqual(['orders', 'order-products']);
  const order = { ...page, entity: 'order' };
  const { entityProperties } = await send('list_properties_from_entity', order);
  expect(entityProperties.map(({ name }) => name)).toEqual(['order_id', 'total']);
});

test('computed traits', async () => {
  const { computedTrait } = await send('create_computed_trait', {
    spaceId,
    name: 'Orders ever',
    type: 'users',
    query,
  });
  const one = { spaceId, id: computedTrait.id };
  expect((await send('get_computed_trait', one)).computedTrait.key).toBe('orders_ever');
  expect((await send('list_computed_traits', page)).computedTraits).toHaveLength(3);
  await send('update_computed_trait_for_space', { ...one, name: 'Renamed' });
  await send('remove_computed_trait_from_space', one);
});

test('none was left out', () => {
  expect([...tried].sort()).toEqual([...operationNames].sort());
});
