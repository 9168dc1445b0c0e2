import { type Fields, fieldsOf, numberOf, textOf } from './read.ts';

/** Invisible characters, which can turn or hide what others wrote. */
export const unseen =
  /(?!\ufe0f)[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu;

/** A string with every invisible character written as an escape. */
export function visible(text: string): string {
  return text.replace(unseen, (found) =>
    found
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** The same with line breaks left as they are. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

let numbers = new Intl.NumberFormat();
let days = new Intl.DateTimeFormat();

/** Writes numbers and times as the host's user does, from now on. */
export function writeLike({ locale, timeZone }: Fields): void {
  const [language, zone] = [textOf(locale), textOf(timeZone)];
  try {
    days = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: zone });
    numbers = new Intl.NumberFormat(language);
  } catch {
    // The language or zone is unknown here: the previous formats stay.
  }
}

/** A count; a dash for what is not a number. */
export function countInWords(value: unknown): string {
  const count = numberOf(value);
  return count === undefined ? '–' : numbers.format(count);
}

/** A time; a dash for what is none. */
export function dayInWords(value: unknown): string {
  const time = Date.parse(textOf(value) ?? '');
  return Number.isNaN(time) ? '–' : days.format(time);
}

/** A count with its noun, whose plural ends in s. */
export function counted(count: number, noun: string): string {
  return `${countInWords(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A name of a field or code in words: `confirmation_required` and `retryAfter` become two. */
export function spaced(name: string): string {
  const words = name.replaceAll('_', ' ').replaceAll(/(?<=[a-z])[A-Z]/g, ' $&');
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}

/** How an audience is computed. */
export function cadenceInWords(cadence: unknown): string {
  const word = textOf(cadence) ?? '–';
  return word === 'REALTIME' ? 'Real time' : spaced(visible(word));
}

/** The size of an audience, as Segment counts it. */
export function sizeInWords(size: unknown): string {
  const { count, uniqueCount } = fieldsOf(size);
  const unique = uniqueCount === undefined ? '' : ` (${countInWords(uniqueCount)} unique)`;
  return countInWords(count) + unique;
}
