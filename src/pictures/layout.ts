import type { EdgeLabel, GraphLabel, NodeLabel } from '@dagrejs/dagre';
import type { AudienceGraph, Connection } from '../space/audience-graph.ts';

/*
 * Where everything in a picture of a graph is: what is built on something stands to the right of it.
 * Groups that have nothing to do with each other are laid out each on its own, and then put side by
 * side.
 */

export interface Box {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** A box at its place; x and y are its upper left corner. */
export type PlacedBox = Box & Point;

/** A connection with the points that its line leads through, from the base to the dependent. */
export interface PlacedLine {
  connection: Connection;
  points: readonly Point[];
}

export interface Layout extends Box {
  /** By position of the node. */
  boxes: readonly PlacedBox[];
  lines: readonly PlacedLine[];
}

/** Pixels between boxes above each other, and between columns. */
const gaps = { above: 18, columns: 64, groups: 36 };

/** The width of a picture in relation to its height, where there are several groups. */
const aspect = 1.5;

/** With more connections in a group, the order of its nodes is improved less thoroughly. */
const maxConnectionsToOrder = 300;

/**
 * Lays out a graph. @param boxes how large each node is.
 */
export async function layoutOf(graph: AudienceGraph, boxes: readonly Box[]): Promise<Layout> {
  const arrange = await arranger();
  const groups = groupsIn(graph).map((group) => arrange(group, boxes));
  const area = groups.reduce((sum, { width, height }) => sum + width * height, 0);
  const widest = Math.max(0, ...groups.map(({ width }) => width));
  return sideBySide(groups, Math.max(widest, Math.sqrt(area * aspect)), boxes.length);
}

/** Nodes that are connected with each other. */
interface Group {
  nodes: readonly number[];
  connections: readonly Connection[];
}

function groupsIn({ nodes, connections }: AudienceGraph): Group[] {
  // Each node names another one of its group, up to the group's first, which names itself.
  const leaders = [...nodes.keys()];
  const leaderOf = (node: number): number => {
    let leader = node;
    while (leaders[leader] !== leader) leader = leaders[leader] ?? leader;
    leaders[node] = leader;
    return leader;
  };
  for (const { base, dependent } of connections) {
    const [one, other] = [leaderOf(base), leaderOf(dependent)];
    leaders[Math.max(one, other)] = Math.min(one, other);
  }
  const groups = new Map<number, { nodes: number[]; connections: Connection[] }>();
  for (const node of nodes.keys()) {
    const leader = leaderOf(node);
    const group = groups.get(leader) ?? { nodes: [], connections: [] };
    groups.set(leader, group);
    group.nodes.push(node);
  }
  for (const connection of connections) {
    groups.get(leaderOf(connection.base))?.connections.push(connection);
  }
  return [...groups.values()];
}

/** A group with its own origin. */
interface ArrangedGroup extends Box {
  boxes: readonly (readonly [node: number, box: PlacedBox])[];
  lines: readonly PlacedLine[];
}

type Arrange = (group: Group, boxes: readonly Box[]) => ArrangedGroup;

/** Imported when first needed: few servers draw. */
async function arranger(): Promise<Arrange> {
  const { Graph, layout } = await import('@dagrejs/dagre');
  return ({ nodes, connections }, boxes) => {
    const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>();
    graph.setGraph({
      rankdir: 'LR',
      ranker: 'tight-tree',
      nodesep: gaps.above,
      ranksep: gaps.columns,
    });
    for (const node of nodes) {
      graph.setNode(String(node), { width: 0, height: 0, ...boxes[node] });
    }
    for (const { base, dependent } of connections) {
      graph.setEdge(String(base), String(dependent), {});
    }
    layout(graph, {
      disableOptimalOrderHeuristic: connections.length > maxConnectionsToOrder,
    });
    const placed = nodes.map((node) => {
      const { x = 0, y = 0, width = 0, height = 0 } = graph.node(String(node));
      return [node, { x: x - width / 2, y: y - height / 2, width, height }] as const;
    });
    const lines = connections.map((connection) => {
      const { points = [] } = graph.edge(String(connection.base), String(connection.dependent));
      return { connection, points };
    });
    return withOwnOrigin(placed, lines);
  };
}

/** Moves a group so that it begins at 0, 0: lines may lead around its boxes. */
function withOwnOrigin(
  boxes: readonly (readonly [number, PlacedBox])[],
  lines: readonly PlacedLine[],
): ArrangedGroup {
  const corners = boxes.flatMap(([, { x, y, width, height }]) => [
    { x, y },
    { x: x + width, y: y + height },
  ]);
  const points = [...corners, ...lines.flatMap((line) => line.points)];
  const [left, right] = rangeOf(points.map(({ x }) => x));
  const [top, bottom] = rangeOf(points.map(({ y }) => y));
  return { width: right - left, height: bottom - top, ...moved({ boxes, lines }, -left, -top) };
}

function rangeOf(numbers: readonly number[]): [min: number, max: number] {
  return numbers.reduce(
    ([min, max], number) => [Math.min(min, number), Math.max(max, number)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

function moved(
  { boxes, lines }: Pick<ArrangedGroup, 'boxes' | 'lines'>,
  byX: number,
  byY: number,
): Pick<ArrangedGroup, 'boxes' | 'lines'> {
  return {
    boxes: boxes.map(([node, box]) => [node, { ...box, x: box.x + byX, y: box.y + byY }]),
    lines: lines.map(({ connection, points }) => ({
      connection,
      points: points.map(({ x, y }) => ({ x: x + byX, y: y + byY })),
    })),
  };
}

/** Puts groups in rows, the highest first. */
function sideBySide(groups: readonly ArrangedGroup[], maxWidth: number, nodes: number): Layout {
  const boxes = Array.from({ length: nodes }, (): PlacedBox => ({ x: 0, y: 0, width: 0, height: 0 }));
  const lines: PlacedLine[] = [];
  const row = { x: 0, y: 0, height: 0 };
  let width = 0;
  for (const group of groups.toSorted((a, b) => b.height - a.height)) {
    if (row.x > 0 && row.x + group.width > maxWidth) {
      row.y += row.height + gaps.groups;
      row.x = 0;
      row.height = 0;
    }
    const placed = moved(group, row.x, row.y);
    for (const [node, box] of placed.boxes) boxes[node] = box;
    lines.push(...placed.lines);
    width = Math.max(width, row.x + group.width);
    row.height = Math.max(row.height, group.height);
    row.x += group.width + gaps.groups;
  }
  return { width, height: row.y + row.height, boxes, lines };
}
