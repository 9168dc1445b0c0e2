import type { Clock } from '../clock.ts';
import type { Limit, Place, Quota, Taken } from '../segment/quota/quota.ts';
import {
  type QuotaReport,
  type Refusal,
  segmentWindowMs,
  type WindowEnd,
} from '../segment/quota/report.ts';
import type { QuotaState } from '../segment/quota/state.ts';
import * as transitions from '../segment/quota/state.ts';
import type { SharedClosing } from './shared-closing.ts';
import { SharedDocument } from './shared-document.ts';
import { type Store, StoreGoneError } from './store.ts';
import type { StoreClock } from './store-clock.ts';
import { storedQuotaSchema } from './stored-quota.ts';

/** How long a replica that was granted a place lets others go first, milliseconds: a few round trips. */
const yieldMs = 5;
/** How long other replicas count as active after they changed the picture. */
const activeMs = 1000;
/**
 * How long others may need to add to the picture what they did while the store was gone, milliseconds: they look
 * every second whether it is back.
 */
const returnMs = 1500;
/** For how many windows a picture that nobody changes is kept. */
const keptWindows = 4;

/** What the shared quota of one operation is made of. */
export interface SharedQuotaOptions {
  key: string;
  store: Store;
  clock: Pick<Clock, 'monotonic' | 'after'>;
  storeClock: StoreClock;
  closing: SharedClosing;
  limit: Limit;
  /** How long the server's windows are, milliseconds; by default Segment's. */
  windowMs?: number;
  /** How long a place outlives its replica: as long as a request may be under way. */
  leaseMs: number;
  /** Unique among all replicas, without blanks. */
  newId: () => string;
}

/** Makes the next picture. @param among how many replicas share the limit without a common picture. */
type Act<Result> = (
  state: QuotaState,
  now: number,
  among: number,
) => { state: QuotaState; result: Result };

/** What must be added to the shared picture when the store is back. */
interface Replay {
  at: number;
  /** @param movedMs how far the store's clock was moved since. */
  act: (state: QuotaState, movedMs: number) => QuotaState;
}

/** What a replica relies on while the store is gone. */
interface Alone {
  /** Its own picture, of its share of the limit. */
  state: QuotaState;
  /** Among how many the limit is shared. */
  among: number;
  /** The limit of all. */
  whole: Limit;
  /** How far the store's clock was taken to be ahead. */
  aheadMs: number;
  replays: Replay[];
}

/**
 * The quota of one operation as replicas share it: the picture of the window that each of them has for
 * itself otherwise, kept in a store and changed there by whoever comes first.
 *
 * While the store is gone, a replica goes on with the last picture and its share of the limit; what it
 * did then is made good in the picture that it finds, or its own takes the place of one that is lost.
 */
export class SharedQuota implements Quota {
  readonly #options: SharedQuotaOptions;
  readonly #document: SharedDocument<QuotaState>;
  readonly #initial: QuotaState;
  /** The places of this replica whose requests are under way. */
  readonly #own = new Map<string, Place>();
  #alone: Alone | undefined;
  /** Whether nobody else changed the picture since a place was granted here. */
  #tookLast = false;
  #othersActiveUntil = Number.NEGATIVE_INFINITY;
  /** Others may not have come back until then. */
  #returningUntil = Number.NEGATIVE_INFINITY;

  constructor(options: SharedQuotaOptions) {
    const { limit, windowMs = segmentWindowMs, leaseMs, store } = options;
    this.#options = options;
    this.#initial = transitions.initialState(limit, windowMs);
    this.#document = new SharedDocument({
      ...options,
      newVersion: options.newId,
      schema: storedQuotaSchema,
      lifeMs: ({ closedUntil = 0 }, now) =>
        keptWindows * windowMs + Math.max(leaseMs, closedUntil - now),
      shift: transitions.shift,
    });
    this.#document.onChange(() => {
      this.#tookLast = false;
      this.#othersActiveUntil = options.clock.monotonic() + activeMs;
    });
    const look = () => void this.#look();
    store.onReturn(look);
    look();
  }

  get perMinute(): number {
    return (this.#alone?.whole ?? this.#picture().limit).perMinute;
  }

  get mayLearnLimit(): boolean {
    const now = this.#options.storeClock.now();
    return transitions.mayLearnLimit(this.#closed(this.#picture(), now), now);
  }

  onChange(changed: () => void): void {
    this.#document.onChange(changed);
    this.#options.closing.onChange(changed);
  }

  async take(patienceMs: number): Promise<Taken> {
    const { newId, leaseMs } = this.#options;
    const asked = { id: newId(), patienceMs, leaseMs };
    const act: Act<Taken> = (state, now) => {
      const next = transitions.take(this.#closed(state, now), asked, now);
      return { state: next.state, result: next.taken };
    };
    // The store may have granted it without our hearing of it.
    const unheard = (state: QuotaState) => transitions.giveBack(state, { ...asked, takenAt: 0 });
    await this.#letOthersGo();
    const returningMs = this.#returningUntil - this.#options.clock.monotonic();
    if (returningMs > 0 && returningMs <= patienceMs) return { kind: 'wait', ms: returningMs };
    const taken = await this.#change(act, ({ kind }) => (kind === 'wait' ? unheard : undefined));
    if (taken.kind !== 'granted') return taken;
    this.#own.set(asked.id, taken.place);
    this.#tookLast = true;
    return taken;
  }

  async settle(place: Place, report: QuotaReport | undefined): Promise<void> {
    const { storeClock, clock } = this.#options;
    const endedAt = clock.monotonic();
    /** By the store's clock as it is known at the time: an exchange may show that it was set. */
    const bySharedTime = () => {
      return { told: report && later(report, storeClock.of(0)), now: storeClock.of(endedAt) };
    };
    this.#own.delete(place.id);
    await this.#change(
      (state, _, among) => {
        const { told, now } = bySharedTime();
        const known = told ? transitions.readmit(state, place) : state;
        const said = told && { ...told, limit: told.limit && shareOf(told.limit, among) };
        return { state: transitions.settle(known, place, said, now), result: undefined };
      },
      () => {
        const { told, now } = bySharedTime();
        return (state, movedMs) => {
          const moved = { ...place, takenAt: place.takenAt + movedMs };
          const known = transitions.readmit(state, moved);
          return transitions.settle(known, moved, told && later(told, movedMs), now + movedMs);
        };
      },
    );
    const limit = report?.limit;
    if (this.#alone && limit !== undefined && this.#alone.whole.from !== 'user')
      this.#alone.whole = { perMinute: limit, from: 'answers' };
  }

  async giveBack(place: Place): Promise<void> {
    const act = (state: QuotaState) => transitions.giveBack(state, place);
    this.#own.delete(place.id);
    await this.#change(
      (state) => ({ state: act(state), result: undefined }),
      () => act,
    );
  }

  async closeUntil(untilMs: number): Promise<void> {
    await this.#options.closing.raise(untilMs);
  }

  forecastMs(ahead: number): number {
    const now = this.#options.storeClock.now();
    return transitions.forecastMs(this.#closed(this.#picture(), now), ahead, now);
  }

  /**
   * Whoever was granted a place knows the picture first, and would be first again: so it waits a moment
   * where others are at it, too.
   */
  async #letOthersGo(): Promise<void> {
    const { clock } = this.#options;
    if (!this.#tookLast || clock.monotonic() > this.#othersActiveUntil) return;
    await new Promise<void>((resolve) => {
      clock.after(yieldMs, resolve);
    });
  }

  #picture(): QuotaState {
    return this.#alone?.state ?? this.#adopted(this.#document.value);
  }

  /**
   * Changes the shared picture, or the own one while the store is gone.
   *
   * @param replayOf what must then be added later.
   */
  async #change<Result>(
    act: Act<Result>,
    replayOf: (result: Result) => Replay['act'] | undefined = () => undefined,
  ): Promise<Result> {
    try {
      const result = await this.#document.change((value, now) => {
        const next = act(this.#joined(value, now), now, 1);
        return { value: next.state, result: next.result };
      });
      if (this.#alone) this.#returningUntil = this.#options.clock.monotonic() + returnMs;
      this.#alone = undefined;
      return result;
    } catch (error) {
      if (!(error instanceof StoreGoneError)) throw error;
    }
    return this.#changeAlone(act, replayOf);
  }

  #changeAlone<Result>(
    act: Act<Result>,
    replayOf: (result: Result) => Replay['act'] | undefined,
  ): Result {
    const now = this.#options.storeClock.now();
    const alone = this.#alone ?? this.#aloneFrom(this.#adopted(this.#document.value), now);
    this.#alone = alone;
    const next = act(alone.state, now, alone.among);
    alone.state = next.state;
    const replay = replayOf(next.result);
    const isRecent = ({ at }: Replay) => at > now - this.#initial.windowMs;
    if (replay) alone.replays = [...alone.replays.filter(isRecent), { at: now, act: replay }];
    return next.result;
  }

  /** Finds out what the store holds, and adds what was done without it. */
  async #look(): Promise<void> {
    try {
      await this.#document.refresh();
    } catch (error) {
      if (error instanceof StoreGoneError) return;
      throw error;
    }
    if (this.#alone) await this.#change((state) => ({ state, result: undefined }));
  }

  /** The shared picture, with what this replica did meanwhile if it was alone. */
  #joined(value: QuotaState | undefined, now: number): QuotaState {
    const alone = this.#alone;
    if (!alone) return this.#adopted(value);
    // Only now the store's time is known, where it was not reached before or its clock was set.
    const movedMs = this.#options.storeClock.of(0) - alone.aheadMs;
    const own = transitions.shift({ ...alone.state, limit: alone.whole }, movedMs);
    if (value === undefined) return own;
    let state = this.#adopted(value);
    for (const place of own.underWay) state = transitions.readmit(state, place);
    const since = now - movedMs - own.windowMs;
    for (const { at, act } of alone.replays) if (at > since) state = act(state, movedMs);
    return state;
  }

  /** Whatever others say, a limit that the user has fixed here applies here. */
  #adopted(value: QuotaState | undefined): QuotaState {
    if (value === undefined) return this.#initial;
    const { limit } = this.#options;
    const isFixed = limit.from === 'user' || value.limit.from === 'user';
    return isFixed && value.limit.perMinute !== limit.perMinute ? { ...value, limit } : value;
  }

  #aloneFrom(state: QuotaState, now: number): Alone {
    const among = Math.max(1, this.#options.store.replicasSeen);
    const current = transitions.roll(state, now);
    const { limit, remaining } = current;
    const underWay = current.underWay.filter(({ id }) => this.#own.has(id));
    const othersUnderWay = current.underWay.length - underWay.length;
    const free = transitions.available({ ...current, closedUntil: undefined });
    const perMinute = shareOf(limit.perMinute, among);
    const left = free === limit.perMinute ? perMinute : Math.floor(free / among);
    return {
      state: {
        ...current,
        limit: { ...limit, perMinute },
        underWay,
        own: Math.max(0, perMinute - left),
        // Nothing of our own will show when a window ends that others have used up.
        endsAt: current.endsAt ?? (left < perMinute ? now + current.windowMs : undefined),
        remaining: remaining === undefined ? undefined : Math.max(0, remaining - othersUnderWay),
      },
      among,
      whole: limit,
      aheadMs: this.#options.storeClock.of(0),
      replays: [],
    };
  }

  /** The picture with what is known of the token as a whole. */
  #closed(state: QuotaState, now: number): QuotaState {
    const { until } = this.#options.closing;
    const isNews = until > now && until > (state.closedUntil ?? 0);
    return isNews ? transitions.closeUntil(state, until) : state;
  }
}

/** A report by a clock that is `ms` ahead. */
function later({ ends, refusal, ...rest }: QuotaReport, ms: number): QuotaReport {
  return {
    ...rest,
    ends: ends && laterEnd(ends, ms),
    refusal: refusal && laterRefusal(refusal, ms),
  };
}

function laterRefusal(refusal: Refusal, ms: number): Refusal {
  if (refusal.scope === 'unknown') return refusal;
  const untilMs = refusal.untilMs + ms;
  if (refusal.scope !== 'operation') return { ...refusal, untilMs };
  return { ...refusal, untilMs, notBefore: refusal.notBefore + ms };
}

function laterEnd({ earliest, latest, notBefore }: WindowEnd, ms: number): WindowEnd {
  const end = { earliest: earliest + ms, latest: latest + ms };
  return notBefore === undefined ? end : { ...end, notBefore: notBefore + ms };
}

/** What one of several may use of a limit: at least one request. */
function shareOf(perMinute: number, among: number): number {
  return Math.max(1, Math.floor(perMinute / among));
}
