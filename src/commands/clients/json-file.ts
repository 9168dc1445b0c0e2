import {
  createScanner,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { ClientFileError } from './client-file.ts';
import { isTooDeep, tooDeep } from './depth.ts';
import { type Entry, isTable } from './entry.ts';

/*
 * Edits a client's file as text, so that its comments, indentation and all other entries survive.
 * JSON is always read with comments and trailing commas: which of these a client accepts is its own
 * affair.
 */

/** One replacement in a text. */
export interface Edit {
  offset: number;
  length: number;
  content: string;
}

/** Why a file can't be edited, to complete a sentence about it. */
export class JsonFileError extends Error {
  override name = 'JsonFileError';
  readonly line: number | undefined;
  readonly column: number | undefined;

  /** @param offset the position in the text, if the problem has one. */
  constructor(reason: string, text: string, offset?: number) {
    super(reason);
    if (offset === undefined) return;
    const before = text.slice(0, offset).split(/\r\n|\n|\r/);
    this.line = before.length;
    this.column = (before.at(-1)?.length ?? 0) + 1;
  }
}

/**
 * Reads or edits the JSON of a client's file.
 *
 * @throws {ClientFileError} with line and column in place of a `JsonFileError`.
 */
export function ofClient<Result>(act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof JsonFileError)) throw error;
    throw new ClientFileError(error.message, error.line, error.column);
  }
}

/** jsonc-parser's names for errors, in words. */
const errorsInWords: Readonly<Record<string, string>> = {
  InvalidSymbol: 'an unknown word',
  InvalidNumberFormat: 'an invalid number',
  PropertyNameExpected: 'a quoted key is missing',
  ValueExpected: 'a value is missing',
  ColonExpected: 'a colon is missing',
  CommaExpected: 'a comma is missing',
  CloseBraceExpected: 'a } is missing',
  CloseBracketExpected: 'a ] is missing',
  EndOfFileExpected: 'text after the end',
  InvalidCommentToken: 'an invalid comment',
  UnexpectedEndOfComment: 'an unterminated comment',
  UnexpectedEndOfString: 'an unterminated string',
  UnexpectedEndOfNumber: 'an unterminated number',
  InvalidUnicode: 'an invalid escape in a string',
  InvalidEscapeCharacter: 'an invalid escape in a string',
  InvalidCharacter: 'a control character in a string',
};

/**
 * The tree of a text; undefined if it contains nothing but whitespace and comments.
 *
 * @throws {JsonFileError} with the first syntax error, or for a text that is nested too deeply.
 */
export function parseJson(text: string): Node | undefined {
  if (isBlank(text)) return undefined;
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(text, errors, { allowTrailingComma: true });
  } catch (error) {
    if (error instanceof RangeError) throw new JsonFileError(tooDeep, text);
    throw error;
  }
  const [first] = errors;
  if (first) {
    const name = printParseErrorCode(first.error);
    throw new JsonFileError(
      `is not valid JSON: ${errorsInWords[name] ?? name}`,
      text,
      first.offset,
    );
  }
  if (root && isTooDeep(root, ({ children = [] }) => children)) {
    throw new JsonFileError(tooDeep, text);
  }
  return root;
}

/**
 * The entry at a path of keys.
 *
 * @throws {JsonFileError} if something on the path is not an object, or if it or anything in the entry
 * appears twice: which one counts depends on who reads it, and the other may hold a secret.
 */
export function findEntry(text: string, path: readonly string[]): Node | undefined {
  const { found } = walk(text, path);
  if (found) assertOnce(found, text);
  return found;
}

/**
 * The entries of the object at a path of keys; none if there is no such object.
 *
 * @param own the key of our entry: what appears twice in others is no concern of ours.
 * @throws {JsonFileError} as `findEntry` does for the object, and for our entry in it.
 */
export function entriesAt(
  text: string,
  path: readonly string[],
  own: string,
): [key: string, value: unknown][] {
  const { found } = walk(text, path);
  if (found?.type !== 'object') return [];
  const ours = valueAt(found, own, text);
  if (ours) assertOnce(ours, text);
  return Object.entries(Object(toValue(found)));
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

/**
 * Whether two strings contain the same JSON in the same order; a blank one is an empty object. Numbers are
 * compared as they are written, because those of JavaScript lose digits: 1.0 is the same as 1.
 */
export function isSameJson(one: string, other: string): boolean {
  const empty: Node = { type: 'object', offset: 0, length: 0, children: [] };
  const [a, b] = [one, other].map((text) => ({ text, node: parseJson(text) ?? empty }));
  return a !== undefined && b !== undefined && isSameNode(a, b);
}

/** The comments of a text in their order, whatever the line breaks in them. */
export function commentsIn(text: string): string[] {
  const scanner = createScanner(text, false);
  const found: string[] = [];
  while (scanner.getPosition() < text.length) {
    scanner.scan();
    const token = text.slice(scanner.getTokenOffset(), scanner.getPosition());
    if (token.startsWith('//') || token.startsWith('/*')) found.push(token.trim());
  }
  return found;
}

/** The comments inside a node of a text. */
export function commentsInside(text: string, { offset, length }: Node): string[] {
  return commentsIn(text.slice(offset, offset + length));
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

/** The value of a node. Keys such as `__proto__` remain plain keys. */
export function toValue(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(toValue);
  if (node.type !== 'object') return node.value;
  const entries = (node.children ?? []).flatMap(({ children: [key, value] = [] }) =>
    key && value ? [[String(key.value), toValue(value)] as const] : [],
  );
  return Object.fromEntries(entries);
}

/** A new file with a value at a path of keys. */
export function newFile(path: readonly string[], value: unknown): string {
  return `${JSON.stringify(nested(path, value), undefined, 2)}\n`;
}

/** A node in its text. */
interface InText {
  text: string;
  node: Node;
}

function isSameNode(a: InText, b: InText): boolean {
  const [as, bs] = [a.node.children ?? [], b.node.children ?? []];
  if (a.node.type !== b.node.type || as.length !== bs.length) return false;
  if (scalarIn(a) !== scalarIn(b)) return false;
  return as.every((child, index) => {
    const other = bs[index];
    return other !== undefined && isSameNode({ ...a, node: child }, { ...b, node: other });
  });
}

function scalarIn({ text, node: { type, value, offset, length } }: InText): unknown {
  return type === 'number' ? exactNumber(text.slice(offset, offset + length)) : value;
}

/** A number of JSON in one form, with all its digits: `-12.50` is `-125e-1`. */
function exactNumber(literal: string): string {
  const [mantissa = '', exponent = '0'] = literal.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = whole + fraction;
  let [start, end] = [0, digits.length];
  while (digits[start] === '0') start += 1;
  while (end > start && digits[end - 1] === '0') end -= 1;
  const power = BigInt(exponent) + BigInt(whole.length - end);
  const sign = mantissa.startsWith('-') ? '-' : '';
  return start === end ? `${sign}0` : `${sign}${digits.slice(start, end)}e${power}`;
}

/** How far a path of keys leads in a tree. */
interface Walk {
  root: Node | undefined;
  /** The node at its end. */
  found: Node | undefined;
  /** The last object on the path. */
  holder: Node | undefined;
  /** The remaining keys. */
  rest: readonly string[];
}

function walk(text: string, path: readonly string[]): Walk {
  const root = parseJson(text);
  let node = root;
  let holder: Node | undefined;
  for (const [index, key] of path.entries()) {
    if (!node) return { root, found: undefined, holder, rest: path.slice(index - 1) };
    if (node.type !== 'object') {
      const what =
        index === 0 ? 'does not contain an object' : `has no object under "${path[index - 1]}"`;
      throw new JsonFileError(what, text, node.offset);
    }
    holder = node;
    node = valueAt(node, key, text);
  }
  return { root, found: node, holder, rest: path.slice(-1) };
}

/** The value of a key of an object. @throws {JsonFileError} if the object has the key twice. */
function valueAt(object: Node, key: string, text: string): Node | undefined {
  const named = (object.children ?? []).filter(({ children }) => children?.[0]?.value === key);
  const [first, second] = named;
  if (second) throw twice(key, text, second);
  return first?.children?.[1];
}

/** @throws {JsonFileError} if an object in a node has a key twice. */
function assertOnce({ children = [] }: Node, text: string): void {
  const keys = new Set<string>();
  for (const child of children) {
    assertOnce(child, text);
    if (child.type !== 'property') continue;
    const key = String(child.children?.[0]?.value);
    if (keys.has(key)) throw twice(key, text, child);
    keys.add(key);
  }
}

function twice(key: string, text: string, { offset }: Node): JsonFileError {
  return new JsonFileError(`has "${key}" twice`, text, offset);
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

/** Whether there is nothing but whitespace and complete comments. */
function isBlank(text: string): boolean {
  const trivia = createScanner(text, false);
  const token = createScanner(text, true);
  token.scan();
  if (token.getTokenOffset() < text.length) return false;
  while (trivia.getPosition() < text.length) {
    trivia.scan();
    if (trivia.getTokenError() !== 0) return false;
  }
  return true;
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
