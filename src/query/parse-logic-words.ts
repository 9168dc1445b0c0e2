import type { Expression, Missing } from './ast.ts';
import { catalog } from './catalog.ts';
import { beginsCondition, countWordsBeforeCondition } from './lookahead.ts';
import type { Parsing } from './parsing.ts';
import { describeToken, isSymbol, keywordOf, type Token } from './tokens.ts';

/*
 * Reads logical words that the language does not have, or has in another place: NONE, NEITHER,
 * `AND(…)`.
 */

/** Words that mean the same for an account's users as keywords do. */
const quantifiers: Partial<Record<string, string>> = { NONE: 'ALL NOT', EVERY: 'ALL', SOME: 'ANY' };

/** `NONE (…)`, which looks like a call. */
export function readQuantifiedGroup(parsing: Parsing): Expression | undefined {
  const { tokens } = parsing;
  if (catalog.has(tokens.token.text)) return undefined;
  const isQuantifier = quantifiers[tokens.token.text.toUpperCase()] !== undefined;
  return isQuantifier && beginsCondition(tokens, 2) ? readAfterWords(parsing, 1) : undefined;
}

/** Words before a condition, such as EVERY; undefined if there are none. */
export function readWordsBefore(parsing: Parsing): Expression | undefined {
  const { tokens } = parsing;
  const count = countWordsBeforeCondition(tokens);
  if (count === 0) return undefined;
  if (count === 1 && /^neither$/i.test(tokens.token.text)) return readNeither(parsing);
  return readAfterWords(parsing, count);
}

/** `NEITHER … NOR …` */
function readNeither(parsing: Parsing): Expression {
  const { tokens } = parsing;
  const { start } = tokens.next();
  const conditions: string[] = [];
  do {
    const from = tokens.token.start;
    parsing.unary();
    conditions.push(tokens.textOf({ start: from, end: tokens.lastEnd }));
  } while (/^n?or$/i.test(tokens.token.text) && tokens.next());
  const span = tokens.spanFrom(start);
  tokens.error('unknown-word', span, 'The language has no NEITHER and no NOR.', {
    help: `Write NOT (${conditions.join(' OR ')}).`,
  });
  return tokens.missing(start);
}

/** Reads a condition after this many words that are not part of it. */
function readAfterWords(parsing: Parsing, count: number): Expression {
  const { tokens } = parsing;
  const { token, lastToken: before } = tokens;
  const span = tokens.take(count);
  const text = tokens.textOf(span);
  const meant = count === 1 ? quantifiers[token.text.toUpperCase()] : undefined;
  const isAllowed = meant && parsing.level === 'accounts';
  tokens.error('unknown-word', span, `"${text}" is not a keyword of the language.`, {
    help: isAllowed
      ? `Did you mean ${meant}?`
      : (helpForWord(text, before) ??
        'A condition can start with NOT, or with ANY or ALL in definitions of type accounts.'),
    fix: isAllowed ? { ...span, text: meant } : undefined,
  });
  return parsing.unary();
}

/** @param before the token before the words. */
function helpForWord(text: string, before: Token): string | undefined {
  if (/^(?:either|both)$/i.test(text)) return 'Remove it: AND and OR are enough.';
  const isOfUsers = /^(?:ANY|ALL)$/i.test(before.text) && /^users?$/i.test(text);
  return isOfUsers ? `Remove it: ${before.text.toUpperCase()} is about the users.` : undefined;
}

/** `AND(a, b)` */
export function readCalledConjunction(parsing: Parsing): Missing {
  const { tokens } = parsing;
  const conjunction = tokens.next();
  const open = tokens.next();
  const conditions: string[] = [];
  const { errors } = tokens.findings;
  if (!tokens.descend()) return tokens.missing(conjunction.start);
  do {
    const { start } = tokens.token;
    const { kind } = parsing.or();
    const text = tokens.textOf({ start, end: tokens.lastEnd });
    conditions.push(kind === 'or' || kind === 'and' ? `(${text})` : text);
  } while (isSymbol(tokens.token, ',') && tokens.next());
  tokens.ascend();
  const isRead = isSymbol(tokens.token, ')') && tokens.findings.errors === errors;
  tokens.close(open, ')');
  const span = tokens.spanFrom(conjunction.start);
  const text = `(${conditions.join(` ${keywordOf(conjunction)} `)})`;
  tokens.error('unexpected', conjunction, `${describeToken(conjunction)} is not a function.`, {
    help: isRead ? `Did you mean ${text}?` : 'Write it between the conditions.',
    fix: isRead ? { ...span, text } : undefined,
  });
  return tokens.missing(conjunction.start);
}
