import type { Argument, Literal } from './ast.ts';
import { catalog, comparisonInstead, knownAs, takesCondition } from './catalog.ts';
import type { ParameterKind } from './language-function.ts';
import { atBareWord, atDuration, atLiteral, isArithmetic } from './lookahead.ts';
import type { Parsing, Place } from './parsing.ts';
import { reportBrackets, takeDoubledBracket } from './punctuation.ts';
import { readLiteral, readSharedUnit } from './read-values.ts';
import { quote } from './strings.ts';
import {
  isConjunction,
  isNull,
  isOperator,
  isSymbol,
  isValue,
  keywordOf,
  spanOf,
  type Token,
} from './tokens.ts';

/*
 * Reads everything that is, or should be, between the parentheses of a call.
 */

const closers: Partial<Record<string, ')' | '}' | ']'>> = { '(': ')', '{': '}', '[': ']' };

/** The place that the arguments of a function are in. */
function placeInside(name: string, outer: Place): Place {
  const entry = catalog.get(name) ?? catalog.get(knownAs(name)[0] ?? '');
  if (takesCondition(entry) || entry?.kind === 'reducer') return 'inside';
  if (entry?.kind === 'extractor' && entry.family === 'stream') return 'inside';
  return entry ? outer : 'other';
}

export function readArguments(parsing: Parsing, name: Token, meaning: string): Argument[] {
  const { tokens } = parsing;
  const open = tokens.token;
  const close = closers[open.text];
  const isAdjacent = open.start === name.end;
  const isOther = close !== ')' && !(isAdjacent || meaning !== name.text);
  if (!close || open.kind !== 'symbol' || isOther) {
    return readWithoutParentheses(parsing, name);
  }
  tokens.next();
  if (!tokens.descend()) return [];
  takeDoubledBracket(tokens, open, meaning);
  const outer = parsing.place;
  parsing.place = placeInside(meaning, outer);
  const wantsWindow = parsing.wantsWindow;
  parsing.wantsWindow = false;
  const args = readArgumentList(parsing, open, meaning, close);
  parsing.wantsWindow = wantsWindow;
  parsing.place = outer;
  tokens.ascend();
  tokens.close(open, close);
  // A comparison in words is reported as a whole.
  if (close !== ')' && meaning === name.text) reportBrackets(tokens, open);
  return args;
}

function readArgumentList(
  parsing: Parsing,
  open: Token,
  meaning: string,
  close: string,
): Argument[] {
  const { tokens } = parsing;
  const parameters = catalog.get(meaning)?.parameters ?? [];
  const args: Argument[] = readSharedUnit(tokens, parameters) ?? [];
  while (!isSymbol(tokens.token, close) && !isOperator(tokens.token) && !tokens.atEnd) {
    const parameter = parameters[Math.min(args.length, parameters.length - 1)];
    const { errors } = tokens.findings;
    if (isSymbol(tokens.token, '[')) args.push(...readListInBrackets(parsing, meaning));
    else args.push(parsing.argument(parameter?.kind, meaning));
    if (takeOrBetweenValues(parsing, meaning)) continue;
    skipRest(parsing, open, tokens.findings.errors > errors);
    if (!takeComma(parsing, close)) break;
  }
  return args;
}

/** `['a', 'b']`, where values go without brackets. */
export function readListInBrackets(parsing: Parsing, meaning: string): Argument[] {
  const { tokens } = parsing;
  const open = tokens.next();
  if (!tokens.descend()) return [];
  const args = readArgumentList(parsing, open, meaning, ']');
  tokens.ascend();
  tokens.close(open, ']');
  const span = tokens.spanFrom(open.start);
  const inside = tokens.textOf({ start: open.end, end: tokens.lastStart });
  tokens.error(
    'list-brackets',
    span,
    'The language has no lists; separate several values with commas only.',
    {
      help: 'Remove the brackets.',
      fix: { ...span, text: inside },
    },
  );
  return args;
}

/** Skips what can't continue an argument, as in `contains('a' foo)`; reports it at most once. */
function skipRest(parsing: Parsing, open: Token, isReported: boolean): void {
  const { tokens } = parsing;
  const { token } = tokens;
  const isJoined = isConjunction(token) && !atDuration(tokens, 1) && isValue(tokens.lastToken);
  const isEnd = token.kind === 'end' || (token.kind === 'symbol' && /^[),}\]]$/.test(token.text));
  const goesOn = mayGoOn(parsing) && !isJoined && !isArithmetic(token) && !isReported;
  if (isEnd || goesOn || !tokens.brackets.isClosed(open)) return;
  const start = tokens.lastEnd;
  tokens.skipToClose();
  if (isReported) return;
  const span = tokens.spanFrom(token.start);
  const text = tokens.textOf(span);
  tokens.error('unexpected', span, `"${text}" does not belong here.`, {
    help: isConjunction(token)
      ? `Write two conditions with ${keywordOf(token)} between them.`
      : 'Remove it, or put a comma before it.',
    // Anything but words may be needed.
    fix: /^[\p{L}\p{N}_ !:]+$/u.test(text) ? { start, end: span.end, text: '' } : undefined,
  });
}

/** `one_of('a' OR 'b')`: takes an OR between two values of a comparison with any of them. */
function takeOrBetweenValues(parsing: Parsing, meaning: string): boolean {
  const { tokens } = parsing;
  const { token, lastToken } = tokens;
  const [next] = [tokens.peek()];
  if (keywordOf(token) !== 'OR' || !isValue(lastToken) || !isValue(next)) return false;
  if (!takesAnyOf(meaning) || tokens.stopped) return false;
  tokens.next();
  const text = `${tokens.textOf(lastToken)}, ${tokens.textOf(next)}`;
  tokens.error('missing-comma', token, 'Separate arguments with commas.', {
    help: 'Write a comma instead.',
    fix: { start: lastToken.start, end: next.end, text },
  });
  return true;
}

/** Whether a comparison takes several values of which one is enough, or has a counterpart that does. */
function takesAnyOf(name: string): boolean {
  const entry = catalog.get(name);
  if (entry?.kind !== 'comparison' || entry.isNegative) return false;
  return comparisonInstead(name) !== undefined || entry.parameters.some(({ rest }) => rest);
}

/** Whether what follows an argument may belong to it, or be another one without its comma. */
function mayGoOn(parsing: Parsing): boolean {
  const { token } = parsing.tokens;
  if (token.kind === 'symbol' && !isSymbol(token, '!') && !isSymbol(token, ':')) return true;
  return (token.kind === 'name' && keywordOf(token) !== undefined) || atLiteral(parsing.tokens);
}

/** Whether another argument may follow. */
function takeComma(parsing: Parsing, close: string): boolean {
  const { tokens } = parsing;
  const { token } = tokens;
  if (isSymbol(token, ',')) {
    tokens.next();
    if (isSymbol(tokens.token, close)) {
      const message = "Segment's reference has no comma after the last argument.";
      const more = { help: 'Remove it.', fix: { ...spanOf(token), text: '' } };
      tokens.findings.warn('trailing-comma', token, message, more);
    }
    return true;
  }
  if (keywordOf(token) === 'AND' && atDuration(tokens, 1)) {
    const fix = { start: tokens.lastEnd, end: token.end, text: ',' };
    tokens.next();
    reportMissingComma(parsing, token, 'Write a comma instead.', fix);
    return true;
  }
  if (!atLiteral(tokens) || tokens.stopped) return false;
  const fix = { start: tokens.lastEnd, end: token.start, text: ', ' };
  reportMissingComma(parsing, token, 'Add a comma before this one.', fix);
  return true;
}

function reportMissingComma(
  parsing: Parsing,
  token: Token,
  help: string,
  fix: { start: number; end: number; text: string },
) {
  const message = 'Separate arguments with commas.';
  parsing.tokens.error('missing-comma', token, message, { help, fix });
}

function readWithoutParentheses(parsing: Parsing, name: Token): Argument[] {
  const { tokens } = parsing;
  const parameters = catalog.get(name.text)?.parameters ?? [];
  const value = readValueWithoutParentheses(parsing, parameters[0]?.kind);
  // An unknown function is reported as such.
  if (!catalog.has(name.text)) return value ? [value] : [];
  const written = value && tokens.textOf(value);
  const isBare = value?.type === 'string' && written === value.text;
  const text = isBare ? quote(value.text) : written;
  const end = value?.end ?? name.end;
  const isNeeded = parameters.some(({ optional }) => !optional);
  tokens.error('missing-parentheses', name, `${name.text} needs parentheses after it.`, {
    help: `Write ${name.text}(${text ?? (isNeeded ? '…' : '')}).`,
    fix: isNeeded && !text ? undefined : { start: name.end, end, text: `(${text ?? ''})` },
  });
  if (value) return [value];
  // What is missing was reported; nothing more follows from it.
  return isNeeded ? [tokens.missing(end)] : [];
}

/** The value after a function without parentheses; a name may lack its quotes as well. */
function readValueWithoutParentheses(
  parsing: Parsing,
  kind: ParameterKind | undefined,
): Literal | undefined {
  const { tokens } = parsing;
  if (atLiteral(tokens)) return readLiteral(tokens);
  if (kind !== 'name' || !atBareWord(tokens) || isNull(tokens.token)) return undefined;
  const { text, start, end } = tokens.next();
  const name: Literal = { kind: 'literal', type: 'string', text, start, end };
  return tokens.node(name);
}
