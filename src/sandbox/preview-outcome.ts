import { checkErrors, type EntityRecord, references } from '../query/index.ts';
import { type EntityRow, idOf, type Relationship } from './data-graph.ts';
import { TakenIn } from './linked-members.ts';
import type { Computation, People } from './people.ts';
import { linkedProfiles, type Size, sizeOf, targetOf, targetRows } from './size.ts';

/** How many entries a sample has here; how many it has at Segment is not stated. */
const maxSample = 10;
/** Entities are cut at this number per level, according to Segment's documentation. */
const maxPerLevel = 10;
/** A linked preview fails above this number of rows, according to the same. */
const maxRows = 3000;

/** The outcome of a preview: size and sample, or why there are none. */
export interface PreviewOutcome {
  size?: Size;
  results?: object[];
  failureReason?: string;
}

/** Computes a preview. */
export function outcomeOf(computation: Computation, people: People): PreviewOutcome {
  if (computation.level === 'linked') return new LinkedPreview(computation, people).outcome();
  const ids = people.members(computation);
  return { size: sizeOf(computation, people), results: sample(ids.map((id) => ({ id }))) };
}

/**
 * The preview of a linked audience, whose entries show the entities that the definition mentions.
 */
class LinkedPreview {
  readonly #computation: Computation;
  readonly #people: People;
  readonly #mentioned: readonly Relationship[];

  constructor(computation: Computation, people: People) {
    this.#computation = computation;
    this.#people = people;
    const { tree } = checkErrors(computation.query, { type: 'linked', purpose: 'audience' });
    this.#mentioned = references(tree).entities.flatMap((slug) => people.graph.find(slug) ?? []);
  }

  outcome(): PreviewOutcome {
    const target = targetOf(this.#computation);
    const relationship = target === undefined ? undefined : this.#people.graph.find(target);
    const { results, rows } = relationship ? this.#entities(relationship) : this.#profiles();
    if (rows > maxRows) {
      return { failureReason: `The preview has ${rows} rows, more than the ${maxRows} allowed` };
    }
    return { size: sizeOf(this.#computation, this.#people), results: sample(results) };
  }

  /** Each profile is a row, and each of its entities that the definition includes. */
  #profiles() {
    const { graph, now } = this.#people;
    const roots = this.#mentioned.filter(({ parent }) => parent === undefined);
    const found = roots.map((root) => ({
      root,
      takenIn: new TakenIn(this.#computation.query, root.slug, graph, now()),
    }));
    let rows = 0;
    const results = linkedProfiles(this.#computation, this.#people).map((profile) => {
      rows += 1;
      const entities: Record<string, object[]> = {};
      for (const { root, takenIn } of found) {
        const records = takenIn.of(profile).map(({ record }) => record);
        rows += records.length;
        if (records.length > 0) entities[root.slug] = this.#details(records, root, 1);
      }
      return { id: profile.id, entities: roots.length > 0 ? entities : undefined };
    });
    return { results, rows };
  }

  /** Each entity is a row for each profile that it is related to. */
  #entities(target: Relationship) {
    const all = targetRows(this.#computation, target.slug, this.#people);
    const byId = new Map<string, [EntityRow, ...EntityRow[]]>();
    for (const row of all) {
      const id = idOf(row.record, target);
      const known = byId.get(id);
      if (known) known.push(row);
      else byId.set(id, [row]);
    }
    const results = [...byId.values()].map((rows) => {
      const profiles = [...new Set(rows.map(({ profile }) => profile.id))].map((id) => ({ id }));
      return {
        ...this.#detail(rows[0].record, target, 1),
        profiles: profiles.slice(0, maxPerLevel),
        profilesTruncated: profiles.length > maxPerLevel,
      };
    });
    return { results, rows: all.length };
  }

  #details(records: readonly EntityRecord[], relationship: Relationship, deeper: number): object[] {
    return records
      .slice(0, maxPerLevel)
      .map((record) => this.#detail(record, relationship, deeper));
  }

  /** @param deeper how many levels of entities below it are shown. */
  #detail(record: EntityRecord, relationship: Relationship, deeper: number): object {
    const below = this.#mentioned.filter(({ parent }) => parent === relationship.slug);
    const related = below.map((child) => [
      child.slug,
      this.#details(record.entities?.[child.slug] ?? [], child, deeper - 1),
    ]);
    return {
      id: idOf(record, relationship),
      idProperty: relationship.primaryKey,
      relationshipSlug: relationship.slug,
      properties: record.properties,
      entities: deeper > 0 && below.length > 0 ? Object.fromEntries(related) : undefined,
    };
  }
}

function sample(entries: readonly object[]): object[] {
  return entries.slice(0, maxSample);
}
