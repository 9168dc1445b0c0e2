import { describe, expect, test } from 'vitest';
import type { SegmentApi } from '../../src/segment/api.ts';
import {
  CancelledError,
  OutOfTimeError,
  RateLimitedError,
  RefusedError,
} from '../../src/segment/errors.ts';
import type { Audience } from '../../src/segment/models/audience.ts';
import { AudienceIndexes, droppingIndexes } from '../../src/space/audience-indexes.ts';
import { type TestCall, testCall } from '../support/call.ts';
import { audience, fakeApi } from '../support/in-memory.ts';
import { ManualClock, tick } from '../support/manual-clock.ts';
import { pagedSpace } from '../support/paged-space.ts';

const spaceId = 'spa_1';

/** Indexes over spaces of audiences; each reading is noted, and can be held or made to fail. */
function scene(audiences: Audience[] = [audience()]) {
  const clock = new ManualClock();
  const counts: number[] = [];
  const state = { audiences, counts, before: async () => {} };
  const { api: bare, asked } = fakeApi({
    async page(input) {
      await state.before();
      const rows = state.audiences.map((each) => ({ ...each, spaceId: input.spaceId }));
      return pagedSpace(rows, 200, counts)(input);
    },
  });
  const indexes = new AudienceIndexes(bare, clock);
  return { clock, state, asked, indexes, api: droppingIndexes(bare, indexes) };
}

const many = (length: number): Audience[] =>
  Array.from({ length }, (_, n) => audience({ id: `aud_${n}`, key: `key_${n}` }));

describe('reading', () => {
  test('10,000 audiences take 50 requests, and the second question none', async () => {
    const { indexes, state } = scene(many(10_000));
    const { audiences, complete } = await indexes.read(spaceId, testCall());
    expect(audiences).toHaveLength(10_000);
    expect(complete).toBe(true);
    expect(state.counts).toHaveLength(50);
    await indexes.read(spaceId, testCall());
    expect(state.counts).toHaveLength(50);
  });

  test('says how far it is after every thousand', async () => {
    const { indexes } = scene(many(2500));
    const said: string[] = [];
    await indexes.read(spaceId, { ...testCall(), onProgress: (message) => said.push(message) });
    expect(said).toEqual([
      '1000 of 2500 audiences of the space read',
      '2000 of 2500 audiences of the space read',
    ]);
  });

  test('of more than 10,000 stops there, and says so', async () => {
    const { indexes } = scene(many(10_001));
    const { audiences, complete } = await indexes.read(spaceId, testCall());
    expect([audiences.length, complete]).toEqual([10_000, false]);
  });

  describe('that a call ended before it was done', () => {
    /** 2,500 audiences, of which the first call gets 2,000. */
    async function begun(error: unknown = new OutOfTimeError('list_audiences', 0)) {
      const rig = scene(many(2500));
      rig.state.before = async () => {
        if (rig.state.counts.length >= 10) throw error;
      };
      await expect(rig.indexes.read(spaceId, testCall())).rejects.toBe(error);
      expect(rig.state.counts).toHaveLength(10);
      rig.state.before = async () => {};
      const again = async (maxAgeMs?: number) => {
        const index = await rig.indexes.read(spaceId, testCall(), maxAgeMs);
        expect(new Set(index.audiences.map(({ id }) => id)).size).toBe(2500);
        expect(index.audiences).toHaveLength(2500);
        return { index, requests: rig.state.counts.length };
      };
      return { ...rig, again };
    }

    test('is continued, and is as old as its first page', async () => {
      const { clock, indexes, again } = await begun();
      await clock.advance(50_000);
      const { index, requests } = await again();
      expect(requests).toBe(13);
      expect(indexes.ageMs(index)).toBe(50_000);
    });

    test('starts over when its last page is too old, or a new one is requested', async () => {
      const old = await begun();
      await old.clock.advance(60_000);
      expect((await old.again()).requests).toBe(23);
      const fresh = await begun();
      expect((await fresh.again(0)).requests).toBe(23);
    });

    test('starts over after a write of ours, or where Segment refused', async () => {
      const written = await begun();
      written.indexes.drop(spaceId);
      expect((await written.again()).requests).toBe(23);
      const refusal = new RefusedError('validation_failed', 'no such cursor', { next: 'None.' });
      expect((await (await begun(refusal)).again()).requests).toBe(23);
    });
  });

  test('leaves out rows of another space', async () => {
    const { api } = fakeApi({
      page: { audiences: [audience({ spaceId: 'spa_2' }), audience()], pagination: {} },
    });
    const indexes = new AudienceIndexes(api, new ManualClock());
    expect((await indexes.read(spaceId, testCall())).audiences).toHaveLength(1);
  });
});

describe('an index', () => {
  test.each([
    ['by default for a minute', undefined, 59_999, 60_000],
    ['as long as is asked for', 5000, 4999, 5000],
  ])('is good %s', async (_, maxAgeMs, youngMs, oldMs) => {
    const { indexes, clock, asked } = scene();
    await indexes.read(spaceId, testCall());
    await clock.advance(youngMs);
    const young = await indexes.read(spaceId, testCall(), maxAgeMs);
    expect(indexes.ageMs(young)).toBe(youngMs);
    expect(asked).toHaveLength(1);
    await clock.advance(oldMs - youngMs);
    const fresh = await indexes.read(spaceId, testCall(), maxAgeMs);
    expect(indexes.ageMs(fresh)).toBe(0);
    expect(asked).toHaveLength(2);
  });

  test('of age 0 is always a new one', async () => {
    const { indexes, asked } = scene();
    await Promise.all([1, 2].map(() => indexes.read(spaceId, testCall(), 0)));
    expect(asked).toHaveLength(2);
  });

  test('is one for each space, however its id is spelled', async () => {
    const { indexes, asked } = scene();
    await indexes.read('spa_1', testCall());
    await indexes.read('1', testCall());
    await indexes.read('spa_2', testCall());
    expect(asked.map(([, input]) => input)).toMatchObject([
      { spaceId: 'spa_1' },
      { spaceId: 'spa_2' },
    ]);
  });

  test('is forgotten where those of other spaces, used later, hold 10,000 together', async () => {
    const { indexes, asked } = scene(many(4000));
    const readers = async (spaces: string[]) => {
      for (const space of spaces) await indexes.read(space, testCall());
      return asked.splice(0).map(([, input]) => 'spaceId' in input && input.spaceId);
    };
    await readers(['a', 'b']);
    expect(await readers(['a'])).toEqual([]);
    expect(new Set(await readers(['c']))).toEqual(new Set(['c']));
    expect(await readers(['a', 'c'])).toEqual([]);
    expect(new Set(await readers(['b']))).toEqual(new Set(['b']));
  });
});

describe('a write of ours', () => {
  const write = (api: SegmentApi, space = spaceId) =>
    api.send('remove_audience_from_space', { spaceId: space, id: 'aud_1' }, testCall());

  test('drops the index of its space, and no other', async () => {
    const { indexes, api, asked } = scene();
    await indexes.read(spaceId, testCall());
    await indexes.read('spa_2', testCall());
    await write(api, '1');
    asked.splice(0);
    await indexes.read('spa_2', testCall());
    expect(asked).toHaveLength(0);
    await indexes.read(spaceId, testCall());
    expect(asked).toHaveLength(1);
  });

  test('drops it even if it failed', async () => {
    const { indexes, asked } = scene();
    const { api } = fakeApi({});
    const failing = droppingIndexes(
      { ...api, send: () => Promise.reject(new RateLimitedError('x', 1, 1)) },
      indexes,
    );
    await indexes.read(spaceId, testCall());
    await expect(write(failing)).rejects.toMatchObject({ code: 'rate_limited' });
    await indexes.read(spaceId, testCall());
    expect(asked).toHaveLength(2);
  });

  test('makes what was just being read be forgotten, and no longer shared', async () => {
    const { indexes, api, state, asked } = scene();
    let goOn = () => {};
    state.before = () =>
      new Promise((resolve) => {
        goOn = resolve;
      });
    const early = indexes.read(spaceId, testCall());
    await tick();
    const finishEarly = goOn;
    state.before = async () => {};
    await write(api);
    state.audiences = many(2);
    expect((await indexes.read(spaceId, testCall())).audiences).toHaveLength(2);
    finishEarly();
    await early;
    expect((await indexes.read(spaceId, testCall())).audiences).toHaveLength(2);
    expect(asked.filter(([name]) => name === 'list_audiences')).toHaveLength(2);
  });

  test('reading drops nothing', async () => {
    const { indexes, api, asked } = scene();
    await indexes.read(spaceId, testCall());
    await api.send('get_audience', { spaceId, id: 'aud_1' }, testCall());
    await indexes.read(spaceId, testCall());
    expect(asked.map(([name]) => name)).toEqual(['list_audiences', 'get_audience']);
  });
});

describe('those who ask at the same time', () => {
  /** A port whose first requests wait until they are answered or their call is cancelled. */
  function heldScene() {
    const waiting: { answer: () => void; fail: (error: unknown) => void }[] = [];
    const { api, asked } = fakeApi({});
    const held: SegmentApi = {
      ...api,
      async send(name, input, call) {
        const output = api.send(name, input, call);
        await new Promise<void>((resolve, reject) => {
          waiting.push({ answer: resolve, fail: reject });
          call.signal.addEventListener('abort', () => reject(new CancelledError(name, true)));
        });
        return output;
      },
    };
    return { waiting, asked, indexes: new AudienceIndexes(held, new ManualClock()) };
  }

  test('share one reading', async () => {
    const { waiting, asked, indexes } = heldScene();
    const reads = [1, 2, 3].map(() => indexes.read(spaceId, testCall()));
    await tick();
    waiting[0]?.answer();
    const [first, ...others] = await Promise.all(reads);
    expect(others).toEqual([first, first]);
    expect(asked).toHaveLength(1);
  });

  test.each<[string, (call: TestCall, fail: (error: unknown) => void) => void]>([
    ['was cancelled', (call) => call.cancel()],
    ['could wait no longer', (_, fail) => fail(new RateLimitedError('list_audiences', 1, 60))],
  ])('read for themselves where the first of them %s', async (_, end) => {
    const { waiting, asked, indexes } = heldScene();
    const first = testCall();
    const early = indexes.read(spaceId, first);
    const late = indexes.read(spaceId, testCall());
    await tick();
    end(first, (error) => waiting[0]?.fail(error));
    await expect(early).rejects.toMatchObject({ code: expect.any(String) });
    await tick();
    waiting[1]?.answer();
    expect((await late).audiences).toHaveLength(1);
    expect(asked).toHaveLength(2);
  });

  test('fail together where Segment failed', async () => {
    const { waiting, asked, indexes } = heldScene();
    const reads = [1, 2].map(() => indexes.read(spaceId, testCall()));
    await tick();
    waiting[0]?.fail(new Error('broken'));
    const ended = await Promise.allSettled(reads);
    expect(ended.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(asked).toHaveLength(1);
  });

  test('a cancelled one ends at once, the others continue', async () => {
    const { waiting, indexes } = heldScene();
    const call = testCall();
    const early = indexes.read(spaceId, testCall());
    const late = indexes.read(spaceId, call);
    await tick();
    call.cancel();
    await expect(late).rejects.toMatchObject({ code: 'cancelled' });
    waiting[0]?.answer();
    expect((await early).audiences).toHaveLength(1);
  });
});
