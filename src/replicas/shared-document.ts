import * as z from 'zod';
import type { Clock } from '../clock.ts';
import type { Exchanged, Store } from './store.ts';
import type { StoreClock } from './store-clock.ts';

/** How long the last known value of a document is assumed to be current. */
const maxFreshMs = 1000;
/** A document written this much later than now was written before a clock was set back. */
const maxAheadMs = 1000;

/** What a shared document is made of. */
export interface DocumentOptions<Value> {
  key: string;
  store: Store;
  clock: Pick<Clock, 'monotonic'>;
  storeClock: StoreClock;
  /** What is plain data. */
  schema: z.ZodType<Value>;
  /** Unique among all replicas, without blanks. */
  newVersion: () => string;
  /** How long a value is kept, milliseconds. */
  lifeMs: (value: Value, now: number) => number;
  /** The value on a clock that is `ms` ahead. */
  shift: (value: Value, ms: number) => Value;
}

/**
 * Makes the next value; called again with what is there where another replica was quicker, so it must
 * do nothing else.
 *
 * @param value as it is there; where nothing is there, as it was last known.
 * @returns the same `value` to change nothing.
 */
export type Step<Value, Result> = (
  value: Value | undefined,
  now: number,
) => { value: Value | undefined; result: Result };

/** The document as it was last heard of. */
interface Mirror<Value> {
  /** Empty where there is none. */
  version: string;
  /** Grows with every change. */
  order: number;
  /** When it was written, by the store's clock. */
  at: number;
  value: Value | undefined;
}

/**
 * A value that replicas share: each has its own copy, which messages keep fresh, and changes it by
 * putting a new version in the place of the one that it knows. Whoever was slower tries again with
 * what is there.
 */
export class SharedDocument<Value> {
  readonly #options: DocumentOptions<Value>;
  readonly #envelope;
  #mirror: Mirror<Value> = { version: '', order: 0, at: 0, value: undefined };
  #freshUntil = Number.NEGATIVE_INFINITY;
  #onChange: (() => void)[] = [];
  /** The last change of this process: one after the other, so that they don't get in each other's way. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: DocumentOptions<Value>) {
    this.#options = options;
    this.#envelope = z.strictObject({
      v: z.literal(1),
      order: z.int().min(0),
      /** When it was written, by the store's clock. */
      at: z.number(),
      value: options.schema,
    });
    options.store.watch(options.key, (text) => this.#hear(text));
  }

  /** The value as it was last heard of. */
  get value(): Value | undefined {
    return this.#mirror.value;
  }

  /** Has `changed` called whenever another replica has changed the value. */
  onChange(changed: () => void): void {
    this.#onChange.push(changed);
  }

  /** Changes the value. @returns what the step gave that held. @throws {StoreGoneError} */
  change<Result>(step: Step<Value, Result>): Promise<Result> {
    const change = this.#last.then(() => this.#change(step));
    this.#last = change.catch(() => {});
    return change;
  }

  /** Reads what is there. @throws {StoreGoneError} */
  async refresh(): Promise<void> {
    this.#freshUntil = Number.NEGATIVE_INFINITY;
    await this.change((value) => ({ value, result: undefined }));
  }

  async #change<Result>(step: Step<Value, Result>): Promise<Result> {
    const { clock, storeClock } = this.#options;
    for (;;) {
      const base = this.#mirror;
      const { value, result } = step(base.value, storeClock.now());
      const isSame = value === undefined || value === base.value;
      if (isSame && clock.monotonic() < this.#freshUntil) return result;
      const next = isSame ? undefined : this.#next(base, value);
      const { now, isSwapped, current } = await this.#exchange(base, next);
      this.#freshUntil = clock.monotonic() + maxFreshMs;
      if (next && isSwapped) this.#adoptOwn(next);
      else this.#adopt(current);
      this.#moveBack(now);
      if (isSwapped) return result;
    }
  }

  #next(base: Mirror<Value>, value: Value): Mirror<Value> & { value: Value } {
    const { newVersion, storeClock } = this.#options;
    return { version: newVersion(), order: base.order + 1, at: storeClock.now(), value };
  }

  async #exchange(
    base: Mirror<Value>,
    next: (Mirror<Value> & { value: Value }) | undefined,
  ): Promise<Exchanged> {
    const { key, store, clock, storeClock, lifeMs } = this.#options;
    const swap = next && {
      expected: base.version,
      text: this.#textOf(next),
      lifeMs: Math.ceil(lifeMs(next.value, next.at)),
    };
    const sentAt = clock.monotonic();
    const exchanged = await store.exchange(key, swap);
    storeClock.learn(sentAt, clock.monotonic(), exchanged.now);
    return exchanged;
  }

  #textOf({ version, order, at, value }: Mirror<Value>): string {
    return `${version} ${JSON.stringify({ v: 1, order, at, value })}`;
  }

  /** A message may have brought an even newer one meanwhile. */
  #adoptOwn(next: Mirror<Value>): void {
    if (this.#mirror.order < next.order) this.#mirror = next;
  }

  /** Takes over what the store says is there. */
  #adopt(current: string | undefined): void {
    const { version } = this.#mirror;
    const read = current === undefined ? undefined : this.#read(current);
    if (read?.version === version && read.value !== undefined) return;
    if (read?.value === undefined) {
      // Lost, or in a form that is not known here: what is known here takes its place.
      this.#mirror = { ...this.#mirror, version: read?.version ?? '' };
      return;
    }
    this.#mirror = read;
    this.#tell();
  }

  /** A value from before the store's clock was set back is as old as it can be: from now. */
  #moveBack(now: number): void {
    const { at, value } = this.#mirror;
    const aheadMs = at - now;
    if (value === undefined || aheadMs <= maxAheadMs) return;
    this.#mirror = { ...this.#mirror, at: now, value: this.#options.shift(value, -aheadMs) };
  }

  /** A message brings a new version; it may be late, or older than what is known. */
  #hear(text: string): void {
    const { clock, storeClock } = this.#options;
    const read = this.#read(text);
    if (read.value === undefined || read.version === this.#mirror.version) return;
    if (read.order <= this.#mirror.order || read.at - storeClock.now() > maxAheadMs) {
      this.#freshUntil = Number.NEGATIVE_INFINITY;
      return;
    }
    this.#mirror = read;
    this.#freshUntil = clock.monotonic() + maxFreshMs;
    this.#tell();
  }

  /** The parts of a document; without a value if its form is not known here. */
  #read(text: string): Mirror<Value> {
    const blank = text.indexOf(' ');
    const version = text.slice(0, blank === -1 ? text.length : blank);
    const { data } = this.#envelope.safeParse(parseJson(text.slice(version.length)));
    return { version, order: data?.order ?? 0, at: data?.at ?? 0, value: data?.value };
  }

  #tell(): void {
    for (const changed of this.#onChange) changed();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
