import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { unlikeSent } from '../../src/safety/as-sent.ts';
import { audiences } from '../../src/safety/thing.ts';
import type { Fault, SandboxRequest, Seed } from '../../src/sandbox/start.ts';
import { audience, callTool } from '../support/in-memory.ts';
import { firstId, type StandIn, startStandIn } from '../support/stand-in.ts';

/*
 * A response in good form that shows other values than were sent is not taken for the write's success
 * before it was looked at once.
 */

const query = "event('Shoes Bought').count() >= 1";
const seed = { name: 'Old', definition: { query, level: 'users' } } as const;
const folder = mkdtempSync(join(tmpdir(), 'as-sent-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

/** A response in which every audience and computed trait has other values. */
function showing(values: object): Fault {
  const isThing = (value: unknown) =>
    typeof value === 'object' && value !== null && 'definition' in value;
  return {
    kind: 'alter',
    alter: (body) =>
      JSON.parse(JSON.stringify(body), (_, value) =>
        isThing(value) ? { ...value, ...values } : value,
      ),
  };
}

async function start(
  faults: (request: SandboxRequest) => Fault | undefined,
  seeds: readonly Seed[] = [seed, { ...seed, name: 'Other' }],
): Promise<StandIn> {
  files += 1;
  const flags = { 'audit-log': join(folder, `${files}.jsonl`), toolsets: 'all' };
  const rig = await startStandIn({
    edition: 'v1',
    seeds,
    flags,
  });
  // Their members are computed by then.
  await rig.clock.advance(60 * 60_000);
  rig.faults(faults);
  return rig;
}

const ifWritten =
  (fault: Fault) =>
  ({ method }: SandboxRequest) =>
    method === 'GET' ? undefined : fault;

const lineSchema = z.looseObject({ outcome: z.string(), note: z.string().optional() });
const linesOf = (rig: StandIn) =>
  rig
    .audit()
    .split('\n')
    .filter(Boolean)
    .map((line) => lineSchema.parse(JSON.parse(line)))
    .filter(({ outcome }) => outcome !== 'started');
const looksAfterWrite = ({ requests }: StandIn) => {
  const last = requests.findLastIndex(({ method }) => method !== 'GET');
  return requests.slice(last + 1).map(({ operation }) => operation);
};

/** A response in which every schedule has another timing. */
function showingTimes(timing: object): Fault {
  const isSchedule = (value: unknown) =>
    typeof value === 'object' && value !== null && 'strategy' in value;
  return {
    kind: 'alter',
    alter: (body) =>
      JSON.parse(JSON.stringify(body), (_, value) =>
        isSchedule(value) ? { ...value, ...timing } : value,
      ),
  };
}

const update = 'update_audience_for_space';
const disable = { id: firstId, enabled: false };

describe('a change whose response shows other values', () => {
  test('is done if a read shows what was sent, and the result is what was read', async () => {
    const rig = await start(ifWritten(showing({ enabled: true })));
    const { structured, error } = await callTool(rig.client, update, disable);
    expect(error).toBeUndefined();
    expect(structured.audience).toMatchObject({ id: firstId, enabled: false });
    expect(String(structured.advice)).not.toMatch(/still shows/);
    expect(looksAfterWrite(rig)).toEqual(['get_audience']);
    expect(linesOf(rig)).toMatchObject([{ outcome: 'done', after: { enabled: false } }]);
    expect(linesOf(rig)[0]).not.toHaveProperty('note');
  });

  test('is reported with what it still shows, and with a note in the audit log', async () => {
    const rig = await start(() => showing({ enabled: true }));
    const { structured, error } = await callTool(rig.client, update, disable);
    expect(error).toBeUndefined();
    expect(structured.audience).toMatchObject({ id: firstId, enabled: true });
    const shown = 'still shows enabled as true instead of false';
    expect(structured.advice).toContain(
      `Segment's response ${shown}; read it again before you continue.`,
    );
    expect(looksAfterWrite(rig)).toEqual(['get_audience']);
    expect(linesOf(rig)).toMatchObject([
      { outcome: 'done', note: `Segment's response ${shown}.`, after: { enabled: true } },
    ]);
  });

  test.each<[string, Fault]>([
    ['fails', { kind: 'answer', status: 502, body: '' }],
    ['is refused for lack of quota', { kind: 'rate-limit', msBeforeNext: 30_000 }],
    ['breaks off', { kind: 'drop', when: 'mid-body' }],
  ])('is reported the same where the read %s, which is not repeated', async (_, fault) => {
    let isWritten = false;
    const rig = await start(({ method }) => {
      if (method === 'GET') return isWritten ? fault : undefined;
      isWritten = true;
      return showing({ name: 'Old' });
    });
    const call = callTool(rig.client, update, { id: firstId, name: 'New' });
    const { structured, error } = await rig.through(call);
    expect(error).toBeUndefined();
    expect(String(structured.advice)).toContain('still shows name as "Old" instead of "New"');
    expect(looksAfterWrite(rig)).toEqual(['get_audience']);
  });

  test('of a computed trait is reported the same', async () => {
    const rig = await start(() => undefined);
    const create = { name: 'Shoes', query: "event('Shoes Bought').count()" };
    const created = await callTool(rig.client, 'create_computed_trait', create);
    const { id } = z.looseObject({ id: z.string() }).parse(created.structured.computedTrait);
    rig.faults(() => showing({ description: 'Old' }));
    const { structured, error } = await callTool(rig.client, 'update_computed_trait_for_space', {
      id,
      description: 'New',
    });
    expect(error).toBeUndefined();
    expect(String(structured.advice)).toContain(
      'still shows description as "Old" instead of "New"',
    );
    expect(looksAfterWrite(rig)).toEqual(['get_computed_trait']);
  });

  test('among several is told apart from those that are as they were sent', async () => {
    const rig = await start(({ id }) => (id === firstId ? showing({ enabled: true }) : undefined));
    const ids = [firstId, 'aud_000000002'];
    const args = { ids, action: 'disable' };
    const { structured, error } = await rig.through(callTool(rig.client, 'change_audiences', args));
    expect(error).toBeUndefined();
    expect(structured.results).toMatchObject([
      { outcome: 'done', message: expect.stringContaining('still shows enabled as true') },
      { outcome: 'done' },
    ]);
    expect(String(structured.advice)).toContain('For 1 of those that are done');
    expect(linesOf(rig).map(({ note }) => note !== undefined)).toEqual([true, false]);
  });
});

describe('a schedule whose response shows other times', () => {
  const linked = {
    name: 'Buyers',
    definition: { query: "entity('orders').count() >= 1", level: 'linked' },
  } as const;
  const hourly = { strategy: 'PERIODIC', config: { interval: '1h' } } as const;
  const set = (rig: StandIn, timing: object) =>
    callTool(rig.client, 'set_audience_schedule', { id: firstId, ...timing });
  const look = 'list_audience_schedules_from_space_and_audience';
  const mondays = { days: [1, 4], hours: [7], timezone: 'Europe/Berlin' };

  describe.each([
    ['that is added', linked],
    ['that is replaced', { ...linked, schedules: [hourly] }],
  ])('%s', (_, audienceSeed) => {
    const begin = (faults: Parameters<typeof start>[0]) => start(faults, [audienceSeed]);

    test('is set if a look shows what was sent, and the result is what was looked at', async () => {
      const rig = await begin(ifWritten(showingTimes({ config: { interval: '4h' } })));
      const { structured, error } = await set(rig, { interval: '1d' });
      expect(error).toBeUndefined();
      expect(structured.schedule).toMatchObject({ config: { interval: '1d' } });
      expect(String(structured.advice)).not.toMatch(/still shows/);
      expect(looksAfterWrite(rig)).toEqual([look]);
      expect(linesOf(rig)[0]).not.toHaveProperty('note');
    });

    test('is reported with what it still shows, and with a note in the audit log', async () => {
      let isWritten = false;
      const rig = await begin(({ method }) => {
        isWritten ||= method !== 'GET';
        return isWritten ? showingTimes({ config: { interval: '4h' } }) : undefined;
      });
      const { structured, error } = await set(rig, { interval: '1d' });
      expect(error).toBeUndefined();
      expect(structured.schedule).toMatchObject({ config: { interval: '4h' } });
      const shown = 'still shows schedule as "every 4h" instead of "every 1d"';
      expect(structured.advice).toContain(
        `Segment's response ${shown}; read it again before you continue.`,
      );
      expect(looksAfterWrite(rig)).toEqual([look]);
      expect(linesOf(rig)).toMatchObject([
        { outcome: 'done', note: `Segment's response ${shown}.` },
      ]);
    });

    test.each<[string, Fault]>([
      ['fails', { kind: 'answer', status: 502, body: '' }],
      ['does not list it', { kind: 'alter', alter: () => ({ data: { audienceSchedules: [] } }) }],
    ])('is reported so where the look %s, which is not repeated', async (__, fault) => {
      let isWritten = false;
      const rig = await begin(({ method }) => {
        if (method === 'GET') return isWritten ? fault : undefined;
        isWritten = true;
        return showingTimes({ config: { ...mondays, days: [1, 5] } });
      });
      const { structured, error } = await rig.through(set(rig, mondays));
      expect(error).toBeUndefined();
      expect(String(structured.advice)).toContain(
        'still shows schedule as "Monday, Friday at 7:00 Europe/Berlin" instead of "Monday, Thursday at 7:00 Europe/Berlin"',
      );
      expect(looksAfterWrite(rig)).toEqual([look]);
    });

    test.each([
      ['in another order', { config: { ...mondays, days: [4, 1] } }],
      ['with its zone in small letters', { config: { ...mondays, timezone: 'europe/berlin' } }],
      ['with more about it', { config: { ...mondays, note: 'x' }, nextExecution: 'soon' }],
      ['not at all', { config: null, strategy: null }],
    ])('is as it was sent where it is shown %s', async (__, timing) => {
      const rig = await begin(ifWritten(showingTimes(timing)));
      const { structured, error } = await set(rig, mondays);
      expect(error).toBeUndefined();
      expect(String(structured.advice)).not.toMatch(/still shows/);
      expect(looksAfterWrite(rig)).toEqual([]);
    });
  });
});

describe('a create whose response shows other values', () => {
  const args = { name: 'New', query, description: 'For shoes' };
  const other = "event('Hat Bought').count() >= 1";

  test('is done if a read shows what was sent', async () => {
    const rig = await start(ifWritten(showing({ description: 'Old' })));
    const { structured, error } = await callTool(rig.client, 'create_audience', args);
    expect(error).toBeUndefined();
    expect(structured.audience).toMatchObject({ description: 'For shoes' });
    expect(looksAfterWrite(rig)).toEqual(['get_audience']);
  });

  test.each([
    ['create_audience', args],
    ['copy_audience', { id: firstId, name: 'New' }],
  ])('by %s has an unknown outcome, and the next one finds what it made', async (tool, given) => {
    const rig = await start(({ operation, id }) => {
      const isNew = operation === 'create_audience' || id === 'aud_000000003';
      return isNew ? showing({ enabled: false }) : undefined;
    });
    const enabled = tool === 'create_audience' ? { enabled: true } : {};
    const first = await callTool(rig.client, tool, { ...given, ...enabled });
    expect(first.error).toMatchObject({
      code: 'outcome_unknown',
      details: { audience: { id: 'aud_000000003', enabled: false } },
    });
    expect(first.error?.message).toContain('shows enabled as false instead of true');
    expect(first.error?.next).toMatch(/^Do not create it again/);
    expect(linesOf(rig)).toMatchObject([{ outcome: 'unknown' }]);
    const again = await callTool(rig.client, tool, { ...given, ...enabled });
    expect(again.error).toMatchObject({ code: 'duplicate' });
    expect(again.error?.message).toContain('did take effect');
    expect(rig.writes()).toHaveLength(1);
  });

  test('with another definition keeps the next one waiting, for a minute', async () => {
    const rig = await start(() => showing({ definition: { query: other } }));
    const first = await callTool(rig.client, 'create_audience', args);
    expect(first.error?.code).toBe('outcome_unknown');
    expect(first.error?.message).toContain('shows query as');
    const again = await callTool(rig.client, 'create_audience', args);
    expect(again.error).toMatchObject({ code: 'outcome_unknown', retryAfterMs: 60_000 });
    expect(rig.writes()).toHaveLength(1);
    await rig.clock.advance(60_001);
    const later = await callTool(rig.client, 'create_audience', args);
    expect(later.error?.code).toBe('duplicate');
    expect(rig.writes()).toHaveLength(1);
  });

  test('of a computed trait has an unknown outcome', async () => {
    const rig = await start(() => undefined);
    rig.faults(({ operation }) =>
      operation.includes('computed_trait') ? showing({ enabled: false }) : undefined,
    );
    const { error } = await callTool(rig.client, 'create_computed_trait', {
      name: 'Shoes',
      query: "event('Shoes Bought').count()",
      enabled: true,
    });
    expect(error).toMatchObject({
      code: 'outcome_unknown',
      details: { computedTrait: { enabled: false } },
    });
  });
});

describe('what was sent', () => {
  const sent = (body: object) => ({ body });
  const fields = async (body: object, more: Parameters<typeof audience>[0]) =>
    (await unlikeSent(sent(body), audience(more), audiences)).map(({ field }) => field);
  const definition = (text: string) => ({ definition: { query: text } });

  test.each([
    ['padded', { name: ' New ' }, { name: 'New' }],
    ['not shown', { name: 'New', enabled: true }, { name: undefined, enabled: null }],
    ['a secret', { name: 'Of sgp_x' }, { name: 'Of [redacted]' }],
    ['cleared', { description: '' }, { description: null }],
    [
      'in another order',
      { options: { filterByExternalIds: ['a', 'b'] } },
      {
        options: { filterByExternalIds: ['b', 'a'] },
      },
    ],
    ['in capitals', { audienceType: 'USERS' }, { definition: { query, type: 'users' } }],
    ['spaced otherwise', definition(query), definition("event( 'Shoes Bought' ).count()>=1")],
    ['quoted otherwise', definition(query), definition('event("Shoes Bought").count() >= 1')],
    ['bracketed', definition(query), definition(`(${query})`)],
    ['of a newer language', definition('new( x )\n y'), definition('new( x ) y')],
  ])('is the same where it is %s', async (_, body, shown) => {
    expect(await fields(body, shown)).toEqual([]);
  });

  test.each<[string, object, Parameters<typeof audience>[0]]>([
    ['name', { name: 'New' }, { name: 'new' }],
    ['description', { description: 'New' }, { description: '' }],
    ['description', { description: '' }, { description: 'Old' }],
    ['enabled', { enabled: false }, { enabled: true }],
    ['query', definition(query), definition("event('Shoes Bought').count() >= 2")],
    ['query', definition(query), definition("event('Shoes  Bought').count() >= 1")],
    ['query', definition('new( x )'), definition('new( y )')],
    ['type', { audienceType: 'ACCOUNTS' }, { definition: { query, type: 'users' } }],
    [
      'filterByExternalIds',
      { options: { filterByExternalIds: ['a'] } },
      {
        options: { filterByExternalIds: [] },
      },
    ],
    [
      'includeHistoricalData',
      { options: { includeHistoricalData: true } },
      {
        options: { includeHistoricalData: false },
      },
    ],
  ])('is another where its %s differs', async (field, body, shown) => {
    expect(await fields(body, shown)).toEqual([field]);
  });
});
