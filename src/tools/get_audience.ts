import * as z from 'zod';
import { audienceSchema } from '../segment/entities.ts';
import { adviceAfterRead } from './advice.ts';
import { advice, id, spaceId, spaceOf } from './fields.ts';
import { explainStored } from './query-check.ts';
import { defineTool } from './tool.ts';

export const getAudience = defineTool({
  name: 'get_audience',
  title: 'Get audience',
  description: 'Read one audience in full: definition, status, key, options. Limit: 100 a minute.',
  hints: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: () => z.strictObject({ spaceId, id }),
  output: () =>
    z.object({
      audience: audienceSchema,
      explanation: z.string().optional().describe('The definition in plain English'),
      advice,
    }),
  async handle(input, context) {
    const space = spaceOf(input, context);
    const audience = await context.api.getAudience(space, input.id, context.call);
    const explanation = await explainStored(audience);
    return { audience, explanation, advice: adviceAfterRead(audience) };
  },
});
