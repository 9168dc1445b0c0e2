import * as z from 'zod';
import type { Clock } from '../clock.ts';
import { SharedDocument } from './shared-document.ts';
import { type Store, StoreGoneError } from './store.ts';
import type { StoreClock } from './store-clock.ts';

/** How long the end of a closing is kept, milliseconds: clocks may be a little apart. */
const keepMs = 60_000;

interface Closing {
  until: number;
}

export interface ClosingOptions {
  key: string;
  store: Store;
  clock: Pick<Clock, 'monotonic'>;
  storeClock: StoreClock;
  newVersion: () => string;
}

/** Until when Segment refuses a token as a whole, as all replicas know it. */
export class SharedClosing {
  readonly #storeClock: StoreClock;
  readonly #document: SharedDocument<Closing>;
  /** As far as it was raised here, by this replica's clock: the store's may be set. */
  #ownUntil = Number.NEGATIVE_INFINITY;

  constructor(options: ClosingOptions) {
    this.#storeClock = options.storeClock;
    this.#document = new SharedDocument({
      ...options,
      schema: z.strictObject({ until: z.number() }),
      lifeMs: ({ until }, now) => Math.max(0, until - now) + keepMs,
      shift: ({ until }, ms) => ({ until: until + ms }),
    });
    const renew = () => void this.#share();
    options.store.onReturn(renew);
    renew();
  }

  /** By the store's clock; in the past where nothing is refused. */
  get until(): number {
    const { value } = this.#document;
    return Math.max(this.#storeClock.of(this.#ownUntil), value?.until ?? Number.NEGATIVE_INFINITY);
  }

  /** Has `changed` called whenever another replica has raised it. */
  onChange(changed: () => void): void {
    this.#document.onChange(changed);
  }

  /** @param untilMs on the monotonic clock. Never rejects: without a store, this replica alone knows. */
  async raise(untilMs: number): Promise<void> {
    if (this.#storeClock.of(untilMs) <= this.until) return;
    this.#ownUntil = untilMs;
    await this.#share();
  }

  async #share(): Promise<void> {
    try {
      await this.#document.refresh();
      await this.#document.change((value, now) => {
        const until = this.#storeClock.of(this.#ownUntil);
        const isKnown = until <= now || (value !== undefined && value.until >= until);
        return { value: isKnown ? value : { until }, result: undefined };
      });
    } catch (error) {
      if (!(error instanceof StoreGoneError)) throw error;
    }
  }
}
