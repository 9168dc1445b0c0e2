import { catalog, comparisonCalled, comparisonInSql, exactOpposite } from './catalog.ts';
import { wordsOfWindows } from './equivalents.ts';
import { atBareWord, atDuration, atKnownDurationAhead } from './lookahead.ts';
import type { TokenStream } from './token-stream.ts';
import { isNull, isOperator, isSymbol, isValue, keywordOf } from './tokens.ts';

/*
 * Comparisons as other languages and people write them: `is 'vip'`, `not in ('a', 'b')`,
 * `LIKE '%a%'`, `BETWEEN 1 AND 3`, `is not null`. Here they are only recognized; the parser reads
 * what they compare with.
 */

/**
 * A comparison in words.
 * - `bare`: it takes nothing, as `is null` does. `value`, `duration`: one follows.
 *   `list`: its last word and what follows read like a call. `pattern`: one of SQL's LIKE
 *   follows. `range`: two values joined by AND follow.
 */
export type ForeignComparison = { /** The tokens to take. */ words: number } & (
  | { form: 'bare' | 'list' | 'value' | 'duration'; name: string; isNegated?: boolean }
  | { form: 'pattern' | 'range'; isNegated: boolean }
);

/** Operators of other languages, with those that they stand for. */
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

/** A comparison has at most so many words, as `is greater than or equal to` does. */
const maxWords = 6;

/**
 * The comparison in words that is so far ahead, if one is; takes and reports nothing.
 *
 * @returns its words counted from where it begins.
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

/** What some words say of a value. */
interface NamedComparison {
  name: string;
  isNegated: boolean;
}

/**
 * The comparison that so many words say, in small letters; also one that is denied, such as
 * `does not start with`.
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

/** `any of`, `contains none of`: what takes several values. */
function manyCalled(words: readonly string[]): NamedComparison | undefined {
  if (words.at(-1) !== 'of') return undefined;
  const [verb = '', quantity] = words.length === 3 ? words : ['', words[0]];
  if (!/^(?:|contains?|includes?)$/.test(verb) || words.length > 3) return undefined;
  if (!/^(?:any|one|none)$/.test(quantity ?? '')) return undefined;
  const isNegated = quantity === 'none';
  const name = comparisonCalled(verb === '' ? 'in' : 'includes');
  if (verb === '' && isNegated) return { name: comparisonCalled('notin') ?? '', isNegated: false };
  return name ? { name, isNegated } : undefined;
}

/** So many words, in small letters; undefined if there are fewer. */
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

/** Whether what is so far ahead can go on with a value: a comparison, or a call behind a dot. */
export function continuesChain(tokens: TokenStream, ahead: number): boolean {
  const next = tokens.peek(ahead);
  if (isOperator(next)) return true;
  if (isSymbol(next, '.')) return isSymbol(tokens.peek(ahead + 2), '(');
  return recognizeComparison(tokens, ahead) !== undefined;
}

/** The word so far ahead, in small letters; nothing if there is none. */
function wordAt(tokens: TokenStream, ahead: number): string {
  const { kind, text } = tokens.peek(ahead);
  return kind === 'name' ? text.toLowerCase() : '';
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

/** A comparison whose name is so many words, if what it takes follows them. */
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
  if (isCall && parameter.rest && wordAt(tokens, ahead + words - 1) === 'of') {
    return { form: 'list', words: words - 1, name, isNegated };
  }
  const ofDuration = parameter.kind === 'duration';
  // "more than 90 days ago" speaks of the present and not of a number.
  if (hasUnit(tokens, ahead + words) !== ofDuration) return undefined;
  if (!isValue(value) && !atBareWord(tokens, ahead + words)) return undefined;
  return { form: ofDuration ? 'duration' : 'value', words, name, isNegated };
}

/** Whether a number with its unit is so far ahead, and no number before a window, as in `3 in the last 7 days`. */
function hasUnit(tokens: TokenStream, ahead: number): boolean {
  const unit = wordAt(tokens, ahead + 1);
  const isOfWindow = wordsOfWindows.has(unit) && unit !== 'ago';
  return atDuration(tokens, ahead) && !isOfWindow && !/^times?$/.test(unit);
}

/** A denied comparison as the one that says so by itself, if there is one. */
function withOpposite(meant: NamedComparison): NamedComparison {
  const entry = catalog.get(meant.name);
  const isDenied = meant.isNegated && entry?.kind === 'comparison';
  const opposite = isDenied ? exactOpposite(entry) : undefined;
  return opposite ? { name: opposite, isNegated: false } : meant;
}

/** What a pattern of SQL compares. */
export interface PatternMeaning {
  name: string;
  /** The text without the signs for anything. */
  text: string;
  /** Whether the comparison has to be denied, as none says the opposite by itself. */
  isDenied: boolean;
}

/**
 * The comparison that says the same as SQL's LIKE; undefined for patterns without one, and for those
 * without signs, which are most likely meant for a part of the text, or with a backslash, which may make
 * a sign a plain character.
 */
export function meaningOfPattern(pattern: string, isNegated: boolean): PatternMeaning | undefined {
  const [, start = '', text, end = ''] = /^(%?)([^%_\\]+)(%?)$/.exec(pattern) ?? [];
  if (text === undefined || start + end === '') return undefined;
  const sql = `LIKE '${start}x${end}'`;
  const opposite = isNegated ? comparisonInSql(`NOT ${sql}`) : undefined;
  const name = opposite ?? comparisonInSql(sql);
  return name ? { name, text, isDenied: isNegated && opposite === undefined } : undefined;
}
