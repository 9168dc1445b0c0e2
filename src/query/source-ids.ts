import type { Expression } from './ast.ts';
import { callsIn } from './chains.ts';

/** The ids of sources that a definition excludes, each once, in the order of the text. */
export function sourceIdsIn(tree: Expression): string[] {
  const ids = new Set<string>();
  for (const { args } of callsIn(tree)) {
    for (const argument of args) {
      if (argument.kind === 'exclusion') for (const { text } of argument.ids) ids.add(text);
    }
  }
  return [...ids];
}
