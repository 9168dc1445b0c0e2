import * as z from 'zod';
import type { NewAudience } from '../segment/contract.ts';
import { InvalidInputError } from '../segment/errors.ts';
import { audienceSchema } from '../segment/models/audience.ts';
import { shortened } from '../text/shorten.ts';
import { adviceAfterCreate, adviceOnExternalIds, consequencesOfCreate } from './advice.ts';
import {
  advice,
  assertEntityFits,
  checkNames,
  description,
  name,
  options,
  previewFirst,
  query,
  spaceId,
  spaceOf,
  targetEntity,
  type,
} from './fields.ts';
import { adviceOnNames } from './names.ts';
import { checkBeforeSending, meaningOf, meaningOutputs } from './query-check.ts';
import { sizeAhead } from './size-ahead.ts';
import { defineTool } from './tool.ts';
import { emptyIsWrong, shownRehearsal, writeInputs, writeOutputs } from './write.ts';

/** Maximum length of the JSON of an explanation that is returned with an audience. */
const maxExplanationChars = 15_000;
/** The same, returned with the request that would be sent. */
const maxRehearsedExplanationChars = 8000;

const input = () =>
  z.strictObject({
    spaceId,
    name: name.describe('The key is derived from it'),
    query: query.describe(
      "Definition in Segment's query language, e.g. event('Shoes Bought').count() >= 1",
    ),
    type: type.default('users').describe('Who its members are'),
    targetEntity,
    description: description.optional().describe('What it is for'),
    enabled: z.boolean().optional().describe('Whether to compute it'),
    ...options(),
    includeAnonymousUsers: z.boolean().optional().describe('Include anonymous users'),
    allowDuplicateName: z.boolean().optional().describe('Create it even if the name is taken'),
    checkNames,
    previewFirst,
    ...writeInputs(),
  });

export const createAudience = defineTool({
  name: 'create_audience',
  title: 'Create audience',
  description:
    'Create an audience in a space. First check find_audiences or list_audiences for one that already fits. Refuses a name that is taken (duplicate), and if the response is lost, checks whether the audience was created. After outcome_unknown, never repeat it without checking.',
  hints: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  input,
  output: () =>
    z.object({
      audience: audienceSchema.optional(),
      ...writeOutputs(),
      ...meaningOutputs(),
      advice,
    }),
  keepsEmpty: emptyIsWrong,
  async handle(
    {
      confirmation,
      dryRun,
      allowDuplicateName,
      checkNames: areChecked,
      previewFirst: isSized,
      ...given
    },
    context,
  ) {
    const wanted: NewAudience = { ...given, spaceId: spaceOf(given, context) };
    assertFitting(wanted);
    const warnings = await checkBeforeSending(wanted.query, wanted.type, context.queryCheck);
    // Runs while the space is searched for the same name.
    const unknownNames = areChecked ? adviceOnNames(wanted, context) : [];
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
      async plan() {
        const sized = isSized ? await sizeAhead(wanted, context) : undefined;
        return {
          input: wanted,
          after: { ...shapeOf(wanted), size: sized?.size },
          warnings: [...(await unknownNames), ...(sized?.warnings ?? [])],
          advice: [...warnings, ...(sized?.advice ?? [])],
        };
      },
    });
    if (outcome.kind === 'rehearsed') {
      return {
        dryRun: shownRehearsal(outcome.rehearsal, maxRehearsedExplanationChars),
        ...(await meaningOf(wanted.query, wanted.type, maxRehearsedExplanationChars)),
        advice: outcome.advice,
      };
    }
    return {
      audience: shortened(outcome.output.audience),
      ...(await meaningOf(wanted.query, wanted.type, maxExplanationChars)),
      advice: [
        ...outcome.advice,
        ...adviceAfterCreate(outcome.foundAfterLoss, outcome.edition),
        ...adviceOnExternalIds(wanted, outcome.options),
      ],
    };
  },
});

/** @throws {InvalidInputError} for inputs that contradict each other. */
function assertFitting(wanted: NewAudience): void {
  assertEntityFits(wanted);
  const { backfillEventDataDays, includeHistoricalData } = wanted;
  if (backfillEventDataDays !== undefined && includeHistoricalData !== true) {
    throw new InvalidInputError('backfillEventDataDays requires includeHistoricalData.', {
      field: 'backfillEventDataDays',
      next: 'Also pass includeHistoricalData: true, or omit backfillEventDataDays.',
    });
  }
}

/** The audience as it would be, in Segment's fields. */
function shapeOf(wanted: NewAudience) {
  const { spaceId: space, name: title, enabled = true, query: text, type: level } = wanted;
  const {
    targetEntity: entity,
    description: about,
    includeHistoricalData,
    includeAnonymousUsers,
  } = wanted;
  const { backfillEventDataDays, filterByExternalIds } = wanted;
  return {
    spaceId: space,
    name: title,
    description: about,
    enabled,
    audienceType: level.toUpperCase(),
    definition: { query: text, targetEntity: entity },
    options: {
      includeHistoricalData,
      includeAnonymousUsers,
      filterByExternalIds: filterByExternalIds && [...filterByExternalIds],
      backfillEventDataDays,
    },
  };
}
