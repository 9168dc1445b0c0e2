import type { EntityRecord } from '../query/index.ts';
import type { SampleProfile } from './sample.ts';

/** A kind of thing that profiles, or other entities, are related to. */
export interface Relationship {
  /** The name in `entity('…')` and `targetEntity`. */
  slug: string;
  /** The entity at its end. */
  entity: { slug: string; name: string };
  /** The name of the property that identifies such an entity. */
  primaryKey: string;
  /** The slug of the relationship that it follows; absent if it starts at the profile. */
  parent?: string;
}

/** An entity of a profile, with those between the two, the closest to the profile first. */
export interface EntityRow {
  profile: SampleProfile;
  path: readonly EntityRecord[];
  record: EntityRecord;
}

/** How the entities of a space are related to its profiles. */
export class DataGraph {
  readonly relationships: readonly Relationship[];

  constructor(relationships: readonly Relationship[]) {
    this.relationships = relationships;
  }

  find(slug: string): Relationship | undefined {
    return this.relationships.find((each) => each.slug === slug);
  }

  /** The relationships that follow one. */
  childrenOf(slug: string): Relationship[] {
    return this.relationships.filter(({ parent }) => parent === slug);
  }

  /** The slugs from the profile to a relationship, itself included; empty if it is unknown. */
  pathTo(slug: string): string[] {
    const path: string[] = [];
    for (
      let next = this.find(slug);
      next;
      next = next.parent ? this.find(next.parent) : undefined
    ) {
      if (path.includes(next.slug)) break;
      path.unshift(next.slug);
    }
    return path;
  }

  /** All entities of a profile by way of a relationship. */
  rowsOf(profile: SampleProfile, slug: string): EntityRow[] {
    let paths: EntityRecord[][] = [[]];
    const slugs = this.pathTo(slug);
    for (const step of slugs) {
      paths = paths.flatMap((path) => {
        const related = (path.at(-1) ?? profile).entities ?? {};
        const records = Object.hasOwn(related, step) ? (related[step] ?? []) : [];
        return records.map((record) => [...path, record]);
      });
    }
    return paths.flatMap((path) => {
      const record = path.at(-1);
      return record ? [{ profile, path, record }] : [];
    });
  }
}

/** The value of an entity's primary key, as text. */
export function idOf({ properties }: EntityRecord, { primaryKey }: Relationship): string {
  return String(properties?.[primaryKey] ?? '');
}
