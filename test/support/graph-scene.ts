import { outlineOf } from '../../src/query/index.ts';
import type { Audience } from '../../src/segment/models/audience.ts';
import { type AudienceGraph, graphOf } from '../../src/space/audience-graph.ts';
import { AudienceIndexBuilder } from '../../src/space/audience-index.ts';

/** An audience that is built on the audiences with these keys. */
export function builtOn(
  key: string,
  bases: readonly string[],
  more: Partial<Audience> = {},
): Audience {
  const conditions = bases.map((base) => `trait('${base}') = 'true'`);
  return {
    id: `aud_${key}`,
    name: key.toUpperCase(),
    key,
    enabled: true,
    status: 'Live',
    audienceType: 'USERS',
    definition: { query: conditions.join(' AND ') || "event('A').count() >= 1" },
    size: { count: 100 },
    ...more,
  };
}

/** The index of a space with these audiences. */
export function indexOf(audiences: readonly Audience[], complete = true) {
  const builder = new AudienceIndexBuilder(outlineOf);
  for (const audience of audiences) builder.add(audience);
  return builder.finish({ complete, readAt: 0 });
}

/** The graph of a space with these audiences. */
export function graphWith(audiences: readonly Audience[], complete = true): AudienceGraph {
  return graphOf(indexOf(audiences, complete));
}

/** The connections of a graph in words: `b on a`, with marks. */
export function connectionsOf({ nodes, connections }: AudienceGraph): string[] {
  const name = (place: number) => {
    const node = nodes[place];
    return node?.kind === 'audience' ? (node.audience.key ?? '') : `?${node?.key}`;
  };
  return connections.map(
    ({ base, dependent, isInCycle }) =>
      `${name(dependent)} on ${name(base)}${isInCycle ? ' (cycle)' : ''}`,
  );
}
