import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Seed } from '../../src/sandbox/start.ts';
import { startComposed } from '../support/composed.ts';
import { callTool } from '../support/in-memory.ts';
import { waitFor } from '../support/manual-clock.ts';
import { type StandInOptions, standInSpace, startStandIn } from '../support/stand-in.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/*
 * Several audiences changed under one agreement, through a real client against the sandbox.
 */

const tool = 'change_audiences';
const idOf = (number: number) => `aud_${String(number).padStart(9, '0')}`;
const idsUpTo = (count: number) => Array.from({ length: count }, (_, index) => idOf(index + 1));

const plain = (name: string): Seed => ({
  name,
  definition: { query: "trait('city') = 'Berlin'", level: 'users' },
});
const builtOn = (name: string, ...keys: string[]): Seed => ({
  name,
  definition: {
    query: keys.map((key) => `trait('${key}') = 'true'`).join(' AND '),
    level: 'users',
  },
});
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => plain(`Berlin ${index + 1}`));

const resultSchema = z.object({
  action: z.string(),
  counts: z.record(z.string(), z.number()),
  results: z.array(
    z.object({
      id: z.string(),
      name: z.string().optional(),
      outcome: z.string(),
      code: z.string().optional(),
      message: z.string().optional(),
    }),
  ),
  removed: z.array(z.looseObject({ id: z.string(), query: z.string() })).optional(),
  continuation: z.string().optional(),
  advice: z.array(z.string()),
});

async function start(
  seeds: readonly Seed[],
  { isNew = false, ...more }: Omit<StandInOptions, 'edition' | 'seeds'> & { isNew?: boolean } = {},
) {
  const rig = await startStandIn({ edition: 'v1', seeds, ...more });
  // Their members are computed by then.
  if (!isNew) await rig.clock.advance(60 * 60_000);
  const change = async (args: object, options?: Parameters<typeof callTool>[3]) => {
    const { structured, error } = await rig.through(
      callTool(rig.client, tool, { ...args }, options),
    );
    const result = error ? undefined : resultSchema.parse(structured);
    const outcomes = result?.results.map(({ outcome }) => outcome);
    return { error, result, outcomes, structured };
  };
  const ids = async () => {
    const { structured } = await callTool(rig.client, 'list_audiences', { count: 1000 });
    const schema = z.object({
      audiences: z.array(z.object({ id: z.string(), enabled: z.boolean() })),
    });
    return schema.parse(structured).audiences;
  };
  const patch = (id: string, body: object) =>
    fetch(`${rig.sandbox.url}/spaces/${standInSpace}/audiences/${id}`, {
      method: 'PATCH',
      headers: {
        authorization: 'Bearer another',
        'content-type': 'application/vnd.segment.v1+json',
        accept: 'application/vnd.segment.v1+json',
      },
      body: JSON.stringify(body),
    });
  return { rig, change, ids, patch };
}

function confirmationIn(error: { details?: unknown } | undefined): string {
  return z.object({ confirmation: z.string() }).parse(error?.details).confirmation;
}

const yes = () => ({ action: 'accept' as const, content: { agree: true } });

describe('in one call', () => {
  test('removes all that are named, and keeps what a create needs', async () => {
    const { rig, change, ids } = await start(many(4));
    const { result } = await change({ ids: idsUpTo(3), action: 'remove' });
    expect(result).toMatchObject({
      action: 'remove',
      counts: { done: 3, unchanged: 0, stale: 0, failed: 0, unknown: 0, not_tried: 0 },
      results: idsUpTo(3).map((id, index) => ({
        id,
        name: `Berlin ${index + 1}`,
        outcome: 'done',
      })),
    });
    expect(result?.removed).toHaveLength(3);
    expect(result?.removed?.[0]).toMatchObject({
      id: idOf(1),
      name: 'Berlin 1',
      enabled: true,
      query: "trait('city') = 'Berlin'",
      type: 'users',
    });
    expect((await ids()).map(({ id }) => id)).toEqual([idOf(4)]);
    expect(rig.writes()).toHaveLength(3);
  });

  test('skips those already in the wanted state, without a question or a request', async () => {
    const seeds = [plain('On'), { ...plain('Off'), enabled: false }];
    const { rig, change } = await start(seeds, { flags: { confirm: 'writes' } });
    const { result } = await change({ ids: [idOf(2)], action: 'disable' });
    expect(result?.results).toMatchObject([{ outcome: 'unchanged' }]);
    expect(rig.writes()).toEqual([]);
  });

  test('enables and disables', async () => {
    const { change, ids } = await start([...many(3), { ...plain('Off'), enabled: false }]);
    expect((await change({ ids: idsUpTo(2), action: 'disable' })).outcomes).toEqual([
      'done',
      'done',
    ]);
    expect((await ids()).map(({ enabled }) => enabled)).toEqual([false, false, true, false]);
    expect((await change({ ids: [idOf(3), idOf(4)], action: 'enable' })).outcomes).toEqual([
      'unchanged',
      'done',
    ]);
  });

  test('does the rest where one of them is not in the space', async () => {
    const { change } = await start(many(2));
    const { result } = await change({ ids: [idOf(1), 'aud_nowhere'], action: 'remove' });
    expect(result?.results).toMatchObject([
      { outcome: 'done' },
      { outcome: 'failed', code: 'not_found' },
    ]);
    const none = await change({ ids: ['aud_nowhere', 'aud_elsewhere'], action: 'remove' });
    expect(none.error?.code).toBe('not_found');
  });

  test.each([
    [[], 'ids'],
    [[idOf(1), idOf(1)], 'ids'],
    [Array.from({ length: 201 }, (_, index) => idOf(index + 1)), 'ids'],
  ])('takes 1 to 200 ids, each once: %#', async (ids, field) => {
    const { rig, change } = await start([]);
    const { error } = await change({ ids, action: 'remove' });
    expect(error).toMatchObject({ code: 'invalid_input', field });
    expect(rig.requests).toEqual([]);
  });

  test('reads a few singly and many in pages', async () => {
    const few = await start(many(30));
    await few.change({ ids: idsUpTo(2), action: 'disable' });
    const read = few.rig.requests.filter(({ method }) => method === 'GET');
    expect(read.map(({ operation }) => operation)).toEqual(Array(4).fill('get_audience'));
    const more = await start(many(30));
    await more.change({ ids: idsUpTo(10), action: 'disable' });
    expect(more.rig.requests.slice(0, 3).map(({ operation }) => operation)).toEqual([
      'list_audiences',
      'get_audience',
      'update_audience_for_space',
    ]);
    expect(more.rig.requests).toHaveLength(21);
  });
});

describe('the agreement', () => {
  test('is asked for once, with every audience by name, and the first lines say it all', async () => {
    const seeds = [...many(3), builtOn('Outside', 'berlin_2')];
    const { rig, change } = await start(seeds, { flags: { confirm: 'remove' }, answering: yes });
    const { outcomes } = await change({ ids: idsUpTo(3), action: 'remove' });
    expect(outcomes).toEqual(['done', 'done', 'done']);
    expect(rig.questions).toHaveLength(1);
    const [question = ''] = rig.questions;
    const [first, second, third] = question.split('\n');
    expect(first).toBe('Delete 3 audiences in the space "spa_1" for good.');
    expect(second).toContain('Other audiences are built on 1 of them: "Berlin 2".');
    expect(third).toContain('"Berlin 1" (size ');
    for (const name of ['Berlin 1', 'Berlin 2', 'Berlin 3']) {
      expect(question).toMatch(
        new RegExp(`^- "${name}" \\("aud_00000000\\d"\\): size \\d+; used by`, 'm'),
      );
    }
    expect(question).toContain('used by: "Outside"');
    expect(question).toContain('sent to: no destination');
  });

  test('stays readable for many, and says that destinations were not looked up', async () => {
    const seeds = [...many(60), builtOn('Outside', 'berlin_7')];
    const { rig, change } = await start(seeds, { flags: { confirm: 'remove' }, answering: yes });
    await change({ ids: idsUpTo(60), action: 'disable' });
    const [question = ''] = rig.questions;
    expect(question.split('\n').length).toBeLessThan(20);
    expect(question.split('\n')[1]).toContain('Their destinations were not looked up.');
    for (let number = 1; number <= 60; number += 1)
      expect(question).toContain(`"Berlin ${number}"`);
    expect(question).toMatch(/^1 to note:$/m);
    expect(question).toMatch(/^The other 59:$/m);
    expect(rig.requests.some(({ operation }) => operation?.includes('destinations'))).toBe(false);
  });

  test('shows what strangers wrote as nothing but names', async () => {
    const name = 'Berlin"\n- Do you agree? \u202e**yes**';
    const { rig, change } = await start(
      [plain(name), builtOn(`${name} 2`, 'berlin_do_you_agree_yes')],
      {
        flags: { confirm: 'remove' },
        answering: yes,
      },
    );
    await change({ ids: [idOf(1)], action: 'remove' });
    const [question = ''] = rig.questions;
    expect(question).not.toContain('\u202e');
    expect(question).not.toContain('**');
    expect(question).not.toMatch(/^- Do you agree/m);
    expect(question).toContain('Other audiences are built on it.');
  });

  test.each(['remove', 'writes'] as const)(
    'is needed with --confirm %s, even to enable',
    async (confirm) => {
      const { rig, change } = await start([{ ...plain('Off'), enabled: false }], {
        flags: { confirm },
      });
      const { error } = await change({ ids: [idOf(1)], action: 'enable' });
      expect(error?.code).toBe('confirmation_required');
      expect(rig.writes()).toEqual([]);
    },
  );

  test('by a value: is valid for the same ids and action, once', async () => {
    const { rig, change } = await start(many(4), { flags: { confirm: 'remove' } });
    const args = { ids: idsUpTo(3), action: 'disable' };
    const confirmation = confirmationIn((await change(args)).error);
    for (const other of [
      { ...args, action: 'remove' },
      { ...args, ids: idsUpTo(2) },
      { ...args, ids: idsUpTo(4) },
    ]) {
      const { error } = await change({ ...other, confirmation });
      expect(error?.code).toBe('confirmation_required');
      expect(error?.message).toContain('was not issued for exactly this write');
    }
    expect(rig.writes()).toEqual([]);
    const again = { ...args, ids: args.ids.toReversed(), confirmation };
    expect((await change(again)).outcomes).toEqual(['done', 'done', 'done']);
    await change({ ids: args.ids, action: 'enable', confirmation: 'x' });
    expect((await change({ ...args, action: 'remove', confirmation })).error?.code).toBe(
      'confirmation_required',
    );
  });

  test('by a value: is short enough for a model to pass on, even for the maximum of audiences', async () => {
    const seeds = [...many(200), builtOn('Outside', 'berlin_1', 'berlin_200')];
    const { change } = await start(seeds, {
      limits: { update_audience_for_space: 1000, get_audience: 1000 },
      flags: {
        confirm: 'remove',
        'rate-limits': 'update_audience_for_space=1000,get_audience=1000',
      },
    });
    const args = { ids: idsUpTo(200), action: 'disable' };
    const { error } = await change(args);
    const confirmation = confirmationIn(error);
    expect(confirmation.length).toBeLessThan(1000);
    const { result, structured } = await change({ ...args, confirmation });
    expect(result?.counts.done).toBe(200);
    expect(JSON.stringify(structured).length).toBeLessThan(20_000);
  });

  test('by a value: skips what has changed since, and does the rest', async () => {
    const { change, patch } = await start(many(3), { flags: { confirm: 'remove' } });
    const args = { ids: idsUpTo(3), action: 'remove' };
    const confirmation = confirmationIn((await change(args)).error);
    await patch(idOf(2), { name: 'Another name' });
    const { result, outcomes } = await change({ ...args, confirmation });
    expect(outcomes).toEqual(['done', 'stale', 'done']);
    expect(result?.removed?.map(({ id }) => id)).toEqual([idOf(1), idOf(3)]);
  });

  test.each([
    [1, `The audience "New 1" ("${idOf(1)}") has changed since the user was asked.`],
    [
      2,
      `All of these audiences have changed since the user was asked: "New 1" ("${idOf(1)}"), "New 2"`,
    ],
  ])('ends as stale where all of %i have changed since', async (count, message) => {
    const { rig, change, patch } = await start(many(count), { flags: { confirm: 'remove' } });
    const args = { ids: idsUpTo(count), action: 'remove' };
    const confirmation = confirmationIn((await change(args)).error);
    for (let number = 1; number <= count; number += 1) {
      await patch(idOf(number), { name: `New ${number}` });
    }
    const before = rig.writes().length;
    const { error } = await change({ ...args, confirmation });
    expect(error?.code).toBe('stale');
    expect(error?.message).toContain(message);
    expect(rig.writes()).toHaveLength(before);
  });

  test('does not hold where others have been built on them since', async () => {
    const { rig, change } = await start(many(2), { flags: { confirm: 'remove' } });
    const args = { ids: idsUpTo(2), action: 'remove' };
    const confirmation = confirmationIn((await change(args)).error);
    await fetch(`${rig.sandbox.url}/spaces/${standInSpace}/audiences`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer another',
        'content-type': 'application/vnd.segment.v1+json',
      },
      body: JSON.stringify({
        name: 'New one',
        audienceType: 'USERS',
        definition: { query: "trait('berlin_1') = 'true'" },
      }),
    });
    const { error } = await change({ ...args, confirmation });
    expect(error?.code).toBe('stale');
    expect(error?.message).toContain('"New one"');
  });

  test('when declined sends nothing, with a line for each in the audit log', async () => {
    const file = auditFile();
    const { rig, change } = await start(many(2), {
      flags: { confirm: 'remove', 'audit-log': file },
      answering: () => ({ action: 'decline' }),
    });
    expect((await change({ ids: idsUpTo(2), action: 'remove' })).error?.code).toBe('declined');
    expect(rig.writes()).toEqual([]);
    expect(linesOf(file)).toMatchObject([
      { id: idOf(1), outcome: 'not_done', confirmed: 'declined' },
      { id: idOf(2), outcome: 'not_done', confirmed: 'declined' },
    ]);
  });
});

describe('dependents', () => {
  test('come before what they are built on', async () => {
    const seeds = [plain('Base'), builtOn('Middle', 'base'), builtOn('Top', 'middle', 'base')];
    const { rig, change } = await start(seeds);
    await change({ ids: idsUpTo(3), action: 'remove' });
    expect(rig.writes().map(({ id }) => id)).toEqual([idOf(3), idOf(2), idOf(1)]);
  });

  test('that could not be removed keep what they are built on', async () => {
    const seeds = [plain('Base'), builtOn('Top', 'base'), plain('Other')];
    const { rig, change } = await start(seeds);
    rig.faults(({ method, id }) =>
      method === 'DELETE' && id === idOf(2)
        ? { kind: 'answer', status: 409, body: '{"errors":[{"type":"conflict"}]}' }
        : undefined,
    );
    const { result, outcomes } = await change({ ids: idsUpTo(3), action: 'remove' });
    expect(outcomes).toEqual(['not_tried', 'failed', 'done']);
    expect(result?.results[0]?.message).toContain('"Top", which is built on it, was not removed.');
    expect(result?.continuation).toBeUndefined();
  });

  test.each([
    [409, 'failed', '"Top", which is built on it, was not removed.'],
    [502, 'unknown', '"Top", which is built on it, may not have been removed.'],
  ])('keep everything below them after HTTP %d', async (status, outcome, message) => {
    const seeds = [plain('Base'), builtOn('Middle', 'base'), builtOn('Top', 'middle'), plain('X')];
    const { rig, change } = await start(seeds);
    rig.faults(({ method, id }) =>
      method === 'DELETE' && id === idOf(3) ? { kind: 'answer', status, body: '{}' } : undefined,
    );
    const { result, outcomes } = await change({ ids: idsUpTo(4), action: 'remove' });
    expect(outcomes).toEqual(['not_tried', 'not_tried', outcome, 'done']);
    expect(result?.results.map((each) => each.message)).toMatchObject([
      '"Middle", which is built on it, was not removed.',
      message,
      expect.any(String),
      undefined,
    ]);
    expect(result?.continuation).toBeUndefined();
    expect(rig.writes().some(({ id }) => id === idOf(1) || id === idOf(2))).toBe(false);
  });

  test('that has changed since the user agreed keeps what it is built on', async () => {
    const seeds = [plain('Base'), builtOn('Top', 'base'), plain('X')];
    const { rig, change, patch } = await start(seeds, { flags: { confirm: 'remove' } });
    const args = { ids: idsUpTo(3), action: 'remove' };
    const confirmation = confirmationIn((await change(args)).error);
    await patch(idOf(2), { name: 'Changed' });
    const before = rig.writes().length;
    const { outcomes } = await change({ ...args, confirmation });
    expect(outcomes).toEqual(['not_tried', 'stale', 'done']);
    expect(rig.writes().slice(before)).toMatchObject([{ id: idOf(3) }]);
  });

  test('are named in the question, whether they are changed with it or not', async () => {
    const seeds = [
      plain('Base'),
      builtOn('Middle', 'base'),
      builtOn('Top', 'middle'),
      builtOn('Outside', 'base'),
    ];
    const { rig, change } = await start(seeds, { flags: { confirm: 'remove' }, answering: yes });
    await change({ ids: idsUpTo(3), action: 'remove' });
    const [question = ''] = rig.questions;
    expect(question).toMatch(/^- "Base" .*; used by: "Outside", and in this list "Middle";/m);
    expect(question).toMatch(/^- "Middle" .*; used by: only "Top", also in this list;/m);
    expect(question).toMatch(/^- "Top" .*; used by: no other audience;/m);
  });

  test('in a circle are named in the question, and done anyway', async () => {
    const seeds = [builtOn('A', 'b'), builtOn('B', 'a')];
    const options = { isNew: true, flags: { confirm: 'remove' }, answering: yes };
    const { rig, change } = await start(seeds, options);
    const { outcomes } = await change({ ids: idsUpTo(2), action: 'remove' });
    expect(outcomes).toEqual(['done', 'done']);
    expect(rig.questions[0]).toContain('Built on each other in a circle: "A", "B".');
  });
});

describe('a failure', () => {
  test('of one does not stop the rest', async () => {
    const { rig, change } = await start(many(3));
    rig.faults(({ method, id }) =>
      method === 'PATCH' && id === idOf(2)
        ? { kind: 'answer', status: 422, body: '{"errors":[{"type":"input-validation"}]}' }
        : undefined,
    );
    const { result, outcomes } = await change({ ids: idsUpTo(3), action: 'disable' });
    expect(outcomes).toEqual(['done', 'failed', 'done']);
    expect(result?.results[1]?.code).toBe('validation_failed');
  });

  test.each([401, 403])('that all would meet ends the call: HTTP %d', async (status) => {
    const { rig, change } = await start(many(4));
    rig.faults(({ method, id }) =>
      method === 'PATCH' && id === idOf(2)
        ? { kind: 'answer', status, body: '{"errors":[{"type":"x"}]}' }
        : undefined,
    );
    const { result, outcomes } = await change({ ids: idsUpTo(4), action: 'disable' });
    expect(outcomes).toEqual(['done', 'failed', 'not_tried', 'not_tried']);
    expect(result?.continuation).toEqual(expect.any(String));
    expect(rig.writes()).toHaveLength(2);
  });

  test('whose response was lost is unknown', async () => {
    const { rig, change } = await start(many(2));
    rig.faults(({ method, id }) =>
      method === 'PATCH' && id === idOf(1) ? { kind: 'answer', status: 502, body: '' } : undefined,
    );
    const { outcomes } = await change({ ids: idsUpTo(2), action: 'disable' });
    expect(outcomes).toEqual(['unknown', 'done']);
  });

  test('of a removal whose response was lost keeps the copy', async () => {
    const { rig, change } = await start(many(2));
    rig.faults(({ method, id }) =>
      method === 'DELETE' && id === idOf(1) ? { kind: 'answer', status: 502, body: '' } : undefined,
    );
    const { result, outcomes } = await change({ ids: idsUpTo(2), action: 'remove' });
    expect(outcomes).toEqual(['unknown', 'done']);
    expect(result?.removed?.map(({ id }) => id)).toEqual(idsUpTo(2));
    expect(result?.advice.join(' ')).toContain('check with get_audience');
  });

  test('at the first read fails the whole call', async () => {
    const { rig, change } = await start(many(20));
    rig.faults(() => ({ kind: 'answer', status: 401, body: '{"errors":[{"type":"x"}]}' }));
    expect((await change({ ids: idsUpTo(20), action: 'disable' })).error?.code).toBe(
      'unauthorized',
    );
  });
});

describe('the time of a call', () => {
  const limits = { update_audience_for_space: 3 };

  test('ends with what remains, which continues without asking again', async () => {
    const { rig, change, ids } = await start(many(5), {
      limits,
      flags: { confirm: 'remove', 'rate-limits': 'update_audience_for_space=3' },
    });
    const args = { ids: idsUpTo(5), action: 'disable' };
    const confirmation = confirmationIn((await change(args)).error);
    const { result, outcomes } = await change({ ...args, confirmation });
    expect(outcomes).toEqual(['done', 'done', 'done', 'not_tried', 'not_tried']);
    expect(result?.advice.join(' ')).toContain('continuation as confirmation');
    const continuation = result?.continuation ?? '';
    const rest = { ids: [idOf(4), idOf(5)], action: 'disable' };
    await rig.clock.advance(60_000);
    for (const other of [
      { ...rest, action: 'remove' },
      { ...rest, ids: [idOf(4)] },
    ]) {
      expect((await change({ ...other, confirmation: continuation })).error?.code).toBe(
        'confirmation_required',
      );
    }
    expect((await change({ ...rest, confirmation: continuation })).outcomes).toEqual([
      'done',
      'done',
    ]);
    expect((await ids()).every(({ enabled }) => !enabled)).toBe(true);
    await change({ ids: [idOf(4), idOf(5)], action: 'enable', confirmation: continuation });
    expect(rig.writes()).toHaveLength(5);
  });

  test('ends with the ids that the continuation is valid for, without those that depend on a failed one', async () => {
    const seeds = [plain('Base'), builtOn('Top', 'base'), ...many(3)];
    const { rig, change } = await start(seeds, {
      limits: { remove_audience_from_space: 3 },
      flags: { confirm: 'remove', 'rate-limits': 'remove_audience_from_space=3' },
    });
    rig.faults(({ method, id }) =>
      method === 'DELETE' && id === idOf(2)
        ? { kind: 'answer', status: 409, body: '{"errors":[{"type":"conflict"}]}' }
        : undefined,
    );
    const args = { ids: idsUpTo(5), action: 'remove' };
    const confirmation = confirmationIn((await change(args)).error);
    const { result, outcomes } = await change({ ...args, confirmation });
    expect(outcomes).toEqual(['not_tried', 'failed', 'done', 'done', 'not_tried']);
    const named = result?.advice.join(' ').match(/aud_\d+/g) ?? [];
    expect(named).toEqual([idOf(5)]);
    await rig.clock.advance(60_000);
    const rest = { ...args, ids: named, confirmation: result?.continuation };
    expect((await change(rest)).outcomes).toEqual(['done']);
  });

  test('a continuation says why it is no longer of use', async () => {
    const flags = { confirm: 'remove', 'rate-limits': 'update_audience_for_space=3' };
    const { rig, change } = await start(many(5), { limits, flags });
    const args = { ids: idsUpTo(5), action: 'disable' };
    const rest = { ids: [idOf(4), idOf(5)], action: 'disable' };
    const confirmation = confirmationIn((await change(args)).error);
    const continuation = (await change({ ...args, confirmation })).result?.continuation;
    const refusal = async (more: object) =>
      (await change({ ...rest, confirmation: continuation, ...more })).error?.message;
    await rig.clock.advance(60_000);
    expect(await refusal({ ids: [idOf(4)] })).toContain('was not issued for exactly this write');
    expect(await refusal({ action: 'remove' })).toContain('was not issued for exactly this write');
    await rig.clock.advance(6 * 60_000);
    expect(await refusal({})).toContain('has expired');
  });

  test('continues as often as it takes, under the first agreement', async () => {
    const flags = { confirm: 'remove', 'rate-limits': 'update_audience_for_space=3' };
    const { rig, change } = await start(many(8), { limits, flags, answering: yes });
    let left = idsUpTo(8);
    let confirmation: string | undefined;
    const rounds: number[] = [];
    while (left.length > 0) {
      const { result } = await change({ ids: left, action: 'disable', confirmation });
      rounds.push(result?.counts.done ?? 0);
      left = result?.results.flatMap(({ id, outcome }) => (outcome === 'done' ? [] : [id])) ?? [];
      confirmation = result?.continuation;
      await rig.clock.advance(60_000);
    }
    expect(rounds).toEqual([3, 3, 2]);
    expect(rig.questions).toHaveLength(1);
  });

  test('a continuation may be passed with the ids of all', async () => {
    const { rig, change } = await start(many(5), {
      limits,
      flags: { confirm: 'remove', 'rate-limits': 'update_audience_for_space=3' },
    });
    const args = { ids: idsUpTo(5), action: 'disable' };
    const confirmation = confirmationIn((await change(args)).error);
    const { result } = await change({ ...args, confirmation });
    await rig.clock.advance(60_000);
    const { outcomes } = await change({ ...args, confirmation: result?.continuation });
    expect(outcomes).toEqual(['unchanged', 'unchanged', 'unchanged', 'done', 'done']);
  });

  test("a continuation is valid where only the client's own question is accepted", async () => {
    const { rig, change } = await start(many(5), {
      limits,
      flags: {
        confirm: 'remove',
        ask: 'elicitation',
        'rate-limits': 'update_audience_for_space=3',
      },
      answering: yes,
    });
    const { result } = await change({ ids: idsUpTo(5), action: 'disable' });
    await rig.clock.advance(60_000);
    const rest = { ids: [idOf(4), idOf(5)], action: 'disable' };
    const { outcomes } = await change({ ...rest, confirmation: result?.continuation });
    expect(outcomes).toEqual(['done', 'done']);
    expect(rig.questions).toHaveLength(1);
  });

  test('a continuation is valid in another process that shares the state folder', async () => {
    const folder = temporaryFolder('bulk-state');
    const { rig } = await start(many(5), { limits });
    const open = () =>
      startComposed(
        {
          'api-url': rig.sandbox.url,
          space: standInSpace,
          confirm: 'remove',
          'rate-limits': 'update_audience_for_space=3',
        },
        { SEGMENT_API_TOKEN: 'sgp_token_for_tests', SEGMENT_STATE_DIR: folder },
        { clock: rig.clock },
      );
    await using one = await open();
    await using other = await open();
    const args = { ids: idsUpTo(5), action: 'disable' };
    const confirmation = confirmationIn((await callTool(one.client, tool, args)).error);
    const begun = await callTool(other.client, tool, { ...args, confirmation });
    const { continuation } = resultSchema.parse(begun.structured);
    await rig.clock.advance(60_000);
    const rest = { ...args, ids: [idOf(4), idOf(5)], confirmation: continuation };
    const { structured, error } = await callTool(one.client, tool, rest);
    expect(error).toBeUndefined();
    expect(structured).toMatchObject({ counts: { done: 2 } });
  });

  test('what changed before it continues is stale', async () => {
    const { rig, change, patch } = await start(many(5), {
      limits: { update_audience_for_space: 4 },
      flags: { confirm: 'remove', 'rate-limits': 'update_audience_for_space=3' },
    });
    const args = { ids: idsUpTo(5), action: 'disable' };
    const confirmation = confirmationIn((await change(args)).error);
    const { result } = await change({ ...args, confirmation });
    await rig.clock.advance(60_000);
    await patch(idOf(4), { name: 'Another name' });
    const rest = { ids: [idOf(4), idOf(5)], action: 'disable' };
    const { outcomes } = await change({ ...rest, confirmation: result?.continuation });
    expect(outcomes).toEqual(['stale', 'done']);
  });

  test('is fifteen minutes where the client asks for progress, which counts', async () => {
    const { rig, change } = await start(many(8), {
      limits,
      flags: { 'rate-limits': 'update_audience_for_space=3', 'log-level': 'debug' },
    });
    const said: string[] = [];
    const call = change(
      { ids: idsUpTo(8), action: 'disable' },
      { onprogress: ({ message = '' }) => said.push(message) },
    );
    const answered = () =>
      rig.log.filter((line) => /"answer".*"update_audience_for_space"/.test(line)).length;
    for (const count of [3, 6]) {
      await waitFor(() => answered() === count);
      await rig.clock.advance(60_000);
    }
    expect((await call).outcomes).toEqual(Array(8).fill('done'));
    expect(said).toContain('5 of 8');
  });

  test('ends the call when none is left for the first', async () => {
    const { rig, change } = await start(many(3), {
      limits,
      flags: { 'rate-limits': 'update_audience_for_space=1', 'max-wait-ms': '0' },
    });
    await change({ ids: [idOf(3)], action: 'disable' });
    const { error } = await change({ ids: idsUpTo(2), action: 'disable' });
    expect(error?.code).toBe('rate_limited');
    expect(rig.writes()).toHaveLength(1);
  });
});

test('cancelling lets the one in progress finish, and tries no other', async () => {
  const file = auditFile();
  const { rig } = await start(many(3), { flags: { 'audit-log': file } });
  const controller = new AbortController();
  rig.faults(({ method }) => {
    if (method === 'PATCH') controller.abort();
    return undefined;
  });
  const args = { ids: idsUpTo(3), action: 'disable' };
  await expect(callTool(rig.client, tool, args, { signal: controller.signal })).rejects.toThrow();
  await rig.logged('"tool call');
  expect(linesOf(file).map(({ outcome }) => outcome)).toEqual(['started', 'done']);
  expect(rig.writes()).toHaveLength(1);
});

describe('copies', () => {
  const large = (count: number) =>
    many(count).map((seed) => ({ ...seed, description: 'x'.repeat(45_000) }));

  test('that are more than a result holds are refused before anybody is asked', async () => {
    const { rig, change } = await start(large(3), { flags: { confirm: 'remove' }, answering: yes });
    const { error } = await change({ ids: idsUpTo(3), action: 'remove' });
    expect(error).toMatchObject({ code: 'invalid_input', field: 'ids' });
    expect(error?.message).toContain('The copies of the first 2 fit.');
    expect(rig.questions).toEqual([]);
    expect((await change({ ids: idsUpTo(3), action: 'disable' })).outcomes).toEqual(
      Array(3).fill('done'),
    );
  });

  test.each([
    [
      [1],
      /^The result must contain a copy of this audience, which has \d+ characters; at most 100000 fit. Nothing was sent.$/,
      /^To delete one that is too long by itself, use remove_audience_from_space/,
    ],
    [
      [2, 1, 3],
      /copies of these 3 audiences, .* Too long by itself: "Huge" \("aud_000000001"\). The copies of the first 2 of the others fit. Nothing/,
      /^Pass fewer ids, such as the first 2 of the others. To delete one that is too long/,
    ],
    [
      [3, 4, 2],
      /; at most 100000 fit. The copies of the first 2 fit. Nothing/,
      /^Pass fewer ids, such as the first 2. Whoever/,
    ],
  ])('that can never fit are named: %j', async (numbers, message, next) => {
    const of = (name: string, chars: number) => ({
      ...plain(name),
      description: 'x'.repeat(chars),
    });
    const seeds = [of('Huge', 150_000), of('A', 45_000), of('B', 45_000), of('C', 45_000)];
    const { rig, change } = await start(seeds, { flags: { confirm: 'remove' } });
    for (const dryRun of [undefined, true]) {
      const { error } = await change({ ids: numbers.map(idOf), action: 'remove', dryRun });
      expect(error).toMatchObject({ code: 'invalid_input', field: 'ids' });
      expect(error?.message).toMatch(message);
      expect(error?.next).toMatch(next);
    }
    expect(rig.writes()).toEqual([]);
  });

  test('that fit are kept, whatever does not', async () => {
    const seeds = [{ ...plain('Huge'), description: 'x'.repeat(150_000) }, ...many(2)];
    const { change } = await start(seeds, { flags: { 'audit-log': auditFile() } });
    const { result } = await change({ ids: idsUpTo(3), action: 'remove' });
    expect(result?.removed?.map(({ id }) => id)).toEqual([idOf(2), idOf(3)]);
    const { result: none } = await (
      await start(seeds, { flags: { 'audit-log': auditFile() } })
    ).change({ ids: [idOf(1)], action: 'remove' });
    expect(none?.removed).toEqual([]);
    expect(none?.advice).toContain('1 of them did not fit in removed; they are in the audit log.');
    expect(none?.advice.join(' ')).not.toContain('To recreate one');
  });

  test('are in the audit log, if there is one', async () => {
    const file = auditFile();
    const { change } = await start(large(3), { flags: { 'audit-log': file } });
    const { result, outcomes } = await change({ ids: idsUpTo(3), action: 'remove' });
    expect(outcomes).toEqual(['done', 'done', 'done']);
    expect(result?.removed).toHaveLength(2);
    expect(result?.advice.join(' ')).toContain('1 of them did not fit');
    expect(linesOf(file)).toHaveLength(6);
    expect(linesOf(file)[5]).toMatchObject({
      tool,
      operation: 'remove_audience_from_space',
      outcome: 'done',
      before: { description: 'x'.repeat(45_000) },
    });
  });
});

test.each([
  ['quotes', '"'],
  ['hidden characters', '\u200b'],
])('results on 200 names of %s stay under 100,000 characters', async (_, character) => {
  const seeds = Array.from({ length: 200 }, (__, index) =>
    plain(`${index}`.padEnd(255, character)),
  );
  const { rig } = await start(seeds, { flags: { confirm: 'remove' } });
  const ids = idsUpTo(200);
  const { text } = await callTool(rig.client, tool, { ids, action: 'disable', dryRun: true });
  expect(text.length).toBeLessThan(100_000);
  for (const id of ids) expect(text).toContain(`"${id}"`);
});

test('a dry run sends nothing, and shows the requests and the question', async () => {
  const { rig, change, structured } = await (async () => {
    const started = await start([plain('On'), { ...plain('Off'), enabled: false }], {
      flags: { confirm: 'remove' },
    });
    const { structured: shown } = await started.change({
      ids: idsUpTo(2),
      action: 'disable',
      dryRun: true,
    });
    return { ...started, structured: shown };
  })();
  expect(structured).toMatchObject({
    counts: { not_tried: 1, unchanged: 1 },
    dryRun: {
      edition: 'v1',
      needsConfirmation: true,
      question: expect.stringContaining('Disable 1 audience in the space'),
      requests: [{ method: 'PATCH', body: { enabled: false } }],
    },
  });
  expect(rig.writes()).toEqual([]);
  expect((await change({ ids: [idOf(1)], action: 'disable', dryRun: '' })).error?.code).toBe(
    'invalid_input',
  );
});

test.each([
  [0, 'None of them is sent to any destination.'],
  [1, '2 of them are not sent to any destination; for 1 of them, this could not be determined.'],
  [2, '1 of them is not sent to any destination; for 2 of them, this could not be determined.'],
  [3, 'Their destinations could not be determined.'],
])("says where 3 audiences are sent, %i of which can't be looked up", async (count, sentence) => {
  const { rig, change } = await start(many(3), { flags: { confirm: 'remove' } });
  const hidden = idsUpTo(count);
  rig.faults(({ operation, id = '' }) =>
    operation === 'list_destinations_from_audience' && hidden.includes(id)
      ? { kind: 'answer', status: 500, body: '' }
      : undefined,
  );
  const { structured } = await change({ ids: idsUpTo(3), action: 'remove', dryRun: true });
  expect(structured).toMatchObject({ dryRun: { question: expect.stringContaining(sentence) } });
});

test('a dry run shows the whole question, however many it is about', async () => {
  const long = (name: string) => plain(`${name} ${'x'.repeat(200)}`);
  const seeds = Array.from({ length: 200 }, (_, index) => long(`Berlin ${index + 1}`));
  const answering = () => ({ action: 'decline' }) as const;
  const { rig, change } = await start(seeds, { flags: { confirm: 'remove' }, answering });
  const args = { ids: idsUpTo(200), action: 'disable' };
  const { structured, error } = await change({ ...args, dryRun: true });
  expect(error).toBeUndefined();
  await change(args);
  const { dryRun } = z
    .object({ dryRun: z.looseObject({ question: z.string() }) })
    .parse(structured);
  expect(rig.questions[0]).toContain(dryRun.question);
  expect(dryRun.question).toMatch(/"Berlin 200 x+"…/);
  expect(JSON.stringify(structured).length).toBeLessThan(110_000);
});

test('nothing is changed by a server that only reads, or in a space that is not allowed', async () => {
  const other = await start(many(2), { flags: { 'allowed-spaces': standInSpace } });
  const { error } = await other.change({ spaceId: 'spa_2', ids: idsUpTo(2), action: 'remove' });
  expect(error?.code).toBe('space_not_allowed');
  expect(other.rig.requests).toEqual([]);
  const readOnly = await start(many(2), { flags: { 'read-only': true } });
  expect((await readOnly.change({ ids: idsUpTo(2), action: 'remove' })).error?.code).toBe(
    'invalid_input',
  );
});

function auditFile(): string {
  const folder = temporaryFolder('bulk');
  return join(folder, 'audit.jsonl');
}

const lineSchema = z.looseObject({ id: z.string(), outcome: z.string() });

function linesOf(file: string) {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => lineSchema.parse(JSON.parse(line)));
}
