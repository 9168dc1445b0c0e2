import type { Expression } from './ast.ts';
import { Findings } from './diagnostic.ts';
import { lex } from './lexer.ts';
import { maxQueryChars } from './limits.ts';
import { isJoint, isSymbol, keywordOf, type Token } from './tokens.ts';

/*
 * The conditions of a definition: the leaves of its junctions. Whether those inside a `where` count
 * as well is not settled by the reference, so they don't.
 */

/** As much of a text that is too long is counted in: what comes later can only add to it. */
const maxCountedChars = 10 * maxQueryChars;

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

/**
 * The conditions of a text that is too long, too deep or too large to be read, by the words that
 * join them: in linear time and without a tree.
 *
 * @returns at least so many; 0 for a text that joins nothing.
 */
export function countConditionsUnread(query: string): number {
  const tokens = lex(query.slice(0, maxCountedChars), new Findings());
  let joints = 0;
  let callsOpen = 0;
  /** Of every open bracket, whether it belongs to a call. */
  const open: boolean[] = [];
  tokens.forEach((token, index) => {
    if (isSymbol(token, '(') || isSymbol(token, '{')) {
      const isCall = isSymbol(token, '{') || namesCall(tokens[index - 1]);
      open.push(isCall);
      if (isCall) callsOpen += 1;
    } else if (isSymbol(token, ')') || isSymbol(token, '}')) {
      if (open.pop()) callsOpen -= 1;
    } else if (callsOpen === 0 && isJoint(token)) joints += 1;
  });
  return joints === 0 ? 0 : joints + 1;
}

/** Whether what opens after this token is the arguments of a call, and no group. */
function namesCall(before: Token | undefined): boolean {
  return before?.kind === 'name' && keywordOf(before) === undefined;
}
