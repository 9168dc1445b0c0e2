import type { Argument, Chain, Expression, FunctionCall } from './ast.ts';
import { isEndOfCondition, takeDirection, takeRest } from './between-conditions.ts';
import {
  comparisonInstead,
  extractorOf,
  isFilter,
  isReducer,
  isWindow,
  keepsText,
  operators,
} from './catalog.ts';
import { foreignOperators } from './foreign-comparison.ts';
import { helpForDate } from './help.ts';
import {
  atBareWord,
  atListOfValues,
  beginsCall,
  countMoreStrings,
  countTokensOfGroupedNumber,
  countTokensOfPresent,
} from './lookahead.ts';
import { operatorApart, takeOperator } from './operator-apart.ts';
import type { Parsing } from './parsing.ts';
import { readComparisonInWords } from './read-comparison.ts';
import {
  readDeniedOperator,
  readListComparison,
  readNullComparison,
  readOpenWords,
  readPresent,
} from './read-foreign.ts';
import { readGroupedNumber } from './read-values.ts';
import { describeToken, isNull, isOperator, isSymbol, keywordOf, spanOf } from './tokens.ts';
import { countWordsOfWindow, windowOf, withFilter } from './window-in-words.ts';

/*
 * Reads the comparison of a chain, and what follows it in the condition.
 */

function isStreamWithoutWindow({ calls }: Chain): boolean {
  return extractorOf(calls[0])?.family === 'stream' && !calls.some(isWindow);
}

function comparesWithStream({ calls }: Chain): boolean {
  return (calls.at(-1)?.args ?? []).some(
    (value) => value.kind === 'chain' && extractorOf(value.calls[0])?.family === 'stream',
  );
}

/** comparison = chain [ ( "=" | "==" | "!=" | ">" | ">=" | "<" | "<=" ) scalar ] ; */
export function readCompared(parsing: Parsing, chain: Chain): Expression {
  const { tokens } = parsing;
  const { errors } = tokens.findings;
  const isApart = operatorApart(tokens.token, tokens.peek()) !== undefined;
  if (keywordOf(tokens.token) === 'NOT' && isOperator(tokens.peek()) && !isApart) {
    return readDeniedOperator(tokens, chain);
  }
  const call =
    isOperator(tokens.token) || isApart
      ? readOperator(parsing, chain)
      : readInWords(parsing, chain);
  if (call) {
    takeMoreValues(parsing, call);
    chain.calls.push(call);
    chain.end = call.end;
  }
  if (call && isOperator(tokens.token)) {
    tokens.error('unexpected', tokens.token, 'A condition can have only one comparison.', {
      help: 'Write two conditions with AND between them.',
    });
    return tokens.recover(chain.start);
  }
  parsing.lastCompared = chain;
  takeLateFilter(parsing, chain);
  parsing.wantsWindow ||= isStreamWithoutWindow(chain);
  takeRest(tokens, tokens.findings.errors > errors);
  return chain;
}

/** `= 'a', 'b'` */
function takeMoreValues(parsing: Parsing, call: FunctionCall): void {
  const { tokens } = parsing;
  if (!isSymbol(tokens.token, ',')) return;
  const name = call.operator === undefined ? undefined : comparisonInstead(call.name);
  const [first] = call.args;
  if (name === undefined || first?.kind !== 'literal' || first.type !== 'string') return;
  const count = countMoreStrings(tokens);
  if (count === 0) return;
  const { end } = tokens.take(count);
  const before = tokens.query.slice(0, call.start).trimEnd().length;
  const span = { start: call.start, end };
  const text = `.${name}(${tokens.textOf({ start: first.start, end })})`;
  tokens.error('several-values', span, `${call.operator} compares with a single value.`, {
    help: `Did you mean ${text}?`,
    fix: { start: before, end, text },
  });
  call.end = end;
}

/** Words after a count that refer to the current time are a window. */
function readInWords(parsing: Parsing, chain: Chain): FunctionCall | undefined {
  const { token } = parsing.tokens;
  if (token.kind !== 'name' && !isSymbol(token, '!')) return undefined;
  if (chain.calls.some(isReducer) && countWordsOfWindow(parsing.tokens) > 0) return undefined;
  return readComparisonInWords(parsing.tokens, chain, {
    value: (comparison) => readComparedValue(parsing, comparison),
    call: (meaning) => parsing.call(meaning),
  });
}

/**
 * Takes a window in words, or a filter call, after the comparison; it belongs before the reducer.
 */
export function takeLateFilter(parsing: Parsing, chain: Chain, start?: number): void {
  const { tokens } = parsing;
  const { token, lastEnd } = tokens;
  if (isEndOfCondition(token)) return;
  const words = countWordsOfWindow(tokens);
  const isCall = isSymbol(token, '.') && isFilter(tokens.peek().text);
  if ((words === 0 && !isCall) || tokens.stopped) return;
  const filter = takeFilter(parsing, words);
  tokens.findings.breakAt(lastEnd);
  // A window in words may apply to more than the nearest stream.
  const isOpen = words > 0 && (parsing.wantsWindow || comparesWithStream(chain));
  const moved = isOpen ? undefined : withFilter(chain, filter, tokens.query);
  const { end } = tokens.spanFrom(lastEnd);
  const span = { start: token.start, end };
  const before = start === undefined || !moved ? '' : tokens.query.slice(chain.start, moved.start);
  if (extractorOf(chain.calls[0])?.family !== 'stream' && !isCall) {
    tokens.error('word-operator', span, `${describeToken(token)} is not a comparison operator.`, {
      help: helpForDate,
    });
    return;
  }
  tokens.error('late-filter', span, 'A filter must come before the reducer, such as .count().', {
    help: moved
      ? `Move it there: ${filter}`
      : `Write ${filter} after each event that it applies to.`,
    fix: moved && { start: start ?? moved.start, end, text: before + moved.text },
  });
}

/** Takes a window after this many words, or the call of a filter. @returns the filter as text. */
function takeFilter(parsing: Parsing, words: number): string {
  const { tokens } = parsing;
  tokens.take(Math.max(words, 1));
  return words > 0 ? windowOf(tokens.textOf(tokens.take(2))) : `.${tokens.textOf(parsing.call())}`;
}

/** An operator and its value. */
export function readOperator(parsing: Parsing, chain?: Chain): FunctionCall {
  const { tokens } = parsing;
  const before = tokens.lastEnd;
  const token = takeOperator(tokens);
  if (isNull(tokens.token) && !beginsCall(tokens)) return readNullComparison(tokens, token, before);
  if (chain && atListOfValues(tokens)) return readListComparison(tokens, token, before);
  const meant = foreignOperators[token.text];
  if (meant) {
    tokens.error('unknown-operator', token, `${describeToken(token)} is not an operator.`, {
      help: `Did you mean ${meant}?`,
      fix: { ...spanOf(token), text: meant },
    });
  }
  if (token.text === '==') {
    tokens.findings.hint('double-equals', token, 'One equals sign is enough.', {
      help: 'Write = instead of ==.',
      fix: { ...spanOf(token), text: '=' },
    });
  }
  const operator = meant ?? token.text;
  const name = operators.get(operator) ?? operator;
  const value = readComparedValue(parsing, name);
  if (value.kind === 'duration') takeDirection(tokens);
  const span = tokens.spanFrom(token.start);
  return tokens.node({ name, nameSpan: spanOf(token), args: [value], operator, ...span });
}

/** The right side of an operator; also a number with commas, and the current time. */
function readComparedValue(parsing: Parsing, comparison: string): Argument {
  const { tokens } = parsing;
  if (countTokensOfPresent(tokens) > 0) return readPresent(tokens);
  const grouped = countTokensOfGroupedNumber(tokens);
  if (grouped > 0) return readGroupedNumber(tokens, grouped);
  if (atBareWord(tokens) && !keepsText(comparison)) return readOpenWords(tokens);
  return parsing.scalar();
}
