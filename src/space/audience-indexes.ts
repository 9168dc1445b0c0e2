import type { Clock } from '../clock.ts';
import type { SegmentApi } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import { spaceIn } from '../segment/contract.ts';
import { isWrite } from '../segment/editions/editions.ts';
import { CancelledError, OutOfTimeError, RateLimitedError } from '../segment/errors.ts';
import { bareSpaceId } from '../segment/ids.ts';
import { pagesOfSpace } from '../segment/space.ts';
import { type AudienceIndex, AudienceIndexBuilder } from './audience-index.ts';

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
        return await unlessCancelled(underWay.index, call);
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
    send(name, input, call) {
      const spaceId = spaceIn(input);
      const sent = api.send(name, input, call);
      if (spaceId === undefined || !isWrite(name)) return sent;
      // Also where it failed: it may have taken effect.
      return sent.finally(() => indexes.drop(spaceId));
    },
    preview: (write) => api.preview(write),
    foresee: (...given) => api.foresee(...given),
    left: (name) => api.left(name),
    drain: (scope) => api.drain(scope),
    close: () => api.close(),
  };
}

/** Whether a reading ended for the sake of the call that it was made for, and may go well for another. */
function isOfItsCall(error: unknown): boolean {
  return (
    error instanceof CancelledError ||
    error instanceof OutOfTimeError ||
    error instanceof RateLimitedError
  );
}

/** @throws {CancelledError} as soon as the call is cancelled. */
async function unlessCancelled<Result>(
  result: Promise<Result>,
  { signal }: CallContext,
): Promise<Result> {
  const cancelled = () => new CancelledError('list_audiences', false);
  if (signal.aborted) throw cancelled();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(cancelled());
    signal.addEventListener('abort', abort, { once: true });
    stop = () => signal.removeEventListener('abort', abort);
  });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    stop();
  }
}
