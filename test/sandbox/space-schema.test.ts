import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { headersOf } from '../support/raw-http.ts';
import { SandboxPerTest, space } from '../support/sandbox-per-test.ts';

/*
 * The names that definitions may use, held against Segment's reference 73.2.0, tag Space Schema.
 */

const bench = new SandboxPerTest({
  edition: 'v1',
  seed: {
    spaces: [
      {
        id: 'spa_shop_production',
        audiences: [
          { name: 'Vips', audienceType: 'USERS', definition: { query: "trait('plan') = 'vip'" } },
          {
            name: 'Firms',
            audienceType: 'ACCOUNTS',
            definition: { query: "trait('industry') = 'retail'" },
          },
        ],
        computedTraits: [
          {
            name: 'Orders',
            definition: { query: "event('Order Completed').count()", type: 'USERS' },
          },
        ],
        profiles: [
          {
            id: 'p1',
            traits: { plan: 'vip', address: { city: 'Berlin' }, age: 41 },
            events: [
              {
                name: 'Order Completed',
                at: '2025-12-20T10:00:00Z',
                properties: { total: 30, paid: true },
                context: { page: { url: '/cart' } },
              },
              { name: 'Order Completed', at: '2025-12-24T10:00:00Z', properties: { total: 50 } },
              { name: 'Login', at: '2025-12-30T10:00:00Z' },
            ],
            entities: { pets: [{ properties: { chip: 'c1', kind: 'dog' } }] },
          },
          { id: 'p2', traits: { plan: 'free' } },
        ],
        accounts: [{ id: 'a1', traits: { industry: 'retail' }, users: ['p1'] }],
        events: [
          { name: 'Cart/Viewed', type: 'PAGE', lastSeenAt: '-400d', properties: { items: [1, 2] } },
        ],
        entities: [
          { slug: 'pets', name: 'Pet', entitySlug: 'pet', primaryKey: 'chip' },
          { slug: 'vets', name: 'Vet', primaryKey: 'licence', parent: 'pets' },
        ],
      },
    ],
  },
});
const headers = headersOf('v1alpha');
const base = '/spaces/spa_shop_production';
const ask = (path: string) => bench.ask('GET', `${base}/${path}`, { headers });

/** The names in a list, in its order. */
async function names(list: string, field: string, path: string): Promise<unknown[]> {
  const { body } = await ask(path);
  const rows = z.object({ data: z.record(z.string(), z.unknown()) }).parse(body).data[list];
  return z
    .array(z.looseObject({}))
    .parse(rows)
    .map((row) => row[field]);
}

describe('events', () => {
  const events = (query = '') => names('events', 'name', `events${query}`);

  test('have a type, and when they were last seen', async () => {
    expect((await ask('events')).body).toEqual({
      data: {
        events: [
          { name: 'Login', type: 'TRACK', lastSeenAt: '2025-12-30T10:00:00.000Z' },
          { name: 'Order Completed', type: 'TRACK', lastSeenAt: '2025-12-24T10:00:00.000Z' },
          { name: 'Cart/Viewed', type: 'PAGE', lastSeenAt: '2024-11-27T00:00:00.000Z' },
        ],
        pagination: { current: 'MA==', totalEntries: 3 },
      },
    });
  });

  test.each([
    ['?sortDir=asc', ['Cart/Viewed', 'Order Completed', 'Login']],
    ['?sortBy=name', ['Order Completed', 'Login', 'Cart/Viewed']],
    ['?sortBy=name&sortDir=asc', ['Cart/Viewed', 'Login', 'Order Completed']],
    ['?search=LOG', ['Login']],
    ['?search=ed&pagination.count=1', ['Order Completed']],
  ])('%s', async (query, expected) => {
    expect(await events(query)).toEqual(expected);
  });

  test.each([
    ['?sortBy=type', 'sortBy', 'must be one of [lastSeenAt, name]'],
    ['?sortDir=up', 'sortDir', 'must be one of [asc, desc]'],
    ['?search=', 'search', 'is not allowed to be empty'],
    ['?includeSampleValues=true', 'includeSampleValues', 'is not allowed'],
    ['?pagination.count=1001', 'pagination.count', 'must be less than or equal to 1000'],
  ])('refuse %s', async (query, field, what) => {
    expect(await ask(`events${query}`)).toMatchObject({
      status: 422,
      body: { errors: [{ field, message: `"${field}" ${what}` }] },
    });
  });
});

describe('the properties of an event', () => {
  const path = 'events/Order%20Completed/properties';

  test('are its own and those of its context, nested ones with dots', async () => {
    const { body } = await ask(`${path}?sortBy=name&sortDir=asc`);
    const eventName = 'Order Completed';
    expect(body).toMatchObject({
      data: {
        eventProperties: [
          { name: 'page.url', type: 'CONTEXT', eventName, lastSeenAt: '2025-12-20T10:00:00.000Z' },
          { name: 'paid', type: 'PROPERTY', eventName, lastSeenAt: '2025-12-20T10:00:00.000Z' },
          { name: 'total', type: 'PROPERTY', eventName, lastSeenAt: '2025-12-24T10:00:00.000Z' },
        ],
      },
    });
    expect(JSON.stringify(body)).not.toContain('samples');
  });

  test.each([
    ['includeSampleValues=true', ['30', '50']],
    ['includeSampleValues=true&samplesCount=1', ['30']],
    ['includeSampleValues=false&samplesCount=1', undefined],
  ])('with %s', async (query, expected) => {
    const samples = await names('eventProperties', 'samples', `${path}?search=total&${query}`);
    expect(samples).toEqual([expected]);
  });

  test.each([
    ['includeSampleValues=yes', 'includeSampleValues'],
    ['samplesCount=101', 'samplesCount'],
    ['samplesCount=0', 'samplesCount'],
  ])('refuse %s', async (query, field) => {
    expect(await ask(`${path}?${query}`)).toMatchObject({
      status: 422,
      body: { errors: [{ field }] },
    });
  });

  test('an event may have a slash in its name', async () => {
    expect(await names('eventProperties', 'name', 'events/Cart%2FViewed/properties')).toEqual([
      'items',
    ]);
    expect(await ask('events/Cart/Viewed/properties')).toMatchObject({ status: 404 });
    expect((await ask('events/No%2FSuch/properties')).text).toContain('no event No/Such');
  });
});

describe('traits', () => {
  const traits = (query = '') => names('traits', 'trait', `traits${query}`);

  test('of users: their own, those of audiences, computed ones', async () => {
    const { body } = await ask('traits?includeSampleValues=true');
    expect(body).toMatchObject({
      data: {
        traits: [
          { trait: 'address.city', type: 'CUSTOM', samples: ['Berlin'] },
          { trait: 'age', type: 'CUSTOM', samples: ['41'] },
          { trait: 'orders', type: 'COMPUTED', samples: ['2', '0'] },
          { trait: 'plan', type: 'CUSTOM', samples: ['vip', 'free'] },
          { trait: 'vips', type: 'AUDIENCE', samples: ['true', 'false'] },
        ],
      },
    });
  });

  test.each([
    ['?collection=users&search=AN', ['plan']],
    ['?collection=accounts', ['firms', 'industry']],
    ['?sortBy=trait&sortDir=desc&search=a', ['plan', 'age', 'address.city']],
    ['?sortBy=lastSeenAt&sortDir=asc&pagination.count=2', ['address.city', 'age']],
  ])('%s', async (query, expected) => {
    expect(await traits(query)).toEqual(expected);
  });

  test('page forward only', async () => {
    const { body } = await ask('traits?pagination.count=2&pagination.cursor=Mg%3D%3D');
    expect(body).toMatchObject({ data: { pagination: { current: 'Mg==', next: 'NA==' } } });
    expect(body.data).not.toHaveProperty('pagination.previous');
  });

  test('that of a removed audience stays, as a custom one', async () => {
    await bench.ask('DELETE', `${space}/aud_000000001`);
    const { body } = await ask('traits?search=vips');
    expect(body).toMatchObject({ data: { traits: [{ trait: 'vips', type: 'CUSTOM' }] } });
  });
});

describe('entities', () => {
  test('have a path from the profile', async () => {
    expect((await ask('entity-paths')).body).toMatchObject({
      data: {
        entityPaths: [
          {
            id: 'pets',
            entityName: 'Pet',
            pathName: 'Pet',
            entitySlug: 'pet',
            relationshipSlugs: ['pets'],
            childRelationshipSlugs: ['vets'],
            parentRelationshipSlugPath: '',
          },
          {
            id: 'vets',
            pathName: 'Pet > Vet',
            entitySlug: 'vets',
            relationshipSlugs: ['pets', 'vets'],
            parentRelationshipSlugPath: 'pets',
          },
        ],
      },
    });
    expect(await names('entityPaths', 'id', 'entity-paths?search=vet')).toEqual(['vets']);
  });

  test('have properties, also where nobody has one', async () => {
    expect((await ask('entities/pet/properties?includeSampleValues=true')).body).toMatchObject({
      data: {
        entityProperties: [
          { name: 'chip', primaryKey: true, dataType: 'STRING', samples: ['c1'] },
          { name: 'kind', primaryKey: false, dataType: 'STRING', samples: ['dog'] },
        ],
      },
    });
    expect(await names('entityProperties', 'name', 'entities/vets/properties')).toEqual([
      'licence',
    ]);
    expect((await ask('entities/pets/properties')).status).toBe(404);
  });
});
