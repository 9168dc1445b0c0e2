import type { Missing } from './ast.ts';
import { catalog, extractorOfBareWord } from './catalog.ts';
import { quote } from './strings.ts';
import type { TokenStream } from './token-stream.ts';
import { isClosing, isSymbol, spanOf, type Token } from './tokens.ts';

/*
 * Brackets and dots that are doubled or of the wrong kind.
 */

/** Takes further dots after one. */
export function takeDoubledDots(tokens: TokenStream): void {
  while (isSymbol(tokens.token, '.')) {
    const message = 'A function name is missing between two dots.';
    const dot = tokens.next();
    tokens.error('expected-call', dot, message, {
      help: 'One dot is enough.',
      fix: { ...spanOf(dot), text: '' },
    });
  }
}

/** `event(('A')`: takes the second bracket, if the brackets don't contain a condition. */
export function takeDoubledBracket(tokens: TokenStream, open: Token, meaning: string): void {
  const { token } = tokens;
  const [parameter] = catalog.get(meaning)?.parameters ?? [];
  const isPlain = catalog.has(meaning) && parameter?.kind !== 'definition';
  if (!isPlain || !isSymbol(token, '(') || tokens.brackets.isClosed(open)) return;
  tokens.error('unexpected', tokens.next(), 'One bracket is enough here.', { help: 'Remove it.' });
}

/** Reports arguments in brackets of the wrong kind, after they were taken. */
export function reportBrackets(tokens: TokenStream, open: Token): void {
  const span = tokens.spanFrom(open.start);
  const inside = tokens.textOf({ start: open.end, end: tokens.lastStart });
  tokens.error('unexpected-braces', span, 'Arguments go in parentheses.', {
    help: `Did you mean (${inside})?`,
    fix: { ...span, text: `(${inside})` },
  });
}

/**
 * The conditions that `total: 100, currency: 'EUR'` up to the closing brace means; takes nothing.
 */
function propertiesIn(tokens: TokenStream): string[] | undefined {
  const conditions: string[] = [];
  for (let ahead = 0; ; ahead += 4) {
    const [key, colon, value, after] = [0, 1, 2, 3].map((index) => tokens.peek(ahead + index));
    const isKey = key?.kind === 'name' || key?.kind === 'string';
    const isPlain = value?.kind === 'string' || value?.kind === 'number';
    if (!isKey || !colon || !isSymbol(colon, ':') || !isPlain || !after) return undefined;
    const written = tokens.textOf(value);
    conditions.push(`${extractorOfBareWord.inside}(${quote(key.text)}) = ${written}`);
    if (isSymbol(after, '}')) return conditions;
    if (!isSymbol(after, ',')) return undefined;
  }
}

/**
 * Reads an object literal of another language.
 *
 * @param filter the filter that takes conditions; each condition gets its own.
 */
export function readObject(tokens: TokenStream, filter?: string): Missing {
  const open = tokens.next();
  const conditions = filter === undefined ? undefined : propertiesIn(tokens);
  tokens.skipToClose();
  if (isClosing(tokens.token)) tokens.next();
  if (conditions && filter !== undefined) {
    const span = tokens.spanFrom(open.start);
    const text = conditions.join(`).${filter}(`);
    tokens.error('unexpected-object', span, 'The language has no objects.', {
      help: `Did you mean ${filter}(${text})?`,
      fix: { ...span, text },
    });
    return tokens.missing(open.start);
  }
  tokens.error('unexpected-object', tokens.spanFrom(open.start), 'The language has no objects.', {
    help: "Write plain values, conditions such as property('price') >= 100, or {exclude: 'id', 'id'} for sources.",
  });
  return tokens.missing(open.start);
}
