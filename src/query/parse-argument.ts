import type { Argument, Cast, Chain, Expression, Literal, Missing, Named } from './ast.ts';
import { catalog, extractorOfBareWord, isFilter } from './catalog.ts';
import type { ParameterKind } from './language-function.ts';
import {
  atBareWord,
  atDuration,
  atKnownDuration,
  atLiteral,
  atParenthesizedValue,
  countTokensOfPresent,
  countWordsOfArgument,
} from './lookahead.ts';
import type { Parsing } from './parsing.ts';
import { recognizePath } from './path.ts';
import { readNull, readPresent } from './read-foreign.ts';
import {
  readBareText,
  readBareWords,
  readDuration,
  readLengthInWords,
  readLiteral,
  reportBareWord,
  reportUnknown,
} from './read-values.ts';
import { quote } from './strings.ts';
import {
  describeToken,
  isNull,
  isOperator,
  isSymbol,
  keywordOf,
  spanOf,
  type Token,
} from './tokens.ts';

/*
 * Reads a single argument of a call, or the value on the other side of a comparison.
 */

/** The kinds of parameters for which a bare word most likely lacks quotes. */
const textKinds: ReadonlySet<ParameterKind | undefined> = new Set([
  'name',
  'text',
  'value',
  'scalar',
  'timestamp',
] as const);

function isCastNext({ kind, text }: Token): boolean {
  return kind === 'name' && text.toLowerCase() === 'as';
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

/** argument = named | exclusion | "{" or "}" | duration | literal | or [ "as" name ] ; */
export function readArgument(
  parsing: Parsing,
  kind: ParameterKind | undefined,
  name: string,
): Argument {
  const { tokens } = parsing;
  const { token } = tokens;
  if (isNameNext(parsing, kind)) return readNamed(parsing, kind, name);
  if (isSymbol(token, '{')) return parsing.inBraces(kind, name);
  return (
    readForeignArgument(parsing, kind) ??
    readValueInParentheses(parsing, kind, name) ??
    readLength(parsing, kind, name) ??
    readWordsAsText(parsing, kind) ??
    readLiteralArgument(parsing, kind, name) ??
    readBareWordOf(parsing, kind) ??
    readCastable(parsing)
  );
}

/** Whether a named argument is next, with a colon or, as in Python, an equals sign. */
function isNameNext({ tokens }: Parsing, kind: ParameterKind | undefined): boolean {
  const { token } = tokens;
  const after = tokens.peek();
  if (token.kind !== 'name') return false;
  if (isSymbol(after, ':')) return true;
  const isKey = isFilter(token.text) || (kind === 'exclusion' && token.text === 'exclude');
  return isKey && isSymbol(after, '=');
}

/** Null and the current time, which the language has no name for. */
function readForeignArgument(
  parsing: Parsing,
  kind: ParameterKind | undefined,
): Argument | undefined {
  const { tokens } = parsing;
  if (isNull(tokens.token) && !isSymbol(tokens.peek(), '(')) return readNull(tokens);
  return kind !== 'name' && countTokensOfPresent(tokens) > 0 ? readPresent(tokens) : undefined;
}

function readWordsAsText(parsing: Parsing, kind: ParameterKind | undefined): Argument | undefined {
  const words = textKinds.has(kind) ? countWordsOfArgument(parsing.tokens) : 0;
  const isText = words > 1 || (words === 1 && !atLiteral(parsing.tokens));
  return isText ? readBareWords(parsing.tokens, words) : undefined;
}

function readLiteralArgument(
  parsing: Parsing,
  kind: ParameterKind | undefined,
  name: string,
): Argument | undefined {
  const { tokens } = parsing;
  if (!atLiteral(tokens)) return undefined;
  const after = tokens.peek();
  if (isOperator(after)) return parsing.literalFirst();
  if (kind === 'definition' && isSymbol(after, '.')) return parsing.nameInQuotes();
  return readLiteral(tokens, {
    isListed: catalog.get(name)?.parameters.some(({ rest }) => rest),
    takesString: kind !== 'number',
  });
}

/** `exclude: ['a', 'b']` without its braces. */
function readNamedIds(parsing: Parsing, name: Token): Missing {
  const { tokens } = parsing;
  const open = tokens.token;
  tokens.next();
  tokens.skipToClose();
  tokens.close(open, ']');
  const span = tokens.spanFrom(name.start);
  const ids = tokens.textOf({ start: open.end, end: tokens.lastStart });
  const text = `{exclude: ${ids}}`;
  tokens.error('unknown-argument', span, `${name.text}: needs braces around it.`, {
    help: `Write ${text} with the ids of the sources to exclude.`,
    fix: name.text === 'exclude' ? { ...span, text } : undefined,
  });
  return tokens.missing(name.start);
}

/** named = name ":" argument ; */
function readNamed(
  parsing: Parsing,
  kind: ParameterKind | undefined,
  call: string,
): Named | Missing {
  const { tokens } = parsing;
  const name = tokens.next();
  tokens.next();
  if (kind === 'exclusion' && isSymbol(tokens.token, '[')) return readNamedIds(parsing, name);
  if (!tokens.descend()) return tokens.missing(name.start);
  const value = readArgument(parsing, kind, call);
  tokens.ascend();
  const span = tokens.spanFrom(name.start);
  return tokens.node({ kind: 'named', name: name.text, value, ...span });
}

/** A literal, possibly in parentheses. */
export function readAnyLiteral(parsing: Parsing): Argument {
  const isBare = atLiteral(parsing.tokens);
  return isBare
    ? readLiteral(parsing.tokens)
    : readInParentheses(parsing, () => readAnyLiteral(parsing));
}

/** A length of time; where one is required, also in words. */
function readLength(
  parsing: Parsing,
  kind: ParameterKind | undefined,
  name: string,
): Argument | undefined {
  const { tokens } = parsing;
  const inWords = kind === 'duration' && !isSymbol(tokens.peek(), '(');
  const length = inWords ? readLengthInWords(tokens, name) : undefined;
  return length ?? (atDuration(tokens) ? readDuration(tokens) : undefined);
}

/** A word without its quotes, or one that should be in a `property(…)`. */
function readBareWordOf(parsing: Parsing, kind: ParameterKind | undefined): Argument | undefined {
  const { tokens } = parsing;
  if (kind === 'property') {
    if (recognizePath(tokens)?.root) return readBareProperty(parsing);
    const isCast = tokens.peek().text === 'as';
    if (countWordsOfArgument(tokens) > 1 && !isCast) return readPropertyInWords(parsing);
    return atBareWord(tokens) ? readBareProperty(parsing) : undefined;
  }
  return textKinds.has(kind) && atBareWord(tokens) ? readBareText(tokens) : undefined;
}

/** A property whose name has several words. */
function readPropertyInWords(parsing: Parsing): Chain {
  const { tokens } = parsing;
  const span = tokens.take(countWordsOfArgument(tokens));
  const text = tokens.textOf(span);
  const extractor = extractorOfBareWord.inside;
  reportBareWord(tokens, span, `"${text}"`, `${extractor}(${quote(text)})`);
  const name: Literal = { kind: 'literal', type: 'string', text, ...span };
  const call = tokens.node({ name: extractor, nameSpan: span, args: [name], ...span });
  return tokens.node({ kind: 'chain', calls: [call], ...span });
}

function readValueInParentheses(
  parsing: Parsing,
  kind: ParameterKind | undefined,
  name: string,
): Argument | undefined {
  const { tokens } = parsing;
  if (!isSymbol(tokens.token, '(') || kind === 'definition') return undefined;
  if (kind === 'property') return readPropertyInParentheses(parsing, name);
  const isValueNext = atParenthesizedValue(tokens);
  return isValueNext
    ? readInParentheses(parsing, () => readArgument(parsing, kind, name))
    : undefined;
}

function readPropertyInParentheses(parsing: Parsing, name: string): Argument {
  const { tokens } = parsing;
  const { start } = tokens.token;
  const value = readInParentheses(parsing, () => readArgument(parsing, 'property', name));
  const isCast = value.kind === 'chain' && isCastNext(tokens.token);
  return isCast ? readCast(parsing, { ...value, ...tokens.spanFrom(start) }) : value;
}

function readBareProperty(parsing: Parsing): Chain {
  const { tokens } = parsing;
  const { start } = tokens.token;
  const calls = [parsing.firstCall(extractorOfBareWord.inside)];
  return tokens.node({ kind: 'chain', calls, ...tokens.spanFrom(start) });
}

/** or [ "as" name ] */
function readCastable(parsing: Parsing): Argument {
  const operand = parsing.or();
  return isCastNext(parsing.tokens.token) ? readCast(parsing, operand) : asLiteral(operand);
}

/** A cast without a type is ignored. */
function readCast(parsing: Parsing, operand: Expression): Cast | Expression {
  const { tokens } = parsing;
  const as = tokens.next();
  if (as.text !== 'as') {
    tokens.findings.warn('keyword-case', as, "Segment's reference writes this word in lowercase.", {
      help: 'Did you mean as?',
      fix: { ...spanOf(as), text: 'as' },
    });
  }
  const type = tokens.token;
  if (type.kind !== 'name') {
    tokens.error('expected-type', type, `A type is missing before ${describeToken(type)}.`, {
      help: 'Write number, string or array after "as".',
    });
    return operand;
  }
  tokens.next();
  const typeSpan = spanOf(type);
  const span = tokens.spanFrom(operand.start);
  return tokens.node({ kind: 'cast', operand, type: type.text, typeSpan, ...span });
}

/** scalar = chain | literal ; */
export function readScalar(parsing: Parsing): Argument {
  const { tokens } = parsing;
  const { token } = tokens;
  if (atKnownDuration(tokens)) return readDuration(tokens);
  if (atLiteral(tokens)) return readLiteral(tokens);
  if (atBareWord(tokens)) return readBareText(tokens);
  if (token.kind === 'name' && keywordOf(token) === undefined) return asLiteral(parsing.chain());
  if (isSymbol(token, '(')) return readInParentheses(parsing, () => readScalar(parsing));
  if (token.kind === 'unknown') {
    reportUnknown(tokens, token);
    return tokens.recover(token.start);
  }
  const message = `A value is missing before ${describeToken(token)}.`;
  tokens.error('expected-value', token, message, {
    help: "Write a number, a 'string', or a call such as trait('avg_spend').",
  });
  return tokens.recover(token.start);
}

/** "(" value ")", possibly nested; only the outermost parentheses are reported. */
function readInParentheses(parsing: Parsing, read: () => Argument): Argument {
  const { tokens } = parsing;
  const open = tokens.next();
  if (!tokens.descend()) return tokens.missing(open.start);
  parsing.openValues += 1;
  const value = read();
  parsing.openValues -= 1;
  tokens.ascend();
  const isClosed = isSymbol(tokens.token, ')');
  tokens.close(open, ')');
  if (isClosed && parsing.openValues === 0) parsing.warnOfParentheses(open, value, 'Remove them.');
  return value;
}
