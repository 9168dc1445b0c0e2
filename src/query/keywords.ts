import type { Prefix } from './ast.ts';
import type { TokenStream } from './token-stream.ts';
import { describeToken, type Keyword, keywordOf, spanOf, type Token } from './tokens.ts';

/*
 * Reads the keywords that join and modify conditions.
 */

/** Takes a keyword; reports one that differs from its spelling in the reference. */
export function takeKeyword(tokens: TokenStream): void {
  const token = tokens.next();
  const keyword = keywordOf(token);
  if (keyword === undefined || token.text === keyword) return;
  const more = {
    help: `Did you mean ${keyword}?`,
    fix: { ...spanOf(token), text: spaced(tokens, keyword, token) },
  };
  if (token.kind === 'symbol') {
    const message = `${describeToken(token)} is not part of the language, which uses words for this.`;
    tokens.error('symbol-keyword', token, message, more);
  } else {
    const message = "Segment's reference writes keywords in capitals.";
    tokens.findings.warn('keyword-case', token, message, more);
  }
}

/** A word with the spaces that it needs in place of a symbol. */
function spaced(tokens: TokenStream, word: string, { start, end }: Token): string {
  const { query } = tokens;
  const before = /[\w')}]/.test(query[start - 1] ?? '') ? ' ' : '';
  const after = /\w/.test(query[end] ?? '') ? ' ' : '';
  return `${before}${word}${after}`;
}

/** The tree nodes for keywords before a condition. */
export const prefixKinds: Partial<Record<Keyword, Prefix['kind']>> = {
  NOT: 'not',
  ANY: 'any',
  ALL: 'all',
};
