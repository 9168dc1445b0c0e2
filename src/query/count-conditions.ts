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
  /** Of every open bracket, whether what is in it is in a call. */
  const open = [false];
  for (const [index, token] of tokens.entries()) {
    const inCall = open.at(-1) ?? false;
    if (isSymbol(token, '(')) open.push(inCall || namesCall(tokens[index - 1]));
    else if (isSymbol(token, '{')) open.push(true);
    else if (isSymbol(token, ')') || isSymbol(token, '}')) open.pop();
    else if (!inCall && isJoint(token)) joints += 1;
  }
  return joints === 0 ? 0 : joints + 1;
}

/** Whether what opens after this token is the arguments of a call, and no group. */
function namesCall(before: Token | undefined): boolean {
  return before?.kind === 'name' && keywordOf(before) === undefined;
}
