import { askAgainMs, type Limit, maxFirstAnswerMs, type Place, type Taken } from './quota.ts';
import { type QuotaReport, segmentWindowMs, type WindowEnd } from './report.ts';

/**
 * How far apart two dates that were truncated to whole seconds, and two round trips, may put a
 * moment.
 */
const sameMomentMs = 3000;

/**
 * Our picture of one operation's fixed window at the server: how many requests it has left for us
 * and when the next one begins. Plain data that can be stored as JSON; every function below makes a
 * new state from an old one. All times are milliseconds of the monotonic clock.
 *
 * The picture errs on the safe side. A request in progress may or may not be part of the last
 * `remaining` that we saw, so it is counted on top until its response arrives; and of the moments
 * at which the window may end, the latest is used.
 */
export interface QuotaState {
  readonly limit: Readonly<Limit>;
  /** How long the server's windows are, milliseconds. */
  readonly windowMs: number;
  /** Our own requests in this window, in progress or ended. */
  readonly own: number;
  /** The places of requests in progress. */
  readonly underWay: readonly Place[];
  /** The lowest `remaining` seen in this window. */
  readonly remaining?: number;
  /** When requests ended that the server may have counted without reporting it. */
  readonly unreported: readonly number[];
  /** The first request of this window. */
  readonly first?: Place;
  /** Whether a request of this window has ended. */
  readonly heard: boolean;
  readonly endsAt?: number;
  /** The earliest moment at which it may end, however windows begin, if a response has shown that. */
  readonly endsFrom?: number;
  /** Whether a response gave `endsAt`; otherwise it is a guess. */
  readonly endIsKnown: boolean;
  /** When the last window ended whose end a response had given. */
  readonly lastEndedAt?: number;
  /** The server refuses everything until then. */
  readonly closedUntil?: number;
}

/** The picture of a server of which nothing is known but the limit. */
export function initialState(limit: Limit, windowMs = segmentWindowMs): QuotaState {
  return { limit, windowMs, own: 0, underWay: [], unreported: [], heard: false, endIsKnown: false };
}

/** How many requests may be sent now, as far as the window is concerned. */
export function available(state: QuotaState): number {
  return state.closedUntil === undefined ? free(state) : 0;
}

/** How many would be left if the server were not refusing everything. */
function free({ limit, own, remaining, underWay, unreported }: QuotaState): number {
  const places = limit.perMinute - own;
  if (remaining === undefined) return Math.max(0, places);
  const left = remaining - underWay.length - unreported.length;
  return Math.max(0, Math.min(places, left));
}

/** How many may turn out to be left: requests in progress may be part of the last `remaining`. */
function atMostFree(state: QuotaState): number {
  return free({ ...state, underWay: [] });
}

/**
 * Takes a place for a request that is sent now, or says how long to wait before asking again.
 *
 * @param id of the new place. @param patienceMs how long the caller can still wait.
 * @param leaseMs how long its process may keep the place; without end if missing.
 */
export function take(
  state: QuotaState,
  { id, patienceMs, leaseMs }: { id: string; patienceMs: number; leaseMs?: number },
  now: number,
): { state: QuotaState; taken: Taken } {
  const current = roll(state, now);
  const wait = (ms: number) => ({ state: current, taken: { kind: 'wait', ms } as const });
  if (available(current) === 0) return wait(forecastMs(current, 0, now) || askAgainMs);
  const firstAnswerMs = firstAnswerWaitMs(current, now);
  if (firstAnswerMs > 0 && firstAnswerMs <= patienceMs) return wait(firstAnswerMs);
  const place = { id, takenAt: now, ...(leaseMs !== undefined && { until: now + leaseMs }) };
  return {
    state: {
      ...current,
      own: current.own + 1,
      underWay: [...current.underWay, place],
      first: current.first ?? place,
    },
    taken: { kind: 'granted', place },
  };
}

/** How long the first request of the window, which is in progress, still goes alone. */
function firstAnswerWaitMs({ heard, first }: QuotaState, now: number): number {
  return heard || first === undefined ? 0 : Math.max(0, first.takenAt + maxFirstAnswerMs - now);
}

/**
 * Whether a response is due that may correct the limit, which is only the reference's so far. It may
 * be as late as the first of a window.
 */
export function mayLearnLimit(before: QuotaState, now: number): boolean {
  const state = roll(before, now);
  const { limit, heard, first, closedUntil } = state;
  if (limit.from !== 'reference' || heard || closedUntil !== undefined) return false;
  return first === undefined ? available(state) > 0 : now < first.takenAt + maxFirstAnswerMs;
}

/** A request turned out never to have left this machine: its place becomes free. */
export function giveBack(state: QuotaState, place: Place): QuotaState {
  if (!holds(state, place)) return state;
  return {
    ...withoutPlace(state, place),
    own: Math.max(0, state.own - 1),
    first: state.first?.id === place.id ? undefined : state.first,
  };
}

/** A request has ended. `report` is undefined if no response arrived. */
export function settle(
  state: QuotaState,
  place: Place,
  report: QuotaReport | undefined,
  now: number,
): QuotaState {
  if (!holds(state, place)) return state;
  const ended = withoutPlace(state, place);
  if (report?.refusal?.scope === 'operation') return close(ended, report.refusal);
  if (report?.ends === undefined) {
    const ofThisWindow = ended.first !== undefined && place.takenAt >= ended.first.takenAt;
    return count({ ...ended, heard: ended.heard || ofThisWindow }, place, report, now);
  }
  const placed = placeInWindow(ended, report.ends, now);
  return placed
    ? count({ ...placed, heard: true }, place, report, now)
    : { ...ended, own: Math.max(0, ended.own - 1) };
}

/** The server refuses the whole token until `untilMs`, which says nothing about the window. */
export function closeUntil(state: QuotaState, untilMs: number): QuotaState {
  return { ...state, closedUntil: Math.max(untilMs, state.closedUntil ?? untilMs) };
}

/**
 * A place that another process took: its end counts here although it is not known here that it was taken.
 */
export function readmit(state: QuotaState, place: Place): QuotaState {
  if (holds(state, place)) return state;
  return { ...state, own: state.own + 1, underWay: [...state.underWay, place] };
}

/** The same on a clock that is `ms` ahead. */
export function shift(state: QuotaState, ms: number): QuotaState {
  const later = (at: number | undefined) => (at === undefined ? undefined : at + ms);
  const moved = (place: Place) => ({
    ...place,
    takenAt: place.takenAt + ms,
    ...(place.until !== undefined && { until: place.until + ms }),
  });
  return {
    ...state,
    underWay: state.underWay.map(moved),
    unreported: state.unreported.map((endedAt) => endedAt + ms),
    first: state.first && moved(state.first),
    endsAt: later(state.endsAt),
    endsFrom: later(state.endsFrom),
    lastEndedAt: later(state.lastEndedAt),
    closedUntil: later(state.closedUntil),
  };
}

/**
 * Brings the picture up to `now`: what was closed opens, a window that is over gives way, and a place
 * whose process is gone counts as one whose answer said nothing.
 */
export function roll(before: QuotaState, now: number): QuotaState {
  const state = giveUpLost(before, now);
  if (state.closedUntil !== undefined && now < state.closedUntil) return state;
  const open = state.closedUntil === undefined ? state : { ...state, closedUntil: undefined };
  return open.endsAt !== undefined && now >= open.endsAt ? begin(open, now) : open;
}

function giveUpLost(state: QuotaState, now: number): QuotaState {
  let current = state;
  for (const place of state.underWay) {
    if (place.until !== undefined && place.until <= now)
      current = settle(current, place, undefined, place.until);
  }
  return current;
}

/**
 * How long the caller would wait from `now` with `ahead` others before it, in milliseconds. As long
 * as no response has shown when the window ends, it is assumed to have begun with our first
 * request. Waiting for a response does not count: neither for the first of a window, nor for those
 * that tell whether a place is left.
 */
export function forecastMs(state: QuotaState, ahead: number, now: number): number {
  const current = roll(state, now);
  const { windowMs } = current;
  const closedMs = Math.max(0, (current.closedUntil ?? now) - now);
  const endsMs = (current.endsAt ?? (current.first?.takenAt ?? now) + windowMs) - now;
  const endsWhileClosed = closedMs > 0 && endsMs <= closedMs;
  const { perMinute } = current.limit;
  const places = endsWhileClosed ? perMinute : atMostFree(current);
  if (ahead < places) return closedMs;
  const nextMs = endsWhileClosed ? closedMs + windowMs : Math.max(endsMs, closedMs);
  const furtherWindows = Math.floor((ahead - places) / perMinute);
  return nextMs + furtherWindows * windowMs;
}

function holds({ underWay }: QuotaState, place: Place): boolean {
  return underWay.some(({ id }) => id === place.id);
}

function withoutPlace(state: QuotaState, place: Place): QuotaState {
  return { ...state, underWay: state.underWay.filter(({ id }) => id !== place.id) };
}

/** Adopts what a response of this window says about the limit and the remaining requests. */
function count(
  state: QuotaState,
  place: Place,
  report: QuotaReport | undefined,
  now: number,
): QuotaState {
  const learned = learnLimit(state, report?.limit);
  const endsAt = learned.endsAt ?? now + state.windowMs;
  const { remaining, unreported } = learned;
  if (report?.remaining === undefined) {
    return { ...learned, endsAt, unreported: [...unreported, now] };
  }
  return {
    ...learned,
    endsAt,
    unreported: unreported.filter((endedAt) => endedAt >= place.takenAt),
    remaining: Math.min(report.remaining, remaining ?? report.remaining),
  };
}

/**
 * Adopts the limit that a response stated, unless the user has fixed one. When the server changes
 * it within a window, the lowest `remaining` of earlier responses changes with it.
 */
function learnLimit(state: QuotaState, perMinute: number | undefined): QuotaState {
  if (perMinute === undefined || state.limit.from === 'user') return state;
  if (perMinute === state.limit.perMinute && state.limit.from === 'answers') return state;
  const limit = { perMinute, from: 'answers' } as const;
  if (state.limit.from === 'reference' || state.remaining === undefined) return { ...state, limit };
  const change = perMinute - state.limit.perMinute;
  return { ...state, limit, remaining: Math.max(0, state.remaining + change) };
}

/**
 * The server refused a request for lack of quota: nothing is sent until the moment it named, nor
 * before the end of the window as responses have shown it. If no end is known, or if the two
 * moments are the same within the precision of dates, the moment it named is the window's end.
 */
function close(
  state: QuotaState,
  { untilMs, notBefore }: { untilMs: number; notBefore: number },
): QuotaState {
  const { endsAt, endsFrom, endIsKnown } = state;
  const windowEnd = endIsKnown && endsAt !== undefined ? endsAt : untilMs;
  const sameMoment = endsAt === undefined || Math.abs(endsAt - untilMs) <= sameMomentMs;
  return {
    ...closeUntil(state, Math.max(untilMs, windowEnd)),
    heard: true,
    endsAt: sameMoment ? untilMs : endsAt,
    endsFrom: endIsKnown && !sameMoment ? endsFrom : notBefore,
  };
}

/**
 * Determines the window of a response by its end: windows of the server end a whole window or more
 * apart, however late a response arrives. Undefined if it belongs to a past window.
 */
function placeInWindow(state: QuotaState, ends: WindowEnd, now: number): QuotaState | undefined {
  const half = state.windowMs / 2;
  const from = ends.notBefore ?? ends.earliest;
  if (state.lastEndedAt !== undefined && ends.latest < state.lastEndedAt + half) return undefined;
  const known = state.endIsKnown ? state.endsAt : undefined;
  if (known !== undefined && ends.latest < known - half) return undefined;
  if (known !== undefined && ends.earliest > known + half) {
    const next = begin(state, now);
    return { ...next, own: next.own + 1, endsAt: ends.latest, endsFrom: from, endIsKnown: true };
  }
  if (known === undefined || known < ends.earliest) {
    return { ...state, endsAt: ends.latest, endsFrom: from, endIsKnown: true };
  }
  const endsAt = Math.min(known, ends.latest);
  const endsFrom = Math.min(endsAt, Math.max(state.endsFrom ?? from, from));
  return { ...state, endsAt, endsFrom, endIsKnown: true };
}

/**
 * The next window. At the server, it may have begun before `now`, so requests whose responses said
 * nothing about the quota stay counted if they may have been part of it. As long as no response
 * shows its end, it is assumed to end a whole window after the last of them.
 */
function begin(state: QuotaState, now: number): QuotaState {
  const { limit, windowMs, underWay, closedUntil, ...old } = state;
  const { endsFrom = Number.NEGATIVE_INFINITY } = old;
  const since = Math.max(endsFrom, now - windowMs + 1);
  const unreported = old.unreported.filter((endedAt) => endedAt >= since);
  return {
    ...initialState(limit, windowMs),
    underWay,
    closedUntil,
    own: underWay.length + unreported.length,
    unreported,
    ...(unreported.length > 0 && { endsAt: Math.max(...unreported) + windowMs }),
    lastEndedAt: old.endIsKnown ? old.endsAt : old.lastEndedAt,
  };
}
