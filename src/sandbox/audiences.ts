import type { Level } from '../query/index.ts';
import type { FindByKey, Members } from './members.ts';

const preparingMs = 2000;
const firstComputationMs = 6000;
const computationMs = 4000;
const lockMs = 2000;

/** Who changes things here, as a user id of Segment's. */
const editor = 'usr_sandbox';

/** What an audience is made of, whatever the edition calls it. */
export interface Definition {
  query: string;
  level: Level;
  /** The slug of a relationship; only for the level `linked`. */
  targetEntity?: string | null;
}

/** The options of either edition. */
export interface Options {
  includeHistoricalData?: boolean;
  /** Only in the seed's edition. */
  includeAnonymousUsers?: boolean;
  /** Only in today's, as is the next. */
  filterByExternalIds?: string[];
  backfillEventDataDays?: number;
}

/** An audience to be made. */
export interface NewAudience {
  name: string;
  description?: string;
  /** True if it is left out; what Segment's default is is not stated. */
  enabled?: boolean;
  definition: Definition;
  options?: Options;
}

/** A change of an audience; what is left out stays. */
export interface Change {
  name?: string;
  description?: string;
  enabled?: boolean;
  definition?: Partial<Definition> & Pick<Definition, 'query'>;
  /** In place of the present ones; whether Segment merges or replaces is not stated. */
  options?: Options;
}

/** An audience as it is now, from which each edition makes its view. */
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
  /** How many members it has, once they have been computed. */
  size?: number;
}

interface Stored extends Omit<Audience, 'status' | 'size' | 'createdAt' | 'updatedAt'> {
  /** Milliseconds since the epoch, as are the others. */
  createdAt: number;
  updatedAt: number;
  computedAt: number;
  lockedUntil: number;
}

/** What the audiences of a space take from outside. */
export interface Surroundings {
  members: Members;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Gives an id that no audience has had. */
  nextId: () => string;
}

/**
 * The audiences of one space. Their life is a function of the clock: nothing runs in between.
 *
 * Preparing for 2 s, Computing until 6 s after the creation, then Live. A change locks an audience
 * for 2 s and a new definition is computed for 4 s; a disabled one is Disabled.
 */
export class Audiences {
  readonly #spaceId: string;
  readonly #members: Members;
  readonly #now: () => number;
  readonly #nextId: () => string;
  readonly #stored: Stored[] = [];
  readonly #usedKeys = new Set<string>();

  constructor(spaceId: string, { members, now, nextId }: Surroundings) {
    this.#spaceId = spaceId;
    this.#members = members;
    this.#now = now;
    this.#nextId = nextId;
  }

  /** All of them, oldest first. */
  list(): Audience[] {
    return this.#stored.map((audience) => this.#show(audience));
  }

  get(id: string): Audience | undefined {
    const found = this.#find(id);
    return found && this.#show(found);
  }

  /** The ids of the profiles or accounts in an audience; undefined if there are none to tell. */
  members(id: string): readonly string[] | undefined {
    const found = this.#find(id);
    return found && this.#members.of(found.definition, this.findByKey);
  }

  /** Finds the definition of an audience by its key. */
  readonly findByKey: FindByKey = (key) =>
    this.#stored.find((audience) => audience.key === key)?.definition;

  /** When the lock of an audience ends; undefined if it has none. */
  lockedUntil(id: string): number | undefined {
    const { lockedUntil = 0 } = this.#find(id) ?? {};
    return lockedUntil > this.#now() ? lockedUntil : undefined;
  }

  create(input: NewAudience): Audience {
    this.#members.forget();
    return this.#show(this.#add(input, this.#now()));
  }

  /**
   * Puts in what is there from the start. @param createdAt milliseconds since the epoch, now by
   * default.
   */
  plant(input: NewAudience, createdAt = this.#now()): void {
    this.#add(input, createdAt);
  }

  #add(input: NewAudience, createdAt: number): Stored {
    const key = this.nextKey(input.name);
    this.#usedKeys.add(key);
    const audience: Stored = {
      ...input,
      id: this.#nextId(),
      spaceId: this.#spaceId,
      key,
      enabled: input.enabled ?? true,
      createdBy: editor,
      updatedBy: editor,
      createdAt,
      updatedAt: createdAt,
      computedAt: createdAt + firstComputationMs,
      lockedUntil: 0,
    };
    this.#stored.push(audience);
    return audience;
  }

  update(id: string, change: Change): Audience | undefined {
    const found = this.#find(id);
    if (!found) return undefined;
    const now = this.#now();
    const computeAgain = change.definition !== undefined || (change.enabled && !found.enabled);
    if (computeAgain) found.computedAt = Math.max(found.computedAt, now + computationMs);
    found.name = change.name ?? found.name;
    found.description = change.description ?? found.description;
    found.enabled = change.enabled ?? found.enabled;
    found.definition = { ...found.definition, ...change.definition };
    found.options = change.options ?? found.options;
    found.updatedAt = now;
    found.updatedBy = editor;
    found.lockedUntil = now + lockMs;
    this.#members.forget();
    return this.#show(found);
  }

  /** Whether there was something to remove. */
  remove(id: string): boolean {
    const index = this.#stored.findIndex((audience) => audience.id === id);
    if (index === -1) return false;
    this.#stored.splice(index, 1);
    this.#members.forget();
    return true;
  }

  /** The key of the next audience of this name: never one that was used before in the space. */
  nextKey(name: string): string {
    const words = name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[a-z0-9]+/g);
    const base = words?.join('_') ?? 'audience';
    let key = base;
    for (let number = 2; this.#usedKeys.has(key); number += 1) key = `${base}_${number}`;
    return key;
  }

  #find(id: string): Stored | undefined {
    return this.#stored.find((audience) => audience.id === id);
  }

  #show(audience: Stored): Audience {
    const { computedAt, lockedUntil, createdAt, updatedAt, ...rest } = audience;
    const status = this.#statusOf(audience);
    return {
      ...rest,
      status,
      createdAt: new Date(createdAt).toISOString(),
      updatedAt: new Date(updatedAt).toISOString(),
      size: status === 'Live' ? this.members(rest.id)?.length : undefined,
    };
  }

  #statusOf({ enabled, createdAt, computedAt, lockedUntil }: Stored): string {
    const now = this.#now();
    if (!enabled) return 'Disabled';
    if (now < createdAt + preparingMs) return 'Preparing';
    return now < Math.max(computedAt, lockedUntil) ? 'Computing' : 'Live';
  }
}
