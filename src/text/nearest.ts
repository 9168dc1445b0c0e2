/** Longer names are not compared: the effort grows with the square of the length. */
const maxNameChars = 64;

/**
 * The name that was probably intended: one that differs only in case, hyphens or underscores, else
 * the one with the fewest typos – a letter missing, added, wrong or swapped with the next – if
 * these are at most a third of its letters.
 */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  if (given.length > maxNameChars) return undefined;
  const wanted = plainName(given);
  let nearest: { name: string; slips: number } | undefined;
  for (const name of names) {
    const candidate = plainName(name);
    if (Math.abs(candidate.length - wanted.length) > name.length / 3) continue;
    const slips = slipsBetween(wanted, candidate);
    if (slips > name.length / 3) continue;
    if (!nearest || slips < nearest.slips) nearest = { name, slips };
  }
  return nearest?.name;
}

/** Whether two names differ at most in case, hyphens, underscores and spaces. */
export function isSpelledAlike(a: string, b: string): boolean {
  return plainName(a) === plainName(b);
}

/**
 * Whether a name is clearly a misspelling of another: apart from case and separators, at most a
 * fifth of its letters are typos.
 */
export function isNearMiss(given: string, name: string): boolean {
  if (given.length > maxNameChars) return false;
  const meant = plainName(name);
  return slipsBetween(plainName(given), meant) <= Math.floor(meant.length / 5);
}

/** A name in lower case and without separators. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[-_. ]/g, '');
}

/** The optimal string alignment distance. */
function slipsBetween(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const slips = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
        isSwapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
      current.push(slips);
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, to.length);
}

const at = (row: readonly number[], column: number) => row[column] ?? Number.POSITIVE_INFINITY;
