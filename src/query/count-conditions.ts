import type { Expression } from './ast.ts';
import { filterOf, takesCondition } from './catalog.ts';
import { callsIn, isExpression } from './chains.ts';

/*
 * The conditions of a definition: the leaves of its junctions. Whether those inside a `where` count
 * as well is not settled by the reference, so that they are worth a warning only.
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

/** The conditions of a tree and of all conditions inside of its calls. */
export function countAllConditions(tree: Expression): number {
  let inside = 0;
  for (const call of callsIn(tree)) {
    const [condition] = takesCondition(filterOf(call)) ? call.args : [];
    if (condition && isExpression(condition)) inside += countConditions(condition);
  }
  return countConditions(tree) + inside;
}

/** What is longer is counted up to here: what comes later can only add to it. */
const maxCountedChars = 1_000_000;

/** Comments, strings, words and single characters; unclosed strings and comments go on to the end. */
const pieces =
  /--[^\n]*|\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^'\\]|\\[\s\S])*(?:'|\\?$)|"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|[\p{L}_$][\p{L}\p{N}_]*|\S/gu;

/**
 * Whether a text that is too long, too deep or too large to be read joins more conditions than a
 * bound. Only texts that are not valid anyway may be taken to have more than they have.
 */
export function joinsMoreThan(maxConditions: number, query: string): boolean {
  let conditions = 1;
  let before = '';
  /** Of every open bracket, whether what is in it is in a call. */
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

/** A word that is no keyword: what opens after it are the arguments of a call, and no group. */
const isCallable = /^(?!(?:and|or|not|any|all)$)[\p{L}_$]/iu;
