import type { Argument, Call, Expression } from './ast.ts';
import { nameOf } from './explain.ts';

/** The names that a definition depends on, each once, in the order of the text. */
export interface References {
  events: string[];
  traits: string[];
  /** Of events and entities; those of an event's context have `context.` before them. */
  properties: string[];
  entities: string[];
}

/** Gathers what a definition refers to. */
export function references(tree: Expression): References {
  const found = {
    events: new Set<string>(),
    traits: new Set<string>(),
    properties: new Set<string>(),
    entities: new Set<string>(),
  };
  for (const { name, args } of callsIn(tree)) {
    const referred = nameOf(args[0]);
    if (name === 'event') found.events.add(referred);
    if (name === 'trait') found.traits.add(referred);
    if (name === 'property') found.properties.add(referred);
    if (name === 'context') found.properties.add(`context.${referred}`);
    if (name === 'entity') found.entities.add(referred);
  }
  return {
    events: [...found.events],
    traits: [...found.traits],
    properties: [...found.properties],
    entities: [...found.entities],
  };
}

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
