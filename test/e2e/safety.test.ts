import { describe, expect, test } from 'vitest';
import { registry } from '../../src/tools/registry.ts';
import { defaultToolsets } from '../../src/tools/toolsets.ts';
import { callTool, secret } from '../support/in-memory.ts';
import { RawProgram, startSession } from '../support/program.ts';
import { startRig } from '../support/rig.ts';
import { bigSpenders, create, query, sent } from '../support/writes.ts';

/*
 * What the server lets an agent do at all, through the built program over stdio.
 */

const writing = ['create_audience', 'remove_audience_from_space', 'update_audience_for_space'];

describe('--read-only', () => {
  test('leaves out the tools that write, and refuses to call them', async () => {
    await using rig = await startRig(['--read-only']);
    const { tools } = await rig.session.client.listTools();
    const byDefault = defaultToolsets.flatMap((name) => registry[name]);
    const reading = byDefault.filter(({ hints }) => hints.readOnlyHint);
    expect(tools.map(({ name }) => name)).toEqual(reading.map(({ name }) => name));
    expect(reading.map(({ name }) => name)).toContain('get_audience');
    for (const name of writing) {
      const { error } = await callTool(rig.session.client, name, { id: bigSpenders, ...create });
      expect(error).toMatchObject({ code: 'invalid_input' });
      expect(error?.message).toMatch(/disabled on this server by --read-only/);
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

test('the settings can come from the environment', async () => {
  const program = new RawProgram(['--sandbox'], {
    SEGMENT_TOOLS: 'list_audience',
    SEGMENT_CONFIRM: 'always',
    SEGMENT_READ_ONLY: 'perhaps',
  });
  expect((await program.exit()).code).toBe(2);
  for (const word of [
    'SEGMENT_TOOLS has an unknown tool "list_audience"; expected one of list_audiences,',
    'SEGMENT_CONFIRM must be none, remove or writes',
    'SEGMENT_READ_ONLY must be 1 or 0',
  ]) {
    expect(program.stderr).toContain(word);
  }
});
