import type { Clock } from '../clock.ts';
import type { SegmentApi } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import { spaceIn } from '../segment/contract.ts';
import { isWrite } from '../segment/editions/editions.ts';
import { RefusedError } from '../segment/errors.ts';
import { bareSpaceId } from '../segment/ids.ts';
import { pagesOfSpace, SpacePosition } from '../segment/space.ts';
import { type AudienceIndex, AudienceIndexBuilder } from './audience-index.ts';
import { isOfItsCall, unlessCancelled } from './under-way.ts';

/** How old an index may be, unless a caller says otherwise. */
const defaultMaxAgeMs = 60_000;
/** How many audiences of all spaces together are kept; the least recently used go first. */
const maxAudiences = 10_000;

/** An index, with the id that its space was asked for by. */
interface Kept {
  spaceId: string;
  index: AudienceIndex;
}

/** A read in progress. */
interface Reading {
  startedAt: number;
  index: Promise<AudienceIndex>;
}

/** A read that a call ended before it was complete; another call can continue it. */
interface Begun {
  space: string;
  /** When it began, and when its last page arrived, milliseconds of the monotonic clock. */
  startedAt: number;
  lastPageAt: number;
  builder: AudienceIndexBuilder;
  position: SpacePosition;
}

/**
 * The indexes of spaces, each valid for a short time. They answer questions; no decision about a
 * write depends on them.
 */
export class AudienceIndexes {
  readonly #api: SegmentApi;
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** By space, the one used least recently first. */
  readonly #indexes = new Map<string, Kept>();
  readonly #readings = new Map<string, Reading>();
  /** The last one only: it may be large. */
  #begun: Begun | undefined;

  constructor(api: SegmentApi, clock: Pick<Clock, 'monotonic'>) {
    this.#api = api;
    this.#clock = clock;
  }

  /**
   * The index of a space: the existing one, if it is recent enough, otherwise a new one. Calls at
   * the same time share one read.
   *
   * @param maxAgeMs milliseconds; 0 for a new one.
   * @throws {AudiencesError} what the read ended with.
   */
  async read(
    spaceId: string,
    call: CallContext,
    maxAgeMs = defaultMaxAgeMs,
  ): Promise<AudienceIndex> {
    const space = bareSpaceId(spaceId);
    const isYoung = (startedAt: number) => this.#clock.monotonic() - startedAt < maxAgeMs;
    for (;;) {
      const kept = this.#indexes.get(space);
      if (kept && isYoung(kept.index.readAt)) {
        this.#keep(space, kept);
        return kept.index;
      }
      const underWay = this.#readings.get(space);
      if (!underWay || !isYoung(underWay.startedAt)) {
        const begun = this.#takeBegun(space, isYoung);
        return this.#start(space, spaceId, call, begun);
      }
      try {
        return await unlessCancelled(underWay.index, call, 'list_audiences');
      } catch (error) {
        if (call.signal.aborted || !isOfItsCall(error)) throw error;
      }
    }
  }

  /** The index of a space if there is one, however old. It sends nothing. */
  known(spaceId: string): AudienceIndex | undefined {
    return this.#indexes.get(bareSpaceId(spaceId))?.index;
  }

  /** The ids of the spaces that there is an index of, the one used least recently first. */
  spaces(): string[] {
    return [...this.#indexes.values()].map(({ spaceId }) => spaceId);
  }

  /** The present moment, on the clock of the indexes' `readAt`. */
  now(): number {
    return this.#clock.monotonic();
  }

  /** How old an index is, or was at an earlier moment, milliseconds. */
  ageMs({ readAt }: AudienceIndex, at = this.now()): number {
    return at - readAt;
  }

  /** Forgets what is known about a space, including what is being read. */
  drop(spaceId: string): void {
    this.#indexes.delete(bareSpaceId(spaceId));
    this.#readings.delete(bareSpaceId(spaceId));
    if (this.#begun?.space === bareSpaceId(spaceId)) this.#begun = undefined;
  }

  /** What an earlier call has read of a space, if its last page is recent enough. */
  #takeBegun(space: string, isYoung: (at: number) => boolean): Begun | undefined {
    const begun = this.#begun;
    if (begun?.space !== space) return undefined;
    this.#begun = undefined;
    return isYoung(begun.lastPageAt) ? begun : undefined;
  }

  /** @param begun what an earlier call has read of it. */
  async #start(
    space: string,
    spaceId: string,
    call: CallContext,
    begun: Begun | undefined,
  ): Promise<AudienceIndex> {
    const startedAt = begun?.startedAt ?? this.#clock.monotonic();
    const own = { space, startedAt, begun };
    const reading = { startedAt, index: this.#build(spaceId, own, call) };
    this.#readings.set(space, reading);
    try {
      const index = await reading.index;
      if (this.#readings.get(space) === reading) this.#keep(space, { spaceId, index });
      return index;
    } catch (error) {
      // A cursor may expire: if Segment refuses one, the next read starts from the beginning.
      const goesOn = !(error instanceof RefusedError) && this.#readings.get(space) === reading;
      if (goesOn) this.#begun = own.begun;
      throw error;
    } finally {
      if (this.#readings.get(space) === reading) this.#readings.delete(space);
    }
  }

  /** @param own receives what is read, if there is nothing yet. */
  async #build(
    spaceId: string,
    own: { space: string; startedAt: number; begun: Begun | undefined },
    call: CallContext,
  ): Promise<AudienceIndex> {
    // Imported when first needed, so that start-up does not wait for it.
    const { outlineOf } = await import('../query/index.ts');
    const { space, startedAt } = own;
    const begun: Begun = own.begun ?? {
      space,
      startedAt,
      lastPageAt: startedAt,
      builder: new AudienceIndexBuilder(outlineOf),
      position: new SpacePosition(),
    };
    own.begun = begun;
    const { builder, position } = begun;
    let complete = false;
    for await (const page of pagesOfSpace(this.#api, spaceId, call, position)) {
      for (const audience of page.audiences) builder.add(audience);
      begun.lastPageAt = this.#clock.monotonic();
      complete = page.isLast;
      if (complete) break;
      const of = page.total === undefined ? '' : ` of ${page.total}`;
      const count = { done: builder.size, total: page.total };
      call.onProgress?.(`${builder.size}${of} audiences of the space read`, count);
    }
    return builder.finish({ complete, readAt: startedAt });
  }

  #keep(space: string, kept: Kept): void {
    this.#indexes.delete(space);
    this.#indexes.set(space, kept);
    let audiences = 0;
    for (const [other, { index }] of [...this.#indexes].reverse()) {
      audiences += index.audiences.length;
      if (audiences > maxAudiences && other !== space) this.#indexes.delete(other);
    }
  }
}

/** The same port; any write through it drops the index of its space. */
export function droppingIndexes(api: SegmentApi, indexes: AudienceIndexes): SegmentApi {
  return {
    send(name, input, call) {
      const spaceId = spaceIn(input);
      const sent = api.send(name, input, call);
      if (spaceId === undefined || !isWrite(name)) return sent;
      // Even if it failed: it may have taken effect.
      return sent.finally(() => indexes.drop(spaceId));
    },
    preview: (write) => api.preview(write),
    foresee: (...given) => api.foresee(...given),
    left: (name) => api.left(name),
    drain: (scope) => api.drain(scope),
    close: () => api.close(),
  };
}
