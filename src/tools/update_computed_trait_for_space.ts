import * as z from 'zod';
import { computedTraits } from '../safety/thing.ts';
import type { ComputedTraitChange } from '../segment/contract.ts';
import { InvalidInputError } from '../segment/errors.ts';
import { type Audience, typeOf } from '../segment/models/audience.ts';
import { computedTraitSchema } from '../segment/models/computed-trait.ts';
import { shortened } from '../text/shorten.ts';
import { traitId, traitQuery } from './computed-trait-fields.ts';
import { advice, description, name, spaceId, spaceOf } from './fields.ts';
import { checkAtAnyLevel, checkBeforeSending } from './query-check.ts';
import { defineTool } from './tool.ts';
import { adviceAfterUpdateTrait, consequencesOfUpdateTrait } from './trait-advice.ts';
import { emptyIsWrong, shownRehearsal, writeInputs, writeOutputs } from './write.ts';

const changeable = ['enabled', 'name', 'description', 'query'] as const;

export const updateComputedTraitForSpace = defineTool({
  name: 'update_computed_trait_for_space',
  title: 'Update computed trait for space',
  description:
    'Change a computed trait; omitted fields stay as they are. Afterwards, it is locked for a while.',
  hints: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: () =>
    z
      .strictObject({
        spaceId,
        id: traitId,
        enabled: z.boolean().optional().describe('false stops computing it'),
        name: name.optional().describe('New name; the key stays'),
        description: description.optional().describe('New description'),
        query: traitQuery.optional().describe('New definition'),
        expectedUpdatedAt: z
          .string()
          .min(1)
          .optional()
          .describe('updatedAt as you read it; stale if it differs'),
        ...writeInputs(),
      })
      .refine(
        (given) => changeable.some((field) => given[field] !== undefined),
        `pass at least one of ${changeable.join(', ')}`,
      ),
  output: () =>
    z.object({ computedTrait: computedTraitSchema.optional(), ...writeOutputs(), advice }),
  // An empty description clears it.
  keepsEmpty: [...emptyIsWrong, 'expectedUpdatedAt', 'description'],
  async handle({ dryRun, confirmation, expectedUpdatedAt, ...given }, context) {
    const draft: ComputedTraitChange = { ...given, spaceId: spaceOf(given, context) };
    const { query } = draft;
    const { queryCheck } = context;
    if (query !== undefined) await checkAtAnyLevel(query, queryCheck, 'trait');
    const redefines = query !== undefined;
    const outcome = await context.carryOut({
      operation: 'update_computed_trait_for_space',
      kind: 'change',
      about: computedTraits,
      spaceId: draft.spaceId,
      id: draft.id,
      draft,
      grave: redefines || draft.enabled === false,
      dryRun,
      confirmation,
      expectedUpdatedAt,
      consequences: () => consequencesOfUpdateTrait(redefines),
      async plan(before) {
        if (query === undefined || !before) {
          return {
            input: draft,
            after: before && changed(before, draft),
            warnings: [],
            advice: [],
          };
        }
        const type = levelOf(before);
        const onQuery = await checkBeforeSending(query, type, queryCheck, 'trait');
        const input = { ...draft, type };
        return { input, after: changed(before, input), warnings: [], advice: onQuery };
      },
    });
    if (outcome.kind === 'rehearsed') {
      return { dryRun: shownRehearsal(outcome.rehearsal), advice: outcome.advice };
    }
    return {
      computedTrait: shortened(outcome.output.computedTrait),
      advice: [...outcome.advice, ...adviceAfterUpdateTrait(redefines)],
    };
  },
});

/**
 * The level of a trait, which accompanies every definition.
 *
 * @throws {InvalidInputError} if Segment does not show it.
 */
function levelOf(before: Audience): 'users' | 'accounts' {
  const type = typeOf(before);
  if (type === 'users' || type === 'accounts') return type;
  throw new InvalidInputError(
    'Segment does not show whether this trait is for users or for accounts, so its definition cannot be replaced.',
    { field: 'query', next: 'Create a new trait with create_computed_trait instead.' },
  );
}

/** The trait as it will be; fields that a change omits stay as they are. */
function changed(before: Audience, change: ComputedTraitChange): Audience {
  const { query } = change;
  return {
    ...before,
    name: change.name ?? before.name,
    description: change.description ?? before.description,
    enabled: change.enabled ?? before.enabled,
    definition: query === undefined ? before.definition : { ...before.definition, query },
  };
}
