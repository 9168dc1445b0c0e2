import * as z from 'zod';
import { previewSchema } from '../models/preview.ts';
import { ofSpace } from './features.ts';
import type { ReadRow } from './row.ts';

/*
 * Previews of definitions. Source: Segment's API reference, tag Audiences. A preview leaves nothing
 * behind, so it counts as a read; but each one counts toward 700 per space and month.
 */

/**
 * A preview may be refused because of its subject: only the space shows that there are none at all.
 */
const feature = ofSpace('Audience previews');
const previews = '/spaces/{spaceId}/audiences/previews';

export const create: ReadRow<'create_audience_preview'> = {
  method: 'POST',
  path: previews,
  perMinute: 5,
  hasLongerQuota: true,
  writes: false,
  resend: 'once',
  body: ({ query, type, targetEntity, filterByExternalIds, backfillEventDataDays }) => ({
    audienceType: type.toUpperCase(),
    definition: { query, targetEntity },
    options:
      filterByExternalIds === undefined && backfillEventDataDays === undefined
        ? undefined
        : { filterByExternalIds, backfillEventDataDays },
  }),
  output: z.lazy(() => z.looseObject({ audiencePreview: z.looseObject({ id: z.string() }) })),
  feature,
  ifNotFound: 'Check spaceId; ask the user for the id of the space.',
  ifUnknown:
    'A preview may have been started, which counts toward the monthly limit; start another one.',
};

export const get: ReadRow<'get_audience_preview'> = {
  method: 'GET',
  path: `${previews}/{id}`,
  idField: 'previewId',
  perMinute: 300,
  writes: false,
  resend: 'repeatable',
  output: z.lazy(() => z.looseObject({ audiencePreview: previewSchema })),
  feature: {
    ...feature,
    // One that is not found may simply have expired.
    isMissing: async (asked, look, refusal) =>
      refusal.code !== 'not_found' && feature.isMissing(asked, look, refusal),
  },
  ifNotFound: 'Previews expire: start another one from the definition.',
};
