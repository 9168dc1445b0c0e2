/*
 * How deeply a client's file may be nested. What reads entries calls itself for each level, so the stack
 * would overflow.
 */

/** The stack overflows at several times as many levels. */
const maxDepth = 500;

/** Completes a sentence about such a file. */
export const tooDeep = 'is nested too deeply';

/**
 * Whether a tree has more levels than what reads it can take; also true for one that contains itself, as
 * YAML can.
 *
 * @param partsOf the parts of a part, none at the end.
 */
export function isTooDeep<Part>(root: Part, partsOf: (part: Part) => readonly Part[]): boolean {
  const left = [{ part: root, depth: 0 }];
  for (let next = left.pop(); next; next = left.pop()) {
    const { part, depth } = next;
    if (depth > maxDepth) return true;
    for (const inner of partsOf(part)) left.push({ part: inner, depth: depth + 1 });
  }
  return false;
}
