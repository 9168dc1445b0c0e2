import * as z from 'zod';

/*
 * How Segment's models are read. A field that is absent, null or of another type counts as unknown;
 * whatever Segment adds passes through unchanged.
 */

/** A field that Segment may omit, set to null, or change one day. */
export const lenient = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().catch(undefined);

export const text = () => lenient(z.string());
export const flag = () => lenient(z.boolean());
export const number = () => lenient(z.number());
