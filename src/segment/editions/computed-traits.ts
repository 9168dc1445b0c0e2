import * as z from 'zod';
import { computedTraitSchema } from '../models/computed-trait.ts';
import { paginationSchema } from '../models/pagination.ts';
import { ofSpace } from './features.ts';
import { pageQuery } from './paged.ts';
import { doubtOfRemoval, removalStatus } from './removal.ts';
import { alpha, type Gone, type ReadRow, type Row } from './row.ts';

/*
 * Computed traits. Source: Segment's API reference, tag Computed Traits, which exists only in alpha
 * and still has the bodies and limits that audiences had in 2024.
 */

const traits = '/spaces/{spaceId}/computed-traits';
const oneTrait = z.lazy(() => z.looseObject({ computedTrait: computedTraitSchema }));
const noSpace = 'Check spaceId; ask the user for the id of the space.';
const noTrait = 'Check id and spaceId: list_computed_traits shows what the space holds now.';
const feature = ofSpace('Computed Traits');
/** The list of traits shows whether the feature is available. */
const ofOneTrait: typeof feature = {
  name: feature.name,
  isMissing: async ({ spaceId }, look) =>
    (await look('list_computed_traits', { spaceId, count: 1 })).kind === 'lacking',
};

function definitionOf(query: string | undefined, type: 'users' | 'accounts' | undefined) {
  return query === undefined ? undefined : { query, type: type?.toUpperCase() };
}

const removed: Gone<'remove_computed_trait_from_space'> = {
  output: { status: 'SUCCESS' },
  doubtOf: doubtOfRemoval,
  async isSo({ spaceId, id }, look) {
    if ((await look('get_computed_trait', { spaceId, id })).kind !== 'missing') return false;
    const list = await look('list_computed_traits', { spaceId, count: 1 });
    return list.kind === 'there' && list.output.computedTraits.every((trait) => trait.id !== id);
  },
};

export const create: Row<'create_computed_trait'> = {
  method: 'POST',
  path: traits,
  mediaType: alpha,
  perMinute: 10,
  writes: true,
  resend: 'once',
  body({ name, description, enabled, query, type, ...given }) {
    const { includeHistoricalData, includeAnonymousUsers, backfillDurationDays } = given;
    const options = { includeHistoricalData, includeAnonymousUsers, backfillDurationDays };
    const named = Object.values(options).some((value) => value !== undefined);
    return {
      name,
      description: description === '' ? undefined : description,
      enabled,
      definition: definitionOf(query, type),
      options: named ? options : undefined,
    };
  },
  output: oneTrait,
  feature,
  ifNotFound: noSpace,
  ifUnknown:
    'Do not repeat it yet. Check with list_computed_traits whether a trait with this name exists now; create it again only if it does not.',
};

export const get: ReadRow<'get_computed_trait'> = {
  method: 'GET',
  path: `${traits}/{id}`,
  mediaType: alpha,
  perMinute: 100,
  writes: false,
  resend: 'repeatable',
  output: oneTrait,
  feature: ofOneTrait,
  ifNotFound: noTrait,
};

export const list: ReadRow<'list_computed_traits'> = {
  method: 'GET',
  path: traits,
  mediaType: alpha,
  perMinute: 25,
  writes: false,
  resend: 'repeatable',
  query: pageQuery,
  output: z.lazy(() =>
    z.looseObject({
      computedTraits: z.array(computedTraitSchema),
      pagination: paginationSchema.nullish(),
    }),
  ),
  feature,
  ifNotFound: noSpace,
};

export const update: Row<'update_computed_trait_for_space'> = {
  method: 'PATCH',
  path: `${traits}/{id}`,
  mediaType: alpha,
  perMinute: 10,
  writes: true,
  resend: 'once',
  body: ({ name, description, enabled, query, type }) => ({
    name,
    description,
    enabled,
    definition: definitionOf(query, type),
  }),
  output: oneTrait,
  feature: ofOneTrait,
  ifNotFound: noTrait,
  ifUnknown:
    'Do not repeat it yet. Read the trait with get_computed_trait and compare; change it again only if it is still as before.',
};

export const remove: Row<'remove_computed_trait_from_space'> = {
  method: 'DELETE',
  path: `${traits}/{id}`,
  mediaType: alpha,
  perMinute: 20,
  writes: true,
  resend: 'repeatable',
  output: removalStatus,
  feature: ofOneTrait,
  ifGone: removed,
  ifNotFound: noTrait,
  ifUnknown:
    'Check with get_computed_trait whether it is still there; remove it again only if it is.',
};
