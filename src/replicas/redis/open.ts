import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { withoutEndSlashes } from '../../segment/base-url.ts';
import { SharedClosing } from '../shared-closing.ts';
import { SharedQuota } from '../shared-quota.ts';
import type { SegmentScope, SharedScope, SharedState } from '../shared-state.ts';
import { StoreClock } from '../store-clock.ts';
import { RedisLink } from './link.ts';
import { fingerprint, keyOf } from './names.ts';
import { OwnKeys } from './own-keys.ts';
import { Presence } from './presence.ts';
import { RedisBus } from './redis-bus.ts';
import { RedisLocks } from './redis-locks.ts';
import { RedisPreviewCount } from './redis-preview-count.ts';
import { RedisStore } from './redis-store.ts';
import { RedisUsedValues } from './redis-used-values.ts';

/** By how many milliseconds a request may be on its way for longer than its timeout. */
const segmentLeaseMarginMs = 5000;
const idBytes = 12;

export interface OpenRedisOptions {
  /** The name of this replica; two may have the same by mistake. */
  replica: string;
  clock: Clock;
  /** Unpredictable bytes. */
  randomBytes: (count: number) => Uint8Array;
  log: Log;
  /** With which tokens are made unrecognizable; the same on all replicas. */
  fingerprintKey: Uint8Array;
  /** How long one request to Segment may take, milliseconds. */
  timeoutMs: number;
  /** How long the server's windows are, milliseconds; by default Segment's. */
  windowMs?: number;
  /** How much longer a request may be on its way, milliseconds. */
  leaseMarginMs?: number;
}

/**
 * Opens what replicas share in Redis. Where Redis can't be reached, it is opened all the same, and joins
 * the others as soon as it can.
 *
 * @param url `redis://` or `rediss://` (TLS), with a user, a password and a number of a database if
 * needed; it is never logged.
 */
export async function openRedis(url: string, options: OpenRedisOptions): Promise<SharedState> {
  const { replica, clock, log, randomBytes, fingerprintKey } = options;
  const { timeoutMs, leaseMarginMs = segmentLeaseMarginMs } = options;
  const newId = () => Buffer.from(randomBytes(idBytes)).toString('base64url');
  const instance = `${replica}:${newId()}`;
  const storeClock = new StoreClock(clock);
  const presence = new Presence(instance, clock, storeClock);
  const link: RedisLink = await RedisLink.open({
    url,
    name: 'segment-audiences-mcp',
    clock,
    log,
    look: (opening) => presence.beat(opening),
  });
  const store = new RedisStore(link, () => presence.seen);
  const keys = new OwnKeys(link, newId);
  const scopes = new Map<string, SharedScope>();

  const open = ({ baseUrl, token }: SegmentScope): SharedScope => {
    const address = withoutEndSlashes(baseUrl);
    const id = fingerprint(fingerprintKey, address, token);
    const common = { store, clock, storeClock };
    const closing = new SharedClosing({ ...common, key: keyOf('token', id), newVersion: newId });
    return {
      createQuota: (operation, limit) =>
        new SharedQuota({
          ...common,
          key: keyOf('quota', id, operation),
          closing,
          limit,
          windowMs: options.windowMs,
          leaseMs: timeoutMs + leaseMarginMs,
          newId,
        }),
      locks: new RedisLocks(keys, clock, address),
      previewCount: new RedisPreviewCount(link, address),
    };
  };

  return {
    usedValues: new RedisUsedValues(link, newId),
    bus: new RedisBus(link, instance),
    of(scope) {
      const key = JSON.stringify([withoutEndSlashes(scope.baseUrl), scope.token]);
      const known = scopes.get(key) ?? open(scope);
      scopes.set(key, known);
      return known;
    },
    state: () => ({ status: link.isUp ? 'up' : 'down', replicasSeen: presence.seen }),
    ping: () => presence.beat(link),
    async close() {
      await presence.leave(link);
      link.close();
    },
  };
}
