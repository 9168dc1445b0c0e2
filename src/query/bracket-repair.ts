import type { Expression } from './ast.ts';
import { Brackets } from './brackets.ts';
import { isExpression } from './chains.ts';
import type { Fix } from './diagnostic.ts';
import { format } from './format.ts';
import { maxTriedChars } from './limits.ts';
import { isClosing, isOpening, isOperator, keywordOf, type Token } from './tokens.ts';

/*
 * Where brackets don't balance, one is missing or too many, and which one decides what each call, condition
 * and window belongs to. So all places are tried: only if the definitions that come out right all say the
 * same is it clear what is meant.
 */

/** What a bracket too few or too many is, and what to write for it. */
export interface BracketRepair {
  fix: Fix;
  /** The bracket that has to be added or removed. */
  bracket: string;
  isMissing: boolean;
  /** Of what is missing, the bracket that it belongs to, if that can be told; else the one too many. */
  at: { start: number; end: number };
}

/** What a text is read as: its tree if nothing in it is ruled out, and how much else was found in it. */
export interface Reading {
  tree: Expression;
  remarks: number;
}

/** One change to the brackets. */
interface Edit extends Fix {
  bracket: string;
}

/** Brackets that lack their other half: how many, and of which kind. */
interface Surplus {
  opening: string;
  closing: string;
  /** More that open than close are above zero. */
  count: number;
}

const kinds = [
  ['(', ')'],
  ['{', '}'],
  ['[', ']'],
] as const;

/** More brackets than these are not missing by a slip of the pen. */
const maxSurplus = 2;

/**
 * The one way to balance the brackets of a text.
 *
 * @param tokens of the text. @param read reads a text; undefined for what is ruled out.
 * @returns undefined where there is none, or where it is not clear which of several is meant.
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

/** Whether an operator begins what is in brackets, as in `count(= 1)`: then its bracket belongs elsewhere. */
function holdsOperator(tokens: readonly Token[]): boolean {
  const brackets = new Brackets(tokens);
  return tokens.some((token, index) => {
    const next = tokens[index + 1];
    return next !== undefined && isOperator(next) && isOpening(token) && brackets.isClosed(token);
  });
}

/** The brackets that lack their other half; undefined for none, for many and for several kinds. */
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

/** All single changes that bring the brackets nearer to balance; of those that say the same, the last is made. */
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

/** An opening bracket stands next to the name of what it calls. */
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

/** Whether a bracket may close behind a token. */
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

/** All ways to make so many changes, without those that come to the same; undefined where they are too many. */
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

/** The bracket that one which is added belongs to. */
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

/** A tree in which what is joined by the same word is one junction. */
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
