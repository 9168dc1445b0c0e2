import * as z from 'zod';
import type { Exchanged, Store, Swap } from '../store.ts';
import { StoreGoneError } from '../store.ts';
import type { RedisLink } from './link.ts';

/**
 * One document: compared by the version it begins with, replaced, and published on the channel of its
 * key's name. Nothing is read before the time, which comes with every reply.
 */
const exchange = `
local time = redis.call('TIME')
local current = redis.call('GET', KEYS[1])
local version = current and string.match(current, '^%S+') or ''
if ARGV[2] == '' or version ~= ARGV[1] then return {time[1], time[2], 0, current} end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('PUBLISH', KEYS[1], ARGV[2])
return {time[1], time[2], 1, false}`;

const number = z.coerce.number();
const replySchema = z.tuple([number, number, number, z.string().nullable()]);

/** Keeps documents in Redis. */
export class RedisStore implements Store {
  readonly #link: RedisLink;
  readonly #replicas: () => number;

  /** @param replicas how many there are, as far as is known. */
  constructor(link: RedisLink, replicas: () => number) {
    this.#link = link;
    this.#replicas = replicas;
  }

  get replicasSeen(): number {
    return this.#replicas();
  }

  async exchange(key: string, swap: Swap | undefined): Promise<Exchanged> {
    const { expected, text, lifeMs } = swap ?? { expected: '', text: '', lifeMs: 0 };
    const reply = await this.#link.run(exchange, key, expected, text, lifeMs);
    const { data } = replySchema.safeParse(reply);
    if (!data) throw new StoreGoneError();
    const [seconds, microseconds, isSwapped, current] = data;
    return {
      now: timeOf(seconds, microseconds),
      isSwapped: isSwapped === 1,
      current: current ?? undefined,
    };
  }

  watch(key: string, receive: (text: string) => void): void {
    this.#link.subscribe(key, receive);
  }

  onReturn(back: () => void): void {
    this.#link.onReturn(back);
  }
}

/** Redis's TIME in milliseconds since the epoch. */
export function timeOf(seconds: number, microseconds: number): number {
  return seconds * 1000 + microseconds / 1000;
}
