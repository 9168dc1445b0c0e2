/** The only characters of the keys that Segment derives from names. */
const keyForm = /^[a-z0-9_]+$/;

/**
 * What a definition compares as it would compare membership in another audience, without an audience
 * that has this key: the audience was removed, or it is an ordinary trait.
 *
 * @param memberships what it compares so. @param hasKey whether an audience has a key.
 * @param traits the traits that profiles have; undefined if they are not known.
 */
export function missingKeysIn(
  memberships: readonly string[],
  hasKey: (key: string) => boolean,
  traits: ReadonlySet<string> | undefined,
): string[] {
  const missing = memberships.filter(
    (name) => keyForm.test(name) && !hasKey(name) && !traits?.has(name),
  );
  return [...new Set(missing)];
}
