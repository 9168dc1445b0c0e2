import * as z from 'zod';
import { type Audience, typeOf } from '../segment/models/audience.ts';
import { cut, visibleJson } from '../visible.ts';

/*
 * An audience as a short row of a list, and what is left out of the rows of a list that is too long.
 */

/**
 * More than 60,000 characters are more than an agent should have to read at once; this leaves room
 * for what the server may have to say besides.
 */
const maxPageChars = 59_000;
const maxQueryChars = 200;
/** Only a name beyond all sense is cut. */
const maxNameChars = 2000;

export const rowSchema = () =>
  z.object({
    id: z.string(),
    name: z.string().nullish(),
    key: z.string().nullish(),
    enabled: z.boolean().nullish(),
    status: z.string().nullish(),
    type: z.string().optional(),
    size: z.number().optional().describe('Members'),
    cadence: z.string().optional().describe('REALTIME or BATCH'),
    query: z.string().optional().describe('Cut where it ends in …[cut, N characters in all]'),
    updatedAt: z.string().nullish(),
  });
export type Row = z.infer<ReturnType<typeof rowSchema>>;

/** The row of an audience. */
export function summarize(audience: Audience): Row {
  const { definition, name, key } = audience;
  return {
    id: audience.id,
    name: name && cut(name, maxNameChars),
    key: key && cut(key, maxNameChars),
    enabled: audience.enabled,
    status: audience.status,
    type: typeOf(audience) ?? definition?.type ?? undefined,
    size: audience.size?.count ?? undefined,
    cadence: audience.computeCadence?.type ?? undefined,
    query: definition?.query ? cut(definition.query, maxQueryChars) : undefined,
    updatedAt: audience.updatedAt,
  };
}

/** A row without what is longest and needed least. */
export function withoutQuery<Each extends Row>(row: Each): Each {
  return { ...row, query: undefined, updatedAt: undefined };
}

/** A row that says no more than which audience it is. */
export function onlyNames({ id, name }: Row): Row {
  return { id, name };
}

/** Whether a result is short enough to be read at once. */
export function fits(result: object): boolean {
  return visibleJson(result).length <= maxPageChars;
}
