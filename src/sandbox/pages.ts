import type { Field, Fields } from './fields.ts';

/** What `pagination.count` and `pagination.cursor` request. */
export interface PageRequest {
  count: number;
  offset: number;
}

/** How an edition pages. */
export interface Paging {
  maxCount: number;
  /** The value of `pagination.count` if absent; without it the parameter is required. */
  defaultCount?: number;
  /** How the first page says that none precedes it, and the last that none follows. */
  ends: 'absent' | 'null';
  /** Whether there is no cursor back. */
  forwardOnly?: boolean;
}

/** The paging of today's lists if nothing else is stated. */
export const usualPaging: Paging = { maxCount: 1000, defaultCount: 200, ends: 'absent' };

/** Reads the pagination from the query of a list request. */
export function readPage(fields: Fields, paging: Paging): PageRequest {
  const cursorField = fields.at('pagination.cursor');
  const count = readCount(fields.at('pagination.count'), paging, cursorField.isGiven);
  const cursor = cursorField.text({ mayBeEmpty: true });
  const offset = cursor === undefined ? 0 : offsetOf(cursor);
  if (offset === undefined) cursorField.refuse('is not a valid cursor');
  return { count, offset: offset ?? 0 };
}

/** Reads the pagination of a list that returns one only if it was sent. */
export function readSentPage(fields: Fields): PageRequest & { isSent: boolean } {
  const isSent = fields.at('pagination.count').isGiven;
  return { ...readPage(fields, usualPaging), isSent };
}

/** The page of such a list. */
export function takeSentPage<Item>(
  all: readonly Item[],
  { isSent, ...page }: PageRequest & { isSent: boolean },
) {
  const { items, pagination } = takePage(all, page, usualPaging);
  return { items, pagination: isSent ? pagination : undefined };
}

/** The object as a whole may be absent if it has a default, but not its count alone. */
function readCount(field: Field, { maxCount, defaultCount }: Paging, hasCursor: boolean): number {
  if (defaultCount === undefined || hasCursor) field.required();
  return field.integerText({ min: 1, max: maxCount }) ?? defaultCount ?? 0;
}

/** One page of `all`, and the pagination object that goes with it. */
export function takePage<Item>(
  all: readonly Item[],
  { count, offset }: PageRequest,
  { ends, forwardOnly = false }: Pick<Paging, 'ends' | 'forwardOnly'>,
) {
  const after = offset + count;
  const none = ends === 'null' ? null : undefined;
  return {
    items: all.slice(offset, after),
    pagination: {
      current: cursorOf(offset),
      next: after < all.length ? cursorOf(after) : none,
      previous: offset > 0 && !forwardOnly ? cursorOf(Math.max(0, offset - count)) : none,
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
