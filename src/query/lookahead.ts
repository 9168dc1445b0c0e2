import { catalog } from './catalog.ts';
import { isUnit } from './durations.ts';
import { maxNesting } from './limits.ts';
import { jointMeant } from './suggest.ts';
import type { TokenStream } from './token-stream.ts';
import { isSymbol, isValue, keywordOf } from './tokens.ts';

/*
 * What is next in a query, also where it is written wrongly: found by looking ahead, without taking
 * or reporting anything.
 */

/** Whether a literal is next: a minus counts as one before a number only. */
export function atLiteral(tokens: TokenStream): boolean {
  const { token } = tokens;
  if (isSymbol(token, '-')) return tokens.peek().kind === 'number';
  if (token.kind === 'name')
    return /^(true|false)$/i.test(token.text) && !isSymbol(tokens.peek(), '(');
  return token.kind !== 'symbol' && token.kind !== 'end';
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

/** Whether a word is next that stands for a joint, as in `vip XOR trait(…)`. */
export function atMisspeltJoint(tokens: TokenStream): boolean {
  const begins = tokens.peek().kind === 'name' && isSymbol(tokens.peek(2), '(');
  return begins && jointMeant(tokens.token.text) !== undefined;
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
