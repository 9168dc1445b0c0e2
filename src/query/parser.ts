import type { Chain, Expression, Junction, Prefix } from './ast.ts';
import type { Keyword } from './catalog.ts';
import { ChainParser } from './chain-parser.ts';
import { isJoint, isSymbol, said, spanOf } from './cursor.ts';
import type { Findings } from './diagnostic.ts';
import { lex, type Token } from './lexer.ts';
import { suggest } from './suggest.ts';
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
    const message = `A query of ${query.length} characters is too long; ${longestQuery} are read.`;
    findings.beyondLimit('too-long', span, message, 'Split it into several audiences.');
    return { kind: 'missing', start: 0, end: query.length };
  }
  const tokens = lex(query, findings);
  // Behind a forgotten quote strings and code have changed places: nothing there can be read.
  if (findings.has('unterminated-string')) return { kind: 'missing', start: 0, end: query.length };
  return new Parser(query, tokens, findings).definition();
}

/** Reads conditions and what joins them. */
class Parser extends ChainParser {
  /** definition = or ; */
  definition(): Expression {
    const tree = this.or();
    while (!this.atEnd) {
      const stray = this.next();
      while (/^[)},]$/.test(this.token.text) && this.token.kind === 'symbol') this.next();
      const span = this.spanFrom(stray.start);
      const joins = isSymbol(stray, ',') && !this.atEnd;
      this.error('unexpected', span, `${said(stray)} does not belong here.`, {
        help: joins ? 'Did you mean AND?' : 'Remove it, or join what follows with AND or OR.',
        fix: isSymbol(stray, '.') ? undefined : { ...span, text: joins ? ' AND' : '' },
      });
      if (!this.atEnd) this.or();
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
    const word = keyword === undefined && token.kind === 'name' && this.peek().text !== '(';
    if (word) {
      const meant = suggest(token.text, ['AND', 'OR']) ?? 'AND';
      this.error('unknown-word', token, `${said(token)} does not join two conditions.`, {
        help: `Did you mean ${meant}?`,
        fix: { ...spanOf(token), text: meant },
      });
      this.next();
      return true;
    }
    this.error('missing-junction', token, 'Two conditions need AND or OR between them.', {
      help: 'Put AND before this one if both must hold, OR if one is enough.',
      fix: { start: token.start, end: token.start, text: 'AND ' },
    });
    return true;
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
    const token = this.token;
    if (!isOperator(token)) return chain;
    const call = this.operatorCall();
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
