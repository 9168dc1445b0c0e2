/**
 * The known word that an unknown one most likely stands for.
 *
 * @returns undefined when none is close: more than a third of the letters would have to change.
 */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let limit = Math.floor(Math.max(wanted.length, 3) / 3) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - wanted.length) >= limit) continue;
    const steps = distance(wanted, candidate.toLowerCase());
    if (steps < limit) {
      limit = steps;
      best = candidate;
    }
  }
  return best;
}

/** The fewest single-letter changes, swaps of neighbours included, that turn `a` into `b`. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const at = (line: number[], index: number) => line[index] ?? Number.POSITIVE_INFINITY;
      const same = a[row - 1] === b[column - 1];
      let steps = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      );
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (row > 1 && column > 1 && swapped) steps = Math.min(steps, at(beforeLast, column - 2) + 1);
      current.push(steps);
    }
    [beforeLast, last] = [last, current];
  }
  return last[b.length] ?? Number.POSITIVE_INFINITY;
}

const wordsForAnd = new Set(['with', 'where', 'but', 'plus', 'also', 'having', 'und', 'et', 'y']);
const wordsForOr = new Set(['else', 'oder', 'ou', 'o']);

/** The joint that a word most likely stands for. */
export function jointMeant(word: string): string | undefined {
  const small = word.toLowerCase();
  if (wordsForAnd.has(small)) return 'AND';
  return wordsForOr.has(small) ? 'OR' : suggest(word, ['AND', 'OR']);
}
