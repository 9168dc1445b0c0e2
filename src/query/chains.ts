import type { Argument, Chain, FunctionCall } from './ast.ts';
import { comparisonOf, extractorOf, reducerOf } from './catalog.ts';
import type { Comparison, StreamKind } from './language-function.ts';

/*
 * What can be asked of chains and the calls in them.
 */

/** All calls of a tree, outer before inner. */
export function* callsIn(node: Argument): Generator<FunctionCall> {
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

/** What a chain is a stream of; undefined if it reads a single value, or begins in an unknown way. */
export function streamKindOf({ calls }: Chain): StreamKind | undefined {
  return extractorOf(calls[0])?.stream;
}

/** The comparison at the end of a chain. */
export interface ComparisonAtEnd {
  call: FunctionCall;
  entry: Comparison;
}

/** The comparison that a chain ends in, if it ends in one. */
export function comparisonIn({ calls }: Chain): ComparisonAtEnd | undefined {
  const call = calls.at(-1);
  const entry = comparisonOf(call);
  return call && entry ? { call, entry } : undefined;
}

/** Whether the comparison at the end of a chain is of a number of events, entities or values. */
export function comparesCount({ calls }: Chain): boolean {
  return reducerOf(calls.at(-2))?.family === 'counting';
}

/** A chain without its last call: what it compares, if that is a comparison. */
export function withoutLast(chain: Chain): Chain {
  return { ...chain, calls: chain.calls.slice(0, -1) };
}
