import type { Expression } from './ast.ts';
import { Brackets } from './brackets.ts';
import { isExpression } from './chains.ts';
import type { Fix } from './diagnostic.ts';
import { format } from './format.ts';
import { maxTriedChars } from './limits.ts';
import { isClosing, isOpening, isOperator, keywordOf, type Token } from './tokens.ts';

/*
 * If brackets don't balance, one is missing or surplus, and its place decides what each call,
 * condition and window belongs to. So every place is tried: the intention is clear only if all
 * valid results mean the same.
 */

/** A missing or surplus bracket, and its fix. */
export interface BracketRepair {
  fix: Fix;
  /** The bracket to add or remove. */
  bracket: string;
  isMissing: boolean;
  /** For a missing bracket, its other half if that is known; otherwise the surplus bracket. */
  at: { start: number; end: number };
}

/** The tree of a text without errors, and the number of other findings in it. */
export interface Reading {
  tree: Expression;
  remarks: number;
}

/** One change to the brackets. */
interface Edit extends Fix {
  bracket: string;
}

/** Brackets without a match: how many, and of which kind. */
interface Surplus {
  opening: string;
  closing: string;
  /** Positive if more open than close. */
  count: number;
}

const kinds = [
  ['(', ')'],
  ['{', '}'],
  ['[', ']'],
] as const;

/** If more brackets are missing, it is not a typo. */
const maxSurplus = 2;

/**
 * Finds the only way to balance the brackets of a text.
 *
 * @param tokens of the text. @param read reads a text; undefined if it has errors.
 * @returns undefined if there is none, or if several results differ in meaning.
 */
export function repairOfBrackets(
  query: string,
  tokens: readonly Token[],
  read: (text: string) => Reading | undefined,
): BracketRepair | undefined {
  const surplus = surplusOf(tokens);
  if (!surplus || holdsOperator(tokens)) return undefined;
  const repairs = repairsFor(query, editsFor(query, tokens, surplus), Math.abs(surplus.count));
  if (!repairs) return undefined;
  let best: { edits: readonly Edit[]; reading: Reading } | undefined;
  let said: string | undefined;
  for (const { text, edits } of repairs) {
    const reading = read(text);
    if (!reading) continue;
    const says = format(flattened(reading.tree));
    said ??= says;
    if (said !== says) return undefined;
    if (!best || reading.remarks <= best.reading.remarks) best = { edits, reading };
  }
  return best && described(query, best.edits, tokens);
}

/**
 * Whether an operator directly follows an opening bracket, as in `count(= 1)`: then the bracket is
 * misplaced.
 */
function holdsOperator(tokens: readonly Token[]): boolean {
  const brackets = new Brackets(tokens);
  return tokens.some((token, index) => {
    const next = tokens[index + 1];
    return next !== undefined && isOperator(next) && isOpening(token) && brackets.isClosed(token);
  });
}

/** The unmatched brackets; undefined if there are none, too many, or several kinds. */
function surplusOf(tokens: readonly Token[]): Surplus | undefined {
  const found = kinds
    .map(([opening, closing]) => ({
      opening,
      closing,
      count: countOf(tokens, opening) - countOf(tokens, closing),
    }))
    .filter(({ count }) => count !== 0);
  const [only] = found;
  return only && found.length === 1 && Math.abs(only.count) <= maxSurplus ? only : undefined;
}

function countOf(tokens: readonly Token[], bracket: string): number {
  return tokens.filter(({ kind, text }) => kind === 'symbol' && text === bracket).length;
}

/**
 * All single changes that bring the brackets closer to balance; of equivalent ones, the last is
 * applied.
 */
function editsFor(
  query: string,
  tokens: readonly Token[],
  { opening, closing, count }: Surplus,
): Edit[] {
  const isUnclosed = count > 0;
  const tooMany = isUnclosed ? opening : closing;
  const added = tokens.flatMap((token, index) => {
    const before = tokens[index - 1];
    if (isUnclosed) return before && mayEnd(before) ? [addition(before.end, closing)] : [];
    return token.kind !== 'end' && mayBegin(token)
      ? [addedBefore(query, token, before, opening)]
      : [];
  });
  const removed = tokens
    .filter(({ kind, text }) => kind === 'symbol' && text === tooMany)
    .map(({ start, end }) => ({ start, end, text: '', bracket: tooMany }));
  return isUnclosed ? [...removed, ...added] : [...added, ...removed];
}

function addition(at: number, bracket: string): Edit {
  return { start: at, end: at, text: bracket, bracket };
}

/** An opening bracket goes directly after the name of its function. */
function addedBefore(
  query: string,
  token: Token,
  before: Token | undefined,
  bracket: string,
): Edit {
  const isName = before?.kind === 'name' && keywordOf(before) === undefined;
  const isBlank = isName && query.slice(before.end, token.start).trim() === '';
  return isBlank
    ? { start: before.end, end: token.start, text: bracket, bracket }
    : addition(token.start, bracket);
}

/** Whether a bracket may close after a token. */
function mayEnd(token: Token): boolean {
  if (token.kind === 'symbol') return isClosing(token) || isOpening(token);
  return token.kind !== 'unknown' && keywordOf(token) === undefined;
}

/** Whether a bracket may open before a token. */
function mayBegin(token: Token): boolean {
  if (token.kind === 'symbol') return isOpening(token) || isClosing(token) || token.text === '-';
  return token.kind !== 'unknown' && keywordOf(token) !== 'AND' && keywordOf(token) !== 'OR';
}

/** A text with its brackets in balance. */
interface Repair {
  text: string;
  edits: readonly Edit[];
}

/** All ways to make this many changes, without equivalent ones; undefined if there are too many. */
function repairsFor(query: string, edits: readonly Edit[], count: number): Repair[] | undefined {
  const tries = count === 1 ? edits.length : (edits.length * (edits.length + 1)) / 2;
  if (tries * query.length > maxTriedChars) return undefined;
  const combinations = count === 1 ? edits.map((edit) => [edit]) : pairsOf(edits);
  const texts = new Map<string, Repair>();
  for (const chosen of combinations) {
    const text = chosen.reduceRight(
      (before, { start, end, text: instead }) =>
        before.slice(0, start) + instead + before.slice(end),
      query,
    );
    const key = text.replaceAll(/\s+/g, '');
    if (!texts.has(key)) texts.set(key, { text, edits: chosen });
  }
  return [...texts.values()];
}

function pairsOf(edits: readonly Edit[]): Edit[][] {
  const ordered = edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
  return ordered.flatMap((one, index) =>
    ordered
      .slice(index)
      .filter((other) => one.end <= other.start && (other !== one || one.text !== ''))
      .map((other) => [one, other]),
  );
}

function described(
  query: string,
  edits: readonly Edit[],
  tokens: readonly Token[],
): BracketRepair | undefined {
  const [first, last] = [edits[0], edits.at(-1)];
  if (!first || !last) return undefined;
  const isMissing = first.text !== '';
  let text = '';
  let from = first.start;
  for (const edit of edits) {
    text += query.slice(from, edit.start) + edit.text;
    from = edit.end;
  }
  const at = isMissing ? otherHalf(tokens, first) : first;
  return {
    fix: { start: first.start, end: last.end, text },
    bracket: first.bracket,
    isMissing,
    at: { start: at.start, end: at.end },
  };
}

/** The other half of an added bracket. */
function otherHalf(
  tokens: readonly Token[],
  { start, bracket }: Edit,
): { start: number; end: number } {
  const closes = kinds.some(([, closing]) => closing === bracket);
  const side = closes
    ? tokens.filter((token) => token.end <= start).reverse()
    : tokens.filter((token) => token.start >= start);
  let open = 0;
  for (const token of side) {
    const isSame = closes ? isClosing(token) : isOpening(token);
    const isOther = closes ? isOpening(token) : isClosing(token);
    if (isOther && open === 0) return token;
    open += Number(isSame) - Number(isOther);
  }
  return { start, end: start };
}

/** A tree with nested junctions of the same kind merged. */
function flattened(node: Expression): Expression {
  switch (node.kind) {
    case 'and':
    case 'or':
      return {
        ...node,
        operands: node.operands.map(flattened).flatMap((operand) => {
          return operand.kind === node.kind ? operand.operands : [operand];
        }),
      };
    case 'not':
    case 'any':
    case 'all':
      return { ...node, operand: flattened(node.operand) };
    case 'chain':
      return {
        ...node,
        calls: node.calls.map((call) => ({
          ...call,
          args: call.args.map((each) => (isExpression(each) ? flattened(each) : each)),
        })),
      };
    case 'missing':
      return node;
  }
}
