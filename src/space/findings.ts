import type { Cadence } from '../query/index.ts';

/*
 * What a review reads and what it finds.
 */

/** What a review knows of an audience; an `IndexedAudience` is one. */
export interface ReviewedAudience {
  readonly id: string;
  readonly name: string | undefined;
  readonly key: string | undefined;
  readonly enabled: boolean | undefined;
  readonly status: string | undefined;
  /** Users, accounts or linked. */
  readonly type: string | undefined;
  /** REALTIME or BATCH, according to Segment. */
  readonly cadence: string | undefined;
  /** The traits that its definition uses; undefined if it can't be read. */
  readonly references: { readonly traits: readonly string[] } | undefined;
  /** Those of them that are compared as membership in another audience is. */
  readonly memberships: readonly string[];
  /** How its definition can be computed. */
  readonly possibleCadence: Cadence | undefined;
  /** The same for definitions with the same members. */
  readonly definitionPrint: number | undefined;
}

/** What a review knows of a space; an `AudienceIndex` is one. */
export interface ReviewedSpace {
  readonly audiences: readonly ReviewedAudience[];
  /** False if the space has more audiences. */
  readonly complete: boolean;
  /** The traits that profiles have; undefined if they are not known. */
  readonly traits?: ReadonlySet<string> | undefined;
  /** By id of an audience, how many destinations it is connected to; of as many as were looked up. */
  readonly destinations?: ReadonlyMap<string, number> | undefined;
  /** How many audiences the plan includes. */
  readonly planLimit?: number | undefined;
}

/** What a finding is about, the most serious first. */
export const findingKinds = [
  'failed',
  'cycle',
  'removed_key',
  'near_plan_limit',
  'duplicate_name',
  'duplicate_definition',
  'sent_nowhere',
  'disabled',
  'batch_could_be_realtime',
  'not_built_on',
] as const;
export type FindingKind = (typeof findingKinds)[number];

/** One thing that deserves a look. */
export interface Finding {
  readonly kind: FindingKind;
  /** `error`: something does not work. `warning`: something may be wrong. `hint`: worth knowing. */
  readonly severity: 'error' | 'warning' | 'hint';
  /** The audiences that it is about, in the order of the space. */
  readonly audiences: readonly { readonly id: string; readonly name: string | undefined }[];
  /** Sentences; names in them are quoted, and contain no markup. */
  readonly message: string;
  /** What to do about it, in a sentence. */
  readonly next: string;
}
