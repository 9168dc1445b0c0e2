import type { Expression, Junction, Prefix } from './ast.ts';
import { skipParenthesis, takeLabel, takeStray, takeUnknownWords } from './between-conditions.ts';
import { continuesChain } from './foreign-comparison.ts';
import { prefixKinds, takeKeyword } from './keywords.ts';
import { beginsCondition } from './lookahead.ts';
import type { Parsing } from './parsing.ts';
import type { TokenStream } from './token-stream.ts';
import { isConjunction, isSymbol, type Keyword, keywordOf, type Token } from './tokens.ts';

/*
 * Reads what joins and modifies conditions: the grammar rules from a whole definition down to a
 * single condition.
 */

const denyingConjunctions: Partial<Record<string, 'AND' | 'OR'>> = { NOR: 'OR', NAND: 'AND' };

function denyingConjunctionOf({ kind, text }: Token): 'AND' | 'OR' | undefined {
  return kind === 'name' ? denyingConjunctions[text.toUpperCase()] : undefined;
}

/** Whether the parentheses that are next contain words or more arguments, not a condition. */
function atStrayParenthesis(tokens: TokenStream): boolean {
  const { token, lastToken } = tokens;
  if (!isSymbol(token, '(')) return false;
  if (isSymbol(lastToken, ')') && lastToken.end === token.start) return true;
  const isWord = tokens.peek().kind === 'name' && !beginsCondition(tokens, 1);
  return isWord && !continuesChain(tokens, 2);
}

/** Whether a token starts another condition where a conjunction should be. */
function beginsOperand(token: Token): boolean {
  const keyword = keywordOf(token);
  if (token.kind === 'name')
    return token.text.toLowerCase() !== 'as' && keyword !== 'AND' && keyword !== 'OR';
  return token.kind === 'symbol' && (token.text === '(' || keyword === 'NOT');
}

/** definition = or ; */
export function readDefinition(parsing: Parsing): Expression {
  const { tokens } = parsing;
  takeLabel(tokens);
  let tree = readOr(parsing);
  while (!tokens.atEnd) {
    if (!takeStray(tokens)) continue;
    const rest = readOr(parsing);
    tree = tokens.node({ kind: 'and', operands: [tree, rest], ...tokens.spanFrom(tree.start) });
  }
  return tree;
}

/** or = and { "OR" and } ; */
export function readOr(parsing: Parsing): Expression {
  const { start } = parsing.tokens.token;
  const left = readJunction(parsing, 'or', 'OR', () => readAnd(parsing));
  return takeDenyingConjunction(parsing, left, start);
}

/**
 * Continues after NOR or NAND, which negate what they join.
 *
 * @param start where the left side starts.
 */
function takeDenyingConjunction(parsing: Parsing, left: Expression, start: number): Expression {
  const { tokens } = parsing;
  const { token, stopped } = tokens;
  const conjunction = denyingConjunctionOf(token);
  if (!conjunction || stopped) return left;
  const before = tokens.textOf({ start, end: tokens.lastEnd });
  tokens.next();
  const from = tokens.token.start;
  const right = readUnary(parsing);
  const after = tokens.textOf({ start: from, end: tokens.lastEnd });
  const isWhole = left.start === start;
  const isAlone =
    isWhole && left.kind === 'chain' && right.kind === 'chain' && !isConjunction(tokens.token);
  const text = `NOT (${before} ${conjunction} ${after})`;
  tokens.error('unknown-word', token, `"${token.text}" can't join two conditions.`, {
    help: isAlone ? `Did you mean ${text}?` : `Write NOT (… ${conjunction} …).`,
    fix: isAlone ? { start, end: tokens.lastEnd, text } : undefined,
  });
  if (isConjunction(tokens.token)) {
    takeKeyword(tokens);
    readOr(parsing);
  }
  return tokens.missing(start);
}

/** and = unary { "AND" unary } ; */
function readAnd(parsing: Parsing): Expression {
  return readJunction(parsing, 'and', 'AND', () => readUnary(parsing));
}

function readJunction(
  parsing: Parsing,
  kind: Junction['kind'],
  word: Keyword,
  operand: () => Expression,
): Expression {
  const operands = [operand()];
  while (takeConjunction(parsing, word)) operands.push(operand());
  const [first] = operands;
  if (first && operands.length === 1) return first;
  return parsing.tokens.node({ kind, operands, ...parsing.tokens.spanFrom(first?.start ?? 0) });
}

/**
 * Takes a conjunction of this kind, if it is next; two adjacent conditions are read as if joined by
 * AND.
 */
function takeConjunction(parsing: Parsing, word: Keyword): boolean {
  if (keywordOf(parsing.tokens.token) === word) {
    takeKeyword(parsing.tokens);
    return true;
  }
  if (word !== 'AND') return false;
  if (takeMissingConjunction(parsing)) return true;
  // Unknown words may have been skipped up to a conjunction.
  const isNext = keywordOf(parsing.tokens.token) === word;
  if (isNext) takeKeyword(parsing.tokens);
  return isNext;
}

function takeMissingConjunction(parsing: Parsing): boolean {
  const { tokens } = parsing;
  const { token, stopped } = tokens;
  if (stopped || !beginsOperand(token) || denyingConjunctionOf(token)) return false;
  if (!beginsCondition(tokens)) return takeUnknownWords(tokens);
  if (atStrayParenthesis(tokens)) return skipParenthesis(tokens);
  tokens.error('missing-junction', token, 'Two conditions need AND or OR between them.', {
    help: 'Write AND before this one if both must be true, OR if one is enough.',
  });
  return true;
}

/** unary = ( "NOT" | "ANY" | "ALL" ) unary | primary ; */
export function readUnary(parsing: Parsing): Expression {
  const { tokens } = parsing;
  const prefixes: { kind: Prefix['kind']; start: number }[] = [];
  for (;;) {
    const keyword = keywordOf(tokens.token);
    const kind = keyword && prefixKinds[keyword];
    if (!kind) break;
    prefixes.push({ kind, start: tokens.token.start });
    takeKeyword(tokens);
    if (!tokens.descend()) break;
  }
  let node = parsing.primary();
  for (const { kind, start } of prefixes.reverse()) {
    tokens.ascend();
    node = tokens.node({ kind, operand: node, ...tokens.spanFrom(start) });
  }
  return node;
}
