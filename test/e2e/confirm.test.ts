import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { callTool } from '../support/in-memory.ts';
import { startSession } from '../support/program.ts';
import { environmentFor, startRig } from '../support/rig.ts';
import { SharedRigs } from '../support/shared-rigs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { bigSpenders, create, sent, writeAsAnother } from '../support/writes.ts';

/*
 * Nothing destroyed without agreement, through the built program over stdio.
 */

const detailsSchema = z.object({ confirmation: z.string() });
const rigs = new SharedRigs();
afterAll(() => rigs[Symbol.asyncDispose]());

/** A space for which the sandbox computes next to nothing, and an audience in it. */
const inSmallSpace = ['--sandbox', '--space', 'spa_shop_staging'];
const inStaging = 'aud_000000011';

describe('confirmation by a client that can ask', () => {
  test('one question with everything to know; a yes acts', async () => {
    const questions: string[] = [];
    const rig = await rigs.with(['--confirm', 'remove'], (asked) => {
      questions.push(asked);
      return { action: 'accept', content: { agree: true } };
    });
    const { client } = rig.session;
    const { structured } = await callTool(client, 'remove_audience_from_space', {
      id: bigSpenders,
    });
    expect(structured).toMatchObject({ status: 'SUCCESS', audience: { id: bigSpenders } });
    expect(questions).toHaveLength(1);
    const [question] = questions;
    expect(question).toMatch(
      /^Delete the audience "Big spenders" \("aud_\d+"\) in the space "spa_shop_production" for good\.$/m,
    );
    expect(question).toContain('Name: "Big spenders"');
    expect(question).toContain('Key: "big_spenders"');
    expect(question).toMatch(/Size: \d+/);
    expect(question).toContain('It holds: Users whose "total_spend" is more than 500.');
    expect(question).toContain('Used by: "Big spenders who lapsed" ("aud_000000006")');
  });

  test('an update shows every field before and after', async () => {
    let question = '';
    const rig = await rigs.with(['--confirm', 'writes'], (asked) => {
      question = asked;
      return { action: 'accept', content: { agree: true } };
    });
    await callTool(rig.session.client, 'update_audience_for_space', {
      id: bigSpenders,
      name: 'Bigger spenders',
      query: "trait('total_spend') > 900",
      enabled: false,
    });
    expect(question).toContain('name: from "Big spenders" to "Bigger spenders"');
    expect(question).toContain('enabled: from true to false');
    expect(question).toContain(
      `query: from "trait('total_spend') > 500" to "trait('total_spend') > 900"`,
    );
    expect(question).toContain('It will hold: Users whose "total_spend" is more than 900.');
    expect(sent(rig)).toHaveLength(1);
  });

  test('a create shows all that is sent, and that its name is taken', async () => {
    let question = '';
    const rig = await rigs.with(['--confirm', 'writes'], (asked) => {
      question = asked;
      return { action: 'decline' };
    });
    await callTool(rig.session.client, 'create_audience', {
      name: 'Big spenders',
      query: "ANY trait('plan') = 'vip'",
      type: 'accounts',
      enabled: false,
      includeAnonymousUsers: true,
      includeHistoricalData: true,
      allowDuplicateName: true,
    });
    for (const line of [
      '- Level: "accounts"',
      '- Disabled',
      '- With historical data',
      '- With anonymous users (this cannot be changed later)',
      `- This name is already taken, by "${bigSpenders}".`,
    ]) {
      expect(question.split('\n')).toContain(line);
    }
    expect(question).not.toContain('Key:');
  });

  test("a change can't hide at the end of a long definition", async () => {
    let question = '';
    await using rig = await startRig(['--confirm', 'none'], {});
    const long = Array.from({ length: 45 }, (_, index) => {
      return `trait('a rather long name for a trait ${index}') = 'and a value ${index}'`;
    }).join(' OR ');
    const made = await callTool(rig.session.client, 'create_audience', {
      name: 'Long',
      query: long,
    });
    const { id } = JSON.parse(made.text).audience;
    await using asking = await startSession([], environmentFor(rig.url, rig.space), (asked) => {
      question = asked;
      return { action: 'decline' };
    });
    await callTool(asking.client, 'update_audience_for_space', {
      id,
      query: `${long} OR trait('email').exists()`,
    });
    const [, change = ''] = /^- query: (.*)$/m.exec(question) ?? [];
    expect(change).toContain("OR trait('email').exists()");
    expect(question).toMatch(/^- It will hold: … .*"email" has a value/m);
  });

  test("a name in a definition can't pose as our text", async () => {
    let question = '';
    const rig = await rigs.with(['--confirm', 'writes'], (asked) => {
      question = asked;
      return { action: 'decline' };
    });
    const forged = "event('Buy** at least once. Nobody is in it. **').count() >= 1";
    await callTool(rig.session.client, 'create_audience', { name: 'N', query: forged });
    expect(question).toContain(
      'did "Buy\\u002a\\u002a at least once. Nobody is in it. \\u002a\\u002a" at least once',
    );
    expect(question).not.toContain('**');
  });

  test.each([
    ['a no', { action: 'accept', content: { agree: false } }],
    ['decline', { action: 'decline' }],
  ] as const)('%s ends as declined, and nothing was sent', async (_, answer) => {
    const rig = await rigs.with(['--confirm', 'writes'], () => ({ ...answer }));
    for (const [tool, args] of [
      ['create_audience', create],
      ['update_audience_for_space', { id: bigSpenders, enabled: false }],
      ['remove_audience_from_space', { id: bigSpenders }],
    ] as const) {
      const { error } = await callTool(rig.session.client, tool, args);
      expect(error?.code).toBe('declined');
    }
    expect(sent(rig)).toEqual([]);
  });

  test('nothing is done if the audience changed while the user thought', async () => {
    const rig = await rigs.with(['--confirm', 'remove'], async () => {
      await writeAsAnother(rig, 'PATCH', `/${bigSpenders}`, { name: 'Renamed' });
      return { action: 'accept', content: { agree: true } };
    });
    const args = { id: bigSpenders };
    const { error } = await callTool(rig.session.client, 'remove_audience_from_space', args);
    expect(error?.code).toBe('stale');
    expect(error?.message).toContain('name was "Big spenders" and is now "Renamed"');
    expect(sent(rig).map(({ method }) => method)).toEqual(['PATCH']);
  });
});

describe('confirmation in two steps', () => {
  test('by default a removal needs it, and the value works once', async () => {
    await using rig = await startRig(['--confirm', 'remove']);
    const { client } = rig.session;
    const asked = await callTool(client, 'remove_audience_from_space', { id: bigSpenders });
    expect(asked.error?.code).toBe('confirmation_required');
    expect(asked.error?.message).toContain('Used by: "Big spenders who lapsed"');
    expect(sent(rig)).toEqual([]);
    const { confirmation } = detailsSchema.parse(asked.error?.details);
    const other = await callTool(client, 'remove_audience_from_space', {
      id: 'aud_000000002',
      confirmation,
    });
    expect(other.error?.message).toMatch(/not issued here, or not for this write/);
    const done = await callTool(client, 'remove_audience_from_space', {
      id: bigSpenders,
      confirmation,
    });
    expect(done.structured).toMatchObject({ status: 'SUCCESS' });
    expect(sent(rig)).toHaveLength(1);
  });

  test('is the default', async () => {
    await using session = await startSession(inSmallSpace);
    const { error } = await callTool(session.client, 'update_audience_for_space', {
      id: inStaging,
      enabled: false,
    });
    expect(error?.code).toBe('confirmation_required');
    const renamed = await callTool(session.client, 'update_audience_for_space', {
      id: inStaging,
      name: 'Renamed',
    });
    expect(renamed.error).toBeUndefined();
  });
});

describe('confirmation by a client that starts a process for each call', () => {
  const calls = async (
    rig: Awaited<ReturnType<typeof startRig>>,
    state: string,
    args: Record<string, unknown>,
  ) => {
    const env = { ...environmentFor(rig.url, rig.space), SEGMENT_STATE_DIR: state };
    await using session = await startSession([], env);
    return await callTool(session.client, 'remove_audience_from_space', args);
  };

  test('a value is valid in the next process, once, and not with another key', async () => {
    const state = temporaryFolder('state');
    await using rig = await startRig([]);
    const asked = await calls(rig, state, { id: bigSpenders });
    const { confirmation } = detailsSchema.parse(asked.error?.details);
    const args = { id: bigSpenders, confirmation };
    const elsewhere = await calls(rig, temporaryFolder('state'), args);
    expect(elsewhere.error?.message).toMatch(/not issued here, or not for this write/);
    expect((await calls(rig, state, args)).error).toBeUndefined();
    expect(sent(rig)).toHaveLength(1);
    rmSync(state, { recursive: true });
  });

  test('in the sandbox as well', async () => {
    const env = { SEGMENT_STATE_DIR: temporaryFolder('state') };
    const call = async (args: Record<string, unknown>) => {
      await using session = await startSession(inSmallSpace, env);
      return await callTool(session.client, 'remove_audience_from_space', args);
    };
    const { error } = await call({ id: inStaging });
    const { confirmation } = detailsSchema.parse(error?.details);
    expect((await call({ id: inStaging, confirmation })).error).toBeUndefined();
    rmSync(env.SEGMENT_STATE_DIR, { recursive: true });
  });

  test('nothing is created before a value is issued', async () => {
    const parent = temporaryFolder('state');
    const env = { SEGMENT_STATE_DIR: join(parent, 'state') };
    await using session = await startSession(inSmallSpace, env);
    await callTool(session.client, 'list_audiences');
    expect(existsSync(env.SEGMENT_STATE_DIR)).toBe(false);
    await callTool(session.client, 'remove_audience_from_space', { id: inStaging });
    expect(existsSync(env.SEGMENT_STATE_DIR)).toBe(true);
    rmSync(parent, { recursive: true });
  });
});
