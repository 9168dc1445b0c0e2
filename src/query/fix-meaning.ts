import { catalog } from './catalog.ts';
import { exactLengthMs, unitNamed } from './durations.ts';
import {
  carriers,
  carriersOfWords,
  equivalents,
  wordsOfPast,
  wordsOfWindows,
} from './equivalents.ts';
import { type Atom, atomsOf } from './fix-atoms.ts';
import { type Owners, ownersOf } from './fix-owners.ts';
import { decoded } from './html-entities.ts';
import { readTime } from './times.ts';
import { unwrapped } from './wrapping.ts';

/*
 * Whether a fix keeps the meaning. Every fix passes this check, so that none turns a definition
 * into a different one: each string, number, date, unit, name, operator and negation of the old
 * text must be in the new text, or change as equivalents.ts allows; and nothing may be added except
 * punctuation and functions that carry what was written.
 */

/** Whether the text `after` means the same as `before`, no less and no more. */
export function keepsMeaning(before: string, after: string): boolean {
  if (unwrapped(before) === after || decoded(before) === after) return true;
  if (isSameTime(before, after) || isGrouping(before, after)) return true;
  const [from, to] = [atomsOf(before), atomsOf(after)];
  if (after.trim() === '' && !from.some(isNoMark)) return true;
  const { lost, gained, places } = match(from, to);
  if (!isExplained({ lost, gained, places }, from, to)) return false;
  const owners = ownersOf(from);
  return isInOrder(from, owners, places) && keepsOwners(from, owners, to, places);
}

function isSameTime(before: string, after: string): boolean {
  const [one, two] = [timeIn(before), timeIn(after)];
  return one !== undefined && one === two;
}

function timeIn(text: string): number | undefined {
  return readTime(text.trim().replace(/^'|'$/g, ''))?.at;
}

/** Whether only the thousands separators of one number were removed. */
function isGrouping(before: string, after: string): boolean {
  return /^[1-9]\d{0,2}(?:,\d{3})+$/.test(before) && before.replaceAll(',', '') === after;
}

/**
 * Whether these may be dropped: punctuation, and next to a length of time words that only repeat
 * what a window says. "in" looks ahead unless another word says otherwise, and a window of the
 * outer event always looks ahead.
 *
 * @param from everything that was written.
 */
function sayNothing(lost: readonly Atom[], from: readonly Atom[]): boolean {
  const words = lost.filter(isNoMark);
  if (words.length === 0) return true;
  if (!from.some(({ kind }) => kind === 'length')) return false;
  const texts = from.map(({ kind, text }) => (kind === 'word' ? text.toLowerCase() : ''));
  const isPast = texts.some((text) => wordsOfPast.has(text));
  const isOfParent = texts.includes('parent');
  return words.every(({ kind, text }) => {
    const small = text.toLowerCase();
    if (kind !== 'word' || !wordsOfWindows.has(small)) return false;
    if (small === 'in') return isPast && !isOfParent;
    return !isOfParent || !wordsOfPast.has(small);
  });
}

/** Which atoms of one text are in the other, and which are left over. */
interface Match {
  lost: Atom[];
  gained: Atom[];
  /** For each atom of the first text its place in the second. */
  places: (number | undefined)[];
}

/**
 * Finds for each atom its counterpart in the other text: a call by its argument, anything by its
 * text, then by what it stands for.
 */
function match(from: readonly Atom[], to: readonly Atom[]): Match {
  const places: (number | undefined)[] = from.map(() => undefined);
  const left = new Set(to.keys());
  const keysOf: ((atom: Atom, argument?: string) => readonly string[])[] = [
    ({ text }, argument) => (argument === undefined ? [] : [`${text}(${argument}`]),
    ({ kind, text }) => [`${kind} ${text}`],
    ({ text }) => [text],
    ({ names }) => names(),
  ];
  for (const keys of keysOf) {
    const known = placesByKey(to, left, keys);
    for (const [index, atom] of from.entries()) {
      if (places[index] !== undefined) continue;
      places[index] = take(known, keys(atom, argumentAt(from, index)), left);
    }
  }
  return {
    lost: from.filter((_, index) => places[index] === undefined),
    gained: [...left].map((index) => to[index]).filter((atom) => atom !== undefined),
    places,
  };
}

/** The first argument of a call, if it is a value. */
function argumentAt(atoms: readonly Atom[], index: number): string | undefined {
  const [word, open, value] = atoms.slice(index, index + 3);
  return word?.kind === 'word' && open?.text === '(' && value?.kind === 'value'
    ? value.text
    : undefined;
}

/** The remaining places by key, last first. */
function placesByKey(
  atoms: readonly Atom[],
  left: ReadonlySet<number>,
  keys: (atom: Atom, argument?: string) => readonly string[],
): Map<string, number[]> {
  const known = new Map<string, number[]>();
  for (const place of [...left].reverse()) {
    const atom = atoms[place];
    for (const key of atom ? keys(atom, argumentAt(atoms, place)) : []) {
      const places = known.get(key) ?? [];
      places.push(place);
      known.set(key, places);
    }
  }
  return known;
}

/** Takes the first remaining place for one of these keys. */
function take(
  known: ReadonlyMap<string, number[]>,
  keys: readonly string[],
  left: Set<number>,
): number | undefined {
  for (const key of keys) {
    const places = known.get(key) ?? [];
    for (let place = places.pop(); place !== undefined; place = places.pop()) {
      if (left.delete(place)) return place;
    }
  }
  return undefined;
}

/** Whether the values of each owner, and the lengths of time, keep their order. */
function isInOrder(from: readonly Atom[], owners: Owners, places: Match['places']): boolean {
  const last = new Map<string, number>();
  return from.every(({ kind, text }, index) => {
    const place = places[index];
    if (place === undefined || (kind !== 'value' && kind !== 'length')) return true;
    // A unit comes after its number.
    if (unitNamed(text) !== undefined) return true;
    const key = `${kind} ${owners[index]}`;
    const isBehind = place > (last.get(key) ?? -1);
    last.set(key, place);
    return isBehind;
  });
}

/**
 * Whether everything still belongs to its owner. An owner that only one of the texts has is
 * skipped: its own owner counts.
 */
function keepsOwners(
  from: readonly Atom[],
  before: Owners,
  to: readonly Atom[],
  places: Match['places'],
): boolean {
  const inNew = new Set(places);
  const after = ownersOf(to);
  const kept = (place: number | undefined) => place !== undefined && inNew.has(place);
  return from.every((atom, index) => {
    const place = places[index];
    if (place === undefined || !hasOwner(atom, to[place])) return true;
    const owner = ownerAmong(before, index, (one) => places[one] !== undefined);
    const now = ownerAmong(after, place, kept);
    return (owner === undefined ? undefined : places[owner]) === now;
  });
}

/**
 * Whether the owner of an atom must stay: it does not matter for keywords and the words around
 * them, and a word that became a string was part of a path, or of a string without quotes.
 */
function hasOwner({ kind, names }: Atom, now: Atom | undefined): boolean {
  if (kind === 'mark' || kind !== now?.kind) return false;
  return kind !== 'word' || names().some((name) => catalog.has(name));
}

/** The nearest owner that counts. */
function ownerAmong(
  owners: Owners,
  index: number,
  counts: (owner: number) => boolean,
): number | undefined {
  let owner = owners[index];
  while (owner !== undefined && !counts(owner)) owner = owners[owner];
  return owner;
}

/** Whether all leftovers may be lost or gained. */
function isExplained(
  { lost, gained, places }: Match,
  from: readonly Atom[],
  to: readonly Atom[],
): boolean {
  if (!lost.some(isNoMark) && !gained.some(isNoMark)) return true;
  if (isSameLength(lost.filter(isNoMark), gained.filter(isNoMark))) return true;
  let [lostWords, gainedWords] = [lost, gained];
  for (const { written, means, nextTo } of equivalents) {
    const withoutLost = without(lostWords, written);
    const withoutGained = withoutLost && without(gainedWords, means);
    if (!withoutGained) continue;
    if (nextTo && !from.some((atom) => hasName(atom, nextTo))) continue;
    [lostWords, gainedWords] = [withoutLost, withoutGained];
  }
  const quotesWord = from.some((atom, index) => {
    return atom.kind === 'word' && to[places[index] ?? -1]?.kind === 'value';
  });
  return (
    sayNothing(lostWords, from) &&
    gainedWords.every((atom) => isCarrier(atom, quotesWord) || isSharedUnit(atom, from))
  );
}

/** Whether one unit was written for two lengths: `7 to 14 days`. */
function isSharedUnit({ kind, text }: Atom, from: readonly Atom[]): boolean {
  const unit = kind === 'word' ? unitNamed(text) : undefined;
  const amounts = from.filter((atom) => /^\d/.test(atom.text));
  return unit !== undefined && amounts.length === 2 && from.some((atom) => hasName(atom, unit));
}

function isNoMark({ kind }: Atom): boolean {
  return kind !== 'mark';
}

function isCarrier({ kind, text }: Atom, quotesWord: boolean): boolean {
  if (kind === 'mark') return true;
  return kind === 'word' && (carriers.has(text) || (quotesWord && carriersOfWords.has(text)));
}

function hasName({ text, names }: Atom, name: string): boolean {
  return text === name || names().includes(name);
}

/** The atoms without those of these names; undefined if one of them is missing. */
function without(atoms: readonly Atom[], names: string): Atom[] | undefined {
  const left = [...atoms];
  for (const name of names.split(' ').filter((part) => part !== '')) {
    const at = left.findIndex((atom) => hasName(atom, name));
    if (at < 0) return undefined;
    left.splice(at, 1);
  }
  return left;
}

/** Whether one length of time became an equal one. */
function isSameLength(lost: readonly Atom[], gained: readonly Atom[]): boolean {
  const [one, two] = [lengthIn(lost), lengthIn(gained)];
  return one !== undefined && one === two;
}

function lengthIn(atoms: readonly Atom[]): number | undefined {
  const [amount, unit, ...more] = atoms;
  return amount && unit && more.length === 0 ? exactLengthMs(amount.text, unit.text) : undefined;
}
