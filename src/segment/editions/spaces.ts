import * as z from 'zod';
import { paginationSchema } from '../models/pagination.ts';
import { usableRows, withId } from '../models/rows.ts';
import { spaceSchema } from '../models/space.ts';
import { pageQuery } from './paged.ts';
import { alpha, type ReadRow } from './row.ts';

/** The spaces of the workspace. Source: Segment's API reference, tag Spaces, alpha only. */
export const list: ReadRow<'list_spaces'> = {
  method: 'GET',
  path: '/spaces',
  mediaType: alpha,
  writes: false,
  resend: 'repeatable',
  query: pageQuery,
  output: z.lazy(() =>
    z.looseObject({
      spaces: usableRows(withId(spaceSchema.refine(({ id }) => id !== ''))),
      pagination: paginationSchema.nullish(),
    }),
  ),
  // A token that is refused may be wrong, and there is nothing else to try it by.
  feature: { name: 'Spaces', isMissing: async (_, __, { code }) => code !== 'unauthorized' },
  ifNotFound: 'Tell the user that the workspace shows no spaces to this token.',
};
