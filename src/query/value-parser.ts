import type { Duration, Literal } from './ast.ts';
import { catalog, type Keyword } from './catalog.ts';
import { Cursor, isSymbol, said, spanOf } from './cursor.ts';
import type { Token } from './lexer.ts';

const symbolKeywords: Readonly<Record<string, Keyword>> = {
  '&&': 'AND',
  '&': 'AND',
  '||': 'OR',
  '|': 'OR',
  '!': 'NOT',
};

/** Reads words and values, the leaves of a query. */
export abstract class ValueParser extends Cursor {
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

  /** Whether a word is next that is no call: most likely a name or a text without its quotes. */
  protected atBareWord(): boolean {
    const after = this.peek();
    return (
      this.token.kind === 'name' &&
      this.keywordAt(this.token) === undefined &&
      !isSymbol(after, '(') &&
      !isSymbol(after, '.') &&
      after.kind !== 'string' &&
      !catalog.has(this.token.text)
    );
  }

  /** A text whose quotes were forgotten. */
  protected bareText(): Literal {
    const token = this.next();
    const text = `'${token.text}'`;
    this.error('bare-word', token, `${said(token)} is neither a function nor a value.`, {
      help: `Did you mean ${text}? A text needs single quotes.`,
      fix: { ...spanOf(token), text },
    });
    return this.node({ kind: 'literal', type: 'string', text: token.text, ...spanOf(token) });
  }

  /** A literal; a minus before a number, and true and false, are not settled by the reference. */
  protected literal(): Literal {
    const token = this.next();
    if (isSymbol(token, '-')) {
      const digits = this.next();
      const span = this.spanFrom(token.start);
      const message = 'The reference does not speak of negative numbers.';
      this.findings.warn('negative-number', span, message, {
        help: 'A string stands for a number, too: put it into quotes.',
        fix: { ...span, text: `'-${digits.text}'` },
      });
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

  /** Whether a number with a unit behind it is next. */
  protected atDuration(): boolean {
    const unit = this.peek();
    return (
      this.token.kind === 'number' &&
      unit.kind === 'name' &&
      unit.text !== 'as' &&
      this.keywordAt(unit) === undefined
    );
  }

  /** duration = number name ; */
  protected duration(): Duration {
    const number = this.next();
    const name = this.next();
    const unit = name.text.toLowerCase();
    if (unit !== name.text) {
      this.findings.warn('unit-case', name, 'The reference writes units in small letters.', {
        help: `Did you mean ${unit}?`,
        fix: { ...spanOf(name), text: unit },
      });
    }
    return this.#durationOf(number, name, unit);
  }

  /** A duration whose unit stands before its number. */
  protected reversedDuration(): Duration {
    const name = this.next();
    const number = this.next();
    const duration = this.#durationOf(number, name, name.text.toLowerCase());
    const text = `${number.text} ${duration.unit}`;
    this.error('unit-first', duration, 'The number stands before its unit.', {
      help: `Did you mean ${text}?`,
      fix: { start: name.start, end: number.end, text },
    });
    return duration;
  }

  #durationOf(number: Token, name: Token, unit: string): Duration {
    const span = {
      start: Math.min(number.start, name.start),
      end: Math.max(number.end, name.end),
    };
    const amount = Number(number.text);
    return this.node({ kind: 'duration', amount, unit, unitSpan: spanOf(name), ...span });
  }
}

/** Whether a token compares, rightly written or not. */
export function isOperator(token: Token): boolean {
  return token.kind === 'symbol' && /^[<>=!≥≤≠]+$/.test(token.text) && token.text !== '!';
}
