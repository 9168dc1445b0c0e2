import * as z from 'zod';
import { computedTraits } from '../safety/thing.ts';
import { computedTraitSchema } from '../segment/models/computed-trait.ts';
import { traitId } from './computed-trait-fields.ts';
import { advice, spaceId, spaceOf } from './fields.ts';
import { defineTool } from './tool.ts';
import { adviceAfterRemoveTrait, consequencesOfRemoveTrait } from './trait-advice.ts';
import { emptyIsWrong, shownRehearsal, writeInputs, writeOutputs } from './write.ts';

export const removeComputedTraitFromSpace = defineTool({
  name: 'remove_computed_trait_from_space',
  title: 'Remove computed trait from space',
  description: 'Permanently delete a computed trait, only if the user asked to delete this one.',
  hints: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: () => z.strictObject({ spaceId, id: traitId, ...writeInputs() }),
  output: () =>
    z.object({
      status: z.string().optional(),
      computedTrait: computedTraitSchema.optional().describe('As it was before'),
      ...writeOutputs(),
      advice,
    }),
  keepsEmpty: emptyIsWrong,
  async handle(given, context) {
    const input = { spaceId: spaceOf(given, context), id: given.id };
    const outcome = await context.carryOut({
      operation: 'remove_computed_trait_from_space',
      kind: 'remove',
      about: computedTraits,
      ...input,
      draft: input,
      grave: true,
      dryRun: given.dryRun,
      confirmation: given.confirmation,
      consequences: () => consequencesOfRemoveTrait,
      plan: async () => ({ input, after: undefined, warnings: [], advice: [] }),
    });
    if (outcome.kind === 'rehearsed') {
      return { dryRun: shownRehearsal(outcome.rehearsal), advice: outcome.advice };
    }
    const { output, before } = outcome;
    return {
      status: output.status,
      computedTrait: before,
      advice: before && adviceAfterRemoveTrait(before),
    };
  },
});
