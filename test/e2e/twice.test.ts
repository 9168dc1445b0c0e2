import { describe, expect, test } from 'vitest';
import { callTool } from '../support/in-memory.ts';
import { startRig } from '../support/rig.ts';
import { bigSpenders, create, query, sent, writeAsAnother } from '../support/writes.ts';

/*
 * Nothing lost, nothing twice, through the built program over stdio.
 */

describe('nothing twice', () => {
  test.each([
    ['name', 'Big spenders'],
    ['key', 'BIG spenders!'],
  ])('an audience of the same %s returns the existing one', async (what, name) => {
    await using rig = await startRig();
    const { error } = await callTool(rig.session.client, 'create_audience', { name, query });
    expect(error).toMatchObject({
      code: 'duplicate',
      field: 'name',
      details: { audience: { id: bigSpenders } },
    });
    expect(error?.message).toContain(`with this ${what}`);
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
    'a create whose response is lost is found automatically: %s',
    async (kind) => {
      await using rig = await startRig();
      const fault =
        kind === 'drop'
          ? ({ kind, when: 'after' } as const)
          : ({ kind, status: 502, body: '', applied: true } as const);
      rig.faults(({ method }) => (method === 'POST' ? fault : undefined));
      const { structured } = await callTool(rig.session.client, 'create_audience', create);
      expect(structured).toMatchObject({ audience: { name: 'New', key: 'new' } });
      expect(String(structured.advice)).toMatch(/response was lost, but the audience was created/);
      expect(sent(rig)).toHaveLength(1);
    },
  );

  test('one that did not arrive is reported as not found so far', async () => {
    await using rig = await startRig();
    rig.faults(({ method }) =>
      method === 'POST' ? { kind: 'answer', status: 502, body: '' } : undefined,
    );
    const { error } = await callTool(rig.session.client, 'create_audience', create);
    expect(error?.code).toBe('outcome_unknown');
    expect(error?.message).toMatch(/no new audience with this name and definition so far/);
    expect(sent(rig)).toHaveLength(1);
  });

  test('an older one with the same name and definition is not mistaken for it', async () => {
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
        await writeAsAnother(rig, 'POST', '', {
          name: 'New',
          definition: { query, type: 'users' },
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
    expect(second.error?.message).toContain('name was "Big spenders" and is now "First"');
    expect(sent(rig)).toHaveLength(1);
  });
});
