import * as z from 'zod';
import type { DefinitionType } from '../segment/entities.ts';
import { InvalidInputError } from '../segment/errors.ts';
import type { ToolContext } from './tool.ts';

/*
 * Input and output fields that several tools share.
 */

const pathId = z
  .string()
  .min(1)
  .max(255)
  .refine((id) => id !== '.' && id !== '..', 'must be an id, not . or ..')
  .refine((id) => id.isWellFormed(), 'must be valid Unicode');

export const spaceId = pathId.optional().describe('Space id; default: the configured space');
export const id = pathId.describe('Audience id');
export const name = z.string().min(1).max(255);

/** Segment's references write the type in either case. */
export const type = z.enum(['users', 'accounts', 'USERS', 'ACCOUNTS']);

export const advice = z.array(z.string()).optional().describe('What to know before the next step');

/** The level in the case that the v1alpha edition expects. */
export function lowerCaseType(given: z.infer<typeof type>): DefinitionType {
  return given === 'users' || given === 'USERS' ? 'users' : 'accounts';
}

/**
 * The space that a call is about.
 *
 * @throws {InvalidInputError} if the call names none and there is no default.
 */
export function spaceOf(input: { spaceId?: string }, context: ToolContext): string {
  const space = input.spaceId ?? context.defaultSpace;
  if (space === undefined) {
    throw new InvalidInputError('spaceId is missing, and no default space is configured.', {
      field: 'spaceId',
      next: 'Ask the user for the space id and pass it as spaceId; to make it the default, the user sets SEGMENT_SPACE_ID or --space.',
    });
  }
  return space;
}
