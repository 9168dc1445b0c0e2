/*
 * The tree of a query. Every node has its span in the text.
 *
 * The tree holds meaning, not spelling: `a >= b` and `a.at_least(b)` are the same call, a bare
 * literal and `literal(…)` are the same node, and parentheses are dropped.
 */

/** Offsets into the query, in UTF-16 code units; `end` is exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** A definition, or a part that could be a definition on its own. */
export type Expression = Junction | Prefix | Chain | Missing;

/** Two or more operands joined by the same word. */
export interface Junction extends Span {
  kind: 'and' | 'or';
  operands: Expression[];
}

/** `NOT`; at account level also `ANY` and `ALL` over the users of an account. */
export interface Prefix extends Span {
  kind: 'not' | 'any' | 'all';
  operand: Expression;
}

/** Calls joined by dots. */
export interface Chain extends Span {
  kind: 'chain';
  calls: FunctionCall[];
}

/** One call of a chain. */
export interface FunctionCall extends Span {
  name: string;
  /** The span of the name, or of the operator in its place. */
  nameSpan: Span;
  args: Argument[];
  /** Set if the call was written as an operator, such as `>=`. */
  operator?: string;
}

/** What is inside the parentheses of a call, or after an operator. */
export type Argument = Literal | Duration | Named | Cast | Exclusion | Expression;

/** A fixed value. */
export interface Literal extends Span {
  kind: 'literal';
  type: 'string' | 'number' | 'date' | 'timestamp' | 'boolean';
  /** As written; for strings, the part between the quotes. */
  text: string;
}

/** Such as `7 days`. */
export interface Duration extends Span {
  kind: 'duration';
  /** As written: a number might not hold all of its digits. */
  amount: string;
  unit: string;
  unitSpan: Span;
}

/** `parent: …`: relative to the outer event of a funnel. */
export interface Named extends Span {
  kind: 'named';
  name: string;
  value: Argument;
}

/** `property('x') as string`. */
export interface Cast extends Span {
  kind: 'cast';
  operand: Expression;
  type: string;
  typeSpan: Span;
}

/** `{exclude: 'id', 'id'}`. */
export interface Exclusion extends Span {
  kind: 'exclusion';
  ids: Literal[];
}

/** Stands for something that is missing or unreadable; nothing more is reported about it. */
export interface Missing extends Span {
  kind: 'missing';
}
