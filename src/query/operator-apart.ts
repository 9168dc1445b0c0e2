import { operators } from './catalog.ts';
import { foreignOperators } from './foreign-comparison.ts';
import type { TokenStream } from './token-stream.ts';
import type { Token } from './tokens.ts';

/*
 * An operator with a space between its two characters: `> = 5`, `! = 5`.
 */

/** The operator that two symbols form together; undefined if they don't. */
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

/** Takes an operator; one in two pieces is reported and returned as one token. */
export function takeOperator(tokens: TokenStream): Token {
  const together = operatorApart(tokens.token, tokens.peek());
  const token = tokens.next();
  if (together === undefined) return token;
  const { end } = tokens.next();
  const span = { start: token.start, end };
  // One of two equals signs is enough.
  const text = together === '==' ? '=' : together;
  tokens.error('unknown-operator', span, "An operator can't contain spaces.", {
    help: `Did you mean ${text}?`,
    fix: { ...span, text },
  });
  return { ...token, text, end };
}
