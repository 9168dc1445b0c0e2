import { checkAudienceQuery } from './check_audience_query.ts';
import { createAudience } from './create_audience.ts';
import { getAudience } from './get_audience.ts';
import { listAudiences } from './list_audiences.ts';
import { removeAudienceFromSpace } from './remove_audience_from_space.ts';
import type { Tool } from './tool.ts';
import { updateAudienceForSpace } from './update_audience_for_space.ts';

/** All tools, in the order in which clients show them. */
export const tools: readonly Tool[] = [
  listAudiences,
  getAudience,
  checkAudienceQuery,
  createAudience,
  updateAudienceForSpace,
  removeAudienceFromSpace,
];
