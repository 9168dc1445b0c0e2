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

/**
 * A connection with the points that its line leads through, from the base to the dependent; none from a
 * node to itself.
 */
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
const gaps = { above: 18, columns: 64, groups: 40 };

/** The width of a picture in relation to its height, where there are several groups. */
const aspect = 1.5;
/** Up to this width, a picture needs no scrolling on a common screen. */
const pageWidth = 1120;

/** With more connections in a group, the order of its nodes is improved less thoroughly. */
const maxConnectionsToOrder = 300;

/**
 * Lays out a graph. @param boxes how large each node is.
 */
export async function layoutOf(graph: AudienceGraph, boxes: readonly Box[]): Promise<Layout> {
  const arrange = await arranger();
  const groups = groupsIn(graph).map((group) => arrange(group, boxes));
  return together(groups, boxes.length);
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
      if (base !== dependent) graph.setEdge(String(base), String(dependent), {});
    }
    layout(graph, {
      disableOptimalOrderHeuristic: connections.length > maxConnectionsToOrder,
    });
    const own = nodes.map((node) => {
      const { x = 0, y = 0, width = 0, height = 0 } = graph.node(String(node));
      return [node, { x: x - width / 2, y: y - height / 2, width, height }] as const;
    });
    const lines = connections.map((connection) => {
      const { base, dependent } = connection;
      const isLoop = base === dependent;
      const { points = [] } = isLoop ? {} : graph.edge(String(base), String(dependent));
      return { connection, points };
    });
    return withOwnOrigin(own, lines);
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

/** Puts groups together, the highest first, each as far up as it fits, and there as far left. */
function together(groups: readonly ArrangedGroup[], nodes: number): Layout {
  const spaces = groups.map((box) => (box.width + gaps.groups) * (box.height + gaps.groups));
  const area = spaces.reduce((sum, each) => sum + each, 0);
  const widest = Math.max(0, ...groups.map((box) => box.width));
  const maxWidth = Math.max(widest, pageWidth, Math.sqrt(area * aspect));
  const taken: PlacedBox[] = [];
  const none: PlacedBox = { x: 0, y: 0, width: 0, height: 0 };
  const boxes = Array.from({ length: nodes }, () => none);
  const lines: PlacedLine[] = [];
  for (const group of groups.toSorted((a, b) => b.height - a.height || b.width - a.width)) {
    const { x, y } = freePlace(group, taken, maxWidth);
    taken.push({ x, y, width: group.width, height: group.height });
    const there = moved(group, x, y);
    for (const [node, box] of there.boxes) boxes[node] = box;
    for (const line of there.lines) lines.push(line);
  }
  const width = Math.max(0, ...taken.map((box) => box.x + box.width));
  const height = Math.max(0, ...taken.map((box) => box.y + box.height));
  return { width, height, boxes, lines };
}

function freePlace({ width }: Box, taken: readonly PlacedBox[], maxWidth: number): Point {
  const starts = [0, ...taken.map((box) => box.x + box.width + gaps.groups)];
  let best: Point | undefined;
  for (const x of starts) {
    if (x > 0 && x + width > maxWidth) continue;
    const above = taken.filter(
      (box) => box.x < x + width + gaps.groups && x < box.x + box.width + gaps.groups,
    );
    const y = Math.max(0, ...above.map((box) => box.y + box.height + gaps.groups));
    if (!best || y < best.y || (y === best.y && x < best.x)) best = { x, y };
  }
  return best ?? { x: 0, y: 0 };
}
