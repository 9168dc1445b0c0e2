import type { Clock } from '../clock.ts';
import type { SegmentApi } from '../segment/api.ts';
import { isOfSpace } from '../segment/asked-for.ts';
import type { CallContext } from '../segment/call.ts';
import type { Pagination } from '../segment/models/pagination.ts';

/** Segment's own maximum for a list of names. */
const maxNames = 1000;
/** Segment's own maximum for a list of audiences. */
const maxAudiences = 200;
/** Segment's own maximum for a search of audiences. */
const maxSearchChars = 255;
/** How long names are remembered, milliseconds. */
const maxAgeMs = 10 * 60_000;
/** How long it is remembered that a list was not available, milliseconds. */
const maxFailureAgeMs = 60_000;
/** How many lists are remembered; the oldest are forgotten first. */
const maxLists = 100;

/** What names are of. */
export type ListKind =
  | { kind: 'events' }
  | { kind: 'properties'; event: string }
  | { kind: 'traits'; collection: 'users' | 'accounts' }
  | { kind: 'relationships' }
  /** @param entity its slug. Segment has no search for these. */
  | { kind: 'entity properties'; entity: string }
  | { kind: 'audience keys' };

/** Which names are wanted. */
export type NameList = ListKind & {
  spaceId: string;
  /** A part of the names; for audience keys, their beginning. */
  search?: string;
};

/** The names of a list. */
export interface KnownNames {
  /** When each was last seen, ISO 8601, if known. */
  names: ReadonlyMap<string, string | undefined>;
  /** Whether the list is complete. */
  complete: boolean;
  /** For relationships: the slugs of the entities they lead to, as far as known. */
  entities?: ReadonlyMap<string, string>;
}

/** What a list is read with. */
export interface Looking {
  /** Milliseconds of the monotonic clock: a response has to arrive by then. */
  until: number;
  /** Called before each request. @returns false if it must not be made. */
  spend(): boolean;
  onNotice: CallContext['onNotice'];
  trail: CallContext['trail'];
}

interface Remembered {
  names: Promise<KnownNames | undefined>;
  /** Milliseconds of the monotonic clock. */
  until: number;
}

/**
 * The names that spaces know, remembered for ten minutes and shared by all calls. Each list takes
 * one request, with a single attempt that waits for nothing.
 */
export class KnownNameLists {
  readonly #api: SegmentApi;
  readonly #clock: Clock;
  readonly #remembered = new Map<string, Remembered>();

  constructor(api: SegmentApi, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /** @returns undefined if the names are not available, or not in time. Never rejects. */
  async read(list: NameList, looking: Looking): Promise<KnownNames | undefined> {
    const key = JSON.stringify(Object.entries(list).sort());
    const known = this.#remembered.get(key);
    if (known && known.until > this.#clock.monotonic()) return known.names;
    if (!looking.spend()) return undefined;
    const names = this.#ask(list, looking).catch(() => undefined);
    this.#remember(key, names, maxAgeMs);
    if ((await names) === undefined) this.#remember(key, names, maxFailureAgeMs);
    // An audience may be used as soon as it exists.
    if (list.kind === 'audience keys') this.#remembered.delete(key);
    return names;
  }

  #remember(key: string, names: Remembered['names'], forMs: number): void {
    this.#remembered.delete(key);
    this.#remembered.set(key, { names, until: this.#clock.monotonic() + forMs });
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size <= maxLists) return;
      this.#remembered.delete(oldest);
    }
  }

  /** One request, made for the first call: cancelling that call must not end it for the others. */
  async #ask(list: NameList, { until, onNotice, trail }: Looking): Promise<KnownNames> {
    const late = new AbortController();
    const now = this.#clock.monotonic();
    const cancelTimer = this.#clock.after(Math.max(0, until - now), () => late.abort());
    const call: CallContext = {
      signal: late.signal,
      deadline: now,
      endsAt: until,
      onWait() {},
      onNotice,
      trail,
    };
    try {
      return await this.#send(list, call);
    } finally {
      cancelTimer();
    }
  }

  async #send(list: NameList, call: CallContext): Promise<KnownNames> {
    const { spaceId } = list;
    const page = { spaceId, count: maxNames };
    switch (list.kind) {
      case 'events': {
        const input = { ...page, search: list.search };
        const { events, pagination } = await this.#api.send('list_events', input, call);
        return namesOf(events, pagination);
      }
      case 'properties': {
        const input = { ...page, event: list.event, search: list.search };
        const output = await this.#api.send('list_properties_from_event', input, call);
        return namesOf(
          output.eventProperties.map(({ name, type, lastSeenAt }) => ({
            name: type === 'CONTEXT' ? inContext(name) : name,
            lastSeenAt,
          })),
          output.pagination,
        );
      }
      case 'traits': {
        const input = { ...page, collection: list.collection, search: list.search };
        const { traits, pagination } = await this.#api.send('list_traits', input, call);
        return namesOf(
          traits.map(({ trait: name, lastSeenAt }) => ({ name, lastSeenAt })),
          pagination,
        );
      }
      case 'relationships': {
        const input = { ...page, search: list.search };
        const { entityPaths, pagination } = await this.#api.send('list_entity_paths', input, call);
        const slugs = entityPaths.flatMap(({ relationshipSlugs, childRelationshipSlugs }) => [
          ...(relationshipSlugs ?? []),
          ...(childRelationshipSlugs ?? []),
        ]);
        const entities = entityPaths.flatMap(({ relationshipSlugs, entitySlug }) => {
          const relationship = relationshipSlugs?.at(-1);
          return relationship !== undefined && typeof entitySlug === 'string'
            ? [[relationship, entitySlug] as const]
            : [];
        });
        return { ...namesOf(slugs.map(named), pagination), entities: new Map(entities) };
      }
      case 'entity properties': {
        const input = { ...page, entity: list.entity };
        const output = await this.#api.send('list_properties_from_entity', input, call);
        return namesOf(
          output.entityProperties.map(({ name }) => named(name)),
          output.pagination,
        );
      }
      case 'audience keys': {
        const keyPrefix = list.search?.slice(0, maxSearchChars);
        const input = { spaceId, count: maxAudiences, keyPrefix };
        const { audiences, pagination } = await this.#api.send('list_audiences', input, call);
        const own = audiences.filter((audience) => isOfSpace(audience, spaceId));
        return namesOf(
          own.flatMap(({ key }) => (typeof key === 'string' ? [named(key)] : [])),
          pagination,
        );
      }
    }
  }
}

function named(name: string): { name: string } {
  return { name };
}

const contextPrefix = 'context.';

/** Segment does not document whether this list has the prefix. */
function inContext(name: string): string {
  return name.startsWith(contextPrefix) ? name : `${contextPrefix}${name}`;
}

function namesOf(
  rows: readonly { name: string; lastSeenAt?: string | null }[],
  pagination: Pagination | null | undefined,
): KnownNames {
  return {
    names: new Map(rows.map(({ name, lastSeenAt }) => [name, lastSeenAt ?? undefined])),
    complete: (pagination?.next ?? undefined) === undefined,
  };
}
