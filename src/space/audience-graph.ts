import type { IndexedAudience } from './audience-index.ts';
import { cyclesIn } from './cycles.ts';
import { missingKeysIn } from './missing-keys.ts';

/*
 * Which audiences of a space are built on which: those that have anything to do with another one, and
 * the keys that definitions name although no audience has them.
 */

/** What the graph needs to know about an audience. */
export type GraphedAudience = Pick<
  IndexedAudience,
  'id' | 'name' | 'key' | 'enabled' | 'status' | 'size' | 'references' | 'memberships'
>;

/** An audience that is built on another one, or that another one is built on. */
export interface AudienceNode {
  readonly kind: 'audience';
  readonly audience: GraphedAudience;
  /** Whether it is built on itself, directly or through others. */
  readonly isInCycle: boolean;
}

/**
 * A key that definitions compare as they compare membership, and that no audience has: that of an
 * audience that was removed, or an ordinary trait.
 */
export interface MissingNode {
  readonly kind: 'missing';
  readonly key: string;
}

export type GraphNode = AudienceNode | MissingNode;

/** One node is built on another one; both as positions in the list of nodes. */
export interface Connection {
  readonly base: number;
  readonly dependent: number;
  /** Whether following the connections leads back to it. */
  readonly isInCycle: boolean;
  /** Whether the base is a missing key. */
  readonly isBroken: boolean;
}

/** What there is, shown or not. */
export interface GraphTotals {
  /** In the space, connected or not. */
  readonly audiences: number;
  /** Connected with another one, or with a missing key. */
  readonly connected: number;
  readonly missingKeys: number;
  readonly connections: number;
  /** Groups of audiences that are built on each other in a circle. */
  readonly cycles: number;
  /** Audiences whose definition could not be read, so that it is unknown what they are built on. */
  readonly unreadable: number;
}

export interface AudienceGraph {
  readonly nodes: readonly GraphNode[];
  readonly connections: readonly Connection[];
  readonly totals: GraphTotals;
  /** False if the space has more audiences than were read; missing keys are unknown then. */
  readonly isComplete: boolean;
}

/** The space as it was read. */
export interface GraphedSpace {
  readonly audiences: readonly GraphedAudience[];
  /** False if the space has more audiences. */
  readonly complete: boolean;
  /** The traits that profiles have, which are not missing keys; undefined if they are not known. */
  readonly traits?: ReadonlySet<string> | undefined;
}

/** The graph of a whole space. */
export function graphOf(space: GraphedSpace): AudienceGraph {
  const { audiences, complete } = space;
  const links = linksIn(space);
  const ends = new Set(links.flatMap(({ base, dependent }) => [base, dependent]));
  const connected = audiences.filter((audience) => ends.has(audience));
  const missing = [...ends].filter((end) => typeof end === 'string');
  const all = [...connected, ...missing];
  const places = new Map(all.map((end, place) => [end, place]));
  const placeOf = (end: End) => places.get(end) ?? 0;
  const basesOf = all.map((): number[] => []);
  for (const { base, dependent } of links) basesOf[placeOf(dependent)]?.push(placeOf(base));

  const cycles = cyclesIn(all.length, (place) => basesOf[place] ?? []);
  const cycleOf = new Map(cycles.flatMap((cycle, number) => cycle.map((place) => [place, number])));
  const connections = links.map((link): Connection => {
    const [base, dependent] = [placeOf(link.base), placeOf(link.dependent)];
    const cycle = cycleOf.get(base);
    const isInCycle = cycle !== undefined && cycle === cycleOf.get(dependent);
    return { base, dependent, isInCycle, isBroken: typeof link.base === 'string' };
  });
  return {
    nodes: all.map((end, place) =>
      typeof end === 'string'
        ? { kind: 'missing', key: end }
        : { kind: 'audience', audience: end, isInCycle: cycleOf.has(place) },
    ),
    connections,
    totals: {
      audiences: audiences.length,
      connected: connected.length,
      missingKeys: missing.length,
      connections: connections.length,
      cycles: cycles.length,
      unreadable: audiences.filter(({ references }) => references === undefined).length,
    },
    isComplete: complete,
  };
}

/** An audience, or a key that none has. */
type End = GraphedAudience | string;

interface Link {
  base: End;
  dependent: GraphedAudience;
}

function linksIn({ audiences, complete, traits }: GraphedSpace): Link[] {
  const byKey = new Map<string, GraphedAudience>();
  for (const audience of audiences) {
    if (audience.key !== undefined && !byKey.has(audience.key)) byKey.set(audience.key, audience);
  }
  return audiences.flatMap((dependent) => {
    const used = dependent.references?.traits ?? [];
    const bases = used.flatMap((trait) => byKey.get(trait) ?? []);
    // An audience that was not read may have the key.
    const missing = complete
      ? missingKeysIn(dependent.memberships, (key) => byKey.has(key), traits)
      : [];
    return [...bases, ...missing].map((base) => ({ base, dependent }));
  });
}
