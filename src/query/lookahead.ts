import { catalog } from './catalog.ts';
import { isUnit, unitNamed } from './durations.ts';
import { wordsOfPresent } from './equivalents.ts';
import { maxNesting } from './limits.ts';
import type { TokenStream } from './token-stream.ts';
import { isConjunction, isSymbol, isValue, keywordOf, type Token } from './tokens.ts';

/*
 * Lookahead: what is next in a query, correct or not, without taking or reporting anything.
 */

/** Whether a literal is at this distance; a minus counts only before a number. */
export function atLiteral(tokens: TokenStream, ahead = 0): boolean {
  const [token, after] = [tokens.peek(ahead), tokens.peek(ahead + 1)];
  if (isSymbol(token, '-')) return after.kind === 'number';
  if (token.kind === 'name') return /^(true|false)$/i.test(token.text) && !isSymbol(after, '(');
  return token.kind !== 'symbol' && token.kind !== 'unknown' && token.kind !== 'end';
}

/** Whether a fixed value or a length of time in parentheses is next. */
export function atParenthesizedValue(tokens: TokenStream): boolean {
  let open = 0;
  while (open < maxNesting && isSymbol(tokens.peek(open), '(')) open += 1;
  if (open === 0) return false;
  const number = isSymbol(tokens.peek(open), '-') ? open + 1 : open;
  const hasUnit = atDuration(tokens, open);
  const after = tokens.peek(number + (hasUnit ? 2 : 1));
  return isValue(tokens.peek(number)) && isSymbol(after, ')');
}

/** Whether a number with a unit, known or not, is this many tokens ahead. */
export function atDuration(tokens: TokenStream, ahead = 0): boolean {
  const number = isSymbol(tokens.peek(ahead), '-') ? ahead + 1 : ahead;
  const unit = tokens.peek(number + 1);
  return (
    tokens.peek(number).kind === 'number' &&
    unit.kind === 'name' &&
    unit.text !== 'as' &&
    keywordOf(unit) === undefined
  );
}

/** Whether a number with a known unit is next. */
export function atKnownDuration(tokens: TokenStream): boolean {
  const unit = tokens.peek(isSymbol(tokens.token, '-') ? 2 : 1);
  return atDuration(tokens) && isUnit(unit.text);
}

/** Whether a number with a unit, possibly abbreviated, is this many tokens ahead. */
export function atKnownDurationAhead(tokens: TokenStream, ahead: number): boolean {
  const [number, unit] = [tokens.peek(ahead), tokens.peek(ahead + 1)];
  return number.kind === 'number' && unit.kind === 'name' && unitNamed(unit.text) !== undefined;
}

/** Whether a unit with its number after it is next, as in `days 7`. */
export function atReversedDuration(tokens: TokenStream): boolean {
  const { token } = tokens;
  return token.kind === 'name' && isUnit(token.text) && tokens.peek().kind === 'number';
}

/** How many words come before a duration, as in `last 7 days`; 0 if no duration follows. */
export function countWordsBeforeDuration(tokens: TokenStream): number {
  let words = 0;
  while (tokens.peek(words).kind === 'name' && !isSymbol(tokens.peek(words + 1), '(')) words += 1;
  return words > 0 && atDuration(tokens, words) ? words : 0;
}

/**
 * Whether a word that is not a call is at this distance: most likely a name or a string without
 * quotes.
 */
export function atBareWord(tokens: TokenStream, ahead = 0): boolean {
  const token = tokens.peek(ahead);
  const after = tokens.peek(ahead + 1);
  return (
    token.kind === 'name' &&
    keywordOf(token) === undefined &&
    !isSymbol(after, '(') &&
    !isSymbol(after, '.') &&
    after.kind !== 'string' &&
    !catalog.has(token.text)
  );
}

/**
 * How many words make up the rest of an argument, if nothing else does: then they are one string
 * without its quotes.
 */
export function countWordsOfArgument(tokens: TokenStream): number {
  if (tokens.token.kind !== 'name') return 0;
  const words = 1 + tokens.countTextTokens();
  const after = tokens.peek(words);
  return isSymbol(after, ')') || isSymbol(after, ',') ? words : 0;
}

/** Whether a condition starts this many tokens ahead, as far as two tokens show. */
export function beginsCondition(tokens: TokenStream, ahead = 0): boolean {
  const [token, after] = [tokens.peek(ahead), tokens.peek(ahead + 1)];
  const keyword = keywordOf(token);
  if (keyword) return keyword !== 'AND' && keyword !== 'OR';
  if (token.kind === 'symbol') return /^[({[]$/.test(token.text);
  if (token.kind !== 'name' || token.text === 'as') return false;
  const isExtractor = catalog.get(token.text)?.kind === 'extractor';
  return isSymbol(after, '(') || (isExtractor && after.kind === 'string');
}

/** How many words come before a condition without being part of it, as in `EVERY event('A')`. */
export function countWordsBeforeCondition(tokens: TokenStream): number {
  let words = 0;
  while (atBareWord(tokens, words)) words += 1;
  const next = tokens.peek(words);
  const isCondition = next.kind === 'name' && beginsCondition(tokens, words);
  return words > 0 && isCondition && !isConjunction(next) ? words : 0;
}

/** Whether a name is next that is neither called nor the name of a function. */
export function atBareName(tokens: TokenStream): boolean {
  const [token, after] = [tokens.token, tokens.peek()];
  if (token.kind !== 'name' || isSymbol(after, '(') || after.kind === 'string') return false;
  return !catalog.has(token.text);
}

/** How many words that are not calls are next. */
export function countBareWords(tokens: TokenStream): number {
  let words = 0;
  while (atBareWord(tokens, words)) words += 1;
  return Math.max(words, 1);
}

/** Whether values in brackets are next: `('a', 'b')`, `('a' OR 'b')`, `['a']`. */
export function atListOfValues(tokens: TokenStream): boolean {
  if (!isValue(tokens.peek())) return false;
  if (isSymbol(tokens.token, '[')) return true;
  if (!isSymbol(tokens.token, '(')) return false;
  const divider = tokens.peek(2);
  return isSymbol(divider, ',') || (isConjunction(divider) && isValue(tokens.peek(3)));
}

/**
 * How many tokens make up further strings after commas, up to the end of a condition; 0 if anything
 * else is next.
 */
export function countMoreStrings(tokens: TokenStream): number {
  let count = 0;
  while (isSymbol(tokens.peek(count), ',') && tokens.peek(count + 1).kind === 'string') count += 2;
  const after = tokens.peek(count);
  const isEnd = after.kind === 'end' || isConjunction(after) || isSymbol(after, ')');
  return isEnd ? count : 0;
}

/** Whether a call is this many tokens ahead. */
export function beginsCall(tokens: TokenStream, ahead = 0): boolean {
  return tokens.peek(ahead).kind === 'name' && isSymbol(tokens.peek(ahead + 1), '(');
}

/** How many tokens make up a name for the current time, such as `now()` or `today`; 0 if none. */
export function countTokensOfPresent(tokens: TokenStream): number {
  const { kind, text } = tokens.token;
  if (kind !== 'name' || !wordsOfPresent.has(text.toLowerCase())) return 0;
  return isSymbol(tokens.peek(), '(') && isSymbol(tokens.peek(2), ')') ? 3 : 1;
}

/** How many tokens make up a number with commas and no spaces; 0 if none. */
export function countTokensOfGroupedNumber(tokens: TokenStream): number {
  let count = 0;
  while (
    tokens.peek(count).kind === 'number' &&
    isSymbol(tokens.peek(count + 1), ',') &&
    tokens.peek(count + 2).kind === 'number' &&
    tokens.peek(count).end === tokens.peek(count + 1).start &&
    tokens.peek(count + 1).end === tokens.peek(count + 2).start
  ) {
    count += 2;
  }
  return count === 0 ? 0 : count + 1;
}

/** Whether a token is arithmetic, which the language does not have. */
export function isArithmetic({ kind, text }: Token): boolean {
  if (kind === 'number') return text.startsWith('+');
  return kind === 'symbol' ? text === '-' : kind === 'unknown' && /^[*/+^]+$/.test(text);
}
