/**
 * The common form of names that people consider the same: compatibility characters, case, and
 * surrounding blanks make no difference.
 */
export function foldedName(name: string): string {
  // Upper case first: only then do "ß" and "SS", or the two small sigmas, become equal.
  return name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC').trim();
}

/**
 * The key that Segment will most likely derive from a name; undefined if it has no characters that
 * keys are made of.
 */
export function keyOf(name: string): string | undefined {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.match(/[a-z0-9]+/g)?.join('_');
}
