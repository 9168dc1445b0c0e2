import type { Missing, Span } from './ast.ts';
import type { Findings } from './diagnostic.ts';
import type { Token } from './lexer.ts';

export const deepestNesting = 100;
export const mostNodes = 5000;

/** A place in a list of tokens: what is next, how deep it is nested, and what to do when lost. */
export class Cursor {
  protected readonly findings: Findings;
  /** The text that is read. */
  protected readonly query: string;
  readonly #tokens: Token[];
  #at = 0;
  #depth = 0;
  #nodes = 0;
  #closed: ReadonlySet<Token> | undefined;
  /** Set when a limit is passed: from there on nothing is read and nothing is reported. */
  #stopped = false;

  constructor(query: string, tokens: Token[], findings: Findings) {
    this.query = query;
    this.#tokens = tokens;
    this.findings = findings;
  }

  protected get token(): Token {
    return this.peek(0);
  }

  protected get atEnd(): boolean {
    return this.token.kind === 'end';
  }

  protected get stopped(): boolean {
    return this.#stopped;
  }

  protected peek(ahead = 1): Token {
    const last = this.#tokens.length - 1;
    const token = this.#tokens[Math.min(this.#at + ahead, last)];
    if (!token) throw new Error('the last token is always the end');
    return token;
  }

  /** Takes the next token; the end is never taken. */
  protected next(): Token {
    const token = this.token;
    if (token.kind !== 'end') this.#at += 1;
    return token;
  }

  /** From `start` to the end of the token that was taken last. */
  protected spanFrom(start: number): Span {
    return { start, end: Math.max(start, this.lastEnd) };
  }

  /** Where the token begins that was taken last. */
  protected get lastStart(): number {
    return this.#tokens[this.#at - 1]?.start ?? 0;
  }

  protected get lastEnd(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0;
  }

  /** Takes a closing bracket; if it is missing, says so at the one that was opened. */
  protected close(open: Token, close: ')' | '}'): void {
    if (isSymbol(this.token, close)) {
      this.next();
      return;
    }
    const here = this.token;
    // It may well be closed in what was cut off.
    if (here.isOpen) return;
    const at = this.lastEnd;
    this.error('unclosed', open, `This ${open.text} is not closed before ${said(here)}.`, {
      help: `Put ${close} before ${said(here)}.`,
      fix: { start: at, end: at, text: close },
    });
  }

  /** Goes one level deeper; false, and the end of all reading, where that is too deep. */
  protected descend(): boolean {
    this.#depth += 1;
    if (this.#depth > deepestNesting) {
      const message = `The query is nested deeper than the ${deepestNesting} levels that are read`;
      this.findings.beyondLimit('too-deep', this.token, message);
      this.#stop();
    }
    return !this.#stopped;
  }

  protected ascend(): void {
    this.#depth -= 1;
  }

  /** Counts a node of the tree, and ends all reading where there are too many. */
  protected node<Node extends object>(node: Node): Node {
    this.#nodes += 1;
    if (this.#nodes > mostNodes && !this.#stopped) {
      const message = `The query has more than the ${mostNodes} parts that are read`;
      this.findings.beyondLimit('too-large', this.token, message);
      this.#stop();
    }
    return node;
  }

  /** Whether a bracket that was opened is closed somewhere. */
  protected isClosed(open: Token): boolean {
    this.#closed ??= closedBrackets(this.#tokens);
    return this.#closed.has(open);
  }

  /** Skips to what closes the bracket that is open. */
  protected skipToClose(): void {
    for (let open = 0; !this.atEnd; this.next()) {
      const closes = isSymbol(this.token, ')') || isSymbol(this.token, '}');
      if (closes && open === 0) return;
      if (closes) open -= 1;
      else if (isSymbol(this.token, '(') || isSymbol(this.token, '{')) open += 1;
    }
  }

  /** Skips to where something new can begin: a joint, a comma or the end of this bracket. */
  protected recover(start: number): Missing {
    this.findings.withholdFixes();
    let open = 0;
    while (this.token.kind !== 'end') {
      const { token } = this;
      const closes = isSymbol(token, ')') || isSymbol(token, '}');
      if (open === 0 && (closes || isJoint(token) || isSymbol(token, ','))) break;
      if (isSymbol(token, '(') || isSymbol(token, '{')) open += 1;
      if (closes) open -= 1;
      this.next();
    }
    return this.missing(start);
  }

  protected missing(start: number): Missing {
    return this.node({ kind: 'missing', ...this.spanFrom(start) });
  }

  protected error(
    code: string,
    span: Span,
    message: string,
    more: Parameters<Findings['error']>[3],
  ): void {
    if (!this.#stopped) this.findings.error(code, span, message, more);
  }

  #stop(): void {
    this.#stopped = true;
    this.#at = this.#tokens.length - 1;
  }
}

function closedBrackets(tokens: readonly Token[]): Set<Token> {
  const open: Token[] = [];
  const closed = new Set<Token>();
  for (const token of tokens) {
    if (isSymbol(token, '(') || isSymbol(token, '{')) open.push(token);
    if (!isSymbol(token, ')') && !isSymbol(token, '}')) continue;
    const opened = open.pop();
    if (opened) closed.add(opened);
  }
  return closed;
}

export function isSymbol(token: Token, text: string): boolean {
  return token.kind === 'symbol' && token.text === text;
}

/** Whether a token joins conditions, rightly written or not. */
export function isJoint(token: Token): boolean {
  if (token.kind === 'symbol') return /^(&&?|\|\|?)$/.test(token.text);
  return token.kind === 'name' && /^(and|or)$/i.test(token.text);
}

export function spanOf({ start, end }: Span): Span {
  return { start, end };
}

/** How a message speaks of a token. */
export function said(token: Token): string {
  if (token.kind === 'end') return 'the end';
  return token.kind === 'string' ? `'${token.text}'` : `"${token.text}"`;
}
