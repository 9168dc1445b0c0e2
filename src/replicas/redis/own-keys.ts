import { StoreGoneError } from '../store.ts';
import type { RedisLink } from './link.ts';

const remove = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

const renew = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** Keys that whoever comes first sets, and only they may renew or remove. */
export class OwnKeys {
  readonly #link: RedisLink;
  readonly #newId: () => string;
  /** What may have been set without our hearing of it, and is to be removed: keys with their ids. */
  #owed: [key: string, id: string][] = [];

  /** @param newId unique among all replicas. */
  constructor(link: RedisLink, newId: () => string) {
    this.#link = link;
    this.#newId = newId;
    link.onReturn(() => {
      const owed = this.#owed;
      this.#owed = [];
      for (const [key, id] of owed) void this.remove(key, id);
    });
  }

  /** @returns the id to go on with; undefined if it is set already. @throws {StoreGoneError} */
  async set(key: string, lifeMs: number): Promise<string | undefined> {
    const id = this.#newId();
    try {
      const reply = await this.#link.send('SET', key, id, 'NX', 'PX', lifeMs);
      return reply === 'OK' ? id : undefined;
    } catch (error) {
      if (error instanceof StoreGoneError) this.#owed.push([key, id]);
      throw error;
    }
  }

  /** @returns false if it is no longer ours. @throws {StoreGoneError} */
  async renew(key: string, id: string, lifeMs: number): Promise<boolean> {
    return (await this.#link.run(renew, key, id, lifeMs)) === 1;
  }

  /** Never rejects: what can't be removed now is removed later, or ends by itself. */
  async remove(key: string, id: string): Promise<void> {
    await this.#link.run(remove, key, id).catch(() => {
      this.#owed.push([key, id]);
    });
  }
}
