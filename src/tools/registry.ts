import { changeAudiences } from './change_audiences.ts';
import { checkAudienceQuery } from './check_audience_query.ts';
import { copyAudience } from './copy_audience.ts';
import { createAudience } from './create_audience.ts';
import { createComputedTrait } from './create_computed_trait.ts';
import { describeSpaceSchema } from './describe_space_schema.ts';
import { findAudiences } from './find_audiences.ts';
import { getAudience } from './get_audience.ts';
import { getComputedTrait } from './get_computed_trait.ts';
import { listAudienceDestinations } from './list_audience_destinations.ts';
import { listAudienceSchedules } from './list_audience_schedules.ts';
import { listAudiences } from './list_audiences.ts';
import { listComputedTraits } from './list_computed_traits.ts';
import { listSpaces } from './list_spaces.ts';
import { previewAudience } from './preview_audience.ts';
import { removeAudienceFromSpace } from './remove_audience_from_space.ts';
import { removeAudienceSchedule } from './remove_audience_schedule.ts';
import { removeComputedTraitFromSpace } from './remove_computed_trait_from_space.ts';
import { runAudience } from './run_audience.ts';
import { setAudienceSchedule } from './set_audience_schedule.ts';
import type { Tool } from './tool.ts';
import type { Toolset } from './toolsets.ts';
import { updateAudienceForSpace } from './update_audience_for_space.ts';
import { updateComputedTraitForSpace } from './update_computed_trait_for_space.ts';

/*
 * The tools themselves. A server loads them with the first call; what it has to know before is in
 * `listed.ts`, which is generated from here.
 */

/** The tools by purpose, in the order in which clients show them. */
export const registry: Readonly<Record<Toolset, readonly Tool[]>> = {
  audiences: [
    listAudiences,
    getAudience,
    checkAudienceQuery,
    createAudience,
    updateAudienceForSpace,
    removeAudienceFromSpace,
    changeAudiences,
    copyAudience,
  ],
  find: [findAudiences, listSpaces, listAudienceDestinations],
  preview: [previewAudience],
  schema: [describeSpaceSchema],
  schedules: [listAudienceSchedules, setAudienceSchedule, removeAudienceSchedule, runAudience],
  computed_traits: [
    listComputedTraits,
    getComputedTrait,
    createComputedTrait,
    updateComputedTraitForSpace,
    removeComputedTraitFromSpace,
  ],
};

/** All tools of all toolsets. */
export const tools: readonly Tool[] = Object.values(registry).flat();

/** The tool of a name, if there is one. */
export function toolNamed(name: string): Tool | undefined {
  return tools.find((tool) => tool.name === name);
}
