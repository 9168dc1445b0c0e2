import type { Duration, Literal, Missing, Named, Span } from './ast.ts';
import { catalog, windowInstead } from './catalog.ts';
import { isUnit, unitNamed } from './durations.ts';
import { wordsAboutValues, wordsOfPresent } from './equivalents.ts';
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
 * Reads the leaves of a query: literals and durations, also without quotes or in words.
 */

/**
 * literal = string | number | date | timestamp ;
 *
 * The reference does not settle signs, exponents, and true and false.
 *
 * @param options.isListed whether more values may follow. @param options.takesString whether a
 * string may stand for a number here.
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
    tokens.findings.warn(
      'boolean-value',
      token,
      "Segment's reference has no true or false without quotes.",
      {
        help: `Write '${text}': Segment compares booleans, and membership in another audience, with a string.`,
        fix: { ...span, text: `'${text}'` },
      },
    );
    return tokens.node({ kind: 'literal', type: 'boolean', text, ...span });
  }
  if (token.kind === 'string') return readString(tokens, token, isListed);
  const { kind: type, text } = token;
  if (type === 'symbol' || type === 'unknown' || type === 'end') throw new Error('not a literal');
  return tokens.node({ kind: 'literal', type, text, ...span });
}

/** A string; SQL doubles a quote inside it, which lexes as two adjacent strings. */
function readString(tokens: TokenStream, token: Token, isListed: boolean): Literal {
  let { text } = token;
  let isDoubled = false;
  while (isNextHalf(tokens, token)) {
    isDoubled = true;
    text += `\\'${tokens.next().text}`;
  }
  const span = tokens.spanFrom(token.start);
  if (isDoubled) {
    tokens.error('doubled-quote', span, "Write a quote inside a string as \\', not doubled.", {
      help: `Did you mean '${text}'? If these are two strings, put a comma between them.`,
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
 * Whether doubled quotes are between letters, and in a list where an apostrophe would be; elsewhere
 * a comma may be missing.
 */
function isApostrophe(text: string, isListed: boolean): boolean {
  if (isListed && !/\p{L}''(?:s|t|re|ve|ll|d|m)(?!\p{L})/u.test(text)) return false;
  return !/(?:^'|[^\p{L}])''|''(?:[^\p{L}]|$)/u.test(text);
}

/** @param first the number, or the minus before it, already taken. */
function readNumber(tokens: TokenStream, first: Token, takesString: boolean): Literal {
  const isNegative = isSymbol(first, '-');
  const digits = isNegative ? tokens.next() : first;
  const plain = plainNumber(digits.text);
  const text = isNegative ? `-${plain}` : plain;
  const span = tokens.spanFrom(first.start);
  if (isNegative) {
    const message = "Segment's reference doesn't mention negative numbers.";
    tokens.findings.warn('negative-number', span, message, {
      help: takesString
        ? 'Put it in quotes: a string can stand for a number.'
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
  const message = "Segment's reference writes numbers with digits only, such as 100 or 0.5.";
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
    const message = "Segment's reference doesn't mention negative lengths of time.";
    findings.warn('negative-number', span, message, {
      help: isNamed
        ? 'A window of the outer event looks ahead; no window looks back from it.'
        : 'The function already says which way it looks: remove the minus.',
      fix: isNamed ? undefined : { ...span, text: digits },
    });
  } else warnOfNumber(tokens, number);
  if (unit !== name.text && isUnit(unit)) {
    findings.warn('unit-case', name, "Segment's reference writes units in lowercase.", {
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
    help: 'Examples: 7 days, 12 hours.',
  });
  return tokens.missing(span.start);
}

/** A duration with words before or after it that repeat what its function already says. */
function durationInWords(tokens: TokenStream, wordsBefore: number, name: string): Duration {
  const { start } = tokens.token;
  // After a label such as parent:, the words may say the opposite of what it means.
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
  tokens.error('surplus-words', span, `"${words.join(' … ')}" is not part of a length of time.`, {
    help: 'Remove it if the function already says which way it looks.',
    fix: isSame ? { ...around, text } : undefined,
  });
  return duration;
}

/** Whether words around a length only repeat what the function says. */
function repeat(words: string, name: string): boolean {
  const entry = catalog.get(name);
  const isWindow = entry?.kind === 'filter' && entry.family === 'window';
  if (isWindow || (entry?.kind === 'comparison' && windowInstead(entry))) return true;
  // Other functions that count back from today count from the end of the length.
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

/** What may be between two lengths, in lowercase. */
const betweenLengths = new Set([',', 'and', 'to', '-', '–']);

/**
 * Two lengths with a single unit: `7, 14, 'days'`, `7 to 14 days`.
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
    // A number that is a separate argument may lack a different unit.
    (isApart || divider?.text !== ',') &&
    (unit.kind === 'name' || unit.kind === 'string') &&
    unitNamed(unit.text) !== undefined &&
    isSymbol(tokens.peek(count), ')');
  if (!isShared) return undefined;
  const span = tokens.take(count);
  const text = `${from.text} ${unit.text}, ${to.text} ${unit.text}`;
  tokens.error('unit-apart', span, 'Each length of time needs its own unit.', {
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
  tokens.error('unit-apart', span, 'A length of time is a number followed by its unit.', {
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
  tokens.error('unnamed-parent', span, 'A length after the outer event needs parent: before it.', {
    help: `Did you mean ${text}?`,
    fix: { ...span, text },
  });
  const named: Named = { kind: 'named', name: 'parent', value, ...span };
  return tokens.node(named);
}

interface AroundLength {
  /** Tokens to take before the length and after it. */
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

/** A number with commas; only thousands separators leave no doubt about the number. */
export function readGroupedNumber(tokens: TokenStream, count: number): Literal {
  const span = tokens.take(count);
  const written = tokens.textOf(span);
  const text = written.replaceAll(',', '');
  const isClear = /^[1-9]\d{0,2}(?:,\d{3})+$/.test(written);
  tokens.error('number-commas', span, "A number can't contain commas.", {
    help: isClear
      ? `Did you mean ${text}?`
      : 'Write it with digits and a decimal point only, such as 1500.5.',
    fix: isClear ? { ...span, text } : undefined,
  });
  return tokens.node({ kind: 'literal', type: 'number', text, ...span });
}

/** Reports characters that have no meaning in the language. */
export function reportUnknown(tokens: TokenStream, token: Token): void {
  tokens.error(
    'unknown-character',
    token,
    `${JSON.stringify(token.text)} has no meaning in a query.`,
    {
      help: 'Remove it, or put it in quotes if it belongs to a name or a value.',
    },
  );
}

/** Reports arithmetic. */
export function reportArithmetic(tokens: TokenStream, span: Span): void {
  tokens.error('arithmetic', span, 'The language has no arithmetic.', {
    help: 'Compare with a fixed value, or with a trait that holds the result.',
  });
}

/** A duration with its unit before its number. */
function reversedDuration(tokens: TokenStream): Duration {
  const name = tokens.next();
  const number = tokens.next();
  const unit = name.text.toLowerCase();
  const text = `${number.text} ${unit}`;
  const span = { start: name.start, end: number.end };
  tokens.error('unit-first', span, 'The number comes before its unit.', {
    help: `Did you mean ${text}?`,
    fix: { ...span, text },
  });
  const amount = plainNumber(number.text);
  return tokens.node({ kind: 'duration', amount, unit, unitSpan: spanOf(name), ...span });
}

/** A string without its quotes: this word and those that can only belong to it. */
export function readBareText(tokens: TokenStream): Literal {
  const { start } = tokens.next();
  while (atBareWord(tokens) && !beginsCondition(tokens, 1)) tokens.next();
  return unquotedText(tokens, tokens.spanFrom(start));
}

/** A string of this many words without its quotes. */
export function readBareWords(tokens: TokenStream, count: number): Literal {
  return unquotedText(tokens, tokens.take(count));
}

function unquotedText(tokens: TokenStream, span: Span): Literal {
  const text = tokens.textOf(span);
  // What follows without a space belongs to it, and some words mean more than a string.
  const isWhole = /^[\s),\]}]?$/.test(tokens.query.charAt(span.end));
  const words = text.toLowerCase().split(/\s+/);
  const isCast = words.at(-2) === 'as' && /^(?:number|string|array)$/.test(words.at(-1) ?? '');
  const isPlain =
    !isCast &&
    !words.some((word) => wordsOfPresent.has(word) || isCallWithoutBrackets(word)) &&
    !wordsAboutValues.has(words.join(' '));
  reportBareWord(tokens, span, `"${text}"`, quote(text), isWhole && isPlain);
  return tokens.node({ kind: 'literal', type: 'string', text, ...span });
}

/** For example `literal2`, which may have been `literal(2)`. */
function isCallWithoutBrackets(word: string): boolean {
  const [, name] = /^(\p{L}+)\d+$/u.exec(word) ?? [];
  return name !== undefined && catalog.has(name);
}

/**
 * Reports words without quotes.
 *
 * @param meant what they most likely mean. @param isClear whether no other meaning is possible.
 */
export function reportBareWord(
  tokens: TokenStream,
  span: Span,
  words: string,
  meant: string,
  isClear = true,
): void {
  tokens.error('bare-word', span, `${words} is neither a function nor a value.`, {
    help: `Did you mean ${meant}?${meant.startsWith("'") ? ' Strings need single quotes.' : ''}`,
    // With an unmatched bracket, the words may be more than a string.
    fix: isClear && tokens.brackets.areBalanced ? { ...spanOf(span), text: meant } : undefined,
  });
}
