import type { Expression } from './ast.ts';
import { filterOf, takesCondition } from './catalog.ts';
import { callsIn, isExpression } from './chains.ts';

/*
 * The conditions of a definition: the leaves of its junctions. The reference does not say whether
 * those inside a `where` count as well, so they cause only a warning.
 */

/** The conditions of a tree. */
export function countConditions(tree: Expression): number {
  switch (tree.kind) {
    case 'and':
    case 'or':
      return tree.operands.reduce((sum, operand) => sum + countConditions(operand), 0);
    case 'not':
    case 'any':
    case 'all':
      return countConditions(tree.operand);
    case 'chain':
      return 1;
    case 'missing':
      return 0;
  }
}

/** The conditions of a tree, including those inside its calls. */
export function countAllConditions(tree: Expression): number {
  let inside = 0;
  for (const call of callsIn(tree)) {
    const [condition] = takesCondition(filterOf(call)) ? call.args : [];
    if (condition && isExpression(condition)) inside += countConditions(condition);
  }
  return countConditions(tree) + inside;
}

/** Counting stops here: later text can only add conditions. */
const maxCountedChars = 1_000_000;

/**
 * Comments, strings, words and single characters; unclosed strings and comments extend to the end.
 */
const pieces =
  /--[^\n]*|\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^'\\]|\\[\s\S])*(?:'|\\?$)|"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|[\p{L}_$][\p{L}\p{N}_]*|\S/gu;

/**
 * Whether a text that is too long, too deep or too large to be read has more conditions than a
 * bound. It may overcount only in texts that are invalid anyway.
 */
export function joinsMoreThan(maxConditions: number, query: string): boolean {
  let conditions = 1;
  let before = '';
  /** For each open bracket, whether its contents are inside a call. */
  const open = [false];
  for (const [piece] of query.slice(0, maxCountedChars).matchAll(pieces)) {
    const inCall = open.at(-1) ?? false;
    if (piece === '(') open.push(inCall || isCallable.test(before));
    else if (piece === '{') open.push(true);
    else if (piece === ')' || piece === '}') open.pop();
    else if (!inCall && /^(?:and|or)$/i.test(piece)) conditions += 1;
    if (conditions > maxConditions) return true;
    before = piece;
  }
  return false;
}

/** A word that is not a keyword: a bracket after it opens arguments, not a group. */
const isCallable = /^(?!(?:and|or|not|any|all)$)[\p{L}_$]/iu;
