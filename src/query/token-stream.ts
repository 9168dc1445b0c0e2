import type { Missing, Span } from './ast.ts';
import { Brackets } from './brackets.ts';
import type { Advice, Findings } from './diagnostic.ts';
import { maxNesting, maxNodes } from './limits.ts';
import {
  describeToken,
  isClosing,
  isJoint,
  isOpening,
  isPartOfText,
  isSymbol,
  type Token,
} from './tokens.ts';

/**
 * The tokens of a query from the one that is read next: looks ahead, takes, skips to where reading
 * can go on after a mistake, and ends all reading where a query is too deep or too large.
 */
export class TokenStream {
  /** The text that is read. */
  readonly query: string;
  readonly findings: Findings;
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  #at = 0;
  #depth = 0;
  #nodes = 0;
  #brackets: Brackets | undefined;
  #stopped = false;
  /** The tokens, from one to before another, that may be parts of one text. */
  #text = { from: 0, to: 0 };

  /** @param tokens as the lexer gives them: the last one is `end`. */
  constructor(query: string, tokens: readonly Token[], findings: Findings) {
    this.query = query;
    this.#tokens = tokens;
    this.#end = tokens.at(-1) ?? { kind: 'end', text: '', start: 0, end: 0 };
    this.findings = findings;
  }

  /** The token that is read next. */
  get token(): Token {
    return this.peek(0);
  }

  /** Whether nothing is left. */
  get atEnd(): boolean {
    return this.token.kind === 'end';
  }

  /** Whether a limit was passed: from there on nothing is read and nothing is reported. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** The token so many places after the next one; after the last one there are only ends. */
  peek(ahead = 1): Token {
    return this.#tokens[this.#at + ahead] ?? this.#end;
  }

  /** How many tokens after the next one may be parts of a text; none is looked at more than once. */
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

  /** Takes so many tokens. @returns their span. */
  take(count: number): Span {
    const { start } = this.token;
    for (let taken = 0; taken < count; taken += 1) this.next();
    return this.spanFrom(start);
  }

  /** From `start` to the end of the token that was taken last. */
  spanFrom(start: number): Span {
    return { start, end: Math.max(start, this.lastEnd) };
  }

  /** The token that was taken last; the end before any was. */
  get lastToken(): Token {
    return this.#tokens[this.#at - 1] ?? this.#end;
  }

  /** Where the token begins that was taken last. */
  get lastStart(): number {
    return this.#tokens[this.#at - 1]?.start ?? 0;
  }

  /** Where the token ends that was taken last. */
  get lastEnd(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0;
  }

  /** The text of a part of the query. */
  textOf({ start, end }: Span): string {
    return this.query.slice(start, end);
  }

  /** Takes a closing bracket; if it is missing, reports the one that was opened. */
  close(open: Token, close: ')' | '}' | ']'): void {
    if (isSymbol(this.token, close)) {
      this.next();
      return;
    }
    const here = this.token;
    // It may well be closed in what was cut off.
    if (here.isOpen) return;
    const place = describeToken(here);
    this.error('unclosed', open, `This ${open.text} is not closed before ${place}.`, {
      help: `Put ${close} where what it holds ends.`,
    });
  }

  /** Goes one level deeper; false, and the end of all reading, where that is too deep. */
  descend(): boolean {
    this.#depth += 1;
    if (this.#depth > maxNesting) {
      const message = `The query is nested deeper than the ${maxNesting} levels that are read`;
      this.findings.beyondLimit('too-deep', this.token, message);
      this.#stop();
    }
    return !this.#stopped;
  }

  /** Comes back from a level. */
  ascend(): void {
    this.#depth -= 1;
  }

  /** Counts a node of the tree, and ends all reading where there are too many. */
  node<Node extends object>(node: Node): Node {
    this.#nodes += 1;
    if (this.#nodes > maxNodes && !this.#stopped) {
      const message = `The query has more than the ${maxNodes} parts that are read`;
      this.findings.beyondLimit('too-large', this.token, message);
      this.#stop();
    }
    return node;
  }

  /** A node for what is not there or can't be read. */
  missing(start: number): Missing {
    return this.node({ kind: 'missing', ...this.spanFrom(start) });
  }

  /**
   * Reports an error, unless reading has ended. Where a bracket lacks its other half, what is between two
   * may not belong together: it is not replaced then.
   */
  error(code: string, span: Span, message: string, advice: Advice = {}): void {
    if (this.#stopped) return;
    const { fix } = advice;
    const isUnsure =
      fix !== undefined && /[(){}[\]]/.test(this.textOf(fix)) && !this.brackets.areBalanced;
    this.findings.error(code, span, message, isUnsure ? { ...advice, fix: undefined } : advice);
    if (this.findings.isFull) this.#stop();
  }

  /** How the brackets of the query belong together. */
  get brackets(): Brackets {
    this.#brackets ??= new Brackets(this.#tokens);
    return this.#brackets;
  }

  /** Whether a comma stands in the bracket that is so far ahead, outside of others in it. */
  hasCommaInside(from = 0): boolean {
    // What is not closed would be looked through to the end of the query, time and again.
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

  /** Skips to what closes the bracket that is open. */
  skipToClose(): void {
    this.#skipUntil(() => false);
  }

  /** Skips to the end of a condition: a joint, a comma or the end of this bracket. */
  skipCondition(): void {
    this.#skipUntil((token) => isJoint(token) || isSymbol(token, ','));
  }

  /** Skips to where something new can begin: a joint, a comma or the end of this bracket. */
  recover(start: number): Missing {
    this.findings.withholdFixes();
    this.skipCondition();
    return this.missing(start);
  }

  /** Skips to the end of the bracket that is open, or to what ends the skipping outside of others. */
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
