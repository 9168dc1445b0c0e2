import { findProxy } from './proxy.ts';

/** Sends a GET request; the part of `fetch` that is needed for servers other than Segment. */
type Get = (url: string, init: RequestInit) => Promise<Response>;

/**
 * The same by the proxy that the environment names for the server of the URL, as requests to Segment
 * are sent.
 *
 * @param get sends requests for which there is no proxy.
 */
export function getByProxy(
  get: Get,
  environment: Readonly<Record<string, string | undefined>>,
): Get {
  return async (url, init) => {
    // Whoever reads the settings is warned of one that can't be used.
    const proxy = findProxy(url, environment, () => {});
    if (!proxy) return get(url, init);
    // Not before it is needed: undici takes a while to load.
    const { getThrough } = await import('./http.ts');
    return getThrough(proxy, url, init);
  };
}
