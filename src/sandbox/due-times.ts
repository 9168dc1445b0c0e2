/** How often an audience is run, in Segment's words. */
export const intervals = ['15m', '30m', '1h', '2h', '4h', '6h', '8h', '12h', '1d'] as const;

/** When an audience is run, in the words of the model `AudienceSchedule`. */
export type Timing =
  | { strategy: 'PERIODIC'; config: { interval: (typeof intervals)[number] } }
  | {
      strategy: 'SPECIFIC_DAYS';
      /** Days from 0, a Sunday; hours from 0 to 23; the name of a zone of the tz database. */
      config: { days: readonly number[]; hours: readonly number[]; timezone: string };
    };

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** All time zone offsets are a multiple of a quarter of an hour. */
const stepMs = 15 * minuteMs;
/** More than a week, for an hour that daylight saving time skips. */
const maxSteps = (15 * dayMs) / stepMs;

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/**
 * The next time that an audience is run: intervals are aligned to UTC, so that `1d` is midnight
 * there.
 *
 * @param after in ms since the epoch, like the result. @returns undefined if there is no such time.
 */
export function nextTime(timing: Timing, after: number): number | undefined {
  if (timing.strategy === 'PERIODIC') {
    const length = intervalMs(timing.config.interval);
    return (Math.floor(after / length) + 1) * length;
  }
  const { days, hours, timezone } = timing.config;
  const wanted = new Set(days.flatMap((day) => hours.map((hour) => `${weekdays[day]} ${hour}:0`)));
  const local = localTime(timezone);
  let time = (Math.floor(after / stepMs) + 1) * stepMs;
  for (let step = 0; step < maxSteps; step += 1, time += stepMs) {
    if (wanted.has(local(time))) return time;
  }
  return undefined;
}

/** Whether a string names a zone of the tz database; an offset such as `+01:00` does not. */
export function isTimezone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function intervalMs(interval: (typeof intervals)[number]): number {
  const amount = Number.parseInt(interval, 10);
  if (interval.endsWith('m')) return amount * minuteMs;
  return amount * (interval.endsWith('h') ? hourMs : dayMs);
}

/** Formats times as a day and a time in a zone, such as `Mon 9:0`. */
function localTime(timeZone: string): (time: number) => string {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  });
  return (time) => {
    const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, value]));
    return `${parts.get('weekday')} ${Number(parts.get('hour'))}:${Number(parts.get('minute'))}`;
  };
}
