/** A base URL, or its path, without the trailing slashes before another path. */
export function withoutEndSlashes(url: string): string {
  // The look-behind keeps a long run of slashes elsewhere from being tried at every slash.
  return url.replace(/(?<!\/)\/+$/, '');
}
