import { Findings } from './diagnostic.ts';
import { parse } from './parser.ts';
import { type References, references } from './references.ts';

/**
 * The names that a definition depends on.
 *
 * @param query the text of a definition.
 * @returns undefined if it can't be parsed.
 */
export function referencesIn(query: string): References | undefined {
  const findings = new Findings();
  const tree = parse(query, findings);
  return findings.errors > 0 || findings.isBeyondLimit ? undefined : references(tree);
}
