import { catalog } from './catalog.ts';
import { isUnit, unitNamed } from './durations.ts';
import { wordsOfPresent } from './equivalents.ts';
import { maxNesting } from './limits.ts';
import type { TokenStream } from './token-stream.ts';
import { isJoint, isSymbol, isValue, keywordOf, type Token } from './tokens.ts';

/*
 * What is next in a query, also where it is written wrongly: found by looking ahead, without taking
 * or reporting anything.
 */

/** Whether a literal is so far ahead: a minus counts as one before a number only. */
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

/** Whether a number with a unit, known or not, is so many tokens ahead. */
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

/** Whether a number with a unit that is known is next. */
export function atKnownDuration(tokens: TokenStream): boolean {
  const unit = tokens.peek(isSymbol(tokens.token, '-') ? 2 : 1);
  return atDuration(tokens) && isUnit(unit.text);
}

/** Whether a number with a unit, also a shortened one, is so many tokens ahead. */
export function atKnownDurationAhead(tokens: TokenStream, ahead: number): boolean {
  const [number, unit] = [tokens.peek(ahead), tokens.peek(ahead + 1)];
  return number.kind === 'number' && unit.kind === 'name' && unitNamed(unit.text) !== undefined;
}

/** Whether a unit is next with its number after it, as in `days 7`. */
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

/** Whether a word is so far ahead that is no call: most likely a name or a text without quotes. */
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
 * How many words come before the end of an argument, if nothing else does: then they are all one
 * text whose quotes were forgotten.
 */
export function countWordsOfArgument(tokens: TokenStream): number {
  if (tokens.token.kind !== 'name') return 0;
  const words = 1 + tokens.countTextTokens();
  const after = tokens.peek(words);
  return isSymbol(after, ')') || isSymbol(after, ',') ? words : 0;
}

/** Whether a condition begins so many tokens ahead, as far as two tokens show. */
export function beginsCondition(tokens: TokenStream, ahead = 0): boolean {
  const [token, after] = [tokens.peek(ahead), tokens.peek(ahead + 1)];
  const keyword = keywordOf(token);
  if (keyword) return keyword !== 'AND' && keyword !== 'OR';
  if (token.kind === 'symbol') return /^[({[]$/.test(token.text);
  if (token.kind !== 'name' || token.text === 'as') return false;
  return isSymbol(after, '(') || (catalog.has(token.text) && after.kind === 'string');
}

/** How many words stand before a condition that is no part of them, as in `EVERY event('A')`. */
export function countWordsBeforeCondition(tokens: TokenStream): number {
  let words = 0;
  while (atBareWord(tokens, words)) words += 1;
  const next = tokens.peek(words);
  const isCondition = next.kind === 'name' && beginsCondition(tokens, words);
  return words > 0 && isCondition && !isJoint(next) ? words : 0;
}

/** Whether a name is next that neither is called nor is the name of a function. */
export function atBareName(tokens: TokenStream): boolean {
  const [token, after] = [tokens.token, tokens.peek()];
  if (token.kind !== 'name' || isSymbol(after, '(') || after.kind === 'string') return false;
  return !catalog.has(token.text);
}

/** How many words are next that are no calls. */
export function countBareWords(tokens: TokenStream): number {
  let words = 0;
  while (atBareWord(tokens, words)) words += 1;
  return Math.max(words, 1);
}

/** Whether values in brackets are next: `('a', 'b')`, `['a']`. */
export function atListOfValues(tokens: TokenStream): boolean {
  if (!isValue(tokens.peek())) return false;
  if (isSymbol(tokens.token, '[')) return true;
  return isSymbol(tokens.token, '(') && isSymbol(tokens.peek(2), ',');
}

/** How many tokens are more strings behind commas, up to the end of a condition; 0 if anything else is next. */
export function countMoreStrings(tokens: TokenStream): number {
  let count = 0;
  while (isSymbol(tokens.peek(count), ',') && tokens.peek(count + 1).kind === 'string') count += 2;
  const after = tokens.peek(count);
  const isEnd = after.kind === 'end' || isJoint(after) || isSymbol(after, ')');
  return isEnd ? count : 0;
}

/** Whether a call is so many tokens ahead. */
export function beginsCall(tokens: TokenStream, ahead = 0): boolean {
  return tokens.peek(ahead).kind === 'name' && isSymbol(tokens.peek(ahead + 1), '(');
}

/** How many tokens name the present time, as `now()` and `today` do; 0 if none. */
export function countTokensOfPresent(tokens: TokenStream): number {
  const { kind, text } = tokens.token;
  if (kind !== 'name' || !wordsOfPresent.has(text.toLowerCase())) return 0;
  return isSymbol(tokens.peek(), '(') && isSymbol(tokens.peek(2), ')') ? 3 : 1;
}

/** How many tokens make up a number with commas, without blanks between them; 0 if none. */
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

/** Whether a token computes: there is no arithmetic in the language. */
export function isArithmetic({ kind, text }: Token): boolean {
  if (kind === 'number') return text.startsWith('+');
  return kind === 'symbol' ? text === '-' : kind === 'unknown' && /^[*/+^]+$/.test(text);
}
