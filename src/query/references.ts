import type { Expression } from './ast.ts';
import { extractorOf } from './catalog.ts';
import { callsIn } from './chains.ts';
import { nameOf } from './values.ts';

/** The names that a definition depends on, each once, in the order of the text. */
export interface References {
  events: string[];
  traits: string[];
  /** Properties of events and entities; those of an event's context start with `context.`. */
  properties: string[];
  entities: string[];
}

/** Collects what a definition refers to. */
export function references(tree: Expression): References {
  const found = {
    events: new Set<string>(),
    traits: new Set<string>(),
    properties: new Set<string>(),
    entities: new Set<string>(),
  };
  for (const call of callsIn(tree)) {
    const { list, prefix } = extractorOf(call)?.refersTo ?? {};
    if (list) found[list].add(`${prefix}${nameOf(call.args[0])}`);
  }
  return {
    events: [...found.events],
    traits: [...found.traits],
    properties: [...found.properties],
    entities: [...found.entities],
  };
}
