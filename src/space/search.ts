import type { AudienceType } from '../segment/models/audience.ts';
import {
  type AudienceIndex,
  folded,
  type IndexedAudience,
  type NameKind,
} from './audience-index.ts';

/** What to search audiences by; all given filters must match. */
export interface Filters {
  /** A part of name, key or description, ignoring case. */
  text?: string;
  enabled?: boolean;
  /** In any case. */
  status?: string;
  type?: AudienceType;
  /** In capitals. */
  cadence?: string;
  /** Names that the definition uses, compared exactly. */
  event?: string;
  trait?: string;
  property?: string;
  /** The key of an audience that it is built on. */
  audienceKey?: string;
  createdBy?: string;
  /** Milliseconds since the epoch, included. */
  updatedSince?: number;
  /** Milliseconds since the epoch, not included. */
  updatedBefore?: number;
  minSize?: number;
  maxSize?: number;
}

/** What to sort audiences by. */
export const sortKeys = ['name', 'size', 'updatedAt', 'createdAt', 'usedBy'] as const;
export type SortKey = (typeof sortKeys)[number];

/** What was found. */
export interface Found {
  matches: IndexedAudience[];
  /** Those that match all filters except those by name, and whose names are unknown. */
  unreadable: IndexedAudience[];
  /** By filtered field, how many match all other filters but have an unknown value. */
  unknown: ReadonlyMap<FilteredField, number>;
}

/** What a filter asks for. */
export type FilteredField =
  | 'enabled'
  | 'status'
  | 'type'
  | 'cadence'
  | 'createdBy'
  | 'updatedAt'
  | 'size'
  | 'text'
  | 'names';

interface Test {
  field: FilteredField;
  /** Undefined if unknown. */
  passes(audience: IndexedAudience): boolean | undefined;
}

/** Searches the index of a space for audiences. */
export function findIn({ audiences }: AudienceIndex, filters: Filters): Found {
  const tests = testsOf(filters);
  const matches: IndexedAudience[] = [];
  const unreadable: IndexedAudience[] = [];
  const unknown = new Map<FilteredField, number>();
  for (const audience of audiences) {
    const fields = unknownFields(tests, audience);
    if (!fields) continue;
    const others = fields.filter((field) => field !== 'names');
    for (const field of others) unknown.set(field, (unknown.get(field) ?? 0) + 1);
    if (fields.length === 0) matches.push(audience);
    if (others.length === 0 && !audience.references) unreadable.push(audience);
  }
  return { matches, unreadable, unknown };
}

/**
 * The fields of an audience that would have to be known; undefined if it certainly does not match.
 */
function unknownFields(
  tests: readonly Test[],
  audience: IndexedAudience,
): FilteredField[] | undefined {
  const fields: FilteredField[] = [];
  for (const { field, passes } of tests) {
    const isPassed = passes(audience);
    if (isPassed === false) return undefined;
    if (isPassed === undefined) fields.push(field);
  }
  return fields;
}

function testsOf(filters: Filters): Test[] {
  const { text, enabled, status, type, cadence, createdBy } = filters;
  const { updatedSince, updatedBefore, minSize, maxSize } = filters;
  const wantedStatus = status === undefined ? undefined : folded(status);
  const wantedText = text === undefined ? undefined : folded(text);
  return [
    ...equals('enabled', enabled, (audience) => audience.enabled),
    ...equals('type', type, (audience) => audience.type),
    ...equals('cadence', cadence, (audience) => audience.cadence),
    ...equals('createdBy', createdBy, (audience) => audience.createdBy),
    ...equals('status', wantedStatus, (audience) => {
      return audience.status === undefined ? undefined : folded(audience.status);
    }),
    // The later moment itself is not included.
    ...within('updatedAt', updatedSince, updatedBefore, timeOfChange, (at, end) => at < end),
    ...within(
      'size',
      minSize,
      maxSize,
      ({ size }) => size,
      (size, end) => size <= end,
    ),
    ...(wantedText === undefined
      ? []
      : [
          {
            field: 'text' as const,
            passes: ({ foldedText }: IndexedAudience) => foldedText.includes(wantedText),
          },
        ]),
    ...nameTestsOf(filters),
  ];
}

function timeOfChange({ updatedAt }: IndexedAudience): number | undefined {
  const at = Date.parse(updatedAt ?? '');
  return Number.isNaN(at) ? undefined : at;
}

function equals<Value>(
  field: FilteredField,
  wanted: Value | undefined,
  read: (audience: IndexedAudience) => Value | undefined,
): Test[] {
  if (wanted === undefined) return [];
  const passes = (audience: IndexedAudience) => {
    const value = read(audience);
    return value === undefined ? undefined : value === wanted;
  };
  return [{ field, passes }];
}

function within(
  field: FilteredField,
  start: number | undefined,
  end: number | undefined,
  read: (audience: IndexedAudience) => number | undefined,
  isBefore: (value: number, end: number) => boolean,
): Test[] {
  if (start === undefined && end === undefined) return [];
  const passes = (audience: IndexedAudience) => {
    const value = read(audience);
    if (value === undefined) return undefined;
    return (
      value >= (start ?? Number.NEGATIVE_INFINITY) && (end === undefined || isBefore(value, end))
    );
  };
  return [{ field, passes }];
}

function nameTestsOf({ event, trait, property, audienceKey }: Filters): Test[] {
  const uses = (kind: NameKind, name: string | undefined): Test[] =>
    name === undefined
      ? []
      : [{ field: 'names', passes: ({ references }) => references?.[kind].includes(name) }];
  return [
    ...uses('events', event),
    ...uses('traits', trait),
    ...uses('properties', property),
    ...uses('traits', audienceKey),
    // An audience that mentions itself is not built on itself.
    ...(audienceKey === undefined
      ? []
      : [
          {
            field: 'names' as const,
            passes: ({ key }: IndexedAudience) => key !== audienceKey,
          },
        ]),
  ];
}

/** Sorts audiences; those without the value come last, in either order. */
export function sorted(
  index: AudienceIndex,
  audiences: readonly IndexedAudience[],
  key: SortKey,
  order: 'asc' | 'desc',
): IndexedAudience[] {
  const sortValue = sortValueBy(index, key);
  const sign = order === 'asc' ? 1 : -1;
  return audiences
    .map((audience) => ({
      audience,
      value: sortValue(audience),
      name: audience.foldedName,
    }))
    .sort(
      (a, b) =>
        Number(a.value === undefined) - Number(b.value === undefined) ||
        sign * compared(a.value, b.value) ||
        compared(a.name, b.name) ||
        compared(a.audience.id, b.audience.id),
    )
    .map(({ audience }) => audience);
}

type SortValue = string | number | undefined;

function sortValueBy(index: AudienceIndex, key: SortKey): (audience: IndexedAudience) => SortValue {
  const time = (text: string | undefined) => {
    const at = Date.parse(text ?? '');
    return Number.isNaN(at) ? undefined : at;
  };
  switch (key) {
    case 'name':
      return ({ name, foldedName }) => (name === undefined ? undefined : foldedName);
    case 'size':
      return ({ size }) => size;
    case 'updatedAt':
      return ({ updatedAt }) => time(updatedAt);
    case 'createdAt':
      return ({ createdAt }) => time(createdAt);
    case 'usedBy':
      return (audience) => index.usedByCount(audience);
  }
}

function compared(a: SortValue, b: SortValue): number {
  if (a === undefined || b === undefined || a === b) return 0;
  return a < b ? -1 : 1;
}
