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
  'any all none every some one anyone everyone noone someone out only',
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

/** Parts of a name that may be added to it and say nothing by themselves. */
const emptyParts = new Set(['is', 'of', 'the']);

/** What a name may begin with and then says something else, as `unequals` does. */
const changingStart = /^(?:anti|non|dis|mis|no|un|in|im|ir|ex|or|on|i|n)/;

/** Those that deny. */
const denyingStarts = ['non', 'no', 'un', 'in', 'n'];

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

/**
 * The known name that another denies by its first letters, as `unequals` and `nexists` do.
 *
 * @returns undefined for other names, and where the letters may be divided in two ways.
 */
export function deniedByStart(name: string, known: Iterable<string>): string | undefined {
  if (name.length > maxNameChars) return undefined;
  const written = plain(name);
  // Between "none of" and "one of" lies a single letter.
  if (/oneofs?$/.test(written)) return undefined;
  const denied = denyingStarts
    .filter((start) => written.startsWith(start))
    .map((start) => singular(written.slice(start.length)));
  for (const candidate of known) {
    if (denied.includes(singular(plain(candidate)))) return candidate;
  }
  return undefined;
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
function crosses(name: string, other: string): boolean {
  const others = partsOf(other);
  return partsOf(name).some((part) => others.some((candidate) => isOpposite(part, candidate)));
}

/** How many slips of a letter a word of this length may be away from the one that was meant. */
function maxSlips(length: number): number {
  return length > 4 ? 2 : 1;
}

/**
 * The known word that an unknown one most likely stands for: one that is spelt alike and begins alike,
 * of which no word is the opposite of one in the unknown.
 *
 * @returns undefined when none is close, when two are equally close, when the word is denied, and when
 *   it has more to it than a slip of the pen.
 */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  // No known word has digits in it: they belong to something else.
  if (word.length > maxNameChars || /\d/.test(word) || isNegated(word)) return undefined;
  const names = [...known];
  const parts = partsOf(word);
  const telling = parts.filter((part) => !emptyParts.has(part));
  const isSame = telling.length === parts.length || telling.length === 0;
  return nearest(word, names) ?? (isSame ? undefined : nearest(telling.join('_'), names));
}

function nearest(word: string, known: readonly string[]): string | undefined {
  const wanted = plain(word);
  const close = known
    .filter((candidate) => beginAlike(wanted, candidate))
    .map((candidate) => ({ name: candidate, slips: slipsBetween(wanted, plain(candidate)) }))
    .filter((one) => one.slips <= maxSlips(wanted.length) + 1)
    .sort((one, other) => one.slips - other.slips);
  const [best, next] = close.filter((one) => !crosses(word, one.name));
  if (!best || (next && next.slips === best.slips && next.name !== best.name)) return undefined;
  const { name, slips } = best;
  if (slips === 0) return name;
  // What lies between two opposites, of which one is the other with a letter before it.
  const isUnclear =
    partsOf(word)[0] !== partsOf(name)[0] &&
    close.some((other) => {
      const [one, two] = [plain(name), plain(other.name)];
      const isLonger = one.endsWith(two) || two.endsWith(one);
      return other.slips <= slips + 1 && isLonger && crosses(name, other.name);
    });
  return isUnclear || !isSlip(word, name, slips) ? undefined : name;
}

/** Whether two names have the first letter in common, or one begins with the second of the other. */
function beginAlike(one: string, other: string): boolean {
  return one[0] === other[0] || one[1] === other[0] || one[0] === other[1];
}

function slipsBetween(one: string, other: string): number {
  const isFar = Math.abs(one.length - other.length) > 3;
  return isFar ? Number.POSITIVE_INFINITY : distance(one, other);
}

/** Whether a word differs from a known one by slips of the pen, and by nothing that says something. */
function isSlip(word: string, candidate: string, slips: number): boolean {
  const [wanted, spelt] = [plain(word), plain(candidate)];
  if (wanted[0] !== spelt[0] || slips > maxSlips(wanted.length)) return false;
  // As in `whereor` and in `containsi`, which leaves the case of letters out of account.
  const more = wanted.startsWith(spelt) ? wanted.slice(spelt.length) : '';
  if (more.length > 1 || more === 'i') return false;
  const rest = wanted.replace(changingStart, '');
  if (rest !== wanted && slipsBetween(rest, spelt) < slips) return false;
  return arePartsAlike(partsOf(word), partsOf(candidate), slips);
}

/** Whether two names have the same parts but for slips; a name may be run together, or have empty parts more. */
function arePartsAlike(parts: string[], known: readonly string[], slips: number): boolean {
  if (parts.length < known.length) return slips < 2;
  const written =
    parts.length > known.length
      ? parts.filter((part) => !emptyParts.has(part) || known.includes(part))
      : parts;
  return (
    written.length === known.length &&
    written.every((part, index) => {
      const other = known[index] ?? '';
      return slipsBetween(part, other) <= maxSlips(other.length);
    })
  );
}

/** The fewest single-letter changes, swaps of neighbors included, that turn `a` into `b`. */
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
