import type { Clock } from '../clock.ts';
import { HttpPool } from '../segment/http.ts';
import { findProxy } from '../segment/proxy.ts';
import type { Fetch } from './issuer-keys.ts';

/** How long one request may take, milliseconds; whoever sends it may end it earlier. */
const timeoutMs = 30_000;

/**
 * `fetch` for GET requests that honors the proxy of the environment, as requests to Segment do; Node's own
 * ignores it.
 *
 * @param fetch for what needs no proxy. @param warn receives a sentence if the environment names an
 * unusable proxy.
 */
export function fetchThroughProxy(
  fetch: Fetch,
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
  warn: (sentence: string) => void,
): Fetch {
  return async (url, init) => {
    const proxy = findProxy(url, environment, warn);
    if (!proxy) return fetch(url, init);
    const { origin, pathname, search } = new URL(url);
    const pool = new HttpPool(origin, timeoutMs, clock, proxy);
    try {
      const outcome = await pool.exchange(
        {
          method: 'GET',
          path: pathname + search,
          headers: Object.fromEntries(new Headers(init.headers)),
        },
        {
          signal: init.signal ?? new AbortController().signal,
          endsInMs: timeoutMs,
          isUrgent: true,
        },
      );
      if (outcome.kind === 'failure') throw new Error(reasonOf(outcome, proxy.variable));
      const { status, text, headers } = outcome;
      return new Response(text === '' ? null : text, {
        status,
        headers: typeof headers.date === 'string' ? { date: headers.date } : {},
      });
    } finally {
      await pool.close();
    }
  };
}

function reasonOf(
  { reason, cause }: { reason: string; cause?: string | undefined },
  variable: string,
): string {
  return `${cause ?? reason}, through the proxy of ${variable}`;
}
