import { createScanner, type Node } from 'jsonc-parser';
import { type Entry, isTable } from './entry.ts';
import { commentsInside, findEntry, isBlank, toValue, walk } from './json-tree.ts';

/*
 * Edits a client's file as text, so that its comments, indentation and all other entries survive.
 */

/** One replacement in a text. */
export interface Edit {
  offset: number;
  length: number;
  content: string;
}

/**
 * The edits that set the value at a path of keys, replacing the present one. Comments inside that one stay,
 * except in lists that change.
 *
 * @throws {JsonFileError} for a text that can't be edited.
 */
export function editsToSet(text: string, path: readonly string[], value: unknown): Edit[] {
  const { root, found, holder, rest } = walk(text, path);
  const style = styleOf(text);
  if (!root) return [newText(text, nested(path, value), style)];
  if (found) {
    const { offset, length } = found;
    const hasComments = commentsInside(text, found).length > 0;
    const content =
      hasComments && found.type === 'object' && isTable(value)
        ? changedInside(text, path, found, value)
        : written(value, indentAt(text, offset), style);
    return [{ offset, length, content }];
  }
  const [key = '', ...inner] = rest;
  return editsToInsert(text, holder ?? root, key, nested(inner, value), style);
}

/** An object in a text, changed field by field, so that what stands between the fields stays. */
function changedInside(text: string, path: readonly string[], found: Node, value: Entry): string {
  let now = text;
  for (const key of Object.keys(Object(toValue(found)))) {
    if (!Object.hasOwn(value, key)) now = edited(now, editsToRemove(now, [...path, key], false));
  }
  for (const [key, inner] of Object.entries(value)) {
    const present = findEntry(now, [...path, key]);
    if (present && JSON.stringify(toValue(present)) === JSON.stringify(inner)) continue;
    now = edited(now, editsToSet(now, [...path, key], inner));
  }
  const after = text.length - found.offset - found.length;
  return now.slice(found.offset, now.length - after);
}

/**
 * The edits that remove what is at a path of keys.
 *
 * @param withEmpty whether to also remove objects on the path that contain nothing else.
 * @throws {JsonFileError} for a text that can't be edited.
 */
export function editsToRemove(text: string, path: readonly string[], withEmpty: boolean): Edit[] {
  const found = walk(text, path).found;
  let property = found?.parent;
  if (!property) return [];
  for (let object = property.parent; withEmpty && object?.parent; object = property.parent) {
    if (object.children?.length !== 1 || object.parent.type !== 'property') break;
    property = object.parent;
  }
  return editsToDrop(text, property);
}

/** The text after the edits, which do not overlap. */
export function edited(text: string, edits: readonly Edit[]): string {
  let result = '';
  let from = 0;
  for (const { offset, length, content } of [...edits].sort((a, b) => a.offset - b.offset)) {
    result += text.slice(from, offset) + content;
    from = offset + length;
  }
  return result + text.slice(from);
}

/** The edits that drop comments inside a node. @param isDropped whether one of them is to go. */
export function editsToDropComments(
  text: string,
  { offset, length }: Node,
  isDropped: (comment: string) => boolean,
): Edit[] {
  const scanner = createScanner(text, false);
  scanner.setPosition(offset);
  const edits: Edit[] = [];
  while (scanner.getPosition() < offset + length) {
    scanner.scan();
    const [from, to] = [scanner.getTokenOffset(), scanner.getPosition()];
    const token = text.slice(from, to);
    const isComment = token.startsWith('//') || token.startsWith('/*');
    if (isComment && isDropped(token)) edits.push(wholeLines(text, from, to));
  }
  return edits;
}

/**
 * The one edit that makes a text another one, from the beginning of a line.
 *
 * @param from where it may begin: what is in front of that is not shown.
 */
export function editBetween(before: string, after: string, from: number): Edit {
  const max = Math.min(before.length, after.length);
  let start = 0;
  while (start < max && before[start] === after[start]) start += 1;
  start = Math.max(from, startOfLine(before, start));
  let end = 0;
  while (end < max - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return {
    offset: start,
    length: before.length - end - start,
    content: after.slice(start, after.length - end),
  };
}

/** A new file with a value at a path of keys. */
export function newFile(path: readonly string[], value: unknown): string {
  return `${JSON.stringify(nested(path, value), undefined, 2)}\n`;
}

/** Adds a value at a path of keys that does not exist yet. */
function nested(path: readonly string[], value: unknown): unknown {
  return path.reduceRight((inner, key) => Object.fromEntries([[key, inner]]), value);
}

/** The layout of a text. */
interface Style {
  eol: string;
  /** One step of indentation; undefined if everything is on one line. */
  unit: string | undefined;
}

function styleOf(text: string): Style {
  const eol = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
  // The first indented line is one level deep; a line of stars continues a comment.
  const unit = /[\r\n]([ \t]+)["{[]/.exec(text)?.[1];
  if (unit !== undefined) return { eol, unit };
  return {
    eol,
    unit: text.trim() === '{}' || /[\r\n]./.test(text) || isBlank(text) ? '  ' : undefined,
  };
}

/** A value as written after its key, in a line that begins with `indent`. */
function written(value: unknown, indent: string, { eol, unit }: Style): string {
  if (unit === undefined) return JSON.stringify(value);
  return JSON.stringify(value, undefined, unit)
    .split('\n')
    .join(eol + indent);
}

/** Edits for a text without a value, after its comments if there are any. */
function newText(text: string, value: unknown, style: Style): Edit {
  const isOpen = text !== '' && !'\r\n'.includes(text.slice(-1));
  const before = isOpen ? style.eol : '';
  return {
    offset: text.length,
    length: 0,
    content: before + written(value, '', style) + style.eol,
  };
}

function editsToInsert(
  text: string,
  object: Node,
  key: string,
  value: unknown,
  style: Style,
): Edit[] {
  const last = object.children?.at(-1);
  const end = last && last.offset + last.length;
  const spot: Spot = { object, last, end, comma: end && commaAfter(text, end) };
  const isOneLine = !/[\r\n]/.test(text.slice(object.offset, object.offset + object.length));
  const own = JSON.stringify(key);
  return style.unit === undefined || (last && isOneLine)
    ? [inLine(spot, `${own}: ${JSON.stringify(value)}`)]
    : onLines(text, spot, { eol: style.eol, unit: style.unit }, (indent) => {
        return `${own}: ${written(value, indent, style)}`;
      });
}

/** Where an object gets a new property. */
interface Spot {
  object: Node;
  /** The last property. */
  last: Node | undefined;
  /** Where it ends. */
  end: number | undefined;
  /** Where a comma follows it. */
  comma: number | undefined;
}

function inLine({ object, end, comma }: Spot, property: string): Edit {
  if (end === undefined) return { offset: object.offset + 1, length: 0, content: property };
  if (comma === undefined) return { offset: end, length: 0, content: `, ${property}` };
  return { offset: comma + 1, length: 0, content: ` ${property}` };
}

/** Adds a property after any comments; the whitespace before the bracket is rewritten. */
function onLines(
  text: string,
  { object, last, end, comma }: Spot,
  { eol, unit }: { eol: string; unit: string },
  property: (indent: string) => string,
): Edit[] {
  const close = object.offset + object.length - 1;
  const outer = indentAt(text, startsLine(text, close) ? close : object.offset);
  const indent = last && startsLine(text, last.offset) ? indentAt(text, last.offset) : outer + unit;
  const at = endOfContent(text, object.offset + 1, close);
  const content = `${eol}${indent}${property(indent)}${eol}${outer}`;
  const edit = { offset: at, length: close - at, content };
  if (end === undefined || comma !== undefined) return [edit];
  if (end === at) return [{ ...edit, content: `,${content}` }];
  return [{ offset: end, length: 0, content: ',' }, edit];
}

function editsToDrop(text: string, property: Node): Edit[] {
  const siblings = property.parent?.children ?? [];
  const before = siblings[siblings.indexOf(property) - 1];
  const end = property.offset + property.length;
  const comma = commaAfter(text, end);
  const ownEnd = comma === end ? end + 1 : end;
  const edits = [wholeLines(text, property.offset, ownEnd)];
  if (comma !== undefined && comma !== end) {
    edits.push({ offset: comma, length: 1, content: '' });
  }
  const endOfBefore = before && before.offset + before.length;
  if (comma === undefined && endOfBefore !== undefined) {
    const joint = commaAfter(text, endOfBefore);
    if (joint !== undefined) edits.push({ offset: joint, length: 1, content: '' });
  }
  return edits;
}

/** Removes a range, and its lines if nothing else is on them. */
function wholeLines(text: string, from: number, to: number): Edit {
  const start = startOfLine(text, from);
  const after = /^[ \t]*(?:\r\n|\n|\r)/.exec(text.slice(to))?.[0];
  if (startsLine(text, from) && after !== undefined) {
    return { offset: start, length: to + after.length - start, content: '' };
  }
  const blank = /^[ \t]/.test(text.slice(to, to + 1)) ? 1 : 0;
  return { offset: from, length: to + blank - from, content: '' };
}

/** The position of a comma after whitespace and comments; undefined if something else follows. */
function commaAfter(text: string, offset: number): number | undefined {
  const scanner = createScanner(text, true);
  scanner.setPosition(offset);
  scanner.scan();
  const next = scanner.getTokenOffset();
  return text.charAt(next) === ',' ? next : undefined;
}

/**
 * The end of the last line with content between two positions; spaces at its end may be part of a
 * comment.
 */
function endOfContent(text: string, from: number, to: number): number {
  let end = to;
  while (end > from && ' \t\r\n'.includes(text.charAt(end - 1))) end -= 1;
  const eol = text.slice(end, to).search(/[\r\n]/);
  return eol === -1 ? end : end + eol;
}

function startOfLine(text: string, offset: number): number {
  let start = offset;
  while (start > 0 && !'\r\n'.includes(text.charAt(start - 1))) start -= 1;
  return start;
}

/** The indentation of the line at a position. */
function indentAt(text: string, offset: number): string {
  const start = startOfLine(text, offset);
  let end = start;
  while (end < offset && ' \t'.includes(text.charAt(end))) end += 1;
  return text.slice(start, end);
}

function startsLine(text: string, offset: number): boolean {
  return startOfLine(text, offset) + indentAt(text, offset).length === offset;
}
