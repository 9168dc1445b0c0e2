import * as z from 'zod';
import type { NewAudience } from '../segment/contract.ts';
import { InvalidInputError } from '../segment/errors.ts';
import { audienceSchema } from '../segment/models/audience.ts';
import { shortened } from '../shorten.ts';
import { adviceAfterCreate, adviceOnExternalIds, consequencesOfCreate } from './advice.ts';
import { advice, description, name, options, query, spaceId, spaceOf, type } from './fields.ts';
import { checkBeforeSending } from './query-check.ts';
import { defineTool } from './tool.ts';
import { emptyIsWrong, shownRehearsal, writeInputs, writeOutputs } from './write.ts';

const input = () =>
  z.strictObject({
    spaceId,
    name: name.describe('Name, 1 to 255 characters; the key is made from it'),
    query: query.describe(
      "Definition in Segment's query language, e.g. event('Shoes Bought').count() >= 1",
    ),
    type: type.default('users').describe('Level of the definition'),
    targetEntity: z
      .string()
      .min(1)
      .optional()
      .describe('Only type linked: relationship slug of the entity that is the member'),
    description: description.optional().describe('What it is for'),
    enabled: z.boolean().optional().describe('Whether to compute it'),
    ...options(),
    includeAnonymousUsers: z
      .boolean()
      .optional()
      .describe('Also admit anonymous users; cannot be changed later'),
    allowDuplicateName: z.boolean().optional().describe('Create it even if the name exists'),
    ...writeInputs(),
  });

export const createAudience = defineTool({
  name: 'create_audience',
  title: 'Create audience',
  description:
    'Create an audience in a space. First see in list_audiences whether one fits already. Looks by itself for one of the same name (duplicate), and whether it arrived when the answer was lost. Never repeat it on outcome_unknown without looking.',
  hints: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  input,
  output: () => z.object({ audience: audienceSchema.optional(), ...writeOutputs(), advice }),
  keepsEmpty: emptyIsWrong,
  async handle({ confirmation, dryRun, allowDuplicateName, ...given }, context) {
    const wanted: NewAudience = { ...given, spaceId: spaceOf(given, context) };
    assertFitting(wanted);
    const warnings = await checkBeforeSending(wanted.query, wanted.type, context.queryCheck);
    const outcome = await context.carryOut({
      operation: 'create_audience',
      kind: 'create',
      spaceId: wanted.spaceId,
      draft: wanted,
      grave: false,
      dryRun,
      confirmation,
      creation: {
        name: wanted.name,
        allowDuplicate: allowDuplicateName === true,
        outputOf: (audience) => ({ audience }),
      },
      consequences: (edition, after) => [
        ...consequencesOfCreate(edition),
        ...adviceOnExternalIds(wanted, after?.options),
      ],
      plan: async () => ({
        input: wanted,
        after: shapeOf(wanted),
        warnings: [],
        advice: warnings,
      }),
    });
    if (outcome.kind === 'rehearsed') {
      return { dryRun: shownRehearsal(outcome.rehearsal), advice: outcome.advice };
    }
    return {
      audience: shortened(outcome.output.audience),
      advice: [
        ...outcome.advice,
        ...adviceAfterCreate(outcome.foundAfterLoss, outcome.edition),
        ...adviceOnExternalIds(wanted, outcome.options),
      ],
    };
  },
});

/** @throws {InvalidInputError} for inputs that contradict each other. */
function assertFitting({
  type: level,
  targetEntity,
  backfillEventDataDays,
  includeHistoricalData,
}: NewAudience): void {
  if (targetEntity !== undefined && level !== 'linked') {
    throw new InvalidInputError('targetEntity goes with type linked only.', {
      field: 'targetEntity',
      next: 'Leave it out, or pass type: linked.',
    });
  }
  if (backfillEventDataDays !== undefined && includeHistoricalData !== true) {
    throw new InvalidInputError('backfillEventDataDays needs historical data.', {
      field: 'backfillEventDataDays',
      next: 'Pass includeHistoricalData: true, too, or leave it out.',
    });
  }
}

/** The audience as it would be, in the fields of Segment. */
function shapeOf(wanted: NewAudience) {
  const { spaceId: space, name: title, enabled = true, query: text, type: level } = wanted;
  const { targetEntity, description: about, includeHistoricalData, includeAnonymousUsers } = wanted;
  const { backfillEventDataDays, filterByExternalIds } = wanted;
  return {
    spaceId: space,
    name: title,
    description: about,
    enabled,
    audienceType: level.toUpperCase(),
    definition: { query: text, targetEntity },
    options: {
      includeHistoricalData,
      includeAnonymousUsers,
      filterByExternalIds: filterByExternalIds && [...filterByExternalIds],
      backfillEventDataDays,
    },
  };
}
