import type { PreviewCount, Tally } from '../../space/previews.ts';
import { StoreGoneError } from '../store.ts';
import type { RedisLink } from './link.ts';
import { digest, keyOf } from './names.ts';

/** How long a count is kept after it last changed: longer than the month that it is of. */
const keepMs = 40 * 24 * 60 * 60_000;

const add = `
local count = redis.call('INCRBY', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return count`;

/**
 * Counts the previews that all replicas start. While Redis is gone, those of this one are counted, and
 * added when it is back.
 */
export class RedisPreviewCount implements PreviewCount {
  readonly #link: RedisLink;
  readonly #scope: string;
  /** What is to be added, by key. */
  readonly #owed = new Map<string, number>();
  /** The last count, by key. */
  readonly #known = new Map<string, number>();

  /** @param scope what ids of spaces are unique in. */
  constructor(link: RedisLink, scope: string) {
    this.#link = link;
    this.#scope = scope;
  }

  add(month: string, spaceId: string): Promise<Tally> {
    const key = this.#keyOf(month, spaceId);
    this.#owed.set(key, (this.#owed.get(key) ?? 0) + 1);
    return this.#tally(key);
  }

  read(month: string, spaceId: string): Promise<Tally> {
    return this.#tally(this.#keyOf(month, spaceId));
  }

  async #tally(key: string): Promise<Tally> {
    const owed = this.#owed.get(key) ?? 0;
    // Nobody else adds it meanwhile.
    this.#owed.delete(key);
    try {
      const reply =
        owed > 0 ? await this.#link.run(add, key, owed, keepMs) : await this.#link.send('GET', key);
      const used = Number(reply ?? 0);
      this.#known.set(key, used);
      return { used, isShared: true };
    } catch (error) {
      if (!(error instanceof StoreGoneError)) throw error;
      const pending = owed + (this.#owed.get(key) ?? 0);
      if (pending > 0) this.#owed.set(key, pending);
      return { used: (this.#known.get(key) ?? 0) + pending, isShared: false };
    }
  }

  #keyOf(month: string, spaceId: string): string {
    return keyOf('previews', digest(this.#scope, spaceId), month);
  }
}
