import type { GraphNode } from '../space/audience-graph.ts';
import { visibleLines } from '../text/visible.ts';
import type { Shown } from './picture.ts';

/*
 * A graph as JSON, for programs. docs/pictures.md describes the form.
 */

/** The graph as indented JSON; invisible characters in it are escaped, so parsing gives the names as they are. */
export function jsonOf({ graph, spaceId, readAt }: Shown): string {
  const { nodes, connections, totals, leftOut, isComplete } = graph;
  const listed = {
    space: spaceId,
    readAt: new Date(readAt).toISOString(),
    complete: isComplete,
    totals,
    leftOut,
    audiences: nodes.flatMap(audienceIn),
    missingKeys: nodes.flatMap((node) => (node.kind === 'missing' ? [node.key] : [])),
    connections: connections.map(({ base, dependent, isInCycle }) => ({
      audience: idOf(nodes[dependent]),
      ...baseOf(nodes[base]),
      inCycle: isInCycle,
    })),
  };
  return `${visibleLines(JSON.stringify(listed, undefined, 2))}\n`;
}

function audienceIn(node: GraphNode) {
  if (node.kind === 'missing') return [];
  const { id, name, key, enabled, status, size } = node.audience;
  return [{ id, name, key, enabled, status, size, inCycle: node.isInCycle }];
}

function idOf(node: GraphNode | undefined): string | undefined {
  return node?.kind === 'audience' ? node.audience.id : undefined;
}

/** What a connection is built on. */
function baseOf(node: GraphNode | undefined): { builtOn?: string; missingKey?: string } {
  return node?.kind === 'missing' ? { missingKey: node.key } : { builtOn: idOf(node) };
}
