import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { audiences } from '../../src/safety/thing.ts';
import { Turns } from '../../src/safety/turns.ts';
import type { Fault } from '../../src/sandbox/start.ts';
import { testCall } from '../support/call.ts';
import { callTool } from '../support/in-memory.ts';
import { ManualClock, tick } from '../support/manual-clock.ts';
import { firstId, type StandInOptions, startStandIn, withOdd } from '../support/stand-in.ts';

/*
 * One write at a time for each audience, which looks at the audience when its turn has come.
 */

const tool = 'update_audience_for_space';
const query = "event('Shoes Bought').count() >= 1";
const seeds = ['Old', 'Other'].map((name) => ({
  name,
  definition: { query, level: 'users' as const },
}));
const yes = { action: 'accept', content: { agree: true } } as const;
const start = (more: Partial<StandInOptions> = {}) =>
  startStandIn({ edition: 'v1', seeds, ...more });
const audienceSchema = z.object({ audience: z.object({ updatedAt: z.string() }) });

describe('turns', () => {
  const turn = { about: audiences, operation: tool, spaceId: 'spa_1', id: 'a', call: testCall() };

  test('of one audience come one after the other, in order, and those of others at once', async () => {
    const turns = new Turns(new ManualClock());
    const happened: string[] = [];
    const ends: (() => void)[] = [];
    const take = (name: string, of = turn) =>
      turns.during(of, async () => {
        happened.push(name);
        await new Promise<void>((resolve) => ends.push(resolve));
      });
    const all = [
      take('first'),
      take('second', { ...turn, spaceId: '1' }),
      take('third'),
      take('other', { ...turn, id: 'b' }),
    ];
    await tick();
    expect(happened).toEqual(['first', 'other']);
    while (ends.length > 0) {
      ends.shift()?.();
      await tick();
    }
    await Promise.all(all);
    expect(happened).toEqual(['first', 'other', 'second', 'third']);
    expect(await turns.during(turn, async () => 'at once')).toBe('at once');
  });

  test('that failed lets the next come', async () => {
    const turns = new Turns(new ManualClock());
    const failing = turns.during(turn, () => Promise.reject(new Error('no')));
    const next = turns.during(turn, async () => 'done');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('done');
  });

  test('are waited for until the deadline, or until the call is cancelled', async () => {
    const clock = new ManualClock();
    const turns = new Turns(clock);
    let end = () => {};
    const first = turns.during(turn, () => new Promise<void>((resolve) => (end = resolve)));
    const late = turns.during(
      { ...turn, call: testCall(clock.monotonic() + 1000) },
      async () => {},
    );
    const call = testCall();
    const cancelled = turns.during({ ...turn, call }, async () => {});
    const behind = turns.during(turn, async () => 'behind');
    const ended = Promise.all([
      expect(late).rejects.toMatchObject({ code: 'rate_limited' }),
      expect(cancelled).rejects.toMatchObject({ code: 'cancelled', sent: false }),
    ]);
    await clock.advance(1000);
    call.cancel();
    await ended;
    // Nobody has overtaken the one whose turn it is.
    expect(await Promise.race([behind, tick()])).toBeUndefined();
    end();
    await first;
    expect(await behind).toBe('behind');
  });
});

describe('two writes to one audience at once', () => {
  test('meant for the same state: the second is stale', async () => {
    const rig = await start();
    const { structured } = await callTool(rig.client, 'get_audience', { id: firstId });
    const { updatedAt } = audienceSchema.parse(structured).audience;
    await rig.clock.advance(1000);
    const args = { id: firstId, expectedUpdatedAt: updatedAt };
    const both = await Promise.all(
      ['A', 'B'].map((name) => callTool(rig.client, tool, { ...args, name })),
    );
    expect(both.map(({ error }) => error?.code)).toEqual([undefined, 'stale']);
    expect(rig.writes()).toHaveLength(1);
  });

  test('are sent one after the other, each with its own read', async () => {
    const rig = await start();
    const remove = 'remove_audience_from_space';
    const both = await Promise.all([1, 2].map(() => callTool(rig.client, remove, { id: firstId })));
    expect(both.map(({ error }) => error?.code)).toEqual([undefined, 'not_found']);
    expect(rig.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'DELETE', 'GET']);
  });

  test('that people agreed to: the second is stale', async () => {
    const rig = await start({ flags: { confirm: 'writes' }, answering: () => yes });
    const both = await Promise.all(
      ['A', 'B'].map((name) => callTool(rig.client, tool, { id: firstId, name })),
    );
    expect(both.map(({ error }) => error?.code).sort()).toEqual(['stale', undefined]);
    expect(rig.writes()).toHaveLength(1);
  });
});

describe('while a person is asked', () => {
  /** A first write that asks its user, and a second to the same audience in the meantime. */
  async function meanwhile(first: object, second: object) {
    let ask = () => {};
    const asked = new Promise<void>((resolve) => {
      ask = resolve;
    });
    let agree = (_: typeof yes) => {};
    const answer = new Promise<typeof yes>((resolve) => {
      agree = resolve;
    });
    const rig = await start({
      flags: { confirm: 'remove' },
      answering() {
        ask();
        return answer;
      },
    });
    const showing = (status: string) =>
      rig.faults(({ method }) => (method === 'GET' ? withOdd({ status }) : undefined));
    showing('Preparing');
    const other = await rig.connect();
    const asking = callTool(rig.client, tool, { id: firstId, ...first });
    await asked;
    showing('Live');
    const next = await callTool(other, tool, { id: firstId, ...second });
    agree(yes);
    return { first: (await asking).error?.code, second: next.error?.code, rig };
  }

  test.each([
    ['an early rename', { name: 'Early' }],
    ['a switch-off', { enabled: false }],
  ])('about %s, another write proceeds, and the first is stale then', async (_, first) => {
    const ends = await meanwhile(first, { name: 'Second' });
    expect(ends).toMatchObject({ first: 'stale', second: undefined });
    expect(ends.rig.writes()).toHaveLength(1);
  });
});

describe('what changes an audience between two attempts at a write', () => {
  const changed = withOdd({ description: 'Changed' });
  const query2 = "event('Shoes Bought').count() >= 2";
  const calls: Record<string, { args: object; first: Fault; error: object }> = {
    [tool]: {
      args: { query: query2 },
      first: { kind: 'answer', status: 429, body: '' },
      error: { code: 'stale' },
    },
    remove_audience_from_space: {
      args: {},
      first: { kind: 'answer', status: 502, body: '' },
      // Whether the first attempt took effect is not known.
      error: {
        code: 'outcome_unknown',
        message: expect.stringMatching(/HTTP 502.*next attempt was not made:.*description was/),
      },
    },
  };

  test.each(Object.entries(calls))('keeps it from the second: %s', async (name, given) => {
    const rig = await start();
    rig.faults(({ method }) => {
      if (method !== 'GET') return given.first;
      return rig.writes().length > 0 ? changed : undefined;
    });
    const call = callTool(rig.client, name, { id: firstId, ...given.args });
    const { error } = await rig.through(call);
    expect(error).toMatchObject(given.error);
    expect(rig.writes()).toHaveLength(1);
  });
});

describe('an audience that is Preparing at the last look', () => {
  const preparing = withOdd({ status: 'Preparing' });
  const live = withOdd({ status: 'Live' });
  const limited: Fault = { kind: 'answer', status: 429, body: '' };
  const renamed = { id: firstId, name: 'Renamed' };

  test.each(['none', 'remove', 'writes'])('is stale, with --confirm %s', async (confirm) => {
    const rig = await start({ flags: { confirm }, answering: () => yes });
    rig.faults(({ method }) => {
      if (method !== 'GET') return limited;
      return rig.writes().length > 0 ? preparing : live;
    });
    const { error } = await rig.through(callTool(rig.client, tool, renamed));
    expect(error?.code).toBe('stale');
    expect(error?.message).toMatch(
      /too early to edit it now: its status changed from "Live" to "Preparing"/,
    );
    expect(rig.writes()).toHaveLength(1);
  });

  test('is written, where it was so when the user agreed', async () => {
    const rig = await start({ flags: { confirm: 'remove' }, answering: () => yes });
    rig.faults(({ method, number }) => {
      if (method === 'GET') return preparing;
      return number === 1 ? limited : undefined;
    });
    const { error } = await rig.through(callTool(rig.client, tool, renamed));
    expect(error).toBeUndefined();
    expect(rig.questions).toHaveLength(1);
  });

  test('is removed anyway', async () => {
    const rig = await start();
    rig.faults(({ method, number }) => {
      if (method === 'GET') return rig.writes().length > 0 ? preparing : live;
      return number === 1 ? limited : undefined;
    });
    const removing = callTool(rig.client, 'remove_audience_from_space', { id: firstId });
    expect((await rig.through(removing)).error).toBeUndefined();
  });
});

test('a removal that took effect despite a 502 is found by its next read', async () => {
  const rig = await start();
  rig.faults(({ method }) => (method === 'DELETE' ? { kind: 'drop', when: 'after' } : undefined));
  const call = callTool(rig.client, 'remove_audience_from_space', { id: firstId });
  const { structured } = await rig.through(call);
  expect(structured).toMatchObject({ status: 'SUCCESS' });
  expect(rig.writes()).toHaveLength(1);
});

test('an audience that changed while the write waited for its quota is not written', async () => {
  const rig = await start({
    flags: { 'rate-limits': `${tool}=1`, 'max-wait-ms': '90000' },
  });
  const redefined = { id: firstId, query: "event('Shoes Bought').count() >= 2" };
  const first = await callTool(rig.client, tool, { id: 'aud_000000002', name: 'First' });
  expect(first.error).toBeUndefined();
  await rig.clock.advance(20_000);
  const waiting = callTool(rig.client, tool, redefined);
  await rig.clock.advance(100);
  rig.faults(({ method }) => (method === 'GET' ? withOdd({ description: 'Changed' }) : undefined));
  await rig.clock.advance(41_000);
  const { error } = await waiting;
  expect(error?.code).toBe('stale');
  expect(rig.writes()).toHaveLength(1);
  // Its place was given back.
  rig.faults(() => undefined);
  const next = await callTool(rig.client, tool, redefined);
  expect(next.error).toBeUndefined();
});
