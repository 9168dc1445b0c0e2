import type { Definition, PlantedAudience } from './audiences.ts';
import type { Timing } from './due-times.ts';

/** An audience that exists from the start. */
export interface Seed extends PlantedAudience {
  /** Only for linked audiences. */
  schedules?: readonly Timing[];
}

/** The audiences that each space starts with, by the id of the space. */
export type Seeds = Readonly<Record<string, readonly Seed[]>>;

const users = (query: string): Definition => ({ query, level: 'users' });
const accounts = (query: string): Definition => ({ query, level: 'accounts' });
const on = (year: number, month: number, day: number) => Date.UTC(year, month - 1, day, 9, 30);

/** What a small online shoe shop had built up when the 2024 edition was the only one, by space. */
export const shop: Seeds = {
  spa_shop_production: [
    {
      name: 'Big spenders',
      description: 'Lifetime value above 500',
      definition: users("trait('total_spend') > 500"),
      createdAt: on(2025, 2, 3),
    },
    {
      name: 'Cart abandoners, last 7 days',
      description: 'Put something into the cart and did not order',
      definition: users(
        "event('Product Added').within(7 days).count() >= 1 AND NOT event('Order Completed').within(7 days).count() >= 1",
      ),
      createdAt: on(2025, 2, 17),
    },
    {
      name: 'Lapsed customers',
      description: 'Have ordered, but not for half a year',
      definition: users(
        "event('Order Completed').count() >= 1 AND NOT event('Order Completed').within(180 days).count() >= 1",
      ),
      createdAt: on(2025, 3, 1),
    },
    {
      name: 'VIP members',
      definition: users("trait('plan') = 'vip'"),
      createdAt: on(2025, 3, 12),
    },
    {
      name: 'Bought and returned',
      description: 'A purchase followed by a return within five days',
      definition: users(
        "event('Shoes Bought').where( property('price') >= 100 AND event('Shoes Returned').within(parent: 5 days).count() >= 1 ).within(30 days).count() >= 1",
      ),
      createdAt: on(2025, 4, 22),
    },
    {
      name: 'Big spenders who lapsed',
      description: 'Built on the audience Big spenders',
      definition: users(
        "trait('big_spenders') = 'true' AND NOT event('Order Completed').within(90 days).count() >= 1",
      ),
      createdAt: on(2025, 5, 6),
    },
    {
      name: 'Runners',
      description: 'Look at, save or buy running shoes',
      definition: users(
        "event('Product Viewed').where( property('category') = 'running' ).within(60 days).count() >= 3 OR event('Product Added').where( property('category') = 'running' ).within(60 days).count() >= 1 OR event('Shoes Bought').where( property('category') = 'running' ).count() >= 1",
      ),
      options: { includeHistoricalData: true },
      createdAt: on(2025, 6, 30),
    },
    {
      name: 'Newsletter readers without an order',
      definition: users(
        "event('Email Opened').within(30 days).count() >= 2 AND NOT event('Order Completed').count() >= 1",
      ),
      options: { includeAnonymousUsers: true },
      createdAt: on(2025, 9, 9),
    },
    {
      name: 'Summer sale 2025',
      description: 'Switched off when the sale ended',
      enabled: false,
      definition: users(
        "event('Promotion Clicked').where( property('promotion') = 'summer-2025' ).count() >= 1",
      ),
      createdAt: on(2025, 6, 1),
    },
    {
      name: 'Accounts without a purchase',
      description: 'Business customers none of whose users has bought yet',
      definition: accounts("ALL NOT event('Shoes Bought').count() >= 1"),
      createdAt: on(2025, 10, 14),
    },
  ],
  spa_shop_staging: [
    {
      name: 'QA: anyone with an order',
      definition: users("event('Order Completed').count() >= 1"),
      createdAt: on(2025, 8, 4),
    },
    {
      name: 'QA: test accounts',
      definition: accounts("ANY trait('email').ends_with('@shop.example')"),
      createdAt: on(2025, 8, 5),
    },
    {
      name: 'QA: switched off',
      enabled: false,
      definition: users("trait('plan').exists()"),
      createdAt: on(2025, 8, 6),
    },
  ],
};
