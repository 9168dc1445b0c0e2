import type { Argument, Chain, FunctionCall } from './ast.ts';
import { extractorOf, filterOf, reducerOf } from './catalog.ts';
import { type ComparisonAtEnd, comparesCount, comparisonIn, streamKindOf } from './chains.ts';
import { countsAdmitted, numberComparison } from './counts.ts';
import type { Findings } from './diagnostic.ts';
import { maxEntityDepth } from './limits.ts';
import { isNestedName } from './strings.ts';
import { kindOfChain } from './values.ts';

/*
 * What linked audiences can't do, as far as the definition shows: warnings only, and hints for what
 * it does not show. Source: Segment's product documentation of linked audiences and their limits.
 */

interface Place {
  /** How many entities enclose it. */
  depth: number;
  /** Whether this is under an odd number of NOTs, counted from the nearest enclosing `where`. */
  denied: boolean;
}

/** Checks the definition of a linked audience. */
export function lintLinked(tree: Argument, findings: Findings): void {
  const synced = lintNode(tree, { depth: 0, denied: false }, findings);
  if (!synced) return;
  findings.hint('linked-sync', synced.nameSpan, 'A linked audience is computed in the warehouse.', {
    help: "The traits and events in it must be synced there; the definition alone doesn't show whether they are.",
  });
}

/** @returns the first call of a trait or an event, which come from the warehouse. */
function lintNode(node: Argument, place: Place, findings: Findings): FunctionCall | undefined {
  switch (node.kind) {
    case 'and':
    case 'or':
      return firstOf(node.operands, (operand) => lintNode(operand, place, findings));
    case 'not':
      return lintNode(node.operand, { ...place, denied: !place.denied }, findings);
    case 'any':
    case 'all':
    case 'cast':
      return lintNode(node.operand, place, findings);
    case 'named':
      return lintNode(node.value, place, findings);
    case 'chain':
      return lintChain(node, place, findings);
    default:
      return undefined;
  }
}

/** Visits all items and returns the first result. */
function firstOf<Item, Found>(
  items: readonly Item[],
  visit: (item: Item) => Found | undefined,
): Found | undefined {
  return items.map(visit).find((found) => found !== undefined);
}

function lintChain(chain: Chain, place: Place, findings: Findings): FunctionCall | undefined {
  const isEntity = streamKindOf(chain) === 'entities';
  const depth = place.depth + Number(isEntity);
  if (isEntity) lintEntity(chain, depth, place.denied, findings);
  const comparison = comparisonIn(chain);
  if (comparison) lintReferences(chain, comparison, findings);
  return firstOf(chain.calls, (call) => {
    lintName(call, findings);
    const inner = firstOf(call.args, (argument) =>
      lintNode(
        argument,
        { depth: call === comparison?.call ? place.depth : depth, denied: false },
        findings,
      ),
    );
    return isSynced(call) ? call : inner;
  });
}

function isSynced(call: FunctionCall): boolean {
  const entry = extractorOf(call);
  return entry?.family === 'profile' || entry?.stream === 'events';
}

function lintEntity(chain: Chain, depth: number, denied: boolean, findings: Findings): void {
  const [entity] = chain.calls;
  if (entity && depth === maxEntityDepth + 1) {
    const message = `In a linked audience, entities can be nested at most ${maxEntityDepth} deep.`;
    findings.warn('linked-depth', entity.nameSpan, message, {
      help: 'Remove the innermost conditions, or relate the entities more directly.',
    });
  }
  const filter = chain.calls.find((call) => filterOf(call));
  const comparison = comparisonIn(chain);
  const compared = comparison && comparesCount(chain) && numberComparison(comparison.call, denied);
  if (!filter || !compared || countsAdmitted(compared) !== countsAdmitted(none)) return;
  const message = 'In a linked audience, an entity with a count of 0 takes no further filters.';
  findings.warn('linked-none', filter, message, {
    help: 'Remove the filter, or count the entities that must exist.',
  });
}

const none = { operator: '=', number: 0 };

/** Checks for names that are paths; a context always is one. */
function lintName(call: FunctionCall, findings: Findings): void {
  const { list, prefix } = extractorOf(call)?.refersTo ?? {};
  const [given] = call.args;
  const name = given?.kind === 'named' ? given.value : given;
  const isPath = (list === 'traits' || list === 'properties') && prefix === '';
  if (!isPath || name?.kind !== 'literal' || !isNestedName(name.text)) return;
  findings.warn('linked-nested', name, "A linked audience can't read nested values.", {
    help: 'Use a separate column; if the dot belongs to the name, write it as \\\\.',
  });
}

/** Checks comparisons with another value of the data. */
function lintReferences(chain: Chain, { call }: ComparisonAtEnd, findings: Findings): void {
  for (const other of call.args) {
    if (other.kind !== 'chain' || extractorOf(other.calls[0])?.family === 'constant') continue;
    const [left, right] = [dataTypeOf(chain), dataTypeOf(other)];
    if (left && right && left !== right) {
      const message = `A linked audience can't compare a ${left} with a ${right}.`;
      findings.warn('linked-reference', other, message, { help: sameType });
    } else if (streamKindOf(other) === 'entities') {
      const message = "A linked audience can't compare with a column of another branch.";
      findings.warn('linked-reference', other, message, { help: sameBranch });
    } else {
      const message =
        "The definition alone doesn't show whether a linked audience can compare these.";
      findings.hint('linked-reference', other, message, { help: `${sameType} ${sameBranch}` });
    }
  }
}

const sameType = 'Both must have the same data type.';
const sameBranch =
  'A column must belong to the same branch of entities, at the same level or above.';

function dataTypeOf(chain: Chain): 'number' | 'text' | undefined {
  if (kindOfChain(chain) === 'number') return 'number';
  const reducer = chain.calls.findLast((call) => reducerOf(call));
  const [property] = reducer?.args ?? [];
  return property?.kind === 'cast' && property.type === 'string' ? 'text' : undefined;
}
