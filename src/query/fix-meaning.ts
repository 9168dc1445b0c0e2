import { carriers, carriersOfWords, equivalents, wordsOfWindows } from './equivalents.ts';
import { type Atom, atomsOf } from './fix-atoms.ts';
import { exactLengthMs } from './durations.ts';
import { readTime } from './times.ts';
import { unwrapped } from './wrapping.ts';

/*
 * Whether a fix says what was said. Every fix passes here, so that none turns a definition into
 * another: each string, number, date, unit, name, operator and negation of the text that goes has to
 * be in the text that comes, or to be changed as equivalents.ts allows, and nothing may be added but
 * punctuation and functions that carry what was written.
 */

/** Longer replacements are not compared: they would be whole definitions, whose fixes are not worth it. */
const maxAtoms = 2000;

/** Whether the text `after` says all that `before` says, and no more. */
export function keepsMeaning(before: string, after: string): boolean {
  if (unwrapped(before) === after || isSameTime(before, after) || isGrouping(before, after))
    return true;
  const [from, to] = [atomsOf(before), atomsOf(after)];
  if (from.length > maxAtoms || to.length > maxAtoms) return false;
  if (after.trim() === '' && from.every(saysNothing)) return true;
  const { lost, gained, places } = match(from, to);
  return isInOrder(from, places) && isExplained({ lost, gained, places }, from, to);
}

function isSameTime(before: string, after: string): boolean {
  const [one, two] = [timeIn(before), timeIn(after)];
  return one !== undefined && one === two;
}

function timeIn(text: string): number | undefined {
  return readTime(text.trim().replace(/^'|'$/g, ''))?.at;
}

/** Whether commas went that divided the thousands of one number. */
function isGrouping(before: string, after: string): boolean {
  return /^\d{1,3}(?:,\d{3})+$/.test(before) && before.replaceAll(',', '') === after;
}

/** What may be left out by itself: punctuation, and words that repeat what a window says. */
function saysNothing({ kind, text }: Atom): boolean {
  return kind === 'mark' || (kind === 'word' && wordsOfWindows.has(text.toLowerCase()));
}

/** Which atoms of one text are in the other, and which are left over. */
interface Match {
  lost: Atom[];
  gained: Atom[];
  /** For each atom of the first text its place in the second. */
  places: (number | undefined)[];
}

/** Finds for each atom the same in the other text: first by its text, then by what it stands for. */
function match(from: readonly Atom[], to: readonly Atom[]): Match {
  const places: (number | undefined)[] = from.map(() => undefined);
  const left = new Set(to.keys());
  const passes: ((one: Atom, other: Atom) => boolean)[] = [
    (one, other) => one.kind === other.kind && one.text === other.text,
    (one, other) => one.text === other.text,
    (one, other) => one.names.some((name) => other.names.includes(name)),
  ];
  for (const isSame of passes) {
    for (const [index, atom] of from.entries()) {
      if (places[index] !== undefined) continue;
      const place = [...left].find((candidate) => isSame(atom, to[candidate] ?? atom));
      if (place === undefined) continue;
      places[index] = place;
      left.delete(place);
    }
  }
  return {
    lost: from.filter((_, index) => places[index] === undefined),
    gained: [...left].map((index) => to[index]).filter((atom) => atom !== undefined),
    places,
  };
}

/** Whether values follow each other as before, and lengths of time do. */
function isInOrder(from: readonly Atom[], places: Match['places']): boolean {
  return (['value', 'length'] as const).every((kind) => {
    const inNew = places.filter((_, index) => from[index]?.kind === kind);
    const known = inNew.filter((place) => place !== undefined);
    return known.every((place, index) => index === 0 || place > (known[index - 1] ?? -1));
  });
}

/** Whether all that is left over is allowed to be lost or gained. */
function isExplained(
  { lost, gained, places }: Match,
  from: readonly Atom[],
  to: readonly Atom[],
): boolean {
  if (isSameLength(lost.filter(isNoMark), gained.filter(isNoMark))) return true;
  let [lostWords, gainedWords] = [lost, gained];
  for (const { written, means, beside } of equivalents) {
    if (beside && !from.some((atom) => hasName(atom, beside))) continue;
    const withoutLost = without(lostWords, written);
    const withoutGained = withoutLost && without(gainedWords, means);
    if (withoutGained) [lostWords, gainedWords] = [withoutLost, withoutGained];
  }
  const quotesWord = from.some((atom, index) => {
    return atom.kind === 'word' && to[places[index] ?? -1]?.kind === 'value';
  });
  return lostWords.every(saysNothing) && gainedWords.every((atom) => isCarrier(atom, quotesWord));
}

function isNoMark({ kind }: Atom): boolean {
  return kind !== 'mark';
}

function isCarrier({ kind, text }: Atom, quotesWord: boolean): boolean {
  if (kind === 'mark') return true;
  return kind === 'word' && (carriers.has(text) || (quotesWord && carriersOfWords.has(text)));
}

function hasName({ text, names }: Atom, name: string): boolean {
  return text === name || names.includes(name);
}

/** The atoms without some that have these names; undefined if not all of them are there. */
function without(atoms: readonly Atom[], names: string): Atom[] | undefined {
  const left = [...atoms];
  for (const name of names.split(' ').filter((part) => part !== '')) {
    const at = left.findIndex((atom) => hasName(atom, name));
    if (at < 0) return undefined;
    left.splice(at, 1);
  }
  return left;
}

/** Whether one length of time became another that is just as long. */
function isSameLength(lost: readonly Atom[], gained: readonly Atom[]): boolean {
  const [one, two] = [lengthIn(lost), lengthIn(gained)];
  return one !== undefined && one === two;
}

function lengthIn(atoms: readonly Atom[]): number | undefined {
  const [amount, unit, ...more] = atoms;
  return amount && unit && more.length === 0 ? exactLengthMs(amount.text, unit.text) : undefined;
}
