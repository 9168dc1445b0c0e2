import * as z from 'zod';
import { audienceSchema, type CreateAudienceInput } from '../segment/entities.ts';
import { adviceAfterCreate } from './advice.ts';
import { advice, lowerCaseType, name, spaceId, spaceOf, type } from './fields.ts';
import { checkBeforeSending } from './query-check.ts';
import { defineTool } from './tool.ts';

export const createAudience = defineTool({
  name: 'create_audience',
  title: 'Create audience',
  description:
    'Create an audience in a space. First check with list_audiences that none like it exists. Limit: 10 a minute. Not sent twice: on outcome_unknown, look before repeating.',
  hints: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  input: z.strictObject({
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
  }),
  output: z.object({ audience: audienceSchema, advice }),
  async handle(input, context) {
    const { includeHistoricalData, includeAnonymousUsers } = input;
    const body: CreateAudienceInput = {
      name: input.name,
      description: input.description,
      enabled: input.enabled,
      definition: { query: input.query, type: lowerCaseType(input.type) },
    };
    if (includeHistoricalData !== undefined || includeAnonymousUsers !== undefined) {
      body.options = { includeHistoricalData, includeAnonymousUsers };
    }
    const space = spaceOf(input, context);
    const { query, type: level } = body.definition;
    const warnings = await checkBeforeSending(query, level, context.queryCheck);
    const audience = await context.api.createAudience(space, body, context.call);
    return { audience, advice: [...warnings, ...adviceAfterCreate()] };
  },
});
