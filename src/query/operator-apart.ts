import { operators } from './catalog.ts';
import { foreignOperators } from './foreign-comparison.ts';
import type { TokenStream } from './token-stream.ts';
import type { Token } from './tokens.ts';

/*
 * An operator with a blank between its two signs: `> = 5`, `! = 5`.
 */

/** The operator that two signs are together; undefined where they are none. */
export function operatorApart(
  first: Pick<Token, 'kind' | 'text'> | undefined,
  second: Pick<Token, 'kind' | 'text'> | undefined,
): string | undefined {
  if (first?.kind !== 'symbol' || second?.kind !== 'symbol') return undefined;
  if (!/^[<>=!]$/.test(first.text) || !/^[<>=]$/.test(second.text)) return undefined;
  const written = first.text + second.text;
  const together = foreignOperators[written] ?? written;
  return operators.has(together) ? together : undefined;
}

/** Takes an operator, also one in two pieces: that is reported, and given back in one. */
export function takeOperator(tokens: TokenStream): Token {
  const together = operatorApart(tokens.token, tokens.peek());
  const token = tokens.next();
  if (together === undefined) return token;
  const { end } = tokens.next();
  const span = { start: token.start, end };
  // Of two equals signs one is enough.
  const text = together === '==' ? '=' : together;
  tokens.error('unknown-operator', span, 'The signs of an operator stand together.', {
    help: `Did you mean ${text}?`,
    fix: { ...span, text },
  });
  return { ...token, text, end };
}
