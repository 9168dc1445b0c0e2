import * as z from 'zod';
import { InvalidInputError } from '../segment/errors.ts';
import { type AudienceType, audienceTypes } from '../segment/models/audience.ts';
import { assertAllowed } from '../segment/policy.ts';
import { endsInMark } from '../text/visible.ts';
import type { ToolContext } from './tool.ts';

/*
 * Input and output fields that several tools share.
 */

const maxIdChars = 255;
const maxIds = 200;

const someId = z
  .string()
  .min(1)
  .refine((text) => text !== '.' && text !== '..', 'must be an id, not a dot segment')
  .refine((text) => text.isWellFormed(), 'must be valid Unicode');
/** The maximum length is checked but not advertised: it is the same for all ids. */
const pathId = someId.refine(
  (text) => text.length <= maxIdChars,
  `must be at most ${maxIdChars} characters`,
);

export const spaceId = pathId.optional().describe('Space id; default: the configured space');
/** Id of a second space; each tool says which. */
export const otherSpaceId = pathId.optional();
export const id = pathId.describe('Audience id');
export const ids = z
  .array(pathId)
  .min(1)
  .max(maxIds)
  .refine((given) => new Set(given).size === given.length, 'must list each audience once')
  .describe('Audience ids');

/** Text to be written to Segment; text that this server has cut must not be written back. */
const whole = (text: z.ZodString) =>
  text.refine(
    (value) => !endsInMark(value),
    'was cut by this server: read it in full with get_audience and fullText: true',
  );

/** Has a visible character: not only blanks and characters that show nothing. */
const holdsSomething = /[^\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]/u;

export const name = whole(z.string().trim().min(1).max(255)).refine(
  (text) => holdsSomething.test(text),
  'must not be blank',
);
export const description = whole(z.string());
export const query = whole(z.string().min(1));

/** Segment's references write the type in upper or lower case; models mix them. */
export const type = z
  .string()
  .toLowerCase()
  .pipe(z.enum(audienceTypes))
  .meta({ enum: audienceTypes });

export const targetEntity = z
  .string()
  .optional()
  .describe('Linked only: relationship slug of the member entity');

export const checkNames = z
  .boolean()
  .default(true)
  .describe('Warn about names unknown to the space');

export const previewFirst = z.boolean().optional().describe('Show its size first; uses a preview');

export const filterByExternalIds = z
  .array(z.string().min(1))
  .min(1)
  .optional()
  .describe('Only profiles with one of these external ids, e.g. email');

/** The options of an audience that can also be changed later. */
export const options = () => ({
  includeHistoricalData: z.boolean().optional().describe('Include earlier data'),
  filterByExternalIds,
  backfillEventDataDays: z
    .int()
    .min(1)
    .optional()
    .describe('Days of event data; requires includeHistoricalData'),
});

/** Which page of a list. */
export const pageInputs = () => ({
  count: z.int().min(1).max(1000).default(50).describe('Rows per page'),
  cursor: z.string().min(1).optional().describe('pagination.next of the previous page'),
});

/** What to know before the next step; it is part of so many results that its name must be self-explanatory. */
export const advice = z.array(z.string()).optional();

/** @throws {InvalidInputError} for an entity at a level that has none. */
export function assertEntityFits(given: { type?: AudienceType; targetEntity?: string }): void {
  if (given.targetEntity === undefined || given.type === 'linked') return;
  throw new InvalidInputError('targetEntity is only for type linked.', {
    field: 'targetEntity',
    next: 'Omit it, or pass type: linked.',
  });
}

/** @throws {InvalidInputError} if personal data must not be shown. */
export function assertSamplesAllowed({ noSamples }: Pick<ToolContext, 'noSamples'>): void {
  if (!noSamples) return;
  throw new InvalidInputError(
    'samples are disabled on this server by --no-samples (SEGMENT_NO_SAMPLES).',
    {
      field: 'samples',
      next: 'Call again without samples, and tell the user that only whoever runs this server can allow them.',
    },
  );
}

/**
 * The space that a call is about. What is remembered of a space is behind this fence, too, for those
 * who may use fewer spaces than the server.
 *
 * @throws {InvalidInputError} if the call names none and there is no default.
 * @throws {AudiencesError} `space_not_allowed`.
 */
export function spaceOf(
  input: { spaceId?: string },
  { defaultSpace, allowedSpaces }: Pick<ToolContext, 'defaultSpace' | 'allowedSpaces'>,
): string {
  const space = input.spaceId ?? defaultSpace;
  if (space === undefined) {
    throw new InvalidInputError('spaceId is missing, and no default space is configured.', {
      field: 'spaceId',
      next: 'Ask the user for the space id and pass it as spaceId; to make it the default, the user sets SEGMENT_SPACE_ID or --space.',
    });
  }
  assertSpaceAllowed(space, 'spaceId', { allowedSpaces });
  return space;
}

/** @param field the argument that names the space. @throws {AudiencesError} `space_not_allowed` */
export function assertSpaceAllowed(
  space: string,
  field: string,
  { allowedSpaces }: Pick<ToolContext, 'allowedSpaces'>,
): void {
  assertAllowed({ readOnly: false, allowedSpaces }, field, { writes: false }, space, field);
}
