import type { Expression } from './ast.ts';
import { callsIn } from './calls.ts';
import { nameOf } from './values.ts';

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
