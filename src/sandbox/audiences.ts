import { type FindByKey, levelOf, Members } from './members.ts';
import { makeSample } from './sample.ts';
import type { Seed } from './seed.ts';
import type { AudienceInput, Definition, Options } from './validate.ts';

const preparingMs = 2000;
const firstComputationMs = 6000;
const computationMs = 4000;
const lockMs = 2000;

/** How many profiles a space has. */
const sampleSizes: Readonly<Record<string, number>> = {
  spa_shop_production: 2000,
  spa_shop_staging: 200,
};

/** Who changes things here, as a user id of Segment's. */
const editor = 'usr_sandbox';

/** An audience as the API shows it (the model `AudienceSummary`). */
export interface AudienceSummary {
  id: string;
  spaceId: string;
  name: string;
  description?: string;
  key: string;
  enabled: boolean;
  definition: Definition;
  status: string;
  createdBy: string;
  updatedBy: string;
  /** ISO 8601. */
  createdAt: string;
  updatedAt: string;
  options?: Options;
  /** Once it has been computed. */
  size?: { type: string; count: number };
}

interface Stored extends Omit<AudienceSummary, 'status' | 'size' | 'createdAt' | 'updatedAt'> {
  /** Milliseconds since the epoch, as are the others. */
  createdAt: number;
  updatedAt: number;
  computedAt: number;
  lockedUntil: number;
}

/**
 * The audiences of all spaces. Their life is a function of the clock: nothing runs in between.
 *
 * Preparing for 2 s, Computing until 6 s after the creation, then Live. A change locks an audience
 * for 2 s and a new definition is computed for 4 s; a disabled one is Disabled.
 */
export class Audiences {
  readonly #now: () => number;
  readonly #spaces = new Map<string, Stored[]>();
  readonly #usedKeys = new Map<string, Set<string>>();
  readonly #members = new Map<string, Members>();
  #lastId = 0;

  constructor(seeds: Readonly<Record<string, readonly Seed[]>>, now: () => number) {
    this.#now = now;
    const startedAt = now();
    for (const [spaceId, audiences] of Object.entries(seeds)) {
      this.#spaces.set(spaceId, []);
      this.#usedKeys.set(spaceId, new Set());
      const profiles = sampleSizes[spaceId] ?? 0;
      let sample: ReturnType<typeof makeSample> | undefined;
      const makeOnce = () => {
        sample ??= makeSample(profiles, startedAt);
        return sample;
      };
      this.#members.set(spaceId, new Members(makeOnce, now));
      for (const { createdAt, ...input } of audiences) this.#add(spaceId, input, createdAt);
    }
  }

  hasSpace(spaceId: string): boolean {
    return this.#spaces.has(spaceId);
  }

  /** All of a space, oldest first. */
  list(spaceId: string): AudienceSummary[] {
    return this.#in(spaceId).map((audience) => this.#summary(audience));
  }

  get(spaceId: string, id: string): AudienceSummary | undefined {
    const found = this.#find(spaceId, id);
    return found && this.#summary(found);
  }

  create(spaceId: string, input: AudienceInput): AudienceSummary {
    this.#members.get(spaceId)?.forget();
    return this.#summary(this.#add(spaceId, input, this.#now()));
  }

  /** The ids of the profiles or accounts in an audience; undefined if there is no such audience. */
  members(spaceId: string, id: string): readonly string[] | undefined {
    const found = this.#find(spaceId, id);
    return found && this.#members.get(spaceId)?.of(found.definition, this.finder(spaceId));
  }

  /** Finds the definition of an audience by its key. */
  finder(spaceId: string): FindByKey {
    return (key) => this.#in(spaceId).find((audience) => audience.key === key)?.definition;
  }

  /** When the lock of an audience ends; undefined if it has none. */
  lockedUntil(spaceId: string, id: string): number | undefined {
    const { lockedUntil = 0 } = this.#find(spaceId, id) ?? {};
    return lockedUntil > this.#now() ? lockedUntil : undefined;
  }

  update(spaceId: string, id: string, input: AudienceInput): AudienceSummary | undefined {
    const found = this.#find(spaceId, id);
    if (!found) return undefined;
    const now = this.#now();
    const computeAgain = input.definition !== undefined || (input.enabled && !found.enabled);
    if (computeAgain) found.computedAt = Math.max(found.computedAt, now + computationMs);
    found.name = input.name ?? found.name;
    found.description = input.description ?? found.description;
    found.enabled = input.enabled ?? found.enabled;
    found.definition = input.definition ?? found.definition;
    found.updatedAt = now;
    found.updatedBy = editor;
    found.lockedUntil = now + lockMs;
    this.#members.get(spaceId)?.forget();
    return this.#summary(found);
  }

  /** Whether there was something to remove. */
  remove(spaceId: string, id: string): boolean {
    const audiences = this.#in(spaceId);
    const index = audiences.findIndex((audience) => audience.id === id);
    if (index === -1) return false;
    audiences.splice(index, 1);
    this.#members.get(spaceId)?.forget();
    return true;
  }

  #add(spaceId: string, input: AudienceInput, createdAt: number): Stored {
    this.#lastId += 1;
    const name = input.name ?? '';
    const key = this.nextKey(spaceId, name);
    this.#usedKeys.get(spaceId)?.add(key);
    const audience: Stored = {
      id: `aud_${String(this.#lastId).padStart(9, '0')}`,
      spaceId,
      name,
      description: input.description,
      key,
      enabled: input.enabled ?? true,
      definition: input.definition ?? { query: '', type: 'users' },
      createdBy: editor,
      updatedBy: editor,
      createdAt,
      updatedAt: createdAt,
      computedAt: createdAt + firstComputationMs,
      lockedUntil: 0,
      options: input.options,
    };
    this.#in(spaceId).push(audience);
    return audience;
  }

  /** The key of the next audience of this name: never one that was used before in the space. */
  nextKey(spaceId: string, name: string): string {
    const used = this.#usedKeys.get(spaceId) ?? new Set();
    const words = name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[a-z0-9]+/g);
    const base = words?.join('_') ?? 'audience';
    let key = base;
    for (let number = 2; used.has(key); number += 1) key = `${base}_${number}`;
    return key;
  }

  #in(spaceId: string): Stored[] {
    return this.#spaces.get(spaceId) ?? [];
  }

  #find(spaceId: string, id: string): Stored | undefined {
    return this.#in(spaceId).find((audience) => audience.id === id);
  }

  #summary(audience: Stored): AudienceSummary {
    const { computedAt, lockedUntil, createdAt, updatedAt, ...rest } = audience;
    const status = this.#statusOf(audience);
    const members = status === 'Live' ? this.members(rest.spaceId, rest.id) : undefined;
    const type = levelOf(rest.definition.type).toUpperCase();
    return {
      ...rest,
      status,
      createdAt: new Date(createdAt).toISOString(),
      updatedAt: new Date(updatedAt).toISOString(),
      size: members && { type, count: members.length },
    };
  }

  #statusOf({ enabled, createdAt, computedAt, lockedUntil }: Stored): string {
    const now = this.#now();
    if (!enabled) return 'Disabled';
    if (now < createdAt + preparingMs) return 'Preparing';
    return now < Math.max(computedAt, lockedUntil) ? 'Computing' : 'Live';
  }
}
