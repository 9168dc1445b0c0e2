import type { SandboxSeed, SeedAudience, SeedProfile } from '../../../src/sandbox/start.ts';

/*
 * A bike rental with thirteen people: so few that the size of every audience can be told by hand.
 */

export const production = 'spa_bikes';
export const staging = 'spa_bikes_staging';

/** Who made the audiences. */
export const [anna, ben] = ['usr_anna', 'usr_ben'];

type Ride = readonly [daysAgo: number, minutes: number];

function person(
  id: string,
  traits: { city: string; plan: 'yearly' | 'free' },
  ...rides: readonly Ride[]
): SeedProfile {
  return {
    id,
    traits: { email: `${id}@bikes.example`, ...traits },
    events: rides.map(([daysAgo, minutes]) => ({
      name: 'Bike Rented',
      at: `-${daysAgo}d`,
      properties: { minutes, station: 'Opera' },
    })),
    entities: {
      rentals: rides.map(([, minutes], index) => ({
        properties: { rental_id: `${id}_${index}`, price: minutes / 10 },
      })),
    },
  };
}

const profiles: readonly SeedProfile[] = [
  person('ada', { city: 'Lyon', plan: 'yearly' }, [2, 35], [20, 90]),
  person('bo', { city: 'Lyon', plan: 'free' }, [5, 12]),
  person('cy', { city: 'Lyon', plan: 'yearly' }),
  person('di', { city: 'Lyon', plan: 'free' }, [1, 70], [3, 80], [9, 65]),
  person('ed', { city: 'Nice', plan: 'yearly' }, [100, 30]),
  person('fay', { city: 'Nice', plan: 'free' }, [4, 20]),
  person('gil', { city: 'Nice', plan: 'yearly' }, [10, 25], [11, 25]),
  person('hal', { city: 'Paris', plan: 'free' }),
  person('ivy', { city: 'Paris', plan: 'yearly' }, [70, 120]),
  person('jo', { city: 'Paris', plan: 'free' }, [6, 15]),
  person('kim', { city: 'Paris', plan: 'free' }, [2, 10], [8, 10]),
  person('lea', { city: 'Paris', plan: 'yearly' }, [1, 40]),
  person('mo', { city: 'Paris', plan: 'free' }),
];

/** Not called like anything that the program or the sandbox would make up. */
const idOf = (name: string) => `aud_${name.toLowerCase().replace(/[^a-z]+/g, '_')}`;

function users(name: string, query: string, more: Partial<SeedAudience> = {}): SeedAudience {
  return {
    id: idOf(name),
    name,
    audienceType: 'USERS',
    definition: { query },
    createdBy: anna,
    createdAt: '-200d',
    ...more,
  };
}

const linked = (name: string, query: string, more: Partial<SeedAudience> = {}): SeedAudience =>
  users(name, query, { audienceType: 'LINKED', ...more });

function ofCity(city: string): SeedAudience[] {
  const key = city.toLowerCase();
  return [
    users(`${city}: riders`, `trait('city') = '${city}'`),
    users(
      `${city}: frequent riders`,
      `trait('${key}_riders') = 'true' AND event('Bike Rented').within(30 days).count() >= 2`,
    ),
    users(`${city}: newsletter`, `trait('city') = '${city}' AND trait('plan') = 'yearly'`),
  ];
}

/** All of the production space. */
export const audiences: readonly SeedAudience[] = [
  users('Riders', "event('Bike Rented').count() >= 1"),
  ...['Lyon', 'Nice', 'Paris'].flatMap(ofCity),
  users('Yearly members', "trait('plan') = 'yearly'", {
    description: 'Everyone who pays by the year',
  }),
  users(
    'Yearly members who lapsed',
    "trait('yearly_members') = 'true' AND NOT event('Bike Rented').within(60 days).count() >= 1",
  ),
  users('Long rides', "event('Bike Rented').where( property('minutes') > 60 ).count() >= 1", {
    updatedAt: '-2d',
  }),
  users('Support cases', "event('Support Contacted').within(90 days).count() >= 1"),
  users('Spring campaign', "event('App Opened').within(30 days).count() >= 1", {
    enabled: false,
    createdBy: ben,
    createdAt: '-90d',
  }),
  users('Winter campaign', "event('App Opened').within(60 days).count() >= 1", {
    enabled: false,
    createdBy: ben,
    createdAt: '-300d',
  }),
  users('Test of Ben', "trait('email') = 'ada@bikes.example'", {
    createdBy: ben,
    createdAt: '-5d',
  }),
  users('Company accounts', "ANY trait('plan') = 'yearly'", { audienceType: 'ACCOUNTS' }),
  linked('Expensive rentals', "entity('rentals').where( property('price') > 4 ).count() >= 1", {
    schedules: [{ strategy: 'PERIODIC', config: { interval: '1d' } }],
  }),
  linked('Short rentals', "entity('rentals').where( property('price') < 2 ).count() >= 1"),
];

/** The id of an audience of the production space. */
export function idCalled(name: string): string {
  const found = audiences.find((audience) => audience.name === name);
  if (found?.id === undefined) throw new Error(`The world has no audience ${name}`);
  return found.id;
}

export const world: SandboxSeed = {
  spaces: [
    {
      id: production,
      slug: 'bikes',
      name: 'Bike rental',
      profiles,
      accounts: [{ id: 'acc_post', traits: { industry: 'logistics' }, users: ['ada', 'bo'] }],
      entities: [
        { slug: 'rentals', name: 'Rental', entitySlug: 'rental', primaryKey: 'rental_id' },
      ],
      events: [
        { name: 'App Opened', type: 'SCREEN', lastSeenAt: '-1d' },
        { name: 'Support Contacted', lastSeenAt: '-400d', properties: { topic: ['refund'] } },
      ],
      audiences,
      computedTraits: [
        {
          name: 'Minutes ridden',
          definition: { query: "event('Bike Rented').sum(property('minutes'))", type: 'USERS' },
          createdAt: '-100d',
        },
      ],
      destinations: [
        {
          name: 'Mail tool',
          metadata: { id: 'md_mail', slug: 'mail-tool', name: 'Mail Tool' },
          audiences: [
            {
              audience: 'yearly_members',
              activations: [{ name: 'Thank you', type: 'Audience Entered' }],
            },
            { audience: 'paris_newsletter' },
          ],
        },
        { name: 'Ads', audiences: [{ audience: 'yearly_members' }] },
        { readable: false, audiences: [{ audience: 'yearly_members' }] },
      ],
    },
    {
      id: staging,
      slug: 'bikes-staging',
      name: 'Bike rental (staging)',
      audiences: [
        users('Weekend riders', "event('Bike Rented').within(7 days).count() >= 1", {
          id: 'aud_weekend_riders',
          description: 'Tried in staging',
          options: { includeHistoricalData: true },
        }),
      ],
    },
  ],
};
