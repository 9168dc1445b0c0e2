import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Seed } from '../../src/sandbox/start.ts';
import { callTool } from '../support/in-memory.ts';
import { firstId, type StandInOptions, standInSpace, startStandIn } from '../support/stand-in.ts';

const tool = 'copy_audience';
const other = 'spa_2';

const berlin: Seed = {
  name: 'Berlin',
  description: 'From Berlin',
  definition: { query: "trait('city') = 'Berlin' AND trait('lang') = 'de'", level: 'users' },
  options: { includeHistoricalData: true, backfillEventDataDays: 30 },
};

async function start(
  seeds: readonly Seed[] = [berlin],
  more: Omit<StandInOptions, 'edition' | 'seeds'> = {},
) {
  const rig = await startStandIn({
    edition: 'v1',
    seeds,
    otherSpaces: { [other]: [] },
    ...more,
  });
  const copy = (args: object) => callTool(rig.client, tool, { id: firstId, ...args });
  return { rig, copy };
}

describe('a copy', () => {
  test('has the definition, description, level and options, and goes to the other space', async () => {
    const { rig, copy } = await start();
    const { structured, error } = await copy({ toSpaceId: other });
    expect(error).toBeUndefined();
    expect(rig.writes()).toMatchObject([
      {
        path: expect.stringContaining(other),
        body: {
          name: 'Berlin',
          description: 'From Berlin',
          audienceType: 'USERS',
          enabled: true,
          definition: { query: berlin.definition.query },
          options: { includeHistoricalData: true, backfillEventDataDays: 30 },
        },
      },
    ]);
    expect(structured).toMatchObject({ audience: { name: 'Berlin', spaceId: other } });
    expect(structured.advice).toContain('Schedules and destinations are not copied.');
  });

  test('has other values, all replaced at once', async () => {
    const { rig, copy } = await start();
    await copy({
      name: 'Bonn',
      find: ['Berlin', 'de', 'lang'],
      replaceWith: ['de', 'Berlin', 'l'],
    });
    expect(rig.writes()).toMatchObject([
      { body: { definition: { query: "trait('city') = 'de' AND trait('l') = 'Berlin'" } } },
    ]);
  });

  test.each([
    [{ name: 'X', find: ['Berl'], replaceWith: ['x'] }, 'find'],
    [{ name: 'X', find: ['Berlin'], replaceWith: ['ends in \\'] }, 'replaceWith'],
    [{ name: 'X', find: ['Berlin'], replaceWith: ['a', 'b'] }, 'replaceWith'],
    [{ name: 'X', find: ['Berlin'] }, 'replaceWith'],
    [{ name: 'X', find: ['Berlin', 'Berlin'], replaceWith: ['a', 'b'] }, 'find'],
    [{}, 'name'],
    [{ toSpaceId: standInSpace }, 'name'],
  ])('is not made with %j', async (args, field) => {
    const { rig, copy } = await start();
    expect((await copy(args)).error).toMatchObject({ code: 'invalid_input', field });
    expect(rig.writes()).toEqual([]);
  });

  test('keeps the definition where there is nothing to replace', async () => {
    const { rig, copy } = await start();
    await copy({ name: 'Bonn', find: [], replaceWith: [] });
    expect(rig.writes()).toMatchObject([
      { body: { definition: { query: berlin.definition.query } } },
    ]);
  });

  test('is checked like any definition', async () => {
    const { rig, copy } = await start([
      {
        name: 'A',
        definition: { query: "trait('d').before_date('2026-01-31')", level: 'users' },
      },
    ]);
    const args = { name: 'B', find: ['2026-01-31'], replaceWith: ['soon'] };
    expect((await copy(args)).error?.code).toBe('invalid_query');
    expect(rig.writes()).toEqual([]);
  });

  test('is not a duplicate', async () => {
    const { rig, copy } = await start([berlin], { otherSpaces: { [other]: [berlin] } });
    expect((await copy({ toSpaceId: other })).error?.code).toBe('duplicate');
    expect(rig.writes()).toEqual([]);
  });

  test('asks for agreement, with what may mean something else in the other space', async () => {
    const seeds: Seed[] = [
      {
        name: 'Built',
        definition: {
          query:
            "event('A').sources({exclude: 'src_1'}).count() >= 1 AND trait('berlin') = 'true' AND trait('city') = 'x'",
          level: 'users',
        },
      },
      berlin,
    ];
    const { rig, copy } = await start(seeds, {
      flags: { confirm: 'writes' },
      answering: () => ({ action: 'accept', content: { agree: true } }),
    });
    const { structured, error } = await copy({ toSpaceId: other });
    expect(error).toBeUndefined();
    const [question = ''] = rig.questions;
    expect(question).toContain('sources of its original space: "src_1"');
    expect(question).toContain('by their keys: "berlin". In');
    expect(question).toContain('Schedules and destinations are not copied.');
    expect(JSON.stringify(structured.advice)).toContain('by their keys');
  });

  test('in the same space has no warning', async () => {
    const { copy } = await start();
    const { structured } = await copy({ name: 'Next to it' });
    expect(JSON.stringify(structured.advice)).not.toContain('original space');
  });

  test('is shown by a dry run, and sent by none', async () => {
    const { rig, copy } = await start();
    const { structured } = await copy({ toSpaceId: other, dryRun: true });
    expect(structured).toMatchObject({
      dryRun: { request: { method: 'POST', body: { name: 'Berlin' } } },
    });
    expect(structured.advice).toContain('Schedules and destinations are not copied.');
    expect(rig.writes()).toEqual([]);
  });

  test('is made in an allowed space only', async () => {
    const { rig, copy } = await start([berlin], { flags: { 'allowed-spaces': standInSpace } });
    const { error } = await copy({ toSpaceId: other });
    expect(error).toMatchObject({ code: 'space_not_allowed', field: 'toSpaceId' });
    expect(rig.requests).toEqual([]);
  });
});

describe('a copy like a new audience', () => {
  const vienna = { name: 'Vienna', find: ['Berlin'], replaceWith: ['Vienna'] };
  const misspelt: Seed = {
    name: 'Buyers',
    definition: { query: "event('Order Complted').count() >= 1", level: 'users' },
  };
  const unknown = /has no known event "Order Complted"\. Did you mean "Order Completed"/;
  const yes = () => ({ action: 'accept', content: { agree: true } }) as const;
  const schemaOf = ({ requests }: Awaited<ReturnType<typeof start>>['rig']) =>
    requests.filter(({ path }) => /\/(events|traits|entity-paths)/.test(path));

  test('is checked for names that its space does not know', async () => {
    const { rig, copy } = await start([misspelt], {
      flags: { confirm: 'writes' },
      answering: yes,
    });
    const { structured, error } = await copy({ name: 'Buyers 2' });
    expect(error).toBeUndefined();
    expect(rig.questions).toEqual([expect.stringMatching(unknown)]);
    expect(structured.advice).toEqual(expect.arrayContaining([expect.stringMatching(unknown)]));
  });

  test('is checked against the space that it goes to', async () => {
    const { rig, copy } = await start([misspelt]);
    await copy({ toSpaceId: other });
    const asked = schemaOf(rig);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.map(({ spaceId }) => spaceId)).toEqual(asked.map(() => other));
  });

  test('is not checked with checkNames false', async () => {
    const { rig, copy } = await start([misspelt]);
    const { structured, error } = await copy({ name: 'Buyers 2', checkNames: false });
    expect(error).toBeUndefined();
    expect(String(structured.advice)).not.toMatch(/knows no/);
    expect(schemaOf(rig)).toEqual([]);
  });

  /** Lets time pass while the preview is waited for. */
  const patient = async (seeds: Seed[], more: Parameters<typeof start>[1] = {}) => {
    const { rig } = await start(seeds, more);
    const onprogress = () => rig.isWaitedFor(3000);
    return {
      rig,
      copy: (args: object) =>
        rig.through(callTool(rig.client, tool, { id: firstId, ...args }, { onprogress })),
    };
  };
  const city: Seed = {
    name: 'Berlin',
    definition: { query: "trait('address.city') = 'Berlin'", level: 'users' },
    options: { filterByExternalIds: ['email'] },
  };

  test('says its own size before, of the definition and options as they will be', async () => {
    const { rig, copy } = await patient([city], {
      flags: { confirm: 'writes' },
      answering: yes,
    });
    const { structured, error } = await copy({ ...vienna, previewFirst: true });
    expect(error).toBeUndefined();
    const previews = rig.writes().filter(({ operation }) => operation?.endsWith('_preview'));
    expect(previews).toMatchObject([
      {
        body: {
          definition: { query: "trait('address.city') = 'Vienna'" },
          options: { filterByExternalIds: ['email'] },
        },
      },
    ]);
    const { id } = z.object({ id: z.string() }).parse(structured.audience);
    const size = rig.sandbox.members(standInSpace, id)?.length;
    expect(size).toBeGreaterThan(0);
    expect(rig.questions).toEqual([expect.stringContaining(`- Size: ${size}\n`)]);
    expect(String(structured.advice)).toContain(`A preview found ${size} members`);
  });

  test('shows its size in a dry run, and in the space that it would go to', async () => {
    const { rig, copy } = await patient([city]);
    const { structured } = await copy({ toSpaceId: other, previewFirst: true, dryRun: true });
    expect(structured).toMatchObject({
      dryRun: { after: { size: { type: 'USERS', count: expect.any(Number) } } },
    });
    expect(rig.writes()).toMatchObject([{ operation: 'create_audience_preview', spaceId: other }]);
  });

  test('spends no preview unless it is asked to', async () => {
    const { rig, copy } = await start([city]);
    await copy(vienna);
    expect(rig.writes().map(({ operation }) => operation)).toEqual(['create_audience']);
  });
});
