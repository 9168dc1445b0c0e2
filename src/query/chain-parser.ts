import type { Argument, Call, Chain, Expression, Literal } from './ast.ts';
import { catalog, type Keyword, operators } from './catalog.ts';
import { Cursor, isSymbol, said, spanOf } from './cursor.ts';
import type { Token } from './lexer.ts';

const misspeltOperators: Readonly<Record<string, string>> = { '=>': '>=', '=<': '<=', '<>': '!=' };
const symbolKeywords: Readonly<Record<string, Keyword>> = {
  '&&': 'AND',
  '&': 'AND',
  '||': 'OR',
  '|': 'OR',
  '!': 'NOT',
};

/** Reads what a condition is made of: chains, calls, arguments and values. */
export abstract class ChainParser extends Cursor {
  /** How many `where`s are open, which says what a bare word most likely stands for. */
  #wheres = 0;

  protected abstract or(): Expression;
  protected abstract group(close: ')' | '}'): Expression;

  protected operatorCall(): Call {
    const token = this.next();
    const meant = misspeltOperators[token.text];
    if (meant) {
      this.error('unknown-operator', token, `${said(token)} is not an operator.`, {
        help: `Did you mean ${meant}?`,
        fix: { ...spanOf(token), text: meant },
      });
    }
    if (token.text === '==') {
      this.findings.hint('double-equals', token, 'One equals sign is enough.', {
        help: 'Write = instead of ==.',
        fix: { ...spanOf(token), text: '=' },
      });
    }
    const operator = meant ?? token.text;
    const name = operators.get(operator) ?? 'equals';
    const value = this.scalar();
    const span = this.spanFrom(token.start);
    return this.node({ name, nameSpan: spanOf(token), args: [value], operator, ...span });
  }

  /** scalar = chain | string | number | date | timestamp ; */
  protected scalar(): Argument {
    const token = this.token;
    if (this.atLiteral()) return this.literal();
    if (token.kind === 'name' && this.keywordAt(token) === undefined) {
      return asLiteral(this.chain());
    }
    if (isSymbol(token, '(')) {
      this.error('parenthesized-value', token, 'A value stands without parentheses.', {
        help: 'Remove the parentheses around it.',
      });
      this.next();
      if (!this.descend()) return this.missing(token.start);
      const value = this.scalar();
      this.ascend();
      this.close(token, ')');
      return value;
    }
    this.error('expected-value', token, `A value is missing before ${said(token)}.`, {
      help: "Write a number, a 'text', or a chain such as trait('avg_spend').",
    });
    return this.recover(token.start);
  }

  /** chain = call { "." call } ; */
  protected chain(): Chain {
    const { start } = this.token;
    const calls = [this.#firstCall()];
    while (isSymbol(this.token, '.')) {
      this.next();
      calls.push(this.call());
    }
    return this.node({ kind: 'chain', calls, ...this.spanFrom(start) });
  }

  /** A word that is no function where a chain begins most likely names a property or a trait. */
  #firstCall(): Call {
    const token = this.token;
    const after = this.peek();
    if (isSymbol(after, '(') || after.kind === 'string' || catalog.has(token.text)) {
      return this.call();
    }
    const extractor = this.#wheres > 0 ? 'property' : 'trait';
    const text = `${extractor}('${token.text}')`;
    this.error('bare-word', token, `${said(token)} is neither a function nor a value.`, {
      help: `Did you mean ${text}? A text needs single quotes.`,
      fix: { ...spanOf(token), text },
    });
    this.next();
    const span = spanOf(token);
    const name: Literal = { kind: 'literal', type: 'string', text: token.text, ...span };
    return this.node({ name: extractor, nameSpan: span, args: [name], ...span });
  }

  /** call = name "(" [ argument { "," argument } ] ")" ; */
  protected call(): Call {
    const token = this.token;
    const { start } = token;
    if (token.kind !== 'name' || this.keywordAt(token) === 'AND') {
      this.error(
        'expected-call',
        token,
        `The name of a function is missing before ${said(token)}.`,
        {
          help: 'After a dot comes a call, such as .count().',
        },
      );
      const span = { start, end: start };
      return this.node({ name: '', nameSpan: span, args: [], ...span });
    }
    this.next();
    const nameSpan = spanOf(token);
    const isArrayOperator = token.text === '$' && !isSymbol(this.token, '(');
    if (isArrayOperator) {
      this.findings.warn('array-operator', token, 'The reference names $ only once, for arrays.', {
        help: 'Segment may read it otherwise than you mean; try it with a preview.',
      });
      return this.node({ name: '$', nameSpan, args: [], ...nameSpan });
    }
    const args = this.#arguments(token);
    return this.node({ name: token.text, nameSpan, args, ...this.spanFrom(start) });
  }

  #arguments(name: Token): Argument[] {
    const open = this.token;
    if (!isSymbol(open, '(')) {
      const lone = this.atLiteral() ? open : undefined;
      this.error('missing-parentheses', name, `${name.text} needs parentheses behind it.`, {
        help: `Write ${name.text}(…).`,
        fix: lone
          ? { start: name.end, end: lone.start, text: '(' }
          : { start: name.end, end: name.end, text: '()' },
      });
      return lone ? [this.literal()] : [];
    }
    this.next();
    if (!this.descend()) return [];
    const isWhere = name.text === 'where';
    if (isWhere) this.#wheres += 1;
    const args: Argument[] = [];
    while (!isSymbol(this.token, ')') && this.token.kind !== 'end') {
      args.push(this.#argument());
      if (!this.#takeComma()) break;
    }
    if (isWhere) this.#wheres -= 1;
    this.ascend();
    this.close(open, ')');
    return args;
  }

  /** Whether another argument may follow. */
  #takeComma(): boolean {
    const token = this.token;
    if (isSymbol(token, ',')) {
      this.next();
      if (isSymbol(this.token, ')')) {
        this.findings.warn(
          'trailing-comma',
          token,
          'The reference has no comma after the last argument.',
          {
            help: 'Remove it.',
            fix: { ...spanOf(token), text: '' },
          },
        );
      }
      return true;
    }
    if (!this.atLiteral() || this.stopped) return false;
    this.error('missing-comma', token, 'Two arguments need a comma between them.', {
      help: 'Put a comma before this one.',
      fix: { start: token.start, end: token.start, text: ', ' },
    });
    return true;
  }

  /** argument = named | exclusion | "{" or "}" | duration | literal | or [ "as" name ] ; */
  #argument(): Argument {
    const token = this.token;
    const after = this.peek();
    if (token.kind === 'name' && isSymbol(after, ':')) return this.#named();
    if (isSymbol(token, '{')) {
      const exclusion = after.text === 'exclude' && isSymbol(this.peek(2), ':');
      return exclusion ? this.#exclusion() : this.group('}');
    }
    if (this.atLiteral()) {
      const unit = token.kind === 'number' ? after : undefined;
      if (unit?.kind === 'name' && unit.text !== 'as' && this.keywordAt(unit) === undefined) {
        this.next();
        this.next();
        const amount = Number(token.text);
        const span = this.spanFrom(token.start);
        return { kind: 'duration', amount, unit: unit.text, unitSpan: spanOf(unit), ...span };
      }
      if (isOperator(after)) return this.literalFirst();
      return this.literal();
    }
    const operand = this.or();
    return this.token.text === 'as' && this.token.kind === 'name'
      ? this.#cast(operand)
      : asLiteral(operand);
  }

  /** named = name ":" argument ; */
  #named(): Argument {
    const name = this.next();
    this.next();
    if (!this.descend()) return this.missing(name.start);
    const value = this.#argument();
    this.ascend();
    return this.node({ kind: 'named', name: name.text, value, ...this.spanFrom(name.start) });
  }

  /** exclusion = "{" "exclude" ":" literal { "," literal } "}" ; */
  #exclusion(): Argument {
    const open = this.next();
    this.next();
    this.next();
    const ids: Literal[] = [];
    while (this.atLiteral()) {
      ids.push(this.literal());
      if (!isSymbol(this.token, ',')) break;
      this.next();
    }
    if (ids.length === 0) {
      this.error('expected-value', this.token, 'The ids of the sources to leave out are missing.', {
        help: "Write them as {exclude: 'id', 'id'}.",
      });
    }
    this.close(open, '}');
    return this.node({ kind: 'exclusion', ids, ...this.spanFrom(open.start) });
  }

  #cast(operand: Expression): Argument {
    this.next();
    const type = this.token;
    if (type.kind === 'name') this.next();
    else {
      this.error('expected-type', type, `A type is missing before ${said(type)}.`, {
        help: 'After as comes number, string or array.',
      });
    }
    const typeSpan = spanOf(type);
    const span = this.spanFrom(operand.start);
    return this.node({ kind: 'cast', operand, type: type.text, typeSpan, ...span });
  }

  /** A literal; a minus before a number, and true and false, are not settled by the reference. */
  protected literal(): Literal {
    const token = this.next();
    if (isSymbol(token, '-')) {
      const digits = this.next();
      const span = this.spanFrom(token.start);
      this.findings.warn(
        'negative-number',
        span,
        'The reference does not speak of negative numbers.',
        {
          help: 'A string stands for a number, too: put it into quotes.',
          fix: { ...span, text: `'-${digits.text}'` },
        },
      );
      return this.node({ kind: 'literal', type: 'number', text: `-${digits.text}`, ...span });
    }
    const span = spanOf(token);
    if (token.kind === 'name') {
      const text = token.text.toLowerCase();
      this.findings.warn('boolean-value', token, 'The reference has no bare true or false.', {
        help: 'A string stands for any value: put it into quotes.',
        fix: { ...span, text: `'${text}'` },
      });
      return this.node({ kind: 'literal', type: 'boolean', text, ...span });
    }
    const { kind: type, text } = token;
    if (type === 'symbol' || type === 'end') throw new Error('not a literal');
    return this.node({ kind: 'literal', type, text, ...span });
  }

  /** A value on the left of a comparison, where only a chain may stand. */
  protected literalFirst(): Expression {
    const token = this.token;
    const extractor = this.#wheres > 0 ? 'property' : 'trait';
    const fix =
      token.kind === 'string'
        ? { ...spanOf(token), text: `${extractor}('${token.text}')` }
        : undefined;
    this.error('value-first', token, 'A condition can not begin with a value.', {
      help: fix
        ? `Did you mean ${fix.text}?`
        : 'Put what is compared on the left, the value on the right.',
      fix,
    });
    this.literal();
    if (isOperator(this.token)) {
      this.next();
      this.scalar();
    }
    return this.missing(token.start);
  }

  /** The keyword that a token is or stands for; `takeKeyword` reports how it is written. */
  protected keywordAt(token: Token): Keyword | undefined {
    if (token.kind === 'symbol') return symbolKeywords[token.text];
    if (token.kind !== 'name') return undefined;
    const word = token.text.toUpperCase();
    return word === 'AND' || word === 'OR' || word === 'NOT' || word === 'ANY' || word === 'ALL'
      ? word
      : undefined;
  }

  /** Whether a literal is next: a minus counts as one before a number only. */
  protected atLiteral(): boolean {
    const { token } = this;
    if (isSymbol(token, '-')) return this.peek().kind === 'number';
    if (token.kind === 'name')
      return /^(true|false)$/i.test(token.text) && !isSymbol(this.peek(), '(');
    return token.kind !== 'symbol' && token.kind !== 'end';
  }
}

/** Whether a token compares, rightly written or not. */
export function isOperator(token: Token): boolean {
  return token.kind === 'symbol' && /^[<>=!]+$/.test(token.text) && token.text !== '!';
}

/** `literal(x)` is x. */
function asLiteral<Node extends Argument>(node: Node): Node | Literal {
  if (node.kind !== 'chain' || node.calls.length !== 1) return node;
  const [call] = node.calls;
  const [value] = call?.args ?? [];
  const wraps = call?.name === 'literal' && call.args.length === 1 && value?.kind === 'literal';
  return wraps ? { ...value, start: node.start, end: node.end } : node;
}
