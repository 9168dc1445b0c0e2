import { computedTraitOperations } from '../computed-trait-operations.ts';
import { createAudience } from '../handlers/create-audience.ts';
import { getAudience } from '../handlers/get-audience.ts';
import { listAudiences } from '../handlers/list-audiences.ts';
import { removeAudience } from '../handlers/remove-audience.ts';
import { updateAudience } from '../handlers/update-audience.ts';
import type { Operation } from '../operation.ts';
import { readCreate, readUpdate } from './bodies.ts';
import { summary } from './view.ts';

/*
 * The 2024 edition: v1alpha as Segment's reference printed it in 2024 (SDK 50.2.0). Stated here
 * once more on purpose: a test compares it with the client's table.
 */

const media = ['v1alpha'] as const;

export const v1alphaOperations = {
  create_audience: {
    method: 'POST',
    path: '/spaces/{spaceId}/audiences',
    perMinute: 10,
    media,
    handle: createAudience(() => readCreate, summary),
  },
  get_audience: {
    method: 'GET',
    path: '/spaces/{spaceId}/audiences/{id}',
    perMinute: 100,
    media,
    handle: getAudience(() => ({}), summary),
  },
  list_audiences: {
    method: 'GET',
    path: '/spaces/{spaceId}/audiences',
    perMinute: 25,
    media,
    handle: listAudiences({ maxCount: 1000, ends: 'null' }, () => ({}), summary),
  },
  remove_audience_from_space: {
    method: 'DELETE',
    path: '/spaces/{spaceId}/audiences/{id}',
    perMinute: 20,
    media,
    handle: removeAudience,
  },
  update_audience_for_space: {
    method: 'PATCH',
    path: '/spaces/{spaceId}/audiences/{id}',
    perMinute: 10,
    media,
    handle: updateAudience(() => readUpdate, summary),
  },
  ...computedTraitOperations,
} as const satisfies Record<string, Operation>;
