import type { Audience } from '../segment/models/audience.ts';
import {
  periodicSchema,
  type Schedule,
  schedulesSchema,
  specificDaysSchema,
} from '../segment/models/schedule.ts';
import { cut } from '../text/visible.ts';

/*
 * The schedules of a linked audience, in words.
 */

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
/** An unknown form is shown as it is, up to this length. */
const maxConfigChars = 200;

/** The schedules that were read with an audience; undefined if none were. */
export function schedulesIn({ schedules }: Partial<Audience>): Schedule[] | undefined {
  return schedules === undefined ? undefined : schedulesSchema.safeParse(schedules).data;
}

/**
 * All schedules of an audience on one line, in a fixed order, so that two lines can be compared.
 */
export function schedulesInWords(schedules: readonly Schedule[]): string {
  if (schedules.length === 0) return 'none';
  return schedules.map(scheduleInWords).sort().join('; ');
}

/** A schedule by its id, such as `sch_1: every 1h`. */
export function scheduleInWords({ id, strategy, config }: Schedule): string {
  return `${id}: ${configInWords(strategy, config)}`;
}

/** When a schedule runs an audience, such as `every 1h`; the same whatever order its days are in. */
export function timingInWords({ strategy, config }: Schedule): string {
  const specific = specificDaysSchema.safeParse(config).data;
  if (!specific) return configInWords(strategy, config);
  const inOrder = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);
  const { days, hours, timezone } = specific;
  return configInWords(strategy, { days: inOrder(days), hours: inOrder(hours), timezone });
}

function configInWords(strategy: Schedule['strategy'], config: Schedule['config']): string {
  const periodic = periodicSchema.safeParse(config).data;
  if (periodic) return `every ${periodic.interval}`;
  const specific = specificDaysSchema.safeParse(config).data;
  if (!specific) return cut(`${strategy} ${JSON.stringify(config ?? null)}`, maxConfigChars);
  const days = specific.days.map((day) => weekdays[day] ?? `day ${day}`).join(', ');
  const hours = specific.hours.map((hour) => `${hour}:00`).join(', ');
  return `${days} at ${hours} ${specific.timezone}`;
}
