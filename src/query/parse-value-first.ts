import type { Argument, Expression, Literal, Missing } from './ast.ts';
import {
  comparisonCalled,
  comparisonInstead,
  extractorOf,
  extractorOfBareWord,
  keepsText,
  operators,
} from './catalog.ts';
import { prefixKinds } from './keywords.ts';
import { atBareWord, countBareWords } from './lookahead.ts';
import type { Parsing } from './parsing.ts';
import { readLiteral } from './read-values.ts';
import { quote } from './strings.ts';
import { isConjunction, isOperator, keywordOf, spanOf, type Token } from './tokens.ts';

/*
 * Reads a condition with the value on the left: `100 < total`.
 */

/** The operator that means the same with swapped sides. */
const swapped: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** A value on the left side of a comparison, where only a chain is allowed. */
export function readLiteralFirst(parsing: Parsing): Expression {
  const { tokens } = parsing;
  const before = tokens.lastToken;
  const value = readLiteral(tokens);
  if (!isOperator(tokens.token)) return readLiteralAlone(parsing, value, before);
  const left = tokens.textOf(value);
  const operator = tokens.next();
  if (atBareWord(tokens)) return readWordAfterValue(parsing, value, operator);
  const right = parsing.scalar();
  if (right.kind !== 'chain') return readValuesOnly(parsing, value, right);
  const chain = tokens.textOf(right);
  let text = `${chain} ${swapped[operator.text] ?? operator.text} ${left}`;
  if (isOperator(tokens.token)) {
    const second = tokens.next();
    text += ` AND ${chain} ${second.text} ${tokens.textOf(parsing.scalar())}`;
    const keyword = keywordOf(before);
    if (keyword && prefixKinds[keyword]) text = `(${text})`;
  }
  const span = tokens.spanFrom(value.start);
  // A string in a where may be the name of a property, unless one is on the other side.
  const mayBeName = parsing.place === 'inside' && value.type === 'string';
  const isEquality = keepsText(operators.get(operator.text) ?? '');
  const isClear = !mayBeName || (isEquality && extractorOf(right.calls[0])?.family === 'item');
  tokens.error('value-first', span, "A condition can't start with a value.", {
    help: isClear ? `Did you mean ${text}?` : "Start with property('…'), or swap the sides.",
    fix: isClear ? { ...span, text } : undefined,
  });
  return tokens.missing(value.start);
}

/**
 * `100 < total`: the word is the name of the compared value. With a string and a word, either may
 * be the name.
 */
function readWordAfterValue(parsing: Parsing, value: Literal, operator: Token): Missing {
  const { tokens } = parsing;
  const count = countBareWords(tokens);
  const name = tokens.textOf(tokens.take(count));
  const span = tokens.spanFrom(value.start);
  const extractor = parsing.extractorMeant();
  const turned = swapped[operator.text] ?? operator.text;
  const text = `${extractor}(${quote(name)}) ${turned} ${tokens.textOf(value)}`;
  const isClear =
    value.type === 'number' &&
    count === 1 &&
    !isOperator(tokens.token) &&
    parsing.place !== 'other' &&
    /^[\p{Ll}_]/u.test(name);
  tokens.error('value-first', span, "A condition can't start with a value.", {
    help: isClear ? `Did you mean ${text}?` : `Start with what you compare, such as ${text}.`,
    fix: isClear ? { ...span, text } : undefined,
  });
  tokens.skipCondition();
  return tokens.missing(value.start);
}

/** In a `where`, a string that is compared with a value is most likely the name of a property. */
function readValuesOnly(parsing: Parsing, value: Literal, compared: Argument): Missing {
  return readNameInQuotes(parsing, value, compared.kind === 'literal');
}

export function readNameInQuotes(
  parsing: Parsing,
  value = readLiteral(parsing.tokens),
  isCompared = true,
): Missing {
  const { tokens } = parsing;
  const isName = parsing.place === 'inside' && value.type === 'string' && isCompared;
  const text = `${extractorOfBareWord.inside}(${quote(value.text)})`;
  tokens.error('value-first', value, "A condition can't start with a value.", {
    help: isName
      ? `Did you mean ${text}?`
      : 'Put the trait or property on the left, and the value on the right.',
    fix: isName ? { ...spanOf(value), text } : undefined,
  });
  tokens.skipCondition();
  return tokens.missing(value.start);
}

function readLiteralAlone(parsing: Parsing, value: Literal, before: Token): Missing {
  const { tokens } = parsing;
  const several = isConjunction(before) ? severalMeant(parsing, value, before) : undefined;
  tokens.error('value-first', value, "A condition can't start with a value.", {
    help: several
      ? `Did you mean ${several}?`
      : "Start with event('…') or trait('…'). To compare one value with several, use .one_of('…', '…') or .none_of('…', '…').",
  });
  tokens.skipCondition();
  return tokens.missing(value.start);
}

/** What `= 'a' OR 'b'` and `!= 'a' AND 'b'` most likely mean. */
function severalMeant(parsing: Parsing, value: Literal, conjunction: Token): string | undefined {
  const { tokens } = parsing;
  const { calls } = parsing.lastCompared ?? {};
  const call = calls?.at(-1);
  const name = call?.operator === undefined ? undefined : comparisonInstead(call.name);
  const [first] = call?.args ?? [];
  if (!calls || !name || first?.kind !== 'literal') return undefined;
  const isOfNone = comparisonInstead(call?.name ?? '') === comparisonCalled('notin');
  if (!isOfNone && keywordOf(conjunction) === 'AND') return undefined;
  const compared = tokens.textOf({ start: calls[0]?.start ?? 0, end: calls.at(-2)?.end ?? 0 });
  return `${compared}.${name}(${tokens.textOf(first)}, ${tokens.textOf(value)})`;
}
