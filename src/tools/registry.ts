import { checkAudienceQuery } from './check_audience_query.ts';
import { createAudience } from './create_audience.ts';
import { describeSpaceSchema } from './describe_space_schema.ts';
import { findAudiences } from './find_audiences.ts';
import { getAudience } from './get_audience.ts';
import { listAudienceDestinations } from './list_audience_destinations.ts';
import { listAudiences } from './list_audiences.ts';
import { previewAudience } from './preview_audience.ts';
import { listSpaces } from './list_spaces.ts';
import { removeAudienceFromSpace } from './remove_audience_from_space.ts';
import type { Tool } from './tool.ts';
import { updateAudienceForSpace } from './update_audience_for_space.ts';

/** The tools by what they are for, in the order in which clients show them. */
const byToolset = {
  audiences: [
    listAudiences,
    getAudience,
    checkAudienceQuery,
    createAudience,
    updateAudienceForSpace,
    removeAudienceFromSpace,
  ],
  find: [findAudiences, listSpaces, listAudienceDestinations],
  preview: [previewAudience],
  schema: [describeSpaceSchema],
  schedules: [],
  computed_traits: [],
} as const satisfies Record<string, readonly Tool[]>;

export type Toolset = keyof typeof byToolset;

/** All toolsets; the others are for those who ask for them. */
export const toolsets: Readonly<Record<Toolset, readonly Tool[]>> = byToolset;

/** What is offered if nothing else is asked for. */
export const defaultToolsets: readonly Toolset[] = ['audiences', 'find', 'preview', 'schema'];

/** All tools of all toolsets. */
export const tools: readonly Tool[] = Object.values(toolsets).flat();

/** Whether a word from outside names a toolset. */
export function isToolset(word: string): word is Toolset {
  return Object.hasOwn(toolsets, word);
}
