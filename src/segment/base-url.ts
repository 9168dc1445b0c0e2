/** A base URL, or its path, as other paths are put after it. */
export function withoutEndSlashes(url: string): string {
  // The look-behind keeps a long run of slashes elsewhere from being tried at each of them.
  return url.replace(/(?<!\/)\/+$/, '');
}
