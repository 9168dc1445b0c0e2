/*
 * The tree of a query. Every node has its span in the text.
 *
 * The tree holds meaning, not spelling: `a >= b` and `a.at_least(b)` are the same call, a bare
 * literal and `literal(…)` the same node, and parentheses are gone.
 */

/** Offsets into the query, in UTF-16 code units; `end` is exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** A definition, or a part of one that could be a definition by itself. */
export type Expression = Junction | Prefix | Chain | Missing;

/** Two or more operands joined by the same word. */
export interface Junction extends Span {
  kind: 'and' | 'or';
  operands: Expression[];
}

/** `NOT`, or, at the level of accounts, `ANY` and `ALL` over the users of an account. */
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
  /** Where the name is, or the operator that stands for it. */
  nameSpan: Span;
  args: Argument[];
  /** Set if the call was written as an operator, such as `>=`. */
  operator?: string;
}

/** What is between the parentheses of a call, or after an operator. */
export type Argument = Literal | Duration | Named | Cast | Exclusion | Expression;

/** A fixed value. */
export interface Literal extends Span {
  kind: 'literal';
  type: 'string' | 'number' | 'date' | 'timestamp' | 'boolean';
  /** As between the quotes, or as written. */
  text: string;
}

/** Such as `7 days`. */
export interface Duration extends Span {
  kind: 'duration';
  /** As it is written: a number could not hold all of its digits. */
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

/** Stands for what is left out or can't be read; nothing more is reported of it. */
export interface Missing extends Span {
  kind: 'missing';
}
