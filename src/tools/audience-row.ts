import * as z from 'zod';
import { type Audience, typeOf } from '../segment/models/audience.ts';
import { columnsOf, firstColumns, lastColumns } from './short-rows.ts';

/** An audience as a short row of a list. */
export const rowSchema = () =>
  z.object({
    ...firstColumns(),
    size: z.number().optional().describe('Members'),
    cadence: z.string().optional().describe('REALTIME or BATCH'),
    ...lastColumns(),
  });
export type Row = z.infer<ReturnType<typeof rowSchema>>;

/** The row of an audience. */
export function summarize(audience: Audience): Row {
  return columnsOf(audience, {
    type: typeOf(audience) ?? audience.definition?.type ?? undefined,
    size: audience.size?.count ?? undefined,
    cadence: audience.computeCadence?.type ?? undefined,
  });
}
