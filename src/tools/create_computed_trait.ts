import * as z from 'zod';
import { computedTraits } from '../safety/thing.ts';
import type { NewComputedTrait } from '../segment/contract.ts';
import { computedTraitSchema } from '../segment/models/computed-trait.ts';
import { shortened } from '../text/shorten.ts';
import { traitQuery, traitType } from './computed-trait-fields.ts';
import { advice, description, name, spaceId, spaceOf } from './fields.ts';
import { checkBeforeSending } from './query-check.ts';
import { defineTool } from './tool.ts';
import { adviceAfterCreateTrait, consequencesOfCreateTrait } from './trait-advice.ts';
import { emptyIsWrong, shownRehearsal, writeInputs, writeOutputs } from './write.ts';

export const createComputedTrait = defineTool({
  name: 'create_computed_trait',
  title: 'Create computed trait',
  description: 'Create a value computed for each profile or account.',
  hints: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  input: () =>
    z.strictObject({
      spaceId,
      name: name.describe('The key is derived from it'),
      query: traitQuery,
      type: traitType,
      description: description.optional().describe('Purpose'),
      enabled: z.boolean().optional().describe('Compute it'),
      includeHistoricalData: z.boolean().optional().describe('Use earlier data'),
      includeAnonymousUsers: z.boolean().optional().describe('Include anonymous users'),
      backfillDurationDays: z.int().min(1).optional().describe('How far back'),
      allowDuplicateName: z.boolean().optional().describe('Create it even if the name is taken'),
      ...writeInputs(),
    }),
  output: () =>
    z.object({ computedTrait: computedTraitSchema.optional(), ...writeOutputs(), advice }),
  keepsEmpty: emptyIsWrong,
  async handle({ confirmation, dryRun, allowDuplicateName, ...given }, context) {
    const wanted: NewComputedTrait = { ...given, spaceId: spaceOf(given, context) };
    const { query, type, queryCheck } = { ...wanted, ...context };
    const onQuery = await checkBeforeSending(query, type, queryCheck, 'trait');
    const outcome = await context.carryOut({
      operation: 'create_computed_trait',
      kind: 'create',
      about: computedTraits,
      spaceId: wanted.spaceId,
      draft: wanted,
      grave: false,
      dryRun,
      confirmation,
      creation: {
        name: wanted.name,
        allowDuplicate: allowDuplicateName === true,
        outputOf: (computedTrait) => ({ computedTrait }),
      },
      consequences: () => consequencesOfCreateTrait,
      plan: async () => ({
        input: wanted,
        after: shapeOf(wanted),
        warnings: [],
        advice: onQuery,
      }),
    });
    if (outcome.kind === 'rehearsed') {
      return { dryRun: shownRehearsal(outcome.rehearsal), advice: outcome.advice };
    }
    return {
      computedTrait: shortened(outcome.output.computedTrait),
      advice: [...outcome.advice, ...adviceAfterCreateTrait(outcome.foundAfterLoss)],
    };
  },
});

/** The trait as it would be, in Segment's fields. */
function shapeOf({ spaceId: space, query, type, enabled = true, ...wanted }: NewComputedTrait) {
  const { name: title, description: about, ...options } = wanted;
  return {
    spaceId: space,
    name: title,
    description: about,
    enabled,
    definition: { query, type: type.toUpperCase() },
    options,
  };
}
