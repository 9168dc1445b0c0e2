import type {
  Argument,
  Cast,
  Chain,
  Duration,
  Exclusion,
  Expression,
  FunctionCall,
  Junction,
  Literal,
  Missing,
  Named,
  Prefix,
  Span,
} from './ast.ts';
import {
  catalog,
  comparisonCalled,
  extractorOfBareWord,
  operators,
  takesCondition,
} from './catalog.ts';
import type { Findings } from './diagnostic.ts';
import {
  type ForeignComparison,
  foreignOperators,
  meaningOfPattern,
  recogniseComparison,
} from './foreign-comparison.ts';
import type { ParameterKind } from './language-function.ts';
import { lex } from './lexer.ts';
import { maxQueryChars } from './limits.ts';
import {
  atBareWord,
  atDuration,
  atKnownDuration,
  atLiteral,
  atParenthesizedValue,
  countWordsOfArgument,
} from './lookahead.ts';
import {
  readBareText,
  readBareWords,
  readDuration,
  readLengthInWords,
  readLiteral,
  reportBareWord,
} from './read-values.ts';
import { quote } from './strings.ts';
import { jointMeant } from './suggest.ts';
import { TokenStream } from './token-stream.ts';
import {
  describeToken,
  isJoint,
  isNull,
  isOperator,
  isSymbol,
  type Keyword,
  keywordOf,
  spanOf,
  type Token,
} from './tokens.ts';

/**
 * Reads a query. Always gives a tree; where something can't be read, a `missing` node stands in for
 * it and reading goes on after it, so that one pass finds all independent mistakes.
 */
export function parse(query: string, findings: Findings): Expression {
  if (query.length > maxQueryChars) {
    const span = { start: maxQueryChars, end: query.length };
    const message = `The query is ${query.length} characters long and only ${maxQueryChars} are read`;
    findings.beyondLimit('too-long', span, message);
    return { kind: 'missing', start: 0, end: query.length };
  }
  return new Parser(new TokenStream(query, lex(query, findings), findings)).definition();
}

const prefixKinds: Partial<Record<Keyword, Prefix['kind']>> = {
  NOT: 'not',
  ANY: 'any',
  ALL: 'all',
};

/** The operator that says the same when its sides are swapped. */
const swapped: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** The kinds of parameters for which a word most likely lacks its quotes. */
const textKinds: ReadonlySet<ParameterKind | undefined> = new Set([
  'name',
  'text',
  'value',
  'scalar',
  'timestamp',
] as const);

/** A comparison in words, with what it compares with. */
interface ReadComparison {
  name: string;
  args: Argument[];
  /** What should be written after the chain, or instead of it; undefined if nothing says the same. */
  text?: string;
  isInstead?: boolean;
}

/**
 * A parser by recursive descent. Each method reads one rule of the grammar, given above it,
 * and the methods are in the order of the grammar; below each are those for what is written wrongly
 * in its place.
 */
class Parser {
  readonly #tokens: TokenStream;
  /** How many `where`s are open, which says what a bare word most likely stands for. */
  #openWheres = 0;
  /** How many parentheses are open around a value. */
  #openValues = 0;

  constructor(tokens: TokenStream) {
    this.#tokens = tokens;
  }

  /** definition = or ; */
  definition(): Expression {
    const tokens = this.#tokens;
    let tree = this.#or();
    while (!tokens.atEnd) {
      const stray = this.#strayTokens();
      if (tokens.atEnd) break;
      const rest = this.#or();
      // What a stray dot was to go on with is no condition by itself.
      if (isSymbol(stray, '.')) continue;
      tree = tokens.node({ kind: 'and', operands: [tree, rest], ...tokens.spanFrom(tree.start) });
    }
    return tree;
  }

  /** Takes what does not belong after a definition, and a joint after that. @returns the first. */
  #strayTokens(): Token {
    const tokens = this.#tokens;
    const stray = tokens.next();
    while (isStray(tokens.token, stray)) tokens.next();
    const span = tokens.spanFrom(stray.start);
    const joins = isSymbol(stray, ',') && !tokens.atEnd;
    tokens.error('unexpected', span, `${describeToken(stray)} does not belong here.`, {
      help: joins ? 'Did you mean AND?' : 'Remove it, or join what follows with AND or OR.',
      fix: isSymbol(stray, '.') ? undefined : { ...span, text: joins ? ' AND' : '' },
    });
    const word = keywordOf(tokens.token);
    if (word === 'AND' || word === 'OR') this.#takeKeyword();
    return stray;
  }

  /** or = and { "OR" and } ; */
  #or(): Expression {
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
    return this.#tokens.node({ kind, operands, ...this.#tokens.spanFrom(first?.start ?? 0) });
  }

  /** Whether a joint of this kind is next, and takes it; two conditions in a row mean AND. */
  #takeJoint(word: Keyword): boolean {
    if (keywordOf(this.#tokens.token) === word) {
      this.#takeKeyword();
      return true;
    }
    return word === 'AND' && this.#takeMissingJoint();
  }

  #takeMissingJoint(): boolean {
    const { token, stopped } = this.#tokens;
    if (stopped || !beginsOperand(token)) return false;
    const isWord = token.kind === 'name' && keywordOf(token) === undefined;
    if (isWord && this.#tokens.peek().text !== '(') return this.#takeUnknownWords();
    this.#tokens.error('missing-junction', token, 'Two conditions need AND or OR between them.', {
      help: 'Put AND before this one if both must hold, OR if one is enough.',
      fix: { start: token.start, end: token.start, text: 'AND ' },
    });
    return true;
  }

  /** Whether a condition follows after words that are no joint; they are reported. */
  #takeUnknownWords(): boolean {
    const tokens = this.#tokens;
    const first = tokens.next();
    const meant = jointMeant(first.text);
    while (!meant && atBareWord(tokens)) tokens.next();
    const span = tokens.spanFrom(first.start);
    const { token } = tokens;
    const isLast = token.kind === 'end' || isSymbol(token, ')') || isJoint(token);
    const text = tokens.textOf(span);
    tokens.error('unknown-word', span, `"${text}" does not join two conditions.`, {
      help: meant ? `Did you mean ${meant}?` : 'Conditions are joined by AND or OR.',
      fix: meant && !isLast ? { ...span, text: meant } : undefined,
    });
    return !isLast;
  }

  /** Takes a keyword; reports one that is not written as in the reference. */
  #takeKeyword(): void {
    const tokens = this.#tokens;
    const token = tokens.next();
    const keyword = keywordOf(token);
    if (keyword === undefined || token.text === keyword) return;
    const more = {
      help: `Did you mean ${keyword}?`,
      fix: { ...spanOf(token), text: this.#spaced(keyword, token) },
    };
    if (token.kind === 'symbol') {
      const message = `${describeToken(token)} is not used here; conditions are joined by words.`;
      tokens.error('symbol-keyword', token, message, more);
    } else {
      const message = 'The reference writes this word in capitals.';
      tokens.findings.warn('keyword-case', token, message, more);
    }
  }

  /** A word with the spaces that it needs where a symbol stood. */
  #spaced(word: string, { start, end }: Token): string {
    const { query } = this.#tokens;
    const before = /[\w')}]/.test(query[start - 1] ?? '') ? ' ' : '';
    const after = /\w/.test(query[end] ?? '') ? ' ' : '';
    return `${before}${word}${after}`;
  }

  /** unary = ( "NOT" | "ANY" | "ALL" ) unary | primary ; */
  #unary(): Expression {
    const tokens = this.#tokens;
    const prefixes: { kind: Prefix['kind']; start: number }[] = [];
    for (;;) {
      const keyword = keywordOf(tokens.token);
      const kind = keyword && prefixKinds[keyword];
      if (!kind) break;
      prefixes.push({ kind, start: tokens.token.start });
      this.#takeKeyword();
      if (!tokens.descend()) break;
    }
    let node = this.#primary();
    for (const { kind, start } of prefixes.reverse()) {
      tokens.ascend();
      node = tokens.node({ kind, operand: node, ...tokens.spanFrom(start) });
    }
    return node;
  }

  /** primary = "(" or ")" | comparison ; */
  #primary(): Expression {
    const { token } = this.#tokens;
    if (token.kind === 'name' && keywordOf(token) === undefined) {
      return this.#compared(this.#chain());
    }
    if (isSymbol(token, '(')) return this.#group(')');
    if (isSymbol(token, '{')) return this.#bracesAsParentheses();
    if (atLiteral(this.#tokens)) return this.#literalFirst();
    return this.#noCondition();
  }

  /** "(" or ")" ; also "{" or "}" in a `where`. */
  #group(close: ')' | '}'): Expression {
    const tokens = this.#tokens;
    const open = tokens.next();
    if (!tokens.descend()) return tokens.missing(open.start);
    const inner = this.#or();
    tokens.ascend();
    tokens.close(open, close);
    const after = tokens.token;
    const goesOn = inner.kind === 'chain' && (isOperator(after) || isSymbol(after, '.'));
    return goesOn ? this.#afterGroupedChain(open, inner) : inner;
  }

  /** Goes on with a chain in parentheses, as in `(trait('a')) = 1`. */
  #afterGroupedChain(open: Token, chain: Chain): Expression {
    const tokens = this.#tokens;
    this.#warnOfParentheses(open, chain, 'Remove them, or move the comparison into them.');
    chain.start = open.start;
    while (isSymbol(tokens.token, '.')) {
      tokens.next();
      chain.calls.push(this.#call());
    }
    chain.end = tokens.lastEnd;
    return this.#compared(chain);
  }

  /** The reference's syntax has no parentheses around a value, but its prose writes them. */
  #warnOfParentheses(open: Token, inside: Span, help: string): void {
    const tokens = this.#tokens;
    if (tokens.stopped) return;
    const span = tokens.spanFrom(open.start);
    const message =
      'In the syntax of the reference, parentheses group whole conditions, not values.';
    const fix = { ...span, text: tokens.textOf(inside) };
    tokens.findings.warn('parenthesized-value', span, message, { help, fix });
  }

  #bracesAsParentheses(): Expression {
    const tokens = this.#tokens;
    const { start } = tokens.token;
    const inner = this.#group('}');
    const span = tokens.spanFrom(start);
    const inside = tokens.textOf({ start: start + 1, end: span.end - 1 });
    tokens.error('unexpected-braces', span, 'Braces belong only into a where.', {
      help: 'Use parentheses to group conditions.',
      fix: { ...span, text: `(${inside})` },
    });
    return inner;
  }

  /** A value on the left of a comparison, where only a chain is allowed. */
  #literalFirst(): Expression {
    const tokens = this.#tokens;
    const value = readLiteral(tokens);
    if (!isOperator(tokens.token)) return this.#literalAlone(value);
    const left = tokens.textOf(value);
    const operator = tokens.next();
    const right = this.#scalar();
    const chain = tokens.textOf(right);
    let text = `${chain} ${swapped[operator.text] ?? operator.text} ${left}`;
    if (isOperator(tokens.token)) {
      const second = tokens.next();
      text += ` AND ${chain} ${second.text} ${tokens.textOf(this.#scalar())}`;
    }
    const span = tokens.spanFrom(value.start);
    const swaps = right.kind === 'chain';
    tokens.error('value-first', span, 'A condition can not begin with a value.', {
      help: swaps
        ? `Did you mean ${text}?`
        : 'Put what is compared on the left, the value on the right.',
      fix: swaps ? { ...span, text } : undefined,
    });
    return tokens.missing(value.start);
  }

  #literalAlone(value: Literal): Missing {
    const extractor = this.#extractorMeant();
    const text = value.type === 'string' ? `${extractor}('${value.text}')` : undefined;
    this.#tokens.error('value-first', value, 'A condition can not begin with a value.', {
      help: text ? `Did you mean ${text}?` : "Begin with event('…') or trait('…').",
      fix: text ? { ...spanOf(value), text } : undefined,
    });
    return this.#tokens.missing(value.start);
  }

  #noCondition(): Missing {
    const tokens = this.#tokens;
    const { token } = tokens;
    if (token.kind === 'end' || isSymbol(token, ')') || isSymbol(token, '}') || isJoint(token)) {
      const message = `A condition is missing before ${describeToken(token)}.`;
      tokens.error('expected-condition', token, message, {
        help: "Write one, such as event('Shoes Bought').count() >= 1, or remove the word before.",
      });
      return tokens.missing(token.start);
    }
    tokens.error('unexpected', token, `${describeToken(token)} does not begin a condition.`, {
      help: "A condition begins with event('…') or trait('…').",
    });
    tokens.next();
    return tokens.recover(token.start);
  }

  /** comparison = chain [ ( "=" | "==" | "!=" | ">" | ">=" | "<" | "<=" ) scalar ] ; */
  #compared(chain: Chain): Expression {
    const tokens = this.#tokens;
    const call = isOperator(tokens.token) ? this.#operator() : this.#comparisonInWords(chain);
    if (!call) return chain;
    chain.calls.push(call);
    chain.end = call.end;
    if (!isOperator(tokens.token)) return chain;
    tokens.error('unexpected', tokens.token, 'A condition has one comparison.', {
      help: 'Write two conditions with AND between them.',
    });
    return tokens.recover(chain.start);
  }

  /** An operator and its value. */
  #operator(): FunctionCall {
    const tokens = this.#tokens;
    const before = tokens.lastEnd;
    const token = tokens.next();
    if (isNull(tokens.token)) return this.#comparedWithNull(token, before);
    const meant = foreignOperators[token.text];
    if (meant) {
      tokens.error('unknown-operator', token, `${describeToken(token)} is not an operator.`, {
        help: `Did you mean ${meant}?`,
        fix: { ...spanOf(token), text: meant },
      });
    }
    if (token.text === '==') {
      tokens.findings.hint('double-equals', token, 'One equals sign is enough.', {
        help: 'Write = instead of ==.',
        fix: { ...spanOf(token), text: '=' },
      });
    }
    const operator = meant ?? token.text;
    const name = operators.get(operator) ?? operator;
    const value = this.#scalar();
    const span = tokens.spanFrom(token.start);
    return tokens.node({ name, nameSpan: spanOf(token), args: [value], operator, ...span });
  }

  /** @param start where what has to be replaced begins: with the blank before the operator. */
  #comparedWithNull(operator: Token, start: number): FunctionCall {
    const tokens = this.#tokens;
    tokens.next();
    const span = tokens.spanFrom(operator.start);
    const isEqual = /^=+$/.test(operator.text);
    const isKnown = isEqual || /^(!=+|<>|≠)$/.test(operator.text);
    const name = comparisonCalled(isEqual ? 'isnull' : 'isnotnull') ?? '';
    const message = 'Nothing is compared with null: a value is absent, or it exists.';
    tokens.error('null-value', span, message, {
      help: isKnown ? `Did you mean .${name}()?` : 'Use .exists() or .absent().',
      fix: isKnown ? { start, end: span.end, text: `.${name}()` } : undefined,
    });
    return tokens.node({ name, nameSpan: spanOf(operator), args: [], ...span });
  }

  /** Takes a comparison in words, such as `is 'vip'` or `LIKE '%a%'`, and says how it is written. */
  #comparisonInWords(chain: Chain): FunctionCall | undefined {
    const tokens = this.#tokens;
    const { token, lastEnd, stopped } = tokens;
    if (token.kind !== 'name' || isJoint(token) || stopped) return undefined;
    const found = recogniseComparison(tokens);
    if (!found) return undefined;
    const compared = tokens.textOf({ start: chain.start, end: lastEnd });
    tokens.take(found.words);
    const { name, args, text, isInstead = false } = this.#readComparison(found, compared);
    const span = tokens.spanFrom(token.start);
    const start = isInstead ? chain.start : lastEnd;
    tokens.error('word-operator', span, `${describeToken(token)} does not compare.`, {
      help:
        text === undefined
          ? 'Use .contains(…), .starts_with(…) or .ends_with(…), which take plain texts.'
          : `Did you mean ${isInstead ? text : compared + text}?`,
      fix: text === undefined ? undefined : { start, end: span.end, text },
    });
    return tokens.node({ name, nameSpan: spanOf(token), args, ...span });
  }

  /** Reads what a comparison in words compares with. @param compared the text of what it compares. */
  #readComparison(found: ForeignComparison, compared: string): ReadComparison {
    switch (found.form) {
      case 'bare':
        return { name: found.name, args: [], text: `.${found.name}()` };
      case 'value':
        return this.#behindName(found.name, this.#scalar());
      case 'duration':
        return this.#behindName(found.name, readDuration(this.#tokens));
      case 'list':
        return this.#list(found.name);
      case 'pattern':
        return this.#pattern(compared, found.isNegated);
      case 'range':
        return this.#range(compared, found.isNegated);
    }
  }

  #behindName(name: string, given: Argument): ReadComparison {
    return { name, args: [given], text: comparisonText(name, this.#tokens.textOf(given)) };
  }

  /** `in ('a', 'b')` reads like a call. */
  #list(name: string): ReadComparison {
    const open = this.#tokens.peek();
    const { args, end } = this.#call(name);
    return { name, args, text: `.${name}${this.#tokens.textOf({ start: open.start, end })}` };
  }

  /** Of the patterns of SQL some have a comparison; others do not. */
  #pattern(compared: string, isNegated: boolean): ReadComparison {
    const literal = readLiteral(this.#tokens);
    const meaning = meaningOfPattern(literal.text, isNegated);
    if (!meaning) return { name: comparisonCalled('like') ?? '', args: [literal] };
    const { name, text, isDenied } = meaning;
    const args = [{ ...literal, text }];
    const behind = comparisonText(name, quote(text));
    if (!isDenied) return { name, args, text: behind };
    return { name, args, text: `NOT ${compared}${behind}`, isInstead: true };
  }

  /** Two comparisons, in parentheses so that they stay together anywhere. */
  #range(compared: string, isNegated: boolean): ReadComparison {
    const tokens = this.#tokens;
    const from = readLiteral(tokens);
    tokens.next();
    const to = tokens.textOf(readLiteral(tokens));
    const [first, joint, second] = isNegated ? ['<', 'OR', '>'] : ['>=', 'AND', '<='];
    const text = `(${compared} ${first} ${tokens.textOf(from)} ${joint} ${compared} ${second} ${to})`;
    return { name: operators.get(first) ?? first, args: [from], text, isInstead: true };
  }

  /** chain = call { "." call } ; */
  #chain(): Chain {
    const tokens = this.#tokens;
    const { start } = tokens.token;
    const calls = [this.#firstCall()];
    while (isSymbol(tokens.token, '.') || this.#atMissingDot()) {
      if (isSymbol(tokens.token, '.')) tokens.next();
      calls.push(this.#call());
    }
    return tokens.node({ kind: 'chain', calls, ...tokens.spanFrom(start) });
  }

  /** Whether a call is next that can only go on with the chain before it; then reports it. */
  #atMissingDot(): boolean {
    const { token, stopped } = this.#tokens;
    const follows = token.kind === 'name' ? (catalog.get(token.text)?.follows ?? []) : [];
    if (follows.length === 0 || !isSymbol(this.#tokens.peek(), '(') || stopped) return false;
    const message = `A dot is missing before ${describeToken(token)}.`;
    this.#tokens.error('missing-dot', token, message, {
      help: `Did you mean .${token.text}?`,
      fix: { start: token.start, end: token.start, text: '.' },
    });
    return true;
  }

  /** A word that is no function where a chain begins most likely names a property or a trait. */
  #firstCall(extractor = this.#extractorMeant()): FunctionCall {
    const tokens = this.#tokens;
    const { token } = tokens;
    const after = tokens.peek();
    if (isSymbol(after, '(') || after.kind === 'string' || catalog.has(token.text)) {
      return this.#call();
    }
    reportBareWord(tokens, token, describeToken(token), `${extractor}('${token.text}')`);
    tokens.next();
    const span = spanOf(token);
    const name: Literal = { kind: 'literal', type: 'string', text: token.text, ...span };
    return tokens.node({ name: extractor, nameSpan: span, args: [name], ...span });
  }

  /** The extractor that a word without one most likely belongs to. */
  #extractorMeant(): string {
    return extractorOfBareWord[this.#openWheres > 0 ? 'inside' : 'outside'];
  }

  /**
   * call = name "(" [ argument { "," argument } ] ")" | "$" ;
   *
   * @param meaning the function that its name stands for, if that is another.
   */
  #call(meaning?: string): FunctionCall {
    const tokens = this.#tokens;
    const { token } = tokens;
    const { start } = token;
    if (token.kind !== 'name' || keywordOf(token) === 'AND') {
      const message = `The name of a function is missing before ${describeToken(token)}.`;
      const more = { help: 'After a dot comes a call, such as .count().' };
      tokens.error('expected-call', token, message, more);
      const span = { start, end: start };
      return tokens.node({ name: '', nameSpan: span, args: [], ...span });
    }
    tokens.next();
    const nameSpan = spanOf(token);
    if (token.text === '$' && !isSymbol(tokens.token, '(')) {
      const message = 'The reference names $ only once, for arrays.';
      tokens.findings.warn('array-operator', token, message, {
        help: 'Segment may read it otherwise than you mean: compare the size of the audience with what you expect.',
      });
      return tokens.node({ name: '$', nameSpan, args: [], ...nameSpan });
    }
    const args = this.#arguments(token, meaning ?? token.text);
    return tokens.node({ name: token.text, nameSpan, args, ...tokens.spanFrom(start) });
  }

  #arguments(name: Token, meaning: string): Argument[] {
    const tokens = this.#tokens;
    const open = tokens.token;
    if (!isSymbol(open, '(')) return this.#withoutParentheses(name);
    tokens.next();
    if (!tokens.descend()) return [];
    const isWhere = takesCondition(catalog.get(name.text));
    if (isWhere) this.#openWheres += 1;
    const args = this.#argumentList(open, meaning);
    if (isWhere) this.#openWheres -= 1;
    tokens.ascend();
    tokens.close(open, ')');
    return args;
  }

  #argumentList(open: Token, meaning: string): Argument[] {
    const tokens = this.#tokens;
    const parameters = catalog.get(meaning)?.parameters ?? [];
    const args: Argument[] = [];
    while (!isSymbol(tokens.token, ')') && !isOperator(tokens.token) && !tokens.atEnd) {
      const parameter = parameters[Math.min(args.length, parameters.length - 1)];
      const { errors } = tokens.findings;
      args.push(this.#argument(parameter?.kind));
      this.#skipRest(open, tokens.findings.errors > errors);
      if (!this.#takeComma()) break;
    }
    return args;
  }

  /** Skips what can't go on with an argument, as in `contains('a' foo)`; reported once if at all. */
  #skipRest(open: Token, isReported: boolean): void {
    const tokens = this.#tokens;
    const { token } = tokens;
    const isEnd = token.kind === 'end' || (token.kind === 'symbol' && /^[),}]$/.test(token.text));
    if (isEnd || (this.#mayGoOn() && !isReported) || !tokens.isClosed(open)) return;
    const start = tokens.lastEnd;
    tokens.skipToClose();
    if (isReported) return;
    const span = tokens.spanFrom(token.start);
    const text = tokens.textOf(span);
    tokens.error('unexpected', span, `"${text}" does not belong here.`, {
      help: 'Remove it, or put a comma before it.',
      // Of more than words it is not sure that they are not needed.
      fix: /^[\p{L}\p{N}_ !:]+$/u.test(text) ? { start, end: span.end, text: '' } : undefined,
    });
  }

  /** Whether what follows an argument may belong to it, or be another without its comma. */
  #mayGoOn(): boolean {
    const { token } = this.#tokens;
    if (token.kind === 'symbol' && !isSymbol(token, '!') && !isSymbol(token, ':')) return true;
    return (token.kind === 'name' && keywordOf(token) !== undefined) || atLiteral(this.#tokens);
  }

  /** Whether another argument may follow. */
  #takeComma(): boolean {
    const tokens = this.#tokens;
    const { token } = tokens;
    if (isSymbol(token, ',')) {
      tokens.next();
      if (isSymbol(tokens.token, ')')) {
        const message = 'The reference has no comma after the last argument.';
        const more = { help: 'Remove it.', fix: { ...spanOf(token), text: '' } };
        tokens.findings.warn('trailing-comma', token, message, more);
      }
      return true;
    }
    if (keywordOf(token) === 'AND' && atDuration(tokens, 1)) {
      const fix = { start: tokens.lastEnd, end: token.end, text: ',' };
      tokens.next();
      this.#missingComma(token, 'Write a comma instead.', fix);
      return true;
    }
    if (!atLiteral(tokens) || tokens.stopped) return false;
    const fix = { start: token.start, end: token.start, text: ', ' };
    this.#missingComma(token, 'Put a comma before this one.', fix);
    return true;
  }

  #missingComma(token: Token, help: string, fix: { start: number; end: number; text: string }) {
    const message = 'Two arguments need a comma between them.';
    this.#tokens.error('missing-comma', token, message, { help, fix });
  }

  #withoutParentheses(name: Token): Argument[] {
    const tokens = this.#tokens;
    const value = atLiteral(tokens) ? readLiteral(tokens) : undefined;
    tokens.error('missing-parentheses', name, `${name.text} needs parentheses behind it.`, {
      help: `Write ${name.text}(…).`,
      fix: value
        ? { start: name.end, end: value.end, text: `(${tokens.textOf(value)})` }
        : { start: name.end, end: name.end, text: '()' },
    });
    return value ? [value] : [];
  }

  /** argument = named | exclusion | "{" or "}" | duration | literal | or [ "as" name ] ; */
  #argument(kind: ParameterKind | undefined): Argument {
    const tokens = this.#tokens;
    const { token } = tokens;
    const after = tokens.peek();
    if (token.kind === 'name' && isSymbol(after, ':')) return this.#named(kind);
    if (isSymbol(token, '{')) return this.#inBraces();
    const value = this.#valueInParentheses(kind) ?? this.#length(kind);
    if (value) return value;
    const words = textKinds.has(kind) ? countWordsOfArgument(tokens) : 0;
    if (words > 1 || (words === 1 && !atLiteral(tokens))) return readBareWords(tokens, words);
    if (atLiteral(tokens)) return isOperator(after) ? this.#literalFirst() : readLiteral(tokens);
    return this.#bareWordOf(kind) ?? this.#castable();
  }

  /** named = name ":" argument ; */
  #named(kind: ParameterKind | undefined): Named | Missing {
    const tokens = this.#tokens;
    const name = tokens.next();
    tokens.next();
    if (!tokens.descend()) return tokens.missing(name.start);
    const value = this.#argument(kind);
    tokens.ascend();
    const span = tokens.spanFrom(name.start);
    return tokens.node({ kind: 'named', name: name.text, value, ...span });
  }

  #inBraces(): Argument {
    const isExclusion = this.#tokens.peek().kind === 'name' && isSymbol(this.#tokens.peek(2), ':');
    return isExclusion ? this.#exclusion() : this.#group('}');
  }

  /** exclusion = "{" "exclude" ":" literal { "," literal } "}" ; */
  #exclusion(): Exclusion {
    const tokens = this.#tokens;
    const open = tokens.next();
    const word = tokens.next();
    tokens.next();
    if (word.text !== 'exclude') {
      // "include" is only two letters away and means the opposite.
      const meant = /^ex/i.test(word.text) ? 'exclude' : undefined;
      tokens.error('unknown-argument', word, `sources takes no ${word.text}.`, {
        help: "Write {exclude: 'id', 'id'} with the ids of the sources to leave out.",
        fix: meant ? { ...spanOf(word), text: meant } : undefined,
      });
    }
    const ids: Literal[] = [];
    while (atLiteral(tokens) || atParenthesizedValue(tokens)) {
      const id = this.#literal();
      if (id.kind === 'literal') ids.push(id);
      if (!isSymbol(tokens.token, ',')) break;
      tokens.next();
    }
    if (ids.length === 0) {
      const message = 'The ids of the sources to leave out are missing.';
      tokens.error('expected-value', tokens.token, message, {
        help: "Write them as {exclude: 'id', 'id'}.",
      });
    }
    tokens.close(open, '}');
    return tokens.node({ kind: 'exclusion', ids, ...tokens.spanFrom(open.start) });
  }

  /** A literal, perhaps in parentheses. */
  #literal(): Argument {
    const isBare = atLiteral(this.#tokens);
    return isBare ? readLiteral(this.#tokens) : this.#inParentheses(() => this.#literal());
  }

  /** A length of time; where one is required, also in other words. */
  #length(kind: ParameterKind | undefined): Duration | Missing | undefined {
    const tokens = this.#tokens;
    const inWords = kind === 'duration' && !isSymbol(tokens.peek(), '(');
    const length = inWords ? readLengthInWords(tokens) : undefined;
    return length ?? (atDuration(tokens) ? readDuration(tokens) : undefined);
  }

  /** A word whose quotes were forgotten, or that should be in a `property(…)`. */
  #bareWordOf(kind: ParameterKind | undefined): Argument | undefined {
    const tokens = this.#tokens;
    if (kind === 'property') {
      const isCast = tokens.peek().text === 'as';
      if (countWordsOfArgument(tokens) > 1 && !isCast) return this.#propertyInWords();
      return atBareWord(tokens) ? this.#bareProperty() : undefined;
    }
    return textKinds.has(kind) && atBareWord(tokens) ? readBareText(tokens) : undefined;
  }

  /** A property whose name is several words. */
  #propertyInWords(): Chain {
    const tokens = this.#tokens;
    const span = tokens.take(countWordsOfArgument(tokens));
    const text = tokens.textOf(span);
    const extractor = extractorOfBareWord.inside;
    reportBareWord(tokens, span, `"${text}"`, `${extractor}(${quote(text)})`);
    const name: Literal = { kind: 'literal', type: 'string', text, ...span };
    const call = tokens.node({ name: extractor, nameSpan: span, args: [name], ...span });
    return tokens.node({ kind: 'chain', calls: [call], ...span });
  }

  #valueInParentheses(kind: ParameterKind | undefined): Argument | undefined {
    const tokens = this.#tokens;
    if (!isSymbol(tokens.token, '(') || kind === 'definition') return undefined;
    if (kind === 'property') return this.#propertyInParentheses();
    const isValueNext = atParenthesizedValue(tokens);
    return isValueNext ? this.#inParentheses(() => this.#argument(kind)) : undefined;
  }

  #propertyInParentheses(): Argument {
    const tokens = this.#tokens;
    const { start } = tokens.token;
    const value = this.#inParentheses(() => this.#argument('property'));
    const isCast = value.kind === 'chain' && isCastNext(tokens.token);
    return isCast ? this.#cast({ ...value, ...tokens.spanFrom(start) }) : value;
  }

  #bareProperty(): Chain {
    const tokens = this.#tokens;
    const { start } = tokens.token;
    const calls = [this.#firstCall(extractorOfBareWord.inside)];
    return tokens.node({ kind: 'chain', calls, ...tokens.spanFrom(start) });
  }

  /** or [ "as" name ] */
  #castable(): Argument {
    const operand = this.#or();
    return isCastNext(this.#tokens.token) ? this.#cast(operand) : asLiteral(operand);
  }

  /** A cast without a type is read as if there were none. */
  #cast(operand: Expression): Cast | Expression {
    const tokens = this.#tokens;
    tokens.next();
    const type = tokens.token;
    if (type.kind !== 'name') {
      tokens.error('expected-type', type, `A type is missing before ${describeToken(type)}.`, {
        help: 'After as comes number, string or array.',
      });
      return operand;
    }
    tokens.next();
    const typeSpan = spanOf(type);
    const span = tokens.spanFrom(operand.start);
    return tokens.node({ kind: 'cast', operand, type: type.text, typeSpan, ...span });
  }

  /** scalar = chain | literal ; */
  #scalar(): Argument {
    const tokens = this.#tokens;
    const { token } = tokens;
    if (atKnownDuration(tokens)) return readDuration(tokens);
    if (atLiteral(tokens)) return readLiteral(tokens);
    if (atBareWord(tokens)) return readBareText(tokens);
    if (token.kind === 'name' && keywordOf(token) === undefined) return asLiteral(this.#chain());
    if (isSymbol(token, '(')) return this.#inParentheses(() => this.#scalar());
    const message = `A value is missing before ${describeToken(token)}.`;
    tokens.error('expected-value', token, message, {
      help: "Write a number, a 'text', or a chain such as trait('avg_spend').",
    });
    return tokens.recover(token.start);
  }

  /** "(" value ")", which may be in parentheses again; of these only the outermost are reported. */
  #inParentheses(read: () => Argument): Argument {
    const tokens = this.#tokens;
    const open = tokens.next();
    if (!tokens.descend()) return tokens.missing(open.start);
    this.#openValues += 1;
    const value = read();
    this.#openValues -= 1;
    tokens.ascend();
    const isClosed = isSymbol(tokens.token, ')');
    tokens.close(open, ')');
    if (isClosed && this.#openValues === 0) this.#warnOfParentheses(open, value, 'Remove them.');
    return value;
  }
}

/** Whether a token belongs to what is out of place before it: brackets, and values after a value. */
function isStray({ kind, text }: Token, before: Token): boolean {
  if (kind === 'symbol') return /^[){},:.]$/.test(text) || text === before.text;
  return before.kind !== 'symbol' && kind !== 'name' && kind !== 'end';
}

/** Whether a token begins another condition where a joint should be. */
function beginsOperand(token: Token): boolean {
  const keyword = keywordOf(token);
  if (token.kind === 'name') return token.text !== 'as' && keyword !== 'AND' && keyword !== 'OR';
  return token.kind === 'symbol' && (token.text === '(' || keyword === 'NOT');
}

/** A comparison as it is written after a chain. @param value what it takes, as text. */
function comparisonText(name: string, value: string): string {
  const entry = catalog.get(name);
  const operator = entry?.kind === 'comparison' ? entry.operator : undefined;
  return operator ? ` ${operator} ${value}` : `.${name}(${value})`;
}

function isCastNext({ kind, text }: Token): boolean {
  return kind === 'name' && text === 'as';
}

/** `literal(x)` is x. */
function asLiteral<Node extends Argument>(node: Node): Node | Literal {
  if (node.kind !== 'chain' || node.calls.length !== 1) return node;
  const [call] = node.calls;
  const [value] = call?.args ?? [];
  const isConstant = catalog.get(call?.name ?? '')?.returns === 'Literal';
  const wraps = isConstant && call?.args.length === 1 && value?.kind === 'literal';
  return wraps ? { ...value, start: node.start, end: node.end } : node;
}
