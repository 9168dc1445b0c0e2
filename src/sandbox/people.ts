import {
  checkErrors,
  type Expression,
  type Level,
  membershipOf,
  references,
  traitOf,
} from '../query/index.ts';
import type { DataGraph } from './data-graph.ts';
import type { Outcome, Sample, SampleAccount, SampleProfile } from './sample.ts';

/** How long computed values stay valid, in milliseconds: time windows move with the clock. */
const freshMs = 60_000;

/** The target entity that means the profile itself. */
export const profileEntity = 'profile';

/** Who can join unless `filterByExternalIds` says otherwise. */
export const defaultExternalIds: readonly string[] = [
  'user_id',
  'email',
  'android.idfa',
  'ios.idfa',
];

/** What is computed for each profile or account of a space: a membership, or a value. */
export interface Computation {
  purpose: 'audience' | 'trait';
  query: string;
  level: Level;
  /** Only for an audience: the slug of the relationship whose entities are the members. */
  targetEntity?: string | null;
  /** A profile is in an audience only with one of these external ids. */
  filterByExternalIds?: readonly string[];
}

/** Finds an audience or computed trait of the space that a definition uses as a trait. */
export type FindByKey = (key: string) => Computation | undefined;

/** A parsed definition: what computes it, and the traits that it uses. */
interface Reading {
  compute: (subject: SampleProfile | SampleAccount, now: number) => unknown;
  traits: readonly string[];
}

/** What people are computed from. */
interface Origin {
  /** Makes the space's profiles; called on first use. */
  sample: () => Sample;
  /** How their entities are related to them. */
  graph: DataGraph;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Finds the traits that are computed. */
  findByKey: FindByKey;
}

/** The people and accounts of one space, and what definitions compute for them. */
export class People {
  readonly graph: DataGraph;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly #sample: () => Sample;
  readonly #findByKey: FindByKey;
  readonly #readings = new Map<string, Reading>();

  constructor({ sample, graph, now, findByKey }: Origin) {
    this.graph = graph;
    this.now = now;
    this.#sample = sample;
    this.#findByKey = findByKey;
  }

  get sample(): Sample {
    return this.#sample();
  }

  /**
   * The ids of the profiles, or accounts, that match the definition of an audience; if its members
   * are entities, of the profiles that they are related to.
   */
  members(computation: Computation): readonly string[] {
    const outcome = this.#outcomeOf(computation);
    outcome.members ??= [...outcome.values].flatMap(([id, value]) => (value === true ? [id] : []));
    return outcome.members;
  }

  /** The computed values, by the id of the profile or account. */
  values(computation: Computation): ReadonlyMap<string, unknown> {
    return this.#outcomeOf(computation).values;
  }

  #outcomeOf(computation: Computation): Outcome {
    const now = this.now();
    const memory = this.#fingerprint(computation);
    const { outcomes } = this.sample;
    const known = outcomes.get(memory);
    // Another sandbox with the same people may be ahead of this one.
    if (known && now >= known.at && now - known.at < freshMs) return known;
    for (const [key, { at }] of outcomes) if (now - at >= freshMs) outcomes.delete(key);

    const { compute, traits } = this.#read(computation);
    const used = traits.flatMap((key) => {
      const other = this.#findByKey(key);
      const isOfProfiles = other && (other.targetEntity ?? profileEntity) === profileEntity;
      return isOfProfiles && !this.#leadsBack(other, computation)
        ? [{ key, values: this.values(other) }]
        : [];
    });
    const values = new Map<string, unknown>();
    for (const subject of this.#subjects(computation)) {
      const seen = used.length > 0 ? withTraits(subject, used) : subject;
      values.set(subject.id, compute(seen, now));
    }
    const outcome = { at: now, values };
    outcomes.set(memory, outcome);
    return outcome;
  }

  #subjects({ level, purpose, filterByExternalIds = [] }: Computation) {
    const { profiles, accounts } = this.sample;
    if (level === 'accounts') return accounts;
    if (purpose === 'trait') return profiles;
    const admitted = filterByExternalIds.length > 0 ? filterByExternalIds : defaultExternalIds;
    return profiles.filter((profile) =>
      externalIdsOf(profile).some((kind) => admitted.includes(kind)),
    );
  }

  #read({ query, level: type, purpose }: Computation): Reading {
    const memory = `${type} ${purpose} ${query}`;
    const known = this.#readings.get(memory);
    if (known) return known;
    const { tree } = checkErrors(query, { type, purpose });
    const reading = { compute: computeBy(tree, purpose), traits: references(tree).traits };
    this.#readings.set(memory, reading);
    return reading;
  }

  /**
   * Whether one computation is built on another, directly or not. Segment allows no cycles, but one
   * may be there from the start; to each computation in it, the next has no values.
   */
  #leadsBack(from: Computation, to: Computation): boolean {
    const wanted = idOf(to);
    return [from, ...this.#builtOn(from).map(({ other }) => other)].some(
      (each) => idOf(each) === wanted,
    );
  }

  /**
   * Everything that the outcome depends on apart from people and time: the computation, and each that
   * it is built on, directly or not, once.
   */
  #fingerprint(computation: Computation): string {
    const used = this.#builtOn(computation).map(({ key, other }) => [key, idOf(other)]);
    return JSON.stringify([idOf(computation), ...used]);
  }

  #builtOn(computation: Computation): { key: string; other: Computation }[] {
    const traitsOf = (each: Computation) => this.#read(each).traits;
    return [...usedBy(computation, traitsOf, this.#findByKey)].flatMap(({ key, other }) =>
      other ? [{ key, other }] : [],
    );
  }
}

/** A subject with the values that are computed for it among its traits. */
function withTraits<Subject extends SampleProfile | SampleAccount>(
  subject: Subject,
  used: readonly { key: string; values: ReadonlyMap<string, unknown> }[],
): Subject {
  const computed = used.map(({ key, values }) => [key, values.get(subject.id)] as const);
  return { ...subject, traits: { ...subject.traits, ...Object.fromEntries(computed) } };
}

/** The same for equal computations. */
function idOf(computation: Computation): string {
  const { purpose, level, query, filterByExternalIds, targetEntity } = computation;
  return JSON.stringify([purpose, level, query, filterByExternalIds, targetEntity]);
}

function computeBy(tree: Expression, purpose: Computation['purpose']): Reading['compute'] {
  if (purpose === 'audience') return membershipOf(tree);
  return tree.kind === 'chain' ? traitOf(tree) : () => undefined;
}

/** The kinds of external ids that a profile has. */
function externalIdsOf({ externalIds, traits }: SampleProfile): readonly string[] {
  if (externalIds) return externalIds;
  return ['user_id', 'anonymous_id', ...(traits.email === undefined ? [] : ['email'])];
}

/** Whether a computation uses `key` as a trait, directly or not. */
export function reaches(computation: Computation, key: string, findByKey: FindByKey): boolean {
  const traitsOf = ({ query, level: type, purpose }: Computation) =>
    references(checkErrors(query, { type, purpose }).tree).traits;
  for (const used of usedBy(computation, traitsOf, findByKey)) if (used.key === key) return true;
  return false;
}

/**
 * The traits that a computation uses, directly or by way of what has their keys, each once; with what
 * has the key, if anything does.
 */
function* usedBy(
  computation: Computation,
  traitsOf: (computation: Computation) => readonly string[],
  findByKey: FindByKey,
): Generator<{ key: string; other: Computation | undefined }> {
  const seen = new Set<string>();
  const queue = [computation];
  for (let next = queue.pop(); next; next = queue.pop()) {
    for (const key of traitsOf(next)) {
      if (seen.has(key)) continue;
      seen.add(key);
      const other = findByKey(key);
      if (other) queue.push(other);
      yield { key, other };
    }
  }
}
