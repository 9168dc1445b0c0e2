import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { headersOf } from '../support/raw-http.ts';
import { audienceOf, pageOf, SandboxPerTest, space } from '../support/sandbox-per-test.ts';

/*
 * Schedules and runs of linked audiences, held against Segment's reference 73.2.0.
 */

const dayMs = 86_400_000;
const bench = new SandboxPerTest({ edition: 'v1', seeds: { spa_shop_production: [] } });
const { ask } = bench;
const definition = { query: "entity('orders').count() >= 1" };
const hourly = { strategy: 'PERIODIC', config: { interval: '1h' } };
const weekly = {
  strategy: 'SPECIFIC_DAYS',
  config: { days: [1], hours: [7], timezone: 'Europe/Berlin' },
};

const scheduleSchema = z.looseObject({ id: z.string(), nextExecution: z.string().optional() });
const one = (body: unknown) =>
  z.object({ data: z.object({ audienceSchedule: scheduleSchema }) }).parse(body).data
    .audienceSchedule;
const many = (body: unknown) =>
  z.object({ data: z.object({ audienceSchedules: z.array(scheduleSchema) }) }).parse(body).data
    .audienceSchedules;

/** Makes a linked audience, and gives its path. */
async function linked(more: object = {}): Promise<string> {
  const answer = await bench.create({ audienceType: 'LINKED', definition, ...more });
  return `${space}/${audienceOf(answer).id}`;
}
const add = (path: string, body: object) => ask('POST', `${path}/schedules`, { body });
const list = async (path: string) => many((await ask('GET', `${path}/schedules`)).body);
const runs = () => bench.sandbox.runs('spa_shop_production');

test('live: added, read, replaced, removed', async () => {
  const path = await linked();
  expect(await list(path)).toEqual([]);
  const added = one((await add(path, hourly)).body);
  expect(added).toEqual({
    id: expect.stringMatching(/^sch_/),
    ...hourly,
    nextExecution: '2026-01-01T01:00:00.000Z',
  });
  expect(await list(path)).toEqual([added]);
  const at = `${path}/schedules/${added.id}`;
  const changed = one((await ask('PATCH', at, { body: weekly })).body);
  // 2026-01-05 is a Monday.
  expect(changed).toEqual({ id: added.id, ...weekly, nextExecution: '2026-01-05T06:00:00.000Z' });
  expect(one((await ask('GET', at)).body)).toEqual(changed);
  expect((await ask('DELETE', at)).body).toEqual({ data: { status: 'SUCCESS' } });
  expect(await list(path)).toEqual([]);
  for (const method of ['GET', 'DELETE'] as const) expect((await ask(method, at)).status).toBe(404);
});

test('several are allowed, and shown with the audience on request', async () => {
  const path = await linked();
  const added = [one((await add(path, hourly)).body), one((await add(path, weekly)).body)];
  expect(await list(path)).toEqual(added);
  expect(audienceOf(await ask('GET', path))).not.toHaveProperty('schedules');
  expect(audienceOf(await ask('GET', `${path}?include=schedules`)).schedules).toEqual(added);
  const { audiences } = pageOf(await ask('GET', `${space}?include=schedules`));
  expect(audiences[0]?.schedules).toEqual(added);
});

test('the next time moves with the clock', async () => {
  const path = await linked();
  await add(path, hourly);
  await bench.clock.advance(90 * 60_000);
  expect((await list(path))[0]?.nextExecution).toBe('2026-01-01T02:00:00.000Z');
});

describe('a run', () => {
  test('is requested when it is due, not before', async () => {
    const path = await linked();
    await add(path, hourly);
    await bench.clock.advance(3_599_999);
    expect(runs()).toEqual([]);
    await bench.clock.advance(1);
    expect(runs()).toMatchObject([
      {
        cause: 'schedule',
        requestedAt: Date.UTC(2026, 0, 1, 1),
        startsAt: Date.UTC(2026, 0, 1, 1),
      },
    ]);
    await bench.clock.advance(2 * 3_600_000);
    expect(runs()).toHaveLength(3);
  });

  test('can be forced, also of a disabled audience, and answers its id', async () => {
    for (const enabled of [true, false]) {
      const path = await linked({ enabled, name: `N ${enabled}` });
      // Without a body a client sends no Content-Type.
      const { authorization, accept } = headersOf('v1');
      const answer = await ask('POST', `${path}/runs`, { headers: { authorization, accept } });
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ data: { run: { id: runs().at(-1)?.id } } });
    }
  });

  test('waits where five are under way', async () => {
    const path = await linked();
    for (let count = 0; count < 7; count += 1) await ask('POST', `${path}/runs`);
    const now = bench.clock.now();
    expect(runs().map(({ startsAt }) => startsAt - now)).toEqual([0, 0, 0, 0, 0, 60_000, 60_000]);
  });

  test('that is due while another of the audience is under way is left out', async () => {
    const path = await linked();
    await add(path, hourly);
    await bench.clock.advance(3_570_000);
    await ask('POST', `${path}/runs`);
    await bench.clock.advance(30_000);
    expect(runs().map(({ cause }) => cause)).toEqual(['forced']);
  });

  test('is not due while the audience is disabled', async () => {
    const path = await linked();
    await add(path, hourly);
    await ask('PATCH', path, { body: { enabled: false } });
    await bench.clock.advance(5 * 3_600_000);
    expect((await list(path))[0]).not.toHaveProperty('nextExecution');
    await ask('PATCH', path, { body: { enabled: true } });
    expect(runs()).toEqual([]);
    await bench.clock.advance(3_600_000);
    expect(runs()).toHaveLength(1);
  });
});

test('a schedule is lost after 90 days in which its audience was disabled', async () => {
  const path = await linked();
  await add(path, hourly);
  await ask('PATCH', path, { body: { enabled: false } });
  await bench.clock.advance(50 * dayMs);
  // A change of something else does not start the time again.
  await ask('PATCH', path, { body: { name: 'Renamed' } });
  await bench.clock.advance(40 * dayMs - 1);
  expect(await list(path)).toHaveLength(1);
  await bench.clock.advance(1);
  expect(await list(path)).toEqual([]);
});

test('a removed audience takes its schedules along', async () => {
  const path = await linked();
  const { id } = one((await add(path, hourly)).body);
  await ask('DELETE', path);
  expect((await ask('GET', `${path}/schedules/${id}`)).status).toBe(404);
  await bench.clock.advance(2 * 3_600_000);
  expect(runs()).toEqual([]);
});

describe('refused is', () => {
  test.each([
    [{}, ['strategy', 'config']],
    [{ strategy: 'MANUAL', config: {} }, ['strategy']],
    [{ strategy: 'PERIODIC', config: null }, ['config']],
    [{ strategy: 'PERIODIC', config: { interval: '5m' } }, ['config.interval']],
    [
      { ...weekly, strategy: 'PERIODIC' },
      ['config.interval', 'config.days', 'config.hours', 'config.timezone'],
    ],
    [
      { ...hourly, strategy: 'SPECIFIC_DAYS' },
      ['config.timezone', 'config.days', 'config.hours', 'config.interval'],
    ],
    [{ ...weekly, config: { ...weekly.config, days: [7] } }, ['config.days.0']],
    [{ ...weekly, config: { ...weekly.config, days: [] } }, ['config.days']],
    [
      { ...weekly, config: { ...weekly.config, hours: [1.5, '2'] } },
      ['config.hours.0', 'config.hours.1'],
    ],
    [{ ...weekly, config: { ...weekly.config, timezone: 'CEST/Nowhere' } }, ['config.timezone']],
    [{ ...hourly, enabled: true }, ['enabled']],
  ])('%j', async (body, fields) => {
    const path = await linked();
    const answer = await add(path, body);
    expect(answer.status).toBe(422);
    const { errors } = z
      .object({ errors: z.array(z.object({ field: z.string() })) })
      .parse(answer.body);
    expect(errors.map(({ field }) => field)).toEqual(fields);
    expect(await list(path)).toEqual([]);
  });

  test('an audience that is not linked; what it has is an empty list', async () => {
    const answer = await bench.create();
    const path = `${space}/${audienceOf(answer).id}`;
    expect(await list(path)).toEqual([]);
    for (const refused of [
      await add(path, hourly),
      await ask('PATCH', `${path}/schedules/sch_1`, { body: hourly }),
      await ask('DELETE', `${path}/schedules/sch_1`),
      await ask('POST', `${path}/runs`),
    ]) {
      expect(refused).toMatchObject({
        status: 422,
        body: { errors: [{ message: expect.stringMatching(/is of the type USERS: only LINKED/) }] },
      });
    }
  });

  test('an audience or a schedule that is not there', async () => {
    const path = await linked();
    expect((await ask('GET', `${space}/aud_no/schedules`)).status).toBe(404);
    expect((await ask('POST', `${space}/aud_no/runs`)).status).toBe(404);
    expect((await ask('PATCH', `${path}/schedules/sch_no`, { body: hourly })).status).toBe(404);
  });
});
