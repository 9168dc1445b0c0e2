import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { callTool } from '../support/in-memory.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { firstId, type StandInOptions, startStandIn } from '../support/stand-in.ts';

/*
 * Schedules and runs of linked audiences, through a real client, against the sandbox.
 */

const dayMs = 24 * 60 * 60_000;
const query = "entity('orders').count() >= 1";
const linked = { name: 'Buyers', definition: { query, level: 'linked' as const } };
const users = {
  name: 'Shoppers',
  definition: { query: "event('Shoes Bought').count() >= 1", level: 'users' as const },
};
const every = (interval: '1h' | '1d') => ({ strategy: 'PERIODIC' as const, config: { interval } });
const start = (more: Partial<StandInOptions> = {}) =>
  startStandIn({
    edition: 'v1',
    seeds: [linked],
    ...more,
    flags: { toolsets: 'all', ...more.flags },
  });

const scheduleSchema = z.object({ id: z.string(), strategy: z.string(), config: z.unknown() });
const schedulesOf = (structured: Record<string, unknown>) =>
  z.array(scheduleSchema).parse(structured.schedules);
const id = firstId;

const folder = mkdtempSync(join(tmpdir(), 'schedules-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('set_audience_schedule', () => {
  test('adds a schedule where there is none, and replaces it the next time', async () => {
    const { client, writes } = await start();
    const first = await callTool(client, 'set_audience_schedule', { id, interval: '1d' });
    const [added] = schedulesOf({ schedules: [first.structured.schedule] });
    expect(added).toMatchObject({ strategy: 'PERIODIC', config: { interval: '1d' } });
    const weekly = { id, days: [4, 1, 1], hours: [7], timezone: 'europe/berlin' };
    const second = await callTool(client, 'set_audience_schedule', weekly);
    const config = { days: [1, 4], hours: [7], timezone: 'Europe/Berlin' };
    const expected = { id: added?.id, strategy: 'SPECIFIC_DAYS', config };
    expect(second.structured.schedule).toMatchObject(expected);
    const listed = await callTool(client, 'list_audience_schedules', { id });
    expect(schedulesOf(listed.structured)).toMatchObject([expected]);
    expect(writes().map(({ operation }) => operation)).toEqual([
      'add_audience_schedule_to_audience',
      'update_audience_schedule_for_audience',
    ]);
  });

  test('lists several schedules where none is named, and replaces the one that is', async () => {
    const seeds = [{ ...linked, schedules: [every('1h'), every('1d')] }];
    const { client, writes } = await start({ seeds });
    const unclear = await callTool(client, 'set_audience_schedule', { id, interval: '2h' });
    expect(unclear.error).toMatchObject({ code: 'invalid_input', field: 'scheduleId' });
    expect(unclear.error?.message).toMatch(/"sch_\w+: every 1h"; "sch_\w+: every 1d"/);
    expect(writes()).toEqual([]);
    const listed = await callTool(client, 'list_audience_schedules', { id });
    const [, second] = schedulesOf(listed.structured);
    const args = { id, scheduleId: second?.id, interval: '2h' };
    expect((await callTool(client, 'set_audience_schedule', args)).error).toBeUndefined();
    const after = await callTool(client, 'list_audience_schedules', { id });
    expect(schedulesOf(after.structured).map(({ config }) => config)).toEqual([
      { interval: '1h' },
      { interval: '2h' },
    ]);
  });

  test('does not add one where the schedule that is named is not there', async () => {
    const { client, writes } = await start();
    const args = { id, scheduleId: 'sch_other', interval: '2h' };
    const { error } = await callTool(client, 'set_audience_schedule', args);
    expect(error).toMatchObject({ code: 'invalid_input', field: 'scheduleId' });
    expect(error?.message).toMatch(/no schedule .*sch_other.* It has none/);
    expect(writes()).toEqual([]);
  });

  test('shows the user what changes, and seals it with the schedules that were there', async () => {
    const seeds = [{ ...linked, schedules: [every('1h')] }];
    const { client, writes } = await start({ seeds, flags: { confirm: 'writes' } });
    const args = { id, interval: '1d' };
    const { error } = await callTool(client, 'set_audience_schedule', args);
    expect(error?.code).toBe('confirmation_required');
    expect(error?.message).toMatch(/Change when the audience "Buyers" .* runs\./);
    expect(error?.message).toMatch(/schedules: from "sch_\w+: every 1h" to "sch_\w+: every 1d"/);
    const { confirmation } = z.object({ confirmation: z.string() }).parse(error?.details);
    const done = await callTool(client, 'set_audience_schedule', { ...args, confirmation });
    expect(done.error).toBeUndefined();
    const again = await callTool(client, 'set_audience_schedule', { ...args, confirmation });
    expect(again.error?.message).toContain('has already been used');
    expect(writes()).toHaveLength(1);
  });

  test('is stale once the schedule has changed since the user was asked', async () => {
    const seeds = [{ ...linked, schedules: [every('1h')] }];
    const { client, connect } = await start({ seeds, flags: { confirm: 'writes' } });
    const args = { id, interval: '1d' };
    const agreed = async (of: typeof client, more: object) => {
      const { error } = await callTool(of, 'set_audience_schedule', { ...args, ...more });
      return z.object({ confirmation: z.string() }).parse(error?.details).confirmation;
    };
    const confirmation = await agreed(client, {});
    const other = await connect();
    const theirs = { interval: '2h', confirmation: await agreed(other, { interval: '2h' }) };
    await callTool(other, 'set_audience_schedule', { ...args, ...theirs });
    const { error } = await callTool(client, 'set_audience_schedule', { ...args, confirmation });
    expect(error?.code).toBe('stale');
    expect(error?.message).toMatch(
      /schedules was "sch_\w+: every 1h" and is now "sch_\w+: every 2h"/,
    );
  });

  test('rehearses without sending anything', async () => {
    const { client, writes } = await start();
    const args = { id, interval: '15m', dryRun: true };
    const { structured } = await callTool(client, 'set_audience_schedule', args);
    expect(structured.dryRun).toMatchObject({
      request: { method: 'POST', body: { strategy: 'PERIODIC', config: { interval: '15m' } } },
      before: { schedules: [] },
      after: { schedules: [{ id: 'new', strategy: 'PERIODIC' }] },
    });
    expect(writes()).toEqual([]);
  });

  const wrong: Record<string, [args: object, field: string, text: RegExp]> = {
    'both ways': [{ interval: '1h', days: [1] }, 'interval', /can't be combined with days/],
    'no way': [{}, 'days', /does not say when to run/],
    'a part': [{ days: [1], hours: [] }, 'hours', /hours and timezone are missing/],
    'an interval that there is not': [{ interval: '5m' }, 'interval', /15m/],
    'a day beyond the week': [{ days: [7], hours: [1], timezone: 'UTC' }, 'days.0', /6/],
    'a part of an hour': [{ days: [1], hours: [7.5], timezone: 'UTC' }, 'hours.0', /int/],
    'an offset': [
      { days: [1], hours: [7], timezone: '+01:00' },
      'timezone',
      /not a time zone name in the tz/,
    ],
    'an unknown zone': [
      { days: [1], hours: [7], timezone: 'Europe/Berlim' },
      'timezone',
      /not a time zone name in the tz/,
    ],
  };
  test.each(Object.entries(wrong))('refuses %s', async (_, [args, field, text]) => {
    const { client, requests } = await start();
    const { error } = await callTool(client, 'set_audience_schedule', { id, ...args });
    expect(error).toMatchObject({ code: 'invalid_input', field });
    expect(error?.message).toMatch(text);
    expect(requests).toEqual([]);
  });

  test('names the zone that was meant', async () => {
    const { client } = await start();
    const args = { id, days: [1], hours: [7], timezone: 'Europe/Berlim' };
    const { error } = await callTool(client, 'set_audience_schedule', args);
    expect(error?.next).toContain('Europe/Berlin');
  });
});

describe('an audience that is not linked', () => {
  const calls: [tool: string, args: object][] = [
    ['list_audience_schedules', {}],
    ['set_audience_schedule', { interval: '1h' }],
    ['set_audience_schedule', { interval: '1h', scheduleId: 'sch_1' }],
    ['remove_audience_schedule', {}],
    ['remove_audience_schedule', { scheduleId: 'sch_1' }],
    ['run_audience', {}],
  ];
  test.each(calls)('%s %j reports its type before sending anything else', async (tool, args) => {
    const { client, requests } = await start({ seeds: [users] });
    const { error } = await callTool(client, tool, { id, ...args });
    expect(error).toMatchObject({ code: 'invalid_input', field: 'id' });
    expect(error?.message).toContain('is of type users');
    expect(requests.map(({ operation }) => operation)).toEqual(['get_audience']);
  });
});

test('absurdly many schedules are shown in part', async () => {
  const { client, faults } = await start({ seeds: [linked] });
  const zone = 'z'.repeat(300);
  const audienceSchedules = Array.from({ length: 400 }, (_, n) => ({
    id: `${n}`,
    config: { zone },
  }));
  faults(({ operation }) =>
    operation === 'list_audience_schedules_from_space_and_audience'
      ? { kind: 'answer', status: 200, body: JSON.stringify({ data: { audienceSchedules } }) }
      : undefined,
  );
  const { structured, text } = await callTool(client, 'list_audience_schedules', { id });
  expect(text.length).toBeLessThan(60_000);
  const shown = z.array(z.unknown()).min(1).parse(structured.schedules).length;
  expect(structured.advice).toContain(`${400 - shown} more schedules are not shown.`);
});

describe('an audience that is disabled', () => {
  const paused = (days: number) => {
    const updatedAt = new ManualClock().now() - days * dayMs;
    const schedules = [every('1d')];
    return { ...linked, name: `${days}`, enabled: false, createdAt: 0, updatedAt, schedules };
  };

  test('for 80 days gets advice that says what it is judged by', async () => {
    const { client } = await start({ seeds: [paused(81), paused(79)] });
    const old = await callTool(client, 'list_audience_schedules', { id });
    expect(String(old.structured.advice)).toMatch(/disabled for 81 days.*at 90 days.*updatedAt/);
    const recent = await callTool(client, 'list_audience_schedules', { id: 'aud_000000002' });
    expect(String(recent.structured.advice)).not.toContain('90 days');
  });

  test('gets the same where it is read together with its schedules', async () => {
    const { client } = await start({ seeds: [paused(81), { ...linked, name: 'On' }] });
    const include = ['schedules'];
    const old = await callTool(client, 'get_audience', { id, include });
    expect(old.structured.schedules).toMatchObject([{ config: { interval: '1d' } }]);
    const { structured } = await callTool(client, 'list_audience_schedules', { id });
    expect(old.structured.advice).toEqual(
      expect.arrayContaining(z.array(z.string()).min(1).parse(structured.advice)),
    );
    const bare = await callTool(client, 'get_audience', { id });
    expect(String(bare.structured.advice)).not.toContain('90 days');
    const on = await callTool(client, 'get_audience', { id: 'aud_000000002', include });
    expect(String(on.structured.advice)).not.toContain('disabled');
  });
});

describe('remove_audience_schedule', () => {
  test('removes the only one after agreement, and returns it as it was', async () => {
    const seeds = [{ ...linked, schedules: [every('1h')] }];
    const yes = { action: 'accept', content: { agree: true } } as const;
    const { client, questions } = await start({
      seeds,
      flags: { confirm: 'remove' },
      answering: () => yes,
    });
    const { structured } = await callTool(client, 'remove_audience_schedule', { id });
    expect(structured).toMatchObject({
      status: 'SUCCESS',
      schedule: { config: { interval: '1h' } },
    });
    expect(questions[0]).toMatch(/schedules: from "sch_\w+: every 1h" to "none"/);
    expect(questions[0]).toContain('no longer runs automatically');
    const listed = await callTool(client, 'list_audience_schedules', { id });
    expect(schedulesOf(listed.structured)).toEqual([]);
  });

  test('says that there is none', async () => {
    const { client, writes } = await start();
    const { error } = await callTool(client, 'remove_audience_schedule', { id });
    expect(error).toMatchObject({ code: 'invalid_input', message: /has no schedule/ });
    expect(writes()).toEqual([]);
  });
});

describe('run_audience', () => {
  test('needs agreement to sending data out, even with --confirm remove', async () => {
    const { client, writes, questions } = await start({
      flags: { confirm: 'remove' },
      answering: () => ({ action: 'decline' }),
    });
    const { error } = await callTool(client, 'run_audience', { id });
    expect(error?.code).toBe('declined');
    expect(questions[0]).toMatch(
      /^Run the audience "Buyers" .* now\. This sends its data out, which cannot be undone\./,
    );
    expect(questions[0]).toContain('cannot be recalled');
    expect(writes()).toEqual([]);
  });

  test('returns the run, and is never sent again where the response was lost', async () => {
    const { client, writes, faults } = await start();
    const { structured } = await callTool(client, 'run_audience', { id });
    expect(structured.run).toMatchObject({ id: expect.any(String) });
    faults(({ method }) => (method === 'POST' ? { kind: 'drop', when: 'after' } : undefined));
    const { error } = await callTool(client, 'run_audience', { id });
    expect(error?.code).toBe('outcome_unknown');
    expect(writes()).toHaveLength(2);
  });
});

test("2024's edition has no schedules", async () => {
  const { client } = await start({
    edition: 'v1alpha',
    seeds: [users],
    flags: { edition: 'v1alpha' },
  });
  for (const [tool, args] of [
    ['run_audience', { id }],
    ['set_audience_schedule', { id, scheduleId: 'sch_1', interval: '1h' }],
  ] as const) {
    const { error } = await callTool(client, tool, args);
    expect(error?.code).toBe('unsupported');
  }
});

test('the audit log names the schedule that a write is about', async () => {
  const seeds = [{ ...linked, schedules: [every('1h')] }];
  const { client, audit } = await start({
    seeds,
    flags: { 'audit-log': join(folder, 'audit.jsonl') },
  });
  await callTool(client, 'remove_audience_schedule', { id });
  const line = z.object({
    tool: z.string(),
    operation: z.string(),
    id: z.string(),
    scheduleId: z.string(),
  });
  const [started] = audit().split('\n');
  expect(line.parse(JSON.parse(started ?? ''))).toMatchObject({
    tool: 'remove_audience_schedule',
    operation: 'remove_audience_schedule_from_audience',
    id,
    scheduleId: expect.stringMatching(/^sch_/),
  });
});
