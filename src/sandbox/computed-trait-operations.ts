import {
  createComputedTrait,
  getComputedTrait,
  listComputedTraits,
  removeComputedTrait,
  updateComputedTrait,
} from './handlers/computed-traits.ts';
import type { Operation } from './operation.ts';

/*
 * Computed traits, which exist in alpha only and are the same in both editions.
 */

const media = ['v1alpha'] as const;
const all = '/spaces/{spaceId}/computed-traits';
const one = '/spaces/{spaceId}/computed-traits/{id}';

export const computedTraitOperations = {
  create_computed_trait: {
    method: 'POST',
    path: all,
    perMinute: 10,
    media,
    handle: createComputedTrait,
  },
  get_computed_trait: {
    method: 'GET',
    path: one,
    perMinute: 100,
    media,
    handle: getComputedTrait,
  },
  list_computed_traits: {
    method: 'GET',
    path: all,
    perMinute: 25,
    media,
    handle: listComputedTraits,
  },
  update_computed_trait_for_space: {
    method: 'PATCH',
    path: one,
    perMinute: 10,
    media,
    handle: updateComputedTrait,
  },
  remove_computed_trait_from_space: {
    method: 'DELETE',
    path: one,
    perMinute: 20,
    media,
    handle: removeComputedTrait,
  },
} as const satisfies Record<string, Operation>;
