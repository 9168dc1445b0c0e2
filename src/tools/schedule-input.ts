import { InvalidInputError } from '../segment/errors.ts';
import type { NewSchedule, scheduleIntervals } from '../segment/models/schedule.ts';
import { nearestName } from '../text/nearest.ts';
import { quoted } from '../text/visible.ts';

/** The schedule inputs of a call. */
interface GivenSchedule {
  interval?: (typeof scheduleIntervals)[number];
  days?: readonly number[];
  hours?: readonly number[];
  timezone?: string;
}

const either = 'Pass interval alone, or days, hours and timezone together.';

/**
 * The requested schedule, with its entries in a fixed order.
 *
 * @throws {InvalidInputError} if both ways, neither, or only a part is given.
 */
export function scheduleOf({ interval, days, hours, timezone }: GivenSchedule): NewSchedule {
  const parts = Object.entries({ days, hours, timezone });
  const [first] = parts.filter(([, value]) => value?.length).map(([field]) => field);
  if (interval !== undefined && first !== undefined) {
    throw new InvalidInputError(`interval can't be combined with ${first}.`, {
      field: 'interval',
      next: either,
    });
  }
  if (interval !== undefined) return { interval };
  if (days?.length && hours?.length && timezone) {
    return { days: inOrder(days), hours: inOrder(hours), timezone: zoneOf(timezone) };
  }
  const missing = parts.filter(([, value]) => !value?.length).map(([field]) => field);
  const problem =
    first === undefined
      ? 'The call does not say when to run the audience.'
      : `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing.`;
  throw new InvalidInputError(problem, { field: missing[0] ?? 'interval', next: either });
}

function inOrder(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/**
 * A time zone name as the tz database writes it.
 *
 * @throws {InvalidInputError} for any other text, such as an offset.
 */
function zoneOf(timezone: string): string {
  const isOffset = timezone.startsWith('+') || timezone.startsWith('-');
  const known = isOffset ? undefined : knownZone(timezone);
  if (known === undefined) {
    const near = nearestName(timezone, Intl.supportedValuesOf('timeZone'));
    const hint =
      near === undefined ? 'Examples are Europe/Berlin and UTC.' : `Did you mean ${near}?`;
    throw new InvalidInputError(`${quoted(timezone)} is not a time zone name in the tz database.`, {
      field: 'timezone',
      next: `${hint} If it is unclear, ask the user which time zone their hours are in.`,
    });
  }
  // An alias of a zone is left as it is.
  return known.toLowerCase() === timezone.toLowerCase() ? known : timezone;
}

function knownZone(timezone: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
