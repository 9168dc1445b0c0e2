import type { Argument, Call, Chain } from './ast.ts';
import { catalog, knownAs, operators } from './catalog.ts';
import { ChainParser } from './chain-parser.ts';
import { isJoint, isSymbol, said, spanOf } from './cursor.ts';
import type { Token } from './lexer.ts';
import { quote } from './strings.ts';

const misspeltOperators: Readonly<Record<string, string>> = {
  '=>': '>=',
  '=<': '<=',
  '<>': '!=',
  '===': '=',
  '!==': '!=',
  '≥': '>=',
  '≤': '<=',
  '≠': '!=',
};

/** What the word of another language compares with, once its value is known. */
interface Meant {
  name: string;
  args: Argument[];
  /** What should be written behind the chain, if that can be said. */
  text?: string;
  /** Whether it stands in the chain's place. */
  isWhole?: boolean;
}

/** Reads the comparison at the end of a chain, also where it is written as in SQL or in words. */
export abstract class ComparisonParser extends ChainParser {
  /** An operator and its value. */
  protected operatorCall(): Call {
    const before = this.lastEnd;
    const token = this.next();
    const meant = misspeltOperators[token.text];
    if (this.#atNull()) return this.#nullCompared(token, before);
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

  /** Whether what other languages call null is next. */
  #atNull(ahead = 0): boolean {
    const { kind, text } = this.peek(ahead);
    return kind === 'name' && /^(null|nil|undefined)$/i.test(text);
  }

  #nullCompared(operator: Token, start: number): Call {
    this.next();
    const span = this.spanFrom(operator.start);
    const isEqual = /^=+$/.test(operator.text);
    const isKnown = isEqual || /^(!=+|<>|≠)$/.test(operator.text);
    const name = isEqual ? 'absent' : 'exists';
    const message = 'Nothing is compared with null: a value is absent, or it exists.';
    this.error('null-value', span, message, {
      help: isKnown ? `Did you mean .${name}()?` : 'Use .exists() or .absent().',
      fix: isKnown ? { start, end: span.end, text: `.${name}()` } : undefined,
    });
    return this.node({ name, nameSpan: spanOf(operator), args: [], ...span });
  }

  /** Takes a comparison in words, such as `is 'vip'` or `LIKE '%a%'`, and says how it is written. */
  protected wordComparison(chain: Chain): Call | undefined {
    const token = this.token;
    if (token.kind !== 'name' || isJoint(token) || this.stopped) return undefined;
    const before = this.lastEnd;
    const meant = this.#meant(chain, before);
    if (!meant) return undefined;
    const { name, args, text, isWhole = false } = meant;
    const span = this.spanFrom(token.start);
    const chainText = this.query.slice(chain.start, before);
    const start = isWhole ? chain.start : before;
    this.error('word-operator', span, `${said(token)} does not compare.`, {
      help:
        text === undefined
          ? 'Use .contains(…), .starts_with(…) or .ends_with(…), which take plain texts.'
          : `Did you mean ${isWhole ? text : chainText + text}?`,
      fix: text === undefined ? undefined : { start, end: span.end, text },
    });
    return this.node({ name, nameSpan: spanOf(token), args, ...span });
  }

  #meant(chain: Chain, chainEnd: number): Meant | undefined {
    const words = [this.#word(0), this.#word(1), this.#word(2)];
    const is = words[0] === 'is' ? 1 : 0;
    const not = words[is] === 'not' ? 1 : 0;
    const at = is + not;
    if (is && this.#atNull(at)) return this.#without(at + 1, not ? 'exists' : 'absent');
    const after = this.peek(at + 1);
    if (words[at] === 'in' && isSymbol(after, '(')) {
      return this.#list(at, not ? 'none_of' : 'one_of');
    }
    if (words[at] === 'like' && after.kind === 'string')
      return this.#like(chain, chainEnd, at + 1, not === 1);
    if (words[at] === 'between') return this.#between(chain, chainEnd, at + 1, not === 1);
    const [first = '', second = ''] = words;
    const ofTwo = second === '' ? undefined : functionCalled(first + second);
    if (ofTwo) return this.#behind(2, ofTwo);
    if (is) return this.#behind(at, not ? 'differs' : 'equals');
    const ofOne = functionCalled(first);
    return ofOne ? this.#behind(1, ofOne) : undefined;
  }

  /** The word of a token in small letters; nothing if it is none. */
  #word(ahead: number): string {
    const { kind, text } = this.peek(ahead);
    return kind === 'name' ? text.toLowerCase() : '';
  }

  #take(count: number): void {
    for (let taken = 0; taken < count; taken += 1) this.next();
  }

  #without(words: number, name: string): Meant {
    this.#take(words);
    return { name, args: [], text: `.${name}()` };
  }

  /** A comparison whose name is so many words, with what it takes behind them. */
  #behind(words: number, name: string): Meant | undefined {
    const entry = catalog.get(name);
    const [parameter] = entry?.parameters ?? [];
    const value = this.peek(words);
    if (!parameter) return isSymbol(value, '(') ? undefined : this.#without(words, name);
    if (parameter.kind === 'duration' && !this.atDuration(words)) return undefined;
    if (!isValue(value) && !this.isBareWord(value, this.peek(words + 1))) return undefined;
    this.#take(words);
    const given = parameter.kind === 'duration' ? this.duration() : this.scalar();
    const written = this.textOf(given);
    const text = entry?.operator ? ` ${entry.operator} ${written}` : `.${name}(${written})`;
    return { name, args: [given], text };
  }

  /** `in ('a', 'b')` reads like a call. */
  #list(words: number, name: string): Meant {
    this.#take(words);
    const open = this.peek();
    const { args, end } = this.call(name);
    return { name, args, text: `.${name}${this.query.slice(open.start, end)}` };
  }

  /** Of the patterns of SQL some have a comparison; others do not. */
  #like(chain: Chain, chainEnd: number, words: number, denied: boolean): Meant {
    this.#take(words);
    const literal = this.literal();
    const parts = /^(%?)([^%_]+)(%?)$/.exec(literal.text);
    if (!parts) return { name: 'contains', args: [literal] };
    const [, start = '', inner = '', end = ''] = parts;
    const name = start && end ? 'contains' : start ? 'ends_with' : end ? 'starts_with' : 'equals';
    const args = [{ ...literal, text: inner }];
    if (denied && name === 'contains') {
      return { name: 'omits', args, text: `.omits(${quote(inner)})` };
    }
    const behind = name === 'equals' ? ` = ${quote(inner)}` : `.${name}(${quote(inner)})`;
    if (!denied) return { name, args, text: behind };
    const text = `NOT ${this.query.slice(chain.start, chainEnd)}${behind}`;
    return { name, args, text, isWhole: true };
  }

  /** Two comparisons, in parentheses so that they stay together wherever they stand. */
  #between(chain: Chain, chainEnd: number, words: number, denied: boolean): Meant | undefined {
    const isRange =
      isValue(this.peek(words)) &&
      this.keywordAt(this.peek(words + 1)) === 'AND' &&
      isValue(this.peek(words + 2));
    if (!isRange) return undefined;
    this.#take(words);
    const least = this.literal();
    this.next();
    const most = this.textOf(this.literal());
    const value = this.query.slice(chain.start, chainEnd);
    const text = denied
      ? `(${value} < ${this.textOf(least)} OR ${value} > ${most})`
      : `(${value} >= ${this.textOf(least)} AND ${value} <= ${most})`;
    return { name: denied ? 'less_than' : 'at_least', args: [least], text, isWhole: true };
  }
}

function isValue({ kind, text }: Token): boolean {
  if (kind === 'name') return /^(true|false)$/i.test(text);
  return kind === 'number' || kind === 'string' || kind === 'date' || kind === 'timestamp';
}

/** The comparison that a word names, in this language or another. */
function functionCalled(words: string): string | undefined {
  const word = words.replaceAll('_', '');
  const names = [...catalog.keys()].filter((name) => name.replaceAll('_', '') === word);
  return [...names, ...knownAs(word)].find((name) => catalog.get(name)?.kind === 'comparison');
}
