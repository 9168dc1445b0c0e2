import type { Argument, Chain, Expression, FunctionCall } from './ast.ts';
import { comparisonOf, extractorOf, reducerOf } from './catalog.ts';
import { lengthMs } from './durations.ts';
import type { Comparison, StreamKind } from './language-function.ts';
import { nameOf } from './values.ts';

/*
 * Queries about chains and their calls.
 */

/** Whether an argument is an expression: a condition, a chain, or a missing one. */
export function isExpression(argument: Argument): argument is Expression {
  return ['and', 'or', 'not', 'any', 'all', 'chain', 'missing'].includes(argument.kind);
}

/** The parts of which a part of a tree consists, one level down. */
function partsOf(node: Argument): readonly Argument[] {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.operands;
    case 'not':
    case 'any':
    case 'all':
    case 'cast':
      return [node.operand];
    case 'named':
      return [node.value];
    case 'chain':
      return node.calls.flatMap(({ args }) => args);
    default:
      return [];
  }
}

/** All chains of a tree, outer before inner. */
export function chainsIn(node: Argument): Chain[] {
  const found: Chain[] = [];
  collectChains(node, found);
  return found;
}

function collectChains(node: Argument, found: Chain[]): void {
  if (node.kind === 'chain') found.push(node);
  for (const part of partsOf(node)) collectChains(part, found);
}

/** All calls of a tree, outer before inner. */
export function callsIn(node: Argument): FunctionCall[] {
  const found: FunctionCall[] = [];
  collectCalls(node, found);
  return found;
}

// Generators that delegate to each other take several times as long.
function collectCalls(node: Argument, found: FunctionCall[]): void {
  if (node.kind !== 'chain') {
    for (const part of partsOf(node)) collectCalls(part, found);
    return;
  }
  for (const call of node.calls) {
    found.push(call);
    for (const argument of call.args) collectCalls(argument, found);
  }
}

/**
 * The kind of stream that a chain reads; undefined if it reads a single value or its start is
 * unknown.
 */
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

/** Whether the comparison at the end of a chain compares a number of events, entities or values. */
export function comparesCount({ calls }: Chain): boolean {
  return reducerOf(calls.at(-2))?.family === 'counting';
}

/** A chain without its last call: what it compares, if that is a comparison. */
export function withoutLast(chain: Chain): Chain {
  return { ...chain, calls: chain.calls.slice(0, -1) };
}

/**
 * Whether an inner event can be the outer event itself: the name is the same, and no window starts
 * later than the outer event.
 *
 * @param outer the names of the enclosing events, outermost first; undefined for entities.
 */
export function holdsOuter(chain: Chain, outer: readonly (string | undefined)[]): boolean {
  if (streamKindOf(chain) !== 'events') return false;
  const name = nameOf(chain.calls[0]?.args[0]);
  const last = outer.findLastIndex((other) => other !== undefined);
  return outer.some((other, at) => other === name && !(at === last && beginsLater(chain)));
}

function beginsLater({ calls }: Chain): boolean {
  return calls.some(({ args: [first, second] }) => {
    if (first?.kind !== 'named' || second === undefined) return false;
    return first.value.kind === 'duration' && lengthMs(first.value) > 0;
  });
}
