import type { Argument, Chain, Expression, FunctionCall, Literal, Missing, Span } from './ast.ts';
import type { Level } from './check-options.ts';
import type { Findings } from './diagnostic.ts';
import { decoded } from './html-entities.ts';
import type { ParameterKind } from './language-function.ts';
import { lex } from './lexer.ts';
import { maxQueryChars } from './limits.ts';
import { readAnyLiteral, readArgument, readScalar } from './parse-argument.ts';
import { readArguments, readListInBrackets } from './parse-arguments.ts';
import { readInBraces } from './parse-braces.ts';
import { extractorMeant, readCall, readChain, readFirstCall } from './parse-chains.ts';
import { readCompared, readOperator, takeLateFilter } from './parse-comparisons.ts';
import { readGroup, readPrimary, warnOfParentheses } from './parse-conditions.ts';
import { readDefinition, readOr, readUnary } from './parse-junctions.ts';
import {
  readCalledConjunction,
  readQuantifiedGroup,
  readWordsBefore,
} from './parse-logic-words.ts';
import { readLiteralFirst, readNameInQuotes } from './parse-value-first.ts';
import type { Parsing, Place } from './parsing.ts';
import { TokenStream } from './token-stream.ts';
import type { Token } from './tokens.ts';
import { unwrapped } from './wrapping.ts';

/**
 * Parses a query. Always returns a tree; a `missing` node stands in for anything unreadable, and
 * parsing continues after it, so that one pass finds all independent errors.
 */
export function parse(query: string, findings: Findings, level: Level = 'users'): Expression {
  if (query.length > maxQueryChars) {
    const span = { start: maxQueryChars, end: query.length };
    const message = `The query has ${query.length} characters, more than the ${maxQueryChars} that this checker reads`;
    findings.beyondLimit('too-long', span, message);
    return { kind: 'missing', start: 0, end: query.length };
  }
  const inside = unwrapped(query);
  if (inside !== undefined) return insideOf(query, inside, findings);
  const plain = decoded(query);
  if (plain !== undefined) return encoded(query, plain, findings);
  return readDefinition(new Parser(new TokenStream(query, lex(query, findings), findings), level));
}

/**
 * Quotes around the whole definition are its only error; the definition is read once they are gone.
 */
function insideOf(query: string, inside: string, findings: Findings): Expression {
  const span = { start: 0, end: query.length };
  findings.error('wrapped', span, 'The whole definition is in quotes or backticks.', {
    help: 'Remove them.',
    fix: { ...span, text: inside },
  });
  return { kind: 'missing', ...span };
}

/** Entities are the only error; the definition is read once they are gone. */
function encoded(query: string, plain: string, findings: Findings): Expression {
  const span = { start: 0, end: query.length };
  findings.error('html-entities', span, 'The definition contains HTML entities.', {
    help: `Did you mean ${plain}?`,
    fix: { ...span, text: plain },
  });
  return { kind: 'missing', ...span };
}

/**
 * A recursive-descent parser: each grammar rule is a function in one of the parse-….ts files, which
 * call each other through this class.
 */
class Parser implements Parsing {
  readonly tokens: TokenStream;
  readonly level: Level;
  place: Place = 'outside';
  wantsWindow = false;
  lastCompared: Chain | undefined;
  openValues = 0;

  constructor(tokens: TokenStream, level: Level) {
    this.tokens = tokens;
    this.level = level;
  }

  or(): Expression {
    return readOr(this);
  }

  unary(): Expression {
    return readUnary(this);
  }

  primary(): Expression {
    return readPrimary(this);
  }

  group(close: ')' | '}' | ']'): Expression {
    return readGroup(this, close);
  }

  compared(chain: Chain): Expression {
    return readCompared(this, chain);
  }

  operator(chain?: Chain): FunctionCall {
    return readOperator(this, chain);
  }

  takeLateFilter(chain: Chain, start?: number): void {
    takeLateFilter(this, chain, start);
  }

  chain(): Chain {
    return readChain(this);
  }

  firstCall(given?: string): FunctionCall {
    return readFirstCall(this, given);
  }

  call(meaning?: string): FunctionCall {
    return readCall(this, meaning);
  }

  arguments(name: Token, meaning: string): Argument[] {
    return readArguments(this, name, meaning);
  }

  argument(kind: ParameterKind | undefined, name: string): Argument {
    return readArgument(this, kind, name);
  }

  scalar(): Argument {
    return readScalar(this);
  }

  literal(): Argument {
    return readAnyLiteral(this);
  }

  inBraces(kind: ParameterKind | undefined, name: string): Argument {
    return readInBraces(this, kind, name);
  }

  listInBrackets(meaning: string): Argument[] {
    return readListInBrackets(this, meaning);
  }

  literalFirst(): Expression {
    return readLiteralFirst(this);
  }

  nameInQuotes(value?: Literal, isCompared?: boolean): Missing {
    return readNameInQuotes(this, value, isCompared);
  }

  calledConjunction(): Missing {
    return readCalledConjunction(this);
  }

  quantifiedGroup(): Expression | undefined {
    return readQuantifiedGroup(this);
  }

  wordsBefore(): Expression | undefined {
    return readWordsBefore(this);
  }

  extractorMeant(): string {
    return extractorMeant(this);
  }

  warnOfParentheses(open: Token, inside: Span, help: string): void {
    warnOfParentheses(this, open, inside, help);
  }
}
