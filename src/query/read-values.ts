import type { Duration, Literal, Missing, Named, Span } from './ast.ts';
import { catalog, windowInstead } from './catalog.ts';
import { isUnit, unitNamed } from './durations.ts';
import { wordsOfPresent } from './equivalents.ts';
import type { Parameter } from './language-function.ts';
import {
  atBareWord,
  atDuration,
  atReversedDuration,
  beginsCondition,
  countWordsBeforeDuration,
  countWordsOfArgument,
} from './lookahead.ts';
import { isPlainNumber, plainNumber } from './numbers.ts';
import { quote } from './strings.ts';
import type { TokenStream } from './token-stream.ts';
import { isSymbol, keywordOf, spanOf, type Token } from './tokens.ts';

/*
 * Reads the leaves of a query: literals and durations, also where they lack their quotes or are
 * written in words.
 */

/**
 * literal = string | number | date | timestamp ;
 *
 * Signs, exponents, and true and false, are not settled by the reference.
 *
 * @param options.isListed whether more values may follow. @param options.takesString whether a string may
 * stand for a number here.
 */
export function readLiteral(
  tokens: TokenStream,
  { isListed = false, takesString = true } = {},
): Literal {
  const token = tokens.next();
  if (isSymbol(token, '-') || token.kind === 'number')
    return readNumber(tokens, token, takesString);
  const span = spanOf(token);
  if (token.kind === 'name') {
    const text = token.text.toLowerCase();
    tokens.findings.warn('boolean-value', token, 'The reference has no bare true or false.', {
      help: `Write '${text}': Segment compares booleans, and whether someone is in another audience, with a string.`,
      fix: { ...span, text: `'${text}'` },
    });
    return tokens.node({ kind: 'literal', type: 'boolean', text, ...span });
  }
  if (token.kind === 'string') return readString(tokens, token, isListed);
  const { kind: type, text } = token;
  if (type === 'symbol' || type === 'unknown' || type === 'end') throw new Error('not a literal');
  return tokens.node({ kind: 'literal', type, text, ...span });
}

/** A string; SQL doubles a quote in it, which leaves two strings without a blank between them. */
function readString(tokens: TokenStream, token: Token, isListed: boolean): Literal {
  let { text } = token;
  let isDoubled = false;
  while (isNextHalf(tokens, token)) {
    isDoubled = true;
    text += `\\'${tokens.next().text}`;
  }
  const span = tokens.spanFrom(token.start);
  if (isDoubled) {
    tokens.error('doubled-quote', span, "A quote in a string is written \\', not doubled.", {
      help: `Did you mean '${text}'? If these are two texts, put a comma between them.`,
      fix: isApostrophe(tokens.textOf(span), isListed) ? { ...span, text: `'${text}'` } : undefined,
    });
  }
  return tokens.node({ kind: 'literal', type: 'string', text, ...span });
}

function isNextHalf(tokens: TokenStream, { start }: Token): boolean {
  const { token, lastEnd, query } = tokens;
  return (
    token.kind === 'string' &&
    token.start === lastEnd &&
    query[start] === "'" &&
    query[token.start] === "'"
  );
}

/**
 * Whether doubled quotes stand between letters, in a list as an apostrophe does; elsewhere a comma may be
 * missing.
 */
function isApostrophe(text: string, isListed: boolean): boolean {
  if (isListed && !/\p{L}''(?:s|t|re|ve|ll|d|m)(?!\p{L})/u.test(text)) return false;
  return !/(?:^'|[^\p{L}])''|''(?:[^\p{L}]|$)/u.test(text);
}

/** @param first the number, or the minus before it, which was taken. */
function readNumber(tokens: TokenStream, first: Token, takesString: boolean): Literal {
  const isNegative = isSymbol(first, '-');
  const digits = isNegative ? tokens.next() : first;
  const plain = plainNumber(digits.text);
  const text = isNegative ? `-${plain}` : plain;
  const span = tokens.spanFrom(first.start);
  if (isNegative) {
    const message = 'The reference does not speak of negative numbers.';
    tokens.findings.warn('negative-number', span, message, {
      help: takesString
        ? 'A string stands for a number, too: put it into quotes.'
        : 'Write a number without a sign.',
      fix: takesString ? { ...span, text: `'${text}'` } : undefined,
    });
  } else warnOfNumber(tokens, digits);
  return tokens.node({ kind: 'literal', type: 'number', text, ...span });
}

/** Warns of a spelling of a number that the reference does not mention. */
function warnOfNumber({ findings }: TokenStream, digits: Token): void {
  if (isPlainNumber(digits.text)) return;
  const text = plainNumber(digits.text);
  const isPlain = isPlainNumber(text);
  const message = 'The reference writes numbers in digits only, such as 100 or 0.5.';
  findings.warn('unsettled-number', digits, message, {
    help: isPlain ? `Write ${text}.` : 'Write all of its digits.',
    fix: isPlain ? { ...spanOf(digits), text } : undefined,
  });
}

/** duration = number name ; */
export function readDuration(tokens: TokenStream): Duration {
  const { findings } = tokens;
  const { start } = tokens.token;
  const isNamed = isSymbol(tokens.lastToken, ':');
  const isNegative = isSymbol(tokens.token, '-');
  if (isNegative) tokens.next();
  const number = tokens.next();
  const name = tokens.next();
  const unit = name.text.toLowerCase();
  const digits = plainNumber(number.text);
  if (isNegative) {
    const span = { start, end: number.end };
    const message = 'The reference does not speak of negative lengths of time.';
    findings.warn('negative-number', span, message, {
      help: isNamed
        ? 'A length after the outer event looks ahead: there is none that looks before it.'
        : 'A length looks into the past by itself: leave out the minus.',
      fix: isNamed ? undefined : { ...span, text: digits },
    });
  } else warnOfNumber(tokens, number);
  if (unit !== name.text && isUnit(unit)) {
    findings.warn('unit-case', name, 'The reference writes units in small letters.', {
      help: `Did you mean ${unit}?`,
      fix: { ...spanOf(name), text: unit },
    });
  }
  const amount = `${isNegative ? '-' : ''}${isPlainNumber(digits) ? digits : number.text}`;
  const span = tokens.spanFrom(start);
  return tokens.node({ kind: 'duration', amount, unit, unitSpan: spanOf(name), ...span });
}

/**
 * A length of time in any words, where one is required: `last 7 days`, `7 days ago`, `days 7`.
 *
 * @param name of the function that takes it. @returns undefined, with nothing taken, if neither a
 * length nor words are next.
 */
export function readLengthInWords(
  tokens: TokenStream,
  name: string,
): Duration | Named | Missing | undefined {
  const other = lengthOfParent(tokens) ?? lengthApart(tokens);
  if (other) return other;
  const words = countWordsBeforeDuration(tokens);
  if (words > 0 || atDuration(tokens)) return durationInWords(tokens, words, name);
  if (atReversedDuration(tokens)) return reversedDuration(tokens);
  const count = countWordsOfArgument(tokens);
  if (count === 0) return undefined;
  const span = tokens.take(count);
  tokens.error('expected-duration', span, 'A length of time is a number with a unit.', {
    help: 'Write for example 7 days or 12 hours.',
  });
  return tokens.missing(span.start);
}

/** A duration with words before or after it that repeat what its function says already. */
function durationInWords(tokens: TokenStream, wordsBefore: number, name: string): Duration {
  const { start } = tokens.token;
  // After a name such as parent: the words may say the opposite of what that does.
  const isNamed = isSymbol(tokens.lastToken, ':');
  const before = tokens.take(wordsBefore);
  const duration = readDuration(tokens);
  const isNext = keywordOf(tokens.token) === 'AND' && atDuration(tokens, 1);
  const wordsAfter = isNext || tokens.stopped ? 0 : countWordsOfArgument(tokens);
  const behind = { start: tokens.token.start, end: tokens.take(wordsAfter).end };
  const words = [wordsBefore > 0 ? before : undefined, wordsAfter > 0 ? behind : undefined]
    .filter((part) => part !== undefined)
    .map((part) => tokens.textOf(part));
  if (words.length === 0) return duration;
  const text = tokens.textOf(duration);
  const isSame = !isNamed && repeat(words.join(' '), name);
  const around = { start, end: tokens.lastEnd };
  const only = wordsBefore > 0 ? before : behind;
  const span = words.length > 1 ? around : only;
  tokens.error(
    'surplus-words',
    span,
    `"${words.join(' … ')}" does not belong to a length of time.`,
    {
      help: 'Remove it if the name of the function says which way it goes.',
      fix: isSame ? { ...around, text } : undefined,
    },
  );
  return duration;
}

/** Whether words around a length say no more than the function that takes it. */
function repeat(words: string, name: string): boolean {
  const entry = catalog.get(name);
  const isWindow = entry?.kind === 'filter' && entry.family === 'window';
  if (isWindow || (entry?.kind === 'comparison' && windowInstead(entry))) return true;
  // Others that count back from today count from the end of the length.
  return entry?.kind === 'comparison' && !/next/i.test(name) && words.toLowerCase() === 'ago';
}

/** A number and its unit as two arguments: `7, 'hours'`. */
function lengthApart(tokens: TokenStream): Duration | undefined {
  const isNamed = isSymbol(tokens.peek(), '=');
  const [first, last] = [tokens.token, tokens.peek(2)];
  const [number, unit] = isNamed ? [last, first] : [first, last];
  const isLength =
    number.kind === 'number' &&
    (isNamed || isSymbol(tokens.peek(), ',')) &&
    (unit.kind === 'name' || unit.kind === 'string') &&
    unitNamed(unit.text) !== undefined;
  if (!isLength) return undefined;
  const span = tokens.take(3);
  return reportLength(tokens, span, number, unit);
}

/** What may stand between two lengths, in small letters. */
const betweenLengths = new Set([',', 'and', 'to', '-', '–']);

/**
 * Two lengths of which only the last has its unit: `7, 14, 'days'`, `7 to 14 days`.
 *
 * @param parameters of the call. @returns undefined, with nothing taken, for anything else.
 */
export function readSharedUnit(
  tokens: TokenStream,
  parameters: readonly Parameter[],
): Duration[] | undefined {
  if (parameters.length !== 2 || parameters.some(({ kind }) => kind !== 'duration'))
    return undefined;
  const [from, divider, to] = [0, 1, 2].map((ahead) => tokens.peek(ahead));
  const isApart = isSymbol(tokens.peek(3), ',');
  const count = isApart ? 5 : 4;
  const unit = tokens.peek(count - 1);
  const isShared =
    from?.kind === 'number' &&
    to?.kind === 'number' &&
    betweenLengths.has(divider?.text.toLowerCase() ?? '') &&
    // Of a number that is an argument by itself, another unit may have been left out.
    (isApart || divider?.text !== ',') &&
    (unit.kind === 'name' || unit.kind === 'string') &&
    unitNamed(unit.text) !== undefined &&
    isSymbol(tokens.peek(count), ')');
  if (!isShared) return undefined;
  const span = tokens.take(count);
  const text = `${from.text} ${unit.text}, ${to.text} ${unit.text}`;
  tokens.error('unit-apart', span, 'Each length of time has its own unit.', {
    help: `Did you mean ${text}?`,
    fix: { ...span, text },
  });
  return [from, to].map((number) =>
    tokens.node({
      kind: 'duration',
      amount: plainNumber(number.text),
      unit: unitNamed(unit.text) ?? unit.text,
      unitSpan: spanOf(unit),
      ...span,
    }),
  );
}

function reportLength(tokens: TokenStream, span: Span, number: Token, unit: Token): Duration {
  const text = `${number.text} ${unit.text}`;
  tokens.error('unit-apart', span, 'A length of time is a number with its unit behind it.', {
    help: `Did you mean ${text}?`,
    fix: { ...span, text },
  });
  const amount = plainNumber(number.text);
  return tokens.node({
    kind: 'duration',
    amount,
    unit: unitNamed(unit.text) ?? unit.text,
    unitSpan: spanOf(unit),
    ...span,
  });
}

/** Words between a length and the event that it is relative to. */
const wordsBeforeParent = /^(?:of|after|from|since|the)$/i;

/** A length that is relative to the outer event: `5 days of parent`, `parent, 5 days`. */
function lengthOfParent(tokens: TokenStream): Named | undefined {
  const found = parentFirst(tokens) ?? parentLast(tokens);
  if (!found) return undefined;
  const { start } = tokens.token;
  tokens.take(found.before);
  const value = readDuration(tokens);
  tokens.take(found.behind);
  const span = tokens.spanFrom(start);
  const text = `parent: ${tokens.textOf(value)}`;
  tokens.error('unnamed-parent', span, 'A length after the outer event is given by name.', {
    help: `Did you mean ${text}?`,
    fix: { ...span, text },
  });
  const named: Named = { kind: 'named', name: 'parent', value, ...span };
  return tokens.node(named);
}

interface AroundLength {
  /** Tokens to take before the length and behind it. */
  before: number;
  behind: number;
}

function parentFirst(tokens: TokenStream): AroundLength | undefined {
  if (!isParent(tokens.token)) return undefined;
  const divider = tokens.peek();
  const before = isSymbol(divider, ',') || isSymbol(divider, '=') ? 2 : 1;
  return atDuration(tokens, before) ? { before, behind: 0 } : undefined;
}

function parentLast(tokens: TokenStream): AroundLength | undefined {
  if (!atDuration(tokens)) return undefined;
  let behind = isSymbol(tokens.peek(2), ',') ? 1 : 0;
  while (behind < 3 && isWordBeforeParent(tokens.peek(2 + behind))) behind += 1;
  const isLast = isParent(tokens.peek(2 + behind)) && !isSymbol(tokens.peek(3 + behind), ':');
  return behind > 0 && isLast ? { before: 0, behind: behind + 1 } : undefined;
}

function isWordBeforeParent({ kind, text }: Token): boolean {
  return kind === 'name' && wordsBeforeParent.test(text);
}

function isParent({ kind, text }: Token): boolean {
  return kind === 'name' && text === 'parent';
}

/** A number with commas; only those of thousands say clearly which number is meant. */
export function readGroupedNumber(tokens: TokenStream, count: number): Literal {
  const span = tokens.take(count);
  const written = tokens.textOf(span);
  const text = written.replaceAll(',', '');
  const isClear = /^[1-9]\d{0,2}(?:,\d{3})+$/.test(written);
  tokens.error('number-commas', span, 'A number has no commas in it.', {
    help: isClear
      ? `Did you mean ${text}?`
      : 'Write it with digits and a point only, such as 1500.5.',
    fix: isClear ? { ...span, text } : undefined,
  });
  return tokens.node({ kind: 'literal', type: 'number', text, ...span });
}

/** Reports characters that mean nothing in the language. */
export function reportUnknown(tokens: TokenStream, token: Token): void {
  tokens.error(
    'unknown-character',
    token,
    `${JSON.stringify(token.text)} has no meaning in a query.`,
    {
      help: 'Remove it, or put it into a string if it belongs to a name or a value.',
    },
  );
}

/** Reports that something is computed. */
export function reportArithmetic(tokens: TokenStream, span: Span): void {
  tokens.error('arithmetic', span, 'The language does not compute with values.', {
    help: 'Compare with a value that is known, or with a trait that holds the result.',
  });
}

/** A duration whose unit is before its number. */
function reversedDuration(tokens: TokenStream): Duration {
  const name = tokens.next();
  const number = tokens.next();
  const unit = name.text.toLowerCase();
  const text = `${number.text} ${unit}`;
  const span = { start: name.start, end: number.end };
  tokens.error('unit-first', span, 'The number stands before its unit.', {
    help: `Did you mean ${text}?`,
    fix: { ...span, text },
  });
  const amount = plainNumber(number.text);
  return tokens.node({ kind: 'duration', amount, unit, unitSpan: spanOf(name), ...span });
}

/** A text whose quotes were forgotten: this word and those that can only belong to it. */
export function readBareText(tokens: TokenStream): Literal {
  const { start } = tokens.next();
  while (atBareWord(tokens) && !beginsCondition(tokens, 1)) tokens.next();
  return unquotedText(tokens, tokens.spanFrom(start));
}

/** A text of so many words whose quotes were forgotten. */
export function readBareWords(tokens: TokenStream, count: number): Literal {
  return unquotedText(tokens, tokens.take(count));
}

function unquotedText(tokens: TokenStream, span: Span): Literal {
  const text = tokens.textOf(span);
  // What goes on without a blank belongs to it, and some words mean more than a text.
  const isWhole = /^[\s),\]}]?$/.test(tokens.query.charAt(span.end));
  const words = text.toLowerCase().split(/\s+/);
  const isCast = words.at(-2) === 'as' && /^(?:number|string|array)$/.test(words.at(-1) ?? '');
  const isPlain =
    !isCast && !words.some((word) => wordsOfPresent.has(word) || isCallWithoutBrackets(word));
  reportBareWord(tokens, span, `"${text}"`, quote(text), isWhole && isPlain);
  return tokens.node({ kind: 'literal', type: 'string', text, ...span });
}

/** Such as `literal2`, which may have been `literal(2)`. */
function isCallWithoutBrackets(word: string): boolean {
  const [, name] = /^(\p{L}+)\d+$/u.exec(word) ?? [];
  return name !== undefined && catalog.has(name);
}

/**
 * Reports words that lack their quotes.
 *
 * @param meant what they most likely stand for. @param isClear whether nothing else may be meant.
 */
export function reportBareWord(
  tokens: TokenStream,
  span: Span,
  words: string,
  meant: string,
  isClear = true,
): void {
  tokens.error('bare-word', span, `${words} is neither a function nor a value.`, {
    help: `Did you mean ${meant}? A text needs single quotes.`,
    // Where a bracket lacks its other half, the words may be more than a text.
    fix: isClear && tokens.brackets.areBalanced ? { ...spanOf(span), text: meant } : undefined,
  });
}
