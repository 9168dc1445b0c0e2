import * as z from 'zod';
import { everyRow, withId } from '../models/rows.ts';
import { type NewSchedule, scheduleSchema, timingOf } from '../models/schedule.ts';
import { ofAudience } from './features.ts';
import { doubtOfRemoval, removalStatus } from './removal.ts';
import type { ReadRow, Row } from './row.ts';

/*
 * Schedules and runs, which only linked audiences have. Source: Segment's API reference, tag
 * Audiences.
 */

const schedules = '/spaces/{spaceId}/audiences/{id}/schedules';
const oneSchedule = z.lazy(() => z.looseObject({ audienceSchedule: withId(scheduleSchema) }));
const ofSchedules = ofAudience('Audience schedules');
/** The list of schedules shows whether the feature is available. */
const ofOneSchedule: typeof ofSchedules = {
  name: ofSchedules.name,
  isMissing: async ({ spaceId, id }, look) =>
    (await look('list_audience_schedules_from_space_and_audience', { spaceId, id })).kind ===
    'lacking',
};
const noAudience = 'Check id and spaceId with get_audience.';
const noSchedule = 'Check scheduleId with list_audience_schedules.';

/** A change replaces both strategy and config, so its body is that of a new schedule. */
function body({ schedule }: { schedule: NewSchedule }): object {
  return timingOf(schedule);
}

export const list: ReadRow<'list_audience_schedules_from_space_and_audience'> = {
  method: 'GET',
  path: schedules,
  writes: false,
  resend: 'repeatable',
  output: z.lazy(() => z.looseObject({ audienceSchedules: everyRow(scheduleSchema) })),
  feature: ofSchedules,
  ifNotFound: noAudience,
};

export const add: Row<'add_audience_schedule_to_audience'> = {
  method: 'POST',
  path: schedules,
  perMinute: 50,
  writes: true,
  resend: 'once',
  body,
  output: oneSchedule,
  feature: ofSchedules,
  ifNotFound: noAudience,
  ifUnknown: 'Check with list_audience_schedules whether the schedule exists now.',
};

export const update: Row<'update_audience_schedule_for_audience'> = {
  method: 'PATCH',
  path: `${schedules}/{scheduleId}`,
  perMinute: 50,
  writes: true,
  resend: 'once',
  body,
  output: oneSchedule,
  feature: ofOneSchedule,
  ifNotFound: noSchedule,
  ifUnknown: 'Check with list_audience_schedules what the schedule is now.',
};

export const remove: Row<'remove_audience_schedule_from_audience'> = {
  method: 'DELETE',
  path: `${schedules}/{scheduleId}`,
  perMinute: 50,
  writes: true,
  resend: 'once',
  output: z.lazy(() => removalStatus.refine((output) => doubtOfRemoval(output) === undefined)),
  feature: ofOneSchedule,
  ifNotFound: noSchedule,
  ifUnknown: 'Check with list_audience_schedules whether the schedule is still there.',
};

export const run: Row<'force_execute_audience_run'> = {
  method: 'POST',
  path: '/spaces/{spaceId}/audiences/{id}/runs',
  writes: true,
  resend: 'once',
  output: z.lazy(() => z.looseObject({ run: z.looseObject({ id: z.string() }) })),
  feature: ofAudience('Audience runs'),
  ifNotFound: noAudience,
  ifUnknown:
    'The run may have been started, and nothing shows whether it was. Run it again only if the user accepts that the data may be sent twice.',
};
