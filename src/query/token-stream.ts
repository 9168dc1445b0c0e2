import type { Missing, Span } from './ast.ts';
import { Brackets } from './brackets.ts';
import type { DiagnosticCode } from './codes.ts';
import type { Advice, Findings } from './diagnostic.ts';
import { maxNesting, maxNodes } from './limits.ts';
import {
  describeToken,
  isClosing,
  isConjunction,
  isOpening,
  isPartOfText,
  isSymbol,
  type Token,
} from './tokens.ts';

/**
 * The tokens of a query from the current one: looks ahead, takes tokens, skips to where parsing can
 * continue after an error, and stops parsing if a query is too deep or too large.
 */
export class TokenStream {
  /** The text of the query. */
  readonly query: string;
  readonly findings: Findings;
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  #at = 0;
  #depth = 0;
  #nodes = 0;
  #brackets: Brackets | undefined;
  #stopped = false;
  /** A range of tokens that may be parts of one string; `to` is exclusive. */
  #text = { from: 0, to: 0 };

  /** @param tokens from the lexer; the last one is `end`. */
  constructor(query: string, tokens: readonly Token[], findings: Findings) {
    this.query = query;
    this.#tokens = tokens;
    this.#end = tokens.at(-1) ?? { kind: 'end', text: '', start: 0, end: 0 };
    this.findings = findings;
  }

  /** The next token. */
  get token(): Token {
    return this.peek(0);
  }

  /** Whether nothing is left. */
  get atEnd(): boolean {
    return this.token.kind === 'end';
  }

  /** Whether a limit was exceeded: from then on nothing is read and nothing is reported. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** The token at this distance from the next one; past the last token, `end`. */
  peek(ahead = 1): Token {
    return this.#tokens[this.#at + ahead] ?? this.#end;
  }

  /** How many tokens after the next one may be parts of a string; each is examined only once. */
  countTextTokens(): number {
    const from = this.#at + 1;
    if (from < this.#text.from || from >= this.#text.to) {
      let to = from;
      while (isPartOfText(this.#tokens[to] ?? this.#end)) to += 1;
      this.#text = { from, to };
    }
    return this.#text.to - from;
  }

  /** Takes the next token; the end is never taken. */
  next(): Token {
    const token = this.token;
    if (token.kind !== 'end') this.#at += 1;
    return token;
  }

  /** Takes this many tokens. @returns their span. */
  take(count: number): Span {
    const { start } = this.token;
    for (let taken = 0; taken < count; taken += 1) this.next();
    return this.spanFrom(start);
  }

  /** From `start` to the end of the last token taken. */
  spanFrom(start: number): Span {
    return { start, end: Math.max(start, this.lastEnd) };
  }

  /** The last token taken; `end` if none was. */
  get lastToken(): Token {
    return this.#tokens[this.#at - 1] ?? this.#end;
  }

  /** The start of the last token taken. */
  get lastStart(): number {
    return this.#tokens[this.#at - 1]?.start ?? 0;
  }

  /** The end of the last token taken. */
  get lastEnd(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0;
  }

  /** The last token taken that ends before an offset; `end` if there is none. */
  tokenBefore(offset: number): Token {
    let at = this.#at - 1;
    while (at >= 0 && (this.#tokens[at]?.end ?? 0) > offset) at -= 1;
    return this.#tokens[at] ?? this.#end;
  }

  /** The text of a part of the query. */
  textOf({ start, end }: Span): string {
    return this.query.slice(start, end);
  }

  /** Takes a closing bracket; if it is missing, reports the opening one. */
  close(open: Token, close: ')' | '}' | ']'): void {
    if (isSymbol(this.token, close)) {
      this.next();
      return;
    }
    const here = this.token;
    // It may be closed in the part that was cut off.
    if (here.isOpen) return;
    const place = describeToken(here);
    this.error('unclosed', open, `This ${open.text} is not closed before ${place}.`, {
      help: `Add ${close} where its contents end.`,
    });
  }

  /** Goes one level deeper; returns false and stops parsing if that is too deep. */
  descend(): boolean {
    this.#depth += 1;
    if (this.#depth > maxNesting) {
      const message = `The query is nested deeper than the ${maxNesting} levels that this checker reads`;
      this.findings.beyondLimit('too-deep', this.token, message);
      this.#stop();
    }
    return !this.#stopped;
  }

  /** Leaves a level. */
  ascend(): void {
    this.#depth -= 1;
  }

  /** Counts a node of the tree, and stops parsing if there are too many. */
  node<Node extends object>(node: Node): Node {
    this.#nodes += 1;
    if (this.#nodes > maxNodes && !this.#stopped) {
      const message = `The query has more than the ${maxNodes} parts that this checker reads`;
      this.findings.beyondLimit('too-large', this.token, message);
      this.#stop();
    }
    return node;
  }

  /** A node for something missing or unreadable. */
  missing(start: number): Missing {
    return this.node({ kind: 'missing', ...this.spanFrom(start) });
  }

  /**
   * Reports an error, unless parsing has stopped. With unmatched brackets, text that contains
   * brackets may not belong together, so it gets no fix.
   */
  error(code: DiagnosticCode, span: Span, message: string, advice: Advice = {}): void {
    if (this.#stopped) return;
    const { fix } = advice;
    const isUnsure =
      fix !== undefined && /[(){}[\]]/.test(this.textOf(fix)) && !this.brackets.areBalanced;
    this.findings.error(code, span, message, isUnsure ? { ...advice, fix: undefined } : advice);
    if (this.findings.isFull) this.#stop();
  }

  /** How the brackets of the query match. */
  get brackets(): Brackets {
    this.#brackets ??= new Brackets(this.#tokens);
    return this.#brackets;
  }

  /** Whether there is a comma directly inside the bracket at this distance. */
  hasCommaInside(from = 0): boolean {
    // An unclosed bracket would be scanned to the end of the query again and again.
    if (!this.brackets.isClosed(this.peek(from))) return false;
    let open = 0;
    for (let ahead = from; ; ahead += 1) {
      const token = this.peek(ahead);
      if (token.kind === 'end') return false;
      if (isOpening(token)) open += 1;
      else if (isClosing(token)) open -= 1;
      if (open === 0) return false;
      if (open === 1 && isSymbol(token, ',')) return true;
    }
  }

  /** Skips to the end of the open bracket. */
  skipToClose(): void {
    this.#skipUntil(() => false);
  }

  /** Skips to the end of a condition: a conjunction, a comma or the end of the open bracket. */
  skipCondition(): void {
    this.#skipUntil((token) => isConjunction(token) || isSymbol(token, ','));
  }

  /** Skips to the end of a condition, and withholds all fixes. */
  recover(start: number): Missing {
    this.findings.withholdFixes();
    this.skipCondition();
    return this.missing(start);
  }

  /**
   * Skips to the end of the open bracket, or to a token that ends the skipping, ignoring nested
   * brackets.
   */
  #skipUntil(ends: (token: Token) => boolean): void {
    for (let open = 0; !this.atEnd; this.next()) {
      const { token } = this;
      if (open === 0 && (isClosing(token) || ends(token))) return;
      if (isOpening(token)) open += 1;
      else if (isClosing(token)) open -= 1;
    }
  }

  #stop(): void {
    this.#stopped = true;
    this.#at = this.#tokens.length - 1;
  }
}
