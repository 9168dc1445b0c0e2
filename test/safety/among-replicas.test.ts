import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { keysOfSecrets } from '../../src/config/keys-of-secret.ts';
import { Confirmations } from '../../src/safety/confirmation.ts';
import { audiences } from '../../src/safety/thing.ts';
import { Turns } from '../../src/safety/turns.ts';
import { testCall } from '../support/call.ts';
import { audience, type ConnectOptions, callTool, connect, fakeApi } from '../support/in-memory.ts';
import { ManualClock, tick } from '../support/manual-clock.ts';
import { SharedInMemory } from '../support/shared-in-memory.ts';

/*
 * Writes by several replicas of a server that share which confirmations were used, and who is at what.
 */

const secret = randomBytes(32).toString('base64');
const spaceId = 'spa_1';
const query = "trait('x') = 1";

function confirmations(shared: SharedInMemory): Confirmations {
  const keys = keysOfSecrets([secret]).confirmation;
  return new Confirmations({ now: Date.now, elapsed: Date.now, randomBytes, keys, shared });
}

/** A replica with a client, and what it asks of Segment. */
async function replica(shared: SharedInMemory, more: ConnectOptions = {}) {
  const { api, asked } = fakeApi({ page: { audiences: [], pagination: { next: null } } });
  const client = await connect(api, {
    locks: shared,
    confirmations: confirmations(shared),
    defaultSpace: spaceId,
    ...more,
  });
  const writes = () => asked.filter(([name]) => /create|update|remove/.test(name));
  const call = (tool: string, args: Record<string, unknown>) => callTool(client, tool, args);
  return { call, writes };
}

const update = 'update_audience_for_space';
const renamed = { id: audience().id, name: 'Renamed' };
const created = { name: 'New', query };

describe('a confirmation', () => {
  const asking = { confirm: 'writes' } as const;

  /** The value that a refused call returns. */
  function valueIn({ error }: Awaited<ReturnType<typeof callTool>>): unknown {
    expect(error?.code).toBe('confirmation_required');
    const details = error?.details;
    return typeof details === 'object' && details && 'confirmation' in details
      ? details.confirmation
      : undefined;
  }

  test('of one replica is good on another, once among all', async () => {
    const shared = new SharedInMemory();
    const [one, two] = [await replica(shared, asking), await replica(shared, asking)];
    const confirmation = valueIn(await one.call(update, renamed));
    const done = await two.call(update, { ...renamed, confirmation });
    expect(done.error).toBeUndefined();
    const again = await one.call(update, { ...renamed, confirmation });
    expect(again.error?.message).toContain('has already been used');
    expect([one.writes(), two.writes()].map(({ length }) => length)).toEqual([0, 1]);
  });

  test('that two replicas use at once is used by one of them', async () => {
    const shared = new SharedInMemory();
    const [one, two] = [await replica(shared, asking), await replica(shared, asking)];
    const confirmation = valueIn(await one.call('create_audience', created));
    const both = await Promise.all(
      [one, two].map(({ call }) => call('create_audience', { ...created, confirmation })),
    );
    expect(both.filter(({ error }) => error === undefined)).toHaveLength(1);
    expect(one.writes().length + two.writes().length).toBe(1);
  });

  test.each([
    [update, renamed],
    ['create_audience', created],
  ])(
    'for %s is not used where nobody can tell whether it was: nothing is sent',
    async (tool, args) => {
      const shared = new SharedInMemory();
      const { call, writes } = await replica(shared, asking);
      const confirmation = valueIn(await call(tool, args));
      shared.isGone = true;
      const { error } = await call(tool, { ...args, confirmation });
      expect(error).toMatchObject({ code: 'unavailable', retryAfterMs: 5000 });
      expect(error?.message).toContain('Nothing was sent.');
      expect(writes()).toEqual([]);
      shared.isGone = false;
      expect((await call(tool, { ...args, confirmation })).error).toBeUndefined();
    },
  );

  test('needs a key that all replicas have', () => {
    const shared = new SharedInMemory();
    const options = { now: Date.now, elapsed: Date.now, randomBytes, shared };
    expect(() => new Confirmations(options)).toThrow('must share a key');
  });
});

describe('where what is shared is gone', () => {
  test.each([
    [update, renamed],
    ['remove_audience_from_space', { id: audience().id }],
  ])('%s is not sent', async (tool, args) => {
    const shared = new SharedInMemory();
    shared.isGone = true;
    const { call, writes } = await replica(shared);
    expect((await call(tool, args)).error?.code).toBe('unavailable');
    expect(writes()).toEqual([]);
  });

  test('several changes are not tried, and can be called for again', async () => {
    const shared = new SharedInMemory();
    const { call, writes } = await replica(shared);
    shared.isGone = true;
    const ids = [audience().id];
    const { text, error } = await call('change_audiences', { ids, action: 'disable' });
    expect(error?.code ?? text).toMatch(/unavailable|not_tried/);
    expect(writes()).toEqual([]);
  });

  test('an audience is created all the same', async () => {
    const shared = new SharedInMemory();
    shared.isGone = true;
    const { call, writes } = await replica(shared);
    expect((await call('create_audience', created)).error).toBeUndefined();
    expect(writes()).toHaveLength(1);
    const { error } = await call(update, { ...renamed });
    expect(error?.code).toBe('unavailable');
  });
});

describe('a name', () => {
  test('that another replica is creating is a duplicate; another one is not', async () => {
    const shared = new SharedInMemory();
    const [name = ''] = await namesTaken(shared);
    expect(shared.held.size).toBe(0);
    shared.held.set(name, 1);
    const { call, writes } = await replica(shared);
    const { error } = await call('create_audience', { ...created, name: ' NEW' });
    expect(error).toMatchObject({ code: 'duplicate', field: 'name' });
    expect(writes()).toEqual([]);
    expect((await call('create_audience', { ...created, name: 'Other' })).error).toBeUndefined();
    expect(writes()).toHaveLength(1);
    // What was taken before the other was found is free again.
    expect([...shared.held.keys()]).toEqual([name]);
  });

  /** The locks that a create of the name takes. */
  async function namesTaken(shared: SharedInMemory): Promise<string[]> {
    const names: string[] = [];
    const noting = new SharedInMemory();
    noting.take = (name, leaseMs) => {
      names.push(name);
      return shared.take(name, leaseMs);
    };
    const { call } = await replica(noting);
    await call('create_audience', created);
    return names;
  }
});

describe('a turn', () => {
  const turnOf = (call = testCall()) => ({
    about: audiences,
    operation: update,
    spaceId,
    id: 'a',
    call,
  });

  test('is waited for until another replica has had it', async () => {
    const clock = new ManualClock();
    const shared = new SharedInMemory();
    const [one, two] = [new Turns(clock, shared), new Turns(clock, shared)];
    let end = () => {};
    const happened: string[] = [];
    const first = one.during(turnOf(), async () => {
      happened.push('first');
      await new Promise<void>((resolve) => {
        end = resolve;
      });
    });
    await tick();
    const second = two.during(turnOf(), async () => happened.push('second'));
    await clock.advance(10_000);
    expect(happened).toEqual(['first']);
    end();
    await first;
    await clock.advance(200);
    await second;
    expect(happened).toEqual(['first', 'second']);
    expect(shared.held.size).toBe(0);
  });

  test('is not waited for longer than the call may wait, nor after it was cancelled', async () => {
    const clock = new ManualClock();
    const shared = new SharedInMemory();
    const turns = new Turns(clock, shared);
    void new Turns(clock, shared).during(turnOf(), () => new Promise(() => {}));
    await tick();
    const call = testCall(clock.monotonic() + 1000);
    const late = expect(turns.during(turnOf(call), async () => {})).rejects.toMatchObject({
      code: 'rate_limited',
    });
    await clock.advance(1000);
    await late;
    const cancelled = testCall();
    const ended = expect(turns.during(turnOf(cancelled), async () => {})).rejects.toMatchObject({
      code: 'cancelled',
      sent: false,
    });
    await tick();
    cancelled.cancel();
    await ended;
  });

  test('that was lost meanwhile sends nothing', async () => {
    const shared = new SharedInMemory();
    const { call, writes } = await replica(shared);
    shared.areLost = true;
    const { error } = await call(update, renamed);
    expect(error).toMatchObject({ code: 'rate_limited' });
    expect(error?.message).toContain('another write to this audience may have started');
    expect(writes()).toEqual([]);
  });
});

describe('the keys of a secret', () => {
  const [one, other] = [secret, randomBytes(32).toString('base64')];

  test('are the same each time, and different for each use and secret', () => {
    const { confirmation, session, fingerprint } = keysOfSecrets([one, other]);
    expect(keysOfSecrets([one, other])).toEqual({ confirmation, session, fingerprint });
    const all = [...confirmation, ...session, fingerprint].map((key) =>
      Buffer.from(key).toString('hex'),
    );
    expect(new Set(all).size).toBe(5);
    expect(all.every((key) => key.length === 64)).toBe(true);
    expect(all).not.toContain(Buffer.from(one, 'base64').toString('hex'));
  });

  test('are those of RFC 5869 with the use as label', () => {
    const zeros = Buffer.alloc(32).toString('base64');
    const { session } = keysOfSecrets([zeros]);
    const { createHmac } = process.getBuiltinModule('node:crypto');
    const extracted = createHmac('sha256', Buffer.alloc(32)).update(Buffer.alloc(32)).digest();
    const expanded = createHmac('sha256', extracted).update('session').update('\u0001').digest();
    expect(Buffer.from(session[0] ?? []).equals(expanded)).toBe(true);
  });
});
