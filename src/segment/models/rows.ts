import * as z from 'zod';

/*
 * How rows of lists are read: one odd row must not break its page.
 */

/** An id as text, whatever its type; empty if there is none. */
function idOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : '';
}

function withTextId(row: unknown): object {
  const fields = typeof row === 'object' && row !== null ? row : {};
  return { ...fields, id: idOf('id' in fields ? fields.id : undefined) };
}

/** One thing whose id may be a number; all its other fields are lenient. */
export function withId<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess(withTextId, schema);
}

/** All rows of a list, for counting: one without an id gets an empty one. */
export function everyRow<Schema extends z.ZodType>(schema: Schema) {
  return z.array(withId(schema));
}

/** The well-formed rows of a list; the others are unusable. */
export function usableRows<Schema extends z.ZodType>(schema: Schema) {
  return z.array(z.unknown()).transform((rows): z.output<Schema>[] =>
    rows.flatMap((row) => {
      const { success, data } = schema.safeParse(row);
      return success ? [data] : [];
    }),
  );
}
