import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { shop } from '../../src/sandbox/seed.ts';
import type { SandboxEdition } from '../../src/sandbox/start.ts';
import { type Answering, callTool, secret } from '../support/in-memory.ts';
import { type Rig, startRig } from '../support/rig.ts';
import { bigSpenders, create, query, sent } from '../support/writes.ts';

/*
 * The core of what the other tests of this folder tell, on a Segment of either kind: one program for
 * all tests of a setting, with a client that can ask and one user.
 */

const yes: Answering = () => ({ action: 'accept', content: { agree: true } });
const auditSchema = z.object({ tool: z.string(), outcome: z.string(), confirmed: z.string() });
const pageSchema = z.object({
  audiences: z.array(z.object({ id: z.string() })),
  pagination: z.object({ next: z.string().nullish(), totalEntries: z.number() }),
});
const createdSchema = z.object({ audience: z.object({ id: z.string() }) });

/** How each edition says what level an audience has. */
const typed: Record<SandboxEdition, object> = {
  v1alpha: { definition: { query, type: 'users' } },
  v1: { definition: { query }, audienceType: 'USERS' },
};

describe.each<[string, SandboxEdition, string[]]>([
  ['auto, on a Segment of the seed', 'v1alpha', []],
  ['auto, on a Segment of today', 'v1', []],
  ['--edition v1', 'v1', ['--edition', 'v1']],
])('%s', (_, edition, args) => {
  const folder = mkdtempSync(join(tmpdir(), 'editions-'));
  const file = join(folder, 'audit.jsonl');
  /** The clock of the sandbox stands still between the tests: a lock lasts as long as one needs it. */
  const startedAt = Date.now();
  let aheadMs = 0;
  let rig: Rig;
  let answering = yes;
  let questions: string[] = [];
  let lines = 0;

  beforeAll(async () => {
    const limits = 'create_audience=9999,list_audiences=9999,update_audience_for_space=9999';
    rig = await startRig(
      [...args, '--confirm', 'writes', '--audit-log', file, '--rate-limits', limits],
      {
        edition,
        seeds: shop,
        clock: { now: () => startedAt + aheadMs },
        limits: { create_audience: 9999, list_audiences: 9999, update_audience_for_space: 9999 },
        answering(question) {
          questions.push(question);
          return answering(question);
        },
      },
    );
  });
  afterAll(async () => {
    await rig[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    // Whatever the test before has changed is Live again.
    aheadMs += 10_000;
    answering = yes;
    questions = [];
    rig.faults(() => undefined);
    rig.requests.splice(0);
    newLines();
  });

  const call = (tool: string, given: Record<string, unknown> = {}) =>
    callTool(rig.session.client, tool, given);

  async function make(name: string): Promise<string> {
    const { structured } = await call('create_audience', { name, query });
    return createdSchema.parse(structured).audience.id;
  }

  /** The lines of the audit log since the last look. */
  function newLines() {
    const all = readFileSync(file, { encoding: 'utf8', flag: 'a+' }).split('\n').filter(Boolean);
    const added = all.slice(lines).map((line) => auditSchema.parse(JSON.parse(line)));
    lines = all.length;
    return added.filter(({ outcome }) => outcome !== 'started');
  }

  test('an audience is created, found, read, changed and removed', async () => {
    const given = { name: 'Bought once', query, description: 'D', includeHistoricalData: true };
    const created = await call('create_audience', given);
    expect(created.structured).toMatchObject({
      audience: {
        spaceId: rig.space,
        name: 'Bought once',
        key: 'bought_once',
        options: { includeHistoricalData: true },
        status: 'Preparing',
        ...typed[edition],
      },
    });
    const { id } = createdSchema.parse(created.structured).audience;

    const { structured: listed } = await call('list_audiences', { count: 1000 });
    expect(listed.audiences).toContainEqual(
      expect.objectContaining({ id, name: 'Bought once', query, type: 'users' }),
    );

    aheadMs += 10_000;
    const twice = "event('Shoes Bought').count() >= 2";
    const change = { id, name: 'Bought twice', query: twice };
    const changed = await call('update_audience_for_space', change);
    expect(changed.structured).toMatchObject({
      audience: { name: 'Bought twice', key: 'bought_once', definition: { query: twice } },
    });
    const again = await call('update_audience_for_space', { id, enabled: false });
    expect(again.error).toMatchObject({ code: 'conflict', status: 409 });

    const read = await call('get_audience', { id });
    expect(read.structured).toMatchObject({
      audience: { id, name: 'Bought twice', enabled: true },
      explanation: expect.stringContaining('Shoes Bought'),
    });

    const removed = await call('remove_audience_from_space', { id });
    expect(removed.structured).toMatchObject({ status: 'SUCCESS', audience: { id } });
    expect((await call('get_audience', { id })).error).toMatchObject({ code: 'not_found' });
    expect(newLines()).toEqual([
      { tool: 'create_audience', outcome: 'done', confirmed: 'elicitation' },
      { tool: 'update_audience_for_space', outcome: 'done', confirmed: 'elicitation' },
      { tool: 'update_audience_for_space', outcome: 'not_done', confirmed: 'elicitation' },
      { tool: 'remove_audience_from_space', outcome: 'done', confirmed: 'elicitation' },
    ]);
  });

  test('all pages together are all audiences, each once', async () => {
    const ids: string[] = [];
    let cursor: string | undefined;
    let total = 0;
    do {
      const { structured } = await call('list_audiences', { count: 4, cursor });
      const { audiences, pagination } = pageSchema.parse(structured);
      total = pagination.totalEntries;
      cursor = pagination.next ?? undefined;
      ids.push(...audiences.map(({ id }) => id));
    } while (cursor);
    expect(ids).toHaveLength(total);
    expect(new Set(ids).size).toBe(total);
  });

  test.each([
    ['name', 'Big spenders'],
    ['key', 'BIG spenders!'],
  ])('an audience of the same %s is not created again', async (what, name) => {
    const { error } = await call('create_audience', { name, query });
    expect(error).toMatchObject({
      code: 'duplicate',
      details: { audience: { id: bigSpenders } },
    });
    expect(error?.message).toContain(`with this ${what}`);
    expect([sent(rig), questions]).toEqual([[], []]);
  });

  test.each([
    ['drop', { kind: 'drop', when: 'after' }],
    ['502', { kind: 'answer', status: 502, body: '', applied: true }],
  ] as const)('a create whose response is lost is found automatically: %s', async (name, fault) => {
    rig.faults(({ method }) => (method === 'POST' ? fault : undefined));
    const { structured } = await call('create_audience', { ...create, name });
    expect(structured).toMatchObject({ audience: { name, ...typed[edition] } });
    expect(String(structured.advice)).toMatch(/response was lost, but the audience was created/);
    expect(sent(rig)).toHaveLength(1);
    expect(newLines()).toMatchObject([{ tool: 'create_audience', outcome: 'done' }]);
  });

  test('a create that did not arrive is reported as not found so far', async () => {
    rig.faults(({ method }) =>
      method === 'POST' ? { kind: 'answer', status: 502, body: '' } : undefined,
    );
    const { error } = await call('create_audience', { ...create, name: 'Not arrived' });
    expect(error?.code).toBe('outcome_unknown');
    expect(error?.message).toMatch(/no new audience with this name and definition so far/);
    expect(newLines()).toMatchObject([{ outcome: 'unknown' }]);
  });

  test('a removal whose audience is gone after a 502 is done', async () => {
    const id = await make('Removed');
    rig.requests.splice(0);
    let removals = 0;
    rig.faults(({ method }) => {
      if (method !== 'DELETE') return undefined;
      removals += 1;
      return removals === 1 ? { kind: 'answer', status: 502, body: '', applied: true } : undefined;
    });
    const { structured } = await call('remove_audience_from_space', { id });
    expect(structured).toMatchObject({ status: 'SUCCESS', audience: { id } });
    // The look before a second request finds it gone.
    expect(sent(rig).map(({ status }) => status)).toEqual([502]);
  });

  test('an update of what has changed since is refused with the difference', async () => {
    const id = await make('Changing');
    aheadMs += 10_000;
    const { structured } = await call('get_audience', { id });
    const { updatedAt } = z
      .object({ audience: z.object({ updatedAt: z.string() }) })
      .parse(structured).audience;
    const base = { id, expectedUpdatedAt: updatedAt };
    await call('update_audience_for_space', { ...base, name: 'First' });
    const { error } = await call('update_audience_for_space', { ...base, name: 'Second' });
    expect(error?.code).toBe('stale');
    expect(error?.message).toContain('name was "Changing" and is now "First"');
  });

  test('a question has everything to know, and a no sends nothing', async () => {
    answering = () => ({ action: 'decline' });
    const removal = await call('remove_audience_from_space', { id: bigSpenders });
    const change = await call('update_audience_for_space', { id: bigSpenders, enabled: false });
    const creation = await call('create_audience', { ...create, name: 'Declined' });
    for (const { error } of [removal, change, creation]) expect(error?.code).toBe('declined');
    const [question = '', changing = '', creating = ''] = questions;
    for (const line of [
      '- Name: "Big spenders"',
      '- Level: "users"',
      `- Definition: "trait('total_spend') > 500"`,
      '- It holds: Users whose "total_spend" is more than 500.',
      '- Used by: "Big spenders who lapsed" ("aud_000000006")',
    ]) {
      expect(question.split('\n')).toContain(line);
    }
    expect(question).toMatch(/^- Size: \d+$/m);
    expect(changing).toContain('- enabled: from true to false');
    expect(creating).toContain('- Name: "Declined"\n- Key: "declined"\n- Level: "users"');
    expect(sent(rig)).toEqual([]);
    expect(newLines().map(({ confirmed }) => confirmed)).toEqual([
      'declined',
      'declined',
      'declined',
    ]);
  });

  test('a dry run shows the form of the edition, and sends nothing', async () => {
    const given = { ...create, name: 'Rehearsed', dryRun: true };
    const { structured, text } = await call('create_audience', given);
    const mediaType = `application/vnd.segment.${edition}+json`;
    expect(structured).toMatchObject({
      dryRun: {
        edition,
        request: {
          method: 'POST',
          url: `${rig.url}/spaces/${rig.space}/audiences`,
          headers: { 'content-type': mediaType },
          body: { name: 'Rehearsed', ...typed[edition] },
        },
        needsConfirmation: true,
        before: null,
        after: { name: 'Rehearsed', key: 'rehearsed' },
      },
    });
    expect(text).not.toContain(secret);
    expect([sent(rig), questions]).toEqual([[], []]);
  });
});

describe('an empty space', () => {
  test.each<[string, SandboxEdition, string[], (number | 'dropped')[]]>([
    ['auto, on the seed', 'v1alpha', [], [200]],
    ['auto, on today', 'v1', [], [422, 200]],
    ['v1', 'v1', ['--edition', 'v1'], [200]],
  ])('gets its first audience: %s', async (_, edition, args, statuses) => {
    await using rig = await startRig(args, { edition, seeds: { spa_new: [] } });
    const { structured } = await callTool(rig.session.client, 'create_audience', create);
    expect(structured).toMatchObject({ audience: { name: 'New', ...typed[edition] } });
    expect(sent(rig).map(({ status }) => status)).toEqual(statuses);
    const listed = await callTool(rig.session.client, 'list_audiences');
    expect(listed.structured.audiences).toHaveLength(1);
  });
});
