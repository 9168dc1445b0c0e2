/**
 * What two names have in common that people take for the same: compatible characters, letters of
 * either case, and blanks around them make no difference.
 */
export function foldedName(name: string): string {
  // Upper case first: only that way "ß" and "SS", or the two small sigmas, meet.
  return name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC').trim();
}

/**
 * The key that Segment will most likely make from a name; undefined where there is nothing in it
 * that keys are made of.
 */
export function keyOf(name: string): string | undefined {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.match(/[a-z0-9]+/g)?.join('_');
}
