import * as z from 'zod';
import type { AudienceOutput, AudiencesOutput } from '../contract.ts';
import { audienceSchema } from '../models/audience.ts';
import { paginationSchema } from '../models/pagination.ts';
import { ofAudience } from './features.ts';
import { pageQuery } from './paged.ts';
import { doubtOfRemoval, removalStatus } from './removal.ts';
import { alpha, type Gone, type Paging } from './row.ts';

/*
 * What the operations on audiences share in all editions. Source: Segment's API reference, tag
 * Audiences.
 */

const oneAudience: z.ZodType<AudienceOutput> = z.lazy(() =>
  z.looseObject({ audience: audienceSchema }),
);
const manyAudiences: z.ZodType<AudiencesOutput> = z.lazy(() =>
  z.looseObject({
    audiences: z.array(audienceSchema),
    pagination: paginationSchema,
  }),
);

const space = '/spaces/{spaceId}/audiences';
const noSpace = 'Check spaceId; ask the user for the id of the space.';
const noAudience =
  'Check id and spaceId: list_audiences shows what the space holds now. It may have been removed.';

/**
 * A proxy's 404, or one for a space that can't be reached, says nothing about the audience: it is
 * gone if Segment does not know it while the space can be read and does not list it.
 */
const removed: Gone<'remove_audience_from_space'> = {
  output: { status: 'SUCCESS' },
  doubtOf: doubtOfRemoval,
  async isSo({ spaceId, id }, look) {
    const one = await look('get_audience', { spaceId, id });
    if (one.kind !== 'missing') return false;
    const list = await look('list_audiences', { spaceId, count: 1 });
    return list.kind === 'there' && list.output.audiences.every((audience) => audience.id !== id);
  },
};

export const audiences = {
  create: {
    method: 'POST',
    path: space,
    writes: true,
    resend: 'once',
    output: oneAudience,
    ifNotFound: noSpace,
    ifUnknown:
      'Do not repeat it yet. Check with list_audiences whether an audience with this name exists now; create it again only if it does not.',
  },
  get: {
    method: 'GET',
    path: `${space}/{id}`,
    writes: false,
    resend: 'repeatable',
    output: oneAudience,
    ifNotFound: noAudience,
  },
  list: {
    method: 'GET',
    path: space,
    writes: false,
    resend: 'repeatable',
    query: pageQuery,
    output: manyAudiences,
    ifNotFound: noSpace,
  },
  /** The audiences whose definitions use this one. */
  consumers: {
    method: 'GET',
    path: `${space}/{id}/audience-references`,
    mediaType: alpha,
    perMinute: 25,
    writes: false,
    resend: 'repeatable',
    query: pageQuery,
    output: manyAudiences,
    feature: ofAudience('Audience consumers'),
    ifNotFound: noAudience,
  },
  remove: {
    method: 'DELETE',
    path: `${space}/{id}`,
    writes: true,
    resend: 'repeatable',
    output: removalStatus,
    ifGone: removed,
    ifNotFound: noAudience,
    ifUnknown:
      'Check with get_audience whether it is still there, and with list_audiences whether the space can be read; remove it again only if it is still there.',
  },
  update: {
    method: 'PATCH',
    path: `${space}/{id}`,
    writes: true,
    resend: 'once',
    output: oneAudience,
    ifNotFound: noAudience,
    ifUnknown:
      'Do not repeat it yet. Read the audience with get_audience and compare; change it again only if it is still as before.',
  },
} as const;

/** Segment may find a page too large even below its own maximum. */
const smallerSizes = [100, 50, 25];

/** Reads a list of audiences in pages of at most `maxCount` rows. */
export function audiencePages(maxCount: number): Paging<'list_audiences'> {
  return {
    sizes: [...new Set([maxCount, 200, ...smallerSizes])],
    countOf: ({ count }) => count,
    cursorOf: ({ cursor }) => cursor,
    isPatient: ({ isPatient = false }) => isPatient,
    ask: (input, { count, cursor = input.cursor }) => ({ ...input, count, cursor }),
    rowsIn: (output) => output.audiences.length,
    next: ({ pagination }) => pagination.next ?? undefined,
    join(pages) {
      const [first, last] = [pages[0], pages.at(-1)];
      if (!first || !last || pages.length === 1) return first ?? { audiences: [], pagination: {} };
      const { current, previous } = first.pagination;
      let rows = 0;
      const breaks = pages.flatMap((page) => {
        rows += page.audiences.length;
        const next = page.pagination.next ?? undefined;
        return page === last || next === undefined ? [] : [{ rows, next }];
      });
      return {
        audiences: pages.flatMap((page) => page.audiences),
        pagination: { ...last.pagination, current, previous },
        breaks,
      };
    },
  };
}
