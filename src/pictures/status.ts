import type { GraphedAudience } from '../space/audience-graph.ts';
import { visible } from '../text/visible.ts';

/** What a color stands for. */
export const tones = ['live', 'computing', 'disabled', 'failed', 'other'] as const;
export type Tone = (typeof tones)[number];

/** Segment's words for the state of an audience, as they come from its API, in lower case. */
const toneOfWord: Readonly<Record<string, Tone>> = {
  live: 'live',
  computing: 'computing',
  preparing: 'computing',
  disabled: 'disabled',
  failed: 'failed',
  error: 'failed',
};

/** A status is a word; anything longer is cut. */
const maxStatusChars = 24;

/** The state of an audience, in a word, and with the color that it has in all pictures. */
export function statusOf({ enabled, status }: Pick<GraphedAudience, 'enabled' | 'status'>): {
  word: string;
  tone: Tone;
} {
  const given = status?.trim() ?? '';
  const isFailed = toneOfWord[given.toLowerCase()] === 'failed';
  if (enabled === false && !isFailed) return { word: 'Disabled', tone: 'disabled' };
  if (given === '') return { word: enabled ? 'Enabled' : 'Status unknown', tone: 'other' };
  const lower = given.toLowerCase();
  const tone = Object.hasOwn(toneOfWord, lower) ? toneOfWord[lower] : undefined;
  return { word: shortText(capitalized(given), maxStatusChars), tone: tone ?? 'other' };
}

/** Some editions write the status in capitals. */
function capitalized(word: string): string {
  return word === word.toUpperCase() ? word.charAt(0) + word.slice(1).toLowerCase() : word;
}

const count = new Intl.NumberFormat('en-US');

/** A number with separators of thousands. */
export function inDigits(number: number): string {
  return count.format(number);
}

/** How many members an audience has, in words. */
export function sizeInWords(size: number | undefined): string {
  if (size === undefined) return 'size unknown';
  return size === 1 ? '1 member' : `${inDigits(size)} members`;
}

/** A number and what it counts. */
export function counted(number: number, one: string, several = `${one}s`): string {
  return `${inDigits(number)} ${number === 1 ? one : several}`;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What a reader sees as the characters of a string. */
export function charactersOf(text: string): string[] {
  return [...graphemes.segment(text)].map(({ segment }) => segment);
}

/** A stranger's text on one line, with nothing hidden in it, and cut to that many characters. */
export function shortText(text: string, maxChars: number): string {
  const shown = visible(text.replaceAll(/\s+/g, ' ').trim());
  if (shown.length <= maxChars) return shown;
  const kept = charactersOf(shown.slice(0, 4 * maxChars)).slice(0, maxChars - 1);
  // A character may consist of any number of marks.
  return `${kept
    .join('')
    .slice(0, 4 * maxChars)
    .toWellFormed()
    .trimEnd()}…`;
}

/** The name of an audience, as pictures show it; its id if it has none. */
export function nameOf(
  { name, id }: Pick<GraphedAudience, 'id' | 'name'>,
  maxChars: number,
): string {
  return shortText(name ?? '', maxChars) || shortText(id, maxChars) || 'no name';
}
