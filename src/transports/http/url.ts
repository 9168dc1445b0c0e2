import type { IncomingMessage } from 'node:http';

const base = 'http://localhost';

/** What a request is for; undefined if that is not a URL, such as `//`, which Node lets through. */
export function urlOf({ url = '/' }: IncomingMessage): URL | undefined {
  return URL.canParse(url, base) ? new URL(url, base) : undefined;
}
