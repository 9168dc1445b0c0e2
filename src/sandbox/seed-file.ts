import type { Timing } from './due-times.ts';

/*
 * What `--seed FILE` and `start({ seed })` take: a world of your own, in JSON. Names and values of
 * an audience are those of Segment's API.
 */

/** ISO 8601, such as `2026-03-01T09:00:00Z`, or a time before the start: `-90m`, `-12h`, `-30d`. */
export type SeedTime = string;

/** A whole workspace. */
export interface SandboxSeed {
  /** At least one; the first is the default of a client that names none. */
  spaces: readonly SeedSpace[];
}

/** A space and everything in it from the start. */
export interface SeedSpace {
  id: string;
  /** The id if absent; so is the name. */
  slug?: string;
  name?: string;
  audiences?: readonly SeedAudience[];
  computedTraits?: readonly SeedComputedTrait[];
  profiles?: readonly SeedProfile[];
  accounts?: readonly SeedAccount[];
  events?: readonly SeedEvent[];
  entities?: readonly SeedEntity[];
  destinations?: readonly SeedDestination[];
}

/** An audience: the body of `create_audience`, and what Segment would report about it. */
export interface SeedAudience {
  /** Generated if absent; so is the key. */
  id?: string;
  key?: string;
  name: string;
  description?: string;
  enabled?: boolean;
  audienceType: 'USERS' | 'ACCOUNTS' | 'LINKED';
  /** `targetEntity` is the slug of one of the space's entities, or `profile`. */
  definition: { query: string; targetEntity?: string };
  options?: {
    includeHistoricalData?: boolean;
    filterByExternalIds?: readonly string[];
    backfillEventDataDays?: number;
  };
  createdBy?: string;
  createdAt?: SeedTime;
  updatedAt?: SeedTime;
  /** Only for a LINKED audience; each is a body of `add_audience_schedule_to_audience`. */
  schedules?: readonly Timing[];
}

/** A computed trait: the body of `create_computed_trait`. */
export interface SeedComputedTrait {
  name: string;
  description?: string;
  enabled?: boolean;
  definition: { query: string; type: 'USERS' | 'ACCOUNTS' };
  createdAt?: SeedTime;
}

/** One person. */
export interface SeedProfile {
  id: string;
  traits?: Readonly<Record<string, unknown>>;
  /** In any order. */
  events?: readonly SeedDoneEvent[];
  /** Related entities by the slug of the relationship, which must be among the space's entities. */
  entities?: Readonly<Record<string, readonly SeedEntityRow[]>>;
  /**
   * The kinds of external ids; by default `user_id`, `anonymous_id`, and `email` if there is a
   * trait with that name.
   */
  externalIds?: readonly string[];
}

/** Something that a person or an account did. */
export interface SeedDoneEvent {
  name: string;
  at: SeedTime;
  properties?: Readonly<Record<string, unknown>>;
  context?: Readonly<Record<string, unknown>>;
  source?: string;
}

/** One related entity. */
export interface SeedEntityRow {
  properties?: Readonly<Record<string, unknown>>;
  entities?: Readonly<Record<string, readonly SeedEntityRow[]>>;
}

/** An account of people. */
export interface SeedAccount {
  id: string;
  traits?: Readonly<Record<string, unknown>>;
  /** Ids of the space's profiles. */
  users?: readonly string[];
}

/**
 * An event that the space knows, though nobody has done it, or more about an event that somebody
 * has.
 */
export interface SeedEvent {
  name: string;
  /** TRACK if absent. */
  type?: 'TRACK' | 'PAGE' | 'SCREEN' | 'IDENTIFY' | 'GROUP' | 'ALIAS';
  /** If absent, the time at which it was last done, or the start if it never was. */
  lastSeenAt?: SeedTime;
  /** The names of its properties, each with sample values. */
  properties?: Readonly<Record<string, readonly unknown[]>>;
}

/** A relationship of the data graph, and the entity at its end. */
export interface SeedEntity {
  /** What `entity('…')` and `targetEntity` name. */
  slug: string;
  /** The name of the entity; the slug if absent. */
  name?: string;
  entitySlug?: string;
  /** The property that identifies such an entity. */
  primaryKey: string;
  /** The slug of the relationship before it; absent if it starts at the profile. */
  parent?: string;
}

/** A destination, and the audiences connected to it. */
export interface SeedDestination {
  name?: string;
  metadata?: { id: string; slug: string; name: string };
  enabled?: boolean;
  /** False for one that the token can't see, which is only counted. */
  readable?: boolean;
  audiences: readonly {
    /** The key of an audience, which follows from its name: `Big spenders` has `big_spenders`. */
    audience: string;
    activations?: readonly { name: string; type: string; enabled?: boolean }[];
  }[];
}
