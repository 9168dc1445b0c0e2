import type { Duration, Literal, Missing, Span } from './ast.ts';
import { isUnit } from './durations.ts';
import {
  atBareWord,
  atDuration,
  atMisspeltJoint,
  atReversedDuration,
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
 */
export function readLiteral(tokens: TokenStream): Literal {
  const token = tokens.next();
  if (isSymbol(token, '-') || token.kind === 'number') return readNumber(tokens, token);
  const span = spanOf(token);
  if (token.kind === 'name') {
    const text = token.text.toLowerCase();
    tokens.findings.warn('boolean-value', token, 'The reference has no bare true or false.', {
      help: `Write '${text}': Segment compares booleans, and whether someone is in another audience, with a string.`,
      fix: { ...span, text: `'${text}'` },
    });
    return tokens.node({ kind: 'literal', type: 'boolean', text, ...span });
  }
  const { kind: type, text } = token;
  if (type === 'symbol' || type === 'end') throw new Error('not a literal');
  return tokens.node({ kind: 'literal', type, text, ...span });
}

/** @param first the number, or the minus before it, which was taken. */
function readNumber(tokens: TokenStream, first: Token): Literal {
  const isNegative = isSymbol(first, '-');
  const digits = isNegative ? tokens.next() : first;
  const plain = plainNumber(digits.text);
  const text = isNegative ? `-${plain}` : plain;
  const span = tokens.spanFrom(first.start);
  if (isNegative) {
    const message = 'The reference does not speak of negative numbers.';
    tokens.findings.warn('negative-number', span, message, {
      help: 'A string stands for a number, too: put it into quotes.',
      fix: { ...span, text: `'${text}'` },
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
      help: 'A length looks into the past by itself: leave out the minus.',
      fix: { ...span, text: digits },
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
 * @returns undefined, with nothing taken, if neither a length nor words are next.
 */
export function readLengthInWords(tokens: TokenStream): Duration | Missing | undefined {
  const words = countWordsBeforeDuration(tokens);
  if (words > 0 || atDuration(tokens)) return durationInWords(tokens, words);
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
function durationInWords(tokens: TokenStream, wordsBefore: number): Duration {
  if (wordsBefore > 0) {
    const before = tokens.take(wordsBefore);
    surplusWords(tokens, { start: before.start, end: tokens.token.start }, before);
  }
  const duration = readDuration(tokens);
  const after = tokens.token;
  const isNext = keywordOf(after) === 'AND' && atDuration(tokens, 1);
  const wordsAfter = isNext ? 0 : countWordsOfArgument(tokens);
  if (wordsAfter > 0 && !tokens.stopped) {
    const behind = tokens.take(wordsAfter);
    surplusWords(tokens, { start: duration.end, end: behind.end }, behind);
  }
  return duration;
}

/** @param removed what has to go with the words, such as the blank that divides them from the rest. */
function surplusWords(tokens: TokenStream, removed: Span, words: Span): void {
  const message = `"${tokens.textOf(words)}" does not belong to a length of time.`;
  tokens.error('surplus-words', words, message, {
    help: 'Remove it; the name of the function says which way it goes.',
    fix: { ...removed, text: '' },
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
  while (atBareWord(tokens) && !atMisspeltJoint(tokens)) tokens.next();
  return unquotedText(tokens, tokens.spanFrom(start));
}

/** A text of so many words whose quotes were forgotten. */
export function readBareWords(tokens: TokenStream, count: number): Literal {
  return unquotedText(tokens, tokens.take(count));
}

function unquotedText(tokens: TokenStream, span: Span): Literal {
  const text = tokens.textOf(span);
  reportBareWord(tokens, span, `"${text}"`, quote(text));
  return tokens.node({ kind: 'literal', type: 'string', text, ...span });
}

/** Reports words that lack their quotes. @param meant what they most likely stand for. */
export function reportBareWord(
  tokens: TokenStream,
  span: Span,
  words: string,
  meant: string,
): void {
  tokens.error('bare-word', span, `${words} is neither a function nor a value.`, {
    help: `Did you mean ${meant}? A text needs single quotes.`,
    fix: { ...spanOf(span), text: meant },
  });
}
