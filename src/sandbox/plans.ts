import type { Seeds } from './seed.ts';
import type { SharedPeople } from './shared-people.ts';
import { shopRelationships } from './shop-world.ts';
import type { Plans, SpacePlan } from './space-state.ts';
import { type Space, sandboxSpaces } from './spaces.ts';

/** How many customers of the shop a space has. */
const customers: Readonly<Record<string, number>> = { spa_shop_production: 2000 };
const defaultCustomers = 200;

/** Spaces with the shop's customers, but other audiences than the shop's. */
export function plansOf(seeds: Seeds, people: SharedPeople): Plans {
  return (now) =>
    Object.entries(seeds).map(([id, audiences]) => ({
      ...planOf(id, audiences),
      people: () => people.sample(customers[id] ?? defaultCustomers, now),
    }));
}

function planOf(id: string, audiences: SpacePlan['audiences']): Omit<SpacePlan, 'people'> {
  return {
    ...spaceOf(id),
    audiences,
    computedTraits: [],
    events: [],
    relationships: shopRelationships,
    destinations: [],
  };
}

function spaceOf(id: string): Space {
  return sandboxSpaces.find((space) => space.id === id) ?? { id, slug: id, name: id };
}
