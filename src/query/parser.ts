import type { Chain, Expression, Junction, Prefix } from './ast.ts';
import type { Keyword } from './catalog.ts';
import { ComparisonParser } from './comparison-parser.ts';
import { isJoint, isSymbol, said, spanOf } from './cursor.ts';
import type { Findings } from './diagnostic.ts';
import { lex, type Token } from './lexer.ts';
import { jointMeant } from './suggest.ts';
import { isOperator } from './value-parser.ts';

/** Longer than any sensible definition; the reference states no limit. */
export const longestQuery = 20_000;

/**
 * Reads a query. Always gives a tree; where something can't be read, a `missing` node stands in for
 * it and the reading goes on behind it, so that one pass finds all independent mistakes.
 */
export function parse(query: string, findings: Findings): Expression {
  if (query.length > longestQuery) {
    const span = { start: longestQuery, end: query.length };
    const message = `The query is ${query.length} characters long and only ${longestQuery} are read`;
    findings.beyondLimit('too-long', span, message);
    return { kind: 'missing', start: 0, end: query.length };
  }
  const tokens = readable(lex(query, findings), findings);
  return new Parser(query, tokens, findings).definition();
}

/** What stands before a forgotten quote: behind it strings and code have changed places. */
function readable(tokens: Token[], findings: Findings): Token[] {
  if (!tokens.at(-2)?.isOpen) return tokens;
  const cut = tokens.findIndex((token, index) => {
    return token.kind === 'string' && (token.isOpen || holdsCode(token, tokens[index + 1]));
  });
  const before = tokens.slice(0, cut);
  const at = before.at(-1)?.end ?? 0;
  findings.distrustFrom(at);
  return [...before, { kind: 'end', text: '', isOpen: true, start: at, end: at }];
}

/** Whether a string most likely goes on where it should have ended. */
function holdsCode({ text }: Token, after: Token | undefined): boolean {
  let open = 0;
  for (const character of text) {
    if (character === '(') open += 1;
    if (character === ')') open -= 1;
    if (open < 0) return true;
  }
  const isWord = after?.kind === 'name' && !isJoint(after) && after.text !== 'as';
  return open > 0 || isWord || after?.kind === 'string' || after?.kind === 'number';
}

/** Reads conditions and what joins them. */
class Parser extends ComparisonParser {
  /** definition = or ; */
  definition(): Expression {
    let tree = this.or();
    while (!this.atEnd) {
      const stray = this.next();
      while (isStray(this.token, stray)) this.next();
      const span = this.spanFrom(stray.start);
      const joins = isSymbol(stray, ',') && !this.atEnd;
      this.error('unexpected', span, `${said(stray)} does not belong here.`, {
        help: joins ? 'Did you mean AND?' : 'Remove it, or join what follows with AND or OR.',
        fix: isSymbol(stray, '.') ? undefined : { ...span, text: joins ? ' AND' : '' },
      });
      const word = this.keywordAt(this.token);
      if (word === 'AND' || word === 'OR') this.#takeKeyword();
      if (this.atEnd) break;
      const rest = this.or();
      // What a stray dot was to go on with does not stand alone.
      if (isSymbol(stray, '.')) continue;
      tree = this.node({ kind: 'and', operands: [tree, rest], ...this.spanFrom(tree.start) });
    }
    return tree;
  }

  /** or = and { "OR" and } ; */
  protected or(): Expression {
    return this.#junction('or', 'OR', () => this.#and());
  }

  /** and = unary { "AND" unary } ; */
  #and(): Expression {
    return this.#junction('and', 'AND', () => this.#unary());
  }

  #junction(kind: Junction['kind'], word: Keyword, operand: () => Expression): Expression {
    const operands = [operand()];
    while (this.#takeJoint(word)) operands.push(operand());
    const [first] = operands;
    if (first && operands.length === 1) return first;
    return this.node({ kind, operands, ...this.spanFrom(first?.start ?? 0) });
  }

  /** Whether a joint of this kind is next, and takes it; two conditions side by side mean AND. */
  #takeJoint(word: Keyword): boolean {
    if (this.keywordAt(this.token) === word) {
      this.#takeKeyword();
      return true;
    }
    return word === 'AND' && this.#takeMissingJoint();
  }

  #takeMissingJoint(): boolean {
    const token = this.token;
    const keyword = this.keywordAt(token);
    const begins =
      (token.kind === 'name' && token.text !== 'as' && keyword !== 'AND' && keyword !== 'OR') ||
      (token.kind === 'symbol' && (token.text === '(' || keyword === 'NOT'));
    if (!begins || this.stopped) return false;
    if (keyword === undefined && token.kind === 'name' && this.peek().text !== '(') {
      return this.#takeUnknownWords();
    }
    this.error('missing-junction', token, 'Two conditions need AND or OR between them.', {
      help: 'Put AND before this one if both must hold, OR if one is enough.',
      fix: { start: token.start, end: token.start, text: 'AND ' },
    });
    return true;
  }

  /** Whether a condition follows behind words that are no joint; they are reported. */
  #takeUnknownWords(): boolean {
    const token = this.next();
    const meant = jointMeant(token.text);
    while (!meant && this.atBareWord()) this.next();
    const span = this.spanFrom(token.start);
    const isLast = this.token.kind === 'end' || isSymbol(this.token, ')') || isJoint(this.token);
    const text = this.query.slice(span.start, span.end);
    this.error('unknown-word', span, `"${text}" does not join two conditions.`, {
      help: meant ? `Did you mean ${meant}?` : 'Conditions are joined by AND or OR.',
      fix: meant && !isLast ? { ...span, text: meant } : undefined,
    });
    return !isLast;
  }

  /** unary = ( "NOT" | "ANY" | "ALL" ) unary | "(" or ")" | comparison ; */
  #unary(): Expression {
    const prefixes: { kind: Prefix['kind']; start: number }[] = [];
    for (;;) {
      const { start } = this.token;
      const keyword = this.keywordAt(this.token);
      if (keyword === 'NOT') prefixes.push({ kind: 'not', start });
      else if (keyword === 'ANY') prefixes.push({ kind: 'any', start });
      else if (keyword === 'ALL') prefixes.push({ kind: 'all', start });
      else break;
      this.#takeKeyword();
      if (!this.descend()) break;
    }
    let node = this.#primary();
    for (const prefix of prefixes.reverse()) {
      this.ascend();
      node = this.node({ kind: prefix.kind, operand: node, ...this.spanFrom(prefix.start) });
    }
    return node;
  }

  #primary(): Expression {
    const token = this.token;
    if (token.kind === 'name' && this.keywordAt(token) === undefined) return this.#comparison();
    if (isSymbol(token, '(')) return this.group(')');
    if (isSymbol(token, '{')) return this.#braces();
    if (this.atLiteral()) return this.literalFirst();
    if (token.kind === 'end' || isSymbol(token, ')') || isSymbol(token, '}') || isJoint(token)) {
      this.error('expected-condition', token, `A condition is missing before ${said(token)}.`, {
        help: "Write one, such as event('Shoes Bought').count() >= 1, or remove the word before.",
      });
      return this.missing(token.start);
    }
    this.error('unexpected', token, `${said(token)} does not begin a condition.`, {
      help: "A condition begins with event('…') or trait('…').",
    });
    this.next();
    return this.recover(token.start);
  }

  #braces(): Expression {
    const { start } = this.token;
    const inner = this.group('}');
    const span = this.spanFrom(start);
    this.error('unexpected-braces', span, 'Braces belong only into a where.', {
      help: 'Use parentheses to group conditions.',
      fix: { ...span, text: `(${this.query.slice(start + 1, span.end - 1)})` },
    });
    return inner;
  }

  /** "(" or ")", and "{" or "}" around what stands in a `where`. */
  protected group(close: ')' | '}'): Expression {
    const open = this.next();
    if (!this.descend()) return this.missing(open.start);
    const inner = this.or();
    this.ascend();
    this.close(open, close);
    const after = this.token;
    if (inner.kind === 'chain' && (isOperator(after) || isSymbol(after, '.'))) {
      this.error(
        'parenthesized-value',
        this.spanFrom(open.start),
        'Parentheses group whole conditions, not values.',
        {
          help: 'Remove the parentheses, or move the comparison into them.',
          fix: { ...this.spanFrom(open.start), text: this.query.slice(open.end, this.lastStart) },
        },
      );
      while (isSymbol(this.token, '.')) {
        this.next();
        inner.calls.push(this.call());
      }
      return this.compared(inner);
    }
    return inner;
  }

  /** comparison = chain [ ( "=" | "==" | "!=" | ">" | ">=" | "<" | "<=" ) scalar ] ; */
  #comparison(): Expression {
    return this.compared(this.chain());
  }

  protected compared(chain: Chain): Expression {
    const call = isOperator(this.token) ? this.operatorCall() : this.wordComparison(chain);
    if (!call) return chain;
    chain.calls.push(call);
    chain.end = call.end;
    if (isOperator(this.token)) {
      this.error('unexpected', this.token, 'A condition has one comparison.', {
        help: 'Write two conditions with AND between them.',
      });
      return this.recover(chain.start);
    }
    return chain;
  }

  /** A word with the spaces that it needs where a symbol stood. */
  #spaced(word: string, { start, end }: Token): string {
    const before = /[\w')}]/.test(this.query[start - 1] ?? '') ? ' ' : '';
    const after = /\w/.test(this.query[end] ?? '') ? ' ' : '';
    return `${before}${word}${after}`;
  }

  #takeKeyword(): void {
    const token = this.next();
    const keyword = this.keywordAt(token);
    if (keyword === undefined || token.text === keyword) return;
    const more = {
      help: `Did you mean ${keyword}?`,
      fix: { ...spanOf(token), text: this.#spaced(keyword, token) },
    };
    if (token.kind === 'symbol') {
      this.error(
        'symbol-keyword',
        token,
        `${said(token)} is not used here; conditions are joined by words.`,
        more,
      );
    } else {
      this.findings.warn(
        'keyword-case',
        token,
        'The reference writes this word in capitals.',
        more,
      );
    }
  }
}

/** Whether a token belongs to what is out of place before it: brackets, and values behind a value. */
function isStray({ kind, text }: Token, before: Token): boolean {
  if (kind === 'symbol') return /^[){},:.]$/.test(text) || text === before.text;
  return before.kind !== 'symbol' && kind !== 'name' && kind !== 'end';
}
