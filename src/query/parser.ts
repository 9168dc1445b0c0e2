import type {
  Argument,
  Cast,
  Chain,
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
  isEndOfCondition,
  skipMoreConditions,
  skipParenthesis,
  takeDirection,
  takeLabel,
  takeRest,
  takeStray,
  takeUnknownWords,
} from './between-conditions.ts';
import {
  catalog,
  comparisonCalled,
  comparisonInstead,
  comparisonOf,
  extractorOf,
  extractorOfBareWord,
  filterOf,
  knownAs,
  operators,
  reducerOf,
  takesCondition,
} from './catalog.ts';
import type { Level } from './check-options.ts';
import type { Findings } from './diagnostic.ts';
import { continuesChain, foreignOperators } from './foreign-comparison.ts';
import { takeKeyword } from './keywords.ts';
import type { ParameterKind } from './language-function.ts';
import { lex } from './lexer.ts';
import { maxQueryChars } from './limits.ts';
import {
  atBareName,
  atBareWord,
  atDuration,
  atKnownDuration,
  atListOfValues,
  atLiteral,
  atParenthesizedValue,
  beginsCall,
  beginsCondition,
  countBareWords,
  countMoreStrings,
  countTokensOfGroupedNumber,
  countTokensOfPresent,
  countWordsBeforeCondition,
  countWordsOfArgument,
  isArithmetic,
} from './lookahead.ts';
import { readNameAs, readPath, recognisePath } from './path.ts';
import { readObject, reportBrackets, takeDoubledBracket, takeDoubledDots } from './punctuation.ts';
import { readComparisonInWords } from './read-comparison.ts';
import { operatorApart, takeOperator } from './operator-apart.ts';
import {
  atArrow,
  readArrow,
  readCallWithNull,
  readDeniedOperator,
  readListComparison,
  readNull,
  readNullComparison,
  readOpenWords,
  readPresent,
} from './read-foreign.ts';
import {
  readBareText,
  readBareWords,
  readDuration,
  readGroupedNumber,
  readLengthInWords,
  readLiteral,
  readSharedUnit,
  reportBareWord,
  reportUnknown,
} from './read-values.ts';
import { quote } from './strings.ts';
import { TokenStream } from './token-stream.ts';
import {
  describeToken,
  isClosing,
  isJoint,
  isNull,
  isOperator,
  isSymbol,
  isValue,
  type Keyword,
  keywordOf,
  spanOf,
  type Token,
} from './tokens.ts';

import { countWordsOfWindow, windowOf, withFilter } from './window-in-words.ts';
import { unwrapped } from './wrapping.ts';

/**
 * Reads a query. Always gives a tree; where something can't be read, a `missing` node stands in for
 * it and reading goes on after it, so that one pass finds all independent mistakes.
 */
export function parse(query: string, findings: Findings, level: Level = 'users'): Expression {
  if (query.length > maxQueryChars) {
    const span = { start: maxQueryChars, end: query.length };
    const message = `The query is ${query.length} characters long and only ${maxQueryChars} are read`;
    findings.beyondLimit('too-long', span, message);
    return { kind: 'missing', start: 0, end: query.length };
  }
  const inside = unwrapped(query);
  if (inside !== undefined) return insideOf(query, inside, findings);
  return new Parser(new TokenStream(query, lex(query, findings), findings), level).definition();
}

/** What is around the whole of a definition is its one mistake; it is read when that is gone. */
function insideOf(query: string, inside: string, findings: Findings): Expression {
  const span = { start: 0, end: query.length };
  findings.error('wrapped', span, 'Quotes or backquotes are around the whole definition.', {
    help: 'Remove them.',
    fix: { ...span, text: inside },
  });
  return { kind: 'missing', ...span };
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

/** Where a word stands: outside of all calls, in what takes conditions about items, or in another call. */
type Place = 'outside' | 'inside' | 'other';

const closers: Partial<Record<string, ')' | '}' | ']'>> = { '(': ')', '{': '}', '[': ']' };

/** Where the arguments of a function stand. */
function placeInside(name: string, outer: Place): Place {
  const entry = catalog.get(name) ?? catalog.get(knownAs(name)[0] ?? '');
  if (takesCondition(entry) || entry?.kind === 'reducer') return 'inside';
  if (entry?.kind === 'extractor' && entry.family === 'stream') return 'inside';
  return entry ? outer : 'other';
}

/** Words that say the same of an account's users as keywords do. */
const quantifiers: Partial<Record<string, string>> = { NONE: 'ALL NOT', EVERY: 'ALL', SOME: 'ANY' };

const denyingJoints: Partial<Record<string, 'AND' | 'OR'>> = { NOR: 'OR', NAND: 'AND' };

function denyingJointOf({ kind, text }: Token): 'AND' | 'OR' | undefined {
  return kind === 'name' ? denyingJoints[text.toUpperCase()] : undefined;
}

/**
 * A parser by recursive descent. Each method reads one rule of the grammar, given above it,
 * and the methods are in the order of the grammar; below each are those for what is written wrongly
 * in its place.
 */
class Parser {
  readonly #tokens: TokenStream;
  readonly #level: Level;
  /** In what the next word stands, which says what a bare one most likely stands for. */
  #place: Place = 'outside';
  /** Whether in this bracket a condition about events went before that has no window. */
  #wantsWindow = false;
  /** The condition that was read last. */
  #lastCompared: Chain | undefined;
  /** How many parentheses are open around a value. */
  #openValues = 0;

  readonly #reader = {
    value: (comparison: string) => this.#comparedValue(comparison),
    call: (meaning: string) => this.#call(meaning),
  };

  constructor(tokens: TokenStream, level: Level) {
    this.#tokens = tokens;
    this.#level = level;
  }

  /** definition = or ; */
  definition(): Expression {
    const tokens = this.#tokens;
    takeLabel(this.#tokens);
    let tree = this.#or();
    while (!tokens.atEnd) {
      if (!takeStray(this.#tokens)) continue;
      const rest = this.#or();
      tree = tokens.node({ kind: 'and', operands: [tree, rest], ...tokens.spanFrom(tree.start) });
    }
    return tree;
  }

  /** or = and { "OR" and } ; */
  #or(): Expression {
    const { start } = this.#tokens.token;
    const left = this.#junction('or', 'OR', () => this.#and());
    return this.#takeDenyingJoint(left, start);
  }

  /** Goes on behind NOR or NAND, which deny what they join. @param start where the left side begins. */
  #takeDenyingJoint(left: Expression, start: number): Expression {
    const tokens = this.#tokens;
    const { token, stopped } = tokens;
    const joint = denyingJointOf(token);
    if (!joint || stopped) return left;
    const before = tokens.textOf({ start, end: tokens.lastEnd });
    tokens.next();
    const from = tokens.token.start;
    const right = this.#unary();
    const after = tokens.textOf({ start: from, end: tokens.lastEnd });
    const isWhole = left.start === start;
    const isAlone =
      isWhole && left.kind === 'chain' && right.kind === 'chain' && !isJoint(tokens.token);
    const text = `NOT (${before} ${joint} ${after})`;
    tokens.error('unknown-word', token, `"${token.text}" does not join two conditions.`, {
      help: isAlone ? `Did you mean ${text}?` : `Write NOT (… ${joint} …).`,
      fix: isAlone ? { start, end: tokens.lastEnd, text } : undefined,
    });
    if (isJoint(tokens.token)) {
      takeKeyword(this.#tokens);
      this.#or();
    }
    return tokens.missing(start);
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

  /** Whether a joint of this kind is next, and takes it; two conditions in a row are read as if AND were there. */
  #takeJoint(word: Keyword): boolean {
    if (keywordOf(this.#tokens.token) === word) {
      takeKeyword(this.#tokens);
      return true;
    }
    if (word !== 'AND') return false;
    if (this.#takeMissingJoint()) return true;
    // What was no joint may have been skipped up to one.
    const isNext = keywordOf(this.#tokens.token) === word;
    if (isNext) takeKeyword(this.#tokens);
    return isNext;
  }

  #takeMissingJoint(): boolean {
    const tokens = this.#tokens;
    const { token, stopped } = tokens;
    if (stopped || !beginsOperand(token) || denyingJointOf(token)) return false;
    if (!beginsCondition(tokens)) return takeUnknownWords(this.#tokens);
    if (atStrayParenthesis(tokens)) return skipParenthesis(this.#tokens);
    tokens.error('missing-junction', token, 'Two conditions need AND or OR between them.', {
      help: 'Put AND before this one if both must hold, OR if one is enough.',
    });
    return true;
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
      takeKeyword(this.#tokens);
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
      const isCalled = isSymbol(this.#tokens.peek(), '(');
      const instead = isCalled ? this.#quantifiedGroup() : this.#notCalled();
      return instead ?? this.#compared(this.#chain());
    }
    if (isSymbol(token, '(')) return this.#group(')');
    if (isSymbol(token, '{')) return this.#otherBrackets('}');
    if (isSymbol(token, '[')) return this.#otherBrackets(']');
    if (atLiteral(this.#tokens)) return this.#literalFirst();
    return this.#noCondition();
  }

  /** What begins with a word that is not called. */
  #notCalled(): Expression | undefined {
    return this.#wordsBefore() ?? this.#bareCondition();
  }

  /** `NONE (…)`, which looks like a call. */
  #quantifiedGroup(): Expression | undefined {
    const tokens = this.#tokens;
    const isQuantifier = quantifiers[tokens.token.text.toUpperCase()] !== undefined;
    return isQuantifier && beginsCondition(tokens, 2) ? this.#afterWords(1) : undefined;
  }

  /** Words before a condition, such as EVERY; undefined if there are none. */
  #wordsBefore(): Expression | undefined {
    const tokens = this.#tokens;
    const count = countWordsBeforeCondition(tokens);
    if (count === 0) return undefined;
    if (count === 1 && /^neither$/i.test(tokens.token.text)) return this.#neither();
    return this.#afterWords(count);
  }

  /** `NEITHER … NOR …` */
  #neither(): Expression {
    const tokens = this.#tokens;
    const { start } = tokens.next();
    const conditions: string[] = [];
    do {
      const from = tokens.token.start;
      this.#unary();
      conditions.push(tokens.textOf({ start: from, end: tokens.lastEnd }));
    } while (/^n?or$/i.test(tokens.token.text) && tokens.next());
    const span = tokens.spanFrom(start);
    tokens.error('unknown-word', span, 'NEITHER and NOR are no words of the language.', {
      help: `Write NOT (${conditions.join(' OR ')}).`,
    });
    return tokens.missing(start);
  }

  /** Reads a condition behind so many words that are no part of it. */
  #afterWords(count: number): Expression {
    const tokens = this.#tokens;
    const { token } = tokens;
    const span = tokens.take(count);
    const text = tokens.textOf(span);
    const meant = count === 1 ? quantifiers[token.text.toUpperCase()] : undefined;
    const isAllowed = meant && this.#level === 'accounts';
    tokens.error('unknown-word', span, `"${text}" is no word of the language.`, {
      help: isAllowed
        ? `Did you mean ${meant}?`
        : 'Before a condition may stand NOT, for accounts also ANY and ALL.',
      fix: isAllowed ? { ...span, text: meant } : undefined,
    });
    return this.#unary();
  }

  /** A word without an extractor; what is compared is most likely a trait or a property of that name. */
  #bareCondition(): Expression | undefined {
    const tokens = this.#tokens;
    const path = recognisePath(tokens);
    if (!atBareName(tokens) && !path?.root) return undefined;
    const { start } = tokens.token;
    const count = path?.words ?? countBareWords(tokens);
    if (atArrow(tokens)) return readArrow(tokens);
    const isOutside =
      (path?.root === 'item' || path?.root === 'setting') && this.#place === 'outside';
    const goesOn = continuesChain(tokens, count) && !isOutside;
    if (goesOn && (path || count === 1)) return this.#compared(this.#chain());
    const span = tokens.take(count);
    const text = tokens.textOf(span);
    tokens.error('bare-word', span, `"${text}" is neither a function nor a value.`, {
      help: "A condition begins with event('…') or trait('…'), and compares what that gives.",
    });
    tokens.skipCondition();
    return tokens.missing(start);
  }

  /** "(" or ")" ; also "{" or "}" in a `where`. */
  #group(close: ')' | '}' | ']'): Expression {
    const tokens = this.#tokens;
    const open = tokens.next();
    if (!tokens.descend()) return tokens.missing(open.start);
    const wantsWindow = this.#wantsWindow;
    this.#wantsWindow = false;
    const inner = this.#or();
    this.#wantsWindow ||= wantsWindow;
    tokens.ascend();
    if (isSymbol(tokens.token, ',') && tokens.brackets.isClosed(open))
      skipMoreConditions(this.#tokens);
    tokens.close(open, close);
    return inner.kind === 'chain' ? this.#afterGroup(open, inner) : inner;
  }

  /** Goes on behind a chain in parentheses. */
  #afterGroup(open: Token, chain: Chain): Expression {
    const tokens = this.#tokens;
    const [{ text: after }, next] = [tokens.token, tokens.peek()];
    if (isSymbol(tokens.token, '.') && keywordOf(next)) {
      tokens.error('unexpected', tokens.next(), 'Conditions are joined by words, not by calls.', {
        help: `Write ${next.text.toUpperCase()} between two conditions.`,
        fix: { start: tokens.lastStart, end: next.start, text: ' ' },
      });
      return chain;
    }
    if (comparisonOf(chain.calls.at(-1))) {
      if (after === '.' && isFilter(next.text)) this.#takeLateFilter(chain, open.start);
      return chain;
    }
    return isOperator(tokens.token) || after === '.' ? this.#afterGroupedChain(open, chain) : chain;
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
    tokens.findings.warn('parenthesized-value', span, message, {
      help,
      fix: tokens.brackets.areBalanced ? fix : undefined,
    });
  }

  /** Brackets of another kind around conditions. */
  #otherBrackets(close: '}' | ']'): Expression {
    const tokens = this.#tokens;
    const { start } = tokens.token;
    const inner = this.#group(close);
    const span = tokens.spanFrom(start);
    const isClosed = tokens.query[span.end - 1] === close;
    const inside = tokens.textOf({ start: start + 1, end: span.end - 1 });
    const message =
      close === '}' ? 'Braces belong only into a where.' : 'The language has no square brackets.';
    tokens.error('unexpected-braces', span, message, {
      help: 'Use parentheses to group conditions.',
      fix: isClosed ? { ...span, text: `(${inside})` } : undefined,
    });
    return inner;
  }

  /** A value on the left of a comparison, where only a chain is allowed. */
  #literalFirst(): Expression {
    const tokens = this.#tokens;
    const before = tokens.lastToken;
    const value = readLiteral(tokens);
    if (!isOperator(tokens.token)) return this.#literalAlone(value, before);
    const left = tokens.textOf(value);
    const operator = tokens.next();
    if (atBareWord(tokens)) return this.#wordAfterValue(value, operator);
    const right = this.#scalar();
    if (right.kind !== 'chain') return this.#valuesOnly(value, right);
    const chain = tokens.textOf(right);
    let text = `${chain} ${swapped[operator.text] ?? operator.text} ${left}`;
    if (isOperator(tokens.token)) {
      const second = tokens.next();
      text += ` AND ${chain} ${second.text} ${tokens.textOf(this.#scalar())}`;
      const keyword = keywordOf(before);
      if (keyword && prefixKinds[keyword]) text = `(${text})`;
    }
    const span = tokens.spanFrom(value.start);
    // A text in a where may be the name of a property, unless one is on the other side.
    const mayBeName = this.#place === 'inside' && value.type === 'string';
    const isEquality = keepsText(operators.get(operator.text) ?? '');
    const isClear = !mayBeName || (isEquality && extractorOf(right.calls[0])?.family === 'item');
    tokens.error('value-first', span, 'A condition can not begin with a value.', {
      help: isClear ? `Did you mean ${text}?` : "Begin with property('…'), or swap the sides.",
      fix: isClear ? { ...span, text } : undefined,
    });
    return tokens.missing(value.start);
  }

  /**
   * `100 < total`: the word is the name of what is compared. Of a text and a word, either may be the name.
   */
  #wordAfterValue(value: Literal, operator: Token): Missing {
    const tokens = this.#tokens;
    const count = countBareWords(tokens);
    const name = tokens.textOf(tokens.take(count));
    const span = tokens.spanFrom(value.start);
    const extractor = this.#extractorMeant();
    const turned = swapped[operator.text] ?? operator.text;
    const text = `${extractor}(${quote(name)}) ${turned} ${tokens.textOf(value)}`;
    const isClear =
      value.type === 'number' &&
      count === 1 &&
      !isOperator(tokens.token) &&
      this.#place !== 'other' &&
      /^[\p{Ll}_]/u.test(name);
    tokens.error('value-first', span, 'A condition can not begin with a value.', {
      help: isClear
        ? `Did you mean ${text}?`
        : `Begin with the name of what is compared, such as ${text}.`,
      fix: isClear ? { ...span, text } : undefined,
    });
    tokens.skipCondition();
    return tokens.missing(value.start);
  }

  /** In a `where`, a text that is compared with a value is most likely the name of a property. */
  #valuesOnly(value: Literal, compared: Argument): Missing {
    return this.#nameInQuotes(value, compared.kind === 'literal');
  }

  #nameInQuotes(value = readLiteral(this.#tokens), isCompared = true): Missing {
    const tokens = this.#tokens;
    const isName = this.#place === 'inside' && value.type === 'string' && isCompared;
    const text = `${extractorOfBareWord.inside}(${quote(value.text)})`;
    tokens.error('value-first', value, 'A condition can not begin with a value.', {
      help: isName
        ? `Did you mean ${text}?`
        : 'Put what is compared on the left, the value on the right.',
      fix: isName ? { ...spanOf(value), text } : undefined,
    });
    tokens.skipCondition();
    return tokens.missing(value.start);
  }

  #literalAlone(value: Literal, before: Token): Missing {
    const tokens = this.#tokens;
    const several = isJoint(before) ? this.#severalMeant(value, before) : undefined;
    tokens.error('value-first', value, 'A condition can not begin with a value.', {
      help: several
        ? `Did you mean ${several}?`
        : "Begin with event('…') or trait('…'); several values of one go into one_of('…', '…'), several that it must not have into none_of('…', '…').",
    });
    tokens.skipCondition();
    return tokens.missing(value.start);
  }

  /** What `= 'a' OR 'b'` and `!= 'a' AND 'b'` most likely mean. */
  #severalMeant(value: Literal, joint: Token): string | undefined {
    const tokens = this.#tokens;
    const { calls } = this.#lastCompared ?? {};
    const call = calls?.at(-1);
    const name = call?.operator === undefined ? undefined : comparisonInstead(call.name);
    const [first] = call?.args ?? [];
    if (!calls || !name || first?.kind !== 'literal') return undefined;
    const isOfNone = comparisonInstead(call?.name ?? '') === comparisonCalled('notin');
    if (!isOfNone && keywordOf(joint) === 'AND') return undefined;
    const compared = tokens.textOf({ start: calls[0]?.start ?? 0, end: calls.at(-2)?.end ?? 0 });
    return `${compared}.${name}(${tokens.textOf(first)}, ${tokens.textOf(value)})`;
  }

  #noCondition(): Missing {
    const tokens = this.#tokens;
    const { token } = tokens;
    if (isJoint(token) && tokens.hasCommaInside(1)) return this.#calledJoint();
    if (token.kind === 'end' || isClosing(token) || isJoint(token)) {
      const message = `A condition is missing before ${describeToken(token)}.`;
      tokens.error('expected-condition', token, message, {
        help: "Write one, such as event('Shoes Bought').count() >= 1, or remove the word before.",
      });
      return tokens.missing(token.start);
    }
    const more = { help: "A condition begins with event('…') or trait('…')." };
    if (token.kind === 'unknown') reportUnknown(tokens, token);
    else
      tokens.error(
        'unexpected',
        token,
        `${describeToken(token)} does not begin a condition.`,
        more,
      );
    tokens.next();
    return tokens.recover(token.start);
  }

  /** `AND(a, b)` */
  #calledJoint(): Missing {
    const tokens = this.#tokens;
    const joint = tokens.next();
    const open = tokens.next();
    const conditions: string[] = [];
    const { errors } = tokens.findings;
    if (!tokens.descend()) return tokens.missing(joint.start);
    do {
      const { start } = tokens.token;
      const { kind } = this.#or();
      const text = tokens.textOf({ start, end: tokens.lastEnd });
      conditions.push(kind === 'or' || kind === 'and' ? `(${text})` : text);
    } while (isSymbol(tokens.token, ',') && tokens.next());
    tokens.ascend();
    const isRead = isSymbol(tokens.token, ')') && tokens.findings.errors === errors;
    tokens.close(open, ')');
    const span = tokens.spanFrom(joint.start);
    const text = `(${conditions.join(` ${keywordOf(joint)} `)})`;
    tokens.error('unexpected', joint, `${describeToken(joint)} is no function.`, {
      help: isRead ? `Did you mean ${text}?` : 'Write it between the conditions.',
      fix: isRead ? { ...span, text } : undefined,
    });
    return tokens.missing(joint.start);
  }

  /** comparison = chain [ ( "=" | "==" | "!=" | ">" | ">=" | "<" | "<=" ) scalar ] ; */
  #compared(chain: Chain): Expression {
    const tokens = this.#tokens;
    const { errors } = tokens.findings;
    const isApart = operatorApart(tokens.token, tokens.peek()) !== undefined;
    if (keywordOf(tokens.token) === 'NOT' && isOperator(tokens.peek()) && !isApart) {
      return readDeniedOperator(this.#tokens, chain);
    }
    const call =
      isOperator(tokens.token) || isApart ? this.#operator(chain) : this.#comparisonInWords(chain);
    if (call) {
      this.#takeMoreValues(call);
      chain.calls.push(call);
      chain.end = call.end;
    }
    if (call && isOperator(tokens.token)) {
      tokens.error('unexpected', tokens.token, 'A condition has one comparison.', {
        help: 'Write two conditions with AND between them.',
      });
      return tokens.recover(chain.start);
    }
    this.#lastCompared = chain;
    this.#takeLateFilter(chain);
    this.#wantsWindow ||= isStreamWithoutWindow(chain);
    takeRest(this.#tokens, tokens.findings.errors > errors);
    return chain;
  }

  /** `= 'a', 'b'` */
  #takeMoreValues(call: FunctionCall): void {
    const tokens = this.#tokens;
    const name = call.operator === undefined ? undefined : comparisonInstead(call.name);
    const [first] = call.args;
    if (name === undefined || first?.kind !== 'literal' || first.type !== 'string') return;
    const count = countMoreStrings(tokens);
    if (count === 0) return;
    const { end } = tokens.take(count);
    const before = tokens.query.slice(0, call.start).trimEnd().length;
    const span = { start: call.start, end };
    const text = `.${name}(${tokens.textOf({ start: first.start, end })})`;
    tokens.error('several-values', span, `${call.operator} compares with one value.`, {
      help: `Did you mean ${text}?`,
      fix: { start: before, end, text },
    });
    call.end = end;
  }

  /** Words behind a count that speak of the present are a window. */
  #comparisonInWords(chain: Chain): FunctionCall | undefined {
    if (chain.calls.some(isReducer) && countWordsOfWindow(this.#tokens) > 0) return undefined;
    return readComparisonInWords(this.#tokens, chain, this.#reader);
  }

  /** A window in words, or a call of a filter, behind the comparison: it has its place before. */
  #takeLateFilter(chain: Chain, start?: number): void {
    const tokens = this.#tokens;
    const { token, lastEnd } = tokens;
    if (isEndOfCondition(token)) return;
    const words = countWordsOfWindow(tokens);
    const isCall = isSymbol(token, '.') && isFilter(tokens.peek().text);
    if ((words === 0 && !isCall) || tokens.stopped) return;
    let filter = '';
    if (words > 0) {
      tokens.take(words);
      filter = windowOf(tokens.textOf(tokens.take(2)));
    } else {
      tokens.next();
      filter = `.${tokens.textOf(this.#call())}`;
    }
    tokens.findings.breakAt(lastEnd);
    // A window in words may be meant for more than what is next to it.
    const isOpen = words > 0 && (this.#wantsWindow || comparesWithStream(chain));
    const moved = isOpen ? undefined : withFilter(chain, filter, tokens.query);
    const { end } = tokens.spanFrom(lastEnd);
    const span = { start: token.start, end };
    const before =
      start === undefined || !moved ? '' : tokens.query.slice(chain.start, moved.start);
    tokens.error('late-filter', span, 'A filter stands before what it limits is counted.', {
      help: moved ? `Put ${filter} there.` : `Write it as ${filter} where the events are named.`,
      fix: moved && { start: start ?? moved.start, end, text: before + moved.text },
    });
  }

  /** An operator and its value. */
  #operator(chain?: Chain): FunctionCall {
    const tokens = this.#tokens;
    const before = tokens.lastEnd;
    const token = takeOperator(tokens);
    if (isNull(tokens.token) && !beginsCall(tokens))
      return readNullComparison(this.#tokens, token, before);
    if (chain && atListOfValues(tokens)) return readListComparison(this.#tokens, token, before);
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
    const value = this.#comparedValue(name);
    if (value.kind === 'duration') takeDirection(this.#tokens);
    const span = tokens.spanFrom(token.start);
    return tokens.node({ name, nameSpan: spanOf(token), args: [value], operator, ...span });
  }

  /** What an operator compares with; also a number with commas, and the present time. */
  #comparedValue(comparison: string): Argument {
    const tokens = this.#tokens;
    if (countTokensOfPresent(tokens) > 0) return readPresent(tokens);
    const grouped = countTokensOfGroupedNumber(tokens);
    if (grouped > 0) return readGroupedNumber(tokens, grouped);
    if (atBareWord(tokens) && !keepsText(comparison)) return readOpenWords(this.#tokens);
    return this.#scalar();
  }

  /** chain = call { "." call } ; */
  #chain(): Chain {
    const tokens = this.#tokens;
    const { start } = tokens.token;
    const calls = [this.#firstCall()];
    let isReduced = calls.some(isReducer);
    while (isSymbol(tokens.token, '.') || this.#atMissingDot()) {
      if (isSymbol(tokens.token, '.')) {
        // A dot behind a whole comparison, and a filter: it has its place before.
        const isLate = isReduced && isFilter(tokens.peek().text) && comparisonOf(calls.at(-1));
        if (isLate) break;
        tokens.next();
        takeDoubledDots(this.#tokens);
      }
      const more = this.#callInChain();
      calls.push(...more);
      isReduced ||= more.some(isReducer);
    }
    return tokens.node({ kind: 'chain', calls, ...tokens.spanFrom(start) });
  }

  /** A call behind a dot, also with a comparison or null in its parentheses. */
  #callInChain(): FunctionCall[] {
    const tokens = this.#tokens;
    const inside = tokens.peek(2);
    if (!isSymbol(tokens.peek(), '(')) return [this.#call()];
    if (isNull(inside) && isSymbol(tokens.peek(3), ')')) return [readCallWithNull(this.#tokens)];
    if (isOperator(inside) && tokens.brackets.areBalanced) return this.#callAroundOperator();
    return [this.#call()];
  }

  /** `count(>= 3)`: the comparison belongs behind the call. */
  #callAroundOperator(): FunctionCall[] {
    const tokens = this.#tokens;
    const name = tokens.next();
    const open = tokens.next();
    const comparison = this.#operator();
    const inside = tokens.textOf({ start: open.end, end: tokens.lastEnd });
    tokens.close(open, ')');
    const span = tokens.spanFrom(open.start);
    tokens.error('operator-inside', span, 'A comparison stands behind the call, not in it.', {
      help: `Did you mean ${name.text}() ${inside}?`,
      fix: { ...span, text: `() ${inside}` },
    });
    const call = {
      name: name.text,
      nameSpan: spanOf(name),
      args: [],
      start: name.start,
      end: span.end,
    };
    return [tokens.node(call), comparison];
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
  #firstCall(given?: string): FunctionCall {
    const tokens = this.#tokens;
    const { token } = tokens;
    const after = tokens.peek();
    if (isSymbol(after, '(')) return this.#call();
    const path = recognisePath(tokens);
    if (path?.root) return readPath(this.#tokens, path, this.#place === 'inside');
    if (token.text === 'parent' && isSymbol(after, '.')) return this.#calledOfParent();
    if (after.kind === 'string' || (catalog.has(token.text) && !path)) {
      return this.#call();
    }
    const span = tokens.take(path?.words ?? 1);
    const text = path?.name ?? token.text;
    const extractor = given ?? this.#extractorMeant();
    // A capital letter begins the names of events, which would have to be counted.
    const isClear = this.#place === 'outside' ? /^[\p{Ll}_]/u.test(text) : this.#place === 'inside';
    reportBareWord(
      tokens,
      span,
      `"${text}"`,
      `${extractor}('${text}')`,
      given !== undefined || (isClear && !path),
    );
    return readNameAs(this.#tokens, extractor, text, span);
  }

  /** `parent.property('x')`. */
  #calledOfParent(): FunctionCall {
    const tokens = this.#tokens;
    const { start } = tokens.token;
    tokens.take(2);
    if (tokens.token.kind === 'name' && !isSymbol(tokens.peek(), '(')) {
      return this.#namedOfParent(start);
    }
    const call = this.#call();
    const [argument] = call.args;
    const span = tokens.spanFrom(start);
    const text = `${call.name}(parent: ${argument ? tokens.textOf(argument) : '…'})`;
    tokens.error('path', span, 'What belongs to the outer event is given by name.', {
      help: `Did you mean ${text}?`,
      fix: call.args.length === 1 ? { ...span, text } : undefined,
    });
    return { ...call, start };
  }

  /** `parent.x`. */
  #namedOfParent(start: number): FunctionCall {
    const tokens = this.#tokens;
    const name = tokens.next().text;
    const span = tokens.spanFrom(start);
    const extractor = extractorOfBareWord.inside;
    tokens.error('path', span, 'What belongs to the outer event is given by name.', {
      help: `Did you mean ${extractor}(parent: ${quote(name)})?`,
    });
    return readNameAs(tokens, extractor, name, span);
  }

  /** The extractor that a word without one most likely belongs to. */
  #extractorMeant(): string {
    return extractorOfBareWord[this.#place === 'outside' ? 'outside' : 'inside'];
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
    const close = closers[open.text];
    const isAdjacent = open.start === name.end;
    const isOther = close !== ')' && !(isAdjacent || meaning !== name.text);
    if (!close || open.kind !== 'symbol' || isOther) {
      return this.#withoutParentheses(name);
    }
    tokens.next();
    if (!tokens.descend()) return [];
    takeDoubledBracket(this.#tokens, open, meaning);
    const outer = this.#place;
    this.#place = placeInside(meaning, outer);
    const wantsWindow = this.#wantsWindow;
    this.#wantsWindow = false;
    const args = this.#argumentList(open, meaning, close);
    this.#wantsWindow = wantsWindow;
    this.#place = outer;
    tokens.ascend();
    tokens.close(open, close);
    // A comparison in words is reported as a whole.
    if (close !== ')' && meaning === name.text) reportBrackets(this.#tokens, open);
    return args;
  }

  #argumentList(open: Token, meaning: string, close: string): Argument[] {
    const tokens = this.#tokens;
    const parameters = catalog.get(meaning)?.parameters ?? [];
    const args: Argument[] = readSharedUnit(tokens, parameters) ?? [];
    while (!isSymbol(tokens.token, close) && !isOperator(tokens.token) && !tokens.atEnd) {
      const parameter = parameters[Math.min(args.length, parameters.length - 1)];
      const { errors } = tokens.findings;
      if (isSymbol(tokens.token, '[')) args.push(...this.#listInBrackets(meaning));
      else args.push(this.#argument(parameter?.kind, meaning));
      this.#skipRest(open, tokens.findings.errors > errors);
      if (!this.#takeComma(close)) break;
    }
    return args;
  }

  /** `['a', 'b']` where the values stand by themselves. */
  #listInBrackets(meaning: string): Argument[] {
    const tokens = this.#tokens;
    const open = tokens.next();
    if (!tokens.descend()) return [];
    const args = this.#argumentList(open, meaning, ']');
    tokens.ascend();
    tokens.close(open, ']');
    const span = tokens.spanFrom(open.start);
    const inside = tokens.textOf({ start: open.end, end: tokens.lastStart });
    tokens.error(
      'list-brackets',
      span,
      'The language has no lists; several values stand by themselves.',
      {
        help: 'Remove the brackets.',
        fix: { ...span, text: inside },
      },
    );
    return args;
  }

  /** Skips what can't go on with an argument, as in `contains('a' foo)`; reported once if at all. */
  #skipRest(open: Token, isReported: boolean): void {
    const tokens = this.#tokens;
    const { token } = tokens;
    const isJoined = isJoint(token) && !atDuration(tokens, 1) && isValue(tokens.lastToken);
    const isEnd = token.kind === 'end' || (token.kind === 'symbol' && /^[),}\]]$/.test(token.text));
    const mayGoOn = this.#mayGoOn() && !isJoined && !isArithmetic(token) && !isReported;
    if (isEnd || mayGoOn || !tokens.brackets.isClosed(open)) return;
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
  #takeComma(close: string): boolean {
    const tokens = this.#tokens;
    const { token } = tokens;
    if (isSymbol(token, ',')) {
      tokens.next();
      if (isSymbol(tokens.token, close)) {
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
    const parameters = catalog.get(name.text)?.parameters ?? [];
    const value = this.#valueWithoutParentheses(parameters[0]?.kind);
    // Of what is no function it is reported that there is none.
    if (!catalog.has(name.text)) return value ? [value] : [];
    const written = value && tokens.textOf(value);
    const isBare = value?.type === 'string' && written === value.text;
    const text = isBare ? quote(value.text) : written;
    const end = value?.end ?? name.end;
    const isNeeded = parameters.some(({ optional }) => !optional);
    tokens.error('missing-parentheses', name, `${name.text} needs parentheses behind it.`, {
      help: `Write ${name.text}(${text ?? (isNeeded ? '…' : '')}).`,
      fix: isNeeded && !text ? undefined : { start: name.end, end, text: `(${text ?? ''})` },
    });
    if (value) return [value];
    // What is missing is reported; nothing more is said of it.
    return isNeeded ? [tokens.missing(end)] : [];
  }

  /** The value behind a function that lacks its parentheses; of a name, also without its quotes. */
  #valueWithoutParentheses(kind: ParameterKind | undefined): Literal | undefined {
    const tokens = this.#tokens;
    if (atLiteral(tokens)) return readLiteral(tokens);
    if (kind !== 'name' || !atBareWord(tokens) || isNull(tokens.token)) return undefined;
    const { text, start, end } = tokens.next();
    const name: Literal = { kind: 'literal', type: 'string', text, start, end };
    return tokens.node(name);
  }

  /** argument = named | exclusion | "{" or "}" | duration | literal | or [ "as" name ] ; */
  #argument(kind: ParameterKind | undefined, name: string): Argument {
    const tokens = this.#tokens;
    const { token } = tokens;
    if (token.kind === 'name' && isSymbol(tokens.peek(), ':')) return this.#named(kind, name);
    if (isSymbol(token, '{')) return this.#inBraces(kind, name);
    return (
      this.#foreignArgument(kind) ??
      this.#valueInParentheses(kind, name) ??
      this.#length(kind, name) ??
      this.#wordsAsText(kind) ??
      this.#literalArgument(kind, name) ??
      this.#bareWordOf(kind) ??
      this.#castable()
    );
  }

  /** Null and the present time, which have no name here. */
  #foreignArgument(kind: ParameterKind | undefined): Argument | undefined {
    const tokens = this.#tokens;
    if (isNull(tokens.token) && !isSymbol(tokens.peek(), '(')) return readNull(tokens);
    return kind !== 'name' && countTokensOfPresent(tokens) > 0 ? readPresent(tokens) : undefined;
  }

  #wordsAsText(kind: ParameterKind | undefined): Argument | undefined {
    const words = textKinds.has(kind) ? countWordsOfArgument(this.#tokens) : 0;
    const isText = words > 1 || (words === 1 && !atLiteral(this.#tokens));
    return isText ? readBareWords(this.#tokens, words) : undefined;
  }

  #literalArgument(kind: ParameterKind | undefined, name: string): Argument | undefined {
    const tokens = this.#tokens;
    if (!atLiteral(tokens)) return undefined;
    const after = tokens.peek();
    if (isOperator(after)) return this.#literalFirst();
    if (kind === 'definition' && isSymbol(after, '.')) return this.#nameInQuotes();
    return readLiteral(tokens, {
      isListed: catalog.get(name)?.parameters.some(({ rest }) => rest),
      takesString: kind !== 'number',
    });
  }

  /** named = name ":" argument ; */
  #named(kind: ParameterKind | undefined, call: string): Named | Missing {
    const tokens = this.#tokens;
    const name = tokens.next();
    tokens.next();
    if (!tokens.descend()) return tokens.missing(name.start);
    const value = this.#argument(kind, call);
    tokens.ascend();
    const span = tokens.spanFrom(name.start);
    return tokens.node({ kind: 'named', name: name.text, value, ...span });
  }

  #inBraces(kind: ParameterKind | undefined, name: string): Argument {
    const tokens = this.#tokens;
    const key = tokens.peek();
    const hasKey = isSymbol(tokens.peek(2), ':') && (key.kind === 'name' || key.kind === 'string');
    if (kind === 'exclusion') return hasKey ? this.#exclusion() : readObject(this.#tokens);
    const filter = kind === 'definition' && isFilter(name) ? name : undefined;
    if (hasKey) return readObject(this.#tokens, filter);
    if (kind === 'definition') return this.#conditionsInBraces(name);
    return atLiteral(tokens, 1) ? readObject(this.#tokens) : this.#group('}');
  }

  /** `{a, b}` in a `where`: each condition gets one of its own, which says that all must hold. */
  #conditionsInBraces(name: string): Argument {
    const tokens = this.#tokens;
    const open = tokens.token;
    if (!tokens.hasCommaInside()) return this.#group('}');
    tokens.next();
    if (!tokens.descend()) return tokens.missing(open.start);
    const texts: string[] = [];
    do {
      const { start } = tokens.token;
      this.#or();
      texts.push(tokens.textOf({ start, end: tokens.lastEnd }));
    } while (isSymbol(tokens.token, ',') && tokens.next());
    tokens.ascend();
    tokens.close(open, '}');
    const span = tokens.spanFrom(open.start);
    const text = texts.join(`).${name}(`);
    tokens.error('several-conditions', span, `${name} takes one condition.`, {
      help: `Join them with AND, or write .${name}(${text}).`,
      fix: { ...span, text },
    });
    return tokens.missing(open.start);
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
    const ids = this.#excludedIds();
    if (ids.length === 0) {
      const message = 'The ids of the sources to leave out are missing.';
      tokens.error('expected-value', tokens.token, message, {
        help: "Write them as {exclude: 'id', 'id'}.",
      });
    }
    tokens.close(open, '}');
    return tokens.node({ kind: 'exclusion', ids, ...tokens.spanFrom(open.start) });
  }

  #excludedIds(): Literal[] {
    const tokens = this.#tokens;
    if (isSymbol(tokens.token, '[')) {
      return this.#listInBrackets('').filter((argument) => argument.kind === 'literal');
    }
    const ids: Literal[] = [];
    while (atLiteral(tokens) || atParenthesizedValue(tokens) || atBareWord(tokens)) {
      const id = atBareWord(tokens) ? readBareText(tokens) : this.#literal();
      if (id.kind === 'literal') ids.push(id);
      if (!isSymbol(tokens.token, ',')) break;
      tokens.next();
    }
    return ids;
  }

  /** A literal, perhaps in parentheses. */
  #literal(): Argument {
    const isBare = atLiteral(this.#tokens);
    return isBare ? readLiteral(this.#tokens) : this.#inParentheses(() => this.#literal());
  }

  /** A length of time; where one is required, also in other words. */
  #length(kind: ParameterKind | undefined, name: string): Argument | undefined {
    const tokens = this.#tokens;
    const inWords = kind === 'duration' && !isSymbol(tokens.peek(), '(');
    const length = inWords ? readLengthInWords(tokens, name) : undefined;
    return length ?? (atDuration(tokens) ? readDuration(tokens) : undefined);
  }

  /** A word whose quotes were forgotten, or that should be in a `property(…)`. */
  #bareWordOf(kind: ParameterKind | undefined): Argument | undefined {
    const tokens = this.#tokens;
    if (kind === 'property') {
      if (recognisePath(tokens)?.root) return this.#bareProperty();
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

  #valueInParentheses(kind: ParameterKind | undefined, name: string): Argument | undefined {
    const tokens = this.#tokens;
    if (!isSymbol(tokens.token, '(') || kind === 'definition') return undefined;
    if (kind === 'property') return this.#propertyInParentheses(name);
    const isValueNext = atParenthesizedValue(tokens);
    return isValueNext ? this.#inParentheses(() => this.#argument(kind, name)) : undefined;
  }

  #propertyInParentheses(name: string): Argument {
    const tokens = this.#tokens;
    const { start } = tokens.token;
    const value = this.#inParentheses(() => this.#argument('property', name));
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
    if (token.kind === 'unknown') {
      reportUnknown(tokens, token);
      return tokens.recover(token.start);
    }
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

/** Whether what is next in parentheses is no condition: words, or arguments of what was called already. */
function atStrayParenthesis(tokens: TokenStream): boolean {
  const { token, lastToken } = tokens;
  if (!isSymbol(token, '(')) return false;
  if (isSymbol(lastToken, ')') && lastToken.end === token.start) return true;
  const isWord = tokens.peek().kind === 'name' && !beginsCondition(tokens, 1);
  return isWord && !continuesChain(tokens, 2);
}

/** Whether a token begins another condition where a joint should be. */
function beginsOperand(token: Token): boolean {
  const keyword = keywordOf(token);
  if (token.kind === 'name') return token.text !== 'as' && keyword !== 'AND' && keyword !== 'OR';
  return token.kind === 'symbol' && (token.text === '(' || keyword === 'NOT');
}

function isStreamWithoutWindow({ calls }: Chain): boolean {
  const isWindow = (call: FunctionCall) =>
    ['window', 'session'].includes(filterOf(call)?.family ?? '');
  return extractorOf(calls[0])?.family === 'stream' && !calls.some(isWindow);
}

function comparesWithStream({ calls }: Chain): boolean {
  return (calls.at(-1)?.args ?? []).some(
    (value) => value.kind === 'chain' && extractorOf(value.calls[0])?.family === 'stream',
  );
}

function isReducer(call: FunctionCall): boolean {
  return reducerOf(call) !== undefined;
}

function isFilter(name: string): boolean {
  return catalog.get(name)?.kind === 'filter';
}

/** Whether a comparison is of texts as well as of numbers. */
function keepsText(name: string): boolean {
  const entry = catalog.get(name);
  return entry?.kind === 'comparison' && ['equality', 'membership', 'text'].includes(entry.family);
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
