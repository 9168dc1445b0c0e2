import type { Clock } from '../clock.ts';
import type { SegmentApi } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import { spaceIn } from '../segment/contract.ts';
import { isWrite } from '../segment/editions/editions.ts';
import { bareSpaceId } from '../segment/ids.ts';
import { pagesOfSpace } from '../segment/space.ts';
import { type AudienceIndex, AudienceIndexBuilder } from './audience-index.ts';
import { isOfItsCall, unlessCancelled } from './under-way.ts';

/** How old an index may be, unless a caller says otherwise. */
export const defaultMaxAgeMs = 60_000;
/** Of all spaces together; what is used least goes first. */
const maxAudiences = 10_000;

/** A reading under way. */
interface Reading {
  startedAt: number;
  index: Promise<AudienceIndex>;
}

/**
 * The indexes of spaces, each good for a short time. They answer questions; nothing that is written is
 * decided by them.
 */
export class AudienceIndexes {
  readonly #api: SegmentApi;
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** By space, the one used least recently first. */
  readonly #indexes = new Map<string, AudienceIndex>();
  readonly #readings = new Map<string, Reading>();

  constructor(api: SegmentApi, clock: Pick<Clock, 'monotonic'>) {
    this.#api = api;
    this.#clock = clock;
  }

  /**
   * The index of a space: the one that is there, if it is young enough, else a new one. Those who ask
   * at the same time share one reading.
   *
   * @param maxAgeMs milliseconds; 0 for a new one.
   * @throws {AudiencesError} what the reading ended with.
   */
  async read(
    spaceId: string,
    call: CallContext,
    maxAgeMs = defaultMaxAgeMs,
  ): Promise<AudienceIndex> {
    const space = bareSpaceId(spaceId);
    const isYoung = (startedAt: number) => this.#clock.monotonic() - startedAt < maxAgeMs;
    for (;;) {
      const index = this.#indexes.get(space);
      if (index && isYoung(index.readAt)) {
        this.#keep(space, index);
        return index;
      }
      const underWay = this.#readings.get(space);
      if (!underWay || !isYoung(underWay.startedAt)) return this.#start(space, spaceId, call);
      try {
        return await unlessCancelled(underWay.index, call, 'list_audiences');
      } catch (error) {
        if (call.signal.aborted || !isOfItsCall(error)) throw error;
      }
    }
  }

  /** How old an index is, milliseconds. */
  ageMs({ readAt }: AudienceIndex): number {
    return this.#clock.monotonic() - readAt;
  }

  /** Forgets what is known of a space, also what is just being read. */
  drop(spaceId: string): void {
    this.#indexes.delete(bareSpaceId(spaceId));
    this.#readings.delete(bareSpaceId(spaceId));
  }

  async #start(space: string, spaceId: string, call: CallContext): Promise<AudienceIndex> {
    const startedAt = this.#clock.monotonic();
    const reading = { startedAt, index: this.#build(spaceId, startedAt, call) };
    this.#readings.set(space, reading);
    try {
      const index = await reading.index;
      if (this.#readings.get(space) === reading) this.#keep(space, index);
      return index;
    } finally {
      if (this.#readings.get(space) === reading) this.#readings.delete(space);
    }
  }

  async #build(spaceId: string, readAt: number, call: CallContext): Promise<AudienceIndex> {
    // Imported when first needed: start-up should not wait for it.
    const { referencesIn } = await import('../query/index.ts');
    const builder = new AudienceIndexBuilder(referencesIn);
    let complete = false;
    for await (const { audiences, total, isLast } of pagesOfSpace(this.#api, spaceId, call)) {
      for (const audience of audiences) builder.add(audience);
      complete = isLast;
      if (isLast) break;
      const of = total === undefined ? '' : ` of ${total}`;
      call.onProgress?.(`${builder.size}${of} audiences of the space are read`);
    }
    return builder.finish({ complete, readAt });
  }

  #keep(space: string, index: AudienceIndex): void {
    this.#indexes.delete(space);
    this.#indexes.set(space, index);
    let kept = 0;
    for (const [other, { audiences }] of [...this.#indexes].reverse()) {
      kept += audiences.length;
      if (kept > maxAudiences && other !== space) this.#indexes.delete(other);
    }
  }
}

/** The same port; whatever is written through it makes the index of its space be dropped. */
export function droppingIndexes(api: SegmentApi, indexes: AudienceIndexes): SegmentApi {
  return {
    async send(name, input, call) {
      const spaceId = spaceIn(input);
      if (spaceId === undefined || !isWrite(name)) return api.send(name, input, call);
      try {
        return await api.send(name, input, call);
      } finally {
        // Also where it failed: it may have taken effect.
        indexes.drop(spaceId);
      }
    },
    preview: (write) => api.preview(write),
    foresee: (...given) => api.foresee(...given),
    left: (name) => api.left(name),
    drain: (scope) => api.drain(scope),
    close: () => api.close(),
  };
}
