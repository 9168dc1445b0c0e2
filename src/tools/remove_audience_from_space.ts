import * as z from 'zod';
import { audienceSchema } from '../segment/entities.ts';
import { adviceAfterRemove } from './advice.ts';
import { advice, id, spaceId, spaceOf } from './fields.ts';
import { defineTool } from './tool.ts';

export const removeAudienceFromSpace = defineTool({
  name: 'remove_audience_from_space',
  title: 'Remove audience from space',
  description:
    'Delete an audience for good. Only when the user asked for this very audience to be deleted. The result holds it as it was. Limit: 20 a minute.',
  hints: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: z.strictObject({ spaceId, id }),
  output: z.object({
    status: z.string(),
    audience: audienceSchema.describe('As it was before'),
    advice,
  }),
  async handle(input, context) {
    const { api, call } = context;
    const space = spaceOf(input, context);
    const audience = await api.getAudience(space, input.id, call);
    const status = await api.removeAudience(space, input.id, call);
    return { status, audience, advice: adviceAfterRemove(audience) };
  },
});
