import * as z from 'zod';
import type { PlannedWrite } from '../safety/agreement.ts';
import { type Audience, audienceSchema } from '../segment/entities.ts';
import { NoAnswerError } from '../segment/errors.ts';
import { adviceAfterRemove } from './advice.ts';
import { advice, id, spaceId, spaceOf } from './fields.ts';
import { quoted } from '../visible.ts';
import { defineTool, type ToolContext } from './tool.ts';
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
  input: () => z.strictObject({ spaceId, id, ...writeInputs() }),
  output: () =>
    z.object({
      status: z.string().optional(),
      audience: audienceSchema.optional().describe('As it was before'),
      ...writeOutputs(),
      advice,
    }),
  async handle(input, context) {
    const { confirmation, dryRun, spaceId: _, ...args } = input;
    const { api, call } = context;
    const space = spaceOf(input, context);
    if (!dryRun) await api.foresee('remove_audience_from_space', space, call);
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
      status: await remove(space, input.id, before, context),
    }));
    return { status, audience: before, advice: adviceAfterRemove(before) };
  },
});

/** @returns Segment's word for it. */
async function remove(
  spaceId: string,
  id: string,
  audience: Audience,
  { api, call }: ToolContext,
): Promise<string> {
  try {
    const status = await api.removeAudience(spaceId, id, call);
    if (status === 'SUCCESS') return status;
    throw new NoAnswerError('bad_response', `Segment answered the status ${quoted(status)}.`, {
      next: 'Tell the user.',
    });
  } catch (error) {
    throw keepCopy(error, audience);
  }
}

/** An audience that may be gone is not lost: the error holds it as it was. */
function keepCopy(error: unknown, audience: Audience): unknown {
  if (!(error instanceof NoAnswerError)) return error;
  const { code, message, facts, cause } = error;
  return new NoAnswerError(
    code,
    `${message} It may have been removed all the same.`,
    {
      ...facts,
      next: `Look with get_audience whether it is still there. If it is gone, details.audience is what it was. ${facts.next}`,
      details: { audience, cause: facts.details },
    },
    { cause },
  );
}
