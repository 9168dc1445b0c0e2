import * as z from 'zod';
import { paginationSchema } from '../models/pagination.ts';
import { usableRows } from '../models/rows.ts';
import {
  entityPathSchema,
  entityPropertySchema,
  eventPropertySchema,
  eventSchema,
  traitSchema,
} from '../models/space-schema.ts';
import { ofSpace } from './features.ts';
import { pageQuery } from './paged.ts';
import { alpha, type Feature, type ReadRow } from './row.ts';

/*
 * What definitions of a space may refer to. Source: Segment's API reference, tag Space Schema, only
 * in alpha.
 */

const pagination = () => paginationSchema.nullish();
const noSpace = 'Check spaceId; ask the user for the id of the space.';
const spaceSchema = 'Space Schema';
/** If not even the list that a name comes from is available, the name is not the problem. */
const ofNames = (list: 'list_events' | 'list_entity_paths'): Feature<{ spaceId: string }> => ({
  name: spaceSchema,
  isMissing: async ({ spaceId }, look) =>
    (await look(list, { spaceId, count: 1 })).kind === 'lacking',
});
const common = {
  method: 'GET',
  mediaType: alpha,
  perMinute: 25,
  writes: false,
  resend: 'repeatable',
  feature: ofSpace(spaceSchema),
} as const;

interface Asked {
  count: number;
  cursor?: string;
  search?: string;
  samplesCount?: number;
}

function query({ search, samplesCount, ...page }: Asked): Record<string, string> {
  return {
    ...pageQuery(page),
    ...(search !== undefined && { search }),
    ...(samplesCount !== undefined && {
      includeSampleValues: 'true',
      samplesCount: String(samplesCount),
    }),
  };
}

export const events: ReadRow<'list_events'> = {
  ...common,
  path: '/spaces/{spaceId}/events',
  query,
  output: z.lazy(() =>
    z.looseObject({ events: usableRows(eventSchema), pagination: pagination() }),
  ),
  ifNotFound: noSpace,
};

export const eventProperties: ReadRow<'list_properties_from_event'> = {
  ...common,
  path: '/spaces/{spaceId}/events/{event:name}/properties',
  feature: ofNames('list_events'),
  query,
  output: z.lazy(() =>
    z.looseObject({ eventProperties: usableRows(eventPropertySchema), pagination: pagination() }),
  ),
  ifNotFound: 'Check event and spaceId: describe_space_schema with kind events lists them.',
};

export const traits: ReadRow<'list_traits'> = {
  ...common,
  path: '/spaces/{spaceId}/traits',
  query: ({ collection, ...asked }) => ({ ...query(asked), collection }),
  output: z.lazy(() =>
    z.looseObject({ traits: usableRows(traitSchema), pagination: pagination() }),
  ),
  ifNotFound: noSpace,
};

export const entityPaths: ReadRow<'list_entity_paths'> = {
  ...common,
  path: '/spaces/{spaceId}/entity-paths',
  query,
  output: z.lazy(() =>
    z.looseObject({ entityPaths: usableRows(entityPathSchema), pagination: pagination() }),
  ),
  ifNotFound: noSpace,
};

export const entityProperties: ReadRow<'list_properties_from_entity'> = {
  ...common,
  path: '/spaces/{spaceId}/entities/{entity:name}/properties',
  feature: ofNames('list_entity_paths'),
  query,
  output: z.lazy(() =>
    z.looseObject({ entityProperties: usableRows(entityPropertySchema), pagination: pagination() }),
  ),
  ifNotFound: 'Check entity and spaceId: describe_space_schema with kind entities lists them.',
};
