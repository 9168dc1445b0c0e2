import type { ErrorCode } from '../../src/segment/errors.ts';
import type { NetworkFault } from '../support/faulty-server.ts';

/*
 * Everything that may go wrong with one request, and what has to come of it. A tool of the kind
 * `read` only reads; `remove` may be sent again, as a second removal does no harm; `once` may not.
 */

export type Kind = 'read' | 'remove' | 'once';

/** What a call ends with, after how many requests, and what the audit log says of a write. */
export interface Expected {
  code: ErrorCode | 'success';
  requests: number;
  outcome: 'done' | 'not_done' | 'unknown';
}

export interface Row {
  name: string;
  fault: NetworkFault;
  expected: Record<Kind, Expected>;
  /** For so long the gate of the operation stays closed afterwards. */
  closedMs?: number;
  /** How a single such fault ends, where the request took effect: only for answers that are lost. */
  once?: Record<Kind, Expected>;
  /** How a list ends instead, always and after a single such fault: it is read in smaller pages. */
  ofLists?: { always: Expected; once: Expected };
}

const maxAttempts = 4;

const html =
  '<html><head><title>Login</title></head><body><h1>Proxy</h1><pre>{echo}</pre></body></html>';
const entry = (number: number) => ({
  type: 'input-validation',
  message: `"f${number}" of {echo} is bad`,
  field: `f${number}`,
});
const errors = (count: number) =>
  JSON.stringify({ errors: Array.from({ length: count }, (_, index) => entry(index)) });
const answer = (
  status: number,
  body = errors(1),
  headers: Record<string, string> = { 'content-type': 'application/json' },
): NetworkFault => ({ kind: 'answer', status, headers, body });

/** Is what every operation waits for, so that nothing but its length can be at fault. */
const good = JSON.stringify({
  data: {
    status: 'SUCCESS',
    audience: { id: 'a', spaceId: 's', name: '{echo}', key: 'k', enabled: true },
    audiences: [],
    audienceSchedule: { id: 's' },
    audienceSchedules: [],
    computedTrait: { id: 'a', spaceId: 's', name: '{echo}' },
    computedTraits: [],
    run: { id: 'r' },
    pagination: {},
  },
});

const same = (expected: Expected): Record<Kind, Expected> => ({
  read: expected,
  remove: expected,
  once: expected,
});

/** Surely without effect, and asking again the same way gets the same. */
const refused = (code: ErrorCode) => same({ code, requests: 1, outcome: 'not_done' });

/** Nobody knows whether it took effect; `again`: another attempt may get an answer. */
function lost(code: ErrorCode, again: boolean): Pick<Row, 'expected' | 'once'> {
  const failed: Expected = { code, requests: again ? maxAttempts : 1, outcome: 'unknown' };
  const recovered: Expected = { code: 'success', requests: 2, outcome: 'done' };
  const unknown: Expected = { code: 'outcome_unknown', requests: 1, outcome: 'unknown' };
  const stillThere: Expected = { ...failed, code: 'outcome_unknown' };
  const ended = again ? recovered : failed;
  // A look, before the second request or after the first, shows that it took effect.
  const found = { ...recovered, requests: 1 };
  return {
    expected: { read: failed, remove: stillThere, once: unknown },
    once: { read: ended, remove: found, once: unknown },
  };
}

const quota = (data: object) =>
  JSON.stringify({ errors: [{ type: 'RequestError', message: 'Too many of {echo}', data }] });
const tooMany = (body: string, headers: Record<string, string> = {}) =>
  answer(429, body, { 'content-type': 'application/json', ...headers });

/** 20 s fit twice into the 45 s that a call may wait. */
const twice = { closedMs: 20_000, expected: limited(3) };
/** Nothing that makes sense is said: tried again after 1, 2, 4, 8, 8, 8 and 8 s, no gate is closed. */
const bare = { expected: limited(8) };

function limited(requests: number) {
  return same({ code: 'rate_limited', requests, outcome: 'not_done' });
}

const past = new Date(0).toUTCString();

export const rows: Row[] = [
  {
    name: 'reset before the answer',
    fault: { kind: 'reset', when: 'before' },
    ...lost('unreachable', true),
  },
  {
    name: 'reset after the body began',
    fault: { kind: 'reset', when: 'mid-body' },
    ...lost('bad_response', true),
  },
  { name: 'stalled headers', fault: { kind: 'stall', when: 'headers' }, ...lost('timeout', true) },
  { name: 'stalled body', fault: { kind: 'stall', when: 'body' }, ...lost('timeout', true) },
  { name: 'slow drip', fault: { kind: 'drip', everyMs: 300 }, ...lost('timeout', true) },
  {
    name: 'truncated JSON',
    fault: answer(200, '{"data":{"audience":{"id":"{echo}'),
    ...lost('bad_response', false),
  },
  {
    name: 'valid JSON as text/plain',
    fault: { kind: 'relabelled', contentType: 'text/plain' },
    expected: same({ code: 'success', requests: 1, outcome: 'done' }),
  },
  {
    name: 'HTML with 200',
    fault: answer(200, html, { 'content-type': 'text/html' }),
    ...lost('bad_response', false),
  },
  { name: 'an empty body with 200', fault: answer(200, ''), ...lost('bad_response', false) },
  {
    name: 'more than 10 MB',
    fault: answer(200, `${good}${' '.repeat(10 * 1024 * 1024)}`),
    ...lost('bad_response', false),
    ofLists: {
      // 50, 25, 12, 6, 3 rows, and 1.
      always: { code: 'bad_response', requests: 6, outcome: 'not_done' },
      once: { code: 'success', requests: 2, outcome: 'done' },
    },
  },
  { name: '400', fault: answer(400), expected: refused('validation_failed') },
  { name: '401', fault: answer(401), expected: refused('unauthorized') },
  { name: '403', fault: answer(403), expected: refused('forbidden') },
  { name: '404', fault: answer(404), expected: refused('not_found') },
  { name: '409', fault: answer(409), expected: refused('conflict') },
  { name: '413', fault: answer(413), expected: refused('payload_too_large') },
  {
    name: '422 with a hundred entries',
    fault: answer(422, errors(100)),
    expected: refused('validation_failed'),
  },
  {
    name: '422 without an entry',
    fault: answer(422, errors(0)),
    expected: refused('validation_failed'),
  },
  {
    name: '429 with data and headers',
    fault: tooMany(quota({ remainingPoints: 0, msBeforeNext: 20_000, consumedPoints: 26 }), {
      'retry-after': '20',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-consumed': '26',
    }),
    ...twice,
  },
  {
    name: '429 with Retry-After alone',
    fault: tooMany('', { 'retry-after': '20' }),
    ...twice,
  },
  { name: '429 without data and headers', fault: tooMany(errors(1)), ...bare },
  {
    name: '429 with negative values',
    fault: tooMany(quota({ remainingPoints: -1, msBeforeNext: -5000 }), {
      'retry-after': '-5',
      'x-ratelimit-remaining': '-1',
      'x-ratelimit-consumed': '-1',
    }),
    ...bare,
  },
  {
    name: '429 with huge values',
    fault: tooMany(quota({ remainingPoints: 1e300, msBeforeNext: 1e300 }), {
      'retry-after': '9'.repeat(300),
      'x-ratelimit-remaining': '9'.repeat(300),
      'x-ratelimit-reset': 'Fri, 31 Dec 9999 23:59:59 GMT',
    }),
    ...bare,
  },
  {
    name: '429 with what is not a number',
    fault: tooMany(quota({ remainingPoints: 'NaN', msBeforeNext: 'NaN' }), {
      'retry-after': 'NaN',
      'x-ratelimit-remaining': 'NaN',
      'x-ratelimit-reset': 'NaN',
    }),
    ...bare,
  },
  {
    name: '429 with dates that are over',
    fault: tooMany('', { 'retry-after': past, 'x-ratelimit-reset': past }),
    ...bare,
  },
  { name: '500', fault: answer(500), ...lost('upstream_error', true) },
  { name: '502', fault: answer(502, html), ...lost('upstream_error', true) },
  {
    name: '503 with Retry-After',
    fault: answer(503, html, { 'retry-after': '2' }),
    ...lost('upstream_error', true),
  },
  { name: '504', fault: answer(504, ''), ...lost('upstream_error', true) },
];

/** @param elsewhere where they lead: to another host. */
export function redirects(elsewhere: string): Row[] {
  return [301, 302].map((status) => ({
    name: `${status} to another host`,
    fault: answer(status, html, { location: `${elsewhere}/?from={echo}` }),
    // A removal may be done, and its result be shown elsewhere.
    expected: {
      ...refused('bad_response'),
      remove: { code: 'outcome_unknown', requests: 1, outcome: 'unknown' },
    },
  }));
}
