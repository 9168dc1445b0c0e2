import type { UsedValues } from '../used-values.ts';
import type { RedisLink } from './link.ts';
import { keyOf } from './names.ts';
import { OwnKeys } from './own-keys.ts';

/** How long it is kept that a value was used: much longer than any value lives. */
const keepMs = 60 * 60_000;
/** More uses than these are not under way at once. */
const maxRemembered = 10_000;

/** Which confirmation values were used, as keys in Redis. */
export class RedisUsedValues implements UsedValues {
  readonly #link: RedisLink;
  readonly #keys: OwnKeys;
  /** The ids of those that were used here. */
  readonly #spent = new Map<string, string>();

  /** @param newId unique among all replicas. */
  constructor(link: RedisLink, newId: () => string) {
    this.#link = link;
    this.#keys = new OwnKeys(link, newId);
  }

  async isUsed(hash: string): Promise<boolean> {
    return (await this.#link.send('EXISTS', keyOf('used', hash))) === 1;
  }

  async spend(hash: string): Promise<boolean> {
    const id = await this.#keys.set(keyOf('used', hash), keepMs);
    if (id === undefined) return false;
    // Given back soon, if at all.
    if (this.#spent.size >= maxRemembered) this.#spent.clear();
    this.#spent.set(hash, id);
    return true;
  }

  async giveBack(hash: string): Promise<void> {
    const id = this.#spent.get(hash);
    this.#spent.delete(hash);
    if (id !== undefined) await this.#keys.remove(keyOf('used', hash), id);
  }
}
