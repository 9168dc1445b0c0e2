import * as z from 'zod';
import { lenient, text } from './lenient.ts';

/** How often a linked audience runs, in Segment's notation. */
export const scheduleIntervals = ['15m', '30m', '1h', '2h', '4h', '6h', '8h', '12h', '1d'] as const;

/**
 * When a linked audience runs (model `AudienceSchedule`). `strategy` is PERIODIC, with
 * `config.interval`, or SPECIFIC_DAYS, with `config.days` (0 is Sunday), `hours` and `timezone`.
 */
export const scheduleSchema = z.lazy(() =>
  z.looseObject({
    id: z.string(),
    strategy: text().describe('PERIODIC or SPECIFIC_DAYS'),
    config: lenient(z.looseObject({})),
    nextExecution: text(),
  }),
);
export type Schedule = z.infer<typeof scheduleSchema>;

export const schedulesSchema = z.lazy(() => z.array(scheduleSchema));

/** `config` of PERIODIC (model `PeriodicConfig`). */
export const periodicSchema = z.lazy(() => z.looseObject({ interval: z.string() }));

/** `config` of SPECIFIC_DAYS (model `SpecificDaysConfig`). */
export const specificDaysSchema = z.lazy(() =>
  z.looseObject({
    days: z.array(z.number()),
    hours: z.array(z.number()),
    timezone: z.string(),
  }),
);

/** The requested schedule: a period, or hours of certain days. */
export type NewSchedule =
  | { interval: (typeof scheduleIntervals)[number] }
  | { days: readonly number[]; hours: readonly number[]; timezone: string };

/** The same in Segment's fields. */
export function timingOf(schedule: NewSchedule): { strategy: string; config: object } {
  if ('interval' in schedule) {
    return { strategy: 'PERIODIC', config: { interval: schedule.interval } };
  }
  const { days, hours, timezone } = schedule;
  return { strategy: 'SPECIFIC_DAYS', config: { days, hours, timezone } };
}
