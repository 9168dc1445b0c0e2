import * as z from 'zod';
import { audienceSchema } from '../segment/models/audience.ts';
import { adviceAfterRemove, consequencesOfRemove } from './advice.ts';
import { advice, id, spaceId, spaceOf } from './fields.ts';
import { defineTool } from './tool.ts';
import { emptyIsWrong, shownRehearsal, writeInputs, writeOutputs } from './write.ts';

export const removeAudienceFromSpace = defineTool({
  name: 'remove_audience_from_space',
  title: 'Remove audience from space',
  description:
    'Permanently delete an audience, only if the user asked to delete this very audience. The result shows it as it was.',
  hints: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: () => z.strictObject({ spaceId, id, ...writeInputs() }),
  output: () =>
    z.object({
      status: z.string().optional(),
      audience: audienceSchema.optional().describe('As it was before'),
      ...writeOutputs(),
      advice,
    }),
  keepsEmpty: emptyIsWrong,
  async handle(given, context) {
    const space = spaceOf(given, context);
    const input = { spaceId: space, id: given.id };
    const outcome = await context.carryOut({
      operation: 'remove_audience_from_space',
      kind: 'remove',
      spaceId: space,
      id: given.id,
      draft: input,
      grave: true,
      dryRun: given.dryRun,
      confirmation: given.confirmation,
      consequences: () => consequencesOfRemove,
      plan: async () => ({ input, after: undefined, warnings: [], advice: [] }),
    });
    if (outcome.kind === 'rehearsed') {
      return { dryRun: shownRehearsal(outcome.rehearsal), advice: outcome.advice };
    }
    const { output, before } = outcome;
    return {
      status: output.status,
      audience: before,
      advice: before && adviceAfterRemove(before),
    };
  },
});
