import { editor, type Surroundings } from './audiences.ts';
import type { Ids } from './ids.ts';
import type { Keys } from './keys.ts';
import { change, type Life, lifeMs, lockEnd, statusOf } from './life.ts';
import type { Computation, FindByKey, People } from './people.ts';

/** The definition of a computed trait. */
export interface TraitDefinition {
  query: string;
  level: 'users' | 'accounts';
}

/** A computed trait to be created. */
export interface NewComputedTrait {
  name: string;
  description?: string;
  /** True if absent; Segment's default is not stated. */
  enabled?: boolean;
  definition: TraitDefinition;
  options?: {
    includeHistoricalData?: boolean;
    includeAnonymousUsers?: boolean;
    backfillDurationDays?: number;
  };
}

/** A computed trait that exists from the start. */
export interface PlantedTrait extends NewComputedTrait {
  /** Milliseconds since the epoch. */
  createdAt?: number;
}

/** A change of a computed trait; what is absent stays. */
export type TraitChange = Partial<Omit<NewComputedTrait, 'options'>>;

/** The present state of a computed trait. */
export interface ComputedTrait extends NewComputedTrait {
  id: string;
  spaceId: string;
  key: string;
  enabled: boolean;
  status: string;
  createdBy: string;
  updatedBy: string;
  /** ISO 8601. */
  createdAt: string;
  updatedAt: string;
}

interface Stored extends Omit<ComputedTrait, 'status' | 'createdAt' | 'updatedAt'>, Life {
  /** Milliseconds since the epoch. */
  updatedAt: number;
}

/** The computed traits of one space, which have the same lifecycle as its audiences. */
export class ComputedTraits {
  readonly #spaceId: string;
  readonly #people: People;
  readonly #keys: Keys;
  readonly #ids: Ids;
  readonly #stored: Stored[] = [];

  constructor({ spaceId, people, keys, ids }: Surroundings) {
    this.#spaceId = spaceId;
    this.#people = people;
    this.#keys = keys;
    this.#ids = ids;
  }

  /** All of them, oldest first. */
  list(): ComputedTrait[] {
    return this.#stored.map((trait) => this.#show(trait));
  }

  get(id: string): ComputedTrait | undefined {
    const found = this.#find(id);
    return found && this.#show(found);
  }

  /** The computed values, by the id of the profile or account; undefined for an unknown trait. */
  values(id: string): ReadonlyMap<string, unknown> | undefined {
    const found = this.#find(id);
    return found && this.#people.values(computationOf(found.definition));
  }

  /** Finds by its key what a computed trait computes. */
  readonly findByKey: FindByKey = (key) => {
    const found = this.#stored.find((trait) => trait.key === key);
    return found && computationOf(found.definition);
  };

  /** When the lock of a trait ends; undefined if it has none. */
  lockedUntil(id: string): number | undefined {
    const found = this.#find(id);
    return found && lockEnd(found, this.#people.now());
  }

  create(input: NewComputedTrait): ComputedTrait {
    return this.#show(this.plant(input));
  }

  /** Adds one. */
  plant({ createdAt = this.#people.now(), enabled = true, ...given }: PlantedTrait): Stored {
    const trait: Stored = {
      ...given,
      id: this.#ids.next('ct_'),
      spaceId: this.#spaceId,
      key: this.#keys.take(this.#keys.next(given.name)),
      enabled,
      createdBy: editor,
      updatedBy: editor,
      createdAt,
      updatedAt: createdAt,
      computedAt: createdAt + lifeMs.firstComputation,
      lockedUntil: 0,
    };
    this.#stored.push(trait);
    return trait;
  }

  update(id: string, wanted: TraitChange): ComputedTrait | undefined {
    const found = this.#find(id);
    if (!found) return undefined;
    change(found, wanted, { now: this.#people.now(), by: editor });
    found.definition = wanted.definition ?? found.definition;
    return this.#show(found);
  }

  /** Whether there was something to remove. */
  remove(id: string): boolean {
    const index = this.#stored.findIndex((trait) => trait.id === id);
    return index !== -1 && this.#stored.splice(index, 1).length > 0;
  }

  #find(id: string): Stored | undefined {
    return this.#stored.find((trait) => trait.id === id);
  }

  #show(trait: Stored): ComputedTrait {
    const { computedAt, lockedUntil, createdAt, updatedAt, ...rest } = trait;
    return {
      ...rest,
      status: statusOf(trait, this.#people.now()),
      createdAt: new Date(createdAt).toISOString(),
      updatedAt: new Date(updatedAt).toISOString(),
    };
  }
}

function computationOf(definition: TraitDefinition): Computation {
  return { ...definition, purpose: 'trait' };
}
