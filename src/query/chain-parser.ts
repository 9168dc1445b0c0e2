import type { Argument, Call, Chain, Expression, Literal } from './ast.ts';
import { catalog, type ParameterKind } from './catalog.ts';
import { isSymbol, said, spanOf } from './cursor.ts';
import { DurationParser } from './duration-parser.ts';
import type { Token } from './lexer.ts';
import { quote } from './strings.ts';
import { isOperator } from './value-parser.ts';

/** The operator that says the same when its sides are swapped. */
const swapped: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** What a forgotten pair of quotes would have to stand around. */
const textKinds: readonly ParameterKind[] = ['name', 'text', 'value', 'scalar', 'timestamp'];

/** Reads what a condition is made of: chains, calls and their arguments. */
export abstract class ChainParser extends DurationParser {
  /** How many `where`s are open, which says what a bare word most likely stands for. */
  #wheres = 0;

  protected abstract or(): Expression;
  protected abstract group(close: ')' | '}'): Expression;

  /** scalar = chain | string | number | date | timestamp ; */
  protected scalar(): Argument {
    const token = this.token;
    if (this.atKnownDuration()) return this.duration();
    if (this.atLiteral()) return this.literal();
    if (this.atBareWord()) return this.bareText();
    if (token.kind === 'name' && this.keywordAt(token) === undefined) {
      return asLiteral(this.chain());
    }
    if (isSymbol(token, '(')) return this.#parenthesizedValue();
    this.error('expected-value', token, `A value is missing before ${said(token)}.`, {
      help: "Write a number, a 'text', or a chain such as trait('avg_spend').",
    });
    return this.recover(token.start);
  }

  #parenthesizedValue(): Argument {
    const open = this.next();
    if (!this.descend()) return this.missing(open.start);
    const value = this.scalar();
    this.ascend();
    const isClosed = isSymbol(this.token, ')');
    this.close(open, ')');
    const span = this.spanFrom(open.start);
    this.error('parenthesized-value', span, 'A value stands without parentheses.', {
      help: 'Remove the parentheses around it.',
      fix: isClosed ? { ...span, text: this.textOf(value) } : undefined,
    });
    return value;
  }

  /** chain = call { "." call } ; */
  protected chain(): Chain {
    const { start } = this.token;
    const calls = [this.#firstCall()];
    while (isSymbol(this.token, '.') || this.#atMissingDot()) {
      if (isSymbol(this.token, '.')) this.next();
      calls.push(this.call());
    }
    return this.node({ kind: 'chain', calls, ...this.spanFrom(start) });
  }

  /** Whether a call is next that can only go on with the chain before it; then says so. */
  #atMissingDot(): boolean {
    const token = this.token;
    const follows = token.kind === 'name' ? (catalog.get(token.text)?.follows ?? []) : [];
    if (follows.length === 0 || !isSymbol(this.peek(), '(') || this.stopped) return false;
    this.error('missing-dot', token, `A dot is missing before ${said(token)}.`, {
      help: `Did you mean .${token.text}?`,
      fix: { start: token.start, end: token.start, text: '.' },
    });
    return true;
  }

  /** A word that is no function where a chain begins most likely names a property or a trait. */
  #firstCall(extractor = this.#wheres > 0 ? 'property' : 'trait'): Call {
    const token = this.token;
    const after = this.peek();
    if (isSymbol(after, '(') || after.kind === 'string' || catalog.has(token.text)) {
      return this.call();
    }
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
  protected call(meaning?: string): Call {
    const token = this.token;
    const { start } = token;
    if (token.kind !== 'name' || this.keywordAt(token) === 'AND') {
      const message = `The name of a function is missing before ${said(token)}.`;
      const more = { help: 'After a dot comes a call, such as .count().' };
      this.error('expected-call', token, message, more);
      const span = { start, end: start };
      return this.node({ name: '', nameSpan: span, args: [], ...span });
    }
    this.next();
    const nameSpan = spanOf(token);
    const isArrayOperator = token.text === '$' && !isSymbol(this.token, '(');
    if (isArrayOperator) {
      this.findings.warn('array-operator', token, 'The reference names $ only once, for arrays.', {
        help: 'Segment may read it otherwise than you mean: compare the size of the audience with what you expect.',
      });
      return this.node({ name: '$', nameSpan, args: [], ...nameSpan });
    }
    const args = this.#arguments(token, meaning ?? token.text);
    return this.node({ name: token.text, nameSpan, args, ...this.spanFrom(start) });
  }

  #arguments(name: Token, meaning: string): Argument[] {
    const open = this.token;
    if (!isSymbol(open, '(')) return this.#withoutParentheses(name);
    this.next();
    if (!this.descend()) return [];
    const isWhere = name.text === 'where';
    if (isWhere) this.#wheres += 1;
    const parameters = catalog.get(meaning)?.parameters ?? [];
    const args: Argument[] = [];
    while (!isSymbol(this.token, ')') && !isOperator(this.token) && !this.atEnd) {
      const parameter = parameters[Math.min(args.length, parameters.length - 1)];
      const errors = this.findings.errors;
      args.push(this.#argument(parameter?.kind));
      this.#skipRest(open, this.findings.errors > errors);
      if (!this.#takeComma()) break;
    }
    if (isWhere) this.#wheres -= 1;
    this.ascend();
    this.close(open, ')');
    return args;
  }

  /** Skips what can't go on with an argument, as in `contains('a' foo)`; said once if at all. */
  #skipRest(open: Token, isSaid: boolean): void {
    const { token } = this;
    const isEnd = token.kind === 'end' || (token.kind === 'symbol' && /^[),}]$/.test(token.text));
    const isJunk = isSymbol(token, '!') || isSymbol(token, ':');
    const mayGoOn =
      (token.kind === 'symbol' && !isJunk) ||
      (token.kind === 'name' && this.keywordAt(token) !== undefined) ||
      this.atLiteral();
    if (isEnd || (mayGoOn && !isSaid) || !this.isClosed(open)) return;
    const start = this.lastEnd;
    this.skipToClose();
    if (isSaid) return;
    const span = this.spanFrom(token.start);
    const text = this.query.slice(span.start, span.end);
    this.error('unexpected', span, `"${text}" does not belong here.`, {
      help: 'Remove it, or put a comma before it.',
      // Of more than words it is not sure that they are not needed.
      fix: /^[\p{L}\p{N}_ !:]+$/u.test(text) ? { start, end: span.end, text: '' } : undefined,
    });
  }

  #withoutParentheses(name: Token): Argument[] {
    const value = this.atLiteral() ? this.literal() : undefined;
    this.error('missing-parentheses', name, `${name.text} needs parentheses behind it.`, {
      help: `Write ${name.text}(…).`,
      fix: value
        ? { start: name.end, end: value.end, text: `(${this.textOf(value)})` }
        : { start: name.end, end: name.end, text: '()' },
    });
    return value ? [value] : [];
  }

  /** Whether another argument may follow. */
  #takeComma(): boolean {
    const token = this.token;
    if (isSymbol(token, ',')) {
      this.next();
      if (isSymbol(this.token, ')')) {
        const message = 'The reference has no comma after the last argument.';
        const more = { help: 'Remove it.', fix: { ...spanOf(token), text: '' } };
        this.findings.warn('trailing-comma', token, message, more);
      }
      return true;
    }
    if (this.keywordAt(token) === 'AND' && this.atDuration(1)) {
      const fix = { start: this.lastEnd, end: token.end, text: ',' };
      this.next();
      this.error('missing-comma', token, 'Two arguments need a comma between them.', {
        help: 'Write a comma instead.',
        fix,
      });
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
  #argument(kind: ParameterKind | undefined): Argument {
    const token = this.token;
    const after = this.peek();
    if (token.kind === 'name' && isSymbol(after, ':')) return this.#named(kind);
    if (isSymbol(token, '{')) {
      const exclusion = after.kind === 'name' && isSymbol(this.peek(2), ':');
      return exclusion ? this.#exclusion() : this.group('}');
    }
    if (kind === 'duration' && !isSymbol(after, '(')) {
      const given = this.#length();
      if (given) return given;
    }
    if (this.atDuration()) return this.duration();
    if (kind && textKinds.includes(kind)) {
      const words = this.wordsOfArgument();
      if (words > 1 || (words === 1 && !this.atLiteral())) return this.bareWords(words);
    }
    if (this.atLiteral()) return isOperator(after) ? this.literalFirst() : this.literal();
    if (kind === 'property' && this.wordsOfArgument() > 1 && !this.#atCastWord()) {
      return this.#propertyInWords();
    }
    if (this.atBareWord()) {
      if (kind && textKinds.includes(kind)) return this.bareText();
      if (kind === 'property') return this.#bareProperty();
    }
    const operand = this.or();
    return this.token.text === 'as' && this.token.kind === 'name'
      ? this.#cast(operand)
      : asLiteral(operand);
  }

  /** A length of time in any words; undefined where none of them stands. */
  #length(): Argument | undefined {
    const words = this.wordsBeforeDuration();
    if (words > 0 || this.atDuration()) return this.durationInWords(words);
    if (this.atReversedDuration()) return this.reversedDuration();
    const count = this.wordsOfArgument();
    if (count === 0) return undefined;
    const { start } = this.token;
    for (let word = 0; word < count; word += 1) this.next();
    const span = this.spanFrom(start);
    this.error('expected-duration', span, 'A length of time is a number with a unit.', {
      help: 'Write for example 7 days or 12 hours.',
    });
    return this.missing(start);
  }

  /** A property whose name is several words. */
  #propertyInWords(): Argument {
    const { start } = this.token;
    for (let words = this.wordsOfArgument(); words > 0; words -= 1) this.next();
    const span = this.spanFrom(start);
    const text = this.query.slice(span.start, span.end);
    const meant = `property(${quote(text)})`;
    this.error('bare-word', span, `"${text}" is neither a function nor a value.`, {
      help: `Did you mean ${meant}? A text needs single quotes.`,
      fix: { ...span, text: meant },
    });
    const name: Literal = { kind: 'literal', type: 'string', text, ...span };
    const call = this.node({ name: 'property', nameSpan: span, args: [name], ...span });
    return this.node({ kind: 'chain', calls: [call], ...span });
  }

  #atCastWord(): boolean {
    return this.peek().text === 'as';
  }

  #bareProperty(): Argument {
    const { start } = this.token;
    const calls = [this.#firstCall('property')];
    return this.node({ kind: 'chain', calls, ...this.spanFrom(start) });
  }

  /** named = name ":" argument ; */
  #named(kind: ParameterKind | undefined): Argument {
    const name = this.next();
    this.next();
    if (!this.descend()) return this.missing(name.start);
    const value = this.#argument(kind);
    this.ascend();
    return this.node({ kind: 'named', name: name.text, value, ...this.spanFrom(name.start) });
  }

  /** exclusion = "{" "exclude" ":" literal { "," literal } "}" ; */
  #exclusion(): Argument {
    const open = this.next();
    const word = this.next();
    this.next();
    if (word.text !== 'exclude') {
      // "include" is only two letters away and means the opposite.
      const meant = /^ex/i.test(word.text) ? 'exclude' : undefined;
      this.error('unknown-argument', word, `sources takes no ${word.text}.`, {
        help: "Write {exclude: 'id', 'id'} with the ids of the sources to leave out.",
        fix: meant ? { ...spanOf(word), text: meant } : undefined,
      });
    }
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

  /** A cast without a type is read as if there were none. */
  #cast(operand: Expression): Argument {
    this.next();
    const type = this.token;
    if (type.kind !== 'name') {
      this.error('expected-type', type, `A type is missing before ${said(type)}.`, {
        help: 'After as comes number, string or array.',
      });
      return operand;
    }
    this.next();
    const typeSpan = spanOf(type);
    const span = this.spanFrom(operand.start);
    return this.node({ kind: 'cast', operand, type: type.text, typeSpan, ...span });
  }

  /** A value on the left of a comparison, where only a chain may stand. */
  protected literalFirst(): Expression {
    const value = this.literal();
    const message = 'A condition can not begin with a value.';
    if (!isOperator(this.token)) {
      const extractor = this.#wheres > 0 ? 'property' : 'trait';
      const text = value.type === 'string' ? `${extractor}('${value.text}')` : undefined;
      this.error('value-first', value, message, {
        help: text ? `Did you mean ${text}?` : "Begin with event('…') or trait('…').",
        fix: text ? { ...spanOf(value), text } : undefined,
      });
      return this.missing(value.start);
    }
    const operator = this.next();
    const right = this.scalar();
    let text = `${this.textOf(right)} ${swapped[operator.text] ?? operator.text} ${this.textOf(value)}`;
    if (isOperator(this.token)) {
      const second = this.next();
      text += ` AND ${this.textOf(right)} ${second.text} ${this.textOf(this.scalar())}`;
    }
    const span = this.spanFrom(value.start);
    const swaps = right.kind === 'chain';
    this.error('value-first', span, message, {
      help: swaps
        ? `Did you mean ${text}?`
        : 'Put what is compared on the left, the value on the right.',
      fix: swaps ? { ...span, text } : undefined,
    });
    return this.missing(value.start);
  }

  protected textOf({ start, end }: Argument): string {
    return this.query.slice(start, end);
  }
}

/** `literal(x)` is x. */
function asLiteral<Node extends Argument>(node: Node): Node | Literal {
  if (node.kind !== 'chain' || node.calls.length !== 1) return node;
  const [call] = node.calls;
  const [value] = call?.args ?? [];
  const wraps = call?.name === 'literal' && call.args.length === 1 && value?.kind === 'literal';
  return wraps ? { ...value, start: node.start, end: node.end } : node;
}
