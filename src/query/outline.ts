import type { Argument, Chain, Expression } from './ast.ts';
import { type Cadence, computeCadence } from './cadence.ts';
import { extractorOf } from './catalog.ts';
import { comparisonIn, isExpression } from './chains.ts';
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

/** All chains of a tree, outer before inner. */
function* chainsIn(node: Argument): Generator<Chain> {
  if (node.kind === 'named') yield* chainsIn(node.value);
  else if (node.kind === 'cast') yield* chainsIn(node.operand);
  else if (isExpression(node)) yield* chainsInExpression(node);
}

function* chainsInExpression(node: Expression): Generator<Chain> {
  switch (node.kind) {
    case 'and':
    case 'or':
      for (const operand of node.operands) yield* chainsIn(operand);
      return;
    case 'not':
    case 'any':
    case 'all':
      yield* chainsIn(node.operand);
      return;
    case 'chain':
      yield node;
      for (const { args } of node.calls) for (const argument of args) yield* chainsIn(argument);
  }
}
