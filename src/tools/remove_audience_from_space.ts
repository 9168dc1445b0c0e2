import * as z from 'zod';
import type { PlannedWrite } from '../safety/agreement.ts';
import { audienceSchema } from '../segment/entities.ts';
import { adviceAfterRemove } from './advice.ts';
import { advice, id, spaceId, spaceOf } from './fields.ts';
import { defineTool } from './tool.ts';
import { perform, rehearse, writeInputs, writeOutputs } from './write.ts';

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
  input: z.strictObject({ spaceId, id, ...writeInputs }),
  output: z.object({
    status: z.string().optional(),
    audience: audienceSchema.optional().describe('As it was before'),
    ...writeOutputs,
    advice,
  }),
  async handle(input, context) {
    const { confirmation, dryRun, spaceId: _, ...args } = input;
    const { api, call } = context;
    const space = spaceOf(input, context);
    const before = await api.getAudience(space, input.id, call);
    const plan: PlannedWrite = {
      write: { operation: 'remove_audience_from_space', spaceId: space, id: input.id },
      args,
      before,
      after: undefined,
    };
    if (dryRun) return { dryRun: await rehearse(plan, context) };
    const { status } = await perform(plan, confirmation, context, async () => ({
      audience: null,
      status: await api.removeAudience(space, input.id, call),
    }));
    return { status, audience: before, advice: adviceAfterRemove(before) };
  },
});
