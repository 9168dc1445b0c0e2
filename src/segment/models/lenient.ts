import * as z from 'zod';

/*
 * How Segment's models are read. A field that is absent, null or of another type counts as unknown,
 * and whatever Segment adds passes through untouched.
 */

/** A field that Segment may leave out, set to null, or one day change. */
export const lenient = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().catch(undefined);

export const text = () => lenient(z.string());
export const flag = () => lenient(z.boolean());
export const number = () => lenient(z.number());
