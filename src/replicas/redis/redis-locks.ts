import { type Clock, every } from '../../clock.ts';
import type { Lock, Locks } from '../locks.ts';
import { digest, keyOf } from './names.ts';
import type { OwnKeys } from './own-keys.ts';

/** How many times a lease is renewed while it lasts. */
const renewalsPerLease = 3;

/** Locks as keys in Redis that expire. */
export class RedisLocks implements Locks {
  readonly #keys: OwnKeys;
  readonly #clock: Clock;
  readonly #scope: string;

  /** @param scope what names are unique in. */
  constructor(keys: OwnKeys, clock: Clock, scope: string) {
    this.#keys = keys;
    this.#clock = clock;
    this.#scope = scope;
  }

  async take(name: string, leaseMs: number): Promise<Lock | undefined> {
    const key = keyOf('lock', digest(this.#scope, name));
    const setAt = this.#clock.monotonic();
    const id = await this.#keys.set(key, leaseMs);
    if (id === undefined) return undefined;
    let heldUntil = setAt + leaseMs;
    const renew = async () => {
      const renewedAt = this.#clock.monotonic();
      // What fails is tried again the next time; it is held as long as the last renewal says.
      const isOurs = await this.#keys.renew(key, id, leaseMs).catch(() => undefined);
      if (isOurs === true) heldUntil = renewedAt + leaseMs;
      if (isOurs === false) heldUntil = Number.NEGATIVE_INFINITY;
    };
    const stop = every(this.#clock, leaseMs / renewalsPerLease, () => void renew());
    return {
      isHeld: () => this.#clock.monotonic() < heldUntil,
      release: () => {
        stop();
        return this.#keys.remove(key, id);
      },
    };
  }
}
