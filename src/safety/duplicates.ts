import type { Lock, Locks } from '../replicas/locks.ts';
import type { SegmentApi } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import { AudiencesError, UnavailableError } from '../segment/errors.ts';
import { bareSpaceId } from '../segment/ids.ts';
import type { Audience } from '../segment/models/audience.ts';
import { foldedName, keyOf } from '../segment/names.ts';
import { shortened } from '../text/shorten.ts';
import { quoted } from '../text/visible.ts';
import type { ThingKind } from './thing.ts';

/** The name of something to be created. */
export interface WantedName {
  about: ThingKind;
  spaceId: string;
  name: string;
  /** Whether another with this name is allowed. */
  allowDuplicate: boolean;
}

/** What a space holds before something is created in it. */
export interface Search {
  /** The ids of all that already existed; undefined if there are more than were searched. */
  ids: ReadonlySet<string> | undefined;
  /** The one that already exists, if that is allowed. */
  existing: Audience | undefined;
  /** Advice on the search. */
  advice: string[];
}

/**
 * Searches a space for something of the same kind and name, or with the key that would result.
 *
 * @throws {AudiencesError} `duplicate`, with the existing one.
 */
export async function searchDuplicate(
  { about, spaceId, name, allowDuplicate }: WantedName,
  { api, call }: { api: SegmentApi; call: CallContext },
): Promise<Search> {
  const { things, complete } = await about.readAll(api, spaceId, call);
  const [folded, key] = [foldedName(name), keyOf(name)];
  const namesakes = things.filter((thing) => foldedName(thing.name ?? '') === folded);
  const existing = namesakes[0] ?? things.find((thing) => key !== undefined && thing.key === key);
  if (existing && !allowDuplicate) throw duplicate(about, name, existing);
  const searched = `Only the first ${things.length} ${about.noun}s were searched for the same name; the space has more.`;
  return {
    ids: complete ? new Set(things.map(({ id }) => id)) : undefined,
    existing,
    advice: complete ? [] : [searched],
  };
}

function duplicate(about: ThingKind, wanted: string, existing: Audience): AudiencesError {
  const { id, name, key } = existing;
  const what = foldedName(name ?? '') === foldedName(wanted) ? 'name' : 'key';
  const shownKey = key ? `, key ${quoted(key)}` : '';
  return new AudiencesError(
    'duplicate',
    `There is already ${about.one} with this ${what}: ${quoted(name ?? '')} (${quoted(id)}${shownKey}). Nothing was changed.`,
    {
      next: 'Use it if it fits, or choose a different name. Only if the user wants a second one, call again with allowDuplicateName: true.',
      field: 'name',
      details: { [about.field]: shortened(existing) },
    },
  );
}

/** Strings that are equal for two audiences with the same name or key. */
export function nameMarks({ noun }: ThingKind, spaceId: string, name: string): string[] {
  const [space, key] = [bareSpaceId(spaceId), keyOf(name)];
  return [
    JSON.stringify([noun, space, 'name', foldedName(name)]),
    ...(key === undefined ? [] : [JSON.stringify([noun, space, 'key', key])]),
  ];
}

/** How names are reserved among replicas. */
export interface SharedNames {
  locks: Locks;
  /** How long a name outlives a replica that is gone: as long as its request may be under way. */
  leaseMs: number;
}

/** The names that calls in progress are creating, so that two at once don't miss each other. */
export class NameReservations {
  readonly #shared: SharedNames | undefined;
  readonly #reserved = new Set<string>();

  /** @param shared with other replicas; undefined if there are none. */
  constructor(shared?: SharedNames) {
    this.#shared = shared;
  }

  /**
   * Keeps others from creating something of the same kind and name or key while `create` runs.
   *
   * @throws {AudiencesError} `duplicate`, if another call is creating it. @throws what `create`
   * throws.
   */
  async during<Result>(
    { about, spaceId, name, allowDuplicate }: WantedName,
    create: () => Promise<Result>,
  ): Promise<Result> {
    if (allowDuplicate) return create();
    const marks = nameMarks(about, spaceId, name);
    if (marks.some((mark) => this.#reserved.has(mark))) throw underWay(about);
    for (const mark of marks) this.#reserved.add(mark);
    try {
      return await this.#duringShared(about, marks, create);
    } finally {
      for (const mark of marks) this.#reserved.delete(mark);
    }
  }

  async #duringShared<Result>(
    about: ThingKind,
    marks: readonly string[],
    create: () => Promise<Result>,
  ): Promise<Result> {
    const locks: Lock[] = [];
    try {
      for (const mark of marks) {
        const lock = await this.#take(mark);
        if (lock === 'taken') throw underWay(about);
        if (lock) locks.push(lock);
      }
      return await create();
    } finally {
      await Promise.all(locks.map((lock) => lock.release()));
    }
  }

  /** @returns undefined if only this process can be asked: the search for duplicates remains. */
  async #take(mark: string): Promise<Lock | 'taken' | undefined> {
    if (!this.#shared) return undefined;
    const { locks, leaseMs } = this.#shared;
    try {
      return (await locks.take(`name ${mark}`, leaseMs)) ?? 'taken';
    } catch (error) {
      if (error instanceof UnavailableError) return undefined;
      throw error;
    }
  }
}

function underWay({ one }: ThingKind): AudiencesError {
  return new AudiencesError(
    'duplicate',
    `Another call is creating ${one} with this name right now. Nothing was sent.`,
    {
      next: 'Wait for that call. Only if the user wants a second one, call again with allowDuplicateName: true.',
      field: 'name',
    },
  );
}
