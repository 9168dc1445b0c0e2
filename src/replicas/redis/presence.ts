import * as z from 'zod';
import type { Clock } from '../../clock.ts';
import { StoreGoneError } from '../store.ts';
import type { StoreClock } from '../store-clock.ts';
import type { RedisLink } from './link.ts';
import { keyOf } from './names.ts';
import { timeOf } from './redis-store.ts';

/** A replica that has not been heard from for this long is gone. */
const maxSilentMs = 15_000;

/** Notes that this replica is there, forgets those that are gone, and counts. */
const beat = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {time[1], time[2], redis.call('ZCARD', KEYS[1])}`;

const number = z.coerce.number();
const replySchema = z.tuple([number, number, number]);

/** How well Redis answers. */
export interface Ping {
  /** How long an answer took, milliseconds. */
  ms: number;
  /** How far Redis's date is ahead of ours, milliseconds. */
  skewMs: number;
}

/** Which replicas there are, by what each notes of itself every few seconds. */
export class Presence {
  readonly #instance: string;
  readonly #clock: Clock;
  readonly #storeClock: StoreClock;
  readonly #key = keyOf('replicas', 'replicas');
  #seen = 1;

  /** @param instance unique among replicas. */
  constructor(instance: string, clock: Clock, storeClock: StoreClock) {
    this.#instance = instance;
    this.#clock = clock;
    this.#storeClock = storeClock;
  }

  /** How many there were when that was last known, this one included. */
  get seen(): number {
    return this.#seen;
  }

  /** @throws {StoreGoneError} */
  async beat(link: RedisLink): Promise<Ping> {
    const sentAt = this.#clock.monotonic();
    const reply = await link.run(beat, this.#key, this.#instance, maxSilentMs);
    const receivedAt = this.#clock.monotonic();
    const { data } = replySchema.safeParse(reply);
    if (!data) throw new StoreGoneError();
    const [seconds, microseconds, count] = data;
    const storeNow = timeOf(seconds, microseconds);
    this.#storeClock.learn(sentAt, receivedAt, storeNow);
    this.#seen = Math.max(1, count);
    const ms = receivedAt - sentAt;
    return { ms, skewMs: Math.round(storeNow + ms / 2 - this.#clock.now()) };
  }

  /** Notes that this replica is gone. Never rejects. */
  async leave(link: RedisLink): Promise<void> {
    await link.send('ZREM', this.#key, this.#instance).catch(() => {});
  }
}
