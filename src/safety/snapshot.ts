import { type AudiencesError, UnsentError } from '../segment/errors.ts';
import { type Audience, typeOf } from '../segment/models/audience.ts';
import { shortened, shortenedText } from '../text/shorten.ts';
import { quotedPlainly } from '../text/visible.ts';
import { schedulesIn, schedulesInWords } from './schedules.ts';
import type { ThingKind } from './thing.ts';

/** An audience, or another thing to write, or what is known of one to be created. */
export type AudienceShape = Partial<Audience>;

/** A definition that people have to judge is cut later than other texts. */
export const maxQueryChars = 2000;

/*
 * The JSON of what a refusal shows: with these it stays under 100,000, whatever has changed.
 */
const maxWordsChars = 20_000;
const maxValueChars = 2400;
const maxAudienceChars = 40_000;

/** What people can change about an audience, at one moment. */
export interface Snapshot {
  name: string | undefined;
  description: string | undefined;
  enabled: boolean | undefined;
  query: string | undefined;
  /** In lower case. */
  type: string | undefined;
  targetEntity: string | undefined;
  includeHistoricalData: boolean | undefined;
  includeAnonymousUsers: boolean | undefined;
  /** Joined by commas. */
  filterByExternalIds: string | undefined;
  backfillEventDataDays: number | undefined;
  /** In words; undefined if they were not read. */
  schedules: string | undefined;
  /** ISO 8601, as Segment wrote it. */
  updatedAt: string | undefined;
}

export type SnapshotField = keyof Snapshot;
type Value = Snapshot[SnapshotField];

/** A field that differs between two sides; undefined if a side has no value. */
export interface Difference {
  field: SnapshotField;
  before: Value;
  after: Value;
}

export function snapshotOf(audience: AudienceShape): Snapshot {
  const { definition, options } = audience;
  const schedules = schedulesIn(audience);
  return {
    name: audience.name ?? undefined,
    description: audience.description ?? undefined,
    enabled: audience.enabled ?? undefined,
    query: definition?.query ?? undefined,
    type: typeOf(audience) ?? definition?.type?.toLowerCase(),
    targetEntity: definition?.targetEntity ?? undefined,
    includeHistoricalData: options?.includeHistoricalData ?? undefined,
    includeAnonymousUsers: options?.includeAnonymousUsers ?? undefined,
    filterByExternalIds: options?.filterByExternalIds?.join(', '),
    backfillEventDataDays: options?.backfillEventDataDays ?? undefined,
    schedules: schedules && schedulesInWords(schedules),
    updatedAt: audience.updatedAt ?? undefined,
  };
}

const fields = [
  'name',
  'description',
  'enabled',
  'query',
  'type',
  'targetEntity',
  'includeHistoricalData',
  'includeAnonymousUsers',
  'filterByExternalIds',
  'backfillEventDataDays',
  'schedules',
  'updatedAt',
] as const satisfies readonly SnapshotField[];

/** The differences, field by field. Schedules count only if they were read on both sides. */
export function differences(before: Snapshot, after: Snapshot): Difference[] {
  const hasSchedules = before.schedules !== undefined && after.schedules !== undefined;
  return fields
    .filter((field) => before[field] !== after[field] && (field !== 'schedules' || hasSchedules))
    .map((field) => ({ field, before: before[field], after: after[field] }));
}

/** A value of a snapshot in words; text that others wrote is quoted. */
export function valueInWords(value: Value, maxChars = maxQueryChars): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'string' ? quotedPlainly(value, maxChars) : String(value);
}

/**
 * A change, with its values in words. Between two right-to-left strings, there have to be Latin
 * letters: an arrow would turn with the texts, so that the new one would seem the old.
 */
export function fromTo(before: string, after: string): string {
  return `from ${before} to ${after}`;
}

/** A difference whose long strings are cut. */
function shownDifference({ field, before, after }: Difference): Difference {
  const shown = (value: Value) =>
    typeof value === 'string' ? shortenedText(value, maxValueChars) : value;
  return { field, before: shown(before), after: shown(after) };
}

/**
 * What a refusal because of a change says about the write. It may have been sent in the form of another
 * edition, and refused.
 */
export const nothingWritten = 'Nothing was written.';

/**
 * The error for a write that was meant for an earlier state of its subject.
 *
 * @param since how the message continues after "has changed". @param now as it is.
 * @param known how it was, if still known. @param more what else changed, in our own words.
 */
export function staleError(
  { noun, field: shownAs }: ThingKind,
  since: string,
  now: Audience | undefined,
  known: Snapshot | undefined,
  more: readonly string[] = [],
): AudiencesError {
  const changed = now && known ? differences(known, snapshotOf(now)) : [];
  const words = changed.map(({ field, before, after }) => {
    return `${field} was ${valueInWords(before)} and is now ${valueInWords(after)}`;
  });
  const all = [...more, ...words].join('; ');
  const what = all === '' ? '' : `: ${shortenedText(all, maxWordsChars)}`;
  const next = `Tell the user what changed. If the write is still wanted, base it on the ${noun} as it is now, and call again without confirmation.`;
  const details = {
    changed: changed.map(shownDifference),
    [shownAs]: now && shortened(now, maxAudienceChars),
  };
  const message = `The ${noun} has changed ${since}${what}.`;
  return new UnsentError('stale', message, { next, details }, { soFar: nothingWritten });
}
