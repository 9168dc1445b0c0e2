import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { callTool, secret } from '../support/in-memory.ts';
import { RawProgram, startSession } from '../support/program.ts';
import { environmentFor, type Rig, startRig } from '../support/rig.ts';

/*
 * What the server lets an agent do, through the built program over stdio.
 */

const query = "event('Shoes Bought').count() >= 1";
const create = { name: 'New', query };
const bigSpenders = 'aud_000000001';
const writing = ['create_audience', 'remove_audience_from_space', 'update_audience_for_space'];

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'audit-'));
  folders.push(folder);
  return join(folder, 'audit.jsonl');
}

const sent = (rig: Rig) => rig.requests.filter(({ method }) => method !== 'GET');
const detailsSchema = z.object({ confirmation: z.string() });
const auditSchema = z.looseObject({
  time: z.iso.datetime(),
  tool: z.string(),
  space: z.string(),
  id: z.string().optional(),
  outcome: z.string(),
  confirmed: z.string(),
});
const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => auditSchema.parse(JSON.parse(line)));

describe('--read-only', () => {
  test('leaves out the tools that write, and refuses to call them', async () => {
    await using rig = await startRig(['--read-only']);
    const { tools } = await rig.session.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'list_audiences',
      'get_audience',
      'check_audience_query',
    ]);
    for (const name of writing) {
      const { error } = await callTool(rig.session.client, name, { id: bigSpenders, ...create });
      expect(error).toMatchObject({ code: 'invalid_input' });
      expect(error?.next).not.toContain(name);
    }
    expect((await callTool(rig.session.client, 'get_audience', { id: bigSpenders })).error).toBe(
      undefined,
    );
    expect(sent(rig)).toEqual([]);
    expect(rig.session.client.getInstructions()).toMatch(/read-only/);
  });
});

describe('--tools', () => {
  test('leaves only those that are named', async () => {
    await using session = await startSession([
      '--sandbox',
      '--tools',
      'get_audience, list_audiences',
    ]);
    const { tools } = await session.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['list_audiences', 'get_audience']);
  });

  test('together with --read-only never leaves one that writes', async () => {
    const tools = ['--tools', 'get_audience,create_audience', '--read-only'];
    await using session = await startSession(['--sandbox', ...tools]);
    const listed = await session.client.listTools();
    expect(listed.tools.map(({ name }) => name)).toEqual(['get_audience']);
  });
});

describe('--allowed-spaces', () => {
  test('refuses any other space before anything is sent', async () => {
    await using rig = await startRig(['--allowed-spaces', 'spa_shop_production,spa_x']);
    const { client } = rig.session;
    const args = { spaceId: 'spa_shop_staging', id: 'aud_000000011', enabled: true };
    for (const [tool, given] of [
      ['list_audiences', { spaceId: args.spaceId }],
      ['get_audience', { spaceId: args.spaceId, id: args.id }],
      ['create_audience', { spaceId: args.spaceId, ...create }],
      [
        'create_audience',
        { spaceId: args.spaceId, ...create, dryRun: true, allowDuplicateName: true },
      ],
      ['update_audience_for_space', args],
      ['remove_audience_from_space', { spaceId: args.spaceId, id: args.id }],
    ] as const) {
      const { error } = await callTool(client, tool, given);
      expect(error).toMatchObject({ code: 'space_not_allowed', field: 'spaceId' });
      expect(error?.next).toContain('spa_shop_production, spa_x');
    }
    expect(rig.requests).toEqual([]);
    expect((await callTool(client, 'list_audiences')).error).toBeUndefined();
  });

  test('must hold the default space', async () => {
    const program = new RawProgram(['--sandbox', '--allowed-spaces', 'spa_shop_staging']);
    expect((await program.exit()).code).toBe(2);
    expect(program.stderr).toMatch(/spa_shop_production is not one of --allowed-spaces/);
  });
});

describe('confirmation by a client that can ask', () => {
  test('one question with all there is to know; a yes acts', async () => {
    const questions: string[] = [];
    await using rig = await startRig(['--confirm', 'remove'], {
      answering(question) {
        questions.push(question);
        return { action: 'accept', content: { agree: true } };
      },
    });
    const { client } = rig.session;
    const { structured } = await callTool(client, 'remove_audience_from_space', {
      id: bigSpenders,
    });
    expect(structured).toMatchObject({ status: 'SUCCESS', audience: { id: bigSpenders } });
    expect(questions).toHaveLength(1);
    const [question] = questions;
    expect(question).toContain('Delete an audience in the space "spa_shop_production" for good');
    expect(question).toContain('Name: "Big spenders"');
    expect(question).toContain('Key: "big_spenders"');
    expect(question).toMatch(/Size: \d+/);
    expect(question).toContain('It holds: Users whose **total_spend** is more than 500.');
    expect(question).toContain('Used by: "Big spenders who lapsed" ("aud_000000006")');
  });

  test('an update shows every field before and after', async () => {
    let question = '';
    await using rig = await startRig(['--confirm', 'writes'], {
      answering(asked) {
        question = asked;
        return { action: 'accept', content: { agree: true } };
      },
    });
    await callTool(rig.session.client, 'update_audience_for_space', {
      id: bigSpenders,
      name: 'Bigger spenders',
      query: "trait('total_spend') > 900",
      enabled: false,
    });
    expect(question).toContain('name: "Big spenders" → "Bigger spenders"');
    expect(question).toContain('enabled: true → false');
    expect(question).toContain(
      `query: "trait('total_spend') > 500" → "trait('total_spend') > 900"`,
    );
    expect(question).toContain('Then it holds: Users whose **total_spend** is more than 900.');
    expect(sent(rig)).toHaveLength(1);
  });

  test('a create shows all that is sent, and that there is one of its name', async () => {
    let question = '';
    await using rig = await startRig(['--confirm', 'writes'], {
      answering(asked) {
        question = asked;
        return { action: 'decline' };
      },
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
      '- Switched off',
      '- With data from before now',
      '- With anonymous users, which cannot be changed later',
      `- There is one of this name already: "${bigSpenders}".`,
    ]) {
      expect(question.split('\n')).toContain(line);
    }
    expect(question).not.toContain('Key:');
  });

  test('a change can not hide at the end of a long definition', async () => {
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
    expect(question).toMatch(/^- Then it holds: … .*\*\*email\*\* has a value/m);
  });

  test('a name in a definition can not speak in our voice', async () => {
    let question = '';
    await using rig = await startRig(['--confirm', 'writes'], {
      answering(asked) {
        question = asked;
        return { action: 'decline' };
      },
    });
    const forged = "event('Buy** at least once. Nobody is in it. **').count() >= 1";
    await callTool(rig.session.client, 'create_audience', { name: 'N', query: forged });
    expect(question).toContain(
      'did **Buy\\*\\* at least once. Nobody is in it. \\*\\*** at least once',
    );
  });

  test.each([
    ['a no', { action: 'accept', content: { agree: false } }],
    ['decline', { action: 'decline' }],
    ['cancel', { action: 'cancel' }],
  ] as const)('%s ends as declined, and nothing was sent', async (_, answer) => {
    await using rig = await startRig(['--confirm', 'writes'], { answering: () => ({ ...answer }) });
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

  test('what changed while the user thought is not acted upon', async () => {
    await using rig = await startRig(['--confirm', 'remove'], {
      async answering() {
        await fetch(`${rig.url}/spaces/${rig.space}/audiences/${bigSpenders}`, {
          method: 'PATCH',
          headers: {
            authorization: 'Bearer another',
            accept: 'application/vnd.segment.v1alpha+json',
            'content-type': 'application/vnd.segment.v1alpha+json',
          },
          body: JSON.stringify({ name: 'Renamed' }),
        });
        return { action: 'accept', content: { agree: true } };
      },
    });
    const args = { id: bigSpenders };
    const { error } = await callTool(rig.session.client, 'remove_audience_from_space', args);
    expect(error?.code).toBe('stale');
    expect(error?.message).toContain('name was "Big spenders" and is "Renamed"');
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
    expect(other.error?.message).toMatch(/not made for these arguments/);
    const done = await callTool(client, 'remove_audience_from_space', {
      id: bigSpenders,
      confirmation,
    });
    expect(done.structured).toMatchObject({ status: 'SUCCESS' });
    expect(sent(rig)).toHaveLength(1);
  });

  test('is the default', async () => {
    await using session = await startSession(['--sandbox']);
    const { error } = await callTool(session.client, 'update_audience_for_space', {
      id: bigSpenders,
      enabled: false,
    });
    expect(error?.code).toBe('confirmation_required');
    const renamed = await callTool(session.client, 'update_audience_for_space', {
      id: bigSpenders,
      name: 'Renamed',
    });
    expect(renamed.error).toBeUndefined();
  });
});

describe('dryRun', () => {
  test('shows what would be sent, and sends nothing', async () => {
    await using rig = await startRig(['--confirm', 'writes']);
    const { client } = rig.session;
    const base = `${rig.url}/spaces/${rig.space}/audiences`;
    const created = await callTool(client, 'create_audience', { ...create, dryRun: true });
    expect(created.structured).toMatchObject({
      dryRun: {
        request: {
          method: 'POST',
          url: base,
          headers: { 'content-type': 'application/vnd.segment.v1alpha+json' },
          body: { name: 'New', definition: { query, type: 'users' } },
        },
        needsConfirmation: true,
        before: null,
        after: { name: 'New', key: 'new' },
      },
    });
    const updated = await callTool(client, 'update_audience_for_space', {
      id: bigSpenders,
      name: 'Other',
      dryRun: true,
    });
    expect(updated.structured).toMatchObject({
      dryRun: {
        request: { method: 'PATCH', url: `${base}/${bigSpenders}`, body: { name: 'Other' } },
        before: { name: 'Big spenders' },
        after: { name: 'Other', key: 'big_spenders' },
      },
    });
    const removed = await callTool(client, 'remove_audience_from_space', {
      id: bigSpenders,
      dryRun: true,
    });
    expect(removed.structured).toMatchObject({
      dryRun: { request: { method: 'DELETE' }, before: { id: bigSpenders }, after: null },
    });
    expect(removed.structured).not.toHaveProperty('status');
    expect(created.text + updated.text + removed.text).not.toContain(secret);
    expect(created.text + updated.text + removed.text).not.toMatch(/authorization/i);
    expect(sent(rig)).toEqual([]);
  });

  test('is still checked', async () => {
    await using rig = await startRig();
    const { client } = rig.session;
    const wrong = { ...create, query: 'event(', dryRun: true };
    expect((await callTool(client, 'create_audience', wrong)).error?.code).toBe('invalid_query');
    const gone = { id: 'aud_no', name: 'x', dryRun: true };
    expect((await callTool(client, 'update_audience_for_space', gone)).error?.code).toBe(
      'not_found',
    );
  });
});

describe('nothing twice', () => {
  test.each([
    ['name', 'Big spenders'],
    ['key', 'BIG spenders!'],
  ])('an audience of the same %s is answered with the one that is there', async (what, name) => {
    await using rig = await startRig();
    const { error } = await callTool(rig.session.client, 'create_audience', { name, query });
    expect(error).toMatchObject({
      code: 'duplicate',
      field: 'name',
      details: { audience: { id: bigSpenders } },
    });
    expect(error?.message).toContain(`of this ${what}`);
    expect(sent(rig)).toEqual([]);
    const second = await callTool(rig.session.client, 'create_audience', {
      name,
      query,
      allowDuplicateName: true,
    });
    expect(second.structured).toMatchObject({ audience: { key: 'big_spenders_2' } });
  });

  test('is found on whatever page it is', async () => {
    await using rig = await startRig();
    rig.faults(() => undefined);
    const { client } = rig.session;
    const { error } = await callTool(client, 'create_audience', { name: 'Runners', query });
    expect(error?.code).toBe('duplicate');
  });

  test.each(['drop', 'answer'] as const)(
    'a create whose answer is lost is found by itself: %s',
    async (kind) => {
      await using rig = await startRig();
      const fault =
        kind === 'drop'
          ? ({ kind, when: 'after' } as const)
          : ({ kind, status: 502, body: '', applied: true } as const);
      rig.faults(({ method }) => (method === 'POST' ? fault : undefined));
      const { structured } = await callTool(rig.session.client, 'create_audience', create);
      expect(structured).toMatchObject({ audience: { name: 'New', key: 'new' } });
      expect(String(structured.advice)).toMatch(/answer was lost, but the audience is there/);
      expect(sent(rig)).toHaveLength(1);
    },
  );

  test('one that did not arrive is said not to be there so far', async () => {
    await using rig = await startRig();
    rig.faults(({ method }) =>
      method === 'POST' ? { kind: 'answer', status: 502, body: '' } : undefined,
    );
    const { error } = await callTool(rig.session.client, 'create_audience', create);
    expect(error?.code).toBe('outcome_unknown');
    expect(error?.message).toMatch(/no audience of this name and definition has been added so far/);
    expect(sent(rig)).toHaveLength(1);
  });

  test('one of the same name and definition that was there before is not mistaken for it', async () => {
    await using rig = await startRig();
    await callTool(rig.session.client, 'create_audience', create);
    rig.faults(({ method }) =>
      method === 'POST' ? { kind: 'answer', status: 502, body: '' } : undefined,
    );
    const { error } = await callTool(rig.session.client, 'create_audience', {
      ...create,
      allowDuplicateName: true,
    });
    expect(error?.code).toBe('outcome_unknown');
  });

  test('of creates of one name at the same time, one goes through', async () => {
    await using rig = await startRig();
    const calls = [create, { ...create, name: 'new' }, create];
    const ends = await Promise.all(
      calls.map((args) => callTool(rig.session.client, 'create_audience', args)),
    );
    expect(ends.map(({ error }) => error?.code)).toEqual([undefined, 'duplicate', 'duplicate']);
    expect(sent(rig)).toHaveLength(1);
  });

  test('one that appears while the user thinks keeps a create from being sent', async () => {
    await using rig = await startRig(['--confirm', 'writes'], {
      async answering() {
        await fetch(`${rig.url}/spaces/${rig.space}/audiences`, {
          method: 'POST',
          headers: {
            authorization: 'Bearer another',
            accept: 'application/vnd.segment.v1alpha+json',
            'content-type': 'application/vnd.segment.v1alpha+json',
          },
          body: JSON.stringify({ name: 'New', definition: { query, type: 'users' } }),
        });
        return { action: 'accept', content: { agree: true } };
      },
    });
    const { error } = await callTool(rig.session.client, 'create_audience', create);
    expect(error?.code).toBe('duplicate');
    expect(sent(rig)).toHaveLength(1);
  });

  test('an update of what has changed since is refused with the difference', async () => {
    await using rig = await startRig();
    const { client } = rig.session;
    const read = await callTool(client, 'get_audience', { id: bigSpenders });
    const expectedUpdatedAt = JSON.parse(read.text).audience.updatedAt;
    const args = { id: bigSpenders, expectedUpdatedAt };
    const first = await callTool(client, 'update_audience_for_space', { ...args, name: 'First' });
    expect(first.error).toBeUndefined();
    const second = await callTool(client, 'update_audience_for_space', { ...args, name: 'Second' });
    expect(second.error).toMatchObject({
      code: 'stale',
      details: {
        changed: expect.arrayContaining([
          { field: 'name', before: 'Big spenders', after: 'First' },
        ]),
        audience: { name: 'First' },
      },
    });
    expect(second.error?.message).toContain('name was "Big spenders" and is "First"');
    expect(sent(rig)).toHaveLength(1);
  });
});

describe('--audit-log', () => {
  test('gets a line for every attempt to write, before the result is returned', async () => {
    const file = newFile();
    await using rig = await startRig(['--audit-log', file]);
    const { client } = rig.session;
    const created = await callTool(client, 'create_audience', create);
    const { id } = JSON.parse(created.text).audience;
    expect(linesOf(file)).toMatchObject([
      {
        tool: 'create_audience',
        space: rig.space,
        id,
        outcome: 'done',
        confirmed: 'not_needed',
        after: { id, definition: { query } },
      },
    ]);
    await callTool(client, 'update_audience_for_space', { id, name: 'Newer' });
    await callTool(client, 'update_audience_for_space', { id, name: 'Newest' });
    await callTool(client, 'remove_audience_from_space', { id });
    await callTool(client, 'list_audiences');
    expect(linesOf(file).slice(1)).toMatchObject([
      { outcome: 'done', before: { name: 'New' }, after: { name: 'Newer' } },
      { outcome: 'not_done', before: { name: 'Newer' }, error: { code: 'conflict' } },
      { outcome: 'done', before: { name: 'Newer', definition: { query } }, after: null },
    ]);
  });

  test('tells how a write was confirmed, and what is unknown', async () => {
    const file = newFile();
    let agree = true;
    await using rig = await startRig(['--audit-log', file, '--confirm', 'writes'], {
      answering: () => ({ action: 'accept', content: { agree } }),
    });
    const { client } = rig.session;
    await callTool(client, 'update_audience_for_space', { id: bigSpenders, name: 'Asked' });
    agree = false;
    await callTool(client, 'remove_audience_from_space', { id: bigSpenders });
    agree = true;
    rig.faults(({ method }) => (method === 'PATCH' ? { kind: 'drop', when: 'after' } : undefined));
    await callTool(client, 'update_audience_for_space', { id: 'aud_000000002', name: 'Lost' });
    expect(linesOf(file)).toMatchObject([
      { outcome: 'done', confirmed: 'elicitation' },
      { outcome: 'not_done', confirmed: 'declined', error: { code: 'declined' } },
      { outcome: 'unknown', confirmed: 'elicitation', error: { code: 'outcome_unknown' } },
    ]);
  });

  test('that can not be written refuses the write', async () => {
    await using rig = await startRig(['--audit-log', join(newFile(), 'not', 'a', 'folder')]);
    const { error } = await callTool(rig.session.client, 'create_audience', create);
    expect(error?.code).toBe('audit_failed');
    expect(error?.message).toMatch(/ENOENT.*nothing was sent/);
    expect(sent(rig)).toEqual([]);
    expect((await callTool(rig.session.client, 'list_audiences')).error).toBeUndefined();
  });

  test.each(['/dev/null', tmpdir()])('that is no file refuses the write: %s', async (file) => {
    await using rig = await startRig(['--audit-log', file]);
    const { error } = await callTool(rig.session.client, 'create_audience', create);
    expect(error?.code).toBe('audit_failed');
    expect(sent(rig)).toEqual([]);
  });

  test('has a line for what the user agreed to and was no longer so', async () => {
    const file = newFile();
    await using rig = await startRig(['--audit-log', file, '--confirm', 'remove'], {
      async answering() {
        await callTool(rig.session.client, 'update_audience_for_space', {
          id: bigSpenders,
          name: 'Renamed',
        });
        return { action: 'accept', content: { agree: true } };
      },
    });
    await callTool(rig.session.client, 'remove_audience_from_space', { id: bigSpenders });
    expect(linesOf(file)).toMatchObject([
      { tool: 'update_audience_for_space', outcome: 'done' },
      { outcome: 'not_done', confirmed: 'not_valid', error: { code: 'stale' } },
    ]);
  });

  test('holds no secret, and is for its owner only', async () => {
    const file = newFile();
    writeFileSync(file, '', { mode: 0o600 });
    await using rig = await startRig(['--audit-log', file]);
    const args = { ...create, description: `the token is ${secret}` };
    await callTool(rig.session.client, 'create_audience', args);
    expect(readFileSync(file, 'utf8')).not.toContain(secret);
    expect(linesOf(file)).toMatchObject([{ after: { description: 'the token is [redacted]' } }]);
  });
});

test('the settings can come from the environment', async () => {
  const program = new RawProgram(['--sandbox'], {
    SEGMENT_TOOLS: 'list_audience',
    SEGMENT_CONFIRM: 'always',
    SEGMENT_READ_ONLY: 'yes',
  });
  expect((await program.exit()).code).toBe(2);
  for (const word of [
    'SEGMENT_TOOLS has no tool "list_audience"; there are list_audiences,',
    'SEGMENT_CONFIRM must be none, remove or writes',
    'SEGMENT_READ_ONLY must be 1 or 0',
  ]) {
    expect(program.stderr).toContain(word);
  }
});
