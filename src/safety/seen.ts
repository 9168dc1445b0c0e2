import type { SegmentApi } from '../segment/api.ts';
import { spaceIn } from '../segment/contract.ts';
import { bareSpaceId } from '../segment/ids.ts';
import type { Audience } from '../segment/models/audience.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import { thingsIn } from './thing.ts';

/** Enough for what one conversation looks at: some thousand audiences as most are. */
const maxBytes = 4 * 1024 * 1024;
/** What an entry costs in addition to its text. */
const entryBytes = 500;

/**
 * The audiences and computed traits as one session was last shown them. Nothing is decided by it: it only lets a refusal
 * say what has changed since. What the server reads for itself is not noted here.
 */
export class SeenAudiences {
  readonly #snapshots = new Map<string, { snapshot: Snapshot; bytes: number }>();
  /** Of all snapshots, in memory. */
  #bytes = 0;

  /** Remembers how an audience is now; the oldest are forgotten where it gets too much. */
  note(spaceId: string, audience: Audience): void {
    const snapshot = snapshotOf(audience);
    // A change of schedules may not count as an update.
    const { updatedAt, schedules = '' } = snapshot;
    const key = `${prefixOf(spaceId, audience.id)}${updatedAt} ${schedules}`;
    this.#forget(key);
    const bytes = bytesOf(key, snapshot);
    if (bytes > maxBytes) return;
    this.#snapshots.set(key, { snapshot, bytes });
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

  /** An earlier state of an audience that `isWanted`, if it is still remembered. */
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

/** The same port, with all audiences and computed traits that come through it remembered. */
export function remember(api: SegmentApi, seen: SeenAudiences): SegmentApi {
  return {
    async send(name, input, call) {
      const output = await api.send(name, input, call);
      for (const thing of thingsIn(output)) {
        const spaceId = spaceIn(input) ?? thing.spaceId;
        if (typeof spaceId === 'string') seen.note(spaceId, thing);
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

/** About what an entry takes in memory: two bytes a character at most. */
function bytesOf(key: string, snapshot: Snapshot): number {
  let chars = key.length;
  for (const value of Object.values(snapshot)) if (typeof value === 'string') chars += value.length;
  return entryBytes + 2 * chars;
}
