import type { Fields } from './fields.ts';
import type { SchemaName } from './space-schema.ts';

/*
 * What the lists of the tag Space Schema have in common.
 */

const maxSamples = 100;
const defaultSamples = 20;

/** How a list can be sorted, and is by default. */
interface SortDefault<Name extends string> {
  /** The value of `sortBy` for sorting by name. */
  names: Name;
  by: Name | 'lastSeenAt';
  direction: 'asc' | 'desc';
}

/** How events and their properties are sorted by default. */
export const eventSort = { names: 'name', by: 'lastSeenAt', direction: 'desc' } as const;

/** Which names to list, and in which order. */
export interface NameList {
  search?: string;
  byTime: boolean;
  direction: 'asc' | 'desc';
}

/** Reads `sortBy`, `sortDir` and `search`. */
export function readNameList<Name extends string>(
  fields: Fields,
  { names, by, direction }: SortDefault<Name>,
): NameList {
  const sortBy = fields.at('sortBy').oneOf(['lastSeenAt', names]) ?? by;
  return {
    search: fields.at('search').text(),
    byTime: sortBy === 'lastSeenAt',
    direction: fields.at('sortDir').oneOf(['asc', 'desc']) ?? direction,
  };
}

/** Selects the names to list; the reference does not state whether a search is case-sensitive. */
export function selectNames(
  all: readonly SchemaName[],
  { search = '', byTime, direction }: NameList,
): SchemaName[] {
  const wanted = search.toLowerCase();
  const sign = direction === 'asc' ? 1 : -1;
  const compare = (a: SchemaName, b: SchemaName) =>
    (byTime ? a.lastSeenAt - b.lastSeenAt : 0) || compareTexts(a.name, b.name);
  return all
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .sort((a, b) => sign * compare(a, b));
}

/**
 * Reads `includeSampleValues` and `samplesCount`: how many values of each name to return, if any.
 */
export function readSamples(fields: Fields): number | undefined {
  const isWanted = fields.at('includeSampleValues').flagText() ?? false;
  const count = fields.at('samplesCount').integerText({ min: 1, max: maxSamples });
  return isWanted ? (count ?? defaultSamples) : undefined;
}

/** The values to show, as text; undefined if none are requested. */
export function samplesOf(values: readonly unknown[], count: number | undefined) {
  if (count === undefined) return undefined;
  return values
    .slice(0, count)
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
}

/** @param time milliseconds since the epoch. */
export function isoTime(time: number): string {
  return new Date(time).toISOString();
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
