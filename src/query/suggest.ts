/*
 * The known word that was meant by an unknown one. A word is never taken for one that says the
 * opposite, however alike the two are spelt.
 */

/** Words of which one never stands for another, though some differ in a few letters only. */
const opposites: readonly ReadonlySet<string>[] = [
  'before after since until',
  'first last next previous past least most',
  'earliest latest',
  'include exclude',
  'any all none every some one',
  'start end begin',
  'exist absent missing',
  'greater less equal differ',
  'more less fewer',
  'over under',
  'above below',
  'contain omit',
  'min max sum avg mode count median mean',
  'minimum maximum',
  'highest lowest',
  'largest smallest',
  'and or not nor xor nand xnor',
  'within without outside',
  'inner outer parent child',
  'second minute hour day week month quarter year',
].map((words) => new Set(words.split(' ')));

const negations = new Set([
  ...['not', 'no', 'non', 'never', 'neither', 'nor', 'cannot', 'cant', 'without'],
  ...['isnt', 'arent', 'wasnt', 'doesnt', 'dont', 'didnt', 'hasnt', 'havent'],
]);

/** What stands next to a negation and says nothing by itself. */
const auxiliaries = new Set(['is', 'are', 'was', 'be', 'does', 'do', 'did', 'has', 'have']);

/** Names of more letters are compared with nothing: the effort grows with the square. */
const maxNameChars = 40;

/** The words of a name in small letters: `before_last` and `beforeLast` have two. */
function partsOf(name: string): string[] {
  const words = name.match(/[\p{Lu}]+(?!\p{Ll})|[\p{Lu}]?[^\p{Lu}_\s'-]+/gu) ?? [];
  return words.map((word) => word.toLowerCase());
}

/** A name in small letters, without what only divides its words. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

/** Whether a name denies something, as `doesNotContain` does. */
export function isNegated(name: string): boolean {
  return withoutNegation(name) !== undefined;
}

/**
 * What a name denies: `contain` for `doesNotContain`, `less_than` for `not_less_than`.
 *
 * @returns undefined for a name that denies nothing.
 */
export function withoutNegation(name: string): string | undefined {
  if (name.length > maxNameChars) return undefined;
  const parts = partsOf(name);
  const denying = parts.filter((part) => negations.has(part));
  if (denying.length === 0) return withoutNegatingStart(name);
  // What is denied twice is not read.
  if (denying.length > 1) return '';
  return parts.filter((part) => !negations.has(part) && !auxiliaries.has(part)).join('_');
}

/** Such as `notcontains`, in which nothing shows where a word ends. */
function withoutNegatingStart(name: string): string | undefined {
  const [, , denied] =
    /^(is|does|do)?not(?!e$|e_|ed|es|if|ic|h)(\p{Ll}{2,})$/u.exec(plain(name)) ?? [];
  return denied;
}

function singular(word: string): string {
  return word.length > 3 ? word.replace(/s$/, '') : word;
}

/** Whether one word says something that the other never means. */
function isOpposite(word: string, other: string): boolean {
  const [one, two] = [singular(word), singular(other)];
  return one !== two && opposites.some((group) => group.has(one) && group.has(two));
}

/** Whether a name has a word whose opposite another has. */
export function crosses(name: string, other: string): boolean {
  const others = partsOf(other);
  return partsOf(name).some((part) => others.some((candidate) => isOpposite(part, candidate)));
}

/** How many slips of a letter a word of this length may be away from the one that was meant. */
function maxSlips(length: number): number {
  return length > 4 ? 2 : 1;
}

/**
 * The known word that an unknown one most likely stands for: one that is spelt alike, of which no
 * word is the opposite of one in the unknown.
 *
 * @returns undefined when none is close, when two are equally close, or when the word is denied.
 */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > maxNameChars || isNegated(word)) return undefined;
  const wanted = plain(word);
  let best: string | undefined;
  let isTie = false;
  let limit = maxSlips(wanted.length) + 1;
  for (const candidate of known) {
    const spelt = plain(candidate);
    if (Math.abs(spelt.length - wanted.length) > limit || crosses(word, candidate)) continue;
    const slips = distance(wanted, spelt);
    if (slips > limit || (slips === limit && best === undefined)) continue;
    isTie = slips === limit && best !== candidate;
    if (slips < limit) best = candidate;
    limit = slips;
  }
  return isTie ? undefined : best;
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

const joints: Readonly<Record<'AND' | 'OR', ReadonlySet<string>>> = {
  AND: new Set([
    'but',
    'plus',
    'also',
    'und',
    'et',
    'y',
    'andd',
    'aand',
    'annd',
    'adn',
    'nad',
    'amd',
  ]),
  OR: new Set(['oder', 'ou', 'o', 'orr', 'oor', 'ro']),
};

/** The joint that a word most likely stands for; none for one that joins in another way, as NOR does. */
export function jointMeant(word: string): 'AND' | 'OR' | undefined {
  const small = word.toLowerCase();
  if (joints.AND.has(small)) return 'AND';
  return joints.OR.has(small) ? 'OR' : undefined;
}
