import { describe, expect, test } from 'vitest';
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

  test('is no duplicate', async () => {
    const { rig, copy } = await start([berlin], { otherSpaces: { [other]: [berlin] } });
    expect((await copy({ toSpaceId: other })).error?.code).toBe('duplicate');
    expect(rig.writes()).toEqual([]);
  });

  test('is agreed to, with what may mean something else in the other space', async () => {
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
    expect(question).toContain('sources of the space it comes from: "src_1"');
    expect(question).toContain('by their keys: "berlin". In');
    expect(question).toContain('Schedules and destinations are not copied.');
    expect(JSON.stringify(structured.advice)).toContain('by their keys');
  });

  test('in the same space is warned of nothing', async () => {
    const { copy } = await start();
    const { structured } = await copy({ name: 'Next to it' });
    expect(JSON.stringify(structured.advice)).not.toContain('space it comes from');
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
    expect((await copy({ toSpaceId: other })).error?.code).toBe('space_not_allowed');
    expect(rig.writes()).toEqual([]);
  });
});
