import * as z from 'zod';
import { paginationSchema } from '../models/pagination.ts';
import { usableRows, withId } from '../models/rows.ts';
import { spaceSchema, workspaceSchema } from '../models/space.ts';
import { pageQuery } from './paged.ts';
import { alpha, type ReadRow } from './row.ts';

/*
 * The workspace and its spaces. Source: Segment's API reference, tags Workspaces, and Spaces, which
 * exists only in alpha. No limits are stated.
 */

/** The workspace of the token. */
export const workspace: ReadRow<'get_workspace'> = {
  method: 'GET',
  path: '/',
  writes: false,
  resend: 'repeatable',
  output: z.lazy(() => z.looseObject({ workspace: workspaceSchema })),
  ifNotFound: 'Tell the user to check SEGMENT_API_URL or SEGMENT_REGION.',
};

/**
 * One space. It needs the feature Spaces, but names none here: a 404 may be about the space, and
 * must not be remembered as a missing feature.
 */
export const get: ReadRow<'get_space'> = {
  method: 'GET',
  path: '/spaces/{spaceId}',
  mediaType: alpha,
  writes: false,
  resend: 'repeatable',
  output: z.lazy(() => z.looseObject({ space: spaceSchema.nullable() })),
  ifNotFound: 'Check spaceId; ask the user for the id of the space.',
};

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
  // A refused token may be wrong, and there is nothing else to test it with.
  feature: { name: 'Spaces', isMissing: async (_, __, { code }) => code !== 'unauthorized' },
  ifNotFound: 'Tell the user that this token can see no spaces in the workspace.',
};
