import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { SegmentApi } from '../../src/segment/api.ts';
import { isWrite } from '../../src/segment/editions/editions.ts';
import type { EditionName } from '../../src/segment/editions/row.ts';
import { RateLimitedError } from '../../src/segment/errors.ts';
import type { Audience } from '../../src/segment/models/audience.ts';
import { audience, callTool, connect, fakeApi, ownConfirmations } from '../support/in-memory.ts';
import { ManualClock } from '../support/manual-clock.ts';

/*
 * What a user has to know before they agree: what follows, the state that the audience is in, and who
 * depends on it.
 */

const spaceId = 'spa_1';
const query = "event('Shoes Bought').count() >= 1";
const create = { spaceId, name: 'New', query };
const rename = { spaceId, id: 'aud_1', name: 'Renamed' };
const redefine = { spaceId, id: 'aud_1', query };
const remove = { spaceId, id: 'aud_1' };
const yes = { action: 'accept', content: { agree: true } } as const;
const dependent = (id: string): Audience =>
  audience({ id, name: id, key: id, definition: { query: "trait('big_spenders') = 'true'" } });

const confirmationIn = (error: { details?: unknown } | undefined) =>
  z.object({ confirmation: z.string() }).parse(error?.details).confirmation;

async function question(tool: string, args: Record<string, unknown>, stored = audience()) {
  const asked: string[] = [];
  const page = { audiences: [stored, dependent('aud_2')], pagination: {} };
  const client = await connect(fakeApi({ audience: stored, page, edition: 'v1alpha' }).api, {
    confirm: 'writes',
    answering(text) {
      asked.push(text);
      return { ...yes };
    },
  });
  expect((await callTool(client, tool, args)).error).toBeUndefined();
  return asked[0] ?? '';
}

describe('the first lines of a question', () => {
  test.each([
    [
      'create_audience',
      create,
      [
        'Create the audience "New" in the space "spa_1".',
        'It will hold: Users who did "Shoes Bought" at least once.',
      ],
    ],
    [
      'update_audience_for_space',
      { ...rename, enabled: false },
      [
        'Change the audience "Big spenders" ("aud_1") in the space "spa_1".',
        'What changes: name: from "Big spenders" to "Renamed"; enabled: from true to false',
      ],
    ],
    [
      'remove_audience_from_space',
      remove,
      [
        'Delete the audience "Big spenders" ("aud_1") in the space "spa_1" for good.',
        '- Its key can never be used again; profiles keep the trait.',
        '- Used by: "aud_2" ("aud_2")',
      ],
    ],
  ])('of %s say what happens to which audience', async (tool, args, lines) => {
    const text = await question(tool, args);
    expect(text.split('\n').slice(0, lines.length)).toEqual(lines);
  });

  test('show the part of a long definition that changes', async () => {
    const long = Array.from({ length: 40 }, (_, n) => `trait('t${n}') = 'v${n}'`).join(' OR ');
    const stored = audience({ definition: { query: long, type: 'users' } });
    const args = { ...redefine, query: long.replace('v39', 'v40') };
    const [, gist = ''] = (await question('update_audience_for_space', args, stored)).split('\n');
    expect(gist).toContain("'v40'");
    expect(gist.length).toBeLessThan(300);
  });
});

test('a change of text that is read from right to left is not turned around', async () => {
  const [was, becomes] = ['אבג 100', 'דהו 200'];
  const stored = audience({ name: was, description: 'שלום 1' });
  const args = { ...rename, name: becomes, description: 'مرحبا 2' };
  const lines = (await question('update_audience_for_space', args, stored)).split('\n');
  const name = `name: from "${was}" to "${becomes}"`;
  const description = 'description: from "שלום 1" to "مرحبا 2"';
  expect(lines[1]).toBe(`What changes: ${name}; ${description}`);
  expect(lines).toContain(`- ${name}`);
  expect(lines).toContain(`- ${description}`);
});

const firstBackfill = 'Let the first backfill finish before the next edit';
const locked = 'It will then be locked against further edits';
const notInApp = 'Its definition can no longer be edited in the Segment app';
const neverAgain = 'Its key can never be used again';

describe('what follows is said before', () => {
  test.each<[string, Record<string, unknown>, EditionName, string[], string[]]>([
    ['create_audience', create, 'v1alpha', [firstBackfill, notInApp], []],
    ['create_audience', create, 'v1', [firstBackfill], [notInApp]],
    ['update_audience_for_space', redefine, 'v1alpha', [locked, notInApp], []],
    ['update_audience_for_space', redefine, 'v1', [locked], [notInApp]],
    ['update_audience_for_space', rename, 'v1alpha', [locked], [notInApp]],
    ['remove_audience_from_space', remove, 'v1', [neverAgain], []],
  ])('%s with %j in edition %s', async (tool, args, edition, included, excluded) => {
    const page = { audiences: [], pagination: {} };
    const client = await connect(fakeApi({ edition, page }).api, { confirm: 'writes' });
    const dry = await callTool(client, tool, { ...args, dryRun: true });
    const asked = await callTool(client, tool, args);
    for (const said of [String(dry.structured.advice), asked.error?.message]) {
      for (const sentence of included) expect(said).toContain(sentence);
      for (const sentence of excluded) expect(said).not.toContain(sentence);
    }
  });

  test.each([
    ['remove_audience_from_space', remove],
    ['update_audience_for_space', redefine],
  ])('of %s, in a dry run too: who depends on it', async (tool, args) => {
    const page = { audiences: [dependent('aud_2')], pagination: {} };
    const client = await connect(fakeApi({ page }).api, { confirm: 'remove' });
    const { error } = await callTool(client, tool, args);
    const usedBy = error?.message.split('\n- ').find((line) => line.startsWith('Used by'));
    expect(usedBy).toContain('"aud_2"');
    const dry = await callTool(client, tool, { ...args, dryRun: true });
    expect(dry.structured.advice).toContain(usedBy);
  });

  test('an edit that changes to batches', async () => {
    const stored = audience({ definition: { query, type: 'users' } });
    const client = await connect(fakeApi({ audience: stored }).api, { confirm: 'writes' });
    const args = {
      ...redefine,
      query: "event('Shoes Bought').within(400 days).count() >= 1",
    };
    const dry = await callTool(client, 'update_audience_for_space', { ...args, dryRun: true });
    const said = z.array(z.string()).parse(dry.structured.advice);
    const onCadence = said.filter((sentence) => sentence.startsWith('This edit turns'));
    expect(onCadence).toHaveLength(1);
    const { error } = await callTool(client, 'update_audience_for_space', args);
    expect(error?.message).toContain(onCadence[0]);
  });
});

describe('an edit of an audience that is not Live', () => {
  const now = Date.now();
  const ago = (ms: number) => new Date(now - ms).toISOString();
  const day = 24 * 60 * 60_000;
  const early = 'It is too early to edit it';

  test.each<[string, string, boolean, string | undefined]>([
    ['Preparing', ago(2 * day), true, early],
    ['Backfilling', ago(2 * day), true, early],
    ['Computing', ago(day - 60_000), true, early],
    ['Computing', ago(day + 60_000), false, 'Its status is "Computing", not Live.'],
    ['Locked', ago(1000), false, 'Its status is "Locked", not Live.'],
    ['PREPARING', ago(2 * day), true, early],
    [' backfilling', ago(2 * day), true, early],
    ['computing', ago(day - 60_000), true, early],
    ['Live', ago(1000), false, undefined],
    ['LIVE', ago(1000), false, undefined],
    ['live ', ago(1000), false, undefined],
  ])('%s, created at %s: agreement needed is %s', async (status, createdAt, needed, note) => {
    const stored = audience({ status, createdAt });
    const tool = 'update_audience_for_space';
    const client = await connect(fakeApi({ audience: stored }).api, { confirm: 'remove' });
    const dry = await callTool(client, tool, { ...rename, dryRun: true });
    expect(dry.structured).toMatchObject({ dryRun: { needsConfirmation: needed } });
    const first = await callTool(client, tool, rename);
    expect(first.error?.code).toBe(needed ? 'confirmation_required' : undefined);
    const done = needed
      ? await callTool(client, tool, { ...rename, confirmation: confirmationIn(first.error) })
      : first;
    expect(done.error).toBeUndefined();
    for (const { structured } of [dry, done]) {
      if (note) expect(String(structured.advice)).toContain(note);
      else expect(String(structured.advice)).not.toMatch(/too early|not Live/);
    }
    const asking = await connect(fakeApi({ audience: stored }).api, { confirm: 'writes' });
    const { error } = await callTool(asking, tool, rename);
    if (note) expect(error?.message).toContain(note);
    else expect(error?.message).not.toMatch(/too early|not Live/);
  });
});

describe('who depends on the audience is a part of what is agreed to', () => {
  /** A space whose audiences can change, and a clock for the values. */
  async function space(first: Audience[]) {
    const state = { audiences: first, now: Date.UTC(2026, 0, 1), fails: false };
    const { api, asked } = fakeApi({
      async page() {
        if (state.fails) throw new RateLimitedError('list_audiences', 7000, 60, 'operation');
        return { audiences: state.audiences, pagination: {} };
      },
    });
    const confirmations = ownConfirmations(() => state.now);
    const client = await connect(api, { confirm: 'writes', confirmations });
    const { error } = await callTool(client, 'remove_audience_from_space', remove);
    const args = { ...remove, confirmation: confirmationIn(error) };
    asked.splice(0);
    return {
      state,
      searches: () => asked.filter(([operation]) => operation === 'list_audiences').length,
      writes: () => asked.filter(([operation]) => isWrite(operation)).length,
      again: () => callTool(client, 'remove_audience_from_space', args),
    };
  }

  test('a new one is stale, named, and nothing is sent', async () => {
    const { state, again, writes, searches } = await space([dependent('aud_2')]);
    state.audiences = [dependent('aud_2'), dependent('aud_3')];
    state.now += 10_001;
    const { error } = await again();
    expect(error?.code).toBe('stale');
    expect(error?.message).toContain('"aud_3"');
    expect(error?.message).not.toContain('"aud_2"');
    expect([writes(), searches()]).toEqual([0, 1]);
  });

  test.each([
    ['all are as they were', ['aud_2', 'aud_3']],
    ['there are fewer', ['aud_3']],
    ['there are none', []],
  ])('it is done where %s', async (_, ids) => {
    const { state, again, writes, searches } = await space(['aud_2', 'aud_3'].map(dependent));
    state.audiences = ids.map(dependent);
    state.now += 10_001;
    expect((await again()).error).toBeUndefined();
    expect([writes(), searches()]).toEqual([1, 1]);
  });

  const numbered = (count: number) =>
    Array.from({ length: count }, (_, index) => dependent(`dep_${index}`));

  test.each([1, 200, 201, 1000, 1001])(
    'it is done where all %d are as they were',
    async (count) => {
      const { state, again, writes } = await space(numbered(count));
      state.audiences = [...state.audiences].reverse();
      state.now += 10_001;
      expect((await again()).error).toBeUndefined();
      expect(writes()).toBe(1);
    },
  );

  test.each([201, 1000])('it is done where one of %d is gone', async (count) => {
    const { state, again, writes } = await space(numbered(count));
    state.audiences = state.audiences.slice(1);
    state.now += 10_001;
    expect((await again()).error).toBeUndefined();
    expect(writes()).toBe(1);
  });

  test.each([200, 201, 999])(
    'a new one in addition to %d is stale, and only it is named',
    async (count) => {
      const { state, again, writes } = await space(numbered(count));
      state.audiences = [...state.audiences, dependent('aud_new')];
      state.now += 10_001;
      const { error } = await again();
      expect(error?.code).toBe('stale');
      expect(error?.message).toContain('been built on this one: "aud_new" ("aud_new"). Nothing');
      expect(writes()).toBe(0);
    },
  );

  test('of more than a thousand it does not say which is new', async () => {
    const { state, again, writes } = await space(numbered(1001));
    state.audiences = [...state.audiences, dependent('aud_new')];
    state.now += 10_001;
    const { error } = await again();
    expect(error?.code).toBe('stale');
    expect(error?.message).toContain('with 1002 of them, it is not known which are new');
    expect(error?.message).not.toContain('dep_');
    expect(writes()).toBe(0);
  });

  test('it is not searched again within ten seconds', async () => {
    const { state, again, writes, searches } = await space([]);
    state.now += 10_000;
    expect((await again()).error).toBeUndefined();
    expect([writes(), searches()]).toEqual([1, 0]);
  });

  test('where that is unknown it is rate_limited, and the value stays valid', async () => {
    const { state, again, writes } = await space([]);
    state.now += 10_001;
    state.fails = true;
    const { error } = await again();
    expect(error?.code).toBe('rate_limited');
    expect(error?.retryAfterMs).toBe(7000);
    expect(writes()).toBe(0);
    state.fails = false;
    expect((await again()).error).toBeUndefined();
    expect(writes()).toBe(1);
  });
});

describe('a value', () => {
  test('is not spent where nothing was sent', async () => {
    const { api, asked } = fakeApi({});
    let isFull = true;
    const limited: SegmentApi = {
      ...api,
      async send(name, input, call) {
        if (isWrite(name) && isFull) throw new RateLimitedError(name, 1000, 5, 'operation');
        return api.send(name, input, call);
      },
    };
    const client = await connect(limited, { confirm: 'writes' });
    const { error } = await callTool(client, 'remove_audience_from_space', remove);
    const args = { ...remove, confirmation: confirmationIn(error) };
    expect((await callTool(client, 'remove_audience_from_space', args)).error?.code).toBe(
      'rate_limited',
    );
    isFull = false;
    expect((await callTool(client, 'remove_audience_from_space', args)).error).toBeUndefined();
    expect(asked.filter(([operation]) => isWrite(operation))).toHaveLength(1);
  });

  test.each([
    ['blanks and line breaks around it', {}, (value: string) => ` \r\n ${value}\n\t`],
    [
      'defaults that are spelled out',
      {
        enabled: true,
        type: 'users',
        includeHistoricalData: false,
        includeAnonymousUsers: false,
        allowDuplicateName: false,
        dryRun: false,
      },
      (value: string) => value,
    ],
  ])('does not mind %s', async (_, more, spelled) => {
    const page = { audiences: [], pagination: {} };
    const client = await connect(fakeApi({ page }).api, { confirm: 'writes' });
    const { error } = await callTool(client, 'create_audience', create);
    const confirmation = spelled(confirmationIn(error));
    const again = { ...create, ...more, confirmation };
    expect((await callTool(client, 'create_audience', again)).error).toBeUndefined();
  });

  test.each([
    ['spa_1', '1'],
    ['1', 'spa_1'],
  ])('for the space %s is good for %s, which is the same', async (first, second) => {
    const { api, asked } = fakeApi({});
    const client = await connect(api, { confirm: 'writes' });
    for (const [tool, args] of [
      ['remove_audience_from_space', remove],
      ['update_audience_for_space', redefine],
      ['create_audience', create],
    ] as const) {
      const { error } = await callTool(client, tool, { ...args, spaceId: first });
      const confirmation = confirmationIn(error);
      const again = { ...args, spaceId: second, confirmation };
      expect((await callTool(client, tool, again)).error).toBeUndefined();
      const other = { ...args, spaceId: 'spa_2', confirmation };
      expect((await callTool(client, tool, other)).error?.code).toBe('confirmation_required');
    }
    expect(asked.filter(([operation]) => isWrite(operation))).toHaveLength(3);
  });

  test('depends on what is not the default', async () => {
    const page = { audiences: [], pagination: {} };
    const client = await connect(fakeApi({ page }).api, { confirm: 'writes' });
    for (const more of [
      { enabled: false },
      { includeHistoricalData: true },
      { includeAnonymousUsers: true },
    ]) {
      const { error } = await callTool(client, 'create_audience', create);
      const args = { ...create, ...more, confirmation: confirmationIn(error) };
      expect((await callTool(client, 'create_audience', args)).error?.message).toMatch(
        /not issued for exactly this write/,
      );
    }
  });
});

test('a user who takes long is asked about those who depend on it as they are', async () => {
  const clock = new ManualClock();
  const page = { audiences: [dependent('aud_2')], pagination: {} };
  const { api, asked } = fakeApi({ page: async () => page });
  const client = await connect(api, {
    confirm: 'writes',
    clock,
    async answering() {
      page.audiences.push(dependent('aud_3'));
      await clock.advance(10_001);
      return { ...yes };
    },
  });
  const { error } = await callTool(client, 'remove_audience_from_space', remove);
  expect(error?.code).toBe('stale');
  expect(error?.message).toContain('"aud_3"');
  expect(asked.filter(([operation]) => isWrite(operation))).toEqual([]);
});
