import { check, evaluate, references } from '../query/index.ts';
import type { Definition } from './audiences.ts';
import type { Sample } from './sample.ts';

/** How long computed members stay true, milliseconds: windows move on with the clock. */
const freshMs = 60_000;

/** The target entity that means the profile itself. */
export const profileEntity = 'profile';

/** What is known of another audience of the space, which a definition may use as a trait. */
export type FindByKey = (key: string) => Definition | undefined;

/** Computes who is in an audience of one space. */
export class Members {
  readonly #sample: () => Sample;
  readonly #now: () => number;
  readonly #computed = new Map<string, { at: number; ids: readonly string[] }>();

  /** @param sample makes the space's profiles; called when members are first asked for. */
  constructor(sample: () => Sample, now: () => number) {
    this.#sample = sample;
    this.#now = now;
  }

  /**
   * The ids of the profiles, or accounts, for which a definition holds; of a linked audience, of the
   * profiles.
   *
   * @param findByKey the space's other audiences: one of them is a trait that is true for its
   * members.
   * @returns undefined if the members are entities: the sample knows them only as parts of profiles.
   */
  of(definition: Definition, findByKey: FindByKey): readonly string[] | undefined {
    const { query, level: type, targetEntity } = definition;
    if (targetEntity && targetEntity !== profileEntity) return undefined;
    const now = this.#now();
    const memory = `${type} ${query}`;
    const known = this.#computed.get(memory);
    if (known && now - known.at < freshMs) return known.ids;

    const { tree } = check(query, { type, purpose: 'audience' });
    const used = new Map<string, ReadonlySet<string>>();
    for (const key of references(tree).traits) {
      const other = findByKey(key);
      const ids = other && this.of(other, findByKey);
      if (ids) used.set(key, new Set(ids));
    }
    const { profiles, accounts } = this.#sample();
    const subjects = type === 'accounts' ? accounts : profiles;
    const ids = subjects
      .filter((subject) => {
        const memberships = [...used].map(([key, members]) => [key, members.has(subject.id)]);
        const traits = { ...subject.traits, ...Object.fromEntries(memberships) };
        return evaluate(tree, used.size > 0 ? { ...subject, traits } : subject, now);
      })
      .map(({ id }) => id);
    this.#computed.set(memory, { at: now, ids });
    return ids;
  }

  /** Forgets what was computed; a change of one audience may change those built on it. */
  forget(): void {
    this.#computed.clear();
  }
}

/**
 * Whether a definition, by way of the audiences that it uses as traits, comes back to `key`.
 */
export function reaches(definition: Definition, key: string, findByKey: FindByKey): boolean {
  const seen = new Set<string>();
  const queue = [definition];
  for (let next = queue.pop(); next; next = queue.pop()) {
    const { tree } = check(next.query, { type: next.level, purpose: 'audience' });
    for (const used of references(tree).traits) {
      if (used === key) return true;
      const other = seen.has(used) ? undefined : findByKey(used);
      seen.add(used);
      if (other) queue.push(other);
    }
  }
  return false;
}
