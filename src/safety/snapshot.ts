import type { Audience } from '../segment/entities.ts';

/** An audience, or what is known of one that is to be made. */
export type AudienceShape = Partial<Audience> & Pick<Audience, 'name' | 'enabled'>;

/** What people can change of an audience, as it was at one moment. */
export interface Snapshot {
  name: string;
  description: string | undefined;
  enabled: boolean;
  query: string | undefined;
  /** In small letters. */
  type: string | undefined;
  /** ISO 8601, as Segment wrote it. */
  updatedAt: string | undefined;
}

/** One field that is not the same on both sides; undefined where there is no value. */
export interface Difference {
  field: keyof Snapshot;
  before: string | boolean | undefined;
  after: string | boolean | undefined;
}

export function snapshotOf(audience: AudienceShape): Snapshot {
  return {
    name: audience.name,
    description: audience.description ?? undefined,
    enabled: audience.enabled,
    query: audience.definition?.query,
    type: audience.definition?.type?.toLowerCase(),
    updatedAt: audience.updatedAt ?? undefined,
  };
}

const fields = ['name', 'description', 'enabled', 'query', 'type', 'updatedAt'] as const;

/** Field by field, what is not the same. */
export function differences(before: Snapshot, after: Snapshot): Difference[] {
  return fields
    .filter((field) => before[field] !== after[field])
    .map((field) => ({ field, before: before[field], after: after[field] }));
}
