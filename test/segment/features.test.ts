import { expect, onTestFinished, test } from 'vitest';
import { type Fault, type SandboxRequest, start } from '../../src/sandbox/start.ts';
import type { Input, OperationName } from '../../src/segment/contract.ts';
import { testCall } from '../support/call.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { segmentClient } from '../support/segment-client.ts';
import { sharedPeople } from '../support/shared-people.ts';

/*
 * What a workspace, or its token, lacks of Segment's product beyond audiences.
 */

const spaceId = 'spa_shop_production';
const id = 'aud_000000001';
const linked = 'aud_000000127';

function refusal(status: number): Fault {
  const errors = [{ type: 'refused', message: 'No such thing' }];
  return { kind: 'answer', status, body: JSON.stringify({ errors }) };
}

/** A sandbox that can refuse, its requests, and a client of it. */
async function scene() {
  const state: { faults: (request: SandboxRequest) => Fault | undefined; asked: string[] } = {
    faults: () => undefined,
    asked: [],
  };
  const clock = new ManualClock();
  const sandbox = await start({
    clock,
    people: sharedPeople,
    faults(request) {
      state.asked.push(request.operation ?? 'unknown');
      return state.faults(request);
    },
  });
  onTestFinished(() => sandbox.close());
  const client = segmentClient(sandbox.url, clock, { edition: 'v1' });
  onTestFinished(() => client.close());
  const send = <Name extends OperationName>(name: Name, input: Input<Name>) =>
    client.send(name, input, testCall());
  return { state, clock, send };
}

const query = "event('Order Completed').count()";

test.each([401, 403, 404])(
  'HTTP %i of a list, where the space is there: unsupported, and remembered for some minutes',
  async (status) => {
    const { state, clock, send } = await scene();
    const listing = () => send('list_computed_traits', { spaceId, count: 1 });
    state.faults = ({ operation }) =>
      operation === 'list_computed_traits' ? refusal(status) : undefined;
    await expect(listing()).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('Computed Traits'),
      facts: { status },
    });
    expect(state.asked).toEqual(['list_computed_traits', 'list_audiences']);
    state.faults = () => undefined;
    await expect(listing()).rejects.toMatchObject({ code: 'unsupported' });
    expect(state.asked).toHaveLength(2);
    // What another operation, or another space, has is another question.
    await send('list_events', { spaceId, count: 1 });
    await send('list_computed_traits', { spaceId: 'spa_shop_staging', count: 1 });

    await clock.advance(5 * 60_000);
    expect((await listing()).computedTraits).toHaveLength(1);
  },
);

test('a refusal for one thing does not count for others', async () => {
  const { state, send } = await scene();
  state.faults = ({ operation }) =>
    operation === 'create_computed_trait' ? refusal(403) : undefined;
  const creating = send('create_computed_trait', { spaceId, name: 'New', query, type: 'users' });
  await expect(creating).rejects.toMatchObject({ code: 'unsupported' });
  await send('list_computed_traits', { spaceId, count: 1 });

  state.faults = ({ operation }) =>
    operation === 'list_destinations_from_audience' ? refusal(403) : undefined;
  const connectionsOf = (audience: string) =>
    send('list_destinations_from_audience', { spaceId, id: audience, count: 1 });
  await expect(connectionsOf(id)).rejects.toMatchObject({ code: 'unsupported' });
  state.faults = () => undefined;
  await connectionsOf('aud_000000007');
  await connectionsOf(id);
});

test('where it worked before, a refusal does not mean that it is missing', async () => {
  const { state, send } = await scene();
  const listing = () => send('list_computed_traits', { spaceId, count: 1 });
  await listing();
  state.faults = ({ operation }) =>
    operation?.endsWith('computed_trait') || operation === 'list_computed_traits'
      ? refusal(403)
      : undefined;
  const creating = send('create_computed_trait', { spaceId, name: 'New', query, type: 'users' });
  await expect(creating).rejects.toMatchObject({ code: 'forbidden' });
  await expect(listing()).rejects.toMatchObject({ code: 'forbidden' });
  state.faults = () => undefined;
  await listing();
});

test('a space or an audience that is not there is not found', async () => {
  const { send } = await scene();
  const missing = { spaceId: 'spa_none', id: 'ct_none', count: 1 };
  const notFound = { code: 'not_found' };
  await expect(send('list_computed_traits', missing)).rejects.toMatchObject(notFound);
  await expect(send('get_computed_trait', missing)).rejects.toMatchObject(notFound);
  await expect(send('list_events', missing)).rejects.toMatchObject(notFound);
  const audience = { spaceId, id: 'aud_none', count: 1 };
  await expect(send('list_destinations_from_audience', audience)).rejects.toMatchObject(notFound);
  await expect(send('force_execute_audience_run', audience)).rejects.toMatchObject(notFound);
  await expect(send('get_audience_preview', { spaceId, id: 'none' })).rejects.toMatchObject(
    notFound,
  );
  await expect(
    send('list_properties_from_event', { spaceId, event: 'None', count: 1 }),
  ).rejects.toMatchObject(notFound);
});

test('a token that reaches nothing does not mean that it is missing', async () => {
  const { state, send } = await scene();
  state.faults = () => refusal(401);
  const listing = send('list_computed_traits', { spaceId, count: 1 });
  await expect(listing).rejects.toMatchObject({ code: 'unauthorized' });
  const spaces = send('list_spaces', { count: 1 });
  await expect(spaces).rejects.toMatchObject({ code: 'unauthorized' });
});

test.each([401, 403, 404])('HTTP %i of all but audiences: unsupported', async (status) => {
  const { state, send } = await scene();
  state.faults = ({ operation }) =>
    operation === 'get_audience' || operation === 'list_audiences' ? undefined : refusal(status);
  const unsupported = { code: 'unsupported' };
  const name = 'Order Completed';
  const audience = { spaceId, id: linked };
  const page = { ...audience, count: 1 };
  const scheduleId = 'sch_000000001';
  const schedule = { interval: '1d' } as const;
  const requests = [
    () => send('create_audience_preview', { spaceId, query, type: 'users' }),
    () => send('list_audience_consumers_from_space_and_audience', page),
    () => send('list_audience_schedules_from_space_and_audience', audience),
    () => send('add_audience_schedule_to_audience', { ...audience, schedule }),
    () => send('update_audience_schedule_for_audience', { ...audience, scheduleId, schedule }),
    () => send('remove_audience_schedule_from_audience', { ...audience, scheduleId }),
    () => send('force_execute_audience_run', audience),
    () => send('list_destinations_from_audience', page),
    () => send('list_activations_from_audience', page),
    () => send('list_events', page),
    () => send('list_properties_from_event', { ...page, event: name }),
    () => send('list_traits', { ...page, collection: 'users' }),
    () => send('list_entity_paths', page),
    () => send('list_properties_from_entity', { ...page, entity: 'orders' }),
    () => send('create_computed_trait', { spaceId, name, query, type: 'users' }),
    () => send('get_computed_trait', { spaceId, id: 'ct_000000001' }),
    () => send('list_computed_traits', page),
    () => send('update_computed_trait_for_space', { spaceId, id: 'ct_000000001', name }),
    () => send('remove_computed_trait_from_space', { spaceId, id: 'ct_000000001' }),
  ];
  for (const request of requests) {
    await expect(request(), request.toString()).rejects.toMatchObject(unsupported);
  }
});
