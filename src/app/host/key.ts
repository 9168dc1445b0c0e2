/*
 * The key that the command gave this page. It comes in the fragment of the address, which no request
 * contains, and leaves it at once, so that it is not in what a user copies from the address bar. A
 * reloaded page still has it; other tabs don't.
 */

const storedAs = 'key';

/** What of the browser matters here. */
export interface KeyPlaces {
  location: { hash: string; pathname: string; search: string };
  history: { replaceState(state: null, unused: string, url: string): void };
  storage: { getItem(name: string): string | null; setItem(name: string, value: string): void };
}

/** @returns an empty text if there is none. */
export function takeKey({ location, history, storage }: KeyPlaces): string {
  const { hash, pathname, search } = location;
  const given = new URLSearchParams(hash.slice(1)).get('key');
  if (given === null) return storage.getItem(storedAs) ?? '';
  history.replaceState(null, '', pathname + search);
  storage.setItem(storedAs, given);
  return given;
}
