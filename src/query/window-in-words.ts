import type { Chain } from './ast.ts';
import { reducerOf, windowFilter } from './catalog.ts';
import { isOverThePast, wordsOfWindows } from './equivalents.ts';
import { atKnownDurationAhead } from './lookahead.ts';
import type { TokenStream } from './token-stream.ts';

/*
 * A window after the comparison, as people write it: `… >= 1 in the last 7 days`.
 */

/**
 * How many words of a window come before its length, including a leading "times"; 0 if no window is
 * next.
 */
export function countWordsOfWindow(tokens: TokenStream): number {
  const isTimes = tokens.token.kind === 'name' && /^times?$/i.test(tokens.token.text);
  const from = isTimes ? 1 : 0;
  let words = from;
  while (words < from + 5 && isOfWindow(tokens, words)) words += 1;
  return words > from && atKnownDurationAhead(tokens, words) ? words : 0;
}

function isOfWindow(tokens: TokenStream, ahead: number): boolean {
  const { kind, text } = tokens.peek(ahead);
  if (kind !== 'name') return false;
  return (
    wordsOfWindows.has(text.toLowerCase()) ||
    isOverThePast((further) => tokens.peek(ahead + further).text)
  );
}

/**
 * A chain that ends in a comparison, with a filter inserted before its reducer.
 *
 * @param filter the text of the filter, with its dot. @returns undefined if nothing is reduced.
 */
export function withFilter(
  chain: Chain,
  filter: string,
  query: string,
): { start: number; text: string } | undefined {
  const at = chain.calls.findLastIndex((call) => reducerOf(call) !== undefined);
  const reducer = chain.calls.findIndex((call) => reducerOf(call) !== undefined);
  const before = chain.calls[Math.min(at, reducer) - 1];
  return before && { start: before.end, text: filter + query.slice(before.end, chain.end) };
}

/** A window of this length, as text. */
export function windowOf(length: string): string {
  return `.${windowFilter}(${length})`;
}
