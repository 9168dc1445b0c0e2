import {
  createScanner,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { ClientFileError } from './client-file.ts';
import { isTooDeep, tooDeep } from './depth.ts';

/*
 * Reads the JSON of a client's file. It is always read with comments and trailing commas: which of these
 * a client accepts is its own affair.
 */

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

/** Follows a path of keys. @throws {JsonFileError} as `findEntry` does for the path. */
export function walk(text: string, path: readonly string[]): Walk {
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

/** The value of a key of an object. @throws {JsonFileError} if the object has the key twice. */
function valueAt(object: Node, key: string, text: string): Node | undefined {
  const named = (object.children ?? []).filter(({ children }) => children?.[0]?.value === key);
  const [first, second] = named;
  if (second) throw twice(key, text, second);
  return first?.children?.[1];
}

/** The objects with this key, wherever they are in a tree. */
export function objectsUnder(key: string, node: Node | undefined): Node[] {
  const [name, value] = node?.type === 'property' ? (node.children ?? []) : [];
  const own = name?.value === key && value?.type === 'object' ? [value] : [];
  return [...own, ...(node?.children ?? []).flatMap((child) => objectsUnder(key, child))];
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

/** The value of a node. Keys such as `__proto__` remain plain keys. */
export function toValue(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(toValue);
  if (node.type !== 'object') return node.value;
  const entries = (node.children ?? []).flatMap(({ children: [key, value] = [] }) =>
    key && value ? [[String(key.value), toValue(value)] as const] : [],
  );
  return Object.fromEntries(entries);
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

/**
 * Whether two strings contain the same JSON in the same order; a blank one is an empty object. Numbers are
 * compared as they are written, because those of JavaScript lose digits: 1.0 is the same as 1.
 */
export function isSameJson(one: string, other: string): boolean {
  const empty: Node = { type: 'object', offset: 0, length: 0, children: [] };
  const [a, b] = [one, other].map((text) => ({ text, node: parseJson(text) ?? empty }));
  return a !== undefined && b !== undefined && isSameNode(a, b);
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

/** Whether there is nothing but whitespace and complete comments. */
export function isBlank(text: string): boolean {
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
