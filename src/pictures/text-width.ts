import { charactersOf } from './status.ts';

/*
 * How wide a text is, without knowing its font: too wide rather than too narrow, so that what fits by
 * this measure fits in every common sans-serif font. The widths are those of DejaVu Sans, the widest of
 * them, in parts of the font size.
 */

const narrow = new Set("iljI.,:;'|! ");
const medium = new Set('ftr()[]{}/\\-"`*');
const wide = new Set('mwMW@%—…');

/** The average of letters, and the widths of those that differ much. */
const emWidths = {
  narrow: 0.33,
  medium: 0.46,
  lower: 0.62,
  upper: 0.74,
  wide: 0.98,
  foreign: 0.72,
  /** Characters of Chinese, Japanese, Korean and emoji. */
  full: 1.1,
};

/** Bold letters are wider. */
const boldFactor = 1.1;

const fullWidth =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}\p{Regional_Indicator}\uff01-\uff60]/u;

function emWidthOf(character: string): number {
  if (narrow.has(character)) return emWidths.narrow;
  if (medium.has(character)) return emWidths.medium;
  if (wide.has(character)) return emWidths.wide;
  if (/^[a-z0-9$?+<>=~_^&#]$/.test(character)) return emWidths.lower;
  if (/^[A-Z]$/.test(character)) return emWidths.upper;
  if (fullWidth.test(character)) return emWidths.full;
  // Fonts that can't combine what belongs together show its parts one after the other.
  return emWidths.foreign * Math.max(1, Math.min(character.length, 3) / 1.5);
}

export interface Font {
  /** In pixels. */
  size: number;
  isBold?: boolean;
}

/** In pixels. */
export function widthOf(text: string, { size, isBold = false }: Font): number {
  const em = charactersOf(text).reduce((sum, character) => sum + emWidthOf(character), 0);
  return em * size * (isBold ? boldFactor : 1);
}

/** A text in as many lines as it needs, at most `maxLines`, of which the last one ends in … if it is cut. */
export function linesOf(text: string, maxWidth: number, maxLines: number, font: Font): string[] {
  const lines: string[] = [];
  let rest = text.trim();
  while (rest !== '' && lines.length < maxLines) {
    const isLast = lines.length === maxLines - 1;
    const line = isLast ? cutToWidth(rest, maxWidth, font) : firstLine(rest, maxWidth, font);
    lines.push(line.trim());
    rest = isLast ? '' : rest.slice(line.length).trim();
  }
  return lines;
}

function firstLine(text: string, maxWidth: number, font: Font): string {
  const fitting = startThatFits(text, maxWidth, font);
  if (fitting === text) return text;
  const space = fitting.lastIndexOf(' ');
  // A break in the middle of a word is better than a line that is almost empty.
  return space > fitting.length / 3 ? fitting.slice(0, space) : fitting;
}

function cutToWidth(text: string, maxWidth: number, font: Font): string {
  if (widthOf(text, font) <= maxWidth) return text;
  return `${startThatFits(text, maxWidth - widthOf('…', font), font).trimEnd()}…`;
}

function startThatFits(text: string, maxWidth: number, { size, isBold = false }: Font): string {
  const maxEm = maxWidth / (size * (isBold ? boldFactor : 1));
  let em = 0;
  let end = 0;
  for (const character of charactersOf(text)) {
    em += emWidthOf(character);
    if (em > maxEm && end > 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}
