import type { Prefix } from './ast.ts';
import type { TokenStream } from './token-stream.ts';
import { describeToken, type Keyword, keywordOf, spanOf, type Token } from './tokens.ts';

/*
 * Takes the words that join and turn conditions.
 */

/** Takes a keyword; reports one that is not written as in the reference. */
export function takeKeyword(tokens: TokenStream): void {
  const token = tokens.next();
  const keyword = keywordOf(token);
  if (keyword === undefined || token.text === keyword) return;
  const more = {
    help: `Did you mean ${keyword}?`,
    fix: { ...spanOf(token), text: spaced(tokens, keyword, token) },
  };
  if (token.kind === 'symbol') {
    const message = `${describeToken(token)} is not used here; conditions are joined by words.`;
    tokens.error('symbol-keyword', token, message, more);
  } else {
    const message = 'The reference writes this word in capitals.';
    tokens.findings.warn('keyword-case', token, message, more);
  }
}

/** A word with the spaces that it needs where a symbol stood. */
function spaced(tokens: TokenStream, word: string, { start, end }: Token): string {
  const { query } = tokens;
  const before = /[\w')}]/.test(query[start - 1] ?? '') ? ' ' : '';
  const after = /\w/.test(query[end] ?? '') ? ' ' : '';
  return `${before}${word}${after}`;
}

/** What the words before a condition are in a tree. */
export const prefixKinds: Partial<Record<Keyword, Prefix['kind']>> = {
  NOT: 'not',
  ANY: 'any',
  ALL: 'all',
};
