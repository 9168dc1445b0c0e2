import type { SegmentApi } from '../segment/api.ts';
import { type Audience, audiencesIn, spaceIn } from '../segment/contract.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';

/** Enough for what one conversation looks at. */
const maxSnapshots = 1000;

/**
 * The audiences as one session was last shown them. Nothing is decided by it: it only lets a refusal
 * say what has changed since. What the server reads for itself is not noted here.
 */
export class SeenAudiences {
  readonly #snapshots = new Map<string, Snapshot>();

  /** Remembers how an audience is now; the oldest of many is forgotten. */
  note(spaceId: string, audience: Audience): void {
    const snapshot = snapshotOf(audience);
    const key = `${prefixOf(spaceId, audience.id)}${snapshot.updatedAt}`;
    this.#snapshots.delete(key);
    this.#snapshots.set(key, snapshot);
    if (this.#snapshots.size <= maxSnapshots) return;
    for (const oldest of this.#snapshots.keys()) {
      this.#snapshots.delete(oldest);
      return;
    }
  }

  /** An earlier state of an audience that `isWanted`, if it is still remembered. */
  find(
    spaceId: string,
    id: string,
    isWanted: (snapshot: Snapshot) => boolean,
  ): Snapshot | undefined {
    const prefix = prefixOf(spaceId, id);
    for (const [key, snapshot] of this.#snapshots) {
      if (key.startsWith(prefix) && isWanted(snapshot)) return snapshot;
    }
    return undefined;
  }
}

/** The same port, with all audiences that come through it remembered. */
export function remember(api: SegmentApi, seen: SeenAudiences): SegmentApi {
  return {
    async send(name, input, call) {
      const output = await api.send(name, input, call);
      for (const audience of audiencesIn(output)) {
        const spaceId = spaceIn(input) ?? audience.spaceId;
        if (typeof spaceId === 'string') seen.note(spaceId, audience);
      }
      return output;
    },
    preview: (write) => api.preview(write),
    foresee: (...given) => api.foresee(...given),
    drain: (scope) => api.drain(scope),
    close: () => api.close(),
  };
}

function prefixOf(spaceId: string, id: string): string {
  return `${JSON.stringify([spaceId, id])} `;
}
