import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { SeedAudience } from '../../src/sandbox/start.ts';
import type { Audience } from '../../src/segment/models/audience.ts';
import { audience, callTool, connect, fakeApi } from '../support/in-memory.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { pagedSpace } from '../support/paged-space.ts';
import { startStandIn } from '../support/stand-in.ts';

/*
 * find_audiences, by a client: of the whole program against the sandbox, and of the server on a port
 * for what the sandbox does not hold.
 */

const users = (name: string, query: string, more: Partial<SeedAudience> = {}): SeedAudience => ({
  id: `aud_${name.toLowerCase()}`,
  name,
  audienceType: 'USERS',
  definition: { query },
  ...more,
});

const world = {
  audiences: [
    users('Buyers', "event('Order Completed').count() >= 1"),
    users('Repeat', "event('Order Completed').count() >= 2 AND trait('buyers') = 'true'"),
    users('Vienna', "trait('city') = 'Vienna'", { enabled: false, description: 'In the city' }),
    users('Graz', "trait('city') = 'Graz'", { enabled: false }),
  ],
  profiles: ['Vienna', 'Vienna', 'Graz'].map((city, n) => ({ id: `p${n}`, traits: { city } })),
};
const scene = () => startStandIn({ edition: 'v1', world, flags: { edition: 'v1' } });

const answerSchema = z.object({
  matches: z.number(),
  audiences: z.array(z.looseObject({ id: z.string() })).optional(),
  unreadable: z.array(z.string()),
  notice: z.string().optional(),
  advice: z.array(z.string()).optional(),
});
async function find(client: Parameters<typeof callTool>[0], args: Record<string, unknown>) {
  const { structured, error } = await callTool(client, 'find_audiences', args);
  expect(error).toBeUndefined();
  return answerSchema.parse(structured);
}

describe('against the sandbox', () => {
  test('counts those that are disabled, in one request', async () => {
    const { client, requests } = await scene();
    expect(await find(client, { enabled: false, countOnly: true })).toEqual({
      matches: 2,
      unreadable: [],
    });
    expect(requests.map(({ operation }) => operation)).toEqual(['list_audiences']);
  });

  test('says what uses an event, and what is built on an audience', async () => {
    const { client, requests } = await scene();
    const event = await find(client, { event: 'Order Completed', sort: 'usedBy', order: 'desc' });
    expect(event.audiences).toMatchObject([
      { id: 'aud_buyers', key: 'buyers', usedByCount: 1, type: 'users', cadence: 'REALTIME' },
      { id: 'aud_repeat', usedByCount: 0 },
    ]);
    const onKey = await find(client, { audienceKey: 'buyers' });
    expect(onKey.audiences?.map(({ id }) => id)).toEqual(['aud_repeat']);
    expect(requests).toHaveLength(1);
  });

  test('ranks by size', async () => {
    const { client, clock } = await scene();
    // Until the sandbox has computed all of them.
    await clock.advance(60_000);
    const { audiences, matches } = await find(client, { sort: 'size', order: 'desc', limit: 1 });
    expect(matches).toBe(4);
    expect(audiences).toHaveLength(1);
    expect(audiences).toMatchObject([{ size: expect.any(Number) }]);
  });

  test('pages by offset', async () => {
    const { client } = await scene();
    const pages = [0, 3, 6].map((offset) => find(client, { limit: 3, offset }));
    const ids = (await Promise.all(pages)).map(({ audiences }) => audiences?.map(({ id }) => id));
    expect(ids).toEqual([['aud_buyers', 'aud_graz', 'aud_repeat'], ['aud_vienna'], []]);
  });

  test('a typo in a name finds nothing, and suggests what was meant', async () => {
    const { client } = await scene();
    const { matches, advice } = await find(client, { event: 'Order Complete' });
    expect(matches).toBe(0);
    expect(advice).toEqual(['event: did you mean "Order Completed", used by 2?']);
  });

  test('what was written is found at once, and old data says how old it is', async () => {
    const { client, requests, clock } = await scene();
    await find(client, {});
    await callTool(client, 'update_audience_for_space', { id: 'aud_graz', name: 'Linz' });
    expect((await find(client, { text: 'linz' })).matches).toBe(1);
    requests.splice(0);
    await clock.advance(5000);
    const { advice } = await find(client, {});
    expect(advice).toEqual(['This data is 5 s old; maxAgeSeconds: 0 reads the space again.']);
    expect(requests).toHaveLength(0);
    await find(client, { maxAgeSeconds: 0 });
    expect(requests).toHaveLength(1);
  });

  test('what a slow call has just read is not old', async () => {
    const clock = new ManualClock();
    const page = async () => {
      await clock.advance(3000);
      return { audiences: [audience()], pagination: { next: null } };
    };
    const client = await connect(fakeApi({ page }).api, { clock, defaultSpace: 's' });
    for (const args of [{}, { maxAgeSeconds: 0 }]) {
      expect((await find(client, args)).advice ?? []).toEqual([]);
    }
  });

  test.each(['updatedSince', 'updatedBefore'])('%s has to be a time', async (field) => {
    const { client } = await scene();
    const { error } = await callTool(client, 'find_audiences', { [field]: 'yesterday' });
    expect(error).toMatchObject({ code: 'invalid_input', field });
  });

  test.each([
    [{ minSize: 500, maxSize: 20 }, 'minSize', 'both minSize 500 and maxSize 20.'],
    [
      { updatedSince: '2026-03-02', updatedBefore: '2026-03-01T10:00:00Z' },
      'updatedSince',
      'both updatedSince 2026-03-02 and updatedBefore 2026-03-01T10:00:00Z.',
    ],
  ])('refuses limits that nothing can meet: %j', async (args, field, message) => {
    const { client, requests } = await scene();
    const { error } = await callTool(client, 'find_audiences', args);
    expect(error).toMatchObject({ code: 'invalid_input', field });
    expect(error?.message).toContain(message);
    expect(requests).toEqual([]);
    const same = {
      minSize: 2,
      maxSize: 2,
      updatedSince: '2026-03-01',
      updatedBefore: '2026-03-01',
    };
    await find(client, same);
  });

  test('an unknown space is not found', async () => {
    const { client } = await scene();
    const { error } = await callTool(client, 'find_audiences', { spaceId: 'spa_none' });
    expect(error?.code).toBe('not_found');
  });
});

/** A client of the server on a space that holds these. */
function clientOf(audiences: readonly Audience[]) {
  return connect(fakeApi({ page: pagedSpace(audiences, 200) }).api, { defaultSpace: 'spa_1' });
}

describe('of odd spaces', () => {
  test("names what can't be read, and how many sizes are unknown", async () => {
    const client = await clientOf([
      audience({ id: 'a', definition: null }),
      audience({ id: 'b', size: { count: 5 } }),
      audience({ id: 'c' }),
    ]);
    expect(await find(client, { event: 'A' })).toMatchObject({ matches: 0, unreadable: ['a'] });
    const { matches, advice } = await find(client, { minSize: 1 });
    expect(matches).toBe(1);
    expect(advice).toContain('2 more may match; the size is not known.');
    const bySize = await find(client, { sort: 'size', order: 'desc' });
    expect(bySize.audiences?.[0]).toMatchObject({ id: 'b' });
    expect(bySize.advice).toContain('The size is not known for 2 of the matches, which come last.');
  });

  test.each([
    [{ cadence: 'BATCH' }, '1 more may match; the cadence is not known.'],
    [{ enabled: true }, '1 more may match; the state (enabled or not) is not known.'],
    [{ enabled: false }, '1 more may match; the state (enabled or not) is not known.'],
    [{ status: 'Live' }, '1 more may match; the status is not known.'],
    [{ type: 'users' }, '1 more may match; the type is not known.'],
    [{ createdBy: 'usr_1' }, '1 more may match; the creator is not known.'],
    [{ updatedSince: '2020-01-01' }, '1 more may match; the last change is not known.'],
  ])('says how many may match %j', async (filters, said) => {
    const all = { audienceType: 'USERS', computeCadence: { type: 'BATCH' } };
    const client = await clientOf([
      audience({ id: 'a', ...all }),
      { id: 'b', definition: { query: "trait('a') = 'b'" } },
    ]);
    expect((await find(client, filters)).advice).toContain(said);
    expect((await find(client, { ...filters, text: 'Big' })).advice).toBeUndefined();
  });

  test('of the edition of 2024, which shows no cadence, says so', async () => {
    const rig = await startStandIn({
      edition: 'v1alpha',
      flags: { edition: 'v1alpha' },
      seeds: [{ name: 'Old', definition: { query: "trait('a') = 'b'", level: 'users' } }],
    });
    const { matches, advice } = await find(rig.client, { cadence: 'REALTIME' });
    expect(matches).toBe(0);
    expect(advice).toContain('1 more may match; the cadence is not known.');
  });

  test('shows createdAt where rows are ordered by it', async () => {
    const createdAt = '2026-01-01T00:00:00.000Z';
    const client = await clientOf([audience({ createdAt })]);
    const { audiences } = await find(client, { sort: 'createdAt' });
    expect(audiences?.[0]).toMatchObject({ createdAt });
    expect((await find(client, {})).audiences?.[0]).not.toHaveProperty('createdAt');
  });

  test('takes times in ISO 8601, without a zone those of UTC', async () => {
    const client = await clientOf([audience({ updatedAt: '2026-01-02T00:00:00.000Z' })]);
    for (const updatedSince of ['2026-01-02', '2026-01-02T00:00:00', '2026-01-02T01:00:00+01:00']) {
      expect((await find(client, { updatedSince })).matches).toBe(1);
    }
    for (const updatedSince of [
      '1',
      '2026',
      'yesterday',
      '2026-02-31',
      'Jan 2, 2026',
      '1767312000',
    ]) {
      const { error } = await callTool(client, 'find_audiences', { updatedSince });
      expect(error).toMatchObject({ code: 'invalid_input', field: 'updatedSince' });
    }
  });

  test("shows a hundred of the ids that can't be read, and says how many more there are", async () => {
    const all = Array.from({ length: 150 }, (_, n) => audience({ id: `a${n}`, definition: null }));
    const { unreadable, advice } = await find(await clientOf(all), {});
    expect(unreadable).toHaveLength(100);
    expect(advice).toContain('unreadable has 50 more ids, which are not shown.');
  });

  test('says where long descriptions were searched in part', async () => {
    const client = await clientOf([audience({ description: `${'x'.repeat(600)} needle` })]);
    const { matches, advice } = await find(client, { text: 'needle' });
    expect(matches).toBe(0);
    expect(advice).toContain('At most the beginning of 1 long description was searched.');
  });

  test('counts each once, where the pages go in a circle', async () => {
    const all = Array.from({ length: 450 }, (_, n) => audience({ id: `a${n}` }));
    let requests = 0;
    const page = async ({ cursor }: { cursor?: string }) => {
      requests += 1;
      const from = Number(cursor ?? 0);
      const next = from >= 400 ? '200' : String(from + 200);
      return { audiences: all.slice(from, from + 200), pagination: { next } };
    };
    const client = await connect(fakeApi({ page }).api, { defaultSpace: 'spa_1' });
    const { matches, advice } = await find(client, { countOnly: true });
    expect([matches, requests]).toEqual([450, 3]);
    expect(String(advice)).toContain('Only the first 450 audiences were searched');
  });

  test('says where there are more than were searched', async () => {
    const all = Array.from({ length: 10_001 }, (_, n) => audience({ id: `a${n}` }));
    const { matches, advice } = await find(await clientOf(all), { countOnly: true });
    expect(matches).toBe(10_000);
    expect(advice).toContain('Only the first 10000 audiences were searched; the space has more.');
  });

  test.each([
    ['columns', 'N'.repeat(100), 200, /query and updatedAt .* No row is missing\./],
    [
      'all but id and name',
      'N'.repeat(200),
      200,
      /everything but id and name .* No row is missing\./,
    ],
    ['rows', '\u0000'.repeat(250), 25, /It ends after 25 rows: continue with offset 25\./],
  ])('stays under 60,000 characters: first go %s', async (_, name, rows, notice) => {
    const all = Array.from({ length: 200 }, (__, n) =>
      audience({ id: `aud_${n}`, name: `${n}${name}`, definition: { query: 'q'.repeat(300) } }),
    );
    const { text } = await callTool(await clientOf(all), 'find_audiences', { limit: 200 });
    expect(text.length).toBeLessThan(60_000);
    const answer = answerSchema.parse(JSON.parse(text));
    expect(answer.matches).toBe(200);
    expect(answer.audiences).toHaveLength(rows);
    expect(answer.notice).toMatch(notice);
  });
});
