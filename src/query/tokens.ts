import type { Span } from './ast.ts';

/*
 * The tokens of a query, and what a single one shows.
 */

/**
 * A token. `text` is as written, for a string without its quotes. `unknown` stands for characters
 * without a meaning in the language.
 */
export interface Token extends Span {
  kind: 'name' | 'string' | 'number' | 'date' | 'timestamp' | 'symbol' | 'unknown' | 'end';
  text: string;
  /** Set for a string without a closing quote, and for the end if such a string was cut off. */
  isOpen?: boolean;
}

/** Whether a token is this symbol. */
export function isSymbol(token: Token, text: string): boolean {
  return token.kind === 'symbol' && token.text === text;
}

/** Whether a token opens a bracket. */
export function isOpening({ kind, text }: Token): boolean {
  return kind === 'symbol' && (text === '(' || text === '{' || text === '[');
}

/** Whether a token closes a bracket. */
export function isClosing({ kind, text }: Token): boolean {
  return kind === 'symbol' && (text === ')' || text === '}' || text === ']');
}

/** Whether a token joins conditions, correctly written or not. */
export function isConjunction(token: Token): boolean {
  if (token.kind === 'symbol') return /^(&&?|\|\|?)$/.test(token.text);
  return token.kind === 'name' && /^(and|or)$/i.test(token.text);
}

/** Whether a token is a comparison operator, correctly written or not. */
export function isOperator(token: Token): boolean {
  return token.kind === 'symbol' && /^[<>=!≥≤≠]+$/.test(token.text) && token.text !== '!';
}

/** The words that join and modify conditions. */
export type Keyword = 'AND' | 'OR' | 'NOT' | 'ANY' | 'ALL';

const symbolKeywords: Readonly<Record<string, Keyword>> = {
  '&&': 'AND',
  '&': 'AND',
  '||': 'OR',
  '|': 'OR',
  '!': 'NOT',
};

/** The keyword that a token is or stands for, ignoring case. */
export function keywordOf(token: Token): Keyword | undefined {
  if (token.kind === 'symbol') return symbolKeywords[token.text];
  // All keywords have two or three letters.
  if (token.kind !== 'name' || token.text.length > 3) return undefined;
  const word = token.text.toUpperCase();
  return word === 'AND' || word === 'OR' || word === 'NOT' || word === 'ANY' || word === 'ALL'
    ? word
    : undefined;
}

/** Whether a token alone is a value. */
export function isValue({ kind, text }: Token): boolean {
  if (kind === 'name') return /^(true|false)$/i.test(text);
  return kind === 'number' || kind === 'string' || kind === 'date' || kind === 'timestamp';
}

/** Whether a token may be part of a string without its quotes. */
export function isPartOfText({ kind, text }: Token): boolean {
  return kind === 'name' || kind === 'number' || (kind === 'symbol' && /^[-&:.|]$/.test(text));
}

/** Whether a token is what other languages call null. */
export function isNull({ kind, text }: Token): boolean {
  return kind === 'name' && /^(null|nil|none|undefined)$/i.test(text);
}

/** Only the span of a token or anything else that has one. */
export function spanOf({ start, end }: Span): Span {
  return { start, end };
}

/** The words for a token in a message. */
export function describeToken(token: Token): string {
  if (token.kind === 'end') return 'the end';
  return token.kind === 'string' ? `'${token.text}'` : `"${token.text}"`;
}
