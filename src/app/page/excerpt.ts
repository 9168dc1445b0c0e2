import { unseen } from './words.ts';

/** Fits a page that is 320 pixels wide. */
const maxChars = 34;
const charsBefore = 14;

/** The line with a place in a definition, and marks below the place. */
export function excerptOf(
  text: string,
  { start, end, column }: { start: number; end: number; column: number },
): string {
  const lineStart = start - (column - 1);
  const [line = ''] = text.slice(lineStart).split('\n', 1);
  const from = Math.max(0, Math.min(column - 1 - charsBefore, line.length - maxChars));
  // What has no width of its own becomes spaces, so that the marks are below the place.
  const shown = line
    .slice(from, from + maxChars)
    .replace(unseen, (found) => ' '.repeat(found.length));
  const at = column - 1 - from;
  const marks = '^'.repeat(Math.max(1, Math.min(end - start, maxChars - at, shown.length - at)));
  return `${shown}\n${' '.repeat(at)}${marks}`;
}
