import * as z from 'zod';
import type { QuotaState } from '../segment/quota/state.ts';

const time = z.number();
const count = z.int().min(0);

const placeSchema = z.strictObject({ id: z.string(), takenAt: time, until: time.optional() });

/** The form in which replicas share the window of a quota; all times are the store's. */
export const storedQuotaSchema: z.ZodType<QuotaState> = z.strictObject({
  limit: z.strictObject({
    perMinute: count,
    from: z.enum(['reference', 'answers', 'user']),
  }),
  windowMs: z.number().positive(),
  own: count,
  underWay: z.array(placeSchema),
  remaining: count.optional(),
  unreported: z.array(time),
  first: placeSchema.optional(),
  heard: z.boolean(),
  endsAt: time.optional(),
  endsFrom: time.optional(),
  endIsKnown: z.boolean(),
  lastEndedAt: time.optional(),
  closedUntil: time.optional(),
});
