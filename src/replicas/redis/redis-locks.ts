import { type Clock, every } from '../../clock.ts';
import type { Lock, Locks } from '../locks.ts';
import type { RedisLink } from './link.ts';
import { digest, keyOf } from './names.ts';

const renew = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

const release = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

/** A lease is renewed so often while it lasts. */
const renewalsPerLease = 3;

/** Locks as keys in Redis that expire. */
export class RedisLocks implements Locks {
  readonly #link: RedisLink;
  readonly #clock: Clock;
  readonly #newId: () => string;
  readonly #scope: string;

  /** @param scope what names are unique in. @param newId unique among all replicas. */
  constructor(link: RedisLink, clock: Clock, newId: () => string, scope: string) {
    this.#link = link;
    this.#clock = clock;
    this.#newId = newId;
    this.#scope = scope;
  }

  async take(name: string, leaseMs: number): Promise<Lock | undefined> {
    const key = keyOf('lock', digest(this.#scope, name));
    const id = this.#newId();
    const sentAt = this.#clock.monotonic();
    const reply = await this.#link.send('SET', key, id, 'NX', 'PX', leaseMs);
    if (reply !== 'OK') return undefined;
    let heldUntil = sentAt + leaseMs;
    const stop = every(this.#clock, leaseMs / renewalsPerLease, () => {
      const at = this.#clock.monotonic();
      const renewed = this.#link.run(renew, key, id, leaseMs);
      renewed.then(
        (held) => {
          heldUntil = held === 1 ? at + leaseMs : Number.NEGATIVE_INFINITY;
        },
        // Tried again the next time; it is held as long as the last renewal says.
        () => {},
      );
    });
    return {
      isHeld: () => this.#clock.monotonic() < heldUntil,
      release: () => {
        stop();
        return this.#release(key, id);
      },
    };
  }

  async #release(key: string, id: string): Promise<void> {
    await this.#link.run(release, key, id).catch(() => {});
  }
}
