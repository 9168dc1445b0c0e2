import * as z from 'zod';
import { number, text } from './lenient.ts';

/** Where a page stands in its list. Segment leaves `next` and `previous` out, or sets them to null. */
export const paginationSchema = z.lazy(() =>
  z.looseObject({
    current: text(),
    next: text().describe("The next page's cursor; absent or null on the last page"),
    previous: text(),
    totalEntries: number(),
  }),
);
export type Pagination = z.infer<typeof paginationSchema>;
