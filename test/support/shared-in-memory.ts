import type { Lock, Locks } from '../../src/replicas/locks.ts';
import type { UsedValues } from '../../src/replicas/used-values.ts';
import { UnavailableError } from '../../src/segment/errors.ts';

/** What replicas share, in this process; it can be gone. */
export class SharedInMemory implements Locks, UsedValues {
  isGone = false;
  /** The names of the locks that are held, with how long their leases are. */
  readonly held = new Map<string, number>();
  readonly used = new Set<string>();
  /** Whether holders find that their leases ran out. */
  areLost = false;

  async take(name: string, leaseMs: number): Promise<Lock | undefined> {
    this.#assertThere();
    if (this.held.has(name)) return undefined;
    this.held.set(name, leaseMs);
    return {
      isHeld: () => !this.areLost,
      release: async () => {
        this.held.delete(name);
      },
    };
  }

  async isUsed(hash: string): Promise<boolean> {
    this.#assertThere();
    return this.used.has(hash);
  }

  async spend(hash: string): Promise<boolean> {
    this.#assertThere();
    if (this.used.has(hash)) return false;
    this.used.add(hash);
    return true;
  }

  async giveBack(hash: string): Promise<void> {
    this.used.delete(hash);
  }

  #assertThere(): void {
    if (this.isGone) throw new UnavailableError();
  }
}
