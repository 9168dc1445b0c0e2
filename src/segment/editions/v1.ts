import type { AudienceChange, NewAudience } from '../contract.ts';
import { audiencePages, audiences } from './audiences.ts';
import * as computedTraits from './computed-traits.ts';
import * as destinations from './destinations.ts';
import { pageQuery } from './paged.ts';
import * as previews from './previews.ts';
import type { CompleteEdition } from './row.ts';
import * as schedules from './schedules.ts';
import * as schema from './space-schema.ts';
import * as spaces from './spaces.ts';

/** Segment's own maximum of `pagination.count` for audiences in this edition. */
const maxCount = 200;

/** A profile can join only with one of these, unless the audience has a list of its own. */
const defaultExternalIds = ['user_id', 'email', 'android.idfa', 'ios.idfa'] as const;

/** The external id by which anonymous users are admitted. */
const anonymousId = 'anonymous_id';

/**
 * This edition has no `includeAnonymousUsers`: to include them, their external id is listed with
 * the others.
 */
function externalIds({
  includeAnonymousUsers,
  filterByExternalIds,
}: Pick<NewAudience, 'includeAnonymousUsers' | 'filterByExternalIds'>) {
  if (!includeAnonymousUsers) return filterByExternalIds;
  return [...new Set([...(filterByExternalIds ?? defaultExternalIds), anonymousId])];
}

/** The options of a change; an audience whose option includes anonymous users goes on doing so. */
function changedOptions({ options }: AudienceChange) {
  if (!options) return undefined;
  const { includeAnonymousUsers: _, ...rest } = options;
  return { ...rest, filterByExternalIds: externalIds(options) };
}

/**
 * Today's edition, as Segment's SDKs of release 73.2.0 (August 2026) state it: bodies, media types,
 * and the limits, which hold whatever edition is requested.
 */
export const v1 = {
  name: 'v1',
  mediaType: 'application/vnd.segment.v1+json',
  rows: {
    create_audience: {
      ...audiences.create,
      perMinute: 50,
      changesMeaning: ({ includeAnonymousUsers }) => includeAnonymousUsers === true,
      body(input) {
        const { name, description, enabled, query, type, targetEntity } = input;
        const { includeHistoricalData, backfillEventDataDays } = input;
        const filterByExternalIds = externalIds(input);
        const options = { includeHistoricalData, filterByExternalIds, backfillEventDataDays };
        const named = Object.values(options).some((value) => value !== undefined);
        return {
          name,
          // Segment does not document whether it accepts an empty one; Joi, whose wording its
          // errors use, does not.
          description: description === '' ? undefined : description,
          enabled,
          audienceType: type.toUpperCase(),
          definition: { query, targetEntity },
          options: named ? options : undefined,
        };
      },
    },
    get_audience: { ...audiences.get, perMinute: 100 },
    list_audiences: {
      ...audiences.list,
      perMinute: 60,
      paging: audiencePages(maxCount),
      query: ({ keyPrefix, ...page }) => ({
        ...pageQuery(page),
        ...(keyPrefix !== undefined && { 'search.type': 'KEY', 'search.query': keyPrefix }),
      }),
    },
    remove_audience_from_space: { ...audiences.remove, perMinute: 50 },
    update_audience_for_space: {
      ...audiences.update,
      perMinute: 50,
      body: (change) => ({
        name: change.name,
        description: change.description,
        enabled: change.enabled,
        definition: change.query === undefined ? undefined : { query: change.query },
        options: changedOptions(change),
      }),
    },
    list_audience_consumers_from_space_and_audience: audiences.consumers,
    create_audience_preview: previews.create,
    get_audience_preview: previews.get,
    list_audience_schedules_from_space_and_audience: schedules.list,
    add_audience_schedule_to_audience: schedules.add,
    update_audience_schedule_for_audience: schedules.update,
    remove_audience_schedule_from_audience: schedules.remove,
    force_execute_audience_run: schedules.run,
    get_workspace: spaces.workspace,
    get_space: spaces.get,
    list_spaces: spaces.list,
    list_destinations_from_audience: destinations.connections,
    list_activations_from_audience: destinations.activations,
    list_events: schema.events,
    list_properties_from_event: schema.eventProperties,
    list_traits: schema.traits,
    list_entity_paths: schema.entityPaths,
    list_properties_from_entity: schema.entityProperties,
    create_computed_trait: computedTraits.create,
    get_computed_trait: computedTraits.get,
    list_computed_traits: computedTraits.list,
    update_computed_trait_for_space: computedTraits.update,
    remove_computed_trait_from_space: computedTraits.remove,
  },
} as const satisfies CompleteEdition;
