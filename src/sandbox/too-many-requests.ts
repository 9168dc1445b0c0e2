import { type Answer, failure } from './answers.ts';
import type { Standing } from './windows.ts';

/** The 429 of an operation's own limit, including one that comes early, as a fault. */
export function tooManyRequests(standing: Omit<Standing, 'allowed'>): Answer {
  const { remainingPoints, msBeforeNext, consumedPoints } = standing;
  const data = { remainingPoints, msBeforeNext, consumedPoints };
  const answer = failure(429, { type: 'RequestError', message: 'Too many requests', data });
  return { ...answer, headers: quotaHeaders(standing) };
}

/** The 429 for the token as a whole. It is reported to have no points; its body is undocumented. */
export function tokenLimited(retryAfterSeconds: number): Answer {
  const answer = failure(429, { type: 'RequestError', message: 'Too many requests' });
  return { ...answer, headers: { 'Retry-After': String(retryAfterSeconds) } };
}

/** What the reference promises on every success, and on a 429. */
export function quotaHeaders(standing: Omit<Standing, 'allowed'>): Record<string, string> {
  return {
    'X-RateLimit-Consumed': String(standing.consumedPoints),
    'X-RateLimit-Remaining': String(standing.remainingPoints),
    'X-RateLimit-Reset': new Date(standing.resetsAt).toUTCString(),
  };
}
