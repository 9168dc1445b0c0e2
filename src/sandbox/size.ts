import { type EntityRow, idOf } from './data-graph.ts';
import { TakenIn } from './linked-members.ts';
import { type Computation, type People, profileEntity } from './people.ts';
import type { SampleProfile } from './sample.ts';

/** The model `AudienceSize`. */
export interface Size {
  type: 'USERS' | 'ACCOUNTS' | 'ENTITIES';
  count: number;
  /** For entities: each counted once, however many profiles it is related to. */
  uniqueCount?: number;
}

/**
 * The slug of the relationship whose entities are the members; undefined if they are not entities.
 */
export function targetOf({ targetEntity }: Pick<Computation, 'targetEntity'>): string | undefined {
  return targetEntity === profileEntity ? undefined : (targetEntity ?? undefined);
}

/** The profiles that match the definition of a linked audience. */
export function linkedProfiles(computation: Computation, people: People): SampleProfile[] {
  const ids = new Set(people.members(computation));
  return people.sample.profiles.filter(({ id }) => ids.has(id));
}

/** The entities that are the members of a linked audience, once for each profile. */
export function targetRows(computation: Computation, target: string, people: People): EntityRow[] {
  const takenIn = new TakenIn(computation.query, target, people.graph, people.now());
  return linkedProfiles(computation, people).flatMap((profile) => takenIn.of(profile));
}

/** The number of members of an audience. */
export function sizeOf(computation: Computation, people: People): Size {
  const target = targetOf(computation);
  if (target === undefined) {
    const type = computation.level === 'accounts' ? 'ACCOUNTS' : 'USERS';
    return { type, count: people.members(computation).length };
  }
  const relationship = people.graph.find(target);
  const rows = targetRows(computation, target, people);
  const ids = rows.map(({ record }) => (relationship ? idOf(record, relationship) : ''));
  return { type: 'ENTITIES', count: rows.length, uniqueCount: new Set(ids).size };
}
