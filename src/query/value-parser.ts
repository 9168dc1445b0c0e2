import type { Literal, Span } from './ast.ts';
import { catalog, type Keyword } from './catalog.ts';
import { Cursor, isSymbol, spanOf } from './cursor.ts';
import type { Token } from './lexer.ts';
import { isPlainNumber, plainNumber } from './numbers.ts';
import { quote } from './strings.ts';
import { jointMeant } from './suggest.ts';

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
    return this.isBareWord(this.token, this.peek());
  }

  protected isBareWord(token: Token, after: Token): boolean {
    return (
      token.kind === 'name' &&
      this.keywordAt(token) === undefined &&
      !isSymbol(after, '(') &&
      !isSymbol(after, '.') &&
      after.kind !== 'string' &&
      !catalog.has(token.text)
    );
  }

  /** A text whose quotes were forgotten: this word and those that can only belong to it. */
  protected bareText(): Literal {
    const { start } = this.next();
    while (this.atBareWord() && !this.#atJointLike()) this.next();
    return this.quoteForgotten(this.spanFrom(start));
  }

  /** Whether a word is next that stands for a joint, as in `vip XOR trait(…)`. */
  #atJointLike(): boolean {
    const begins = this.peek().kind === 'name' && isSymbol(this.peek(2), '(');
    return begins && jointMeant(this.token.text) !== undefined;
  }

  /**
   * How many words stand before the end of an argument, if nothing else does: then they are all one
   * text whose quotes were forgotten.
   */
  protected wordsOfArgument(): number {
    if (this.token.kind !== 'name') return 0;
    let words = 1;
    while (isWordLike(this.peek(words))) words += 1;
    const after = this.peek(words);
    return isSymbol(after, ')') || isSymbol(after, ',') ? words : 0;
  }

  protected bareWords(count: number): Literal {
    const { start } = this.token;
    for (let word = 0; word < count; word += 1) this.next();
    return this.quoteForgotten(this.spanFrom(start));
  }

  protected quoteForgotten(span: Span): Literal {
    const text = this.query.slice(span.start, span.end);
    const quoted = quote(text);
    this.error('bare-word', span, `"${text}" is neither a function nor a value.`, {
      help: `Did you mean ${quoted}? A text needs single quotes.`,
      fix: { ...span, text: quoted },
    });
    return this.node({ kind: 'literal', type: 'string', text, ...span });
  }

  /** A literal; signs, exponents, and true and false, are not settled by the reference. */
  protected literal(): Literal {
    const token = this.next();
    if (isSymbol(token, '-') || token.kind === 'number') return this.#number(token);
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

  #number(token: Token): Literal {
    const isNegative = isSymbol(token, '-');
    const digits = isNegative ? this.next() : token;
    const plain = plainNumber(digits.text);
    const text = isNegative ? `-${plain}` : plain;
    const span = this.spanFrom(token.start);
    if (isNegative) {
      const message = 'The reference does not speak of negative numbers.';
      this.findings.warn('negative-number', span, message, {
        help: 'A string stands for a number, too: put it into quotes.',
        fix: { ...span, text: `'${text}'` },
      });
    } else this.warnOfNumber(digits);
    return this.node({ kind: 'literal', type: 'number', text, ...span });
  }

  /** Warns of a spelling of a number that the reference does not speak of. */
  protected warnOfNumber(digits: Token): void {
    if (isPlainNumber(digits.text)) return;
    const text = plainNumber(digits.text);
    const isPlain = isPlainNumber(text);
    const message = 'The reference writes numbers in digits only, such as 100 or 0.5.';
    this.findings.warn('unsettled-number', digits, message, {
      help: isPlain ? `Write ${text}.` : 'Write all of its digits.',
      fix: isPlain ? { ...spanOf(digits), text } : undefined,
    });
  }
}

/** Whether a token may belong to a text of several words. */
function isWordLike({ kind, text }: Token): boolean {
  return kind === 'name' || kind === 'number' || (kind === 'symbol' && /^[-&:.|]$/.test(text));
}

/** Whether a token compares, rightly written or not. */
export function isOperator(token: Token): boolean {
  return token.kind === 'symbol' && /^[<>=!≥≤≠]+$/.test(token.text) && token.text !== '!';
}
