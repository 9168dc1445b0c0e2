import * as z from 'zod';
import { jsonFits } from '../text/json-length.ts';
import { cut } from '../text/visible.ts';

/*
 * Short rows of a list, and what is left out of them if the list is too long.
 */

/**
 * No agent should have to read more than 60,000 characters at once; this leaves space for what the
 * server may add.
 */
export const maxPageChars = 59_000;
const maxQueryChars = 200;
/** Only absurdly long names are cut. */
const maxNameChars = 2000;

/** The first columns of every row. */
export const firstColumns = () => ({
  id: z.string(),
  name: z.string().nullish(),
  key: z.string().nullish(),
  enabled: z.boolean().nullish(),
  status: z.string().nullish(),
  type: z.string().optional(),
});

/** The last columns of every row. */
export const lastColumns = () => ({
  query: z.string().optional().describe('Cut if it ends in …[cut, N characters in all]'),
  updatedAt: z.string().nullish(),
});

/** What every row is made from. */
interface Listed {
  id: string;
  name?: string | null;
  key?: string | null;
  enabled?: boolean | null;
  status?: string | null;
  definition?: { query?: string | null } | null;
  updatedAt?: string | null;
}

/** The columns of a row: the shared ones, with its own in between. */
export function columnsOf<Own extends object>(
  { id, name, key, enabled, status, definition, updatedAt }: Listed,
  own: Own,
) {
  return {
    id,
    name: name && cut(name, maxNameChars),
    key: key && cut(key, maxNameChars),
    enabled,
    status,
    ...own,
    query: definition?.query ? cut(definition.query, maxQueryChars) : undefined,
    updatedAt,
  };
}

/** A row without its longest and least needed columns. */
export function withoutQuery<Row extends Listed>(row: Row): Row {
  return { ...row, query: undefined, updatedAt: undefined };
}

/** A row that only identifies its subject. */
export function onlyNames({ id, name }: Pick<Listed, 'id' | 'name'>) {
  return { id, name };
}

/** Whether a result is short enough to be read at once. */
export function fits(result: object): boolean {
  return jsonFits(result, maxPageChars);
}

/**
 * A result with as many of its first rows as fit, or none.
 *
 * @param resultOf makes it of some rows. @param maxChars of its JSON.
 */
export function withFirstRows<Row, Result extends object>(
  rows: readonly Row[],
  resultOf: (first: Row[]) => Result,
  maxChars = maxPageChars,
): Result {
  for (let count = rows.length; ; count = Math.floor(count / 2)) {
    const result = resultOf(rows.slice(0, count));
    if (count === 0 || jsonFits(result, maxChars)) return result;
  }
}

/** What a large page leaves out of its rows. */
export const leftOut = {
  query: 'query and updatedAt are left out of every row',
  allButNames: 'everything but id and name is left out of every row',
};

/** Says what a large page lacks. @param get the tool that shows one thing in full. */
export function columnNotice(
  what: keyof typeof leftOut,
  get: string,
  end = 'No row is missing.',
): string {
  return `This page is large, so ${leftOut[what]}. ${end} Ask for a smaller count, or use ${get}.`;
}

/** Says that a page ends early. */
export function endNotice(rows: number): string {
  return `It ends after ${rows} rows; for the rest, pass pagination.next as cursor.`;
}
