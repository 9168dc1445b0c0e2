import type { AudienceGraph, Connection } from './audience-graph.ts';

/** How much of a graph to show. */
export interface GraphLimits {
  maxNodes: number;
  maxConnections: number;
}

/** A part of a graph. Its totals are those of the whole. */
export interface PartOfGraph extends AudienceGraph {
  /** What of the whole graph is not in it. */
  readonly leftOut: { readonly nodes: number; readonly connections: number };
}

/**
 * As much of a graph as the limits allow: connected groups with a cycle or a missing key first, then
 * the larger ones. Of a group that does not fit, those nodes are kept that are nearest to a mark, or to
 * the node with the most connections. Every node that is kept has a connection.
 */
export function partOf(
  graph: AudienceGraph,
  { maxNodes, maxConnections }: GraphLimits,
): PartOfGraph {
  const { nodes, connections } = graph;
  if (nodes.length <= maxNodes && connections.length <= maxConnections) {
    return { ...graph, leftOut: { nodes: 0, connections: 0 } };
  }
  const neighbors = neighborsIn(graph);
  const kept = new Set<number>();
  const chosen = new Set<Connection>();
  for (const { start } of groupsIn(graph, neighbors)) {
    const spaceLeft = Math.min(maxNodes - kept.size, maxConnections - chosen.size + 1);
    // A node alone would have no connection.
    if (spaceLeft < 2) break;
    for (const { node, by } of wayFrom(start, neighbors, spaceLeft)) {
      kept.add(node);
      if (by) chosen.add(by);
    }
  }
  const among = connections.filter(({ base, dependent }) => kept.has(base) && kept.has(dependent));
  const marked = among.filter(isMarked);
  for (const connection of [...marked, ...among]) {
    if (chosen.size >= maxConnections) break;
    chosen.add(connection);
  }
  return {
    ...numberedAnew(graph, kept, chosen),
    leftOut: {
      nodes: nodes.length - kept.size,
      connections: connections.length - chosen.size,
    },
  };
}

function isMarked({ isInCycle, isBroken }: Connection): boolean {
  return isInCycle || isBroken;
}

/** The connections of each node. */
function neighborsIn({ nodes, connections }: AudienceGraph): readonly Connection[][] {
  const neighbors = nodes.map((): Connection[] => []);
  for (const connection of connections) {
    neighbors[connection.base]?.push(connection);
    if (connection.base !== connection.dependent) neighbors[connection.dependent]?.push(connection);
  }
  return neighbors;
}

/** Nodes that are all connected with each other. */
interface Group {
  /** The node to begin with. */
  start: number;
  size: number;
  hasMark: boolean;
}

/** All groups, the most important one first. */
function groupsIn({ nodes }: AudienceGraph, neighbors: readonly Connection[][]): Group[] {
  const seen = new Set<number>();
  const groups: Group[] = [];
  for (const first of nodes.keys()) {
    if (seen.has(first)) continue;
    const members = wayFrom(first, neighbors, nodes.length).map(({ node }) => node);
    for (const node of members) seen.add(node);
    const hasMark = members.some((node) => neighbors[node]?.some(isMarked));
    const weightOf = (node: number) => {
      const own = neighbors[node] ?? [];
      return own.length + (own.some(isMarked) ? nodes.length : 0);
    };
    const start = members.reduce((best, node) => (weightOf(node) > weightOf(best) ? node : best));
    groups.push({ start, size: members.length, hasMark });
  }
  return groups.sort((a, b) => Number(b.hasMark) - Number(a.hasMark) || b.size - a.size);
}

/** A node, and the connection that led to it; undefined for the first one. */
interface Visit {
  node: number;
  by: Connection | undefined;
}

/** The nearest nodes, at most this many, each connected to an earlier one. */
function wayFrom(start: number, neighbors: readonly Connection[][], maxNodes: number): Visit[] {
  const visits: Visit[] = [{ node: start, by: undefined }];
  const seen = new Set([start]);
  for (let next = 0; next < visits.length; next += 1) {
    const { node = start } = visits[next] ?? {};
    for (const by of neighbors[node] ?? []) {
      const other = by.base === node ? by.dependent : by.base;
      if (seen.has(other)) continue;
      if (visits.length >= maxNodes) return visits;
      seen.add(other);
      visits.push({ node: other, by });
    }
  }
  return visits;
}

function numberedAnew(
  graph: AudienceGraph,
  kept: ReadonlySet<number>,
  chosen: ReadonlySet<Connection>,
): AudienceGraph {
  const places = new Map<number, number>();
  const nodes = graph.nodes.filter((_, place) => {
    if (kept.has(place)) places.set(place, places.size);
    return kept.has(place);
  });
  const connections = graph.connections
    .filter((connection) => chosen.has(connection))
    .map((connection) => ({
      ...connection,
      base: places.get(connection.base) ?? 0,
      dependent: places.get(connection.dependent) ?? 0,
    }));
  return { ...graph, nodes, connections };
}
