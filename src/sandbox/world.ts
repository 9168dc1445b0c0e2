import { Ids } from './ids.ts';
import { type Plans, SpaceState } from './space-state.ts';

/** All spaces of the workspace. */
export class World {
  readonly #spaces: ReadonlyMap<string, SpaceState>;

  /** @param now milliseconds since the epoch. */
  constructor(plansAt: Plans, now: () => number) {
    const ids = new Ids();
    const plans = plansAt(now());
    for (const { audiences } of plans) {
      for (const { id } of audiences) if (id !== undefined) ids.take(id);
    }
    this.#spaces = new Map(plans.map((plan) => [plan.id, new SpaceState(plan, { ids, now })]));
  }

  spaces(): SpaceState[] {
    return [...this.#spaces.values()];
  }

  /** A space, brought up to the present. */
  space(id: string): SpaceState | undefined {
    const found = this.#spaces.get(id);
    found?.settle();
    return found;
  }
}
