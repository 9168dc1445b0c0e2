import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { check } from '../../src/query/index.ts';
import { headersOf } from '../support/raw-http.ts';
import { SandboxPerTest, space } from '../support/sandbox-per-test.ts';

/*
 * The world of the shop's production space: what everyday requests find there.
 */

const bench = new SandboxPerTest({ edition: 'v1' });
const headers = headersOf('v1alpha');
const audienceSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  key: z.string(),
  enabled: z.boolean(),
  audienceType: z.enum(['USERS', 'ACCOUNTS', 'LINKED']),
  definition: z.object({ query: z.string() }),
  createdAt: z.string(),
  createdBy: z.string(),
  schedules: z.array(z.looseObject({})),
  size: z.object({ count: z.number() }).optional(),
});

async function audiences() {
  const { body } = await bench.ask('GET', `${space}?include=schedules`);
  return z.object({ data: z.object({ audiences: z.array(audienceSchema) }) }).parse(body).data
    .audiences;
}
const ask = async (path: string) => (await bench.ask('GET', path, { headers })).body;

test('all definitions are valid, and nothing is from the future', async () => {
  const now = new Date(bench.clock.now()).toISOString();
  for (const { name, definition, audienceType, createdAt } of await audiences()) {
    const type = audienceType.toLowerCase();
    const level = type === 'accounts' || type === 'linked' ? type : 'users';
    expect([name, check(definition.query, { type: level }).valid]).toEqual([name, true]);
    expect(createdAt <= now).toBe(true);
  }
});

test('there is something for every request', async () => {
  const all = await audiences();
  expect(all).toHaveLength(40);
  for (const city of ['Berlin', 'Vienna', 'Paris', 'Leeds', 'Boston']) {
    const ofCity = all.filter(({ name }) => name.startsWith(city));
    expect(ofCity).toHaveLength(4);
    expect(ofCity.filter(({ size }) => (size?.count ?? 0) > 0).length).toBeGreaterThan(2);
  }
  expect(all.filter(({ enabled }) => !enabled).length).toBeGreaterThan(4);
  expect(new Set(all.map(({ createdBy }) => createdBy)).size).toBe(3);
  const linked = all.filter(({ audienceType }) => audienceType === 'LINKED');
  expect(linked.map(({ schedules }) => schedules.length)).toEqual([1, 1, 0, 1]);
  expect(all.filter(({ size }) => size?.count === 0).map(({ key }) => key)).toContain(
    'finished_an_order',
  );
});

test('audiences are built on others', async () => {
  const body = await ask(`${space}/aud_000000001/audience-references`);
  expect(body).toMatchObject({ data: { pagination: { totalEntries: 6 } } });
});

describe('destinations', () => {
  test("of VIP members: four, of which one has no name and one can't be seen", async () => {
    const body = await ask(`${space}/aud_000000004/destination-connections?pagination.count=200`);
    const { connections, pagination } = z
      .object({
        data: z.object({
          connections: z.array(z.looseObject({ name: z.string().optional() })),
          pagination: z.object({ totalEntries: z.number() }),
        }),
      })
      .parse(body).data;
    expect(connections.map(({ name }) => name)).toEqual(['Braze (EU)', 'Google Ads', undefined]);
    expect(pagination.totalEntries).toBe(4);
  });

  test('every audience that is named is there', async () => {
    for (const { id, key } of await audiences()) {
      if (!key.endsWith('_newsletter_readers')) continue;
      const body = await ask(`${space}/${id}/activations?pagination.count=200`);
      expect(body).toMatchObject({ data: { pagination: { totalEntries: 1 } } });
    }
  });
});

test('the schema knows an event that is no longer sent, and one with a slash', async () => {
  const body = await ask('/spaces/spa_shop_production/events?sortBy=lastSeenAt&sortDir=asc');
  const { events } = z
    .object({ data: z.object({ events: z.array(z.object({ name: z.string() })) }) })
    .loose()
    .parse(body).data;
  expect(events[0]?.name).toBe('Order Finished');
  expect(events.map(({ name }) => name)).toContain('Checkout/Started');
});

describe('in 2024', () => {
  const old = new SandboxPerTest();

  test('there were ten audiences', async () => {
    const { body } = await old.ask('GET', `${space}?pagination.count=200`);
    expect(body).toMatchObject({ data: { pagination: { totalEntries: 10 } } });
  });
});
