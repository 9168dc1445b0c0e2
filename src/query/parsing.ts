import type { Argument, Chain, Expression, FunctionCall, Literal, Missing, Span } from './ast.ts';
import type { Level } from './check-options.ts';
import type { ParameterKind } from './language-function.ts';
import type { TokenStream } from './token-stream.ts';
import type { Token } from './tokens.ts';

/*
 * What the parts of the parser share: the tokens, the context of the current position, and the
 * rules that they call in each other.
 */

/**
 * Where a word is: outside all calls, in a call that takes conditions about items, or in another
 * call.
 */
export type Place = 'outside' | 'inside' | 'other';

/** One reading of a query. */
export interface Parsing extends Rules {
  readonly tokens: TokenStream;
  readonly level: Level;
  /** Where the next word is, which decides what a bare word most likely means. */
  place: Place;
  /** Whether an earlier condition about events in this bracket has no window. */
  wantsWindow: boolean;
  /** The last condition that was read. */
  lastCompared: Chain | undefined;
  /** How many parentheses are open around a value. */
  openValues: number;
}

/** Rules that another part of the parser implements. */
interface Rules {
  /** or = and { "OR" and } ; */
  or(): Expression;
  /** unary = ( "NOT" | "ANY" | "ALL" ) unary | primary ; */
  unary(): Expression;
  /** primary = "(" or ")" | comparison ; */
  primary(): Expression;
  /** "(" or ")" ; also "{" or "}" in a `where`. */
  group(close: ')' | '}' | ']'): Expression;
  /** comparison = chain [ operator scalar ] ; the chain was already read. */
  compared(chain: Chain): Expression;
  /** An operator and its value. @param chain the left side. */
  operator(chain?: Chain): FunctionCall;
  /**
   * Takes a window or a filter after the comparison.
   *
   * @param start where a group around it starts.
   */
  takeLateFilter(chain: Chain, start?: number): void;
  /** chain = call { "." call } ; */
  chain(): Chain;
  /** The first call of a chain. @param given the extractor for a bare word. */
  firstCall(given?: string): FunctionCall;
  /** A call. @param meaning the function that its name stands for, if different. */
  call(meaning?: string): FunctionCall;
  /** "(" [ argument { "," argument } ] ")" ; the name was already read. */
  arguments(name: Token, meaning: string): Argument[];
  /** An argument of a function, by the kind of its parameter. */
  argument(kind: ParameterKind | undefined, name: string): Argument;
  /** scalar = chain | literal ; */
  scalar(): Argument;
  /** A literal, possibly in parentheses. */
  literal(): Argument;
  /** What is in braces. */
  inBraces(kind: ParameterKind | undefined, name: string): Argument;
  /** `['a', 'b']` */
  listInBrackets(meaning: string): Argument[];
  /** A value where a condition should start. */
  literalFirst(): Expression;
  /** A name in quotes where a condition should start. */
  nameInQuotes(value?: Literal, isCompared?: boolean): Missing;
  /** `AND(a, b)` */
  calledConjunction(): Missing;
  /** `NONE (…)`; undefined if that is not next. */
  quantifiedGroup(): Expression | undefined;
  /** Words before a condition; undefined if there are none. */
  wordsBefore(): Expression | undefined;
  /** The extractor that a bare word most likely needs. */
  extractorMeant(): string;
  /** Reports parentheses around a value. */
  warnOfParentheses(open: Token, inside: Span, help: string): void;
}
