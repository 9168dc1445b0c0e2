import type { Argument, Call } from './ast.ts';

/** All calls of a tree, outer before inner. */
export function* callsIn(node: Argument): Generator<Call> {
  switch (node.kind) {
    case 'and':
    case 'or':
      for (const operand of node.operands) yield* callsIn(operand);
      return;
    case 'not':
    case 'any':
    case 'all':
    case 'cast':
      yield* callsIn(node.operand);
      return;
    case 'named':
      yield* callsIn(node.value);
      return;
    case 'chain':
      for (const call of node.calls) {
        yield call;
        for (const argument of call.args) yield* callsIn(argument);
      }
  }
}
