import * as z from 'zod';

/** Segment counts in fixed windows of one minute. */
export const windowMs = 60_000;

/** HTTP dates are cut to whole seconds, so each of them may be up to this much behind the truth. */
const dateGrainMs = 1000;

/** A pause longer than this is taken for nonsense rather than for a limit. */
const longestPauseMs = 3_600_000;

/** What one answer says about the server's window, on our clock. */
export interface QuotaReport {
  /** Requests left in the window when this one had been counted. */
  remaining?: number;
  /** The window ends between these two moments (milliseconds since the epoch). */
  ends?: { earliest: number; latest: number };
  /** The request was refused, and the server takes no other before this moment. */
  closedUntil?: number;
}

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

const refusalSchema = z.looseObject({
  errors: z.array(z.looseObject({ data: z.looseObject({ msBeforeNext: z.number() }) })).min(1),
});

/**
 * Reads the quota off an answer: `X-RateLimit-Consumed`, `-Remaining` and `-Reset`, and for a 429
 * `msBeforeNext` in the body, else `Retry-After`, else the end of the window. Values that make no
 * sense (negative, not a number, further away than an hour) count as missing.
 *
 * @param answer the status, headers and parsed body, and when (ms since the epoch) the request was
 * sent and its answer received.
 */
export function readQuota(answer: {
  status: number;
  headers: Headers;
  body: unknown;
  sentAt: number;
  receivedAt: number;
}): QuotaReport {
  const { headers, receivedAt } = answer;
  const report: QuotaReport = {
    remaining: wholeNumber(headers['x-ratelimit-remaining']),
    ends: readEnd(answer),
  };
  if (answer.status === 429) {
    const pauseMs = readMsBeforeNext(answer.body) ?? readRetryAfter(headers, receivedAt);
    report.closedUntil =
      pauseMs === undefined ? (report.ends?.latest ?? receivedAt + windowMs) : receivedAt + pauseMs;
  }
  return report;
}

/** `Retry-After` in milliseconds, from seconds or a date; undefined if absent or senseless. */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const text = single(headers['retry-after']);
  if (text === undefined || text.trim() === '') return undefined;
  const seconds = Number(text);
  return sanePause(Number.isNaN(seconds) ? Date.parse(text) + dateGrainMs - now : seconds * 1000);
}

function readMsBeforeNext(body: unknown): number | undefined {
  const refusal = refusalSchema.safeParse(body);
  return sanePause(refusal.data?.errors[0]?.data.msBeforeNext);
}

/**
 * When the window ends. The request that opened it (consumed = 1) gives it most precisely: it ends
 * one window after the server counted that request, which was between sending and answer. Else the
 * reset date is put beside the server's own `Date`, so that its clock need not agree with ours.
 */
function readEnd(answer: { headers: Headers; sentAt: number; receivedAt: number }) {
  const { headers, sentAt, receivedAt } = answer;
  const bounds: { earliest: number; latest: number }[] = [];
  if (wholeNumber(headers['x-ratelimit-consumed']) === 1) {
    bounds.push({ earliest: sentAt + windowMs, latest: receivedAt + windowMs });
  }
  const reset = Date.parse(single(headers['x-ratelimit-reset']) ?? '');
  const serverNow = Date.parse(single(headers.date) ?? '');
  const leftMs = reset - (Number.isNaN(serverNow) ? receivedAt : serverNow);
  if (leftMs >= -dateGrainMs && leftMs <= windowMs + dateGrainMs) {
    bounds.push({
      earliest: sentAt + leftMs - dateGrainMs,
      latest: receivedAt + leftMs + dateGrainMs,
    });
  }
  if (bounds.length === 0) return undefined;
  const earliest = Math.max(...bounds.map((bound) => bound.earliest));
  const latest = Math.min(...bounds.map((bound) => bound.latest));
  return { earliest: Math.min(earliest, latest), latest };
}

function sanePause(ms: number | undefined): number | undefined {
  return ms !== undefined && ms >= 0 && ms <= longestPauseMs ? ms : undefined;
}

function wholeNumber(header: string | string[] | undefined): number | undefined {
  const text = single(header);
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
