import type { Level } from '../query/index.ts';
import type { Ids } from './ids.ts';
import type { Keys } from './keys.ts';
import { change, type Life, lifeMs, lockEnd, statusOf } from './life.ts';
import type { Computation, FindByKey, People } from './people.ts';
import { type Size, sizeOf, targetOf } from './size.ts';

/** The author of changes here, as a Segment user id. */
export const editor = 'usr_sandbox';

/** What an audience consists of, whatever the edition calls it. */
export interface Definition {
  query: string;
  level: Level;
  /** The slug of a relationship; only for the level `linked`. */
  targetEntity?: string | null;
}

/** The options of either edition. */
export interface Options {
  includeHistoricalData?: boolean;
  /** Only in the 2024 edition. */
  includeAnonymousUsers?: boolean;
  /** Only in today's, like the next one. */
  filterByExternalIds?: string[];
  backfillEventDataDays?: number;
}

/** An audience to be created. */
export interface NewAudience {
  name: string;
  description?: string;
  /** True if absent; Segment's default is not stated. */
  enabled?: boolean;
  definition: Definition;
  options?: Options;
}

/** An audience that exists from the start; what is absent is as if it were created now. */
export interface PlantedAudience extends NewAudience {
  id?: string;
  key?: string;
  createdBy?: string;
  /** Milliseconds since the epoch, like the other. */
  createdAt?: number;
  updatedAt?: number;
}

/** A change of an audience; what is absent stays. */
export interface Change {
  name?: string;
  description?: string;
  enabled?: boolean;
  definition?: Partial<Definition> & Pick<Definition, 'query'>;
  /** Replaces the present ones; whether Segment merges or replaces is not stated. */
  options?: Options;
}

/** The present state of an audience, from which each edition makes its view. */
export interface Audience extends NewAudience {
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
  /** The number of members, once computed. */
  size?: Size;
}

interface Stored extends Omit<Audience, 'status' | 'size' | 'createdAt' | 'updatedAt'>, Life {
  /** Milliseconds since the epoch. */
  updatedAt: number;
  /** Since when it has been disabled; if enabled, since when it last was. */
  disabledAt: number;
}

/** What the things of a space that have keys need from outside. */
export interface Surroundings {
  spaceId: string;
  people: People;
  keys: Keys;
  ids: Ids;
}

/** The audiences of one space. */
export class Audiences {
  readonly #spaceId: string;
  readonly #people: People;
  readonly #keys: Keys;
  readonly #ids: Ids;
  /** Oldest first. */
  readonly #byId = new Map<string, Stored>();
  readonly #byKey = new Map<string, Stored>();
  /** All as a list, until one is added or removed. */
  #listed: readonly Stored[] | undefined;
  readonly #removed: { key: string; level: Level; removedAt: number }[] = [];

  constructor({ spaceId, people, keys, ids }: Surroundings) {
    this.#spaceId = spaceId;
    this.#people = people;
    this.#keys = keys;
    this.#ids = ids;
  }

  /** All of them, oldest first. */
  list(): Audience[] {
    return this.#all().map((audience) => this.#show(audience));
  }

  get(id: string): Audience | undefined {
    const found = this.#find(id);
    return found && this.#show(found);
  }

  /** What identifies each and how it lives, without computing anything. */
  headers(): readonly Pick<
    Stored,
    'id' | 'key' | 'name' | 'enabled' | 'definition' | 'updatedAt'
  >[] {
    return this.#all();
  }

  /**
   * The ids of the profiles or accounts in an audience; undefined if the audience does not exist,
   * or if its members are entities.
   */
  members(id: string): readonly string[] | undefined {
    const found = this.#find(id);
    if (!found || targetOf(found.definition) !== undefined) return undefined;
    return this.#people.members(computationOf(found));
  }

  /** Finds by its key what an audience computes. */
  readonly findByKey: FindByKey = (key) => {
    const found = this.#byKey.get(key);
    return found && computationOf(found);
  };

  /** The keys of removed audiences: their traits stay on the profiles as custom ones. */
  get removed(): readonly { key: string; level: Level; removedAt: number }[] {
    return this.#removed;
  }

  /** When the lock of an audience ends; undefined if it has none. */
  lockedUntil(id: string): number | undefined {
    const found = this.#find(id);
    return found && lockEnd(found, this.#people.now());
  }

  /** Since when an audience has been disabled; undefined if it is not. */
  disabledSince(id: string): number | undefined {
    const found = this.#find(id);
    return found && !found.enabled ? found.disabledAt : undefined;
  }

  create(input: NewAudience): Audience {
    return this.#show(this.plant(input));
  }

  /** Adds one. */
  plant(input: PlantedAudience): Stored {
    const { id, key, createdBy = editor, enabled = true, ...given } = input;
    const { createdAt = this.#people.now(), updatedAt = createdAt } = input;
    const audience: Stored = {
      ...given,
      id: id === undefined ? this.#ids.next('aud_') : this.#ids.take(id),
      spaceId: this.#spaceId,
      key: this.#keys.take(key ?? this.#keys.next(input.name)),
      enabled,
      createdBy,
      updatedBy: createdBy,
      createdAt,
      updatedAt,
      disabledAt: updatedAt,
      computedAt: createdAt + lifeMs.firstComputation,
      lockedUntil: 0,
    };
    this.#byId.set(audience.id, audience);
    this.#byKey.set(audience.key, audience);
    this.#listed = undefined;
    return audience;
  }

  update(id: string, wanted: Change): Audience | undefined {
    const found = this.#find(id);
    if (!found) return undefined;
    const now = this.#people.now();
    if (found.enabled && wanted.enabled === false) found.disabledAt = now;
    change(found, wanted, { now, by: editor });
    found.definition = { ...found.definition, ...wanted.definition };
    found.options = wanted.options ?? found.options;
    return this.#show(found);
  }

  /** Whether there was something to remove. */
  remove(id: string): boolean {
    const removed = this.#find(id);
    if (!removed) return false;
    const { key, definition } = removed;
    this.#byId.delete(id);
    this.#byKey.delete(key);
    this.#listed = undefined;
    this.#removed.push({ key, level: definition.level, removedAt: this.#people.now() });
    return true;
  }

  /** The key of the next audience with this name. */
  nextKey(name: string): string {
    return this.#keys.next(name);
  }

  #all(): readonly Stored[] {
    this.#listed ??= [...this.#byId.values()];
    return this.#listed;
  }

  #find(id: string): Stored | undefined {
    return this.#byId.get(id);
  }

  #show(audience: Stored): Audience {
    const { computedAt, lockedUntil, disabledAt, createdAt, updatedAt, ...rest } = audience;
    const status = statusOf(audience, this.#people.now());
    return {
      ...rest,
      status,
      createdAt: new Date(createdAt).toISOString(),
      updatedAt: new Date(updatedAt).toISOString(),
      size: status === 'Live' ? sizeOf(computationOf(audience), this.#people) : undefined,
    };
  }
}

/** What the definition and options of an audience compute. */
export function computationOf({
  definition,
  options,
}: Pick<NewAudience, 'definition' | 'options'>): Computation {
  return {
    ...definition,
    purpose: 'audience',
    filterByExternalIds: options?.filterByExternalIds,
  };
}
