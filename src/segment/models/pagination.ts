import * as z from 'zod';
import { number, text } from './lenient.ts';

/**
 * The position of a page in its list. Segment omits `next` and `previous`, or sets them to null.
 */
export const paginationSchema = z.lazy(() =>
  z.looseObject({
    current: text(),
    // One of another type must not pass for the end of the list.
    next: z.string().nullish().describe("The next page's cursor; absent or null on the last page"),
    previous: text(),
    totalEntries: number(),
  }),
);
export type Pagination = z.infer<typeof paginationSchema>;
