import type { PlantedTrait } from './computed-traits.ts';
import type { Relationship } from './data-graph.ts';
import type { PlantedDestination } from './destinations.ts';
import type { KnownEvent } from './observed.ts';
import type { Seed } from './seed.ts';

/*
 * What has been added to the shop's production space since 2024: enough for everyday requests, such
 * as which audiences are about Vienna, what uses an event, or where people are sent.
 */

const dayMs = 86_400_000;

/** The authors of the audiences, other than the sandbox's own user. */
const [anna, ben] = ['usr_anna', 'usr_ben'];

/** How orders and products are related to customers. */
export const shopRelationships: readonly Relationship[] = [
  { slug: 'orders', entity: { slug: 'order', name: 'Order' }, primaryKey: 'order_id' },
  {
    slug: 'order-products',
    entity: { slug: 'product', name: 'Product' },
    primaryKey: 'sku',
    parent: 'orders',
  },
];

/** @param now milliseconds since the epoch. */
export function shopEvents(now: number): KnownEvent[] {
  return [
    { name: 'Page Viewed', type: 'PAGE' },
    {
      name: 'App Opened',
      type: 'SCREEN',
      lastSeenAt: now - dayMs,
      properties: { version: ['4.2'] },
    },
    // What an older version of the app sent.
    { name: 'Order Finished', lastSeenAt: now - 400 * dayMs, properties: { amount: [89, 129] } },
    { name: 'Checkout/Started', lastSeenAt: now - 2 * dayMs, properties: { step: ['address'] } },
  ];
}

/** @param now milliseconds since the epoch. */
export function shopTraits(now: number): PlantedTrait[] {
  return [
    {
      name: 'Orders in 90 days',
      definition: { query: "event('Order Completed').within(90 days).count()", level: 'users' },
      createdAt: now - 300 * dayMs,
    },
    {
      name: 'Favorite category',
      description: 'The category bought most often',
      definition: { query: "event('Shoes Bought').mode(property('category'), 2)", level: 'users' },
      createdAt: now - 299 * dayMs,
    },
  ];
}

const cities = ['Berlin', 'Vienna', 'Paris', 'Leeds', 'Boston'] as const;

/**
 * The audiences of the production space; their ids are chosen, so that those of 2024 keep theirs.
 *
 * @param now milliseconds since the epoch.
 */
export function shopAudiences(now: number): Seed[] {
  const all = [
    ...cities.flatMap((city, index) => ofCity(city, index, now)),
    ...builtOnOthers(now),
    ...switchedOff(now),
    ...linked(now),
  ];
  return all.map((audience, index) => ({
    id: `aud_${String(101 + index).padStart(9, '0')}`,
    ...audience,
  }));
}

function ofCity(city: (typeof cities)[number], index: number, now: number): Seed[] {
  const lives = `trait('address.city') = '${city}'`;
  const key = city.toLowerCase();
  const users = (name: string, query: string, days: number, more: Partial<Seed> = {}): Seed => ({
    name: `${city}: ${name}`,
    definition: { query, level: 'users' },
    createdBy: index % 2 === 0 ? anna : ben,
    createdAt: now - (70 - index * 10 - days) * dayMs,
    ...more,
  });
  return [
    users('customers', lives, 1, { description: `Everyone who lives in ${city}` }),
    users(
      'recent buyers',
      `trait('${key}_customers') = 'true' AND event('Order Completed').within(90 days).count() >= 1`,
      2,
    ),
    users(
      'newsletter readers',
      `${lives} AND event('Email Opened').within(60 days).count() >= 1`,
      3,
      { enabled: city !== 'Leeds' },
    ),
    users('big spenders', `trait('big_spenders') = 'true' AND ${lives}`, 4),
  ];
}

/** @param now milliseconds since the epoch. */
function builtOnOthers(now: number): Seed[] {
  return [
    {
      name: 'VIPs to win back',
      description: 'Built on the audiences VIP members and Lapsed customers',
      definition: {
        query: "trait('vip_members') = 'true' AND trait('lapsed_customers') = 'true'",
        level: 'users',
      },
      createdBy: anna,
      createdAt: now - 40 * dayMs,
    },
    {
      name: 'Frequent buyers',
      description: 'Built on the computed trait Orders in 90 days',
      definition: { query: "trait('orders_in_90_days') >= 3", level: 'users' },
      createdBy: anna,
      createdAt: now - 33 * dayMs,
    },
    {
      name: 'Finished an order',
      description: 'Nobody is in it: the event is called Order Completed now',
      definition: { query: "event('Order Finished').within(30 days).count() >= 1", level: 'users' },
      createdBy: ben,
      createdAt: now - 500 * dayMs,
    },
  ];
}

/** @param now milliseconds since the epoch. */
function switchedOff(now: number): Seed[] {
  return [
    {
      name: 'End-of-season sale',
      enabled: false,
      definition: {
        query: "event('Order Completed').where( property('revenue') >= 200 ).count() >= 1",
        level: 'users',
      },
      createdBy: anna,
      createdAt: now - 320 * dayMs,
      updatedAt: now - 280 * dayMs,
    },
    {
      name: 'Test Ben',
      enabled: false,
      definition: { query: "trait('email') = 'customer1@shop.example'", level: 'users' },
      createdBy: ben,
      createdAt: now - 20 * dayMs,
    },
    {
      name: 'Retail accounts',
      enabled: false,
      definition: { query: "trait('industry') = 'retail'", level: 'accounts' },
      createdBy: ben,
      createdAt: now - 150 * dayMs,
    },
  ];
}

/** @param now milliseconds since the epoch. */
function linked(now: number): Seed[] {
  return [
    {
      name: 'Customers with a large order',
      definition: {
        query: "entity('orders').where( property('total') > 500 ).count() >= 1",
        level: 'linked',
      },
      createdBy: anna,
      createdAt: now - 95 * dayMs,
      schedules: [{ strategy: 'PERIODIC', config: { interval: '1d' } }],
    },
    {
      name: 'Large orders',
      description: 'The orders themselves',
      definition: {
        query: "entity('orders').where( property('total') > 500 ).count() >= 1",
        level: 'linked',
        targetEntity: 'orders',
      },
      createdBy: anna,
      createdAt: now - 94 * dayMs,
      schedules: [
        {
          strategy: 'SPECIFIC_DAYS',
          config: { days: [1, 4], hours: [7], timezone: 'Europe/Berlin' },
        },
      ],
    },
    {
      name: 'Orders of running shoes',
      definition: {
        query:
          "entity('orders').where( entity('order-products').where( property('category') = 'running' ).count() >= 1 ).count() >= 2",
        level: 'linked',
      },
      createdBy: ben,
      createdAt: now - 12 * dayMs,
    },
    {
      name: 'Hiking orders, paused',
      description: 'Its schedule is lost once it has been disabled for 90 days',
      enabled: false,
      definition: {
        query:
          "entity('orders').where( entity('order-products').where( property('category') = 'hiking' ).count() >= 1 ).count() >= 1",
        level: 'linked',
      },
      createdBy: ben,
      createdAt: now - 200 * dayMs,
      updatedAt: now - 83 * dayMs,
      schedules: [{ strategy: 'PERIODIC', config: { interval: '6h' } }],
    },
  ];
}

export const shopDestinations: readonly PlantedDestination[] = [
  {
    name: 'Braze (EU)',
    metadata: { id: 'md_braze', slug: 'braze', name: 'Braze Cloud Mode (Actions)' },
    audiences: [
      {
        audience: 'vip_members',
        activations: [
          { name: 'Welcome VIPs', type: 'Audience Entered' },
          { name: 'Keep membership up to date', type: 'Audience Membership Changed' },
        ],
      },
      {
        audience: 'lapsed_customers',
        activations: [{ name: 'Win back', type: 'Audience Entered' }],
      },
      ...cities.map((city) => ({
        audience: `${city.toLowerCase()}_newsletter_readers`,
        activations: [{ name: `Newsletter ${city}`, type: 'Audience Membership Changed' }],
      })),
    ],
  },
  {
    name: 'Google Ads',
    metadata: { id: 'md_google_ads', slug: 'google-ads', name: 'Google Ads Remarketing Lists' },
    audiences: [
      {
        audience: 'vip_members',
        activations: [{ name: 'Lookalikes', type: 'Audience Membership Changed', enabled: false }],
      },
      { audience: 'cart_abandoners_last_7_days' },
    ],
  },
  // For some connections Segment returns neither name nor metadata.
  {
    audiences: [
      {
        audience: 'large_orders',
        activations: [{ name: 'Orders to the warehouse', type: 'Entity Added' }],
      },
      { audience: 'vip_members' },
    ],
  },
  {
    name: 'Finance warehouse',
    readable: false,
    audiences: [
      {
        audience: 'big_spenders',
        activations: [{ name: 'Monthly report', type: 'Audience Entered' }],
      },
      { audience: 'vip_members' },
    ],
  },
  {
    name: 'Facebook (old account)',
    metadata: { id: 'md_facebook', slug: 'facebook-custom-audiences', name: 'Facebook' },
    enabled: false,
    audiences: [{ audience: 'runners' }],
  },
];
