import type { WordReader } from './words.ts';

/*
 * Numbers and lengths of time in words.
 */

const numbers = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

/** The units of the language, and units that are multiples of them. */
const units: Readonly<Record<string, readonly [factor: number, unit: string]>> = {
  hour: [1, 'hour'],
  hr: [1, 'hour'],
  h: [1, 'hour'],
  day: [1, 'day'],
  d: [1, 'day'],
  week: [7, 'day'],
  w: [7, 'day'],
};

/** Takes a whole number, in digits or in words. */
export function takeNumber(reader: WordReader): number | undefined {
  const word = reader.peek();
  const number = word && numberIn(word.text);
  if (number === undefined || word?.kind === 'quoted') return undefined;
  reader.next();
  return number;
}

/** The whole number that a word represents. */
export function numberIn(text: string): number | undefined {
  const index = numbers.indexOf(text.toLowerCase());
  if (index >= 0) return index + 1;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/**
 * A length of time as the language writes it, such as `14 days` for 2 weeks; undefined for other
 * units.
 */
export function lengthOf(amount: number, unit: string): string | undefined {
  const name = unit.toLowerCase();
  const known = ownUnit(name) ?? ownUnit(name.replace(/s$/, ''));
  if (!known || amount < 1) return undefined;
  const total = amount * known[0];
  return `${total} ${known[1]}${total === 1 ? '' : 's'}`;
}

function ownUnit(name: string): readonly [number, string] | undefined {
  return Object.hasOwn(units, name) ? units[name] : undefined;
}

/** Takes a length of time, such as `2 weeks`. */
export function takeLength(reader: WordReader): string | undefined {
  const amount = takeNumber(reader);
  const unit = amount === undefined ? undefined : reader.next();
  return amount === undefined || unit?.kind !== 'word' ? undefined : lengthOf(amount, unit.text);
}
