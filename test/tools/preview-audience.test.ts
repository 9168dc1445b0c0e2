import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { readConfig } from '../../src/config/config.ts';
import { PreviewTally } from '../../src/safety/preview-count.ts';
import { StateFolder } from '../../src/safety/state-folder.ts';
import type { Fault, SandboxRequest } from '../../src/sandbox/start.ts';
import { callTool } from '../support/in-memory.ts';
import { waitFor } from '../support/manual-clock.ts';
import { type StandInOptions, startStandIn } from '../support/stand-in.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/*
 * Previews through a client and a sandbox, in which each takes three seconds.
 */

const query = "event('Order Completed').within(90 days).count() >= 1";

async function startPreviews(options: Partial<StandInOptions> = {}) {
  const rig = await startStandIn({ edition: 'v1', ...options });
  const messages: string[] = [];
  /** Calls a tool, and lets time pass as it says that it waits. */
  const call = (tool: string, args: object) => {
    const onprogress = ({ message = '' }) => {
      messages.push(message);
      rig.isWaitedFor(3000);
    };
    return rig.through(callTool(rig.client, tool, { ...args }, { onprogress }));
  };
  const count = (name: string) => rig.requests.filter(({ operation }) => operation === name).length;
  return {
    ...rig,
    messages,
    call,
    preview: (args: object) => call('preview_audience', args),
    started: () => count(startName),
    looks: () => count(lookName),
  };
}
const startName = 'create_audience_preview';
const lookName = 'get_audience_preview';

const lookedAt = z.object({ data: z.object({ audiencePreview: z.object({ id: z.string() }) }) });

/** Has every look at a preview see something else. */
const seenAs =
  (preview: object) =>
  ({ operation }: SandboxRequest): Fault | undefined => {
    if (operation !== lookName) return undefined;
    const alter = (body: unknown) => {
      const { id } = lookedAt.parse(body).data.audiencePreview;
      return { data: { audiencePreview: { id, ...preview } } };
    };
    return { kind: 'alter', alter };
  };
const running = seenAs({ status: 'RUNNING' });

describe('a definition', () => {
  test('is previewed: its size, what it means, and what is left; nothing stays', async () => {
    const rig = await startPreviews();
    const { structured, error } = await rig.preview({ query });
    expect(error).toBeUndefined();
    expect(structured).toMatchObject({
      status: 'COMPLETED',
      size: { type: 'USERS', count: expect.any(Number) },
      explanation: expect.stringContaining('Order Completed'),
      computeCadence: { type: 'BATCH' },
      fromMemory: false,
      quota: { leftThisMinute: 4, usedThisMonth: 1, monthlyLimit: 700 },
    });
    expect(structured.sampleIds).toBeUndefined();
    expect(rig.looks()).toBeGreaterThan(1);
    const { structured: list } = await callTool(rig.client, 'list_audiences');
    expect(list.audiences).toEqual([]);
  });

  test('within an hour is answered from memory, then previewed again', async () => {
    const rig = await startPreviews();
    const first = await rig.preview({ query });
    const second = await rig.preview({ query: ` ${query} ` });
    expect(second.structured).toMatchObject({
      fromMemory: true,
      size: first.structured.size,
      quota: { usedThisMonth: 1 },
    });
    expect(rig.started()).toBe(1);
    await rig.preview({ query, backfillEventDataDays: 5 });
    expect(rig.started()).toBe(2);
    await rig.clock.advance(60 * 60_000);
    expect((await rig.preview({ query })).structured).toMatchObject({ fromMemory: false });
    expect(rig.started()).toBe(3);
  });

  test('is the same however it is written, unless a text in it differs', async () => {
    const rig = await startPreviews();
    await rig.preview({ query: "trait('a  b') = 'x' AND NOT (trait('c').exists())" });
    await rig.preview({ query: 'trait("a  b")="x"  and not trait( "c" ).exists()' });
    expect(rig.started()).toBe(1);
    await rig.preview({ query: "trait('a b') = 'x' AND NOT (trait('c').exists())" });
    expect(rig.started()).toBe(2);
  });

  test('asked for twice at the same time is previewed once', async () => {
    const rig = await startPreviews();
    const options = { onprogress: () => rig.isWaitedFor(3000) };
    const ask = () => callTool(rig.client, 'preview_audience', { query }, options);
    const [one, other] = await rig.through(Promise.all([ask(), ask()]));
    expect(rig.started()).toBe(1);
    expect(other.structured.size).toEqual(one.structured.size);
    expect([one, other].map(({ structured }) => structured.fromMemory).sort()).toEqual([
      false,
      true,
    ]);
    expect(other.structured.quota).toMatchObject({ usedThisMonth: 1 });
  });

  test('whose first caller gives up is started for the other', async () => {
    const rig = await startPreviews();
    const controller = new AbortController();
    rig.faults(({ operation }) =>
      operation === startName && rig.started() === 1
        ? { kind: 'latency', ms: 2_000_000_000 }
        : undefined,
    );
    const options = { signal: controller.signal };
    const first = expect(
      callTool(rig.client, 'preview_audience', { query }, options),
    ).rejects.toThrow();
    await waitFor(() => rig.started() === 1);
    const second = rig.preview({ query });
    controller.abort();
    await first;
    expect((await second).structured).toMatchObject({ status: 'COMPLETED' });
    expect(rig.started()).toBe(2);
  });

  test('is remembered in few bytes, whatever Segment sends', async () => {
    const rig = await startPreviews();
    const results = Array.from({ length: 100 }, (_, n) => ({ id: `${n}${'u'.repeat(50_000)}` }));
    rig.faults(
      seenAs({ status: 'COMPLETED', results, definition: { query, more: 'x'.repeat(1e6) } }),
    );
    await rig.preview({ query });
    const { structured } = await rig.preview({ query, samples: true });
    expect(structured).toMatchObject({ fromMemory: true });
    const ids = z.array(z.string()).parse(structured.sampleIds);
    expect(Math.max(...ids.map((each) => each.length))).toBeLessThan(300);
    expect(ids).toHaveLength(100);
  });

  test('shows ids of members only where they are asked for, and never more than 100', async () => {
    const rig = await startPreviews();
    const results = Array.from({ length: 150 }, (_, index) => ({ id: `use_${index}` }));
    rig.faults(seenAs({ status: 'COMPLETED', results }));
    const { structured, text } = await rig.preview({ query });
    expect(structured.sampleIds).toBeUndefined();
    expect(text).not.toContain('use_1');
    const { structured: sampled } = await rig.preview({ query, samples: true });
    expect(sampled).toMatchObject({ fromMemory: true });
    expect(sampled.sampleIds).toEqual(results.slice(0, 100).map(({ id }) => id));
  });

  test('is checked before it spends anything', async () => {
    const rig = await startPreviews();
    const { error } = await rig.preview({ query: "event('A').cuont() >= 1" });
    expect(error).toMatchObject({ code: 'invalid_query' });
    expect(rig.requests).toEqual([]);
  });

  test('whose names are unknown is previewed with a warning', async () => {
    const rig = await startPreviews();
    const { structured } = await rig.preview({ query: "event('Order Complted').count() >= 1" });
    expect(structured).toMatchObject({ status: 'COMPLETED', size: { count: 0 } });
    expect(String(structured.advice)).toMatch(/Did you mean "Order Completed"/);
  });

  test('that Segment fails to compute is not an error, and may be tried again', async () => {
    const rig = await startPreviews();
    const failed = { status: 'FAILED', failureReason: 'Too\u0000 many rows' };
    rig.faults(seenAs(failed));
    const { structured } = await rig.preview({ query });
    expect(structured).toMatchObject({
      status: 'FAILED',
      failureReason: 'Too\\u0000 many rows',
    });
    expect(structured.size).toBeUndefined();
    await rig.preview({ query });
    expect(rig.started()).toBe(2);
  });
});

describe('a preview that is still running when time is up', () => {
  /** The first look is the last one. */
  const flags = { 'max-wait-ms': '500' };
  test('is not an error, and is asked for again by its id', async () => {
    const rig = await startPreviews({ flags });
    rig.faults(running);
    const { structured } = await rig.preview({ query });
    expect(structured).toMatchObject({ status: 'RUNNING', previewId: expect.any(String) });
    expect(String(structured.advice)).toMatch(/call again with previewId/);
    rig.faults(() => undefined);
    await rig.clock.advance(3000);
    const { previewId } = structured;
    const { structured: again } = await rig.preview({ previewId });
    expect(again).toMatchObject({
      status: 'COMPLETED',
      previewId,
      explanation: expect.stringContaining('Order Completed'),
    });
    expect(rig.started()).toBe(1);
  });

  test('is found again by its definition, at once and without spending another', async () => {
    const rig = await startPreviews({ flags });
    rig.faults(running);
    await rig.preview({ query });
    rig.faults(() => undefined);
    await rig.clock.advance(3000);
    const looks = rig.looks();
    const { structured } = await rig.preview({ query });
    expect(structured).toMatchObject({ status: 'COMPLETED', fromMemory: true });
    expect([rig.started(), rig.looks() - looks]).toEqual([1, 1]);
  });

  test('is announced while it is waited for', async () => {
    const rig = await startPreviews();
    await rig.preview({ query });
    expect(rig.messages).toContain('the preview is running');
  });

  test("is not lost where it can't be read", async () => {
    const rig = await startPreviews();
    rig.faults(({ operation }) =>
      operation === lookName ? { kind: 'answer', status: 401, body: '' } : undefined,
    );
    const { structured, error } = await rig.preview({ query });
    expect(error).toBeUndefined();
    expect(structured).toMatchObject({ status: 'RUNNING', quota: { usedThisMonth: 1 } });
    expect(String(structured.advice)).toMatch(/401/);
  });

  test('is not taken for another one', async () => {
    const rig = await startPreviews();
    const body = '{"data":{"audiencePreview":{"id":"other","status":"COMPLETED"}}}';
    rig.faults(({ operation }) =>
      operation === lookName ? { kind: 'answer', status: 200, body } : undefined,
    );
    const { structured } = await rig.preview({ query });
    expect(structured).toMatchObject({ status: 'RUNNING' });
    expect((await rig.preview({ previewId: 'one' })).error).toMatchObject({
      code: 'bad_response',
      message: expect.stringMatching(/another preview, "other" instead of "one"/),
    });
  });

  test('is started again if it is gone', async () => {
    const rig = await startPreviews({ flags });
    rig.faults(running);
    await rig.preview({ query });
    rig.faults(() => undefined);
    rig.sandbox.reset();
    expect((await rig.preview({ query })).error).toBeUndefined();
    expect(rig.started()).toBe(2);
  });

  test('is left as soon as the call is cancelled', async () => {
    const rig = await startPreviews();
    const controller = new AbortController();
    const options = { signal: controller.signal };
    const asked = callTool(rig.client, 'preview_audience', { query }, options);
    const ended = expect(asked).rejects.toThrow();
    await waitFor(() => rig.started() === 1);
    await rig.clock.advance(500);
    await waitFor(() => rig.looks() === 1);
    controller.abort();
    await ended;
    await rig.clock.advance(10_000);
    expect(rig.looks()).toBe(1);
  });
});

describe('is refused', () => {
  test.each([
    [{}, /pass either query or previewId/],
    [{ query, previewId: 'p' }, /pass either query or previewId/],
    [{ query, targetEntity: 'orders' }, /only for type linked/],
  ])('%j', async (args, message) => {
    const rig = await startPreviews();
    const { error } = await rig.preview(args);
    expect(error).toMatchObject({ code: 'invalid_input', message: expect.stringMatching(message) });
    expect(rig.requests).toEqual([]);
  });

  test('what is not an id, by the name of the field', async () => {
    const rig = await startPreviews();
    const { error } = await rig.preview({ previewId: '../x' });
    expect(error).toMatchObject({ code: 'invalid_input', field: 'previewId' });
    expect(error?.next).toMatch(/preview_audience returns it/);
    expect(rig.requests).toEqual([]);
  });

  test('samples under --no-samples', async () => {
    const rig = await startPreviews({ flags: { 'no-samples': true } });
    const { error } = await rig.preview({ query, samples: true });
    expect(error).toMatchObject({ code: 'invalid_input', field: 'samples' });
    expect(rig.requests).toEqual([]);
    expect((await rig.preview({ query })).structured).toMatchObject({ status: 'COMPLETED' });
  });

  test('a space that may not be touched', async () => {
    const rig = await startPreviews({ flags: { 'allowed-spaces': 'spa_1' } });
    const { error } = await rig.preview({ query, spaceId: 'spa_2' });
    expect(error?.code).toBe('space_not_allowed');
    expect(rig.requests).toEqual([]);
  });

  test('a Segment of 2024 that nothing has shown to be one', async () => {
    const rig = await startPreviews({ edition: 'v1alpha', flags: { edition: 'auto' } });
    const { error } = await rig.preview({ query, checkNames: false });
    expect(error?.code).toBe('unsupported');
    expect(error?.next).toMatch(/older edition of its API, so this will not work; tell the user/);
  });

  test('the edition of 2024', async () => {
    const rig = await startPreviews({ edition: 'v1alpha', flags: { edition: 'v1alpha' } });
    expect((await rig.preview({ query })).error?.code).toBe('unsupported');
  });
});

test('works under --read-only', async () => {
  const rig = await startPreviews({ flags: { 'read-only': true } });
  expect((await rig.preview({ query })).structured).toMatchObject({ status: 'COMPLETED' });
});

test('of linked audiences counts the entities that are the members', async () => {
  const rig = await startPreviews();
  const size = { type: 'ENTITIES', count: 7, uniqueCount: 5 };
  const results = [{ id: 'o1', idProperty: 'order_id', relationshipSlug: 'orders' }];
  rig.faults((request) =>
    request.operation === startName
      ? { kind: 'answer', status: 200, body: '{"data":{"audiencePreview":{"id":"p"}}}' }
      : asked(request),
  );
  const answer = { audiencePreview: { id: 'p', status: 'COMPLETED', size, results } };
  const asked = ({ operation }: SandboxRequest): Fault | undefined =>
    operation === lookName
      ? { kind: 'answer', status: 200, body: JSON.stringify({ data: answer }) }
      : undefined;
  const definition = { query: "entity('orders').count() >= 1", targetEntity: 'orders' };
  const args = { ...definition, type: 'linked', samples: true, checkNames: false };
  const { structured } = await rig.preview(args);
  expect(structured).toMatchObject({ status: 'COMPLETED', size, sampleIds: ['o1'] });
  expect(rig.requests[0]?.body).toEqual({ audienceType: 'LINKED', definition });
});

describe('the count of the month', () => {
  function stateFolder() {
    return temporaryFolder('previews');
  }
  const scope = () => 'token';

  test('is shared by processes through the state folder, by month and space', async () => {
    const folder = stateFolder();
    const open = () =>
      new PreviewTally({ scope, folder: new StateFolder(folder, Date.now), isAlone: false });
    const [one, other] = [open(), open()];
    await one.add('2026-11', 'spa_1');
    expect(await other.add('2026-11', 'spa_1')).toEqual({ used: 2, isShared: true });
    expect((await one.read('2026-11', 'spa_1')).used).toBe(2);
    expect((await one.read('2026-12', 'spa_1')).used).toBe(0);
    expect((await one.read('2026-11', 'spa_2')).used).toBe(0);
    const foreign = new PreviewTally({
      scope: () => 'another token',
      folder: new StateFolder(folder, Date.now),
      isAlone: false,
    });
    expect((await foreign.read('2026-11', 'spa_1')).used).toBe(0);
    const [name = ''] = readdirSync(folder);
    expect(name).toMatch(/^count-previews-2026-11-[0-9a-f]{32}$/);
    expect(readFileSync(join(folder, name), 'utf8')).toBe('..');
  });

  test('is of this process alone where there is no folder, or none that can be used', async () => {
    const reasons: string[] = [];
    const tally = new PreviewTally({
      scope,
      folder: new StateFolder(join(import.meta.filename, 'none'), Date.now),
      isAlone: false,
      onNoFolder: (reason) => reasons.push(reason),
    });
    await tally.add('2026-11', 'spa_1');
    expect(await tally.add('2026-11', 'spa_1')).toEqual({ used: 2, isShared: false });
    expect(reasons).toHaveLength(1);
  });

  test('is shown, with a note where it is not shared', async () => {
    const rig = await startPreviews();
    const { structured } = await rig.preview({ query });
    expect(String(structured.advice)).toMatch(/counts this process only/);
  });

  test.each([
    [628, undefined],
    [629, /only 70 of 700 previews are left/],
    [699, /all 700 of this month's previews are used up/],
    [900, /all 700 of this month's previews are used up/],
  ])('after %i others: %s', async (others, warning) => {
    const folder = stateFolder();
    const rig = await startPreviews({ stateFolder: folder });
    await rig.preview({ query });
    const [name = ''] = readdirSync(folder).filter((file) => file.startsWith('count-'));
    const state = new StateFolder(folder, Date.now);
    for (let count = 1; count < others; count += 1) state.countUp(name.slice('count-'.length));
    const { structured } = await rig.preview({ query: "trait('plan') = 'vip'" });
    expect(structured).toMatchObject({
      status: 'COMPLETED',
      quota: { usedThisMonth: others + 1 },
    });
    const advice = String(structured.advice ?? '');
    if (warning) expect(advice).toMatch(warning);
    else expect(advice).not.toMatch(/previews/);
  });

  const monthly = (msBeforeNext?: number): Fault => {
    const message = 'Too many requests: 700 previews of this space in this month';
    const errors = [{ type: 'RequestError', message, data: { msBeforeNext } }];
    return { kind: 'answer', status: 429, body: JSON.stringify({ errors }) };
  };
  const dayMs = 24 * 3_600_000;

  test("ends with Segment's own words where that says that it is used up, at once", async () => {
    const rig = await startPreviews({ otherSpaces: { spa_2: [] } });
    rig.faults(({ operation, spaceId }) =>
      operation === startName && spaceId === 'spa_1' ? monthly(4.7 * dayMs) : undefined,
    );
    const from = rig.clock.now();
    const { error } = await rig.preview({ query });
    expect([rig.started(), rig.clock.now() - from]).toEqual([1, 0]);
    expect(error).toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 4.7 * dayMs,
      message: expect.stringMatching(/700 previews of this space in this month.* in 5 days/),
      next: expect.stringMatching(/tell the user/),
    });
    expect(error?.message).not.toMatch(/a minute/);
    // Other spaces have a quota of their own.
    expect((await rig.preview({ query, spaceId: 'spa_2' })).error).toBeUndefined();
  });

  test('is asked once by whoever has counted 700, however Segment refuses', async () => {
    const folder = stateFolder();
    const rig = await startPreviews({ stateFolder: folder });
    await rig.preview({ query });
    const [name = ''] = readdirSync(folder).filter((file) => file.startsWith('count-'));
    const state = new StateFolder(folder, Date.now);
    for (let count = 1; count < 700; count += 1) state.countUp(name.slice('count-'.length));
    rig.faults(({ operation }) => (operation === startName ? monthly() : undefined));
    const { error } = await rig.preview({ query: "trait('plan') = 'vip'" });
    expect(rig.started()).toBe(2);
    expect(error).toMatchObject({
      code: 'rate_limited',
      message: expect.stringMatching(/700 previews of this space in this month/),
    });
  });

  test('counts what may have been started, and nothing that was refused', async () => {
    const rig = await startPreviews();
    rig.faults(({ operation }) =>
      operation === startName ? { kind: 'answer', status: 422, body: '{}' } : undefined,
    );
    expect((await rig.preview({ query })).error?.code).toBe('validation_failed');
    rig.faults(({ operation }) =>
      operation === startName ? { kind: 'drop', when: 'after' } : undefined,
    );
    expect((await rig.preview({ query })).error?.code).toBe('outcome_unknown');
    rig.faults(() => undefined);
    const { structured } = await rig.preview({ query });
    expect(structured.quota).toMatchObject({ usedThisMonth: 2 });
  });
});

describe('create_audience with previewFirst', () => {
  const create = { name: 'New', query, previewFirst: true };

  test('shows the size in the dry run', async () => {
    const rig = await startPreviews();
    const args = { ...create, dryRun: true };
    const { structured } = await rig.call('create_audience', args);
    expect(structured).toMatchObject({
      dryRun: { after: { size: { type: 'USERS', count: expect.any(Number) } } },
      explanation: expect.stringContaining('Order Completed'),
      computeCadence: { type: 'BATCH' },
    });
    expect(String(structured.advice)).toMatch(/A preview found \d+ members \(users\)/);
    expect(JSON.stringify(structured.dryRun)).not.toContain('previewFirst');
  });

  test('shows it in the question, and spends one preview for question and answer', async () => {
    const rig = await startPreviews({ flags: { confirm: 'writes' } });
    const asked = await rig.call('create_audience', create);
    expect(asked.error).toMatchObject({
      code: 'confirmation_required',
      message: expect.stringMatching(/- Size: \d+\n/),
    });
    const { confirmation } = Object(asked.error?.details);
    const agreed = { ...create, confirmation };
    const { structured } = await rig.call('create_audience', agreed);
    expect(structured).toMatchObject({
      audience: { name: 'New' },
      explanation: expect.any(String),
      computeCadence: { type: 'BATCH' },
    });
    expect(rig.started()).toBe(1);
  });

  test('says why the size is not known, and goes on', async () => {
    const rig = await startPreviews();
    rig.faults(({ operation }) =>
      operation === startName ? { kind: 'rate-limit', msBeforeNext: 59_000 } : undefined,
    );
    const { structured } = await rig.call('create_audience', create);
    expect(structured.audience).toMatchObject({ name: 'New' });
    expect(String(structured.advice)).toMatch(
      /Its size could not be determined in advance: .*quota/,
    );
  });

  test('waits no longer than the create can do without', async () => {
    const rig = await startPreviews();
    rig.faults(running);
    const { structured } = await rig.call('create_audience', create);
    expect(structured.audience).toMatchObject({ name: 'New' });
    expect(String(structured.advice)).toMatch(/still running; preview_audience with previewId/);
  });

  test('previews nothing for one that exists already', async () => {
    const seeds = [{ name: 'New', definition: { query, level: 'users' } }] as const;
    const rig = await startPreviews({ seeds });
    const { error } = await rig.call('create_audience', create);
    expect(error?.code).toBe('duplicate');
    expect(rig.started()).toBe(0);
  });
});

test('--no-samples is a fence', () => {
  const env = { SEGMENT_API_TOKEN: 'sgp_token_for_tests', SEGMENT_NO_SAMPLES: '1' };
  expect(readConfig({}, env).noSamples).toBe(true);
});
