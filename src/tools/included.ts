import * as z from 'zod';
import { isOfSpace } from '../segment/asked-for.ts';
import { Cursors, firstTime } from '../segment/cursors.ts';
import { AudiencesError, CancelledError } from '../segment/errors.ts';
import { type Audience, typeOf } from '../segment/models/audience.ts';
import { scheduleSchema } from '../segment/models/schedule.ts';
import { readDestinations } from '../space/destinations.ts';
import { jsonFits } from '../text/json-length.ts';
import { cut, visible } from '../text/visible.ts';
import { adviceIfDisabled, shortSchedule } from './linked-audience.ts';
import {
  adviceOnDestinations,
  destinationSchema,
  shownDestinations,
  withoutActivations,
} from './list_audience_destinations.ts';
import { withFirstRows } from './short-rows.ts';
import type { ToolContext } from './tool.ts';

/*
 * What get_audience reads in addition to the audience, on request. What can't be read is named;
 * everything else is still shown.
 */

export const includable = ['schedules', 'destinations', 'usedBy'] as const;
export type Includable = (typeof includable)[number];

/** Rows per request: Segment's own maximum. */
const rowsAtOnce = 1000;
/** No audience has more dependents than fit into these. */
const maxPages = 10;
/** How many are shown. */
const maxUsers = 200;
const maxNameChars = 255;
const maxReasonChars = 500;
/** Minimum space for the JSON of what is included, however long the audience is. */
const minIncludedChars = 9000;

const userSchema = () => z.object({ id: z.string(), name: z.string().optional() });
type User = z.infer<ReturnType<typeof userSchema>>;

/** What is included, in the output of the tool. */
export const includedOutputs = () => ({
  schedules: z.array(scheduleSchema).optional(),
  destinations: z.array(destinationSchema()).optional(),
  usedBy: z.array(userSchema()).optional().describe('Audiences built on this one'),
});

interface Included {
  schedules?: z.infer<typeof scheduleSchema>[];
  destinations?: z.infer<ReturnType<typeof destinationSchema>>[];
  usedBy?: User[];
  advice: string[];
}

/** What to read for one audience. */
interface Asked {
  spaceId: string;
  audience: Audience;
}

type Context = Pick<ToolContext, 'api' | 'call' | 'indexes' | 'now'>;

/**
 * @param maxChars of the JSON of all of it; whatever is longer loses details, then rows.
 * @throws {CancelledError} if the call is cancelled.
 */
export async function readIncluded(
  wanted: readonly Includable[],
  asked: Asked,
  maxChars: () => number,
  context: Context,
): Promise<Included> {
  if (wanted.length === 0) return { advice: [] };
  const readers = { schedules: withSchedules, destinations: withDestinations, usedBy: withUsers };
  const parts = await Promise.all(
    [...new Set(wanted)].map(async (part): Promise<Included> => {
      try {
        return await readers[part](asked, context);
      } catch (error) {
        if (error instanceof CancelledError || !(error instanceof AudiencesError)) throw error;
        const reason = cut(visible(error.message), maxReasonChars);
        return { advice: [`${part}: not known (${error.code}). ${reason}`] };
      }
    }),
  );
  const each = Math.max(minIncludedChars, maxChars()) / parts.length;
  const fitting = parts.map((part) => fitted(part, each));
  return Object.assign({}, ...fitting, { advice: fitting.flatMap((part) => part.advice) });
}

/** One part, with as many of its rows as fit. */
function fitted(part: Included, maxChars: number): Included {
  if (jsonFits(part, maxChars)) return part;
  const said = (what: Includable, all: readonly unknown[], shown: readonly unknown[]) => {
    const more = all.length - shown.length;
    return more > 0 ? [`${what}: ${more} more do not fit and are not shown.`] : [];
  };
  const { schedules, destinations, usedBy, advice } = part;
  if (destinations) {
    const where = 'destinations: activations do not fit; list_audience_destinations has them.';
    return withFirstRows(
      withoutActivations(destinations),
      (shown) => ({
        destinations: shown,
        advice: [...advice, where, ...said('destinations', destinations, shown)],
      }),
      maxChars,
    );
  }
  if (usedBy) {
    return withFirstRows(
      usedBy,
      (shown) => ({ usedBy: shown, advice: [...advice, ...said('usedBy', usedBy, shown)] }),
      maxChars,
    );
  }
  return withFirstRows(
    schedules ?? [],
    (shown) => ({
      schedules: shown,
      advice: [...advice, ...said('schedules', schedules ?? [], shown)],
    }),
    maxChars,
  );
}

/** Only linked audiences have schedules. */
async function withSchedules({ spaceId, audience }: Asked, { api, call, now }: Context) {
  const type = typeOf(audience);
  if (type !== undefined && type !== 'linked') return { schedules: [], advice: [] };
  const { audienceSchedules } = await api.send(
    'list_audience_schedules_from_space_and_audience',
    { spaceId, id: audience.id },
    call,
  );
  return {
    schedules: audienceSchedules.map(shortSchedule),
    advice: adviceIfDisabled(audience, now()),
  };
}

async function withDestinations({ spaceId, audience }: Asked, { api, call }: Context) {
  const found = await readDestinations(api, { spaceId, id: audience.id }, call);
  return {
    destinations: shownDestinations(found),
    advice: adviceOnDestinations(found) ?? [],
  };
}

/** From Segment, or if it can't say, from the definitions in the space. */
async function withUsers(asked: Asked, context: Context): Promise<Included> {
  try {
    return shownUsers(await consumersOf(asked, context), "from Segment's list of consumers");
  } catch (error) {
    if (error instanceof CancelledError || !(error instanceof AudiencesError)) throw error;
    const { users, unreadable } = await usersByIndex(asked, context);
    const doubt =
      unreadable > 0 ? `; ${unreadable} definitions could not be read and may use it too` : '';
    return shownUsers(users, `from the definitions in the space${doubt}`);
  }
}

function shownUsers(users: readonly User[], source: string): Included {
  const shown = users.slice(0, maxUsers);
  const more = users.length - shown.length;
  const missing = more > 0 ? ` ${more} more are not shown.` : '';
  return { usedBy: shown, advice: [`usedBy: ${source}.${missing}`] };
}

async function consumersOf({ spaceId, audience }: Asked, { api, call }: Context): Promise<User[]> {
  const users: User[] = [];
  let cursor: string | undefined;
  const cursors = new Cursors();
  const isNew = firstTime();
  for (let pages = 0; pages < maxPages; pages += 1) {
    const input = { spaceId, id: audience.id, count: rowsAtOnce, cursor };
    const page = await api.send('list_audience_consumers_from_space_and_audience', input, call);
    const others = page.audiences.filter(
      (row) => isOfSpace(row, spaceId) && row.id !== audience.id && isNew(row),
    );
    users.push(...others.map(userOf));
    ({ cursor } = cursors.after(page.pagination.next));
    if (cursor === undefined) break;
  }
  return users;
}

async function usersByIndex({ spaceId, audience }: Asked, { indexes, call }: Context) {
  const index = await indexes.read(spaceId, call);
  const unreadable = index.audiences.filter(({ references }) => !references).length;
  const { id, key } = audience;
  return { users: key ? index.usedBy(id, key).map(userOf) : [], unreadable };
}

function userOf({ id, name }: { id: string; name?: string | null }): User {
  return { id, name: name ? cut(name, maxNameChars) : undefined };
}
