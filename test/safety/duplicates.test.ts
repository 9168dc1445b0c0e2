import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/start.ts';
import { OutcomeUnknownError } from '../../src/segment/errors.ts';
import type { Audience } from '../../src/segment/models/audience.ts';
import { foldedName } from '../../src/segment/names.ts';
import { audience, callTool, connect, fakeApi } from '../support/in-memory.ts';
import { firstId, type StandIn, startStandIn, withOdd } from '../support/stand-in.ts';

/*
 * No audience is made twice, whatever way its name is written, and whatever became of the first
 * attempt.
 */

const query = "event('Shoes Bought').count() >= 1";
const tool = 'create_audience';
const seed = (name: string) => [{ name, definition: { query, level: 'users' as const } }];
const seeds = seed('Old');
const start = () => startStandIn({ edition: 'v1', seeds });

describe('names', () => {
  test.each([
    ['Big spenders', 'BIG SPENDERS'],
    ['Big spenders', '  Big spenders\u00a0'],
    ['Straße', 'STRASSE'],
    ['Café', 'Cafe\u0301'],
    ['ﬁrst', 'First'],
    ['ΣΊΣΥΦΟΣ', 'σίσυφος'],
    ['日本', '日本'],
    ['ＡＢＣ', 'abc'],
  ])('%j and %j are the same', async (there, wanted) => {
    expect(foldedName(there)).toBe(foldedName(wanted));
    const rig = await startStandIn({ edition: 'v1', seeds: seed(there) });
    const { error } = await callTool(rig.client, tool, { name: wanted, query });
    expect(error).toMatchObject({ code: 'duplicate', details: { audience: { id: firstId } } });
    expect(error?.message).toContain('with this name');
    expect(rig.writes()).toEqual([]);
  });

  test.each([
    ['日本', '日本語'],
    ['a', 'å'],
  ])('%j and %j are not', (one, other) => {
    expect(foldedName(one)).not.toBe(foldedName(other));
  });

  test.each([' ', '\t\n', '\u00a0\u3000', '\u200b\u2060', '\u3164', '\u2800'])(
    'a blank one, %j, is refused',
    async (name) => {
      const rig = await start();
      const calls: [string, Record<string, unknown>][] = [
        [tool, { name, query }],
        ['update_audience_for_space', { id: firstId, name }],
      ];
      for (const [called, args] of calls) {
        const { error } = await callTool(rig.client, called, args);
        expect(error).toMatchObject({ code: 'invalid_input', field: 'name' });
      }
      expect(rig.writes()).toEqual([]);
    },
  );

  test('a padded one is sent without its blanks', async () => {
    const rig = await start();
    const { error } = await callTool(rig.client, tool, { name: '  New one \n', query });
    expect(error).toBeUndefined();
    expect(rig.writes()[0]?.body).toMatchObject({ name: 'New one' });
  });

  test('two calls at once for one name make one audience', async () => {
    const rig = await start();
    const names = ['Straße 7', 'STRASSE 7', '日本', ' 日本 '];
    const all = await Promise.all(names.map((name) => callTool(rig.client, tool, { name, query })));
    expect(all.map(({ error }) => error?.code).sort()).toEqual([
      'duplicate',
      'duplicate',
      undefined,
      undefined,
    ]);
    expect(rig.writes()).toHaveLength(2);
  });
});

describe('a space is the same with and without spa_', () => {
  const page = async () => ({ audiences: [], pagination: {} });
  const spaces = ['spa_1', '1'] as const;

  test('for two calls at once', async () => {
    const client = await connect(fakeApi({ page }).api);
    const both = spaces.map((spaceId) => callTool(client, tool, { spaceId, name: 'New', query }));
    const codes = (await Promise.all(both)).map(({ error }) => error?.code);
    expect(codes).toEqual([undefined, 'duplicate']);
  });

  test.each([spaces, [...spaces].reverse()])(
    'for a create after one lost: %s, %s',
    async (...ids) => {
      const lost = new OutcomeUnknownError('Lost.', { next: 'Look.' });
      const { api, asked } = fakeApi({ audience: () => Promise.reject(lost), page });
      const client = await connect(api);
      for (const spaceId of ids) {
        const { error } = await callTool(client, tool, { spaceId, name: 'New', query });
        expect(error?.code).toBe('outcome_unknown');
      }
      expect(asked.filter(([operation]) => operation === tool)).toHaveLength(1);
    },
  );
});

describe('a create whose answer is lost', () => {
  const args = { name: 'New', query };

  test.each([-86_400_000, 86_400_000])(
    'is found also where the date of this machine is off by %i ms',
    async (offMs) => {
      const rig = await start();
      rig.clock.jump(offMs);
      rig.faults(({ method }) => (method === 'POST' ? { kind: 'drop', when: 'after' } : undefined));
      const { error, structured } = await callTool(rig.client, tool, args);
      expect(error).toBeUndefined();
      expect(structured).toMatchObject({ audience: { name: 'New' } });
      expect(rig.writes()).toHaveLength(1);
    },
  );

  test('is not mistaken for one that existed under another name', async () => {
    const rig = await start();
    rig.faults(({ method }) => {
      if (method === 'POST') return { kind: 'answer', status: 502, body: '' };
      return rig.writes().length > 0 ? withOdd({ name: 'New' }) : undefined;
    });
    const { error } = await callTool(rig.client, tool, args);
    expect(error?.code).toBe('outcome_unknown');
  });

  test('is not searched for in a space of more audiences than are searched', async () => {
    const lost = new OutcomeUnknownError('Lost.', { next: 'Look.' });
    const { api, asked } = fakeApi({
      audience: () => Promise.reject(lost),
      page: async () => ({ audiences: [audience({ name: 'Other' })], pagination: { next: 'on' } }),
    });
    const client = await connect(api, { defaultSpace: 'spa_1' });
    const { error } = await callTool(client, tool, args);
    expect(error?.code).toBe('outcome_unknown');
    expect(error?.message).toMatch(/more audiences than are searched/);
    expect(asked.at(-1)?.[0]).toBe(tool);
  });
});

describe('a create after its own outcome_unknown', () => {
  const args = { name: 'New', query };
  const bad: Fault = { kind: 'answer', status: 502, body: '' };
  const forbidden: Fault = { kind: 'answer', status: 403, body: '' };

  /** A create whose answer is lost; `arrived`: it took effect, but the space can't be read then. */
  async function lose(rig: StandIn, arrived: boolean) {
    rig.faults(({ method }) => {
      if (method === 'POST') return arrived ? { kind: 'drop', when: 'after' } : bad;
      return arrived && rig.writes().length > 0 ? forbidden : undefined;
    });
    const { error } = await callTool(rig.client, tool, args);
    expect(error?.code).toBe('outcome_unknown');
    rig.faults(() => undefined);
  }

  test.each([{}, { allowDuplicateName: true }])('finds the existing one, with %j', async (more) => {
    const rig = await start();
    await lose(rig, true);
    const { error } = await callTool(rig.client, tool, { ...args, name: 'NEW ', ...more });
    expect(error).toMatchObject({ code: 'duplicate', details: { audience: { name: 'New' } } });
    expect(error?.message).toMatch(/did take effect/);
    expect(rig.writes()).toHaveLength(1);
    // From then on it is an audience like any other.
    const second = await callTool(rig.client, tool, { ...args, allowDuplicateName: true });
    expect(second.error).toBeUndefined();
  });

  test.each([{}, { allowDuplicateName: true }])(
    'is not sent for a minute if it is not found, with %j',
    async (more) => {
      const rig = await start();
      await lose(rig, false);
      await rig.clock.advance(15_000);
      rig.clock.jump(600_000);
      const { error } = await callTool(rig.client, tool, { ...args, ...more });
      expect(error).toMatchObject({ code: 'outcome_unknown', retryAfterMs: 45_000 });
      expect(error?.message).toMatch(/^Nothing was sent now/);
      expect(rig.writes()).toHaveLength(1);

      await rig.clock.advance(45_000);
      expect((await callTool(rig.client, tool, { ...args, ...more })).error).toBeUndefined();
      expect(rig.writes()).toHaveLength(2);
    },
  );

  test('is not sent for a minute if the search fails', async () => {
    const rig = await start();
    await lose(rig, false);
    rig.faults(() => forbidden);
    const { error } = await callTool(rig.client, tool, args);
    expect(error).toMatchObject({ code: 'outcome_unknown', retryAfterMs: 60_000 });
    expect(rig.writes()).toHaveLength(1);
  });

  test.each([{}, { allowDuplicateName: true }])(
    'keeps other names of the same key waiting, with %j',
    async (more) => {
      const rig = await start();
      await lose(rig, false);
      const { error } = await callTool(rig.client, tool, { ...args, name: '-New!', ...more });
      expect(error).toMatchObject({ code: 'outcome_unknown', retryAfterMs: 60_000 });
      expect(rig.writes()).toHaveLength(1);
    },
  );

  test('keeps no other name, and no dry run, waiting', async () => {
    const rig = await start();
    await lose(rig, false);
    expect((await callTool(rig.client, tool, { ...args, dryRun: true })).error).toBeUndefined();
    expect((await callTool(rig.client, tool, { ...args, name: 'Other' })).error).toBeUndefined();
  });
});

/** A promise that is resolved from outside. */
function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((resolveIt) => {
    resolve = resolveIt;
  });
  return { promise, resolve };
}

describe('a create whose response is an audience that existed before', () => {
  const args = { name: 'Old', query, allowDuplicateName: true };
  const body = JSON.stringify({ data: { audience: { id: firstId, name: 'Old' } } });

  test('is not a success, where it did not arrive', async () => {
    const rig = await start();
    rig.faults(({ method }) =>
      method === 'POST' ? { kind: 'answer', status: 200, body } : undefined,
    );
    const { error } = await callTool(rig.client, tool, args);
    expect(error?.code).toBe('outcome_unknown');
    expect(error?.message).toMatch(/another audience, "aud_000000001", which already existed/);
    expect(error?.message).toMatch(/no new audience with this name and definition/);
  });

  test('is found, where it arrived', async () => {
    const rig = await start();
    rig.faults(({ method }) =>
      method === 'POST' ? { kind: 'answer', status: 200, body, applied: true } : undefined,
    );
    const { error, structured } = await callTool(rig.client, tool, args);
    expect(error).toBeUndefined();
    expect(structured).toMatchObject({ audience: { id: 'aud_000000002', name: 'Old' } });
    expect(rig.writes()).toHaveLength(1);
  });
});

describe('of two creates of one name at once', () => {
  const args = { name: 'New', query, allowDuplicateName: true, checkNames: false };
  const one = (id: string) => audience({ id, name: 'New', definition: { query } });
  const lost = new OutcomeUnknownError('Lost.', { next: 'Look.' });

  /** A client of a space in which the first create never arrives and ends when `firstEnds` lets it. */
  async function startTwo(firstEnds: Promise<unknown>, second: () => Promise<unknown>) {
    const made: Audience[] = [];
    let creates = 0;
    const { api } = fakeApi({
      async audience() {
        creates += 1;
        if (creates === 1) {
          await firstEnds;
          throw lost;
        }
        const created = one(`n${creates}`);
        made.push(created);
        await second();
        return created;
      },
      page: async () => ({ audiences: [...made], pagination: {} }),
    });
    return connect(api, { defaultSpace: 'spa_1' });
  }

  test('one that is lost is not mistaken for the other that is done', async () => {
    const secondDone = deferred();
    const client = await startTwo(secondDone.promise, async () => {});
    const first = callTool(client, tool, args);
    const { structured } = await callTool(client, tool, args);
    secondDone.resolve();
    expect(structured).toMatchObject({ audience: { id: 'n2' } });
    const { error } = await first;
    expect(error?.code).toBe('outcome_unknown');
    expect(error?.message).toMatch(/no new audience with this name and definition/);
  });

  test('one that is lost is not mistaken for the other in progress', async () => {
    const [secondMade, firstEnded] = [deferred(), deferred()];
    const client = await startTwo(secondMade.promise, () => {
      secondMade.resolve();
      return firstEnded.promise;
    });
    const first = callTool(client, tool, args);
    const second = callTool(client, tool, args);
    const { error } = await first;
    firstEnded.resolve();
    expect(error?.code).toBe('outcome_unknown');
    expect(error?.message).toMatch(/Another create with this name is in progress/);
    expect((await second).structured).toMatchObject({ audience: { id: 'n2' } });
  });

  test('two that are lost are not mistaken for the one that arrived', async () => {
    const secondMade = deferred();
    const client = await startTwo(secondMade.promise, async () => {
      secondMade.resolve();
      throw lost;
    });
    const both = await Promise.all([callTool(client, tool, args), callTool(client, tool, args)]);
    expect(both.map(({ error }) => error?.code)).toEqual(['outcome_unknown', 'outcome_unknown']);
    const third = await callTool(client, tool, args);
    expect(third.error).toMatchObject({ code: 'duplicate', details: { audience: { id: 'n2' } } });
    // The other may still turn up.
    const fourth = await callTool(client, tool, args);
    expect(fourth.error?.code).toBe('outcome_unknown');
  });
});
