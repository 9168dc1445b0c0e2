import { computedTraitOperations } from '../computed-trait-operations.ts';
import { addSchedule, removeSchedule, updateSchedule } from '../handlers/change-schedules.ts';
import { createAudience } from '../handlers/create-audience.ts';
import { createPreview } from '../handlers/create-preview.ts';
import { getAudience } from '../handlers/get-audience.ts';
import { getPreview } from '../handlers/get-preview.ts';
import { getSpace } from '../handlers/get-space.ts';
import { getWorkspace } from '../handlers/get-workspace.ts';
import { listActivations } from '../handlers/list-activations.ts';
import { listAudiences } from '../handlers/list-audiences.ts';
import { listConnections } from '../handlers/list-connections.ts';
import { listConsumers } from '../handlers/list-consumers.ts';
import { listEntityPaths } from '../handlers/list-entity-paths.ts';
import { listEntityProperties } from '../handlers/list-entity-properties.ts';
import { listEventProperties } from '../handlers/list-event-properties.ts';
import { listEvents } from '../handlers/list-events.ts';
import { listSpaces } from '../handlers/list-spaces.ts';
import { listTraits } from '../handlers/list-traits.ts';
import { getSchedule, listSchedules } from '../handlers/read-schedules.ts';
import { removeAudience } from '../handlers/remove-audience.ts';
import { runAudience } from '../handlers/run-audience.ts';
import { updateAudience } from '../handlers/update-audience.ts';
import type { Operation } from '../operation.ts';
import { readerOfCreate, readerOfUpdate, readPreview, readSchedule } from './bodies.ts';
import { readInclude, readListQuery } from './query.ts';
import { narrow, previewView, wide } from './views.ts';

/*
 * Today's edition, as the SDKs 73.2.0 (2026-08-20) print it. A limit belongs to the operation,
 * whatever edition a request names. Stated here once more on purpose: a test compares it with the
 * client's table.
 */

const media = ['v1', 'v1beta', 'v1alpha'] as const;
/** The operations added after the beta. */
const withoutBeta = ['v1', 'v1alpha'] as const;
const alphaOnly = ['v1alpha'] as const;

const schedules = '/spaces/{spaceId}/audiences/{id}/schedules';
const oneSchedule = '/spaces/{spaceId}/audiences/{id}/schedules/{scheduleId}';

export const v1Operations = {
  create_audience: {
    method: 'POST',
    path: '/spaces/{spaceId}/audiences',
    perMinute: 50,
    media,
    handle: createAudience(readerOfCreate, narrow),
  },
  get_audience: {
    method: 'GET',
    path: '/spaces/{spaceId}/audiences/{id}',
    perMinute: 100,
    media,
    handle: getAudience(readInclude, wide),
  },
  list_audiences: {
    method: 'GET',
    path: '/spaces/{spaceId}/audiences',
    perMinute: 60,
    media,
    handle: listAudiences(
      { maxCount: 200, defaultCount: 200, ends: 'absent' },
      readListQuery,
      wide,
    ),
  },
  remove_audience_from_space: {
    method: 'DELETE',
    path: '/spaces/{spaceId}/audiences/{id}',
    perMinute: 50,
    media,
    handle: removeAudience,
  },
  update_audience_for_space: {
    method: 'PATCH',
    path: '/spaces/{spaceId}/audiences/{id}',
    perMinute: 50,
    media,
    handle: updateAudience(readerOfUpdate, narrow),
  },
  list_audience_consumers_from_space_and_audience: {
    method: 'GET',
    path: '/spaces/{spaceId}/audiences/{id}/audience-references',
    perMinute: 25,
    media: alphaOnly,
    handle: listConsumers(narrow),
  },
  create_audience_preview: {
    method: 'POST',
    path: '/spaces/{spaceId}/audiences/previews',
    perMinute: 5,
    media,
    handle: createPreview(readPreview),
  },
  get_audience_preview: {
    method: 'GET',
    path: '/spaces/{spaceId}/audiences/previews/{id}',
    perMinute: 300,
    media,
    handle: getPreview(previewView),
  },
  list_audience_schedules_from_space_and_audience: {
    method: 'GET',
    path: schedules,
    media: withoutBeta,
    handle: listSchedules,
  },
  get_audience_schedule_from_space_and_audience: {
    method: 'GET',
    path: oneSchedule,
    media: withoutBeta,
    handle: getSchedule,
  },
  add_audience_schedule_to_audience: {
    method: 'POST',
    path: schedules,
    perMinute: 50,
    media: withoutBeta,
    handle: addSchedule(readSchedule),
  },
  update_audience_schedule_for_audience: {
    method: 'PATCH',
    path: oneSchedule,
    perMinute: 50,
    media: withoutBeta,
    handle: updateSchedule(readSchedule),
  },
  remove_audience_schedule_from_audience: {
    method: 'DELETE',
    path: oneSchedule,
    perMinute: 50,
    media: withoutBeta,
    handle: removeSchedule,
  },
  force_execute_audience_run: {
    method: 'POST',
    path: '/spaces/{spaceId}/audiences/{id}/runs',
    media: withoutBeta,
    handle: runAudience,
  },
  get_workspace: {
    method: 'GET',
    path: '/',
    media,
    handle: getWorkspace,
  },
  list_spaces: {
    method: 'GET',
    path: '/spaces',
    media: alphaOnly,
    handle: listSpaces,
  },
  get_space: {
    method: 'GET',
    path: '/spaces/{spaceId}',
    media: alphaOnly,
    handle: getSpace,
  },
  list_destinations_from_audience: {
    method: 'GET',
    path: '/spaces/{spaceId}/audiences/{id}/destination-connections',
    perMinute: 50,
    media: alphaOnly,
    handle: listConnections,
  },
  list_activations_from_audience: {
    method: 'GET',
    path: '/spaces/{spaceId}/audiences/{id}/activations',
    perMinute: 60,
    media: alphaOnly,
    handle: listActivations,
  },
  list_events: {
    method: 'GET',
    path: '/spaces/{spaceId}/events',
    perMinute: 25,
    media: alphaOnly,
    handle: listEvents,
  },
  list_properties_from_event: {
    method: 'GET',
    path: '/spaces/{spaceId}/events/{eventName}/properties',
    perMinute: 25,
    media: alphaOnly,
    handle: listEventProperties,
  },
  list_traits: {
    method: 'GET',
    path: '/spaces/{spaceId}/traits',
    perMinute: 25,
    media: alphaOnly,
    handle: listTraits,
  },
  list_entity_paths: {
    method: 'GET',
    path: '/spaces/{spaceId}/entity-paths',
    perMinute: 25,
    media: alphaOnly,
    handle: listEntityPaths,
  },
  list_properties_from_entity: {
    method: 'GET',
    path: '/spaces/{spaceId}/entities/{entitySlug}/properties',
    perMinute: 25,
    media: alphaOnly,
    handle: listEntityProperties,
  },
  ...computedTraitOperations,
} as const satisfies Record<string, Operation>;
