import type { Audiences } from './audiences.ts';
import type { ComputedTraits } from './computed-traits.ts';
import {
  type KnownEvent,
  observeEntities,
  observeEvents,
  observeTraits,
  type SeenByName,
  type SeenEvent,
} from './observed.ts';
import type { People } from './people.ts';

/** A name that definitions may use, with the other columns of its list. */
export interface SchemaName {
  name: string;
  type: string;
  /** Milliseconds since the epoch. */
  lastSeenAt: number;
  values: readonly unknown[];
}

/** A property of an entity. */
export interface EntityProperty {
  name: string;
  primaryKey: boolean;
  dataType: string;
  values: readonly unknown[];
}

/** What a space schema is derived from. */
interface Sources {
  people: People;
  events: readonly KnownEvent[];
  audiences: Audiences;
  computedTraits: ComputedTraits;
  /** Milliseconds since the epoch. */
  startedAt: number;
}

/** The names that definitions of one space may use. */
export class SpaceSchema {
  readonly #sources: Sources;
  #events: ReadonlyMap<string, SeenEvent> | undefined;
  readonly #traits = new Map<string, SeenByName>();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  events(): SchemaName[] {
    return [...this.#seenEvents().values()].map(({ name, type, lastSeenAt }) => ({
      name,
      type,
      lastSeenAt,
      values: [],
    }));
  }

  /** The properties of an event, and of its context; undefined for an unknown event. */
  eventProperties(event: string): SchemaName[] | undefined {
    const found = this.#seenEvents().get(event);
    return found && [...names(found.properties, 'PROPERTY'), ...names(found.context, 'CONTEXT')];
  }

  /** The traits of users or accounts, including computed ones. */
  traits(collection: 'users' | 'accounts'): SchemaName[] {
    const custom = names(this.#seenTraits(collection), 'CUSTOM');
    return [...custom, ...this.#ofAudiences(collection), ...this.#computed(collection)];
  }

  /** The entities of the data graph, each once for every path that leads to it. */
  entityPaths() {
    const { graph } = this.#sources.people;
    return graph.relationships.map(({ slug, entity, parent }) => {
      const relationshipSlugs = graph.pathTo(slug);
      const entityNames = relationshipSlugs.map((step) => graph.find(step)?.entity.name ?? step);
      return {
        id: slug,
        entityName: entity.name,
        pathName: entityNames.join(' > '),
        entitySlug: entity.slug,
        relationshipSlugs,
        childRelationshipSlugs: graph.childrenOf(slug).map((child) => child.slug),
        parentRelationshipSlugPath: parent === undefined ? '' : graph.pathTo(parent).join('.'),
      };
    });
  }

  /** The properties of an entity; undefined for an unknown entity. */
  entityProperties(entitySlug: string): EntityProperty[] | undefined {
    const { people, startedAt } = this.#sources;
    const leading = people.graph.relationships.filter(({ entity }) => entity.slug === entitySlug);
    const [first] = leading;
    if (!first) return undefined;
    const seen = observeEntities(people.sample, leading, startedAt);
    return seen.entries().map(([name, { values }]) => ({
      name,
      primaryKey: name === first.primaryKey,
      dataType: dataTypeOf([...values]),
      values: [...values],
    }));
  }

  #seenEvents(): ReadonlyMap<string, SeenEvent> {
    const { people, events, startedAt } = this.#sources;
    this.#events ??= observeEvents(people.sample, events, startedAt);
    return this.#events;
  }

  #seenTraits(collection: 'users' | 'accounts'): SeenByName {
    const { people, startedAt } = this.#sources;
    const seen =
      this.#traits.get(collection) ?? observeTraits(people.sample, collection, startedAt);
    this.#traits.set(collection, seen);
    return seen;
  }

  /** An audience is a trait; that of a removed audience stays, as a custom trait. */
  #ofAudiences(collection: 'users' | 'accounts'): SchemaName[] {
    const { audiences, people } = this.#sources;
    const isOfAccounts = collection === 'accounts';
    const values = [true, false];
    const present = audiences.headers().map(({ key, definition, enabled, updatedAt }) => ({
      level: definition.level,
      trait: {
        name: key,
        type: 'AUDIENCE',
        lastSeenAt: enabled ? people.now() : updatedAt,
        values,
      },
    }));
    const removed = audiences.removed.map(({ key, level, removedAt }) => ({
      level,
      trait: { name: key, type: 'CUSTOM', lastSeenAt: removedAt, values },
    }));
    return [...present, ...removed].flatMap(({ level, trait }) =>
      (level === 'accounts') === isOfAccounts ? [trait] : [],
    );
  }

  #computed(collection: 'users' | 'accounts'): SchemaName[] {
    const { computedTraits, people } = this.#sources;
    return computedTraits
      .list()
      .filter(({ definition }) => definition.level === collection)
      .map(({ id, key, enabled, updatedAt }) => {
        const values = [...(computedTraits.values(id)?.values() ?? [])];
        return {
          name: key,
          type: 'COMPUTED',
          lastSeenAt: enabled ? people.now() : Date.parse(updatedAt),
          values: [...new Set(values.filter((value) => value !== undefined))],
        };
      });
  }
}

function names(seen: SeenByName, type: string): SchemaName[] {
  return seen.entries().map(([name, { lastSeenAt, values }]) => ({
    name,
    type,
    lastSeenAt,
    values: [...values],
  }));
}

/** Segment's words for them are unknown. */
function dataTypeOf([value]: readonly unknown[]): string {
  if (typeof value === 'number') return 'NUMBER';
  return typeof value === 'boolean' ? 'BOOLEAN' : 'STRING';
}
