import type { Chain, FunctionCall } from './ast.ts';
import {
  catalog,
  comparisonOf,
  conditionFilter,
  extractorOfBareWord,
  filterOf,
  isFilter,
  isReducer,
  takesCondition,
} from './catalog.ts';
import type { Parsing } from './parsing.ts';
import { readNameAs, readPath, recognizePath } from './path.ts';
import { takeDoubledDots } from './punctuation.ts';
import { readCallWithNull } from './read-foreign.ts';
import { reportBareWord } from './read-values.ts';
import { quote } from './strings.ts';
import { describeToken, isNull, isOperator, isSymbol, keywordOf, spanOf } from './tokens.ts';

/*
 * Reads calls joined by dots.
 */

/** chain = call { "." call } ; */
export function readChain(parsing: Parsing): Chain {
  const { tokens } = parsing;
  const { start } = tokens.token;
  const calls = [readFirstCall(parsing)];
  let isReduced = calls.some(isReducer);
  while (takeMarkBeforeDot(parsing) || isSymbol(tokens.token, '.') || atMissingDot(parsing)) {
    if (isSymbol(tokens.token, '.')) {
      // A filter after a whole comparison belongs before the reducer.
      const isLate = isReduced && isFilter(tokens.peek().text) && comparisonOf(calls.at(-1));
      if (isLate) break;
      tokens.next();
      takeDoubledDots(tokens);
    }
    if (atJoiningCall(parsing, calls)) {
      takeJoiningCall(parsing);
      continue;
    }
    const more = readCallInChain(parsing);
    calls.push(...more);
    isReduced ||= more.some(isReducer);
  }
  return tokens.node({ kind: 'chain', calls, ...tokens.spanFrom(start) });
}

/** Takes what other languages write before a dot: `?.`, `!.`; then a dot is next. */
function takeMarkBeforeDot({ tokens }: Parsing): boolean {
  const { token } = tokens;
  const isMark = /^[!?]$/.test(token.text) && (token.kind === 'unknown' || token.kind === 'symbol');
  if (!isMark || !isSymbol(tokens.peek(), '.') || tokens.stopped) return false;
  tokens.next();
  tokens.error('unknown-character', token, `${describeToken(token)} has no meaning before a dot.`, {
    help: 'Remove it.',
    fix: { ...spanOf(token), text: '' },
  });
  return true;
}

/** Whether a condition is joined to a filter by a call, as in `where(a).and(b)`. */
function atJoiningCall({ tokens }: Parsing, calls: readonly FunctionCall[]): boolean {
  const keyword = keywordOf(tokens.token);
  const isJoint = keyword === 'AND' || keyword === 'OR';
  return isJoint && isSymbol(tokens.peek(), '(') && takesCondition(filterOf(calls.at(-1)));
}

function takeJoiningCall(parsing: Parsing): void {
  const { tokens } = parsing;
  const name = tokens.next();
  const { errors } = tokens.findings;
  const open = tokens.token;
  parsing.arguments(name, conditionFilter);
  const span = tokens.spanFrom(name.start);
  const inside = tokens.textOf({ start: open.end, end: tokens.lastStart });
  if (tokens.findings.errors > errors) return;
  tokens.error('unexpected', span, 'Join conditions with words, not with calls.', {
    help:
      keywordOf(name) === 'AND'
        ? `Write .${conditionFilter}(${inside}), which must be true as well.`
        : `Write both conditions inside one ${conditionFilter}, joined with OR.`,
  });
}

/** A call after a dot, also with a comparison or null in its parentheses. */
function readCallInChain(parsing: Parsing): FunctionCall[] {
  const { tokens } = parsing;
  if (isSymbol(tokens.token, '!')) return [readDeniedCall(parsing)];
  const inside = tokens.peek(2);
  if (!isSymbol(tokens.peek(), '(')) return [readCall(parsing)];
  if (isNull(inside) && isSymbol(tokens.peek(3), ')')) return [readCallWithNull(tokens)];
  if (isOperator(inside) && tokens.brackets.areBalanced) return readCallAroundOperator(parsing);
  return [readCall(parsing)];
}

/** `.!contains('a')`: reads it like a call of `not_contains`, which is reported. */
function readDeniedCall(parsing: Parsing): FunctionCall {
  const { start } = parsing.tokens.next();
  const call = readCall(parsing);
  const nameSpan = { start, end: call.nameSpan.end };
  return { ...call, name: call.name === '' ? '' : `not_${call.name}`, nameSpan, start };
}

/** `count(>= 3)`: the comparison belongs after the call. */
function readCallAroundOperator(parsing: Parsing): FunctionCall[] {
  const { tokens } = parsing;
  const name = tokens.next();
  const open = tokens.next();
  const comparison = parsing.operator();
  const inside = tokens.textOf({ start: open.end, end: tokens.lastEnd });
  tokens.close(open, ')');
  const span = tokens.spanFrom(open.start);
  tokens.error('operator-inside', span, 'A comparison goes after the call, not inside it.', {
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

/** Whether a call is next that can only continue the chain before it; reports the missing dot. */
function atMissingDot(parsing: Parsing): boolean {
  const { token, stopped } = parsing.tokens;
  const follows = token.kind === 'name' ? (catalog.get(token.text)?.follows ?? []) : [];
  if (follows.length === 0 || !isSymbol(parsing.tokens.peek(), '(') || stopped) return false;
  const message = `A dot is missing before ${describeToken(token)}.`;
  parsing.tokens.error('missing-dot', token, message, {
    help: `Did you mean .${token.text}?`,
    fix: { start: token.start, end: token.start, text: '.' },
  });
  return true;
}

/**
 * A word that is not a function at the start of a chain most likely names a property or a trait.
 */
export function readFirstCall(parsing: Parsing, given?: string): FunctionCall {
  const { tokens } = parsing;
  const { token } = tokens;
  const after = tokens.peek();
  if (isSymbol(after, '(')) return readCall(parsing);
  const path = recognizePath(tokens);
  if (path?.root) return readPath(tokens, path, parsing.place === 'inside');
  if (token.text === 'parent' && isSymbol(after, '.')) return readCallOfParent(parsing);
  if (after.kind === 'string' || (catalog.has(token.text) && !path)) {
    return readCall(parsing);
  }
  const span = tokens.take(path?.words ?? 1);
  const text = path?.name ?? token.text;
  const extractor = given ?? extractorMeant(parsing);
  // A capital letter suggests the name of an event, which would have to be counted.
  const isClear =
    parsing.place === 'outside' ? /^[\p{Ll}_]/u.test(text) : parsing.place === 'inside';
  reportBareWord(
    tokens,
    span,
    `"${text}"`,
    `${extractor}('${text}')`,
    given !== undefined || (isClear && !path),
  );
  return readNameAs(tokens, extractor, text, span);
}

/** `parent.property('x')`. */
function readCallOfParent(parsing: Parsing): FunctionCall {
  const { tokens } = parsing;
  const { start } = tokens.token;
  tokens.take(2);
  if (tokens.token.kind === 'name' && !isSymbol(tokens.peek(), '(')) {
    return readNameOfParent(parsing, start);
  }
  const call = readCall(parsing);
  const [argument] = call.args;
  const span = tokens.spanFrom(start);
  const text = `${call.name}(parent: ${argument ? tokens.textOf(argument) : '…'})`;
  tokens.error('path', span, 'Use parent: inside the call for a value of the outer event.', {
    help: `Did you mean ${text}?`,
    fix: call.args.length === 1 ? { ...span, text } : undefined,
  });
  return { ...call, start };
}

/** `parent.x`. */
function readNameOfParent(parsing: Parsing, start: number): FunctionCall {
  const { tokens } = parsing;
  const name = tokens.next().text;
  const span = tokens.spanFrom(start);
  const extractor = extractorOfBareWord.inside;
  tokens.error('path', span, 'Use parent: inside the call for a value of the outer event.', {
    help: `Did you mean ${extractor}(parent: ${quote(name)})?`,
  });
  return readNameAs(tokens, extractor, name, span);
}

/** The extractor that a bare word most likely needs. */
export function extractorMeant(parsing: Parsing): string {
  return extractorOfBareWord[parsing.place === 'outside' ? 'outside' : 'inside'];
}

/**
 * call = name "(" [ argument { "," argument } ] ")" | "$" ;
 *
 * @param meaning the function that its name stands for, if different.
 */
export function readCall(parsing: Parsing, meaning?: string): FunctionCall {
  const { tokens } = parsing;
  const { token } = tokens;
  const { start } = token;
  if (token.kind !== 'name' || keywordOf(token) === 'AND') {
    const message = `A function name is missing before ${describeToken(token)}.`;
    const more = { help: 'Write a call after the dot, such as .count().' };
    tokens.error('expected-call', token, message, more);
    const span = { start, end: start };
    return tokens.node({ name: '', nameSpan: span, args: [], ...span });
  }
  tokens.next();
  const nameSpan = spanOf(token);
  if (token.text === '$' && !isSymbol(tokens.token, '(')) {
    const message = "Segment's reference mentions $ only once, for arrays.";
    tokens.findings.warn('array-operator', token, message, {
      help: 'Segment may interpret it differently: check that the audience has the size that you expect.',
    });
    return tokens.node({ name: '$', nameSpan, args: [], ...nameSpan });
  }
  const args = parsing.arguments(token, meaning ?? token.text);
  return tokens.node({ name: token.text, nameSpan, args, ...tokens.spanFrom(start) });
}
