import type { Field, Fields } from './fields.ts';

/** What `pagination.count` and `pagination.cursor` ask for. */
export interface PageRequest {
  count: number;
  offset: number;
}

/** How an edition pages. */
export interface Paging {
  maxCount: number;
  /** What `pagination.count` is when there is none; without it the parameter is required. */
  defaultCount?: number;
  /** How the first page says that none is before it, and the last that none follows. */
  ends: 'absent' | 'null';
}

/** Reads the pagination off the query of a list call. */
export function readPage(fields: Fields, paging: Paging): PageRequest {
  const cursorField = fields.at('pagination.cursor');
  const count = readCount(fields.at('pagination.count'), paging, cursorField.isGiven);
  const cursor = cursorField.text({ mayBeEmpty: true });
  const offset = cursor === undefined ? 0 : offsetOf(cursor);
  if (offset === undefined) cursorField.refuse('is not a valid cursor');
  return { count, offset: offset ?? 0 };
}

/** The object as a whole may be left out where it has a default, but not its count alone. */
function readCount(field: Field, { maxCount, defaultCount }: Paging, hasCursor: boolean): number {
  if (defaultCount === undefined || hasCursor) field.required();
  const text = field.text({ mayBeEmpty: true });
  if (text === undefined) return defaultCount ?? 0;
  const count = Number(text);
  if (text.trim() === '' || Number.isNaN(count)) field.refuse('must be a number');
  else if (!/^-?\d+$/.test(text)) field.refuse('must be an integer');
  else if (count < 1) field.refuse('must be greater than or equal to 1');
  else if (count > maxCount) field.refuse(`must be less than or equal to ${maxCount}`);
  return count;
}

/** One page of `all`, and the pagination object that goes with it. */
export function takePage<Item>(
  all: readonly Item[],
  { count, offset }: PageRequest,
  ends: Paging['ends'],
) {
  const after = offset + count;
  const none = ends === 'null' ? null : undefined;
  return {
    items: all.slice(offset, after),
    pagination: {
      current: cursorOf(offset),
      next: after < all.length ? cursorOf(after) : none,
      previous: offset > 0 ? cursorOf(Math.max(0, offset - count)) : none,
      totalEntries: all.length,
    },
  };
}

/** The reference's own examples, `MA==` and `Mw==`, are offsets in base64. */
function cursorOf(offset: number): string {
  return Buffer.from(String(offset)).toString('base64');
}

function offsetOf(cursor: string): number | undefined {
  const text = Buffer.from(cursor, 'base64').toString('utf8');
  return /^\d{1,9}$/.test(text) && cursorOf(Number(text)) === cursor ? Number(text) : undefined;
}
