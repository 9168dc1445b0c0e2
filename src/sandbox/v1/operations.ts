import { createAudience } from '../handlers/create-audience.ts';
import { getAudience } from '../handlers/get-audience.ts';
import { listAudiences } from '../handlers/list-audiences.ts';
import { removeAudience } from '../handlers/remove-audience.ts';
import { updateAudience } from '../handlers/update-audience.ts';
import type { Operation } from '../operation.ts';
import { readerOfCreate, readerOfUpdate } from './bodies.ts';
import { readInclude, readListQuery } from './query.ts';
import { narrow, wide } from './views.ts';

/*
 * Today's edition, as the SDKs 73.2.0 (2026-08-20) print it. A limit belongs to the operation,
 * whatever edition is asked for. Stated here once more on purpose: a test compares it with the
 * client's table.
 */

const media = ['v1', 'v1beta', 'v1alpha'] as const;

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
} as const satisfies Record<string, Operation>;
