import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSeedTime } from '../../src/sandbox/seed-times.ts';
import {
  parseSeed,
  type SandboxEdition,
  SeedError,
  type SeedSpace,
  start,
} from '../../src/sandbox/start.ts';
import { headersOf, rawRequest } from '../support/raw-http.ts';
import { audienceOf, SandboxPerTest } from '../support/sandbox-per-test.ts';

/*
 * A world of one's own: what a seed may say, and what is said of one that can't be used.
 */

const example: unknown = JSON.parse(readFileSync('docs/sandbox-example.json', 'utf8'));
const space: SeedSpace = { id: 'spa_1' };

/** What is wrong with a seed, as one who starts a sandbox with it is told. */
async function problemsWith(seed: unknown, edition?: SandboxEdition): Promise<readonly string[]> {
  try {
    const sandbox = await start({ seed: parseSeed(seed), edition });
    await sandbox.close();
    return [];
  } catch (error) {
    if (error instanceof SeedError) return error.problems;
    throw error;
  }
}

describe('the example of the documentation', () => {
  const bench = new SandboxPerTest({ edition: 'v1', seed: parseSeed(example) });
  const bikes = '/spaces/spa_bikes';
  const get = (path: string) =>
    bench.ask('GET', `${bikes}${path}`, { headers: headersOf('v1alpha') });

  test('has its spaces, whose name is the id where none is given', () => {
    expect(bench.sandbox.spaces).toEqual([
      { id: 'spa_bikes', slug: 'bikes', name: 'Bike rental' },
      { id: 'spa_bikes_staging', slug: 'spa_bikes_staging', name: 'Bike rental (staging)' },
    ]);
  });

  test('has its audiences, with members and times', async () => {
    expect(bench.sandbox.members('spa_bikes', 'aud_000000001')).toEqual(['use_ada']);
    expect(audienceOf(await get('/audiences/aud_000000002'))).toMatchObject({
      key: 'active_in_lyon',
      updatedAt: '2025-12-29T00:00:00.000Z',
      size: { type: 'USERS', count: 1 },
      options: { includeHistoricalData: true },
    });
    expect(audienceOf(await get('/audiences/aud_000000003')).status).toBe('Disabled');
    expect(audienceOf(await get('/audiences/aud_000000004?include=schedules'))).toMatchObject({
      definition: { targetEntity: 'rentals' },
      size: { type: 'ENTITIES', count: 1, uniqueCount: 1 },
      schedules: [{ nextExecution: '2026-01-02T00:00:00.000Z' }],
    });
  });

  test('has all else', async () => {
    expect((await get('/events?sortBy=name&sortDir=asc')).body).toMatchObject({
      data: {
        events: [
          { name: 'App Opened', type: 'SCREEN', lastSeenAt: '2025-12-31T22:30:00.000Z' },
          { name: 'Bike Rented', type: 'TRACK', lastSeenAt: '2025-12-30T00:00:00.000Z' },
          { name: 'Bike Returned' },
          { name: 'Support Contacted' },
        ],
      },
    });
    expect((await get('/entity-paths')).body).toMatchObject({
      data: { entityPaths: [{ id: 'rentals' }, { id: 'rental-bikes' }] },
    });
    expect(bench.sandbox.traitValues('spa_bikes', 'ct_000000001')?.get('use_ada')).toBe(47);
    const connections = '/audiences/aud_000000002/destination-connections?pagination.count=9';
    expect((await get(connections)).body).toMatchObject({
      data: { connections: [{ name: 'Mail tool' }], pagination: { totalEntries: 2 } },
    });
  });

  test('comes back with a reset', async () => {
    await bench.ask('DELETE', `${bikes}/audiences/aud_000000001`);
    bench.sandbox.reset();
    expect((await get('/audiences/aud_000000001')).status).toBe(200);
  });
});

test('people are those of the seed alone', async () => {
  const sandbox = await start({ seed: { spaces: [space] } });
  const body = {
    name: 'All',
    audienceType: 'USERS',
    definition: { query: "NOT trait('a') = 1" },
  };
  const headers = headersOf('v1');
  await rawRequest(sandbox.url, 'POST', '/spaces/spa_1/audiences', { headers, body });
  expect(sandbox.members('spa_1', 'aud_000000001')).toEqual([]);
  await sandbox.close();
});

describe('the form', () => {
  const object = 'Invalid input: expected object, received';
  test.each([
    ['no object', 7, [`the seed: ${object} number`]],
    ...['a/b', 'a\\b', '..', 'a%2Fb', 'a?b', 'a#b', ' a', 'a\n'].map(
      (id): [string, unknown, string[]] => [
        `the id ${JSON.stringify(id)}, which can't be part of a path`,
        { spaces: [{ id, audiences: [] }] },
        [
          "spaces[0].id: can't be part of a path; expected an id without surrounding blanks, control characters or any of / \\ ? # % ;",
        ],
      ],
    ),
    ['no spaces', {}, ['spaces: Invalid input: expected array, received undefined']],
    ['an empty list', { spaces: [] }, ['spaces: Too small: expected array to have >=1 items']],
    [
      'another field',
      { spaces: [{ ...space, people: [] }] },
      [
        'spaces[0]: has no field ["people"]; expected only id, slug, name, audiences, computedTraits, profiles, accounts, events, entities, destinations',
      ],
    ],
    [
      'a type that is none',
      {
        spaces: [
          {
            ...space,
            audiences: [{ name: 'A', audienceType: 'users', definition: { query: 'q' } }],
          },
        ],
      },
      [
        'spaces[0].audiences[0].audienceType: Invalid option: expected one of "USERS"|"ACCOUNTS"|"LINKED"',
      ],
    ],
    [
      'a time that is none',
      { spaces: [{ ...space, profiles: [{ id: 'p', events: [{ name: 'E', at: 'yesterday' }] }] }] },
      [
        'spaces[0].profiles[0].events[0].at: is not a time; expected ISO 8601, such as 2026-03-01T09:00:00Z, or an age, such as -30d',
      ],
    ],
    [
      'several at once',
      { spaces: [{ id: '' }, { id: 'a', name: 1 }] },
      [
        'spaces[0].id: Too small: expected string to have >=1 characters',
        'spaces[1].name: Invalid input: expected string, received number',
      ],
    ],
  ])('%s', async (_, seed, expected) => {
    expect(await problemsWith(seed)).toEqual(expected);
  });
});

describe('what it says', () => {
  const users = (name: string, query = "trait('plan') = 'vip'") => ({
    name,
    audienceType: 'USERS',
    definition: { query },
  });
  const linked = { name: 'L', audienceType: 'LINKED', definition: { query: "trait('a') = 1" } };
  const orders = { slug: 'orders', primaryKey: 'id' };

  test('is checked once the form is right, which is said', () => {
    const seed = { spaces: [space, space], more: 1 };
    expect(() => parseSeed(seed)).toThrow(
      /has no field.*\nWhat the seed says, .*, is checked once its form is right\./,
    );
  });

  test.each([
    [
      'a space twice',
      [space, space],
      ['spaces[1].id: "spa_1" is already used; expected another id'],
    ],
    [
      'an audience twice',
      [
        {
          ...space,
          audiences: [
            { ...users('A'), id: 'aud_1' },
            { ...users('B'), id: 'aud_1' },
          ],
        },
      ],
      ['spaces[0].audiences[1].id: "aud_1" is already used; expected another id'],
    ],
    [
      'a key twice',
      [{ ...space, audiences: [users('A'), { ...users('B'), key: 'a' }] }],
      ['spaces[0].audiences[1].key: "a" is already used; expected another key'],
    ],
    [
      'a definition that is not valid',
      [{ ...space, audiences: [users('A', "evnet('B').count() >= 1")] }],
      [
        expect.stringMatching(
          /^spaces\[0\]\.audiences\[0\]\.definition\.query: is not valid at line 1, column 1: .*; expected a valid definition of an audience of the type USERS$/,
        ),
      ],
    ],
    [
      'a trait that is a condition',
      [
        {
          ...space,
          computedTraits: [{ name: 'T', definition: { query: "trait('a') = 1", type: 'USERS' } }],
        },
      ],
      [
        expect.stringMatching(
          /^spaces\[0\]\.computedTraits\[0\]\.definition\.query: .*expected a valid definition of a computed trait/,
        ),
      ],
    ],
    [
      'audiences that use each other',
      [
        {
          ...space,
          audiences: [users('A', "trait('b') = 'true'"), users('B', "trait('a') = 'true'")],
        },
      ],
      [expect.stringContaining('audiences[0]'), expect.stringContaining('would create a cycle')],
    ],
    [
      'a schedule without a linked audience',
      [
        {
          ...space,
          audiences: [
            { ...users('A'), schedules: [{ strategy: 'PERIODIC', config: { interval: '1d' } }] },
          ],
        },
      ],
      [
        'spaces[0].audiences[0].schedules: is not allowed; expected only with the audienceType LINKED, but this is USERS',
      ],
    ],
    [
      'a target that is not an entity',
      [
        {
          ...space,
          entities: [orders],
          audiences: [{ ...linked, definition: { ...linked.definition, targetEntity: 'order' } }],
        },
      ],
      [
        'spaces[0].audiences[0].definition.targetEntity: "order" is unknown; expected the slug of an entity, one of profile, orders',
      ],
    ],
    [
      'days without history',
      [{ ...space, audiences: [{ ...users('A'), options: { backfillEventDataDays: 3 } }] }],
      [
        'spaces[0].audiences[0].options.backfillEventDataDays: is not allowed; expected only with includeHistoricalData true',
      ],
    ],
    [
      'entities that nobody declared',
      [{ ...space, entities: [orders], profiles: [{ id: 'p', entities: { ordres: [] } }] }],
      [
        'spaces[0].profiles[0].entities.ordres: "ordres" is unknown; expected the slug of an entity without a parent, one of orders',
      ],
    ],
    [
      'a parent that comes later',
      [{ ...space, entities: [{ slug: 'products', primaryKey: 'id', parent: 'orders' }, orders] }],
      [
        expect.stringMatching(
          /^spaces\[0\]\.entities\[0\]\.parent: "orders" is unknown; expected the slug of an entity listed before it, but there are none$/,
        ),
      ],
    ],
    [
      'a user that is not a profile',
      [{ ...space, profiles: [{ id: 'p' }], accounts: [{ id: 'a', users: ['q'] }] }],
      ['spaces[0].accounts[0].users[0]: "q" is unknown; expected the id of a profile, one of p'],
    ],
    [
      'a destination of no audience',
      [{ ...space, audiences: [users('A')], destinations: [{ audiences: [{ audience: 'b' }] }] }],
      [
        'spaces[0].destinations[0].audiences[0].audience: "b" is unknown; expected the key of an audience, one of a',
      ],
    ],
  ])('%s', async (_, spaces, expected) => {
    expect(await problemsWith({ spaces })).toEqual(expected);
  });

  test('all at once', async () => {
    const audiences = [users('A', "evnet('B').count() >= 1"), { ...users('B'), key: 'a' }];
    const destinations = [{ audiences: [{ audience: 'c' }] }];
    const problems = await problemsWith({ spaces: [{ ...space, audiences, destinations }] });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'spaces[0].audiences[1].key',
      'spaces[0].audiences[0].definition.query',
      'spaces[0].destinations[0].audiences[0].audience',
    ]);
  });

  test('linked audiences in 2024', async () => {
    expect(await problemsWith({ spaces: [{ ...space, audiences: [linked] }] }, 'v1alpha')).toEqual([
      'spaces[0].audiences[0].audienceType: the edition v1alpha has no LINKED; expected USERS or ACCOUNTS',
    ]);
    expect(
      await problemsWith({ spaces: [{ ...space, audiences: [users('A')] }] }, 'v1alpha'),
    ).toEqual([]);
  });
});

test('a seed and seeds exclude each other', async () => {
  const both = start({ seed: { spaces: [space] }, seeds: {} });
  await expect(both).rejects.toThrow('seed and seeds: both are given; expected only one of them');
});

describe('times', () => {
  const now = Date.UTC(2026, 0, 31);
  test.each([
    ['2026-01-02T03:04:05Z', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['2026-01-02T03:04:05.678+02:00', Date.UTC(2026, 0, 2, 1, 4, 5, 678)],
    ['-90s', now - 90_000],
    ['-90m', now - 5_400_000],
    ['-12h', now - 43_200_000],
    ['-30d', now - 30 * 86_400_000],
    ['2026-01-02', undefined],
    ['2026-13-02T00:00:00Z', undefined],
    ['30d', undefined],
    ['', undefined],
  ])('%s', (text, expected) => {
    expect(readSeedTime(text, now)).toBe(expected);
  });
});
