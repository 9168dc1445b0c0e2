import type { AudienceType } from '../segment/models/audience.ts';
import {
  type AudienceIndex,
  folded,
  type IndexedAudience,
  type NameKind,
} from './audience-index.ts';

/** What audiences are looked for by; all that is given has to hold. */
export interface Filters {
  /** A part of name, key or description, in any case. */
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
  /** Of an audience that it is built on. */
  audienceKey?: string;
  createdBy?: string;
  /** Milliseconds since the epoch, included. */
  updatedSince?: number;
  /** Milliseconds since the epoch, not included. */
  updatedBefore?: number;
  minSize?: number;
  maxSize?: number;
}

/** What audiences can be ordered by. */
export const sortKeys = ['name', 'size', 'updatedAt', 'createdAt', 'usedBy'] as const;
export type SortKey = (typeof sortKeys)[number];

/** What was found. */
export interface Found {
  matches: IndexedAudience[];
  /** Those that pass all filters but those by names, and whose names can't be known. */
  unreadable: IndexedAudience[];
  /** How many pass all other filters, but are of unknown size; 0 if sizes don't matter. */
  unknownSizes: number;
}

type Test = (audience: IndexedAudience) => boolean;

/** Looks for audiences in the index of a space. */
export function findIn({ audiences }: AudienceIndex, filters: Filters): Found {
  const passes = everyTest(testsOf(filters));
  const hasNames = everyTest(nameTestsOf(filters));
  const isOfSize = sizeTest(filters);
  const passing = audiences.filter(passes);
  const sized = passing.filter(isOfSize);
  return {
    matches: sized.filter(hasNames),
    unreadable: sized.filter(({ references }) => !references),
    unknownSizes: asksForSize(filters)
      ? passing.filter((audience) => audience.size === undefined && hasNames(audience)).length
      : 0,
  };
}

function everyTest(tests: readonly Test[]): Test {
  return (audience) => tests.every((test) => test(audience));
}

function testsOf(filters: Filters): Test[] {
  const { text, enabled, status, type, cadence, createdBy } = filters;
  const { updatedSince = Number.NEGATIVE_INFINITY } = filters;
  const { updatedBefore = Number.POSITIVE_INFINITY } = filters;
  const tests: Test[] = [];
  if (enabled !== undefined) tests.push((audience) => audience.enabled === enabled);
  if (type !== undefined) tests.push((audience) => audience.type === type);
  if (cadence !== undefined) tests.push((audience) => audience.cadence === cadence);
  if (createdBy !== undefined) tests.push((audience) => audience.createdBy === createdBy);
  if (status !== undefined) {
    const wanted = folded(status);
    tests.push((audience) => folded(audience.status ?? '') === wanted);
  }
  if (filters.updatedSince !== undefined || filters.updatedBefore !== undefined) {
    tests.push(({ updatedAt }) => {
      const at = Date.parse(updatedAt ?? '');
      return at >= updatedSince && at < updatedBefore;
    });
  }
  if (text !== undefined) {
    const wanted = folded(text);
    tests.push(({ foldedText }) => foldedText.includes(wanted));
  }
  return tests;
}

function asksForSize({ minSize, maxSize }: Filters): boolean {
  return minSize !== undefined || maxSize !== undefined;
}

function sizeTest(filters: Filters): Test {
  if (!asksForSize(filters)) return () => true;
  const { minSize = 0, maxSize = Number.POSITIVE_INFINITY } = filters;
  return ({ size }) => size !== undefined && size >= minSize && size <= maxSize;
}

function nameTestsOf({ event, trait, property, audienceKey }: Filters): Test[] {
  const uses = (kind: NameKind, name: string | undefined): Test[] =>
    name === undefined ? [] : [({ references }) => references?.[kind].includes(name) === true];
  return [
    ...uses('events', event),
    ...uses('traits', trait),
    ...uses('properties', property),
    ...uses('traits', audienceKey),
    // An audience that mentions itself is not built on itself.
    ...(audienceKey === undefined ? [] : [({ key }: IndexedAudience) => key !== audienceKey]),
  ];
}

/** Puts audiences in order; those without the value come last, either way. */
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
