import type { UsedValues } from '../used-values.ts';
import type { RedisLink } from './link.ts';
import { keyOf } from './names.ts';

/** How long it is kept that a value was used: much longer than any value lives. */
const keepMs = 60 * 60_000;

/** Which confirmation values were used, as keys in Redis. */
export class RedisUsedValues implements UsedValues {
  readonly #link: RedisLink;

  constructor(link: RedisLink) {
    this.#link = link;
  }

  async isUsed(hash: string): Promise<boolean> {
    return (await this.#link.send('EXISTS', keyOf('used', hash))) === 1;
  }

  async spend(hash: string): Promise<boolean> {
    return (await this.#link.send('SET', keyOf('used', hash), 1, 'NX', 'PX', keepMs)) === 'OK';
  }

  async giveBack(hash: string): Promise<void> {
    await this.#link.send('DEL', keyOf('used', hash)).catch(() => {});
  }
}
