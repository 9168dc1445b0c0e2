import type { SegmentApi } from '../segment/api.ts';
import { spaceIn } from '../segment/contract.ts';
import { bareSpaceId } from '../segment/ids.ts';
import type { Audience } from '../segment/models/audience.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import { thingsIn } from './thing.ts';

/** Enough for one conversation: some thousand typical audiences. */
const maxBytes = 4 * 1024 * 1024;
/** No workspace has more spaces that a person could tell apart. */
const maxSpaces = 200;
/** The size of an entry without its text. */
const entryBytes = 500;

interface Seen {
  /** Without its optional prefix. */
  space: string;
  id: string;
  /** Whether it is an audience, and not a computed trait. */
  isAudience: boolean;
  snapshot: Snapshot;
  bytes: number;
}

/**
 * The audiences and computed traits as one session last saw them. No decision depends on it: it
 * only lets a refusal say what has changed since. What the server reads for its own use is not
 * recorded.
 */
export class SeenAudiences {
  readonly #snapshots = new Map<string, Seen>();
  /** The ids of spaces, as they were used or listed. */
  readonly #spaces = new Set<string>();
  /** What all snapshots take in memory. */
  #bytes = 0;

  /**
   * Remembers the present state of an audience; the oldest entries are forgotten when there are too
   * many.
   */
  note(spaceId: string, audience: Audience, isAudience = true): void {
    this.noteSpace(spaceId);
    const snapshot = snapshotOf(audience);
    // A change of schedules may not count as an update.
    const { updatedAt, schedules = '' } = snapshot;
    const key = `${prefixOf(spaceId, audience.id)}${updatedAt} ${schedules}`;
    this.#forget(key);
    const bytes = bytesOf(key, snapshot);
    if (bytes > maxBytes) return;
    const [space, { id }] = [bareSpaceId(spaceId), audience];
    this.#snapshots.set(key, { space, id, isAudience, snapshot, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#snapshots.keys()) {
      if (this.#bytes <= maxBytes) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    const known = this.#snapshots.get(key);
    if (!known) return;
    this.#snapshots.delete(key);
    this.#bytes -= known.bytes;
  }

  /** Remembers that there is a space. */
  noteSpace(spaceId: string): void {
    if (this.#spaces.size < maxSpaces) this.#spaces.add(spaceId);
  }

  /** The ids of the spaces that were seen, in the order in which they were seen. */
  spaces(): string[] {
    return [...this.#spaces];
  }

  /** The audiences of a space that were seen, each with its latest name; in the order of that. */
  audiencesOf(spaceId: string): { id: string; name: string | undefined }[] {
    const names = new Map<string, string | undefined>();
    for (const { space, id, isAudience, snapshot } of this.#snapshots.values()) {
      if (isAudience && space === bareSpaceId(spaceId)) names.set(id, snapshot.name);
    }
    return [...names].map(([id, name]) => ({ id, name }));
  }

  /** An earlier state of an audience for which `isWanted` holds, if still remembered. */
  find(
    spaceId: string,
    id: string,
    isWanted: (snapshot: Snapshot) => boolean,
  ): Snapshot | undefined {
    const prefix = prefixOf(spaceId, id);
    for (const [key, { snapshot }] of this.#snapshots) {
      if (key.startsWith(prefix) && isWanted(snapshot)) return snapshot;
    }
    return undefined;
  }
}

/** The same port, remembering all audiences and computed traits that are read through it. */
export function remember(api: SegmentApi, seen: SeenAudiences): SegmentApi {
  return {
    async send(name, input, call) {
      const output = await api.send(name, input, call);
      if ('spaces' in output) for (const { id } of output.spaces) seen.noteSpace(id);
      const isAudience = !('computedTrait' in output || 'computedTraits' in output);
      for (const thing of thingsIn(output)) {
        const spaceId = spaceIn(input) ?? thing.spaceId;
        if (typeof spaceId === 'string') seen.note(spaceId, thing, isAudience);
      }
      return output;
    },
    preview: (write) => api.preview(write),
    foresee: (...given) => api.foresee(...given),
    left: (name) => api.left(name),
    drain: (scope) => api.drain(scope),
    close: () => api.close(),
  };
}

function prefixOf(spaceId: string, id: string): string {
  return `${JSON.stringify([bareSpaceId(spaceId), id])} `;
}

/** The approximate memory of an entry: at most two bytes per character. */
function bytesOf(key: string, snapshot: Snapshot): number {
  let chars = key.length;
  for (const value of Object.values(snapshot)) if (typeof value === 'string') chars += value.length;
  return entryBytes + 2 * chars;
}
