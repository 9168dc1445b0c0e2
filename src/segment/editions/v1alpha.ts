import type { AudienceChange, NewAudience } from '../contract.ts';
import { audiencePages, audiences } from './audiences.ts';
import * as computedTraits from './computed-traits.ts';
import { alpha, type Edition, type Unsupported } from './row.ts';

/** Segment's own maximum of `pagination.count` in this edition. */
const maxCount = 1000;

/** Inputs that only later editions have. */
const laterOptions = ['targetEntity', 'filterByExternalIds', 'backfillEventDataDays'] as const;

function unsupported(input: NewAudience): Unsupported | undefined {
  if (input.type === 'linked') return { field: 'type', what: 'A linked audience' };
  const field = laterOptions.find((option) => input[option] !== undefined);
  return field && { field, what: `The option ${field}` };
}

/** No option can be changed; the first is the one that audiences of this edition have. */
function unsupportedChange({ options }: AudienceChange): Unsupported | undefined {
  const named = (['filterByExternalIds', 'backfillEventDataDays'] as const).find(
    (option) => options?.[option] !== undefined,
  );
  const field = named ?? 'includeHistoricalData';
  return options && { field, what: `Changing the option ${field}` };
}

/**
 * The edition of 2024, exactly: names, paths, limits and bodies as that year's reference
 * states them (models `CreateAudienceAlphaInput` and `UpdateAudienceForSpaceInput`).
 */
export const v1alpha = {
  name: 'v1alpha',
  mediaType: alpha,
  rows: {
    create_audience: {
      ...audiences.create,
      perMinute: 10,
      unsupported,
      body({ name, description, enabled, query, type, ...given }) {
        const { includeHistoricalData, includeAnonymousUsers } = given;
        const options = { includeHistoricalData, includeAnonymousUsers };
        const named = Object.values(options).some((value) => value !== undefined);
        const definition = { query, type };
        return { name, description, enabled, definition, options: named ? options : undefined };
      },
    },
    get_audience: { ...audiences.get, perMinute: 100 },
    list_audiences: {
      ...audiences.list,
      perMinute: 25,
      paging: audiencePages(maxCount),
      unsupported: ({ keyPrefix }) =>
        keyPrefix === undefined ? undefined : { field: 'keyPrefix', what: 'A search for keys' },
    },
    remove_audience_from_space: { ...audiences.remove, perMinute: 20 },
    update_audience_for_space: {
      ...audiences.update,
      perMinute: 10,
      unsupported: unsupportedChange,
      body: ({ name, description, enabled, query, type }) => ({
        name,
        description,
        enabled,
        definition: query === undefined ? undefined : { query, type },
      }),
    },
    create_computed_trait: computedTraits.create,
    get_computed_trait: computedTraits.get,
    list_computed_traits: computedTraits.list,
    update_computed_trait_for_space: computedTraits.update,
    remove_computed_trait_from_space: computedTraits.remove,
  },
} as const satisfies Edition;
