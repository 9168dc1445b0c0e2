import { type Diagnostic, type Fix, type Level, levelOf } from '../../query/index.ts';
import { FileError } from '../text-files.ts';
import { linesInStrings } from './string-lines.ts';

/*
 * A definition in a file: between comment lines, which may set its level. The check sees the text
 * without them; positions refer to the file.
 */

/** The start of a comment line. */
const commentStart = /^[ \t]*(?:#|\/\/)/;

/** A comment that may set the level: one word after `type:`. */
const typeLine = /^[ \t]*(?:#|\/\/)[ \t]*type[ \t]*:[ \t]*(\S+)[ \t]*$/i;

/** A skipped line. */
interface Comment {
  /** With its line break, if it has one. */
  text: string;
  /** Its position in the text without comments. */
  at: number;
}

/** A text with a definition. */
export interface Source {
  /** As given. */
  text: string;
  /** Without the comment lines, and without trailing whitespace. */
  definition: string;
  /** Its trailing whitespace. */
  tail: string;
  comments: readonly Comment[];
  /** The level that a comment sets. */
  type?: Level;
}

/**
 * Splits a text into its definition and its comments.
 *
 * @throws {FileError} for a comment that sets an unknown level, or a second one.
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
      throw new FileError(
        'names no known level: expected one of users, accounts, linked',
        index + 1,
      );
    }
    if (type !== undefined && type !== level) {
      throw new FileError(`contradicts the level set before it, ${type}`, index + 1);
    }
    type = level;
  }
  const definition = rest.trimEnd();
  return { text, definition, tail: rest.slice(definition.length), comments, type };
}

/** A position as people count it: both from 1, the column in UTF-16 code units. */
export function placeOf(offset: number, text: string): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

/** A diagnostic of the definition with its positions in the whole text. */
export function placeInText(diagnostic: Diagnostic, { text, comments }: Source): Diagnostic {
  const { fix } = diagnostic;
  const span = spanInText(diagnostic, comments);
  const place = placeOf(span.start, text);
  return { ...diagnostic, ...span, ...place, fix: fix && fixInText(fix, comments) };
}

/** No fix where a comment is in its middle: it would remove the comment. */
function fixInText(fix: Fix, comments: readonly Comment[]): Fix | undefined {
  const { start, end } = spanInText(fix, comments);
  return end - start === fix.end - fix.start ? { ...fix, start, end } : undefined;
}

function spanInText({ start, end }: { start: number; end: number }, comments: readonly Comment[]) {
  let [movedStart, movedEnd] = [start, end];
  for (const { text, at } of comments) {
    if (at <= start) movedStart += text.length;
    // A range that ends where a comment begins ends before the comment.
    if (at < end || at <= start) movedEnd += text.length;
  }
  return { start: movedStart, end: movedEnd };
}

/**
 * The text with fixes applied to its definition and its comments kept, each on its own line.
 *
 * @param definition the result of the fixes. @param rounds the fixes, as `applyFixes` returns them.
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

/** Where a position is after a round of fixes; one inside a replaced range moves to its start. */
function moved(place: number, fixes: readonly Fix[]): number {
  let by = 0;
  for (const { start, end, text } of fixes) {
    if (start >= place) break;
    if (end > place) return start + by;
    by += text.length - (end - start);
  }
  return place + by;
}

/** The start of the line at a position; the end of the text stays where it is. */
function lineStart(text: string, place: number): number {
  return place === text.length ? place : text.slice(0, place).lastIndexOf('\n') + 1;
}

/** The lines of a text, each with its line break. */
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
