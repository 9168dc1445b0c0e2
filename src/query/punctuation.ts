import type { Missing } from './ast.ts';
import { catalog } from './catalog.ts';
import type { TokenStream } from './token-stream.ts';
import { isClosing, isSymbol, spanOf, type Token } from './tokens.ts';

/*
 * Brackets and dots that are doubled or of another kind.
 */

/** Takes the dots that follow one. */
export function takeDoubledDots(tokens: TokenStream): void {
  while (isSymbol(tokens.token, '.')) {
    const message = 'The name of a function is missing between two dots.';
    const dot = tokens.next();
    tokens.error('expected-call', dot, message, {
      help: 'One dot is enough.',
      fix: { ...spanOf(dot), text: '' },
    });
  }
}

/** `event(('A')`, where it is no condition that is in the brackets. */
export function takeDoubledBracket(tokens: TokenStream, open: Token, meaning: string): void {
  const { token } = tokens;
  const [parameter] = catalog.get(meaning)?.parameters ?? [];
  const isPlain = catalog.has(meaning) && parameter?.kind !== 'definition';
  if (!isPlain || !isSymbol(token, '(') || tokens.brackets.isClosed(open)) return;
  tokens.error('unexpected', tokens.next(), 'One bracket is enough here.', { help: 'Remove it.' });
}

/** Reports arguments in brackets of another kind, which were taken. */
export function reportBrackets(tokens: TokenStream, open: Token): void {
  const span = tokens.spanFrom(open.start);
  const inside = tokens.textOf({ start: open.end, end: tokens.lastStart });
  tokens.error('unexpected-braces', span, 'Arguments stand in parentheses.', {
    help: `Did you mean (${inside})?`,
    fix: { ...span, text: `(${inside})` },
  });
}

/** What other languages write in braces. */
export function readObject(tokens: TokenStream): Missing {
  const open = tokens.next();
  tokens.skipToClose();
  if (isClosing(tokens.token)) tokens.next();
  tokens.error('unexpected-object', tokens.spanFrom(open.start), 'The language has no objects.', {
    help: "Write values by themselves, conditions such as property('price') >= 100, and {exclude: 'id', 'id'} for sources.",
  });
  return tokens.missing(open.start);
}
