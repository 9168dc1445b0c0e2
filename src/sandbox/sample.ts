import type { Account, EntityRecord, EventRecord, Profile } from '../query/index.ts';
import { Random } from './random.ts';

/*
 * The customers of a small shoe shop: the same in every run, except for the time, which counts back
 * from the moment of their creation.
 */

/** A profile with an id, as Segment would list it in an audience. */
export interface SampleProfile extends Profile {
  id: string;
  /** The kinds of external ids that it has, unless they follow from its traits. */
  externalIds?: readonly string[];
}

export interface SampleAccount extends Account {
  id: string;
  users: readonly SampleProfile[];
}

/** All profiles and accounts of one space. */
export interface Sample {
  profiles: readonly SampleProfile[];
  accounts: readonly SampleAccount[];
  /** What has been computed for them, by all that it depends on apart from people and time. */
  outcomes: Map<string, Outcome>;
}

/** What a computation came to. */
export interface Outcome {
  /** Milliseconds since the epoch. */
  at: number;
  /** By the id of the profile or account. */
  values: ReadonlyMap<string, unknown>;
  /** The ids whose value is true; collected when first asked for. */
  members?: readonly string[];
}

const dayMs = 86_400_000;
const categories = ['running', 'hiking', 'sneakers', 'boots', 'sandals'] as const;
const countries = ['DE', 'US', 'GB', 'FR', 'AT'] as const;
const plans = ['free', 'free', 'free', 'plus', 'vip'] as const;
const sources = ['src_web', 'src_app', 'src_pos'] as const;

/**
 * Makes a sample.
 *
 * @param size how many profiles; 2,000 have about 40,000 events. @param now ms since the epoch.
 */
export function makeSample(size: number, now: number): Sample {
  const random = new Random(20_260_101);
  const profiles = Array.from({ length: size }, (_, index) => makeProfile(index + 1, random, now));
  const accounts: SampleAccount[] = [];
  // Two profiles in five belong to a business customer.
  for (let start = 0; start < size * 0.4; ) {
    const users = profiles.slice(start, start + random.whole(1, 15));
    const id = `acc_${String(accounts.length + 1).padStart(4, '0')}`;
    accounts.push({ id, traits: accountTraits(random), events: [], users });
    start += users.length;
  }
  return { profiles, accounts, outcomes: new Map() };
}

function accountTraits(random: Random) {
  return {
    industry: random.pick(['retail', 'sports', 'logistics', 'health']),
    employees: random.whole(3, 900),
    plan: random.pick(plans),
  };
}

function makeProfile(number: number, random: Random, now: number): SampleProfile {
  const id = `use_${String(number).padStart(5, '0')}`;
  const since = now - random.whole(10, 1000) * dayMs;
  const events: EventRecord[] = [];
  // Most come a few times, some very often.
  const visits = Math.ceil(random.next() ** 3 * 11.6);
  const lapsed = random.chance(0.3) ? random.whole(60, 300) * dayMs : 0;
  for (let visit = 0; visit < visits; visit += 1) {
    const latest = Math.max(since, now - lapsed);
    // The closer to now, the more.
    const at = Math.floor(latest - (latest - since) * random.next() ** 2);
    events.push(...makeVisit(at, random, now));
  }
  if (random.chance(0.6)) {
    const opened = random.whole(1, 6);
    for (let mail = 0; mail < opened; mail += 1) {
      const at = now - random.whole(0, 120) * dayMs - random.whole(0, dayMs);
      events.push({
        name: 'Email Opened',
        at,
        source: 'src_web',
        properties: { campaign: 'news' },
      });
    }
  }
  events.sort((a, b) => a.at - b.at);
  return {
    id,
    traits: traitsOf(number, events, since, random),
    events,
    entities: ordersOf(number, events),
  };
}

/** One visit: pages, products, perhaps an order, perhaps a return some days later. */
function makeVisit(start: number, random: Random, now: number): EventRecord[] {
  const source = random.pick(sources);
  const category = random.pick(categories);
  const campaign = random.chance(0.08) ? 'summer-2025' : 'none';
  const context = { page: { url: `https://shop.example/${category}` } };
  const events: EventRecord[] = [];
  let at = start;
  const add = (name: string, properties: Record<string, unknown>) => {
    at += random.whole(5, 300) * 1000;
    if (at <= now) events.push({ name, at, properties, context, source });
  };
  const price = random.whole(4, 30) * 10 - 1;
  const sku = `${category}-${random.whole(1, 40)}`;
  const views = random.whole(1, 5);
  add('Page Viewed', { path: `/${category}` });
  if (campaign !== 'none') add('Promotion Clicked', { promotion: campaign });
  for (let view = 0; view < views; view += 1) add('Product Viewed', { category, price, sku });
  if (random.chance(0.45)) add('Product Added', { category, price, sku });
  if (random.chance(0.3)) {
    const quantity = random.whole(1, 3);
    add('Order Completed', { revenue: price * quantity, quantity, sku, category });
    add('Shoes Bought', { price, category, sku, size: random.whole(36, 47) });
    if (random.chance(0.2)) {
      at += random.whole(1, 12) * dayMs;
      add('Shoes Returned', { price, category, sku });
    }
  }
  return events;
}

function traitsOf(
  number: number,
  events: readonly EventRecord[],
  since: number,
  random: Random,
): Record<string, unknown> {
  const revenues = events
    .filter(({ name }) => name === 'Order Completed')
    .map(({ properties }) => Number(properties?.revenue));
  const total = revenues.reduce((sum, revenue) => sum + revenue, 0);
  const lastSeen = events.at(-1)?.at;
  return {
    email: random.chance(0.85) ? `customer${number}@shop.example` : undefined,
    plan: random.chance(0.9) ? random.pick(plans) : undefined,
    country: random.pick(countries),
    created_at: new Date(since).toISOString(),
    last_seen: lastSeen === undefined ? undefined : new Date(lastSeen).toISOString(),
    total_spend: total,
    avg_spend: revenues.length > 0 ? total / revenues.length : undefined,
    orders: revenues.length,
    address: { city: random.pick(['Berlin', 'Vienna', 'Paris', 'Leeds', 'Boston']) },
  };
}

/** For linked audiences: the orders, each with its product. */
function ordersOf(
  customer: number,
  events: readonly EventRecord[],
): Record<string, EntityRecord[]> {
  const orders = events
    .filter(({ name }) => name === 'Order Completed')
    .map(({ properties = {} }, index) => ({
      properties: { order_id: `ord_${customer}_${index + 1}`, total: properties.revenue },
      entities: {
        'order-products': [{ properties: { sku: properties.sku, category: properties.category } }],
      },
    }));
  return { orders };
}
