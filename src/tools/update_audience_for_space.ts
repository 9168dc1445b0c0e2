import * as z from 'zod';
import { audienceSchema, type UpdateAudienceInput } from '../segment/entities.ts';
import { InvalidInputError } from '../segment/errors.ts';
import { adviceAfterUpdate } from './advice.ts';
import { advice, id, lowerCaseType, name, spaceId, spaceOf, type } from './fields.ts';
import { adviceOnCadence, checkAtAnyLevel, checkBeforeSending, levelOf } from './query-check.ts';
import { defineTool, type ToolContext } from './tool.ts';

const input = z
  .strictObject({
    spaceId,
    id,
    enabled: z.boolean().optional().describe('false stops computing it'),
    name: name.optional().describe('New name; the key stays'),
    description: z.string().optional().describe('New description'),
    query: z.string().min(1).optional().describe('New definition, replaces the whole old one'),
    type: type.optional().describe('Level of query; default: as it is now'),
  })
  .refine(
    ({ enabled, name, description, query }) =>
      [enabled, name, description, query].some((value) => value !== undefined),
    'give at least one of enabled, name, description, query',
  )
  .refine(({ type, query }) => type === undefined || query !== undefined, {
    path: ['type'],
    message: 'goes with query: give both',
  });

export const updateAudienceForSpace = defineTool({
  name: 'update_audience_for_space',
  title: 'Update audience for space',
  description:
    'Change an audience: at least one of enabled, name, description, query; the rest stays. Read it with get_audience first: it should be Live. Afterwards it is locked for a while. Limit: 10 a minute.',
  hints: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: true,
  },
  input,
  output: z.object({ audience: audienceSchema, advice }),
  async handle(input, context) {
    const { enabled, name, description, query } = input;
    const space = spaceOf(input, context);
    const body: UpdateAudienceInput = { enabled, name, description };
    const warnings: string[] = [];
    if (query !== undefined) {
      const type = input.type && lowerCaseType(input.type);
      const checked = await checkNewQuery({ space, id: input.id, query, type }, context);
      body.definition = { query, type: checked.type };
      warnings.push(...checked.warnings);
    }
    const audience = await context.api.updateAudience(space, input.id, body, context.call);
    return { audience, advice: [...warnings, ...adviceAfterUpdate(query !== undefined)] };
  },
});

/**
 * Checks a new definition at the level of the audience that gets it, which is read for this.
 *
 * @returns the type to send, which Segment wants beside every new query, and what to say of it.
 */
async function checkNewQuery(
  given: { space: string; id: string; query: string; type: string | undefined },
  { api, call, queryCheck }: ToolContext,
): Promise<{ type: string; warnings: string[] }> {
  const { query } = given;
  if (queryCheck === 'off' && given.type !== undefined) return { type: given.type, warnings: [] };
  await checkAtAnyLevel(query, queryCheck);
  const audience = await api.getAudience(given.space, given.id, call);
  const type = given.type ?? audience.definition?.type?.toLowerCase();
  if (type === undefined) {
    throw new InvalidInputError('Segment does not show the present type of this audience.', {
      field: 'type',
      next: 'Pass type (users or accounts) together with query.',
    });
  }
  const level = levelOf(audience.definition?.type ?? type);
  const warnings = await checkBeforeSending(query, level, queryCheck);
  const onCadence = await adviceOnCadence(audience, query, level, queryCheck);
  return { type, warnings: [...warnings, ...onCadence] };
}
