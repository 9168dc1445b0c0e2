import * as z from 'zod';
import { scheduledAudiences } from '../safety/thing.ts';
import { InvalidInputError } from '../segment/errors.ts';
import { scheduleSchema } from '../segment/models/schedule.ts';
import { shortened } from '../text/shorten.ts';
import { advice, id, spaceId, spaceOf } from './fields.ts';
import { assertLinked, chosenSchedule, readLinked, schedulesOf } from './linked-audience.ts';
import { defineTool } from './tool.ts';
import { emptyIsWrong, shownRehearsal, writeInputs, writeOutputs } from './write.ts';

const noneLeft = 'Without a schedule, it no longer runs automatically.';

export const removeAudienceSchedule = defineTool({
  name: 'remove_audience_schedule',
  title: 'Remove audience schedule',
  description: 'Delete the schedule of a linked audience.',
  hints: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: () =>
    z.strictObject({
      spaceId,
      id,
      scheduleId: z.string().optional().describe('Which one, if it has several'),
      ...writeInputs(),
    }),
  output: () =>
    z.object({
      status: z.string().optional(),
      schedule: scheduleSchema.optional().describe('As it was before'),
      ...writeOutputs(),
      advice,
    }),
  keepsEmpty: emptyIsWrong,
  async handle(given, context) {
    const one = { spaceId: spaceOf(given, context), id: given.id };
    const scheduleId =
      given.scheduleId ?? chosenSchedule((await readLinked(one, context)).schedules, undefined)?.id;
    if (scheduleId === undefined) throw hasNone();
    const input = { ...one, scheduleId };
    const outcome = await context.carryOut({
      operation: 'remove_audience_schedule_from_audience',
      kind: 'schedule',
      about: scheduledAudiences,
      ...one,
      draft: input,
      grave: true,
      dryRun: given.dryRun,
      confirmation: given.confirmation,
      consequences: (_, after) => (schedulesOf(after).length === 0 ? [noneLeft] : []),
      async plan(before) {
        if (before) assertLinked(before);
        const present = schedulesOf(before);
        const removed = chosenSchedule(present, scheduleId);
        const schedules = present.filter((schedule) => schedule !== removed);
        return { input, after: before && { ...before, schedules }, warnings: [], advice: [] };
      },
    });
    if (outcome.kind === 'rehearsed') {
      return { dryRun: shownRehearsal(outcome.rehearsal), advice: outcome.advice };
    }
    const wasThere = chosenSchedule(schedulesOf(outcome.before), scheduleId);
    return {
      status: outcome.output.status,
      schedule: wasThere && shortened(wasThere),
      advice: [
        'To restore it, pass its times to set_audience_schedule; the schedule gets a new id.',
      ],
    };
  },
});

function hasNone(): InvalidInputError {
  return new InvalidInputError('The audience has no schedule. Nothing was sent.', {
    field: 'id',
    next: 'Tell the user that there is nothing to remove.',
  });
}
