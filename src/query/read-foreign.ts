import type { Chain, Expression, FunctionCall, Literal, Missing } from './ast.ts';
import { comparisonCalled, comparisonInstead, operatorOf, operators } from './catalog.ts';
import { foreignOperators } from './foreign-comparison.ts';
import { atLiteral, countBareWords, countTokensOfPresent } from './lookahead.ts';
import { readLiteral } from './read-values.ts';
import type { TokenStream } from './token-stream.ts';
import { isConjunction, isSymbol, type Keyword, keywordOf, spanOf, type Token } from './tokens.ts';

/*
 * Reads comparisons and values of other languages that don't need the rest of the grammar.
 */

/** `NOT =`. */
export function readDeniedOperator(tokens: TokenStream, chain: Chain): Expression {
  const span = tokens.take(2);
  tokens.findings.breakAt(chain.end);
  const message = `"${tokens.textOf(span)}" is not an operator.`;
  tokens.error('unknown-operator', span, message, {
    help: 'Write NOT before the condition, or != for values that exist and differ.',
  });
  tokens.skipCondition();
  return chain;
}

/** @param start where the replacement starts: at the space before the operator. */
export function readNullComparison(
  tokens: TokenStream,
  operator: Token,
  start: number,
): FunctionCall {
  tokens.next();
  const span = tokens.spanFrom(operator.start);
  const isEqual = /^=+$/.test(operator.text);
  const isKnown = isEqual || /^(!=+|<>|≠)$/.test(operator.text);
  const name = comparisonCalled(isEqual ? 'isnull' : 'isnotnull') ?? '';
  const message = "Values can't be compared with null; they are absent or they exist.";
  tokens.error('null-value', span, message, {
    help: isKnown ? `Did you mean .${name}()?` : 'Use .exists() or .absent().',
    fix: isKnown ? { start, end: span.end, text: `.${name}()` } : undefined,
  });
  return tokens.node({ name, nameSpan: spanOf(operator), args: [], ...span });
}

/**
 * `= ('a', 'b')` and `= ('a' OR 'b')` mean one of them, `!= ('a' AND 'b')` none of them.
 *
 * @param start where the replacement starts: at the space before the operator.
 */
export function readListComparison(
  tokens: TokenStream,
  operator: Token,
  start: number,
): FunctionCall {
  const compared = operators.get(foreignOperators[operator.text] ?? operator.text);
  const name = comparisonInstead(compared ?? '');
  const open = tokens.next();
  const { args, words } = readValues(tokens);
  const inside = args.map((each) => tokens.textOf(each)).join(', ');
  // One value is never equal to several at once.
  const isOfAll = words.has('AND') && (words.size > 1 || compared !== operators.get('!='));
  const isRead = isSymbol(tokens.token, open.text === '(' ? ')' : ']');
  if (isRead) tokens.next();
  else tokens.skipCondition();
  const span = tokens.spanFrom(operator.start);
  const text = `.${name}(${inside})`;
  tokens.error('several-values', span, `${operator.text} compares with a single value.`, {
    help:
      name && !isOfAll
        ? `Did you mean ${text}?`
        : `Write a condition for each value${name ? `, or ${text}` : ''}.`,
    fix: name && isRead && !isOfAll ? { start, end: span.end, text } : undefined,
  });
  return tokens.node({ name: name ?? '', nameSpan: spanOf(operator), args, ...span });
}

/** Values with commas or conjunctions between them. @returns them, and the conjunctions. */
function readValues(tokens: TokenStream): { args: Literal[]; words: Set<Keyword | undefined> } {
  const args: Literal[] = [];
  const words = new Set<Keyword | undefined>();
  while (atLiteral(tokens)) {
    args.push(readLiteral(tokens));
    const divider = tokens.token;
    if (!isSymbol(divider, ',') && !isConjunction(divider)) break;
    words.add(keywordOf(divider));
    tokens.next();
  }
  return { args, words };
}

/** Words where only a number or a time is possible: their meaning is open. */
export function readOpenWords(tokens: TokenStream): Missing {
  const { start } = tokens.token;
  const span = tokens.take(Math.max(1, countBareWords(tokens)));
  tokens.error('bare-word', span, `"${tokens.textOf(span)}" is neither a function nor a value.`, {
    help: "Write a number, a 'string', or a call such as trait('avg_spend').",
  });
  tokens.skipCondition();
  return tokens.missing(start);
}

/** `equals(null)`. */
export function readCallWithNull(tokens: TokenStream): FunctionCall {
  const token = tokens.next();
  const span = { start: token.start, end: tokens.take(3).end };
  const operator = operatorOf(token.text);
  const isEqual = operator === '=';
  const isKnown = isEqual || operator === '!=';
  const name = comparisonCalled(isEqual ? 'isnull' : 'isnotnull') ?? '';
  tokens.error(
    'null-value',
    span,
    "Values can't be compared with null; they are absent or they exist.",
    {
      help: isKnown ? `Did you mean ${name}()?` : 'Use .exists() or .absent().',
      fix: isKnown ? { ...span, text: `${name}()` } : undefined,
    },
  );
  return tokens.node({ name, nameSpan: spanOf(token), args: [], ...span });
}

/** Null where a value is expected. */
export function readNull(tokens: TokenStream): Missing {
  const token = tokens.next();
  tokens.error('null-value', token, 'The language has no null.', {
    help: 'Write a separate condition with .absent() or .exists().',
  });
  return tokens.missing(token.start);
}

/** `now() - 30 days`, `today`. */
export function readPresent(tokens: TokenStream): Missing {
  const { start } = tokens.token;
  const { end } = tokens.take(countTokensOfPresent(tokens));
  tokens.skipCondition();
  const span = { start, end: Math.max(end, tokens.lastEnd) };
  tokens.error('present-time', span, 'The language has no name for the current time.', {
    help: 'To compare with it, use .within_last(30 days), .before_last(30 days) or .within_next(30 days).',
  });
  return tokens.missing(start);
}

/** Whether an arrow function is next, as in `p => p.total > 5`. */
export function atArrow(tokens: TokenStream): boolean {
  const { token } = tokens;
  return isSymbol(tokens.peek(), '=>') && tokens.peek(2).text === token.text;
}

/** Takes an arrow function. */
export function readArrow(tokens: TokenStream): Missing {
  const { start } = tokens.take(2);
  tokens.skipCondition();
  tokens.error('unexpected', tokens.spanFrom(start), 'The language has no arrow functions.', {
    help: "Write the condition itself, such as property('price') >= 100.",
  });
  return tokens.missing(start);
}
