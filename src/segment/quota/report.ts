import * as z from 'zod';

/** Segment counts in fixed windows of one minute. */
export const segmentWindowMs = 60_000;

/** HTTP dates are truncated to whole seconds, so each may be up to this much behind. */
const dateGrainMs = 1000;

/** A longer pause is considered nonsense rather than a limit. */
const maxPauseMs = 24 * 3_600_000;

/** No quota is counted over more than a month. */
const maxQuotaMs = 32 * maxPauseMs;

/** A higher limit is considered nonsense. */
const maxPerMinute = 1_000_000;

/**
 * What a 429 closes.
 * - `operation`: the operation's quota is used up until `untilMs` (on the monotonic clock), and its
 *   window does not end before `notBefore`.
 * - `token`: the token may send nothing, whatever the operation, until `untilMs`.
 * - `longer`: a quota that is counted over more than a minute is used up until `untilMs`. It may
 *   be that of one space, so nothing closes; only this request failed.
 * - `unknown`: the response says nothing usable; nothing closes, only this request failed.
 */
export type Refusal =
  | { scope: 'operation'; untilMs: number; notBefore: number }
  | { scope: 'token'; untilMs: number }
  | { scope: 'longer'; untilMs: number }
  | { scope: 'unknown' };

/** When a window ends, on the monotonic clock. */
export interface WindowEnd {
  readonly earliest: number;
  readonly latest: number;
  /**
   * The window does not end before then, even if windows begin at fixed times: the request that opened
   * one then makes `earliest` too late by as much as dates of whole seconds hide. Missing if it is `earliest`.
   */
  readonly notBefore?: number;
}

/** What one response says about the server's window, on our clock. */
export interface QuotaReport {
  /** Requests left in the window after this one was counted. */
  remaining?: number;
  /** Requests that the server allows per window. */
  limit?: number;
  ends?: WindowEnd;
  /** The request was refused with a 429. */
  refusal?: Refusal;
}

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** A response with everything that it may say about the quota. */
interface Answer {
  status: number;
  headers: Headers;
  /** The parsed body. */
  body: unknown;
  /** When the request was sent, on the monotonic clock. */
  sentAt: number;
  /** When its response was received, on the monotonic clock. */
  receivedAt: number;
  /**
   * The server's date when it was received, milliseconds since the epoch, in case the response does
   * not have one.
   */
  now: number;
  /** Whether the operation has a quota other than the per-minute one. */
  hasLongerQuota?: boolean;
  /** How long the server's windows are, milliseconds; by default Segment's. */
  windowMs?: number;
}

/**
 * Reads the quota from a response: `X-RateLimit-Consumed`, `-Remaining` and `-Reset`, and what a
 * 429 says. Values that make no sense (negative, not a number, a pause of more than a day) count as
 * missing.
 *
 * `Consumed` and `Remaining` add up to the limit only if the request was let through: once the
 * quota is used up, `Consumed` keeps counting and `Remaining` stays 0.
 */
export function readQuota(answer: Answer): QuotaReport {
  const { status, headers } = answer;
  const remaining = wholeNumber(headers['x-ratelimit-remaining']);
  const ends = readEnd(answer);
  const report: QuotaReport = { remaining, ends };
  if (status >= 200 && status < 300) report.limit = readLimit(headers, remaining);
  if (status === 429) report.refusal = readRefusal(answer, ends);
  return report;
}

/**
 * `Retry-After` in milliseconds, from seconds or a date; undefined if absent or senseless. A date
 * is compared with the response's own `Date`, because our clock may differ from the server's.
 *
 * @param now the server's date as far as known, milliseconds since the epoch, for responses without
 * one.
 */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const text = single(headers['retry-after']);
  if (text === undefined || text.trim() === '') return undefined;
  const seconds = Number(text);
  if (!Number.isNaN(seconds)) return sanePause(seconds * 1000);
  return sanePause(Date.parse(text) + dateGrainMs - serverNow(headers, now));
}

function readLimit(headers: Headers, remaining: number | undefined): number | undefined {
  const consumed = wholeNumber(headers['x-ratelimit-consumed']);
  if (!consumed || remaining === undefined) return undefined;
  const limit = consumed + remaining;
  return limit <= maxPerMinute ? limit : undefined;
}

/**
 * Segment has two kinds of 429: one whose body states the points of the operation's window, and,
 * since version 73.1.0 of its SDKs, one for the whole token, which has `Retry-After` and no points.
 */
function readRefusal(
  { headers, body, sentAt, receivedAt, now, hasLongerQuota }: Answer,
  ends: WindowEnd | undefined,
): Refusal {
  const longMs = hasLongerQuota ? readLongPause(body) : undefined;
  if (longMs !== undefined) return { scope: 'longer', untilMs: receivedAt + longMs };
  const points = readPoints(body);
  const retryAfterMs = readRetryAfter(headers, now);
  if (points === undefined && retryAfterMs !== undefined) {
    return { scope: 'token', untilMs: receivedAt + retryAfterMs };
  }
  const pauses = [points?.msBeforeNext, retryAfterMs].filter((ms) => ms !== undefined);
  if (pauses.length > 0) {
    // The server named the pause between sending and receiving; each of two dates hides up to a second.
    const notBefore = sentAt + Math.min(...pauses) - 2 * dateGrainMs;
    return { scope: 'operation', untilMs: receivedAt + Math.max(...pauses), notBefore };
  }
  if (ends === undefined) return { scope: 'unknown' };
  return { scope: 'operation', untilMs: ends.latest, notBefore: ends.notBefore ?? ends.earliest };
}

/** A number of the points; one that makes no sense is missing. */
const pointsNumber = z.number().min(0).max(maxPauseMs).optional().catch(undefined);
const pointsSchema = z.object({
  msBeforeNext: pointsNumber,
  remainingPoints: pointsNumber,
  consumedPoints: pointsNumber,
});
const entrySchema = z.looseObject({ data: pointsSchema });
const refusalSchema = z.looseObject({ errors: z.array(z.unknown()) });

const longPauseSchema = z.looseObject({
  data: z.object({
    msBeforeNext: z
      .number()
      .min(segmentWindowMs + dateGrainMs)
      .max(maxQuotaMs),
  }),
});

/** A pause longer than a window, so not because of one. */
function readLongPause(body: unknown): number | undefined {
  const entries = refusalSchema.safeParse(body).data?.errors ?? [];
  return entries
    .map((entry) => longPauseSchema.safeParse(entry).data?.data.msBeforeNext)
    .find((ms) => ms !== undefined);
}

/**
 * The points in the body of a 429, from the first entry that has any; undefined if none makes
 * sense.
 */
function readPoints(body: unknown): z.infer<typeof pointsSchema> | undefined {
  const entries = refusalSchema.safeParse(body).data?.errors ?? [];
  return entries
    .map((entry) => entrySchema.safeParse(entry).data?.data)
    .find((points) => points && Object.values(points).some((value) => value !== undefined));
}

/**
 * When the window ends. The request that opened it (consumed = 1) gives it most precisely: it ends
 * one window after the server counted that request, which was between sending and response.
 * Otherwise, the reset date is compared with the server's own `Date`, because its clock may differ
 * from ours. Where that date is too early for a window that this request opened, the windows begin
 * at fixed times, and only the date counts. Where it is not, they may do so all the same, and only
 * the date gives a moment before which the window surely does not end.
 */
function readEnd(answer: Answer): QuotaReport['ends'] {
  const { headers, sentAt, receivedAt, windowMs = segmentWindowMs } = answer;
  const byDate = readResetDate(answer);
  if (wholeNumber(headers['x-ratelimit-consumed']) !== 1) return byDate;
  const byOpening = { earliest: sentAt + windowMs, latest: receivedAt + windowMs };
  if (byDate === undefined) return byOpening;
  if (byDate.latest < byOpening.earliest) return byDate;
  const latest = Math.min(byOpening.latest, byDate.latest);
  const earliest = Math.min(latest, Math.max(byOpening.earliest, byDate.earliest));
  return { earliest, latest, notBefore: byDate.earliest };
}

function readResetDate(answer: Answer): QuotaReport['ends'] {
  const { headers, sentAt, receivedAt, now, windowMs = segmentWindowMs } = answer;
  const reset = Date.parse(single(headers['x-ratelimit-reset']) ?? '');
  const leftMs = reset - serverNow(headers, now);
  if (!(leftMs >= -dateGrainMs && leftMs <= windowMs + dateGrainMs)) return undefined;
  return {
    earliest: sentAt + leftMs - dateGrainMs,
    latest: receivedAt + leftMs + dateGrainMs,
  };
}

function serverNow(headers: Headers, now: number): number {
  return readDate(headers) ?? now;
}

/** The server's date, milliseconds since the epoch; undefined if the response has none. */
export function readDate(headers: Headers): number | undefined {
  const date = Date.parse(single(headers.date) ?? '');
  return Number.isNaN(date) ? undefined : date;
}

function sanePause(ms: number | undefined): number | undefined {
  return ms !== undefined && ms >= 0 && ms <= maxPauseMs ? ms : undefined;
}

function wholeNumber(header: string | string[] | undefined): number | undefined {
  const text = single(header);
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
