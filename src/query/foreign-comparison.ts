import { catalog, comparisonCalled, comparisonInSql, exactOpposite } from './catalog.ts';
import { wordsOfWindows } from './equivalents.ts';
import { atBareWord, atDuration, atKnownDurationAhead } from './lookahead.ts';
import type { TokenStream } from './token-stream.ts';
import { isNull, isOperator, isSymbol, isValue, keywordOf } from './tokens.ts';

/*
 * Comparisons as other languages and people write them: `is 'vip'`, `not in ('a', 'b')`, `LIKE
 * '%a%'`, `BETWEEN 1 AND 3`, `is not null`. This file only recognizes them; the parser reads their
 * values.
 */

/**
 * A comparison in words.
 * - `bare`: takes nothing, like `is null`. `value`, `duration`: one follows. `list`: its last word
 *   and what follows read like a call. `pattern`: a LIKE pattern follows. `range`: two values
 *   joined by AND follow.
 */
export type ForeignComparison = { /** The tokens to take. */ words: number } & (
  | { form: 'bare' | 'list' | 'value' | 'duration'; name: string; isNegated?: boolean }
  | { form: 'pattern' | 'range'; isNegated: boolean }
);

/** Operators of other languages, and the ones that they stand for. */
export const foreignOperators: Readonly<Record<string, string>> = {
  '=>': '>=',
  '=<': '<=',
  '!>': '<=',
  '!<': '>=',
  '!>=': '<',
  '!<=': '>',
  '<>': '!=',
  '===': '=',
  '!==': '!=',
  '≥': '>=',
  '≤': '<=',
  '≠': '!=',
};

/** The longest comparison in words, such as `is greater than or equal to`. */
const maxWords = 6;

/**
 * The comparison in words at this distance, if there is one; takes and reports nothing.
 *
 * @returns it with its words counted from its start.
 */
export function recognizeComparison(tokens: TokenStream, ahead = 0): ForeignComparison | undefined {
  const is = wordAt(tokens, ahead) === 'is' ? 1 : 0;
  const not = wordAt(tokens, ahead + is) === 'not' ? 1 : 0;
  const at = is + not;
  if (wordAt(tokens, ahead + at) === 'between') return range(tokens, ahead, at + 1, not === 1);
  const sql = inSql(tokens, ahead, is === 1, not === 1);
  if (sql) return sql;
  const relative = ofPresent(tokens, ahead + at);
  if (relative) return { ...relative, words: relative.words + at, isNegated: not === 1 };
  for (let words = maxWords; words > 0; words -= 1) {
    const said = wordsAt(tokens, ahead, words);
    const meant = said && comparisonInWords(said);
    const found = meant && named(tokens, ahead, words, meant);
    if (found) return found;
  }
  return undefined;
}

/** The comparison that some words name. */
interface NamedComparison {
  name: string;
  isNegated: boolean;
}

/**
 * The comparison that lowercase words name; it may be negated, as in `does not start with`.
 */
export function comparisonInWords(words: readonly string[]): NamedComparison | undefined {
  const joined = words.join('');
  const name = comparisonCalled(joined) ?? comparisonCalled(joined.replace(/^is/, ''));
  if (name) return { name, isNegated: false };
  const verb = /^(?:is|does|do|did)$/.test(words[0] ?? '') ? 1 : 0;
  const isDenied = words[verb] === 'not';
  const of = manyCalled(words.slice(isDenied ? verb + 1 : verb));
  if (of) return { name: of.name, isNegated: of.isNegated !== isDenied };
  const [first = '', ...rest] = isDenied ? words.slice(verb + 1) : [];
  if (first === '') return undefined;
  const tail = rest.join('');
  const denied = comparisonCalled(first + tail) ?? comparisonCalled(`${first}s${tail}`);
  return denied ? { name: denied, isNegated: true } : undefined;
}

/** `any of`, `contains none of`: comparisons with several values. */
function manyCalled(words: readonly string[]): NamedComparison | undefined {
  const [first = ''] = words;
  const isOfAny = words.length === 2 && words[1] === 'any';
  if (isOfAny && /^(?:contains?|includes?)$/.test(first)) {
    return { name: comparisonCalled('includes') ?? '', isNegated: false };
  }
  if (words.at(-1) !== 'of') return undefined;
  const [verb = '', quantity] = words.length === 3 ? words : ['', first];
  if (!/^(?:|contains?|includes?)$/.test(verb) || words.length > 3) return undefined;
  if (!/^(?:any|one|none)$/.test(quantity ?? '')) return undefined;
  const isNegated = quantity === 'none';
  const name = comparisonCalled(verb === '' ? 'in' : 'includes');
  if (verb === '' && isNegated) return { name: comparisonCalled('notin') ?? '', isNegated: false };
  return name ? { name, isNegated } : undefined;
}

/** This many words, in lowercase; undefined if there are fewer. */
function wordsAt(tokens: TokenStream, ahead: number, count: number): string[] | undefined {
  const words: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const word = wordAt(tokens, ahead + index);
    if (word === '') return undefined;
    words.push(word);
  }
  return words;
}

/** `in the last 7 days`, `within the next 7 days`. */
function ofPresent(tokens: TokenStream, ahead: number): ForeignComparison | undefined {
  const [first, second, third] = [0, 1, 2].map((index) => wordAt(tokens, ahead + index));
  if (!first || !/^(?:in|within)$/.test(first)) return undefined;
  const direction = second === 'the' ? third : second;
  const words = second === 'the' ? 3 : 2;
  if (!direction || !/^(?:last|past|next)$/.test(direction)) return undefined;
  if (!atKnownDurationAhead(tokens, ahead + words)) return undefined;
  const name = comparisonCalled(direction === 'next' ? 'withinnext' : 'inlast');
  return name ? { form: 'duration', words, name } : undefined;
}

/** Whether a comparison, or a call after a dot, is at this distance. */
export function continuesChain(tokens: TokenStream, ahead: number): boolean {
  const next = tokens.peek(ahead);
  if (isOperator(next)) return true;
  if (isSymbol(next, '.')) return isSymbol(tokens.peek(ahead + 2), '(');
  return recognizeComparison(tokens, ahead) !== undefined;
}

/** The word at this distance, in lowercase; empty if there is none. */
function wordAt(tokens: TokenStream, ahead: number): string {
  const token = tokens.peek(ahead);
  if (isSymbol(token, '!')) return 'not';
  return token.kind === 'name' ? token.text.toLowerCase() : '';
}

/** Two values joined by AND. */
function range(
  tokens: TokenStream,
  ahead: number,
  words: number,
  isNegated: boolean,
): ForeignComparison | undefined {
  const isRange =
    isValue(tokens.peek(ahead + words)) &&
    keywordOf(tokens.peek(ahead + words + 1)) === 'AND' &&
    isValue(tokens.peek(ahead + words + 2));
  return isRange ? { form: 'range', words, isNegated } : undefined;
}

/** `is null`, `in (…)` and `like '…'`, and their opposites. */
function inSql(
  tokens: TokenStream,
  ahead: number,
  is: boolean,
  not: boolean,
): ForeignComparison | undefined {
  const at = Number(is) + Number(not);
  const word = wordAt(tokens, ahead + at);
  const after = tokens.peek(ahead + at + 1);
  if (is && isNull(tokens.peek(ahead + at)) && wordAt(tokens, ahead + at + 1) !== 'of') {
    const name = comparisonCalled(not ? 'isnotnull' : 'isnull');
    return name ? { form: 'bare', words: at + 1, name } : undefined;
  }
  if (word === 'in' && (isSymbol(after, '(') || isSymbol(after, '['))) {
    const name = comparisonCalled(not ? 'notin' : 'in');
    return name ? { form: 'list', words: at, name } : undefined;
  }
  return word === 'like' && after.kind === 'string'
    ? { form: 'pattern', words: at + 1, isNegated: not }
    : undefined;
}

/** A comparison named by this many words, if its value follows them. */
function named(
  tokens: TokenStream,
  ahead: number,
  words: number,
  meant: NamedComparison,
): ForeignComparison | undefined {
  const { name, isNegated } = withOpposite(meant);
  const [parameter] = catalog.get(name)?.parameters ?? [];
  const value = tokens.peek(ahead + words);
  const isCall = isSymbol(value, '(');
  if (!parameter) return isCall ? undefined : { form: 'bare', words, name, isNegated };
  if (isCall && parameter.rest && /^(?:of|any)$/.test(wordAt(tokens, ahead + words - 1))) {
    return { form: 'list', words: words - 1, name, isNegated };
  }
  const ofDuration = parameter.kind === 'duration';
  // "more than 90 days ago" compares with the current time, not with a number.
  if (hasUnit(tokens, ahead + words) !== ofDuration) return undefined;
  if (!isValue(value) && !atBareWord(tokens, ahead + words)) return undefined;
  return { form: ofDuration ? 'duration' : 'value', words, name, isNegated };
}

/**
 * Whether a number with a unit is at this distance, and not a number before a window, as in `3 in
 * the last 7 days`.
 */
function hasUnit(tokens: TokenStream, ahead: number): boolean {
  const unit = wordAt(tokens, ahead + 1);
  const isOfWindow = wordsOfWindows.has(unit) && unit !== 'ago';
  return atDuration(tokens, ahead) && !isOfWindow && !/^times?$/.test(unit);
}

/** A negated comparison as its exact opposite, if there is one. */
function withOpposite(meant: NamedComparison): NamedComparison {
  const entry = catalog.get(meant.name);
  const isDenied = meant.isNegated && entry?.kind === 'comparison';
  const opposite = isDenied ? exactOpposite(entry) : undefined;
  return opposite ? { name: opposite, isNegated: false } : meant;
}

/** The meaning of a LIKE pattern. */
export interface PatternMeaning {
  name: string;
  /** The text without wildcards. */
  text: string;
  /** Whether the comparison must be negated, because it has no exact opposite. */
  isDenied: boolean;
}

/**
 * The comparison that means the same as SQL's LIKE. Undefined for patterns that no comparison
 * expresses, for patterns without wildcards, which are most likely meant to match a part of the
 * text, and for patterns with a backslash, which may escape a wildcard.
 */
export function meaningOfPattern(pattern: string, isNegated: boolean): PatternMeaning | undefined {
  const [, start = '', text, end = ''] = /^(%?)([^%_\\]+)(%?)$/.exec(pattern) ?? [];
  if (text === undefined || start + end === '') return undefined;
  const sql = `LIKE '${start}x${end}'`;
  const opposite = isNegated ? comparisonInSql(`NOT ${sql}`) : undefined;
  const name = opposite ?? comparisonInSql(sql);
  return name ? { name, text, isDenied: isNegated && opposite === undefined } : undefined;
}
