import { type Diagnostic, type Fix, type Level, levelOf } from '../../query/index.ts';
import { FileError } from '../text-files.ts';
import { linesInStrings } from './string-lines.ts';

/*
 * A definition as it stands in a file: between lines that are comments, which may set its level. What
 * is checked is the text without them; places are those in the file.
 */

/** The start of a line that is a comment. */
const commentStart = /^[ \t]*(?:#|\/\/)/;

/** A comment that may set the level: one word after `type:`. */
const typeLine = /^[ \t]*(?:#|\/\/)[ \t]*type[ \t]*:[ \t]*(\S+)[ \t]*$/i;

/** A line that is skipped. */
interface Comment {
  /** With the end of its line, if it has one. */
  text: string;
  /** Where it stood in the text without comments, which goes on there. */
  at: number;
}

/** A text with a definition. */
export interface Source {
  /** As it was given. */
  text: string;
  /** Without the lines that are comments, and without what is blank at its end. */
  definition: string;
  /** The blanks at its end. */
  tail: string;
  comments: readonly Comment[];
  /** The level that a comment sets. */
  type?: Level;
}

/**
 * Takes a text apart.
 *
 * @throws {FileError} for a comment that sets a level that there is not, or a second level.
 */
export function readSource(text: string): Source {
  const comments: Comment[] = [];
  let rest = '';
  let type: Level | undefined;
  const inStrings = linesInStrings(text, (line) => commentStart.test(line));
  let from = 0;
  for (const [index, line] of linesOf(text).entries()) {
    const content = withoutEnd(line);
    const start = from;
    from += line.length;
    if (inStrings.has(start) || !commentStart.test(content)) {
      rest += line;
      continue;
    }
    comments.push({ text: line, at: rest.length });
    const word = typeLine.exec(content)?.[1];
    if (word === undefined) continue;
    const level = levelOf(word);
    if (level === undefined) {
      throw new FileError('names no level: expected one of users, accounts, linked', index + 1);
    }
    if (type !== undefined && type !== level) {
      throw new FileError(`contradicts the level that is set before it, ${type}`, index + 1);
    }
    type = level;
  }
  const definition = rest.trimEnd();
  return { text, definition, tail: rest.slice(definition.length), comments, type };
}

/** A place as people count it: both from 1, the column in UTF-16 code units. */
export function placeOf(offset: number, text: string): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

/** A diagnostic of the definition with its places in the whole text. */
export function placeInText(diagnostic: Diagnostic, { text, comments }: Source): Diagnostic {
  const { fix } = diagnostic;
  const span = spanInText(diagnostic, comments);
  const place = placeOf(span.start, text);
  return { ...diagnostic, ...span, ...place, fix: fix && fixInText(fix, comments) };
}

/** None for a fix of what has a comment in its middle: it would remove the comment. */
function fixInText(fix: Fix, comments: readonly Comment[]): Fix | undefined {
  const { start, end } = spanInText(fix, comments);
  return end - start === fix.end - fix.start ? { ...fix, start, end } : undefined;
}

function spanInText({ start, end }: { start: number; end: number }, comments: readonly Comment[]) {
  let [movedStart, movedEnd] = [start, end];
  for (const { text, at } of comments) {
    if (at <= start) movedStart += text.length;
    // What ends where a comment begins ends before it.
    if (at < end || at <= start) movedEnd += text.length;
  }
  return { start: movedStart, end: movedEnd };
}

/**
 * The text with fixes of its definition applied and its comments kept, each on a line of its own.
 *
 * @param definition what the fixes made of it. @param rounds the fixes, as `applyFixes` gives them.
 */
export function withFixes(
  { text, tail, comments }: Source,
  definition: string,
  rounds: readonly (readonly Fix[])[],
): string {
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const rest = definition + tail;
  let result = '';
  let from = 0;
  for (const comment of comments) {
    const at = lineStart(rest, rounds.reduce(moved, comment.at));
    result += rest.slice(from, at);
    from = at;
    if (result !== '' && !result.endsWith('\n')) result += lineEnd;
    result += comment.text;
  }
  if (from < rest.length && result !== '' && !result.endsWith('\n')) result += lineEnd;
  return result + rest.slice(from);
}

/** Where a place is after a round of fixes; one inside of what was replaced is where that began. */
function moved(place: number, fixes: readonly Fix[]): number {
  let by = 0;
  for (const { start, end, text } of fixes) {
    if (start >= place) break;
    if (end > place) return start + by;
    by += text.length - (end - start);
  }
  return place + by;
}

/** The start of the line that a place is in; the end of the text stays where it is. */
function lineStart(text: string, place: number): number {
  return place === text.length ? place : text.slice(0, place).lastIndexOf('\n') + 1;
}

/** The lines of a text, each with its end. */
function linesOf(text: string): string[] {
  const lines: string[] = [];
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from);
    const to = end === -1 ? text.length : end + 1;
    lines.push(text.slice(from, to));
    from = to;
  }
  return lines;
}

function withoutEnd(line: string): string {
  if (line.endsWith('\r\n')) return line.slice(0, -2);
  return line.endsWith('\n') ? line.slice(0, -1) : line;
}
