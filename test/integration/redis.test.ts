import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { BusMessage } from '../../src/replicas/bus.ts';
import { type OpenRedisOptions, openRedis } from '../../src/replicas/redis/open.ts';
import { startLimitedService } from '../support/limited-service.ts';
import { startTeam } from '../support/limiter-team.ts';
import { onRedis, RedisServer } from '../support/redis.ts';

/*
 * What replicas share, on a real redis-server.
 */

const fingerprintKey = randomBytes(32);
const scope = { baseUrl: 'https://api.example.com/', token: 'secret-token' };
const limit = { perMinute: 10, from: 'reference' } as const;

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe.skipIf(onRedis.isSkipped)(`on redis-server${onRedis.note}`, () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.close());

  /** A replica, with what it logs. */
  async function open(replica: string, more: Partial<OpenRedisOptions & { url: string }> = {}) {
    const lines: string[] = [];
    const shared = await openRedis(more.url ?? server.url, {
      replica,
      clock: systemClock,
      randomBytes,
      log: (level, message, facts) => lines.push(JSON.stringify({ level, message, ...facts })),
      fingerprintKey,
      timeoutMs: 1000,
      ...more,
    });
    onTestFinished(() => shared.close());
    return { ...shared, lines };
  }

  /** What a test asks Redis itself. */
  async function raw() {
    const { Redis } = await import('ioredis');
    const redis = new Redis(server.url);
    onTestFinished(() => redis.disconnect());
    return redis;
  }

  test('each replica knows how many there are, and how well Redis answers', async () => {
    const one = await open('one');
    expect(one.state()).toEqual({ status: 'up', replicasSeen: 1 });
    const two = await open('two');
    const { ms, skewMs } = await one.ping();
    expect(ms).toBeLessThan(500);
    expect(Math.abs(skewMs)).toBeLessThan(500);
    expect(one.state().replicasSeen).toBe(2);
    await two.close();
    await one.ping();
    expect(one.state().replicasSeen).toBe(1);
  });

  test('a confirmation is used once, and again where it was given back', async () => {
    const [one, two] = [await open('one'), await open('two')];
    expect(await one.usedValues.isUsed('a')).toBe(false);
    const spent = await Promise.all([one.usedValues.spend('a'), two.usedValues.spend('a')]);
    expect(spent.toSorted()).toEqual([false, true]);
    const [user, other] = spent[0] ? [one, two] : [two, one];
    expect(await other.usedValues.isUsed('a')).toBe(true);
    // Nobody gives back what another has used.
    await other.usedValues.giveBack('a');
    expect(await other.usedValues.isUsed('a')).toBe(true);
    await user.usedValues.giveBack('a');
    expect(await other.usedValues.spend('a')).toBe(true);
  });

  test('a lock has one holder, who renews it, and goes to the next when it is released', async () => {
    // Longer than this process may stand still on a busy machine.
    const leaseMs = 3000;
    const [one, two] = [(await open('one')).of(scope).locks, (await open('two')).of(scope).locks];
    const lock = await one.take('name', leaseMs);
    expect(lock?.isHeld()).toBe(true);
    expect(await one.take('name', leaseMs)).toBeUndefined();
    const redis = await raw();
    const [key = ''] = await redis.keys('sam:1:lock:*');
    let leftMs = leaseMs;
    await until(async () => {
      const nowMs = await redis.pttl(key);
      const isRenewed = nowMs > leftMs;
      leftMs = nowMs;
      return isRenewed;
    });
    expect(await two.take('name', leaseMs)).toBeUndefined();
    expect(lock?.isHeld()).toBe(true);
    expect(await two.take('other', leaseMs)).toBeDefined();
    await lock?.release();
    expect(await two.take('name', leaseMs)).toBeDefined();
  });

  test('a lock of a replica that is gone ends with its lease, and that replica knows', async () => {
    const [one, two] = [await open('one'), await open('two')];
    const lock = await one.of(scope).locks.take('left', 100);
    await one.close();
    const { locks } = two.of(scope);
    let next: Awaited<ReturnType<typeof locks.take>>;
    await until(async () => {
      next = await locks.take('left', 10_000);
      return next !== undefined;
    });
    expect(lock?.isHeld()).toBe(false);
    await lock?.release();
    expect(next?.isHeld()).toBe(true);
    expect(await locks.take('left', 10_000)).toBeUndefined();
  });

  test('previews of all replicas are counted, by month and space', async () => {
    const [one, two] = [await open('one'), await open('two')];
    const counts = [one, two].map((replica) => replica.of(scope).previewCount);
    for (const count of counts) await count.add('2026-11', 'spa_1');
    for (const count of counts) {
      expect(await count.read('2026-11', 'spa_1')).toEqual({ used: 2, isShared: true });
      expect(await count.read('2026-12', 'spa_1')).toEqual({ used: 0, isShared: true });
      expect(await count.read('2026-11', 'spa_2')).toEqual({ used: 0, isShared: true });
    }
  });

  test('a message reaches all other replicas, and one in a form that is not known here nobody', async () => {
    const replicas = [await open('one'), await open('two'), await open('three')];
    const received: [number, BusMessage][] = [];
    for (const [index, { bus }] of replicas.entries())
      bus.subscribe((message) => received.push([index, message]));
    const redis = await raw();
    await until(async () => {
      const [, count] = await redis.pubsub('NUMSUB', 'sam:1:bus');
      return count === 3;
    });
    const cancel: BusMessage = {
      v: 1,
      kind: 'cancel',
      caller: 'key_1',
      session: 's',
      requestId: 7,
    };
    const answer: BusMessage = {
      v: 1,
      kind: 'answer',
      caller: 'key_1',
      session: 's',
      id: 'q',
      response: { result: { action: 'accept' } },
    };
    for (const other of [
      'no JSON',
      JSON.stringify({ ...cancel, v: 2, from: 'x' }),
      JSON.stringify({ ...cancel, kind: 'news', from: 'x' }),
      JSON.stringify({ ...cancel, from: 'x', more: 1 }),
      JSON.stringify(cancel),
    ]) {
      await redis.publish('sam:1:bus', other);
    }
    await replicas[0]?.bus.publish(cancel);
    await replicas[1]?.bus.publish(answer);
    await until(() => received.length >= 4);
    expect(received).toHaveLength(4);
    expect(received).toEqual(
      expect.arrayContaining([
        [1, cancel],
        [2, cancel],
        [0, answer],
        [2, answer],
      ]),
    );
  });

  test('a quota is shared by those with the same token, and known at once', async () => {
    const [one, two] = [await open('one'), await open('two')];
    const quotas = [one, two].map((replica) =>
      replica.of(scope).createQuota('shared', limit, systemClock),
    );
    const [first, second] = quotas;
    if (!first || !second) throw new Error('no quotas');
    let changes = 0;
    second.onChange?.(() => {
      changes += 1;
    });
    for (let taken = 0; taken < limit.perMinute; taken += 1) {
      expect((await first.take(0)).kind).toBe('granted');
    }
    expect((await second.take(0)).kind).toBe('wait');
    await until(() => changes > 0);
    expect(second.forecastMs(0)).toBeGreaterThan(50_000);
    const other = two.of({ ...scope, token: 'other' }).createQuota('shared', limit, systemClock);
    expect((await other.take(0)).kind).toBe('granted');
  });

  test('a limit of the token as a whole holds for every operation of every replica', async () => {
    const [one, two] = [await open('one'), await open('two')];
    const quotaOf = (replica: typeof one, operation: string) =>
      replica.of({ ...scope, token: 'whole' }).createQuota(operation, limit, systemClock);
    const known = quotaOf(two, 'known');
    await quotaOf(one, 'a').closeUntil(systemClock.monotonic() + 30_000);
    await until(() => known.forecastMs(0) > 20_000);
    expect((await known.take(60_000)).kind).toBe('wait');
    const late = await open('three');
    const first = quotaOf(late, 'never used before');
    expect((await first.take(60_000)).kind).toBe('wait');
  });

  test('no token, space or name is in what Redis holds', async () => {
    const { of, usedValues } = await open('one');
    const { createQuota, locks, previewCount } = of({ ...scope, token: 'sgp_very-secret' });
    await createQuota('create_audience', limit, systemClock).take(0);
    await locks.take('turn of spa_hidden', 1000);
    await previewCount.add('2026-11', 'spa_hidden');
    await usedValues.spend('0123');
    const redis = await raw();
    const keys = await redis.keys('*');
    expect(keys.filter((key) => !/^sam:1:[a-z]+:\{[\w-]+\}(:|$)/.test(key))).toEqual([]);
    const values = await Promise.all(
      keys.map(async (key) => ((await redis.type(key)) === 'string' ? redis.get(key) : '')),
    );
    expect(`${keys} ${values}`).not.toMatch(/sgp_|very-secret|spa_hidden|example\.com/);
    const kept = await Promise.all(keys.map((key) => redis.pttl(key)));
    expect(kept.every((ms) => ms > 0)).toBe(true);
  });

  test('replicas of another format run beside these, and neither reads what the other has', async () => {
    const redis = await raw();
    const { of } = await open('one');
    const quota = of({ ...scope, token: 'formats' }).createQuota('op', limit, systemClock);
    await quota.take(0);
    const [key = ''] = (await redis.keys('sam:1:quota:*:op')).slice(-1);
    const nextKey = key.replace('sam:1:', 'sam:2:');
    await redis.set(nextKey, 'x {"v":2}');
    await redis.publish(key, 'y {"v":2,"order":99,"at":0,"value":{"form":"unknown"}}');
    expect((await quota.take(0)).kind).toBe('granted');
    expect(await redis.get(nextKey)).toBe('x {"v":2}');
    // Where the form under the own key is unknown, the own picture takes its place.
    await redis.set(key, 'z {"v":2,"order":99,"at":0,"value":{"form":"unknown"}}');
    expect((await quota.take(0)).kind).toBe('granted');
    const [, text = ''] = (await redis.get(key))?.split(' ', 2) ?? [];
    expect(JSON.parse(text)).toMatchObject({ v: 1, value: { own: 3 } });
  });
});

/** With a character that a URL has to encode. */
const password = 'pass#word';

describe.skipIf(onRedis.isSkipped)(`when redis-server is gone${onRedis.note}`, () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start(password);
  });
  afterAll(() => server.close());

  test.each([
    ['is stopped, and comes back empty', 'stop'],
    ['does not answer for a while', 'suspend'],
  ] as const)('since it %s', async (_, how) => {
    const lines: string[] = [];
    const open = (replica: string) =>
      openRedis(server.url, {
        replica,
        clock: systemClock,
        randomBytes,
        log: (level, message, facts) => lines.push(JSON.stringify({ level, message, ...facts })),
        fingerprintKey,
        timeoutMs: 1000,
      });
    const [one, two] = [await open('one'), await open('two')];
    onTestFinished(() => one.close());
    onTestFinished(() => two.close());
    await one.ping();
    const { createQuota, locks, previewCount } = one.of(scope);
    const quota = createQuota(how, limit, systemClock);
    expect((await quota.take(0)).kind).toBe('granted');
    await previewCount.add(how, 'spa_1');

    if (how === 'stop') await server.stop();
    else server.suspend();
    const gone = { code: 'unavailable', message: expect.stringContaining('Nothing was sent.') };
    await expect(one.usedValues.spend(how)).rejects.toMatchObject(gone);
    await expect(two.usedValues.spend('c')).rejects.toMatchObject(gone);
    await expect(one.usedValues.isUsed(how)).rejects.toMatchObject(gone);
    await expect(locks.take('name', 1000)).rejects.toMatchObject(gone);
    await expect(one.ping()).rejects.toMatchObject(gone);
    expect(one.state()).toEqual({ status: 'down', replicasSeen: 2 });
    // Nothing more is waited for.
    const since = Date.now();
    const takes: string[] = [];
    for (let count = 0; count < limit.perMinute; count += 1) takes.push((await quota.take(0)).kind);
    expect(Date.now() - since).toBeLessThan(2000);
    // Nine are free, of which each of the two takes half.
    expect(takes.filter((kind) => kind === 'granted')).toHaveLength(4);
    expect(await previewCount.add(how, 'spa_1')).toEqual({ used: 2, isShared: false });
    await one.bus.publish({ v: 1, kind: 'cancel', caller: 'c', session: 's', requestId: 1 });

    if (how === 'stop') await server.startAgain();
    else server.resume();
    await until(() => one.state().status === 'up' && two.state().status === 'up');
    expect(await one.usedValues.spend(how)).toBe(true);
    // What was counted alone is added to what is there.
    const used = how === 'stop' ? 1 : 2;
    expect(await previewCount.read(how, 'spa_1')).toEqual({ used, isShared: true });
    const other = two.of(scope).createQuota(how, limit, systemClock);
    await until(async () => {
      await quota.closeUntil(0);
      return other.forecastMs(0) >= 0;
    });
    const left: string[] = [];
    for (let count = 0; count < limit.perMinute; count += 1) left.push((await other.take(0)).kind);
    // What was taken by the one is known to the other.
    expect(left.filter((kind) => kind === 'granted').length).toBeLessThanOrEqual(5);
    expect(lines.filter((line) => line.includes('does not answer')).length).toBe(2);
    expect(lines.filter((line) => line.includes('answers again')).length).toBe(2);
    expect(lines.join('\n')).not.toMatch(/pass|word/);
  });

  test('four processes send each of 30 creates once, and none is refused', async () => {
    await using service = await startLimitedService(10, 4000, () => 20 + Math.random() * 100);
    const tasks = ['a', 'b', 'c', 'd'].map((name, index) => ({
      name,
      redisUrl: server.url,
      serviceUrl: service.url,
      windowMs: 4000,
      perWindow: 10,
      creates: index < 2 ? 8 : 7,
    }));
    const started = await startTeam('test/support/limiter-process.ts', tasks);
    expect(await Promise.all(started.map(({ ended }) => ended))).toEqual([0, 0, 0, 0]);
    const { arrivals } = service;
    expect(arrivals.filter(({ status }) => status !== 200)).toEqual([]);
    expect(arrivals).toHaveLength(30);
    expect(new Set(arrivals.map(({ replica, name }) => `${replica} ${name}`)).size).toBe(30);
  });
});
