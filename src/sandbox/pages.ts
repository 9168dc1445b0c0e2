import { type Answer, failure } from './answers.ts';

const mostPerPage = 1000;

/** What `pagination.count` and `pagination.cursor` ask for. */
export interface PageRequest {
  count: number;
  offset: number;
}

/**
 * Reads the pagination off the query of a list call; the v1alpha edition requires it.
 *
 * @returns the page asked for, or the 422 that says what is wrong.
 */
export function readPage(query: URLSearchParams): PageRequest | Answer {
  const unknown = [...query.keys()].filter(
    (name) => name !== 'pagination.count' && name !== 'pagination.cursor',
  );
  const problems = unknown.map((name) => problem(name, `"${name}" is not allowed`));

  const countText = query.get('pagination.count');
  const count = Number(countText);
  if (countText === null) {
    problems.push(problem('pagination.count', '"pagination.count" is required'));
  } else if (!/^\d+$/.test(countText) || count < 1 || count > mostPerPage) {
    const message = `"pagination.count" must be an integer from 1 to ${mostPerPage}`;
    problems.push(problem('pagination.count', message));
  }
  const cursor = query.get('pagination.cursor');
  const offset = cursor === null ? 0 : offsetOf(cursor);
  if (offset === undefined) {
    problems.push(problem('pagination.cursor', '"pagination.cursor" is not a valid cursor'));
  }
  return problems.length > 0 || offset === undefined
    ? failure(422, ...problems)
    : { count, offset };
}

/** One page of `all`, and the pagination object that goes with it. */
export function takePage<Item>(all: readonly Item[], { count, offset }: PageRequest) {
  const after = offset + count;
  return {
    items: all.slice(offset, after),
    pagination: {
      current: cursorOf(offset),
      next: after < all.length ? cursorOf(after) : null,
      previous: offset > 0 ? cursorOf(Math.max(0, offset - count)) : null,
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

function problem(field: string, message: string) {
  return { type: 'input-validation', message, field };
}
