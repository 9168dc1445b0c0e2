import type { Argument, Chain, FunctionCall } from './ast.ts';
import { catalog, operators } from './catalog.ts';
import {
  type ForeignComparison,
  meaningOfPattern,
  recognizeComparison,
} from './foreign-comparison.ts';
import { helpForPattern } from './help.ts';
import { readDuration, readLiteral } from './read-values.ts';
import { quote } from './strings.ts';
import type { TokenStream } from './token-stream.ts';
import { describeToken, isConjunction, isNull, isSymbol, spanOf } from './tokens.ts';

/*
 * Reads comparisons in words, as SQL and people write them, and suggests how to write them.
 */

/** The grammar rules that a comparison continues with. */
export interface ArgumentReader {
  /** Reads the right side of the comparison with this name. */
  value(comparison: string): Argument;
  /** Reads a call whose name stands for this function. */
  call(meaning: string): FunctionCall;
}

/** A comparison in words with its right side. */
interface ReadComparison {
  name: string;
  args: Argument[];
  /** What to write after the chain, or in its place; undefined if there is no equivalent. */
  text?: string;
  isInstead?: boolean;
}

/**
 * Takes a comparison in words, such as `is 'vip'` or `LIKE '%a%'`, and suggests how to write it.
 */
export function readComparisonInWords(
  tokens: TokenStream,
  chain: Chain,
  reader: ArgumentReader,
): FunctionCall | undefined {
  const { token, lastEnd, stopped } = tokens;
  const mayBegin = token.kind === 'name' || isSymbol(token, '!');
  if (!mayBegin || isConjunction(token) || stopped || isNull(token)) return undefined;
  const found = recognizeComparison(tokens);
  if (!found) return undefined;
  const compared = tokens.textOf({ start: chain.start, end: lastEnd });
  tokens.take(found.words);
  const read = readComparison(tokens, found, compared, reader);
  const isDenied = 'name' in found && found.isNegated === true;
  const { name, args, text, isInstead = false } = isDenied ? denied(read, compared) : read;
  const span = tokens.spanFrom(token.start);
  const start = isInstead ? chain.start : lastEnd;
  tokens.error('word-operator', span, `${describeToken(token)} is not a comparison operator.`, {
    help:
      text === undefined ? helpForPattern : `Did you mean ${isInstead ? text : compared + text}?`,
    fix: text === undefined ? undefined : { start, end: span.end, text },
  });
  return tokens.node({ name, nameSpan: spanOf(token), args, ...span });
}

/** Reads the right side of a comparison in words. @param compared the text of its left side. */
function readComparison(
  tokens: TokenStream,
  found: ForeignComparison,
  compared: string,
  reader: ArgumentReader,
): ReadComparison {
  switch (found.form) {
    case 'bare':
      return { name: found.name, args: [], text: `.${found.name}()` };
    case 'value':
      return behindName(tokens, found.name, reader.value(found.name));
    case 'duration':
      return behindName(tokens, found.name, readDuration(tokens));
    case 'list':
      return list(tokens, found.name, reader);
    case 'pattern':
      return pattern(tokens, compared, found.isNegated);
    case 'range':
      return range(tokens, compared, found.isNegated);
  }
}

/** Negates a comparison that has no opposite. */
function denied(read: ReadComparison, compared: string): ReadComparison {
  if (read.text === undefined) return read;
  return { ...read, text: `NOT ${compared}${read.text}`, isInstead: true };
}

function behindName(tokens: TokenStream, name: string, given: Argument): ReadComparison {
  return { name, args: [given], text: comparisonText(name, tokens.textOf(given)) };
}

/** `in ('a', 'b')` reads like a call. */
function list(tokens: TokenStream, name: string, reader: ArgumentReader): ReadComparison {
  const open = tokens.peek();
  const { args, end } = reader.call(name);
  const inside = tokens.textOf({ start: open.end, end: end - 1 });
  return { name, args, text: `.${name}(${inside})` };
}

/** A LIKE pattern, which may or may not have an equivalent. */
function pattern(tokens: TokenStream, compared: string, isNegated: boolean): ReadComparison {
  const literal = readLiteral(tokens);
  const meaning = meaningOfPattern(literal.text, isNegated);
  if (!meaning) return { name: '', args: [literal] };
  const { name, text, isDenied } = meaning;
  const args = [{ ...literal, text }];
  const behind = comparisonText(name, quote(text));
  if (!isDenied) return { name, args, text: behind };
  return { name, args, text: `NOT ${compared}${behind}`, isInstead: true };
}

/** Two comparisons, in parentheses so that they stay together anywhere. */
function range(tokens: TokenStream, compared: string, isNegated: boolean): ReadComparison {
  const from = readLiteral(tokens);
  tokens.next();
  const to = tokens.textOf(readLiteral(tokens));
  const [first, conjunction, second] = isNegated ? ['<', 'OR', '>'] : ['>=', 'AND', '<='];
  const text = `(${compared} ${first} ${tokens.textOf(from)} ${conjunction} ${compared} ${second} ${to})`;
  return { name: operators.get(first) ?? first, args: [from], text, isInstead: true };
}

/** A comparison as it is written after a chain. @param value its argument, as text. */
function comparisonText(name: string, value: string): string {
  const entry = catalog.get(name);
  const operator = entry?.kind === 'comparison' ? entry.operator : undefined;
  return operator ? ` ${operator} ${value}` : `.${name}(${value})`;
}
