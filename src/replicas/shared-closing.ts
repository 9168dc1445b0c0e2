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
  readonly #document: SharedDocument<Closing>;
  /** As far as it was raised here. */
  #until = Number.NEGATIVE_INFINITY;

  constructor(options: ClosingOptions) {
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
    return Math.max(this.#until, this.#document.value?.until ?? Number.NEGATIVE_INFINITY);
  }

  /** Has `changed` called whenever another replica has raised it. */
  onChange(changed: () => void): void {
    this.#document.onChange(changed);
  }

  /** @param until by the store's clock. Never rejects: without a store, this replica alone knows. */
  async raise(until: number): Promise<void> {
    if (until <= this.until) return;
    this.#until = until;
    await this.#share();
  }

  async #share(): Promise<void> {
    try {
      await this.#document.refresh();
      await this.#document.change((value, now) => {
        const isKnown = this.#until <= now || (value !== undefined && value.until >= this.#until);
        return { value: isKnown ? value : { until: this.#until }, result: undefined };
      });
    } catch (error) {
      if (!(error instanceof StoreGoneError)) throw error;
    }
  }
}
