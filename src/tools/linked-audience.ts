import { scheduleInWords, schedulesIn } from '../safety/schedules.ts';
import { InvalidInputError } from '../segment/errors.ts';
import { type Audience, typeOf } from '../segment/models/audience.ts';
import type { Schedule } from '../segment/models/schedule.ts';
import { fitted } from '../text/shorten.ts';
import { quoted, quotedPlainly } from '../text/visible.ts';
import type { ToolContext } from './tool.ts';

/*
 * What only linked audiences have: schedules and runs. Source: Segment's API reference, tag Audiences.
 */

const dayMs = 24 * 60 * 60_000;
/** Days after which a disabled audience loses its schedules. */
const maxDisabledDays = 90;
/** Days after which advice mentions it. */
const minAdviceDays = 80;
/** A longer list of schedules would go unread. */
const maxListed = 20;
const maxScheduleChars = 300;
/** Maximum length of the JSON of one in a result. */
const maxShownChars = 5000;

/**
 * Reads an audience together with its schedules, which are not requested if it can have none.
 *
 * @throws {InvalidInputError} for one that is not linked.
 */
export async function readLinked(
  input: { spaceId: string; id: string },
  { api, call }: Pick<ToolContext, 'api' | 'call'>,
): Promise<{ audience: Audience; schedules: Schedule[] }> {
  const { audience } = await api.send('get_audience', input, call);
  assertLinked(audience);
  const { audienceSchedules: schedules } = await api.send(
    'list_audience_schedules_from_space_and_audience',
    input,
    call,
  );
  return { audience, schedules };
}

/** @throws {InvalidInputError} for an audience that is known not to be linked. */
export function assertLinked(audience: Audience): void {
  const type = typeOf(audience);
  if (type === undefined || type === 'linked') return;
  throw new InvalidInputError(
    `The audience ${quoted(audience.name ?? audience.id)} is of type ${type}: only linked audiences have schedules and runs. Nothing was sent.`,
    {
      field: 'id',
      next: 'Tell the user that Segment itself decides when it computes audiences of this type.',
    },
  );
}

/**
 * The schedule of a call: the one it names, otherwise the only one.
 *
 * @returns undefined if none is named and there is none.
 * @throws {InvalidInputError} that lists the schedules, if none has that id, or none is named and
 * there are several.
 */
export function chosenSchedule(
  schedules: readonly Schedule[],
  scheduleId: string | undefined,
): Schedule | undefined {
  const named = schedules.find(({ id }) => id === scheduleId);
  if (named || (scheduleId === undefined && schedules.length <= 1)) return named ?? schedules[0];
  const problem =
    scheduleId === undefined
      ? `scheduleId is missing, and the audience has ${schedules.length} schedules.`
      : `The audience has no schedule ${quoted(scheduleId)}.`;
  const listed = schedules
    .slice(0, maxListed)
    .map((schedule) => quotedPlainly(scheduleInWords(schedule), maxScheduleChars));
  const theRest = schedules.length > maxListed ? [`and ${schedules.length - maxListed} more`] : [];
  const all = [...listed, ...theRest].join('; ');
  throw new InvalidInputError(`${problem} It has ${all || 'none'}. Nothing was sent.`, {
    field: 'scheduleId',
    next:
      schedules.length > 0
        ? 'Pass the id of the one that the user means as scheduleId.'
        : 'To add a schedule, call set_audience_schedule without scheduleId.',
  });
}

/** The schedules that were read with the audience of a write. */
export function schedulesOf(audience: Partial<Audience> | undefined): readonly Schedule[] {
  return (audience && schedulesIn(audience)) ?? [];
}

/** A schedule without absurdly long texts. */
export function shortSchedule(schedule: Schedule): Schedule {
  return fitted(schedule, maxShownChars, ['id', 'strategy', 'config', 'nextExecution']);
}

/** Advice on a linked audience that is disabled. @param now ms since the epoch. */
export function adviceIfDisabled({ enabled, updatedAt }: Audience, now: number): string[] {
  if (enabled !== false) return [];
  const days = Math.floor((now - Date.parse(updatedAt ?? '')) / dayMs);
  if (!(days >= minAdviceDays)) {
    return ['It is disabled: its schedules take effect once it is enabled.'];
  }
  const what =
    days < maxDisabledDays
      ? `loses its schedule at ${maxDisabledDays} days`
      : `may have lost its schedule, which happens at ${maxDisabledDays} days`;
  return [
    `It has been disabled for ${days} days and ${what}. This is inferred from updatedAt, the time of its last change: it may have been disabled for longer. Ask the user whether to enable it; a lost schedule has to be set again.`,
  ];
}
