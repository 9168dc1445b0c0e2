import type { SandboxEdition } from './editions.ts';
import { plansOf } from './plans.ts';
import { shop } from './seed.ts';
import type { SharedPeople } from './shared-people.ts';
import { shopAudiences, shopDestinations, shopEvents, shopTraits } from './shop-world.ts';
import type { Plans } from './space-state.ts';
import { sandboxSpaces } from './spaces.ts';

const [production] = sandboxSpaces;

/** The shop: as it was in 2024, or with everything added to its production space since. */
export function shopPlans(edition: SandboxEdition, people: SharedPeople): Plans {
  const before = plansOf(shop, people);
  if (edition === 'v1alpha') return before;
  return (now) =>
    before(now).map((plan) =>
      plan.id === production.id
        ? {
            ...plan,
            audiences: [...plan.audiences, ...shopAudiences(now)],
            computedTraits: shopTraits(now),
            events: shopEvents(now),
            destinations: shopDestinations,
          }
        : plan,
    );
}
