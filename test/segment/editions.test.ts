import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type LogEntry,
  type SandboxOptions,
  type SandboxRequest,
  start,
} from '../../src/sandbox/start.ts';
import type { SegmentClientOptions } from '../../src/segment/client.ts';
import type { NewAudience } from '../../src/segment/contract.ts';
import { type TestCall, testCall } from '../support/call.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { segmentClient } from '../support/segment-client.ts';
import { sharedPeople } from '../support/shared-people.ts';

/*
 * Which edition the client speaks, against a stand-in of either kind.
 */

const query = "event('Shoes Bought').count() >= 1";
const spaceId = 'spa_1';
const wanted: NewAudience = { spaceId, name: 'New', query, type: 'users' };
const seed = { name: 'Old', definition: { query, level: 'users' } } as const;

/** A client on a sandbox of its own, with the requests that reached that. */
async function startClient(options: SandboxOptions, more: Partial<SegmentClientOptions> = {}) {
  const clock = new ManualClock();
  const requests: SandboxRequest[] = [];
  const answers: LogEntry[] = [];
  const sandbox = await start({
    clock,
    people: sharedPeople,
    ...options,
    faults(request) {
      requests.push(request);
      return options.faults?.(request);
    },
    log: (entry) => answers.push(entry),
  });
  const log: string[] = [];
  const client = segmentClient(sandbox.url, clock, {
    edition: 'auto',
    log: (_, message) => log.push(message),
    ...more,
  });
  onTestFinished(async () => {
    await client.close();
    await sandbox.close();
  });
  const editions = () =>
    requests.map(({ headers }) => /segment\.(v1\w*)\+json/.exec(headers.accept ?? '')?.[1]);
  const statuses = () => answers.map(({ status }) => status);
  return { client, clock, requests, editions, statuses, log };
}

const spaces = (...seeds: (typeof seed)[]) => ({ seeds: { [spaceId]: seeds } });
const notices = (...calls: TestCall[]) => calls.flatMap((call) => call.notices);

describe('auto', () => {
  test('stays with the seed where Segment does', async () => {
    const { client, editions, statuses } = await startClient({
      edition: 'v1alpha',
      ...spaces(seed),
    });
    const call = testCall();
    await client.send('list_audiences', { spaceId, count: 1000 }, call);
    const { audience } = await client.send('create_audience', wanted, call);
    await client.send('get_audience', { spaceId, id: audience.id }, call);
    expect(editions()).toEqual(['v1alpha', 'v1alpha', 'v1alpha']);
    expect(statuses()).toEqual([200, 200, 200]);
    expect(notices(call)).toEqual([]);
  });

  test('changes at the first row that today has, so that the first create is right', async () => {
    const { client, editions, statuses, log } = await startClient({
      edition: 'v1',
      ...spaces(seed),
    });
    const [first, second] = [testCall(), testCall()];
    await client.send('list_audiences', { spaceId, count: 50 }, first);
    await client.send('create_audience', wanted, second);
    expect(editions()).toEqual(['v1alpha', 'v1']);
    expect(statuses()).toEqual([200, 200]);
    expect(notices(first, second)).toEqual([expect.stringContaining('v1 edition')]);
    expect(log.filter((message) => message === 'edition changed')).toHaveLength(1);
  });

  test('sends a refused create once more in the other form, in an empty space', async () => {
    const { client, editions, statuses } = await startClient({ edition: 'v1', ...spaces() });
    const call = testCall();
    const { audience } = await client.send('create_audience', wanted, call);
    expect(audience).toMatchObject({ name: 'New', audienceType: 'USERS' });
    expect(editions()).toEqual(['v1alpha', 'v1']);
    expect(statuses()).toEqual([422, 200]);
    expect(notices(call)).toHaveLength(1);
    await client.send('create_audience', { ...wanted, name: 'Newer' }, call);
    expect(editions()).toEqual(['v1alpha', 'v1', 'v1']);
    expect(notices(call)).toHaveLength(1);
  });

  test('creates in an empty space of the seed', async () => {
    const { client, editions, statuses } = await startClient({ edition: 'v1alpha', ...spaces() });
    const call = testCall();
    const { audience } = await client.send('create_audience', wanted, call);
    expect(audience.definition).toMatchObject({ type: 'users' });
    expect([editions(), statuses(), notices(call)]).toEqual([['v1alpha'], [200], []]);
  });

  test('sends a refused update once more, whose definition.type is not allowed', async () => {
    // The row is read as the seed showed it, so that nothing speaks of today before the update.
    const { client, editions, statuses } = await startClient({
      edition: 'v1',
      ...spaces(seed),
      faults: ({ method, body }) =>
        method === 'PATCH' && JSON.stringify(body).includes('"type"')
          ? refusal('definition.type', '"definition.type" is not allowed')
          : undefined,
    });
    const change = { spaceId, id: 'aud_000000001', query, type: 'users' } as const;
    await client.send('update_audience_for_space', change, testCall());
    expect(editions()).toEqual(['v1alpha', 'v1']);
    expect(statuses()).toEqual([422, 200]);
  });

  test('resends a create that was in progress when another changed the edition', async () => {
    const isOld = ({ headers }: SandboxRequest) => headers.accept?.includes('v1alpha') === true;
    const { client, statuses } = await startClient({
      edition: 'v1',
      ...spaces(),
      faults: (request) =>
        isOld(request) && JSON.stringify(request.body).includes('Late')
          ? { kind: 'latency', ms: 200 }
          : undefined,
    });
    const first = client.send('create_audience', wanted, testCall());
    const late = client.send('create_audience', { ...wanted, name: 'Late' }, testCall());
    await first;
    expect((await late).audience).toMatchObject({ name: 'Late', audienceType: 'USERS' });
    expect(statuses().sort()).toEqual([200, 200, 422, 422]);
  });

  test('reports the first refusal and stays, if the other form is refused over the same', async () => {
    const { client, editions } = await startClient({
      edition: 'v1alpha',
      ...spaces(),
      faults: ({ method, number }) =>
        method === 'POST'
          ? refusal('audienceType', `"audienceType" is wrong, ${number}`)
          : undefined,
    });
    const call = testCall();
    const creating = client.send('create_audience', wanted, call);
    await expect(creating).rejects.toMatchObject({
      code: 'validation_failed',
      message: expect.stringContaining('is wrong, 1'),
    });
    await client.send('list_audiences', { spaceId, count: 1 }, call);
    expect(editions()).toEqual(['v1alpha', 'v1', 'v1alpha']);
    expect(notices(call)).toEqual([]);
  });

  test('changes and reports the second refusal, if that is over something else', async () => {
    const { client, editions } = await startClient({ edition: 'v1', ...spaces() });
    const wrong = { ...wanted, query: 'event(' };
    const creating = client.send('create_audience', wrong, testCall());
    await expect(creating).rejects.toMatchObject({ facts: { field: 'definition.query' } });
    await client.send('list_audiences', { spaceId, count: 1 }, testCall());
    expect(editions()).toEqual(['v1alpha', 'v1', 'v1']);
  });

  test('does not repeat a refusal over other fields', async () => {
    const { client, statuses } = await startClient({ edition: 'v1alpha', ...spaces() });
    const wrong = { ...wanted, query: 'event(' };
    await expect(client.send('create_audience', wrong, testCall())).rejects.toThrow();
    expect(statuses()).toEqual([422]);
  });

  test('changes where answers are mixed, and never back', async () => {
    let rows: object[] = [{ id: 'a', definition: { query, type: 'users' } }];
    const { client, editions } = await startClient({
      edition: 'v1',
      faults: ({ method }) => (method === 'GET' ? listing(rows) : undefined),
    });
    const list = () => client.send('list_audiences', { spaceId, count: 9 }, testCall());
    await list();
    rows = [
      { id: 'a', definition: { query, type: 'users' } },
      { id: 'b', audienceType: 'USERS' },
    ];
    await list();
    rows = [{ id: 'a', definition: { query, type: 'users' } }];
    await list();
    await list();
    expect(editions()).toEqual(['v1alpha', 'v1alpha', 'v1', 'v1']);
  });

  test('sends at once as today what only today can do, unless Segment showed the seed', async () => {
    const linked: NewAudience = {
      ...wanted,
      query: "entity('orders').count() >= 1",
      type: 'linked',
    };
    const today = await startClient({ edition: 'v1', ...spaces() });
    await today.client.send('create_audience', linked, testCall());
    expect(today.editions()).toEqual(['v1']);

    const past = await startClient({ edition: 'v1alpha', ...spaces(seed) });
    await past.client.send('list_audiences', { spaceId, count: 1 }, testCall());
    const creating = past.client.send('create_audience', linked, testCall());
    await expect(creating).rejects.toMatchObject({ code: 'unsupported', facts: { field: 'type' } });
    expect(past.editions()).toEqual(['v1alpha']);
  });

  test('keeps the count of its gates over the change', async () => {
    const { client, statuses } = await startClient(
      { edition: 'v1', ...spaces(seed), limits: { list_audiences: 3 } },
      { perMinute: { list_audiences: 3 } },
    );
    const list = () => client.send('list_audiences', { spaceId, count: 1 }, testCall(0));
    for (let count = 0; count < 3; count += 1) await list();
    await expect(list()).rejects.toMatchObject({ code: 'rate_limited' });
    expect(statuses()).toEqual([200, 200, 200]);
  });

  test('does not send a meaning other than the one agreed to', async () => {
    const { client, statuses } = await startClient({ edition: 'v1', ...spaces() });
    const anonymous = { ...wanted, includeAnonymousUsers: true };
    const call = { ...testCall(), agreedIn: 'v1alpha' } as const;
    await expect(client.send('create_audience', anonymous, call)).rejects.toMatchObject({
      message: expect.stringMatching(/a different form from the one the user agreed to/),
    });
    expect(statuses()).toEqual([422]);
    const { body } = await client.preview({ operation: 'create_audience', input: anonymous });
    expect(JSON.stringify(body)).toContain('"anonymous_id"');
  });
});

describe('pages', () => {
  const many = Array.from({ length: 450 }, (_, index) => ({ ...seed, name: `A${index}` }));

  test('over 200 are read in pages of 200, joined with cursors that continue', async () => {
    const { client, requests } = await startClient(
      { edition: 'v1', seeds: { [spaceId]: many } },
      { edition: 'v1' },
    );
    const page = await client.send('list_audiences', { spaceId, count: 430 }, testCall());
    expect(page.audiences.map(({ name }) => name)).toEqual(
      many.slice(0, 430).map(({ name }) => name),
    );
    expect(requests.map(({ path }) => /count=(\d+)/.exec(path)?.[1])).toEqual(['200', '200', '30']);
    expect(page.breaks?.map(({ rows }) => rows)).toEqual([200, 400]);
    const cursor = page.pagination.next ?? '';
    const rest = await client.send('list_audiences', { spaceId, count: 1000, cursor }, testCall());
    expect(rest.audiences.map(({ name }) => name)).toEqual(many.slice(430).map(({ name }) => name));
    expect(rest.pagination.next ?? undefined).toBeUndefined();
    expect(rest.pagination).toMatchObject({ current: cursor, previous: expect.any(String) });
  });

  test('are planned together: none is sent if not all can be', async () => {
    const { client, requests } = await startClient(
      { edition: 'v1', seeds: { [spaceId]: many } },
      { edition: 'v1', perMinute: { list_audiences: 2 } },
    );
    const reading = client.send('list_audiences', { spaceId, count: 430 }, testCall(0));
    await expect(reading).rejects.toMatchObject({ code: 'rate_limited' });
    expect(requests).toEqual([]);
  });

  test('that begin at once are not all refused while the edition is unknown', async () => {
    const { client, statuses } = await startClient(spaces());
    const lists = Array.from({ length: 30 }, () =>
      client.send('list_audiences', { spaceId, count: 1000 }, testCall()),
    );
    await Promise.all(lists);
    expect(statuses()).toEqual(Array(30).fill(200));
  });

  test('become smaller where Segment refuses their size, for the rest of the process', async () => {
    const { client, requests } = await startClient(
      {
        edition: 'v1',
        seeds: { [spaceId]: many },
        faults: ({ path }) =>
          Number(/count=(\d+)/.exec(path)?.[1]) > 50
            ? refusal('pagination.count', '"pagination.count" must be less than or equal to 50')
            : undefined,
      },
      { edition: 'v1' },
    );
    const counts = () => requests.splice(0).map(({ path }) => /count=(\d+)/.exec(path)?.[1]);
    const page = await client.send('list_audiences', { spaceId, count: 120 }, testCall());
    expect(page.audiences).toHaveLength(120);
    expect(counts()).toEqual(['120', '100', '50', '50', '20']);
    await client.send('list_audiences', { spaceId, count: 60 }, testCall());
    expect(counts()).toEqual(['50', '10']);
  });
});

function refusal(field: string, message: string) {
  const body = JSON.stringify({ errors: [{ type: 'input-validation', message, field }] });
  return { kind: 'answer', status: 422, body } as const;
}

function listing(audiences: object[]) {
  const body = JSON.stringify({ data: { audiences, pagination: {} } });
  return { kind: 'answer', status: 200, body } as const;
}
