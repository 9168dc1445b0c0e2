import type { SegmentApi } from '../segment/api.ts';
import type { Audience } from '../segment/entities.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';

/** Enough for what one conversation looks at. */
const mostSnapshots = 1000;

/**
 * The audiences as this server last showed them. Nothing is decided by it: it only lets a refusal
 * say what has changed since.
 */
export class SeenAudiences {
  readonly #snapshots = new Map<string, Snapshot>();

  /** Remembers how an audience is now; the oldest of many is forgotten. */
  note(audience: Audience): void {
    const snapshot = snapshotOf(audience);
    const key = `${prefixOf(audience.spaceId, audience.id)}${snapshot.updatedAt}`;
    this.#snapshots.delete(key);
    this.#snapshots.set(key, snapshot);
    if (this.#snapshots.size <= mostSnapshots) return;
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
  const noted = (audience: Audience) => {
    seen.note(audience);
    return audience;
  };
  return {
    createAudience: async (...given) => noted(await api.createAudience(...given)),
    getAudience: async (...given) => noted(await api.getAudience(...given)),
    updateAudience: async (...given) => noted(await api.updateAudience(...given)),
    async listAudiences(...given) {
      const page = await api.listAudiences(...given);
      page.audiences.forEach(noted);
      return page;
    },
    removeAudience: (...given) => api.removeAudience(...given),
    preview: (write) => api.preview(write),
    foresee: (...given) => api.foresee(...given),
    drain: (what) => api.drain(what),
    close: () => api.close(),
  };
}

function prefixOf(spaceId: string, id: string): string {
  return `${JSON.stringify([spaceId, id])} `;
}
