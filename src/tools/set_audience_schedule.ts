import * as z from 'zod';
import { scheduledAudiences } from '../safety/thing.ts';
import { AudiencesError } from '../segment/errors.ts';
import type { Audience } from '../segment/models/audience.ts';
import { scheduleIntervals, scheduleSchema, timingOf } from '../segment/models/schedule.ts';
import { shortened } from '../text/shorten.ts';
import { advice, id, spaceId, spaceOf } from './fields.ts';
import {
  adviceIfDisabled,
  assertLinked,
  chosenSchedule,
  readLinked,
  schedulesOf,
} from './linked-audience.ts';
import { scheduleOf } from './schedule-input.ts';
import { defineTool } from './tool.ts';
import { emptyIsWrong, shownRehearsal, writeInputs, writeOutputs } from './write.ts';

const consequences = [
  'While it is enabled, it will run automatically at these times and send its data to its destinations.',
];

export const setAudienceSchedule = defineTool({
  name: 'set_audience_schedule',
  title: 'Set audience schedule',
  description:
    'Set when a linked audience runs: by interval, or by days, hours and timezone. Replaces its schedule or adds one.',
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
      scheduleId: z.string().optional().describe('Which to replace, if several'),
      interval: z.enum(scheduleIntervals).optional().describe('How often'),
      days: z.array(z.int().min(0).max(6)).optional().describe('0 is Sunday'),
      hours: z.array(z.int().min(0).max(23)).optional().describe('On the hour'),
      timezone: z.string().optional().describe('Like Europe/Berlin'),
      ...writeInputs(),
    }),
  output: () => z.object({ schedule: scheduleSchema.optional(), ...writeOutputs(), advice }),
  keepsEmpty: emptyIsWrong,
  async handle(given, context) {
    const one = { spaceId: spaceOf(given, context), id: given.id };
    const schedule = scheduleOf(given);
    const scheduleId =
      given.scheduleId ?? chosenSchedule((await readLinked(one, context)).schedules, undefined)?.id;
    const planned = (before: Audience | undefined) => ({
      after: before && withTiming(before, scheduleId, timingOf(schedule)),
      warnings: [],
      advice: before ? adviceIfDisabled(before, context.now()) : [],
    });
    const wish = {
      kind: 'schedule' as const,
      about: scheduledAudiences,
      ...one,
      grave: false,
      dryRun: given.dryRun,
      confirmation: given.confirmation,
      consequences: () => consequences,
    };
    const add = { ...one, schedule };
    const update = scheduleId === undefined ? undefined : { ...add, scheduleId };
    const outcome = update
      ? await context.carryOut({
          ...wish,
          operation: 'update_audience_schedule_for_audience',
          draft: update,
          plan: async (before) => ({ input: update, ...planned(before) }),
        })
      : await context.carryOut({
          ...wish,
          operation: 'add_audience_schedule_to_audience',
          draft: add,
          plan: async (before) => ({ input: add, ...planned(before) }),
        });
    if (outcome.kind === 'rehearsed') {
      return { dryRun: shownRehearsal(outcome.rehearsal), advice: outcome.advice };
    }
    return { schedule: shortened(outcome.output.audienceSchedule), advice: outcome.advice };
  },
});

/** The id of a new schedule before Segment assigns one. */
const newId = 'new';

/**
 * The audience as it will be.
 *
 * @param scheduleId of the schedule that is replaced; undefined if one is added.
 * @throws {InvalidInputError} if it is not linked, or has no such schedule.
 * @throws {AudiencesError} `stale`, if one has been added in the meantime.
 */
function withTiming(
  audience: Audience,
  scheduleId: string | undefined,
  timing: ReturnType<typeof timingOf>,
): Audience {
  assertLinked(audience);
  const present = schedulesOf(audience);
  if (scheduleId === undefined && present.length > 0) {
    throw new AudiencesError(
      'stale',
      'A schedule was added to the audience while this call was in progress. Nothing was sent.',
      { next: 'Check with list_audience_schedules, then call again if this one is still wanted.' },
    );
  }
  const replaced = scheduleId === undefined ? undefined : chosenSchedule(present, scheduleId);
  const others = present.filter((schedule) => schedule !== replaced);
  return { ...audience, schedules: [...others, { id: scheduleId ?? newId, ...timing }] };
}
