import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { McpError } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { ConfirmMode } from '../../src/safety/agreement.ts';
import { Confirmations } from '../../src/safety/confirmation.ts';
import { StateFolder } from '../../src/safety/state-folder.ts';
import { isWrite } from '../../src/segment/editions/editions.ts';
import type { Audience } from '../../src/segment/models/audience.ts';
import {
  type Answering,
  type Asked,
  audience,
  callTool,
  connect,
  fakeApi,
  ownConfirmations,
} from '../support/in-memory.ts';
import { ManualClock, waitFor } from '../support/manual-clock.ts';

/*
 * What has to be agreed to, and that nothing is sent without it.
 */

const query = "event('Shoes Bought').count() >= 1";
const spaceId = 'spa_1';
type Call = [tool: string, args: Record<string, unknown>];
const create: Call = ['create_audience', { spaceId, name: 'New', query }];
const rename: Call = ['update_audience_for_space', { spaceId, id: 'aud_1', name: 'New' }];
const disable: Call = ['update_audience_for_space', { spaceId, id: 'aud_1', enabled: false }];
const redefine: Call = ['update_audience_for_space', { spaceId, id: 'aud_1', query }];
const remove: Call = ['remove_audience_from_space', { spaceId, id: 'aud_1' }];
const allWrites = [create, rename, disable, redefine, remove];

const yes = { action: 'accept', content: { agree: true } } as const;
const writesOf = (asked: Asked[]) => asked.filter(([operation]) => isWrite(operation));
const detailsSchema = z.object({ confirmation: z.string() });
const confirmationIn = (error: Awaited<ReturnType<typeof callTool>>['error']) =>
  detailsSchema.parse(error?.details).confirmation;

/** A client whose user is asked, with the questions and what reached the port. */
async function asking(answering: Answering, more: Parameters<typeof connect>[1] = {}) {
  const { api, asked } = fakeApi({});
  const questions: string[] = [];
  const client = await connect(api, {
    confirm: 'writes',
    ...more,
    answering(question) {
      questions.push(question);
      return answering(question);
    },
  });
  return { client, asked, questions };
}

describe('which calls need a question', () => {
  test.each<[ConfirmMode, Call[]]>([
    ['none', []],
    ['remove', [disable, redefine, remove]],
    ['writes', allWrites],
  ])('with %s', async (confirm, expected) => {
    const { client, asked, questions } = await asking(() => yes, { confirm });
    const met: Call[] = [];
    for (const call of allWrites) {
      questions.splice(0);
      expect((await callTool(client, ...call)).error).toBeUndefined();
      if (questions.length > 0) met.push(call);
      expect(questions.length).toBeLessThan(2);
    }
    expect(met).toEqual(expected);
    expect(writesOf(asked)).toHaveLength(allWrites.length);
  });

  test('with remove, enabling and describing are not asked about', async () => {
    const { client, questions } = await asking(() => yes, { confirm: 'remove' });
    const args = { spaceId, id: 'aud_1', enabled: true, name: 'N', description: 'D' };
    expect((await callTool(client, 'update_audience_for_space', args)).error).toBeUndefined();
    expect(questions).toEqual([]);
  });

  test('reading and rehearsing never are', async () => {
    const { client, asked, questions } = await asking(() => yes);
    await callTool(client, 'get_audience', { spaceId, id: 'aud_1' });
    await callTool(client, 'list_audiences', { spaceId });
    for (const [tool, args] of allWrites) await callTool(client, tool, { ...args, dryRun: true });
    expect(questions).toEqual([]);
    expect(writesOf(asked)).toEqual([]);
  });

  test('none asks for nothing in two steps, either', async () => {
    const { api } = fakeApi({});
    const client = await connect(api, { confirm: 'none' });
    for (const call of allWrites) expect((await callTool(client, ...call)).error).toBeUndefined();
  });
});

describe('without a yes nothing is sent', () => {
  /** Long enough that somebody may have read the question. */
  const slowly = (answer: Awaited<ReturnType<Answering>>, clock: ManualClock) => async () => {
    await clock.advance(1000);
    return answer;
  };

  test.each<[string, RegExp, Awaited<ReturnType<Answering>>]>([
    ['decline', /The user said no/, { action: 'decline' }],
    [
      'decline with the box ticked',
      /The user said no/,
      { action: 'decline', content: { agree: true } },
    ],
    [
      'cancel with the box ticked',
      /closed the question/,
      { action: 'cancel', content: { agree: true } },
    ],
    [
      'a box that is not ticked',
      /submitted the form without confirming/,
      { action: 'accept', content: { agree: false } },
    ],
    ['an answer without content', /submitted the form without confirming/, { action: 'accept' }],
    [
      'a yes in words',
      /submitted the form without confirming/,
      { action: 'accept', content: { agree: 'true' } },
    ],
    [
      'a yes to something else',
      /submitted the form without confirming/,
      { action: 'accept', content: { agreed: true } },
    ],
  ])('%s ends as declined', async (_, why, answer) => {
    const clock = new ManualClock();
    const { client, asked } = await asking(slowly(answer, clock), { clock });
    for (const call of allWrites) {
      const { error } = await callTool(client, ...call);
      expect(error).toMatchObject({ code: 'declined' });
      expect(error?.message).toMatch(why);
      expect(error?.message).toMatch(/Nothing was changed/);
      expect(error?.next).toMatch(/Do not retry it on your own/);
      expect(error?.next).not.toContain('--ask');
      if (answer.action === 'accept') expect(error?.message).not.toContain('said no');
    }
    expect(writesOf(asked)).toEqual([]);
  });

  test('a decline within a second stays a no, and names the setting for the operator', async () => {
    const { client, asked } = await asking(() => ({ action: 'decline' }));
    const { error } = await callTool(client, ...remove);
    expect(error?.code).toBe('declined');
    expect(error?.message).toContain('The user said no');
    expect(error?.next).toContain('--ask auto|elicitation|confirmation');
    expect(error?.next).toContain('SEGMENT_ASK');
    expect(writesOf(asked)).toEqual([]);
  });

  test('no answer in time ends as declined, and a yes that comes too late does nothing', async () => {
    let answer = (_: typeof yes) => {};
    const late = new Promise<typeof yes>((resolve) => {
      answer = resolve;
    });
    const { client, asked } = await asking(() => late, { askTimeoutMs: 20 });
    const { error } = await callTool(client, ...remove);
    expect(error?.code).toBe('declined');
    expect(error?.message).toMatch(/did not answer within/);
    expect(error?.next).toContain('--ask auto|elicitation|confirmation');
    expect(error?.next).toContain('this client does not show it');
    answer(yes);
    for (let count = 0; count < 10; count += 1) await turn();
    expect(writesOf(asked)).toEqual([]);
    expect((await callTool(client, 'get_audience', { spaceId, id: 'a' })).error).toBeUndefined();
  });

  test('a call that is cancelled while the user thinks', async () => {
    let answer = (_: typeof yes) => {};
    const { client, asked, questions } = await asking(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const controller = new AbortController();
    const calling = callTool(client, ...remove, { signal: controller.signal });
    await waitFor(() => questions.length > 0);
    controller.abort();
    await expect(calling).rejects.toThrow();
    answer(yes);
    for (let count = 0; count < 10; count += 1) await turn();
    expect(writesOf(asked)).toEqual([]);
    expect((await callTool(client, 'get_audience', { spaceId, id: 'a' })).error).toBeUndefined();
  });

  test('a client that hangs up while the user thinks', async () => {
    const { client, asked, questions } = await asking(() => new Promise(() => {}));
    const calling = callTool(client, ...remove);
    await waitFor(() => questions.length > 0);
    await client.close();
    await expect(calling).rejects.toThrow();
    for (let count = 0; count < 10; count += 1) await turn();
    expect(writesOf(asked)).toEqual([]);
  });
});

describe('a question that nobody sees', () => {
  const failing = (code: number) => () => Promise.reject(new McpError(code, 'no window'));

  test.each<[string, Answering, number]>([
    ['the method is unknown', failing(-32601), 1],
    ['any error', failing(-32603), 2],
    ["an error with the code of the SDK's timeout", failing(-32001), 2],
    ['an error with the code of a closed connection', failing(-32000), 2],
    ['an answer of another kind', () => Promise.resolve(JSON.parse('{}')), 2],
    ['a cancel at once', () => ({ action: 'cancel' }), 2],
    ['a cancel at once with the box', () => ({ action: 'cancel', content: { agree: true } }), 2],
  ])(
    '%s: the same call gives a value, which then needs no question',
    async (_, answering, asks) => {
      const { client, asked, questions } = await asking(answering);
      for (const call of [remove, disable]) {
        const { error } = await callTool(client, ...call);
        expect(error?.code).toBe('confirmation_required');
        expect(writesOf(asked)).toEqual([]);
        const [tool, args] = call;
        const before = questions.length;
        const confirmation = confirmationIn(error);
        expect((await callTool(client, tool, { ...args, confirmation })).error).toBeUndefined();
        expect(questions).toHaveLength(before);
        expect(writesOf(asked.splice(0))).toHaveLength(1);
      }
      expect(questions).toHaveLength(asks);
    },
  );

  test("after a client that can't ask, the next session is asked again", async () => {
    const { api } = fakeApi({});
    for (const _ of [1, 2]) {
      let questions = 0;
      const client = await connect(api, {
        confirm: 'writes',
        answering() {
          questions += 1;
          throw new McpError(-32601, 'unknown');
        },
      });
      await callTool(client, ...remove);
      expect(questions).toBe(1);
    }
  });

  test('a value that does not fit is asked about', async () => {
    const { client, asked, questions } = await asking(() => ({ ...yes }));
    const [tool, args] = remove;
    const done = await callTool(client, tool, { ...args, confirmation: 'A'.repeat(120) });
    expect(done.error).toBeUndefined();
    expect(questions).toHaveLength(1);
    expect(writesOf(asked)).toHaveLength(1);
  });
});

describe('with the setting ask', () => {
  test('confirmation never asks', async () => {
    const { client, questions } = await asking(() => ({ ...yes }), { ask: 'confirmation' });
    expect((await callTool(client, ...remove)).error?.code).toBe('confirmation_required');
    expect(questions).toEqual([]);
  });

  test("elicitation never gives a value to a client that can't ask, and takes none", async () => {
    const confirmations = ownConfirmations();
    const { api, asked } = fakeApi({});
    const other = await connect(api, { confirm: 'writes', confirmations });
    const confirmation = confirmationIn((await callTool(other, ...remove)).error);
    const client = await connect(api, { confirm: 'writes', ask: 'elicitation', confirmations });
    const [tool, args] = remove;
    for (const given of [args, { ...args, confirmation }]) {
      const { error } = await callTool(client, tool, given);
      expect(error?.code).toBe('declined');
      expect(error?.message).toMatch(/cannot ask the user/);
      expect(error?.next).toContain('--ask auto');
      expect(JSON.stringify(error?.details ?? {})).not.toContain('confirmation');
    }
    expect(writesOf(asked)).toEqual([]);
  });

  test('elicitation gives no value where the question was not seen', async () => {
    const { client } = await asking(() => ({ action: 'cancel' }), { ask: 'elicitation' });
    const { error } = await callTool(client, ...remove);
    expect(error?.code).toBe('declined');
    expect(error?.message).toMatch(/closed it before anyone could have read it/);
    expect(error?.message).not.toMatch(/can not ask/);
    expect(error?.next).toContain('--ask auto');
  });

  test('elicitation still asks', async () => {
    const { client, asked } = await asking(() => ({ ...yes }), { ask: 'elicitation' });
    expect((await callTool(client, ...remove)).error).toBeUndefined();
    expect(writesOf(asked)).toHaveLength(1);
  });
});

describe('while the user thinks', () => {
  async function thinking(options: Parameters<typeof callTool>[3]) {
    const clock = new ManualClock();
    let answer = (_: typeof yes) => {};
    const { client, questions } = await asking(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
      { clock },
    );
    const progress: string[] = [];
    client.fallbackNotificationHandler = async ({ method }) => {
      progress.push(method);
    };
    const calling = callTool(client, ...remove, options);
    await waitFor(() => questions.length > 0);
    await clock.advance(35_000);
    answer(yes);
    expect((await calling).error).toBeUndefined();
    return { clock, progress };
  }

  test('a client that gave a token gets progress every ten seconds, and none afterwards', async () => {
    const told: unknown[] = [];
    const { clock } = await thinking({ onprogress: (progress) => told.push(progress) });
    const message = 'remove_audience_from_space is waiting for the user to agree';
    expect(told).toEqual([10, 20, 30].map((progress) => ({ progress, message })));
    await clock.advance(60_000);
    expect(told).toHaveLength(3);
  });

  test('one that gave none gets none', async () => {
    const { progress } = await thinking(undefined);
    expect(progress).toEqual([]);
  });
});

test('progress only ever goes up, even when the call waited before it asked', async () => {
  const clock = new ManualClock();
  const { api } = fakeApi({});
  const waiting: typeof api = {
    ...api,
    async send(name, input, call) {
      if (name === 'get_audience') {
        await clock.advance(20_000);
        call.onWait({ operation: name, reason: 'quota', leftMs: 1000 });
      }
      return api.send(name, input, call);
    },
  };
  const client = await connect(waiting, {
    confirm: 'remove',
    clock,
    async answering() {
      await clock.advance(35_000);
      return { ...yes };
    },
  });
  const told: number[] = [];
  const onprogress = ({ progress }: { progress: number }) => told.push(progress);
  expect((await callTool(client, ...remove, { onprogress })).error).toBeUndefined();
  expect(told.length).toBeGreaterThan(3);
  expect(told).toEqual([...new Set(told)].sort((a, b) => a - b));
});

/** A client that can't ask, an audience that can be changed, and a clock for the values. */
async function twoStep(start: Partial<Audience> = {}) {
  let now = Date.UTC(2026, 0, 1);
  let stored = audience(start);
  const { api, asked } = fakeApi({ audience: async () => stored });
  const confirmations = ownConfirmations(() => now);
  const client = await connect(api, { confirm: 'writes', confirmations });
  return {
    client,
    asked,
    pass(ms: number) {
      now += ms;
    },
    change(more: Partial<Audience>) {
      stored = { ...stored, ...more };
    },
  };
}

async function firstStep(client: Client, [tool, args]: Call) {
  const { error } = await callTool(client, tool, args);
  expect(error?.code).toBe('confirmation_required');
  return confirmationIn(error);
}

describe('in two steps', () => {
  test.each(allWrites)('%s %j acts at the second, once', async (tool, args) => {
    const { client, asked } = await twoStep();
    const confirmation = await firstStep(client, [tool, args]);
    expect(writesOf(asked)).toEqual([]);
    const done = await callTool(client, tool, { ...args, confirmation });
    expect(done.error).toBeUndefined();
    expect(writesOf(asked)).toHaveLength(1);
    const again = await callTool(client, tool, { ...args, confirmation });
    expect(again.error?.code).toBe('confirmation_required');
    expect(again.error?.message).toMatch(/has already been used/);
    expect(writesOf(asked)).toHaveLength(1);
  });

  test('two calls at once with one value act once', async () => {
    const { client, asked } = await twoStep();
    const [tool, args] = remove;
    const confirmation = await firstStep(client, remove);
    const both = await Promise.all(
      [1, 2].map(() => callTool(client, tool, { ...args, confirmation })),
    );
    expect(both.map(({ error }) => error?.code).sort()).toEqual([
      'confirmation_required',
      undefined,
    ]);
    expect(writesOf(asked)).toHaveLength(1);
  });

  test.each<[string, RegExp, (value: string) => string, number]>([
    ['expired', /has expired/, (value) => value, 300_001],
    ['foreign', /not issued here, or not for this write/, () => 'A'.repeat(120), 0],
    ['cut', /not issued here, or not for this write/, (value) => value.slice(1), 0],
    ['odd', /not issued here, or not for this write/, () => '\u0000\u202e"\n', 0],
  ])('a value that is %s is answered with a new one that works', async (_, why, spoil, ms) => {
    const { client, asked, pass } = await twoStep();
    const [tool, args] = remove;
    const value = await firstStep(client, remove);
    pass(ms);
    const { error } = await callTool(client, tool, { ...args, confirmation: spoil(value) });
    expect(error?.code).toBe('confirmation_required');
    expect(error?.message).toMatch(why);
    expect(writesOf(asked)).toEqual([]);
    const confirmation = confirmationIn(error);
    expect(confirmation).not.toBe(value);
    expect((await callTool(client, tool, { ...args, confirmation })).error).toBeUndefined();
    expect(writesOf(asked)).toHaveLength(1);
  });

  test('a value for other arguments does not act, and the new one is for those', async () => {
    const { client, asked } = await twoStep();
    const [tool, args] = rename;
    const confirmation = await firstStep(client, rename);
    const other = { ...args, name: 'Other' };
    const { error } = await callTool(client, tool, { ...other, confirmation });
    expect(error?.message).toMatch(/not issued for exactly this write/);
    expect(error?.message).toContain('name: from "Big spenders" to "Other"');
    expect(writesOf(asked)).toEqual([]);
    const next = { ...other, confirmation: confirmationIn(error) };
    expect((await callTool(client, tool, next)).error).toBeUndefined();
    expect(writesOf(asked)).toMatchObject([
      ['update_audience_for_space', { spaceId, id: 'aud_1', name: 'Other' }],
    ]);
  });

  test('an audience that changed in between is refused, naming the fields', async () => {
    const { client, asked, change } = await twoStep({ description: 'Old' });
    const [tool, args] = remove;
    const confirmation = await firstStep(client, remove);
    const updatedAt = '2026-01-03T00:00:00.000Z';
    const definition = { query, type: 'accounts' };
    change({ name: 'Bigger', description: null, enabled: false, definition, updatedAt });
    const { error } = await callTool(client, tool, { ...args, confirmation });
    expect(error?.code).toBe('stale');
    expect(error?.details).toMatchObject({
      changed: [
        { field: 'name', before: 'Big spenders', after: 'Bigger' },
        { field: 'description', before: 'Old' },
        { field: 'enabled', before: true, after: false },
        { field: 'query', before: "trait('total_spend') > 200", after: query },
        { field: 'type', before: 'users', after: 'accounts' },
        { field: 'updatedAt', before: '2026-01-02T00:00:00.000Z', after: updatedAt },
      ],
      audience: { name: 'Bigger' },
    });
    for (const said of [
      'since the user was asked: name was "Big spenders" and is now "Bigger"',
      'description was "Old" and is now nothing',
      'enabled was true and is now false',
      `query was "trait('total_spend') > 200" and is now "${query}"`,
      'type was "users" and is now "accounts"',
    ]) {
      expect(error?.message).toContain(said);
    }
    expect(writesOf(asked)).toEqual([]);
  });

  test('where only its status or size changed, it is still the same', async () => {
    const { client, asked, change } = await twoStep();
    const [tool, args] = remove;
    const confirmation = await firstStep(client, remove);
    change({ status: 'Computing', size: { count: 9 } });
    expect((await callTool(client, tool, { ...args, confirmation })).error).toBeUndefined();
    expect(writesOf(asked)).toHaveLength(1);
  });
});

describe('a process for each call', () => {
  const folder = mkdtempSync(join(tmpdir(), 'alone-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Removes in two processes, the second given the value of the first. */
  async function inTwoProcesses(path: string) {
    const { api, asked } = fakeApi({});
    const errors: Awaited<ReturnType<typeof callTool>>['error'][] = [];
    let args = remove[1];
    for (const _ of [1, 2]) {
      const confirmations = new Confirmations({
        now: Date.now,
        elapsed: Date.now,
        randomBytes,
        folder: new StateFolder(path, Date.now),
      });
      const client = await connect(api, { confirm: 'writes', confirmations });
      const { error } = await callTool(client, remove[0], args);
      errors.push(error);
      if (error) args = { ...args, confirmation: confirmationIn(error) };
    }
    return { errors, sent: writesOf(asked).length };
  }
  const waysOut = ['SEGMENT_STATE_DIR', '--ask elicitation', '--confirm'];

  test('with a state folder is done at the second, without a word about it', async () => {
    const { errors, sent } = await inTwoProcesses(join(folder, 'state'));
    expect(sent).toBe(1);
    expect(errors[1]).toBeUndefined();
    expect(errors[0]?.message).not.toContain('process');
    expect(errors[0]?.next).not.toContain('process');
  });

  test('without one says with the first value that it is valid only in its process', async () => {
    writeFileSync(join(folder, 'file'), '');
    const { errors, sent } = await inTwoProcesses(join(folder, 'file', 'state'));
    expect(sent).toBe(0);
    expect(errors).toHaveLength(2);
    for (const error of errors) {
      expect(error?.code).toBe('confirmation_required');
      expect(error?.message).toContain('works only in this server process');
      for (const name of waysOut) expect(error?.next).toContain(name);
    }
    expect(errors[1]?.message).toMatch(
      /^The confirmation was not issued here, or not for this write\. This process/,
    );
    expect(errors[1]?.message).not.toContain('exactly');
  });
});

test('an audience that changed while the user thought is refused, naming the fields', async () => {
  let stored = audience();
  const { api, asked } = fakeApi({ audience: async () => stored });
  const client = await connect(api, {
    confirm: 'remove',
    answering() {
      stored = audience({ name: 'Bigger', updatedAt: '2026-01-03T00:00:00.000Z' });
      return { ...yes };
    },
  });
  const { error } = await callTool(client, ...remove);
  expect(error?.code).toBe('stale');
  expect(error?.message).toContain('name was "Big spenders" and is now "Bigger"');
  expect(writesOf(asked)).toEqual([]);
});
