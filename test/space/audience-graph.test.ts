import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AudienceGraph, graphOf } from '../../src/space/audience-graph.ts';
import { partOf } from '../../src/space/part-of-graph.ts';
import { builtOn, connectionsOf, graphWith, indexOf } from '../support/graph-scene.ts';
import { runs } from '../support/runs.ts';

const nothing = { cycles: 0, missingKeys: 0, unreadable: 0 };

describe('the graph of a space', () => {
  test('has those that are built on another one, and their bases; the others are counted', () => {
    const graph = graphWith([builtOn('a', []), builtOn('b', ['a']), builtOn('c', [])]);
    expect(connectionsOf(graph)).toEqual(['b on a']);
    expect(graph.nodes).toHaveLength(2);
    expect(graph.totals).toEqual({ ...nothing, audiences: 3, connected: 2, connections: 1 });
  });

  test('names a key that no audience has', () => {
    const graph = graphWith([builtOn('a', ['gone', 'b']), builtOn('b', [])]);
    expect(connectionsOf(graph)).toEqual(['a on b', 'a on ?gone']);
    expect(graph.connections.map(({ isBroken }) => isBroken)).toEqual([false, true]);
    expect(graph.totals).toMatchObject({ connected: 2, missingKeys: 1, connections: 2 });
  });

  test('has one node for a missing key, however many ask for it', () => {
    const graph = graphWith([builtOn('a', ['gone']), builtOn('b', ['gone'])]);
    expect(connectionsOf(graph)).toEqual(['a on ?gone', 'b on ?gone']);
    expect(graph.nodes).toHaveLength(3);
  });

  test('takes no trait of profiles for a missing key', () => {
    const { audiences } = indexOf([builtOn('a', ['subscribed'])]);
    const traits = new Set(['subscribed']);
    expect(graphOf({ audiences, complete: true, traits }).nodes).toEqual([]);
  });

  test('takes nothing for a missing key that is compared as only traits are', () => {
    const query = "trait('plan') = 'gold' AND trait('Is Customer') = 'true'";
    expect(graphWith([builtOn('a', [], { definition: { query } })]).nodes).toEqual([]);
  });

  test('knows no missing key where not all audiences were read', () => {
    const graph = graphWith([builtOn('a', ['gone', 'b']), builtOn('b', [])], false);
    expect(connectionsOf(graph)).toEqual(['a on b']);
    expect(graph.isComplete).toBe(false);
  });

  test('marks a cycle, and nothing that only leads to it', () => {
    const graph = graphWith([
      builtOn('a', ['c']),
      builtOn('b', ['a']),
      builtOn('c', ['b', 'x']),
      builtOn('d', ['a']),
      builtOn('x', []),
    ]);
    expect(connectionsOf(graph)).toEqual([
      'a on c (cycle)',
      'b on a (cycle)',
      'c on b (cycle)',
      'c on x',
      'd on a',
    ]);
    const marked = graph.nodes.flatMap((node) =>
      node.kind === 'audience' && node.isInCycle ? [node.audience.key] : [],
    );
    expect(marked).toEqual(['a', 'b', 'c']);
    expect(graph.totals.cycles).toBe(1);
  });

  test('marks two cycles that are connected, but not the connection', () => {
    const graph = graphWith([
      builtOn('a', ['b']),
      builtOn('b', ['a']),
      builtOn('c', ['d', 'a']),
      builtOn('d', ['c']),
    ]);
    expect(connectionsOf(graph)).toContain('c on a');
    expect(graph.totals.cycles).toBe(2);
  });

  test('marks an audience that is built on itself', () => {
    const graph = graphWith([builtOn('a', ['a'])]);
    expect(connectionsOf(graph)).toEqual(['a on a (cycle)']);
  });

  test("counts definitions that can't be read", () => {
    const graph = graphWith([builtOn('a', [], { definition: { query: 'nonsense(' } })]);
    expect(graph.totals.unreadable).toBe(1);
  });
});

/** Spaces of up to 30 audiences, each built on any others, some on keys that are gone. */
const spaces = fc.array(fc.array(fc.nat(35), { maxLength: 3 }), { maxLength: 30 }).map((all) =>
  graphWith(
    all.map((bases, n) =>
      builtOn(
        `k${n}`,
        [...new Set(bases)].map((b) => `k${b}`),
      ),
    ),
  ),
);

function hasConnectionEach({ nodes, connections }: AudienceGraph): boolean {
  const ends = new Set(connections.flatMap(({ base, dependent }) => [base, dependent]));
  return nodes.every((_, place) => ends.has(place));
}

describe('a part of a graph', () => {
  test('is all of a small one', () => {
    fc.assert(
      fc.property(spaces, (graph) => {
        const part = partOf(graph, { maxNodes: 100, maxConnections: 1000 });
        expect(part).toEqual({ ...graph, leftOut: { nodes: 0, connections: 0 } });
      }),
      { numRuns: runs(50) },
    );
  });

  test('is within its limits, without a node that has no connection, and counts the rest', () => {
    const limits = fc.record({
      maxNodes: fc.integer({ min: 2, max: 30 }),
      maxConnections: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(spaces, limits, (graph, { maxNodes, maxConnections }) => {
        const part = partOf(graph, { maxNodes, maxConnections });
        expect(part.nodes.length).toBeLessThanOrEqual(maxNodes);
        expect(part.connections.length).toBeLessThanOrEqual(maxConnections);
        expect(hasConnectionEach(part)).toBe(true);
        expect(part.nodes.length + part.leftOut.nodes).toBe(graph.nodes.length);
        expect(part.connections.length + part.leftOut.connections).toBe(graph.connections.length);
        expect(part.totals).toEqual(graph.totals);
        const all = connectionsOf(graph);
        for (const connection of connectionsOf(part)) expect(all).toContain(connection);
      }),
      { numRuns: runs(200) },
    );
  });

  test('has the group with a cycle first, and of a group that is too large what is near its center', () => {
    const wheel = Array.from({ length: 20 }, (_, n) => builtOn(`w${n}`, ['hub']));
    const graph = graphWith([
      builtOn('hub', []),
      ...wheel,
      builtOn('a', ['b']),
      builtOn('b', ['a']),
    ]);
    const part = partOf(graph, { maxNodes: 5, maxConnections: 100 });
    expect(connectionsOf(part)).toEqual([
      'w0 on hub',
      'w1 on hub',
      'a on b (cycle)',
      'b on a (cycle)',
    ]);
    expect(part.leftOut).toEqual({ nodes: 18, connections: 18 });
  });
});
