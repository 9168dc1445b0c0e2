import type { Argument, Chain, Expression, FunctionCall, Literal, Missing, Span } from './ast.ts';
import type { Level } from './check-options.ts';
import type { ParameterKind } from './language-function.ts';
import type { TokenStream } from './token-stream.ts';
import type { Token } from './tokens.ts';

/*
 * What the pieces of the parser share: the tokens, what is known of the place that is read, and the rules
 * that they call in each other.
 */

/** Where a word stands: outside of all calls, in what takes conditions about items, or in another call. */
export type Place = 'outside' | 'inside' | 'other';

/** One reading of a query. */
export interface Parsing extends Rules {
  readonly tokens: TokenStream;
  readonly level: Level;
  /** In what the next word stands, which says what a bare one most likely stands for. */
  place: Place;
  /** Whether in this bracket a condition about events went before that has no window. */
  wantsWindow: boolean;
  /** The condition that was read last. */
  lastCompared: Chain | undefined;
  /** How many parentheses are open around a value. */
  openValues: number;
}

/** Rules that are read by another piece of the parser than the one that needs them. */
interface Rules {
  /** or = and { "OR" and } ; */
  or(): Expression;
  /** unary = ( "NOT" | "ANY" | "ALL" ) unary | primary ; */
  unary(): Expression;
  /** primary = "(" or ")" | comparison ; */
  primary(): Expression;
  /** "(" or ")" ; also "{" or "}" in a `where`. */
  group(close: ')' | '}' | ']'): Expression;
  /** comparison = chain [ operator scalar ] ; the chain was read. */
  compared(chain: Chain): Expression;
  /** An operator and its value. @param chain what is compared. */
  operator(chain?: Chain): FunctionCall;
  /** Takes a window or a filter behind the comparison. @param start where a group around it begins. */
  takeLateFilter(chain: Chain, start?: number): void;
  /** chain = call { "." call } ; */
  chain(): Chain;
  /** The first call of a chain. @param given the extractor for a word without one. */
  firstCall(given?: string): FunctionCall;
  /** A call. @param meaning the function that its name stands for, if that is another. */
  call(meaning?: string): FunctionCall;
  /** "(" [ argument { "," argument } ] ")" ; the name was read. */
  arguments(name: Token, meaning: string): Argument[];
  /** An argument of a function, by the kind of its parameter. */
  argument(kind: ParameterKind | undefined, name: string): Argument;
  /** scalar = chain | literal ; */
  scalar(): Argument;
  /** A literal, perhaps in parentheses. */
  literal(): Argument;
  /** What is in braces. */
  inBraces(kind: ParameterKind | undefined, name: string): Argument;
  /** `['a', 'b']` */
  listInBrackets(meaning: string): Argument[];
  /** A value where a condition should begin. */
  literalFirst(): Expression;
  /** A name in quotes where a condition should begin. */
  nameInQuotes(value?: Literal, isCompared?: boolean): Missing;
  /** `AND(a, b)` */
  calledJoint(): Missing;
  /** `NONE (…)`; undefined if that is not next. */
  quantifiedGroup(): Expression | undefined;
  /** Words before a condition; undefined if there are none. */
  wordsBefore(): Expression | undefined;
  /** The extractor that a word without one most likely belongs to. */
  extractorMeant(): string;
  /** Reports parentheses around a value. */
  warnOfParentheses(open: Token, inside: Span, help: string): void;
}
