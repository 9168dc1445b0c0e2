import { type Exchanged, type Store, StoreGoneError, type Swap } from '../../src/replicas/store.ts';
import type { SimulatedTime } from './simulated-time.ts';

/** How long a replica waits for an answer. */
const timeoutMs = 500;

/** What all replicas share, in memory: it can be gone, silent, or lose all it has. */
export class MemoryStore {
  readonly #time: SimulatedTime;
  readonly #documents = new Map<string, { text: string; until: number }>();
  readonly #watchers = new Map<string, ((text: string) => void)[]>();
  readonly #back: (() => void)[] = [];
  /** How far its clock is ahead. */
  aheadMs = 0;
  /** `gone` refuses at once, `silent` never answers. */
  state: 'up' | 'gone' | 'silent' = 'up';
  replicas = 1;
  /** How many documents were put in place, and how many came too late. */
  readonly counts = { swapped: 0, late: 0 };

  constructor(time: SimulatedTime) {
    this.#time = time;
  }

  /** Loses everything. */
  flush(): void {
    this.#documents.clear();
  }

  comeBack(): void {
    this.state = 'up';
    for (const back of this.#back) back();
  }

  /** The documents that are there, by key. */
  get texts(): ReadonlyMap<string, string> {
    return new Map([...this.#documents].map(([key, { text }]) => [key, text]));
  }

  /** The store as one replica sees it. @param latencyMs of the next trip. */
  seenWith(latencyMs: () => number): Store {
    const seen = {
      exchange: async (key: string, swap: Swap | undefined): Promise<Exchanged> => {
        await this.#trip(latencyMs());
        const exchanged = this.#exchange(key, swap, latencyMs);
        await this.#trip(latencyMs());
        return exchanged;
      },
      watch: (key: string, receive: (text: string) => void) => {
        this.#watchers.set(key, [...(this.#watchers.get(key) ?? []), receive]);
      },
      onReturn: (back: () => void) => {
        this.#back.push(back);
      },
    };
    const store = this;
    return {
      ...seen,
      get replicasSeen() {
        return store.replicas;
      },
    };
  }

  async #trip(ms: number): Promise<void> {
    if (ms > 0) await this.#time.pause(ms);
    if (this.state === 'silent') await this.#time.pause(timeoutMs);
    if (this.state !== 'up') throw new StoreGoneError();
  }

  #exchange(key: string, swap: Swap | undefined, latencyMs: () => number): Exchanged {
    const now = this.#time.now + this.aheadMs;
    const kept = this.#documents.get(key);
    const current = kept && kept.until > now ? kept.text : undefined;
    const version = current?.split(' ', 1)[0] ?? '';
    if (swap === undefined) return { now, isSwapped: false, current };
    if (version !== swap.expected) {
      this.counts.late += 1;
      return { now, isSwapped: false, current };
    }
    this.counts.swapped += 1;
    const { text, lifeMs } = swap;
    this.#documents.set(key, { text, until: now + lifeMs });
    for (const receive of this.#watchers.get(key) ?? []) {
      this.#time.after(latencyMs(), () => {
        if (this.state === 'up') receive(text);
      });
    }
    return { now, isSwapped: true, current: undefined };
  }
}
