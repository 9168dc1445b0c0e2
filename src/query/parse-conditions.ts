import type { Chain, Expression, Span } from './ast.ts';
import { skipMoreConditions } from './between-conditions.ts';
import { catalog, comparisonCalled, comparisonOf, isFilter } from './catalog.ts';
import { continuesChain } from './foreign-comparison.ts';
import { atBareName, atListOfValues, atLiteral, beginsCall, countBareWords } from './lookahead.ts';
import { readElided } from './parse-elided.ts';
import type { Parsing } from './parsing.ts';
import { recognizePath } from './path.ts';
import { atArrow, readArrow } from './read-foreign.ts';
import { reportUnknown } from './read-values.ts';
import {
  describeToken,
  isClosing,
  isConjunction,
  isOperator,
  isSymbol,
  keywordOf,
  type Token,
} from './tokens.ts';

/*
 * Reads a single condition or a group of them, and anything found in place of one.
 */

/** primary = "(" or ")" | comparison ; */
export function readPrimary(parsing: Parsing): Expression {
  const { token } = parsing.tokens;
  if (token.kind === 'name' && keywordOf(token) === undefined) {
    const isCalled = isSymbol(parsing.tokens.peek(), '(');
    const instead = isCalled ? parsing.quantifiedGroup() : readNotCalled(parsing);
    return instead ?? parsing.compared(parsing.chain());
  }
  if (atListOfValues(parsing.tokens)) return readListFirst(parsing);
  if (isSymbol(token, '(')) return readGroup(parsing, ')');
  if (isSymbol(token, '{')) return readOtherBrackets(parsing, '}');
  if (isSymbol(token, '[')) return readOtherBrackets(parsing, ']');
  if (atLiteral(parsing.tokens)) return parsing.literalFirst();
  return readNoCondition(parsing);
}

/** `['a', 'b'].includes(trait('x'))` and other conditions that start with a list of values. */
function readListFirst(parsing: Parsing): Expression {
  const { tokens } = parsing;
  const open = tokens.next();
  tokens.skipToClose();
  const values = tokens.textOf({ start: open.end, end: tokens.lastEnd });
  if (isClosing(tokens.token)) tokens.next();
  tokens.skipCondition();
  const list = comparisonCalled('in');
  tokens.error(
    'value-first',
    tokens.spanFrom(open.start),
    "A condition can't start with a value.",
    {
      help: `Put the list on the right, such as trait('…').${list}(${values})`,
    },
  );
  return tokens.missing(open.start);
}

/** `exists trait('a')`: the comparison comes last. */
function readComparisonFirst(parsing: Parsing): Expression | undefined {
  const { tokens } = parsing;
  const { token } = tokens;
  const isFirst = catalog.get(token.text)?.kind === 'comparison' && beginsCall(tokens, 1);
  if (!isFirst) return undefined;
  tokens.next();
  const { start } = tokens.token;
  tokens.skipCondition();
  const compared = tokens.textOf({ start, end: tokens.lastEnd });
  const takesNothing = catalog.get(token.text)?.parameters.length === 0;
  tokens.error('unexpected', token, `A condition can't start with ${token.text}.`, {
    help: `Write ${compared}.${token.text}(${takesNothing ? '' : '…'}).`,
  });
  return tokens.missing(token.start);
}

/** What starts with a word that is not called. */
function readNotCalled(parsing: Parsing): Expression | undefined {
  return parsing.wordsBefore() ?? readComparisonFirst(parsing) ?? readBareCondition(parsing);
}

/**
 * A word without an extractor; in a comparison it is most likely a trait or a property with that
 * name.
 */
function readBareCondition(parsing: Parsing): Expression | undefined {
  const { tokens } = parsing;
  const path = recognizePath(tokens);
  if (!atBareName(tokens) && !path?.root) return undefined;
  const { start } = tokens.token;
  const count = path?.words ?? countBareWords(tokens);
  if (atArrow(tokens)) return readArrow(tokens);
  const isOutside =
    (path?.root === 'item' || path?.root === 'setting') && parsing.place === 'outside';
  const goesOn = continuesChain(tokens, count) && !isOutside;
  if (goesOn && (path || count === 1)) return parsing.compared(parsing.chain());
  const span = tokens.take(count);
  const text = tokens.textOf(span);
  tokens.error('bare-word', span, `"${text}" is neither a function nor a value.`, {
    help: "A condition starts with event('…') or trait('…') and compares its value.",
  });
  tokens.skipCondition();
  return tokens.missing(start);
}

/** "(" or ")" ; also "{" or "}" in a `where`. */
export function readGroup(parsing: Parsing, close: ')' | '}' | ']'): Expression {
  const { tokens } = parsing;
  const open = tokens.next();
  if (!tokens.descend()) return tokens.missing(open.start);
  const wantsWindow = parsing.wantsWindow;
  parsing.wantsWindow = false;
  const inner = parsing.or();
  parsing.wantsWindow ||= wantsWindow;
  tokens.ascend();
  if (isSymbol(tokens.token, ',') && tokens.brackets.isClosed(open)) skipMoreConditions(tokens);
  tokens.close(open, close);
  return inner.kind === 'chain' ? readAfterGroup(parsing, open, inner) : inner;
}

/** Continues after a chain in parentheses. */
function readAfterGroup(parsing: Parsing, open: Token, chain: Chain): Expression {
  const { tokens } = parsing;
  const [{ text: after }, next] = [tokens.token, tokens.peek()];
  if (isSymbol(tokens.token, '.') && keywordOf(next)) {
    tokens.error('unexpected', tokens.next(), 'Join conditions with words, not with calls.', {
      help: `Write ${next.text.toUpperCase()} between the two conditions.`,
      fix: { start: tokens.lastStart, end: next.start, text: ' ' },
    });
    return chain;
  }
  if (comparisonOf(chain.calls.at(-1))) {
    if (after === '.' && isFilter(next.text)) parsing.takeLateFilter(chain, open.start);
    return chain;
  }
  return isOperator(tokens.token) || after === '.'
    ? readAfterGroupedChain(parsing, open, chain)
    : chain;
}

/** Continues a chain in parentheses, as in `(trait('a')) = 1`. */
function readAfterGroupedChain(parsing: Parsing, open: Token, chain: Chain): Expression {
  const { tokens } = parsing;
  warnOfParentheses(parsing, open, chain, 'Remove them, or move the comparison inside them.');
  chain.start = open.start;
  while (isSymbol(tokens.token, '.')) {
    tokens.next();
    chain.calls.push(parsing.call());
  }
  chain.end = tokens.lastEnd;
  return parsing.compared(chain);
}

/** The reference's syntax has no parentheses around a value, but its prose uses them. */
export function warnOfParentheses(parsing: Parsing, open: Token, inside: Span, help: string): void {
  const { tokens } = parsing;
  if (tokens.stopped) return;
  const span = tokens.spanFrom(open.start);
  const message =
    "In the syntax of Segment's reference, parentheses group whole conditions, not values.";
  const fix = { ...span, text: tokens.textOf(inside) };
  tokens.findings.warn('parenthesized-value', span, message, {
    help,
    fix: tokens.brackets.areBalanced ? fix : undefined,
  });
}

/** Brackets of another kind around conditions. */
function readOtherBrackets(parsing: Parsing, close: '}' | ']'): Expression {
  const { tokens } = parsing;
  const { start } = tokens.token;
  const inner = readGroup(parsing, close);
  const span = tokens.spanFrom(start);
  const isClosed = tokens.query[span.end - 1] === close;
  const inside = tokens.textOf({ start: start + 1, end: span.end - 1 });
  const message =
    close === '}' ? 'Braces belong only inside a where.' : 'The language has no square brackets.';
  tokens.error('unexpected-braces', span, message, {
    help: 'Use parentheses to group conditions.',
    fix: isClosed ? { ...span, text: `(${inside})` } : undefined,
  });
  return inner;
}

function readNoCondition(parsing: Parsing): Expression {
  const { tokens } = parsing;
  const { token } = tokens;
  const elided = isOperator(token) ? readElided(parsing) : undefined;
  if (elided) return elided;
  if (isConjunction(token) && tokens.hasCommaInside(1)) return parsing.calledConjunction();
  if (token.kind === 'end' || isClosing(token) || isConjunction(token)) {
    const before = tokens.lastToken;
    const isEmpty = before.kind === 'end' && token.kind === 'end';
    const message = isEmpty
      ? 'The definition is empty.'
      : `A condition is missing before ${describeToken(token)}.`;
    const example = "Write one, such as event('Shoes Bought').count() >= 1";
    tokens.error('expected-condition', token, message, {
      help: isConjunction(before)
        ? `${example}, or remove ${describeToken(before)}.`
        : `${example}.`,
    });
    return tokens.missing(token.start);
  }
  const more = { help: "A condition starts with event('…') or trait('…')." };
  if (token.kind === 'unknown') reportUnknown(tokens, token);
  else
    tokens.error(
      'unexpected',
      token,
      `A condition can't start with ${describeToken(token)}.`,
      more,
    );
  tokens.next();
  return tokens.recover(token.start);
}
