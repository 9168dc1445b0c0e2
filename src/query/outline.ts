import type { Chain, Expression } from './ast.ts';
import { type Cadence, computeCadence } from './cadence.ts';
import { extractorOf } from './catalog.ts';
import { chainsIn, comparisonIn } from './chains.ts';
import type { Level } from './check-options.ts';
import { Findings } from './diagnostic.ts';
import { format } from './format.ts';
import { parse } from './parser.ts';
import { type References, references } from './references.ts';
import { nameOf, plainText } from './values.ts';

/** What can be said of a stored definition without checking it. */
export interface Outline {
  references: References;
  /**
   * The traits that are compared with the text `true` or `false` and with nothing else, as membership in
   * another audience is. An ordinary trait may be, too.
   */
  memberships: string[];
  cadence: Cadence;
  /** Its canonical form, which is the same however a definition is spelled. */
  canonical: string;
}

/**
 * Outlines a definition.
 *
 * @param query its text.
 * @returns undefined if it can't be parsed.
 */
export function outlineOf(query: string, level: Level): Outline | undefined {
  const findings = new Findings();
  const tree = parse(query, findings);
  if (findings.errors > 0 || findings.isBeyondLimit) return undefined;
  return {
    references: references(tree),
    memberships: membershipsIn(tree),
    cadence: computeCadence(tree, level),
    canonical: format(tree),
  };
}

function membershipsIn(tree: Expression): string[] {
  const uses = new Map<string, boolean>();
  for (const chain of chainsIn(tree)) {
    const [first] = chain.calls;
    if (extractorOf(first)?.refersTo?.list !== 'traits') continue;
    const name = nameOf(first?.args[0]);
    uses.set(name, (uses.get(name) ?? true) && asksForMembership(chain));
  }
  return [...uses].flatMap(([name, isMembership]) => (isMembership ? [name] : []));
}

/** `trait('its_key') = 'true'`, or the opposite. */
function asksForMembership(chain: Chain): boolean {
  const { call, entry } = comparisonIn(chain) ?? {};
  const [value] = call?.args ?? [];
  if (chain.calls.length !== 2 || entry?.family !== 'equality' || value?.kind !== 'literal') {
    return false;
  }
  return ['true', 'false'].includes(plainText(value));
}
