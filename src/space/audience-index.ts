import type { Cadence, Level, Outline, References } from '../query/index.ts';
import { type Audience, type AudienceType, typeOf } from '../segment/models/audience.ts';
import { cut } from '../text/visible.ts';
import { detached } from './detached.ts';
import { fingerprint } from './fingerprint.ts';

/*
 * What is kept about a space's audiences to search them: only what filters, rows and references
 * need, so that 10,000 of them take less than 30 MB.
 */

/** Segment's names are not longer; anything longer is nonsense and is cut. */
const maxNameChars = 255;
/** Maximum length of a status, a time or a user id. */
const maxWordChars = 64;
/** Maximum length of a description, for text search. */
const maxDescriptionChars = 500;
/** The part of a definition that a row shows. */
export const maxQueryChars = 200;
/**
 * Maximum length of all strings together; beyond it, names and ids are kept, descriptions and definitions are not.
 */
const maxTextBytes = 16_000_000;

/** How many definitions are remembered while a space is read; copies are mostly made one after another. */
const maxRemembered = 200;

/** What is known about one audience. */
export interface IndexedAudience {
  readonly id: string;
  readonly name: string | undefined;
  readonly key: string | undefined;
  /** Cut if it is long. */
  readonly description: string | undefined;
  readonly enabled: boolean | undefined;
  readonly status: string | undefined;
  readonly type: AudienceType | undefined;
  /** REALTIME or BATCH. */
  readonly cadence: string | undefined;
  readonly size: number | undefined;
  /** Cut if it is long. */
  readonly query: string | undefined;
  readonly createdBy: string | undefined;
  /** ISO 8601, as Segment wrote it. */
  readonly createdAt: string | undefined;
  readonly updatedAt: string | undefined;
  /** Its name in the form used for comparison. */
  readonly foldedName: string;
  /** The text that is searched: name, key and description, in the form used for comparison. */
  readonly foldedText: string;
  /** What its definition depends on; undefined if unknown. */
  readonly references: References | undefined;
  /** The traits of these that are compared as membership in another audience is. */
  readonly memberships: readonly string[];
  /** How its definition can be computed; undefined if unknown. */
  readonly possibleCadence: Cadence | undefined;
  /** The same for definitions with the same members that differ only in spelling; undefined if unknown. */
  readonly definitionPrint: number | undefined;
}

/** What is kept of a definition; nothing if it can't be read. */
type ReadDefinition = Pick<
  IndexedAudience,
  'references' | 'memberships' | 'possibleCadence' | 'definitionPrint'
>;

/** The kinds of names that definitions are made of. */
export type NameKind = keyof References;
const nameKinds = [
  'events',
  'traits',
  'properties',
  'entities',
] as const satisfies readonly NameKind[];

/** The audiences of a space as they were at one moment. */
export class AudienceIndex {
  readonly audiences: readonly IndexedAudience[];
  /** False if the space has more audiences than are read. */
  readonly complete: boolean;
  /** When reading it began, milliseconds of the monotonic clock. */
  readonly readAt: number;
  /** The audiences whose description is not kept in full. */
  readonly cutDescriptions: number;
  /** The names that definitions use, each with the number of audiences that use it. */
  readonly names: Readonly<Record<NameKind, ReadonlyMap<string, number>>>;
  /**
   * How many destinations audiences have, by id, of those that a review has looked up: Segment lists few
   * per minute, and what is known is forgotten with the index, soon or with the next write.
   */
  readonly destinationCounts = new Map<string, number>();

  constructor(
    audiences: readonly IndexedAudience[],
    facts: { complete: boolean; readAt: number; cutDescriptions: number },
  ) {
    this.audiences = audiences;
    this.complete = facts.complete;
    this.readAt = facts.readAt;
    this.cutDescriptions = facts.cutDescriptions;
    this.names = countNames(audiences);
  }

  /** How many other audiences are built on an audience; undefined if its key is unknown. */
  usedByCount({ key, references }: IndexedAudience): number | undefined {
    if (key === undefined) return undefined;
    const all = this.names.traits.get(key) ?? 0;
    return references?.traits.includes(key) ? all - 1 : all;
  }

  /** The other audiences that are built on an audience. */
  usedBy(id: string, key: string): IndexedAudience[] {
    return this.audiences.filter(
      (other) => other.id !== id && other.references?.traits.includes(key),
    );
  }
}

function countNames(audiences: readonly IndexedAudience[]): AudienceIndex['names'] {
  const counts = {
    events: new Map<string, number>(),
    traits: new Map<string, number>(),
    properties: new Map<string, number>(),
    entities: new Map<string, number>(),
  };
  for (const { references } of audiences) {
    if (!references) continue;
    for (const kind of nameKinds) {
      const count = counts[kind];
      for (const name of references[kind]) count.set(name, (count.get(name) ?? 0) + 1);
    }
  }
  return counts;
}

/** Builds the index of a space, page by page. */
export class AudienceIndexBuilder {
  readonly #outlineOf: (query: string, level: Level) => Outline | undefined;
  readonly #audiences: IndexedAudience[] = [];
  /** Each text that many audiences share is stored once. */
  readonly #shared = new Map<string, string>();
  readonly #cadences = new Map<string, Cadence>();
  /** Reading a definition takes longer than anything else, and many are copies. */
  readonly #definitions = new Map<string, ReadDefinition>();
  #textBytes = 0;
  #cutDescriptions = 0;

  /** @param outlineOf reads a definition; undefined if it can't. */
  constructor(outlineOf: (query: string, level: Level) => Outline | undefined) {
    this.#outlineOf = outlineOf;
  }

  get size(): number {
    return this.#audiences.length;
  }

  add(audience: Audience): void {
    const { definition, description } = audience;
    const query = definition?.query ?? undefined;
    const kept = this.#optional(description ?? undefined, maxDescriptionChars);
    if (kept !== (description ?? undefined)) this.#cutDescriptions += 1;
    const name = this.#named(audience.name);
    const key = this.#named(audience.key);
    const texts = [name, key, kept].filter((text) => text !== undefined);
    this.#audiences.push({
      id: this.#counted(audience.id),
      name,
      key,
      description: kept,
      enabled: audience.enabled ?? undefined,
      status: this.#word(audience.status),
      type: typeOf(audience),
      cadence: this.#word(audience.computeCadence?.type),
      size: audience.size?.count ?? undefined,
      query: this.#optional(query, maxQueryChars),
      createdBy: this.#word(audience.createdBy),
      createdAt: this.#word(audience.createdAt),
      updatedAt: this.#word(audience.updatedAt),
      foldedName: this.#counted(folded(name ?? '')),
      // No search text contains the separator, so a match is always within one of them.
      foldedText: this.#counted(texts.map(folded).join(separator)),
      ...this.#definition(
        query,
        typeOf(audience) ?? 'users',
        definition?.targetEntity ?? undefined,
      ),
    });
  }

  finish(facts: { complete: boolean; readAt: number }): AudienceIndex {
    this.#shared.clear();
    this.#cadences.clear();
    this.#definitions.clear();
    return new AudienceIndex(this.#audiences, { ...facts, cutDescriptions: this.#cutDescriptions });
  }

  #definition(query: string | undefined, level: Level, targetEntity = ''): ReadDefinition {
    if (query === undefined || this.#textBytes > maxTextBytes) return unreadDefinition;
    const memory = JSON.stringify([level, targetEntity, query]);
    const kept = this.#definitions.get(memory) ?? this.#read(query, level, targetEntity);
    if (this.#definitions.size >= maxRemembered) this.#definitions.clear();
    this.#definitions.set(memory, kept);
    return kept;
  }

  #read(query: string, level: Level, targetEntity: string): ReadDefinition {
    const outline = this.#outlineOf(query, level);
    if (!outline) return unreadDefinition;
    const { references, memberships, cadence, canonical } = outline;
    return {
      references: {
        events: this.#names(references.events),
        traits: this.#names(references.traits),
        properties: this.#names(references.properties),
        entities: this.#names(references.entities),
      },
      memberships: this.#names(memberships),
      possibleCadence: this.#cadence(cadence),
      definitionPrint: fingerprint(JSON.stringify([level, targetEntity, canonical])),
    };
  }

  /** There are few different ones. */
  #cadence(cadence: Cadence): Cadence {
    const key = cadence.reasons.join();
    const known = this.#cadences.get(key) ?? cadence;
    this.#cadences.set(key, known);
    return known;
  }

  #names(names: string[]): string[] {
    if (names.length === 0) return none;
    return names.map((name) => this.#share(name));
  }

  #word(text: string | null | undefined): string | undefined {
    return text ? this.#share(cut(text, maxWordChars)) : undefined;
  }

  #named(text: string | null | undefined): string | undefined {
    if (typeof text !== 'string') return undefined;
    return this.#counted(text.length > maxNameChars ? detached(cut(text, maxNameChars)) : text);
  }

  /** What can be dropped when there is too much of it. */
  #optional(text: string | undefined, maxChars: number): string | undefined {
    if (text === undefined || this.#textBytes > maxTextBytes) return undefined;
    return this.#counted(text.length > maxChars ? detached(cut(text, maxChars)) : text);
  }

  #share(text: string): string {
    const known = this.#shared.get(text);
    if (known !== undefined) return known;
    const own = this.#counted(detached(text));
    this.#shared.set(own, own);
    return own;
  }

  #counted(text: string): string {
    this.#textBytes += 2 * text.length;
    return text;
  }
}

const none: string[] = [];
const unreadDefinition: ReadDefinition = {
  references: undefined,
  memberships: none,
  possibleCadence: undefined,
  definitionPrint: undefined,
};
const separator = '\n';

/** The common form of texts that people consider the same; on one line. */
export function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll(separator, ' ');
}
