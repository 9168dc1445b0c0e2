import { closingQuotes } from '../../query/index.ts';

/*
 * Which lines of a text begin inside of a string: what looks like a comment there is a part of the string.
 */

/** Where the lines begin, by offset, that begin inside of a string. @param isComment whether a line is one. */
export function linesInStrings(
  text: string,
  isComment: (line: string) => boolean,
): ReadonlySet<number> {
  const inside = new Set<number>();
  // A quote that nothing closes from here on is never closed further on either.
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
 * The closing quote of the string that begins here; undefined for what is none. A string that goes over
 * lines and holds half of a bracket lacks its own quote.
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

/** Behind a character, or the comment that begins here. */
function skip(text: string, at: number): number {
  const two = text.slice(at, at + 2);
  if (two === '/*') {
    const end = text.indexOf('*/', at);
    return end === -1 ? text.length : end + 2;
  }
  return two === '--' || two === '//' || text[at] === '#' ? endOfLine(text, at) : at + 1;
}
