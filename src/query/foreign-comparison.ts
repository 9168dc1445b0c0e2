import { catalog, comparisonCalled, comparisonInSql } from './catalog.ts';
import { atBareWord, atDuration } from './lookahead.ts';
import type { TokenStream } from './token-stream.ts';
import { isNull, isSymbol, isValue, keywordOf } from './tokens.ts';

/*
 * Comparisons as other languages and people write them: `is 'vip'`, `not in ('a', 'b')`,
 * `LIKE '%a%'`, `BETWEEN 1 AND 3`, `is not null`. Here they are only recognised; the parser reads
 * what they compare with.
 */

/**
 * A comparison in words.
 * - `bare`: it takes nothing, as `is null` does. `value`, `duration`: one follows.
 *   `list`: its last word and what follows read like a call. `pattern`: one of SQL's LIKE
 *   follows. `range`: two values joined by AND follow.
 */
export type ForeignComparison = { /** The tokens to take. */ words: number } & (
  | { form: 'bare' | 'list' | 'value' | 'duration'; name: string }
  | { form: 'pattern' | 'range'; isNegated: boolean }
);

/** Operators of other languages, with those that they stand for. */
export const foreignOperators: Readonly<Record<string, string>> = {
  '=>': '>=',
  '=<': '<=',
  '<>': '!=',
  '===': '=',
  '!==': '!=',
  '≥': '>=',
  '≤': '<=',
  '≠': '!=',
};

/** The comparison in words that is next, if one is; takes and reports nothing. */
export function recogniseComparison(tokens: TokenStream): ForeignComparison | undefined {
  const is = wordAt(tokens, 0) === 'is' ? 1 : 0;
  const not = wordAt(tokens, is) === 'not' ? 1 : 0;
  const at = is + not;
  if (wordAt(tokens, at) === 'between') return range(tokens, at + 1, not === 1);
  const sql = inSql(tokens, is === 1, not === 1);
  if (sql) return sql;
  const [first, second] = [wordAt(tokens, 0), wordAt(tokens, 1)];
  const ofTwoWords = second === '' ? undefined : comparisonCalled(first + second);
  if (ofTwoWords) return named(tokens, 2, ofTwoWords);
  if (is) return named(tokens, at, comparisonCalled(not ? 'isnot' : 'is'));
  return named(tokens, 1, comparisonCalled(first));
}

/** The word so far ahead, in small letters; nothing if there is none. */
function wordAt(tokens: TokenStream, ahead: number): string {
  const { kind, text } = tokens.peek(ahead);
  return kind === 'name' ? text.toLowerCase() : '';
}

/** Two values joined by AND. */
function range(
  tokens: TokenStream,
  words: number,
  isNegated: boolean,
): ForeignComparison | undefined {
  const isRange =
    isValue(tokens.peek(words)) &&
    keywordOf(tokens.peek(words + 1)) === 'AND' &&
    isValue(tokens.peek(words + 2));
  return isRange ? { form: 'range', words, isNegated } : undefined;
}

/** `is null`, `in (…)` and `like '…'`, and their opposites. */
function inSql(tokens: TokenStream, is: boolean, not: boolean): ForeignComparison | undefined {
  const at = Number(is) + Number(not);
  const word = wordAt(tokens, at);
  const after = tokens.peek(at + 1);
  if (is && isNull(tokens.peek(at))) {
    const name = comparisonCalled(not ? 'isnotnull' : 'isnull');
    return name ? { form: 'bare', words: at + 1, name } : undefined;
  }
  if (word === 'in' && isSymbol(after, '(')) {
    const name = comparisonCalled(not ? 'notin' : 'in');
    return name ? { form: 'list', words: at, name } : undefined;
  }
  return word === 'like' && after.kind === 'string'
    ? { form: 'pattern', words: at + 1, isNegated: not }
    : undefined;
}

/** A comparison whose name is so many words, if what it takes follows them. */
function named(
  tokens: TokenStream,
  words: number,
  name: string | undefined,
): ForeignComparison | undefined {
  if (name === undefined) return undefined;
  const [parameter] = catalog.get(name)?.parameters ?? [];
  const value = tokens.peek(words);
  if (!parameter) return isSymbol(value, '(') ? undefined : { form: 'bare', words, name };
  const ofDuration = parameter.kind === 'duration';
  if (ofDuration && !atDuration(tokens, words)) return undefined;
  if (!isValue(value) && !atBareWord(tokens, words)) return undefined;
  return { form: ofDuration ? 'duration' : 'value', words, name };
}

/** What a pattern of SQL compares. */
export interface PatternMeaning {
  name: string;
  /** The text without the signs for anything. */
  text: string;
  /** Whether the comparison has to be denied, as none says the opposite by itself. */
  isDenied: boolean;
}

/** The comparison that says the same as SQL's LIKE; undefined for patterns without one. */
export function meaningOfPattern(pattern: string, isNegated: boolean): PatternMeaning | undefined {
  const [, start = '', text, end = ''] = /^(%?)([^%_]+)(%?)$/.exec(pattern) ?? [];
  if (text === undefined) return undefined;
  const sql = `LIKE '${start}x${end}'`;
  const opposite = isNegated ? comparisonInSql(`NOT ${sql}`) : undefined;
  const name = opposite ?? comparisonInSql(sql);
  return name ? { name, text, isDenied: isNegated && opposite === undefined } : undefined;
}
