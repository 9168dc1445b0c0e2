import type { Chain, Expression, Junction } from './ast.ts';
import { comparisonOf } from './catalog.ts';
import { takeKeyword } from './keywords.ts';
import type { Parsing } from './parsing.ts';
import type { TokenStream } from './token-stream.ts';
import { describeToken, isOperator, type Keyword, keywordOf, type Token } from './tokens.ts';

/*
 * Reads comparisons without a left side: `trait('age') > 18 AND < 30`.
 */

/** More comparisons in a row are not repeated: the text would grow with each. */
const maxOperands = 10;

/** What the comparisons without a left side continue. */
interface Continued {
  /** The condition before them. */
  condition: Chain;
  /** The left side of that condition, as text. */
  subject: string;
  /** The word that joins them. */
  word: Keyword;
}

/**
 * Reads comparisons that continue the condition before them, each after the same conjunction.
 *
 * @returns undefined, with nothing taken, if no condition with a comparison comes before the conjunction.
 */
export function readElided(parsing: Parsing): Expression | undefined {
  const { tokens } = parsing;
  const first = tokens.token;
  const continued = continuedAt(parsing);
  if (!continued || tokens.stopped) return undefined;
  const { condition, subject, word } = continued;
  const { start } = condition;
  const left = condition.calls.slice(0, -1);
  const operands: Chain[] = [];
  const { errors } = tokens.findings;
  do {
    const call = parsing.operator(condition);
    const span = { start: call.start, end: call.end };
    operands.push(tokens.node({ kind: 'chain', calls: [...left, call], ...span }));
  } while (continues(tokens, word));
  const isRead = tokens.findings.errors === errors && operands.length <= maxOperands;
  const isClear = isRead && standsAlone(tokens, start, word);
  const repeated = isClear ? operands.map((each) => `${subject} ${tokens.textOf(each)}`) : [];
  const text = [tokens.textOf(condition), ...repeated].join(` ${word} `);
  const { end } = tokens.spanFrom(start);
  tokens.error('unexpected', first, `A condition can't start with ${describeToken(first)}.`, {
    help: isClear ? `Did you mean ${text}?` : `Repeat the left side: ${subject} ${first.text} …`,
    fix: isClear ? { start, end, text } : undefined,
  });
  const [only] = operands;
  if (operands.length === 1) return only;
  const junction: Junction = {
    kind: word === 'AND' ? 'and' : 'or',
    operands,
    start: first.start,
    end,
  };
  return tokens.node(junction);
}

/** The condition directly before the conjunction that was taken last. */
function continuedAt({ tokens, lastCompared }: Parsing): Continued | undefined {
  const conjunction = tokens.lastToken;
  const word = keywordOf(conjunction);
  if (!lastCompared || (word !== 'AND' && word !== 'OR')) return undefined;
  const isDirect = tokens.tokenBefore(conjunction.start).end === lastCompared.end;
  const left = lastCompared.calls.at(-2);
  if (!isDirect || !left || !comparisonOf(lastCompared.calls.at(-1))) return undefined;
  const subject = tokens.textOf({ start: lastCompared.start, end: left.end });
  return { condition: lastCompared, subject, word };
}

/** Takes the same conjunction, if another comparison without a left side follows it. */
function continues(tokens: TokenStream, word: Keyword): boolean {
  const isNext = keywordOf(tokens.token) === word && isOperator(tokens.peek());
  if (isNext) takeKeyword(tokens);
  return isNext;
}

/**
 * Whether the conditions mean the same wherever they are grouped: no prefix applies to the first only,
 * and no AND binds one of those that OR joins tighter.
 */
function standsAlone(tokens: TokenStream, start: number, word: Keyword): boolean {
  const neighbors: readonly Token[] = [tokens.tokenBefore(start), tokens.token];
  const words = neighbors.map(keywordOf);
  if (words.some((other) => other === 'NOT' || other === 'ANY' || other === 'ALL')) return false;
  return word === 'AND' || !words.includes('AND');
}
