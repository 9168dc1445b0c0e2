import { numberOf, textOf } from './read.ts';

/** Invisible characters, which can turn or hide what strangers wrote. */
export const unseen =
  /(?!\ufe0f)[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu;

/** A text with every invisible character written as an escape. */
export function visible(text: string): string {
  return text.replace(unseen, (found) =>
    Array.from({ length: found.length }, (_, at) => {
      return `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`;
    }).join(''),
  );
}

/** The same with line breaks left as they are. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/** How the host's user writes numbers and times. */
export interface Locale {
  locale: string | undefined;
  timeZone: string | undefined;
}

/** A count; a dash for what is not a number. */
export function countInWords(value: unknown, { locale }: Locale): string {
  return numberOf(value)?.toLocaleString(locale) ?? '–';
}

/** A time; a dash for what is none. */
export function dayInWords(value: unknown, { locale, timeZone }: Locale): string {
  const time = Date.parse(textOf(value) ?? '');
  if (Number.isNaN(time)) return '–';
  return new Date(time).toLocaleDateString(locale, { dateStyle: 'medium', timeZone });
}

/** A count with its noun, whose plural ends in s. */
export function counted(count: number, noun: string, locale: Locale): string {
  return `${countInWords(count, locale)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A name of a field or code in words: `confirmation_required` and `retryAfter` become two. */
export function spaced(name: string): string {
  const words = name.replaceAll('_', ' ').replaceAll(/(?<=[a-z])[A-Z]/g, ' $&');
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}
