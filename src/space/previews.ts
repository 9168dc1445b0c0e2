import type { Clock } from '../clock.ts';
import type { SegmentApi } from '../segment/api.ts';
import { type CallContext, withSignal } from '../segment/call.ts';
import type { PreviewInput } from '../segment/contract.ts';
import { AudiencesError, CancelledError, mayHaveTakenEffect } from '../segment/errors.ts';
import type { Preview } from '../segment/models/preview.ts';
import { cut, visible } from '../text/visible.ts';
import { detached } from './detached.ts';
import { isOfItsCall, unlessCancelled } from './under-way.ts';

/** Previews per space and month that Segment allows; its reference says no more about the month. */
const maxPreviewsPerMonth = 700;
/** How long the same definition is served from memory, milliseconds. */
const maxAgeMs = 60 * 60_000;
/**
 * How many previews are remembered, and of how many bytes in all; the oldest are forgotten first.
 */
const maxRemembered = 200;
const maxRememberedBytes = 4_000_000;
/** Pauses between reads of a running preview, milliseconds; the last one repeats. */
const pausesMs = [500, 1000, 2000, 3000] as const;
/** How many ids of members are kept. */
const maxSampleIds = 100;
/** Segment's ids are not longer; anything longer is nonsense and is cut. */
const maxIdChars = 255;
const maxReasonChars = 2000;
/** Segment accepts no definition of that length, so none is kept. */
const maxQueryChars = 100_000;

/** How many previews of a space were started in a calendar month. */
export interface Tally {
  used: number;
  /** Whether all processes are counted that share a state folder, or Redis; else only this one. */
  isShared: boolean;
}

/** Counts previews by the UTC month and the space. It never rejects. */
export interface PreviewCount {
  /** Counts one more. @param month such as `2026-11`. */
  add(month: string, spaceId: string): Promise<Tally>;
  read(month: string, spaceId: string): Promise<Tally>;
}

/** What is known about a preview. */
export interface PreviewState {
  id: string;
  /** `RUNNING` also for an unknown status. */
  status: 'RUNNING' | 'COMPLETED' | 'FAILED';
  definition: Preview['definition'];
  audienceType: string | undefined;
  size: Preview['size'];
  /** Ids of some members: profiles, accounts or entities. */
  sampleIds: readonly string[];
  failureReason: string | undefined;
}

/** A preview as found by a call. */
export interface PreviewFound {
  state: PreviewState;
  /** Whether an earlier call started it. */
  fromMemory: boolean;
  /** Why the call did not wait until it was ready. */
  because?: string;
}

/** The rest of the quota of previews. */
export interface PreviewQuota {
  /** How many more can be started at once. */
  leftThisMinute: number;
  usedThisMonth: number;
  monthlyLimit: number;
  isShared: boolean;
}

/** How to wait for a preview. */
interface Waiting {
  call: CallContext;
  /** Milliseconds of the monotonic clock, when the wait for a running preview ends. */
  until: number;
  /** Whether it may be ready already. */
  atOnce?: boolean;
}

/** Starts previews and waits for them; what was found is remembered for an hour. */
export class Previews {
  readonly #api: SegmentApi;
  readonly #clock: Clock;
  readonly #count: PreviewCount;
  readonly #remembered = new Map<string, { state: PreviewState; until: number; bytes: number }>();
  /** The previews that are being started, by their definitions. */
  readonly #starting = new Map<string, Promise<PreviewState>>();

  constructor(api: SegmentApi, clock: Clock, count: PreviewCount) {
    this.#api = api;
    this.#clock = clock;
    this.#count = count;
  }

  /**
   * The preview of a definition: one from the last hour if there is one, otherwise a new one, which
   * counts toward the month. Calls at the same time share one.
   *
   * @param maxWaitMs how long to wait until it is ready, within the call's time; one that is still
   * running then can be requested again.
   * @throws {AudiencesError} if none could be started.
   */
  async of(
    wanted: PreviewInput,
    call: CallContext,
    maxWaitMs = Number.POSITIVE_INFINITY,
  ): Promise<PreviewFound> {
    const until = Math.min(call.deadline, this.#clock.monotonic() + maxWaitMs);
    const key = await keyOf(wanted);
    const known = this.#recall(key);
    if (known?.status === 'COMPLETED') return { state: known, fromMemory: true };
    if (known) {
      const again = await this.#watch(wanted.spaceId, known, { call, until, atOnce: true });
      if (again) return { ...this.#remember(key, again), fromMemory: true };
      this.#remembered.delete(key);
    }
    const { started, isShared } = await this.#startOnce(key, wanted, call);
    const found = await this.#watch(wanted.spaceId, started, { call, until });
    return { ...this.#remember(key, found ?? { state: started }), fromMemory: isShared };
  }

  /** @returns `isShared` if another call has started it. */
  async #startOnce(
    key: string,
    wanted: PreviewInput,
    call: CallContext,
  ): Promise<{ started: PreviewState; isShared: boolean }> {
    for (;;) {
      const underWay = this.#starting.get(key);
      if (!underWay) break;
      try {
        const started = await unlessCancelled(underWay, call, 'create_audience_preview');
        return { started, isShared: true };
      } catch (error) {
        if (call.signal.aborted || !isOfItsCall(error)) throw error;
      }
    }
    const starting = this.#start(wanted, call).then((id) => {
      const state = startedState(id, wanted);
      this.#remember(key, { state });
      return state;
    });
    this.#starting.set(key, starting);
    try {
      return { started: await starting, isShared: false };
    } finally {
      this.#starting.delete(key);
    }
  }

  /** The preview with an id, once it is ready. @throws {AudiencesError} if it can't be read. */
  async read(spaceId: string, id: string, call: CallContext): Promise<PreviewFound> {
    const state = await this.#look(spaceId, id, call);
    if (state.status !== 'RUNNING') return { state, fromMemory: false };
    const found = await this.#watch(spaceId, state, { call, until: call.deadline });
    return { ...(found ?? { state }), fromMemory: false };
  }

  /** What is left of the quota. */
  async quotaOf(spaceId: string): Promise<PreviewQuota> {
    const { used, isShared } = await this.#count.read(this.#month(), spaceId);
    return {
      leftThisMinute: await this.#api.left('create_audience_preview'),
      usedThisMonth: used,
      monthlyLimit: maxPreviewsPerMonth,
      isShared,
    };
  }

  async #start(wanted: PreviewInput, call: CallContext): Promise<string> {
    const counted = () => this.#count.add(this.#month(), wanted.spaceId);
    const { used } = await this.#count.read(this.#month(), wanted.spaceId);
    // What is refused then will be refused until next month, so waiting would not help.
    const starting = used >= maxPreviewsPerMonth ? impatiently(call, this.#clock) : call;
    try {
      const output = await this.#api.send('create_audience_preview', wanted, starting);
      await counted();
      return output.audiencePreview.id;
    } catch (error) {
      if (error instanceof AudiencesError && mayHaveTakenEffect(error)) await counted();
      throw error;
    }
  }

  /**
   * Reads a running preview until it is ready, or time is up.
   *
   * @returns undefined if the preview no longer exists.
   * @throws {CancelledError} as soon as the call is cancelled.
   */
  async #watch(
    spaceId: string,
    running: PreviewState,
    { call, until, atOnce = false }: Waiting,
  ): Promise<Omit<PreviewFound, 'fromMemory'> | undefined> {
    const pauses = atOnce ? [0, ...pausesMs] : pausesMs;
    for (let looks = 0; ; looks += 1) {
      const leftMs = until - this.#clock.monotonic();
      if (leftMs <= 0) return { state: running };
      const pauseMs = pauses[Math.min(looks, pauses.length - 1)] ?? 0;
      await this.#pause(Math.min(pauseMs, leftMs), call);
      const seen = await this.#lookAgain(spaceId, running, call);
      if (seen?.state.status !== 'RUNNING' || seen.because !== undefined) return seen;
    }
  }

  /** One that can't be read now may be readable later: it has been paid for. */
  async #lookAgain(
    spaceId: string,
    running: PreviewState,
    call: CallContext,
  ): Promise<Omit<PreviewFound, 'fromMemory'> | undefined> {
    try {
      return { state: await this.#look(spaceId, running.id, call) };
    } catch (error) {
      if (!(error instanceof AudiencesError) || call.signal.aborted) throw error;
      if (error.facts.status === 404) return undefined;
      return { state: running, because: error.message };
    }
  }

  async #look(spaceId: string, id: string, call: CallContext): Promise<PreviewState> {
    const output = await this.#api.send('get_audience_preview', { spaceId, id }, call);
    return stateOf(output.audiencePreview);
  }

  async #pause(ms: number, { signal, onProgress }: CallContext): Promise<void> {
    if (ms === 0) return;
    onProgress?.('the preview is running');
    let onAbort = () => {};
    let cancelTimer = () => {};
    try {
      await new Promise<void>((resolve, reject) => {
        onAbort = () => reject(new CancelledError('get_audience_preview', false));
        if (signal.aborted) return onAbort();
        signal.addEventListener('abort', onAbort, { once: true });
        cancelTimer = this.#clock.after(ms, resolve);
      });
    } finally {
      cancelTimer();
      signal.removeEventListener('abort', onAbort);
    }
  }

  #recall(key: string): PreviewState | undefined {
    const known = this.#remembered.get(key);
    if (known && known.until > this.#clock.monotonic()) return known.state;
    this.#remembered.delete(key);
    return undefined;
  }

  /** Keeps what can be requested again; a preview that failed may succeed the next time. */
  #remember<Found extends { state: PreviewState }>(key: string, found: Found): Found {
    const until = this.#remembered.get(key)?.until ?? this.#clock.monotonic() + maxAgeMs;
    this.#remembered.delete(key);
    if (found.state.status !== 'FAILED') {
      const bytes = 2 * (key.length + JSON.stringify(found.state).length);
      this.#remembered.set(key, { state: found.state, until, bytes });
    }
    let bytesInAll = 0;
    for (const { bytes } of this.#remembered.values()) bytesInAll += bytes;
    for (const [oldest, { bytes }] of this.#remembered) {
      if (this.#remembered.size <= maxRemembered && bytesInAll <= maxRememberedBytes) break;
      this.#remembered.delete(oldest);
      bytesInAll -= bytes;
    }
    return found;
  }

  /** In UTC, such as `2026-11`. */
  #month(): string {
    return new Date(this.#clock.now()).toISOString().slice(0, 7);
  }
}

/** The same call, for a request that is tried once and waits for nothing. */
function impatiently(call: CallContext, clock: Pick<Clock, 'monotonic'>): CallContext {
  return withSignal(call, call.signal, clock.monotonic());
}

/** The same for definitions with the same preview, however they are written. */
async function keyOf({ spaceId, query, type, ...more }: PreviewInput): Promise<string> {
  const { checkErrors, format } = await import('../query/index.ts');
  const { checked, valid, tree } = checkErrors(query, { type });
  const text = checked && valid ? format(tree) : query.trim();
  const { targetEntity, filterByExternalIds, backfillEventDataDays } = more;
  const ids = filterByExternalIds && [...new Set(filterByExternalIds)].sort();
  return JSON.stringify([spaceId, type, text, targetEntity, ids, backfillEventDataDays]);
}

function startedState(id: string, { query, type, targetEntity }: PreviewInput): PreviewState {
  return stateOf({ id, audienceType: type.toUpperCase(), definition: { query, targetEntity } });
}

function stateOf(preview: Preview): PreviewState {
  const { id, status, definition, audienceType, size, results, failureReason } = preview;
  const isOver = status === 'COMPLETED' || status === 'FAILED';
  const ids = (results ?? []).flatMap((member) =>
    typeof member.id === 'string' ? [short(member.id, maxIdChars)] : [],
  );
  return {
    id,
    status: isOver ? status : 'RUNNING',
    definition: definition && definitionOf(definition),
    audienceType: audienceType ? short(audienceType, maxIdChars) : undefined,
    size: size && {
      type: size.type && short(size.type, maxIdChars),
      count: size.count,
      uniqueCount: size.uniqueCount,
    },
    sampleIds: ids.slice(0, maxSampleIds),
    failureReason: failureReason ? short(visible(failureReason), maxReasonChars) : undefined,
  };
}

/** Only what is used. */
function definitionOf({ query, targetEntity }: NonNullable<Preview['definition']>) {
  const isKept = typeof query === 'string' && query.length <= maxQueryChars;
  return {
    query: isKept ? query : undefined,
    targetEntity: targetEntity && short(targetEntity, maxIdChars),
  };
}

function short(text: string, maxChars: number): string {
  return text.length > maxChars ? detached(cut(text, maxChars)) : text;
}
