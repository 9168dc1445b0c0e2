/*
 * Finds the known word that an unknown one means. It is never a word with the opposite meaning,
 * however similar the spelling.
 */

/** Groups of words that never stand for each other, although some differ in only a few letters. */
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

/** Words next to a negation that add nothing. */
const auxiliaries = new Set(['is', 'are', 'was', 'be', 'does', 'do', 'did', 'has', 'have']);

/** Filler words that may be added to a name. */
const emptyParts = new Set(['is', 'of', 'the']);

/** Prefixes that change the meaning of a name, as in `unequals`. */
const changingStart = /^(?:anti|non|dis|mis|no|un|in|im|ir|ex|or|on|i|n)/;

/** Prefixes that negate. */
const denyingStarts = ['non', 'no', 'un', 'in', 'n'];

/** Longer names are not compared: the effort grows quadratically. */
const maxNameChars = 40;

/** The words of a name in lowercase: `before_last` and `beforeLast` have two. */
function partsOf(name: string): string[] {
  const words = name.match(/[\p{Lu}]+(?!\p{Ll})|[\p{Lu}]?[^\p{Lu}_\s'-]+/gu) ?? [];
  return words.map((word) => word.toLowerCase());
}

/** A name in lowercase, without underscores. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

/** Whether a name is negated, as in `doesNotContain`. */
export function isNegated(name: string): boolean {
  return withoutNegation(name) !== undefined;
}

/**
 * What a name negates: `contain` for `doesNotContain`, `less_than` for `not_less_than`.
 *
 * @returns undefined for a name that is not negated.
 */
export function withoutNegation(name: string): string | undefined {
  if (name.length > maxNameChars) return undefined;
  const parts = partsOf(name);
  const denying = parts.filter((part) => negations.has(part));
  if (denying.length === 0) return withoutNegatingStart(name);
  // A double negation is not read.
  if (denying.length > 1) return '';
  return parts.filter((part) => !negations.has(part) && !auxiliaries.has(part)).join('_');
}

/** For names such as `notcontains`, without word boundaries. */
function withoutNegatingStart(name: string): string | undefined {
  const [, , denied] =
    /^(is|does|do)?not(?!e$|e_|ed|es|if|ic|h)(\p{Ll}{2,})$/u.exec(plain(name)) ?? [];
  return denied;
}

/**
 * The known name that another negates with a prefix, as in `unequals` and `nexists`.
 *
 * @returns undefined for other names, and if the letters can be split in two ways.
 */
export function deniedByStart(name: string, known: Iterable<string>): string | undefined {
  if (name.length > maxNameChars) return undefined;
  const written = plain(name);
  // "none of" and "one of" differ in a single letter.
  if (/oneofs?$/.test(written)) return undefined;
  const denied = denyingStarts
    .filter((start) => written.startsWith(start))
    .map((start) => singular(written.slice(start.length)));
  if (denied.length === 0) return undefined;
  for (const candidate of known) {
    if (denied.includes(singular(plain(candidate)))) return candidate;
  }
  return undefined;
}

function singular(word: string): string {
  return word.length > 3 ? word.replace(/s$/, '') : word;
}

/** Whether two words exclude each other. */
function isOpposite(word: string, other: string): boolean {
  const [one, two] = [singular(word), singular(other)];
  return one !== two && opposites.some((group) => group.has(one) && group.has(two));
}

/** Whether two names contain opposite words. */
function crosses(name: string, other: string): boolean {
  const others = partsOf(other);
  return partsOf(name).some((part) => others.some((candidate) => isOpposite(part, candidate)));
}

/** How many typos a word of this length may have. */
function maxSlips(length: number): number {
  return length > 4 ? 2 : 1;
}

/**
 * The known word that an unknown one most likely means: one with a similar spelling and start, that
 * contains no opposite of a word in the unknown one.
 *
 * @returns undefined if none is close, if two are equally close, if the word is negated, and if it
 * differs by more than typos.
 */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  // No known word contains digits: they belong to something else.
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
  // Words between two opposites, one of which is the other with a prefix.
  const isUnclear =
    partsOf(word)[0] !== partsOf(name)[0] &&
    close.some((other) => {
      const [one, two] = [plain(name), plain(other.name)];
      const isLonger = one.endsWith(two) || two.endsWith(one);
      return other.slips <= slips + 1 && isLonger && crosses(name, other.name);
    });
  return isUnclear || !isSlip(word, name, slips) ? undefined : name;
}

/** Whether two names share the first letter, or one starts with the second letter of the other. */
function beginAlike(one: string, other: string): boolean {
  return one[0] === other[0] || one[1] === other[0] || one[0] === other[1];
}

function slipsBetween(one: string, other: string): number {
  const isFar = Math.abs(one.length - other.length) > 3;
  return isFar ? Number.POSITIVE_INFINITY : distance(one, other);
}

/** Whether a word differs from a known one only by typos, not in meaning. */
function isSlip(word: string, candidate: string, slips: number): boolean {
  const [wanted, spelt] = [plain(word), plain(candidate)];
  if (wanted[0] !== spelt[0] || slips > maxSlips(wanted.length)) return false;
  // For example `whereor`, and `containsi`, which ignores case.
  const more = wanted.startsWith(spelt) ? wanted.slice(spelt.length) : '';
  if (more.length > 1 || more === 'i') return false;
  const rest = wanted.replace(changingStart, '');
  if (rest !== wanted && slipsBetween(rest, spelt) < slips) return false;
  return arePartsAlike(partsOf(word), partsOf(candidate), slips);
}

/**
 * Whether two names have the same parts except for typos; a name may be run together or have extra
 * filler words.
 */
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

/**
 * The fewest single-letter changes, including swaps of adjacent letters, that turn `a` into `b`.
 */
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

const conjunctions: Readonly<Record<'AND' | 'OR', ReadonlySet<string>>> = {
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

/**
 * The conjunction that a word most likely means; undefined for words that join differently, such as
 * NOR.
 */
export function conjunctionMeant(word: string): 'AND' | 'OR' | undefined {
  const small = word.toLowerCase();
  if (conjunctions.AND.has(small)) return 'AND';
  return conjunctions.OR.has(small) ? 'OR' : undefined;
}
