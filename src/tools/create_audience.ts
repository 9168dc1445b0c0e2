import * as z from 'zod';
import type { PlannedWrite } from '../safety/agreement.ts';
import { audienceSchema, type CreateAudienceInput } from '../segment/entities.ts';
import { OutcomeUnknownError } from '../segment/errors.ts';
import { quoted } from '../visible.ts';
import { adviceAfterCreate, adviceAfterLostCreate } from './advice.ts';
import { keyOf, searchDuplicate, withNameReserved } from './duplicate.ts';
import { advice, lowerCaseType, name, spaceId, spaceOf, type } from './fields.ts';
import { findCreated } from './find-created.ts';
import { checkBeforeSending } from './query-check.ts';
import { defineTool, type ToolContext } from './tool.ts';
import { perform, rehearse, writeInputs, writeOutputs } from './write.ts';

const input = () =>
  z.strictObject({
    spaceId,
    name: name.describe('Name, 1 to 255 characters; the key is made from it'),
    query: z
      .string()
      .min(1)
      .describe("Definition in Segment's query language, e.g. event('Shoes Bought').count() >= 1"),
    type: type.default('users').describe('Level of the definition'),
    description: z.string().optional().describe('What it is for'),
    enabled: z.boolean().optional().describe('Whether to compute it'),
    includeHistoricalData: z.boolean().optional().describe('Also use data from before now'),
    includeAnonymousUsers: z
      .boolean()
      .optional()
      .describe('Also admit anonymous users; cannot be changed later'),
    allowDuplicateName: z.boolean().optional().describe('Create it beside one of the same name'),
    ...writeInputs(),
  });

export const createAudience = defineTool({
  name: 'create_audience',
  title: 'Create audience',
  description:
    'Create an audience in a space. Looks by itself for one of the same name (duplicate), and whether it arrived when the answer was lost. Never repeat it on outcome_unknown without looking. Limit: 10 a minute.',
  hints: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  input,
  output: () => z.object({ audience: audienceSchema.optional(), ...writeOutputs(), advice }),
  async handle(input, context) {
    const { confirmation, dryRun, spaceId: _, ...args } = input;
    const space = spaceOf(input, context);
    const body = bodyOf(input);
    const { query, type: level } = body.definition;
    const warnings = await checkBeforeSending(query, level, context.queryCheck);
    if (!dryRun) await context.api.foresee('create_audience', space, context.call);
    const mayBeTwice = input.allowDuplicateName === true;
    return withNameReserved(space, input.name, mayBeTwice, async () => {
      const search = () => searchDuplicate(space, input.name, mayBeTwice, context);
      const { ids, existing, advice: onSearch } = await search();
      const plan: PlannedWrite = {
        write: { operation: 'create_audience', spaceId: space, input: body },
        args,
        before: undefined,
        // Beside another of its name it gets a key that only Segment knows.
        after: {
          ...body,
          enabled: body.enabled ?? true,
          key: existing ? undefined : keyOf(body.name),
          spaceId: space,
        },
        notes: existing ? [`There is one of this name already: ${quoted(existing.id)}.`] : [],
        recheck: async () => {
          await search();
        },
      };
      warnings.push(...onSearch);
      if (dryRun) return { dryRun: await rehearse(plan, context), advice: warnings };
      const created = await perform(plan, confirmation, context, () =>
        create(space, body, ids, context),
      );
      return { audience: created.audience, advice: [...warnings, ...created.advice] };
    });
  },
});

function bodyOf(given: z.output<ReturnType<typeof input>>): CreateAudienceInput {
  const { name, description, enabled, query, includeHistoricalData, includeAnonymousUsers } = given;
  const definition = { query, type: lowerCaseType(given.type) };
  const body: CreateAudienceInput = { name, description, enabled, definition };
  if (includeHistoricalData !== undefined || includeAnonymousUsers !== undefined) {
    body.options = { includeHistoricalData, includeAnonymousUsers };
  }
  return body;
}

/** Creates it, or finds it where the answer was lost. @param known the ids that are there now. */
async function create(
  spaceId: string,
  input: CreateAudienceInput,
  known: ReadonlySet<string>,
  context: ToolContext,
) {
  const sentAt = context.now();
  try {
    const audience = await context.api.createAudience(spaceId, input, context.call);
    return { audience, advice: adviceAfterCreate() };
  } catch (error) {
    if (!(error instanceof OutcomeUnknownError)) throw error;
    const audience = await findCreated({ spaceId, input, sentAt, known, error }, context);
    return { audience, advice: adviceAfterLostCreate() };
  }
}
