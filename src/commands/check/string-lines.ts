import { closingQuotes } from '../../query/index.ts';

/*
 * Finds the lines of a text that start inside a string: a comment marker there is part of the
 * string.
 */

/** The start offsets of the lines that start inside a string. @param isComment whether a line is a comment. */
export function linesInStrings(
  text: string,
  isComment: (line: string) => boolean,
): ReadonlySet<number> {
  const inside = new Set<number>();
  // A quote that is never closed from here on is not closed later either.
  const unclosed = new Set<string>();
  for (let at = 0; at < text.length; ) {
    const isLineStart = at === 0 || text[at - 1] === '\n';
    if (isLineStart && isComment(text.slice(at, endOfLine(text, at)))) {
      at = endOfLine(text, at) + 1;
      continue;
    }
    const end = endOfString(text, at, unclosed);
    if (end === undefined) {
      at = skip(text, at);
      continue;
    }
    for (let line = text.indexOf('\n', at) + 1; line > 0 && line <= end; ) {
      inside.add(line);
      line = text.indexOf('\n', line) + 1;
    }
    at = end + 1;
  }
  return inside;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

/**
 * The offset of the closing quote of the string that starts here; undefined if none does. A string
 * with a line break and an unmatched bracket is missing its closing quote.
 */
function endOfString(text: string, start: number, unclosed: Set<string>): number | undefined {
  const closing = closingQuotes.get(text[start] ?? '');
  if (closing === undefined || unclosed.has(closing)) return undefined;
  for (let at = start + 1; at < text.length; at += text[at] === '\\' ? 2 : 1) {
    if (text[at] === closing) return isBroken(text.slice(start, at)) ? undefined : at;
  }
  unclosed.add(closing);
  return undefined;
}

function isBroken(string: string): boolean {
  return string.includes('\n') && string.split('(').length !== string.split(')').length;
}

/** The offset after a character, or after the comment that starts here. */
function skip(text: string, at: number): number {
  const two = text.slice(at, at + 2);
  if (two === '/*') {
    const end = text.indexOf('*/', at);
    return end === -1 ? text.length : end + 2;
  }
  return two === '--' || two === '//' || text[at] === '#' ? endOfLine(text, at) : at + 1;
}
