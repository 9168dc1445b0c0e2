import type { Span } from './ast.ts';
import { isFilter } from './catalog.ts';
import { emptyLabels } from './equivalents.ts';
import { helpForDate, helpForPattern } from './help.ts';
import { prefixKinds, takeKeyword } from './keywords.ts';
import { atBareWord, beginsCondition, isArithmetic } from './lookahead.ts';
import { reportArithmetic, reportUnknown } from './read-values.ts';
import { conjunctionMeant } from './suggest.ts';
import type { TokenStream } from './token-stream.ts';
import {
  describeToken,
  isClosing,
  isConjunction,
  isOpening,
  isSymbol,
  isValue,
  keywordOf,
  type Token,
} from './tokens.ts';

/*
 * Handles what is before, between and after conditions without being part of one: labels, words,
 * brackets.
 */

/** Takes a label such as `query:` before a definition. */
export function takeLabel(tokens: TokenStream): void {
  const { token } = tokens;
  if (token.kind !== 'name' || !isSymbol(tokens.peek(), ':')) return;
  const isEmpty = emptyLabels.has(token.text.toLowerCase());
  tokens.take(2);
  const span = { start: token.start, end: isEmpty ? tokens.token.start : tokens.lastEnd };
  tokens.error('label', span, `"${token.text}:" is not part of a definition.`, {
    help: 'Start with the first condition.',
    fix: isEmpty ? { ...span, text: '' } : undefined,
  });
}

/** Reports a token that does not belong here. @param more what to do about it. */
function reportStray(
  tokens: TokenStream,
  stray: Token,
  span: Span,
  more: Parameters<TokenStream['error']>[3],
): void {
  if (isArithmetic(stray)) reportArithmetic(tokens, span);
  else if (stray.kind === 'unknown') reportUnknown(tokens, stray);
  else tokens.error('unexpected', span, `${describeToken(stray)} does not belong here.`, more);
}

/** Skips words in parentheses after a condition. */
export function skipParenthesis(tokens: TokenStream): false {
  const { token } = tokens;
  tokens.findings.breakAt(tokens.lastEnd);
  tokens.skipCondition();
  const span = tokens.spanFrom(token.start);
  tokens.error('unexpected', span, `"${tokens.textOf(span)}" does not belong here.`, {
    help: 'Write it as a condition, joined with AND or OR, or as a filter.',
  });
  return false;
}

/**
 * `… >= 1 where property('x') = 1`: where it ends is ambiguous.
 *
 * @param before where the preceding condition ends.
 */
function skipFilterInWords(tokens: TokenStream, name: Token, before: number): false {
  tokens.findings.breakAt(before);
  tokens.skipCondition();
  const filter = name.text.toLowerCase();
  const span = tokens.spanFrom(name.start);
  tokens.error('late-filter', span, 'A filter must come before the reducer, such as .count().', {
    help: `Write it as .${filter}(…), directly after the event or entity.`,
  });
  return false;
}

/** Reports words that are not a conjunction. @returns whether a condition follows them. */
export function takeUnknownWords(tokens: TokenStream): boolean {
  const before = tokens.lastEnd;
  const first = tokens.next();
  if (isFilter(first.text.toLowerCase())) return skipFilterInWords(tokens, first, before);
  const meant = conjunctionMeant(first.text);
  while (!meant && atBareWord(tokens) && !beginsCondition(tokens)) tokens.next();
  const span = tokens.spanFrom(first.start);
  const follows = beginsWholeCondition(tokens);
  const text = tokens.textOf(span);
  const fix = meant && follows ? { ...span, text: meant } : undefined;
  const { end } = span;
  const saysNothing = /^times?$/i.test(text) && isEndOfCondition(tokens.token);
  tokens.error('unknown-word', span, `"${text}" can't join two conditions.`, {
    help: meant ? `Did you mean ${meant}?` : helpForWords(tokens, span, follows),
    fix: saysNothing ? { start: before, end, text: '' } : fix,
  });
  if (follows) return true;
  tokens.findings.breakAt(before);
  tokens.skipCondition();
  return false;
}

/** @param follows whether a condition comes after the words. */
function helpForWords(tokens: TokenStream, span: Span, follows: boolean): string {
  const words = tokens.textOf(span);
  if (/^(?:i?like|rlike|regexp?|matches|similar)\b/i.test(words)) return helpForPattern;
  if (!follows && /\b\d+ \p{L}/u.test(words + tokens.textOf(restOf(tokens)))) return helpForDate;
  return 'Join conditions with AND or OR.';
}

/** The next two tokens. */
function restOf(tokens: TokenStream): Span {
  return { start: tokens.lastEnd, end: tokens.peek(1).end };
}

/** Whether a condition follows any prefixes, and not a list of values: `ANY ('a', 'b')`. */
function beginsWholeCondition(tokens: TokenStream): boolean {
  let ahead = 0;
  while (isPrefix(tokens.peek(ahead))) ahead += 1;
  if (!beginsCondition(tokens, ahead)) return false;
  return !(isOpening(tokens.peek(ahead)) && isValue(tokens.peek(ahead + 1)));
}

function isPrefix(token: Token): boolean {
  const keyword = keywordOf(token);
  return keyword !== undefined && prefixKinds[keyword] !== undefined;
}

/** Skips conditions separated by commas, as in `ANY(a, b)`. */
export function skipMoreConditions(tokens: TokenStream): void {
  const { token } = tokens;
  tokens.skipToClose();
  tokens.error('unexpected', token, '"," does not belong here.', {
    help: 'Write AND between conditions if all must be true, OR if one is enough.',
  });
}

/** Skips words such as "ago", which belong to a length of time where none is allowed. */
export function takeDirection(tokens: TokenStream): void {
  if (/^(?:ago|from|back|before|earlier)$/i.test(tokens.token.text)) tokens.skipCondition();
}

/**
 * Takes what does not belong after a condition, up to where the next one may start.
 *
 * @returns whether another condition starts there.
 */
export function takeStray(tokens: TokenStream): boolean {
  tokens.findings.breakAt(tokens.lastEnd);
  const stray = tokens.next();
  const isBracket = isClosing(stray);
  while (isBracket && isClosing(tokens.token)) tokens.next();
  const span = tokens.spanFrom(stray.start);
  const divides = isSymbol(stray, ',') && !tokens.atEnd;
  const isSurplus = tokens.atEnd && /^[.,]$/.test(stray.text);
  reportStray(tokens, stray, span, {
    help: divides
      ? 'Write AND between conditions if all must be true, OR if one is enough.'
      : 'Remove it, or join what follows with AND or OR.',
    fix: isSurplus ? { ...span, text: '' } : undefined,
  });
  if (!divides || !beginsCondition(tokens)) tokens.skipCondition();
  if (!isConjunction(tokens.token)) return divides && !tokens.atEnd && !isClosing(tokens.token);
  takeKeyword(tokens);
  return true;
}

/**
 * Skips the rest of a condition that was read only in part, and arithmetic, which the language does
 * not have.
 */
export function takeRest(tokens: TokenStream, isReported: boolean): void {
  const { token } = tokens;
  if (isArithmetic(token)) {
    tokens.findings.breakAt(tokens.lastEnd);
    tokens.skipCondition();
    reportArithmetic(tokens, tokens.spanFrom(token.start));
  } else if (
    isReported &&
    !isConjunction(token) &&
    !beginsCondition(tokens, Number(token.kind === 'name'))
  ) {
    tokens.skipCondition();
  }
}

/** Whether a token ends a condition. */
export function isEndOfCondition(token: Token): boolean {
  return token.kind === 'end' || isConjunction(token) || isClosing(token) || isSymbol(token, ',');
}
