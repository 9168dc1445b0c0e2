import type { EntityRecord, EventRecord } from '../query/index.ts';
import type { Relationship } from './data-graph.ts';
import type { Sample } from './sample.ts';

/** How many values of a property or trait are remembered. */
const maxValues = 100;

/** What has been seen under a name. */
export interface Seen {
  /** Milliseconds since the epoch. */
  lastSeenAt: number;
  values: ReadonlySet<unknown>;
}

/** What has been seen, by name; names in nested objects are joined with dots, as in definitions. */
export class SeenByName {
  readonly #seen = new Map<string, { lastSeenAt: number; values: Set<unknown> }>();

  /** @param at milliseconds since the epoch. */
  add(name: string, at: number, value?: unknown): void {
    const seen = this.#seen.get(name) ?? { lastSeenAt: at, values: new Set() };
    this.#seen.set(name, seen);
    seen.lastSeenAt = Math.max(seen.lastSeenAt, at);
    if (value !== undefined && seen.values.size < maxValues) seen.values.add(value);
  }

  /** Each value of an object under its own name. */
  addAll(values: Readonly<Record<string, unknown>>, at: number, prefix = ''): void {
    for (const [name, value] of Object.entries(values)) {
      if (isObject(value)) this.addAll(value, at, `${prefix}${name}.`);
      else if (value !== undefined) this.add(prefix + name, at, value);
    }
  }

  get(name: string): Seen | undefined {
    return this.#seen.get(name);
  }

  entries(): [name: string, seen: Seen][] {
    return [...this.#seen];
  }
}

/** An event that is known although nobody in the sample has done it, or has another type. */
export interface KnownEvent {
  name: string;
  type?: EventType;
  /** Milliseconds since the epoch; by default when it was last done, or the start. */
  lastSeenAt?: number;
  /** The names of its properties with values of each. */
  properties?: Readonly<Record<string, readonly unknown[]>>;
}

export const eventTypes = ['TRACK', 'PAGE', 'SCREEN', 'IDENTIFY', 'GROUP', 'ALIAS'] as const;
export type EventType = (typeof eventTypes)[number];

/** What has been seen of one event. */
export interface SeenEvent {
  name: string;
  type: EventType;
  lastSeenAt: number;
  properties: SeenByName;
  context: SeenByName;
}

/** Everything seen of events in a space, by name. */
export function observeEvents(
  { profiles, accounts }: Sample,
  known: readonly KnownEvent[],
  startedAt: number,
): ReadonlyMap<string, SeenEvent> {
  const events = new Map<string, SeenEvent>();
  const seenEvent = (name: string, at: number): SeenEvent => {
    const event = events.get(name) ?? newEvent(name, at);
    events.set(name, event);
    event.lastSeenAt = Math.max(event.lastSeenAt, at);
    return event;
  };
  const add = ({ name, at, properties = {}, context = {} }: EventRecord) => {
    const event = seenEvent(name, at);
    event.properties.addAll(properties, at);
    event.context.addAll(context, at);
  };
  for (const subject of [...profiles, ...accounts]) subject.events.forEach(add);
  for (const { name, type, lastSeenAt, properties = {} } of known) {
    const event = seenEvent(name, lastSeenAt ?? events.get(name)?.lastSeenAt ?? startedAt);
    event.type = type ?? event.type;
    event.lastSeenAt = lastSeenAt ?? event.lastSeenAt;
    for (const [property, values] of Object.entries(properties)) {
      event.properties.add(property, event.lastSeenAt);
      for (const value of values) event.properties.add(property, event.lastSeenAt, value);
    }
  }
  return events;
}

function newEvent(name: string, lastSeenAt: number): SeenEvent {
  const [properties, context] = [new SeenByName(), new SeenByName()];
  return { name, type: 'TRACK', lastSeenAt, properties, context };
}

/** Everything seen of the traits of users or accounts. */
export function observeTraits(
  sample: Sample,
  collection: 'users' | 'accounts',
  startedAt: number,
): SeenByName {
  const seen = new SeenByName();
  const add = (traits: Readonly<Record<string, unknown>>, events: readonly EventRecord[]) =>
    seen.addAll(traits, events.at(-1)?.at ?? startedAt);
  if (collection === 'users') {
    for (const { traits, events } of sample.profiles) add(traits, events);
  } else {
    for (const { traits, users } of sample.accounts) {
      const last = users.map(({ events }) => events.at(-1)?.at ?? 0);
      seen.addAll(traits, Math.max(...last) || startedAt);
    }
  }
  return seen;
}

/** Everything seen of the properties of the entities at the end of some relationships. */
export function observeEntities(
  { profiles }: Sample,
  relationships: readonly Relationship[],
  startedAt: number,
): SeenByName {
  const seen = new SeenByName();
  const slugs = new Set(relationships.map(({ slug }) => slug));
  for (const { primaryKey } of relationships) seen.add(primaryKey, startedAt);
  const visit = ({ entities = {} }: Pick<EntityRecord, 'entities'>) => {
    for (const [slug, records] of Object.entries(entities)) {
      for (const record of records) {
        if (slugs.has(slug)) seen.addAll(record.properties ?? {}, startedAt);
        visit(record);
      }
    }
  };
  profiles.forEach(visit);
  return seen;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
