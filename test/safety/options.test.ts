import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type Audience, audienceSchema } from '../../src/segment/models/audience.ts';
import { callTool, connect, fakeApi, ownConfirmations } from '../support/in-memory.ts';
import { firstId, type StandIn, startStandIn } from '../support/stand-in.ts';

/*
 * Options are part of what a user agrees to, and of what is sent.
 */

const query = "event('Shoes Bought').count() >= 1";
const tool = 'update_audience_for_space';
const yes = { action: 'accept', content: { agree: true } } as const;
const ids = ['user_id', 'email'];
const options = {
  includeHistoricalData: true,
  filterByExternalIds: ids,
  backfillEventDataDays: 30,
};
const seeds = [{ name: 'Old', definition: { query, level: 'users' as const }, options }];
const detailsSchema = z.object({ confirmation: z.string() });

const start = (more: Partial<Parameters<typeof startStandIn>[0]> = {}) =>
  startStandIn({ edition: 'v1', seeds, answering: () => yes, ...more });

async function storedOptions({ client }: StandIn): Promise<Audience['options']> {
  const { structured } = await callTool(client, 'get_audience', { id: firstId });
  return z.object({ audience: audienceSchema }).parse(structured).audience.options;
}

describe.each(['auto', 'v1'])('with --edition %s', (edition) => {
  const flags = { edition, confirm: 'remove' };

  test.each([
    [
      { includeHistoricalData: false },
      { includeHistoricalData: false, filterByExternalIds: ids },
      ['includeHistoricalData: from true to false', 'backfillEventDataDays: from 30 to nothing'],
    ],
    [
      { filterByExternalIds: ['email', 'phone'] },
      { ...options, filterByExternalIds: ['email', 'phone'] },
      ['filterByExternalIds: from "user_id, email" to "email, phone"'],
    ],
    [
      { backfillEventDataDays: 7 },
      { ...options, backfillEventDataDays: 7 },
      ['backfillEventDataDays: from 30 to 7'],
    ],
  ])('a change of %j is asked about, and sends all options', async (change, sent, lines) => {
    const rig = await start({ flags });
    const { structured, error } = await callTool(rig.client, tool, { id: firstId, ...change });
    expect(error).toBeUndefined();
    expect(rig.questions).toHaveLength(1);
    const [question = ''] = rig.questions;
    const changes = question.slice(question.indexOf('In full:')).split('\n');
    expect(changes.filter((line) => line.includes(': from '))).toEqual(
      lines.map((line) => `- ${line}`),
    );
    expect(rig.writes().map(({ body }) => body)).toEqual([{ options: sent }]);
    expect(structured).toMatchObject({ audience: { options: sent } });
    expect(await storedOptions(rig)).toEqual(sent);
    expect(String(structured.advice)).toMatch(/locked against further edits/);
  });

  test('a change of anything else leaves the options alone', async () => {
    const rig = await start({ flags });
    await callTool(rig.client, tool, { id: firstId, name: 'New' });
    // It was made a moment ago.
    expect(rig.questions).toEqual([expect.stringContaining('too early to edit it')]);
    expect(rig.writes().map(({ body }) => body)).toEqual([{ name: 'New' }]);
    expect(await storedOptions(rig)).toEqual(options);
  });

  test('a dry run shows the options before and after, and the request', async () => {
    const rig = await start({ flags });
    const args = { id: firstId, backfillEventDataDays: 7, dryRun: true };
    const { structured } = await callTool(rig.client, tool, args);
    expect(structured).toMatchObject({
      dryRun: {
        edition: 'v1',
        request: { method: 'PATCH', body: { options: { ...options, backfillEventDataDays: 7 } } },
        needsConfirmation: true,
        before: { options },
        after: { options: { ...options, backfillEventDataDays: 7 } },
      },
    });
    expect(rig.writes()).toEqual([]);
  });

  test('a change by someone else while the user thinks is stale', async () => {
    const rig = await start({ flags, answering: undefined });
    const other = await rig.connect(async () => {
      const value = await callTool(rig.client, tool, { id: firstId, backfillEventDataDays: 9 });
      const { confirmation } = detailsSchema.parse(value.error?.details);
      const args = { id: firstId, backfillEventDataDays: 9, confirmation };
      expect((await callTool(rig.client, tool, args)).error).toBeUndefined();
      return yes;
    });
    const { error } = await callTool(other, tool, { id: firstId, backfillEventDataDays: 7 });
    expect(error).toMatchObject({
      code: 'stale',
      details: {
        changed: expect.arrayContaining([{ field: 'backfillEventDataDays', before: 30, after: 9 }]),
      },
    });
    expect(error?.message).toContain('backfillEventDataDays was 30 and is now 9');
    expect(rig.writes()).toHaveLength(1);
  });
});

describe('in two steps', () => {
  async function twoSteps() {
    let stored: Audience = {
      id: 'aud_1',
      name: 'Old',
      audienceType: 'USERS',
      definition: { query },
      options,
      updatedAt: '2026-01-02',
    };
    const { api, asked } = fakeApi({ audience: async () => stored });
    const confirmations = ownConfirmations(() => 0);
    const client = await connect(api, { confirm: 'remove', confirmations });
    const step = async (args: object) => {
      const given = { spaceId: 's', id: 'aud_1', ...args };
      const { error } = await callTool(client, tool, given);
      return { error, confirmation: detailsSchema.safeParse(error?.details).data?.confirmation };
    };
    return {
      step,
      updates: () => asked.filter(([name]) => name === tool).map(([, input]) => input),
      change(more: Audience['options']) {
        stored = { ...stored, options: { ...stored.options, ...more }, updatedAt: '2026-01-03' };
      },
    };
  }

  test('the value is for these options only', async () => {
    const { step, updates } = await twoSteps();
    const { confirmation } = await step({ backfillEventDataDays: 7 });
    const other = await step({ backfillEventDataDays: 8, confirmation });
    expect(other.error?.code).toBe('confirmation_required');
    expect(other.error?.message).toMatch(/not issued for exactly this write/);
    expect(updates()).toEqual([]);
    const done = await step({ backfillEventDataDays: 7, confirmation });
    expect(done.error).toBeUndefined();
    expect(updates()).toMatchObject([{ options: { ...options, backfillEventDataDays: 7 } }]);
  });

  test.each<[string, Audience['options']]>([
    ['includeHistoricalData', { includeHistoricalData: false }],
    ['filterByExternalIds', { filterByExternalIds: ['phone'] }],
    ['backfillEventDataDays', { backfillEventDataDays: 1 }],
  ])('a change of %s in between is stale', async (field, change) => {
    const { step, updates, ...audience } = await twoSteps();
    const { confirmation } = await step({ query: "event('Other').count() >= 1" });
    audience.change(change);
    const { error } = await step({ query: "event('Other').count() >= 1", confirmation });
    expect(error?.code).toBe('stale');
    expect(error?.message).toContain(`${field} was`);
    expect(updates()).toEqual([]);
  });
});

describe('an audience that shows the option of the earlier edition', () => {
  const answerSchema = z.object({ data: z.object({ audience: audienceSchema }) });

  async function shown(present: Audience['options']) {
    const rig = await start({ flags: { edition: 'v1', confirm: 'remove' } });
    rig.faults(({ operation }) => {
      if (operation !== 'get_audience') return undefined;
      const alter = (body: unknown) => {
        const { audience } = answerSchema.parse(body).data;
        return { data: { audience: { ...audience, options: present } } };
      };
      return { kind: 'alter', alter };
    });
    return rig;
  }

  test('goes on including anonymous users, through the list that is shown', async () => {
    const list = ['user_id', 'email', 'android.idfa', 'ios.idfa', 'anonymous_id'];
    const rig = await shown({ includeHistoricalData: true, includeAnonymousUsers: true });
    const args = { id: firstId, includeHistoricalData: false };
    const written = { includeHistoricalData: false, filterByExternalIds: list };
    const dry = await callTool(rig.client, tool, { ...args, dryRun: true });
    expect(dry.structured).toMatchObject({
      dryRun: {
        request: { body: { options: written } },
        after: { options: { ...written, includeAnonymousUsers: true } },
      },
    });

    const done = await callTool(rig.client, tool, args);
    const [question] = rig.questions;
    expect(question).not.toContain('includeAnonymousUsers:');
    expect(question).toContain(`filterByExternalIds: from nothing to "${list.join(', ')}"`);
    const inWords = `through this list of external ids: "${list.join(', ')}"`;
    expect(question).toContain(inWords);
    for (const { structured } of [dry, done]) expect(String(structured.advice)).toContain(inWords);
    expect(rig.writes()).toMatchObject([{ body: { options: written } }]);
  });

  test('shows it unchanged where it is off', async () => {
    const rig = await shown({ includeHistoricalData: true, includeAnonymousUsers: false });
    const args = { id: firstId, includeHistoricalData: false };
    await callTool(rig.client, tool, args);
    const [question] = rig.questions;
    expect(question).toContain('What changes: includeHistoricalData: from true to false');
    expect(question).not.toMatch(/includeAnonymousUsers:|external ids/);
    const bodies = rig.writes().map(({ body }) => body);
    expect(bodies).toEqual([{ options: { includeHistoricalData: false } }]);
  });
});

describe('anonymous users in v1', () => {
  const defaults = ['user_id', 'email', 'android.idfa', 'ios.idfa', 'anonymous_id'];

  test.each([
    ["Segment's default list", undefined, defaults],
    ['a given list', ['email'], ['email', 'anonymous_id']],
    ['a list that has them', ['anonymous_id', 'email'], ['anonymous_id', 'email']],
  ])('are admitted by %s, which is shown', async (_, filterByExternalIds, list) => {
    const rig = await start({ flags: { edition: 'v1', confirm: 'writes' } });
    const args = { name: 'New', query, includeAnonymousUsers: true, filterByExternalIds };
    const inWords = `list of external ids: "${list.join(', ')}".`;

    const dry = await callTool(rig.client, 'create_audience', { ...args, dryRun: true });
    expect(dry.structured).toMatchObject({
      dryRun: {
        request: { body: { options: { filterByExternalIds: list } } },
        after: { options: { filterByExternalIds: list } },
      },
    });
    expect(String(dry.structured.advice)).toContain(inWords);
    expect(rig.writes()).toEqual([]);

    const made = await callTool(rig.client, 'create_audience', args);
    expect(made.error).toBeUndefined();
    expect(rig.questions).toHaveLength(1);
    expect(rig.questions[0]).toContain(`Includes profiles that have one of: "${list.join(', ')}"`);
    expect(rig.questions[0]).not.toContain('includeAnonymousUsers');
    expect(rig.writes()).toMatchObject([{ body: { options: { filterByExternalIds: list } } }]);
    expect(String(made.structured.advice)).toContain(inWords);
  });
});
