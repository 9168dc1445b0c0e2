import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { callTool } from '../support/in-memory.ts';
import { type StandIn, startStandIn } from '../support/stand-in.ts';

/*
 * The edition changes while a write is on its way: what the user agreed to is what is sent, and the
 * change is said once.
 */

const query = "event('Shoes Bought').count() >= 1";
const plain = { name: 'New', query };
const anonymous = { ...plain, includeAnonymousUsers: true };
const list = 'user_id, email, android.idfa, ios.idfa, anonymous_id';
const yes = { action: 'accept', content: { agree: true } } as const;
const flags = { confirm: 'writes' };
const detailsSchema = z.object({ confirmation: z.string() });
const rowsSchema = z.object({ audiences: z.array(z.object({ name: z.string() })) });

/** The names of the audiences in the space. */
async function namesIn({ client }: StandIn): Promise<string[]> {
  const { structured } = await callTool(client, 'list_audiences');
  return rowsSchema.parse(structured).audiences.map(({ name }) => name);
}

const create = ({ client }: StandIn, args: Record<string, unknown>) =>
  callTool(client, 'create_audience', args);

/** The first step of a write by a client that can't ask. */
async function valueFor(rig: StandIn, args: Record<string, unknown>) {
  const { error } = await create(rig, args);
  expect(error?.code).toBe('confirmation_required');
  return { error, confirmation: detailsSchema.parse(error?.details).confirmation };
}

const announcements = (text: string) =>
  text.split(/Segment uses the \S+ edition of its API/).length - 1;

describe('anonymous users in an empty space of today', () => {
  test('a user who agreed to the form of the seed is asked again, with the list', async () => {
    const rig = await startStandIn({ edition: 'v1', flags, answering: () => yes });
    const { error, structured } = await create(rig, anonymous);
    expect(error).toBeUndefined();
    expect(rig.questions).toHaveLength(2);
    expect(rig.questions[0]).toContain('- With anonymous users (this cannot be changed later)');
    expect(rig.questions[0]).not.toContain('Admits profiles');
    expect(rig.questions[1]).toContain(`- Includes profiles that have one of: "${list}"`);
    expect(rig.writes().map(({ headers }) => headers.accept?.slice(0, 35))).toEqual([
      'application/vnd.segment.v1alpha+jso',
      'application/vnd.segment.v1+json, ap',
    ]);
    expect(String(structured.advice)).toContain(list);
    expect(await namesIn(rig)).toEqual(['New']);
  });

  test('a no to the second question creates nothing', async () => {
    let asked = 0;
    const rig = await startStandIn({
      edition: 'v1',
      flags,
      answering: () => {
        asked += 1;
        return asked === 1 ? { ...yes } : { action: 'decline' };
      },
    });
    const { error } = await create(rig, anonymous);
    expect(error?.code).toBe('declined');
    // The first form was sent, and refused.
    expect(error?.message).toContain('Nothing was changed.');
    expect(rig.questions).toHaveLength(2);
    expect(rig.writes()).toHaveLength(1);
    expect(await namesIn(rig)).toEqual([]);
  });

  test('in two steps, the value for the old form is used up and a new one is needed', async () => {
    const rig = await startStandIn({ edition: 'v1', flags });
    const first = await valueFor(rig, anonymous);
    expect(first.error?.message).toContain('- With anonymous users');

    const second = await valueFor(rig, { ...anonymous, confirmation: first.confirmation });
    expect(second.error?.message).toContain(`- Includes profiles that have one of: "${list}"`);
    expect(second.confirmation).not.toBe(first.confirmation);
    expect(rig.writes()).toHaveLength(1);

    const old = await valueFor(rig, { ...anonymous, confirmation: first.confirmation });
    expect(old.error?.message).toMatch(/has already been used/);
    expect(rig.writes()).toHaveLength(1);

    const done = await create(rig, { ...anonymous, confirmation: second.confirmation });
    expect(done.error).toBeUndefined();
    expect(await namesIn(rig)).toEqual(['New']);
  });

  test.each(['none', 'remove'])('with --confirm %s the result names the list', async (confirm) => {
    const rig = await startStandIn({ edition: 'v1', flags: { confirm }, answering: () => yes });
    const { structured } = await create(rig, anonymous);
    expect(rig.questions).toEqual([]);
    expect(String(structured.advice)).toContain(list);
    expect(await namesIn(rig)).toEqual(['New']);
  });
});

describe('a plain create in an empty space of today', () => {
  test('is asked about once', async () => {
    const rig = await startStandIn({ edition: 'v1', flags, answering: () => yes });
    expect((await create(rig, plain)).error).toBeUndefined();
    expect(rig.questions).toHaveLength(1);
    expect(rig.writes()).toHaveLength(2);
    expect(await namesIn(rig)).toEqual(['New']);
  });

  test('needs one value in two steps', async () => {
    const rig = await startStandIn({ edition: 'v1', flags });
    const { confirmation } = await valueFor(rig, plain);
    expect((await create(rig, { ...plain, confirmation })).error).toBeUndefined();
    expect(await namesIn(rig)).toEqual(['New']);
  });
});

describe('the change of the edition', () => {
  const seeds = [{ name: 'Old', definition: { query, level: 'users' as const } }];
  const logged = ({ log }: StandIn) => log.filter((line) => line.includes('"edition changed"'));

  test('is in the advice of the call that met it, and of no other', async () => {
    const rig = await startStandIn({ edition: 'v1', seeds, flags: { 'log-level': 'info' } });
    const texts: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      texts.push((await callTool(rig.client, 'list_audiences')).text);
    }
    expect(texts.map(announcements)).toEqual([1, 0, 0]);
    expect(logged(rig)).toHaveLength(1);
  });

  test('waits for a result that has advice, if the call that met it failed', async () => {
    const rig = await startStandIn({ edition: 'v1', seeds, flags: { 'log-level': 'info' } });
    const failed = await create(rig, { ...plain, name: 'Old' });
    expect(failed.error?.code).toBe('duplicate');
    const checked = await callTool(rig.client, 'check_audience_query', { query });
    const read = await callTool(rig.client, 'list_audiences');
    const again = await callTool(rig.client, 'list_audiences');
    const texts = [failed, checked, read, again].map(({ text }) => announcements(text));
    expect(texts).toEqual([0, 1, 0, 0]);
    expect(logged(rig)).toHaveLength(1);
  });

  test('is said with the other advice of a call, and behind it', async () => {
    const rig = await startStandIn({ edition: 'v1' });
    const { structured } = await create(rig, plain);
    const advice = z.array(z.string()).parse(structured.advice);
    expect(advice.length).toBeGreaterThan(1);
    expect(announcements(advice.join('\n'))).toBe(1);
    expect(announcements(advice.at(-1) ?? '')).toBe(1);
  });

  test.each(['v1alpha', 'v1'])('is not said where the edition is fixed to %s', async (edition) => {
    const rig = await startStandIn({ edition: 'v1', seeds, flags: { edition } });
    const { text } = await callTool(rig.client, 'list_audiences');
    expect(announcements(text)).toBe(0);
  });
});
