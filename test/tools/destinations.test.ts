import { describe, expect, test } from 'vitest';
import type { Fault, SandboxOperation, SeedAudience } from '../../src/sandbox/start.ts';
import { callTool } from '../support/in-memory.ts';
import { startStandIn } from '../support/stand-in.ts';

/*
 * list_audience_destinations, and what get_audience includes.
 */

const users = (name: string, query = "trait('plan') = 'vip'"): SeedAudience => ({
  id: `aud_${name.toLowerCase()}`,
  name,
  audienceType: 'USERS',
  definition: { query },
});
const braze = { id: 'meta_1', slug: 'braze', name: 'Braze' };
const entered = { name: 'Welcome', type: 'Audience Entered' };
const world = {
  audiences: [
    users('Sent'),
    users('Unsent'),
    users('User', "trait('sent') = 'true'"),
    {
      id: 'aud_linked',
      name: 'Linked',
      audienceType: 'LINKED',
      definition: { query: "entity('orders').count() >= 1" },
      schedules: [{ strategy: 'PERIODIC', config: { interval: '1d' } }],
    } as const,
  ],
  entities: [{ slug: 'orders', primaryKey: 'id' }],
  destinations: [
    { name: 'Mails', metadata: braze, audiences: [{ audience: 'sent', activations: [entered] }] },
    { name: 'Nobody sees', readable: false, audiences: [{ audience: 'sent' }] },
    {
      name: 'Nobody sees, either',
      readable: false,
      audiences: [{ audience: 'sent', activations: [entered] }],
    },
    ...Array.from({ length: 203 }, (_, n) => ({
      name: `Many ${n}`,
      audiences: [{ audience: 'user' }],
    })),
  ],
};
const withLinked: Fault = {
  kind: 'alter',
  alter: (body) =>
    JSON.parse(JSON.stringify(body), (key, value) => (key === 'audienceType' ? 'LINKED' : value)),
};
const scene = () => startStandIn({ edition: 'v1', world, flags: { edition: 'v1' } });

const id = expect.any(String);
const welcome = { id, name: 'Welcome', type: 'Audience Entered', enabled: true };
const mails = {
  connectionId: id,
  destinationId: id,
  name: 'Mails',
  product: 'Braze',
  enabled: true,
  activations: [welcome],
};

describe('list_audience_destinations', () => {
  const list = 'list_audience_destinations';

  test("shows what the token can see, and says how much it can't, in two requests", async () => {
    const { client, requests } = await scene();
    const { structured, text } = await callTool(client, list, { id: 'aud_sent' });
    expect(structured).toEqual({
      destinations: [mails, { connectionId: id, activations: [welcome] }],
      unseen: 2,
      advice: [
        '2 destinations are hidden from this token: only their activations can be shown, if any.',
      ],
    });
    expect(text).not.toContain('secret-of');
    expect(text).not.toContain('settings');
    expect(requests).toHaveLength(2);
  });

  test('says that there is none', async () => {
    const { client } = await scene();
    const { structured } = await callTool(client, list, { id: 'aud_unsent' });
    expect(structured).toEqual({
      destinations: [],
      unseen: 0,
      advice: ['It is not connected to any destination.'],
    });
  });

  test('reads further pages', async () => {
    const { client, requests } = await scene();
    const { structured } = await callTool(client, list, { id: 'aud_user' });
    expect(structured.destinations).toHaveLength(203);
    expect(requests).toHaveLength(3);
  });

  test.each(['aud_none', 'aud_000'])('%s is not found, and others are', async (none) => {
    const { client } = await scene();
    const { error } = await callTool(client, list, { id: none });
    expect(error?.code).toBe('not_found');
    expect((await callTool(client, list, { id: 'aud_sent' })).error).toBeUndefined();
  });

  test('a workspace without activations still has destinations', async () => {
    const { client, faults } = await scene();
    const body = JSON.stringify({ errors: [{ type: 'forbidden', message: 'No' }] });
    faults(({ operation }) =>
      operation === 'list_activations_from_audience'
        ? { kind: 'answer', status: 403, body }
        : undefined,
    );
    const { structured } = await callTool(client, list, { id: 'aud_sent' });
    const { activations, ...bare } = mails;
    expect(structured.destinations).toEqual([bare]);
    expect(String(structured.advice)).toMatch(/Activations could not be read \(unsupported\)\./);
  });

  test.each<[string, string, Fault]>([
    ['fail', 'upstream_error', { kind: 'answer', status: 500, body: '' }],
    ["can't be read", 'bad_response', { kind: 'answer', status: 200, body: '{"data":7}' }],
  ])('where activations %s, shows the connections anyway', async (_, code, fault) => {
    const rig = await scene();
    rig.faults(({ operation }) =>
      operation === 'list_activations_from_audience' ? fault : undefined,
    );
    const asked = callTool(rig.client, list, { id: 'aud_sent' }, { onprogress: () => {} });
    const { structured } = await rig.through(asked);
    const { activations, ...bare } = mails;
    expect(structured.destinations).toEqual([bare]);
    expect(String(structured.advice)).toContain(`Activations could not be read (${code}).`);
    expect(String(structured.advice)).toContain('2 destinations are hidden');
  });

  test('an audience whose own destinations are refused says nothing of others', async () => {
    const { client, faults } = await scene();
    const body = JSON.stringify({ errors: [{ type: 'forbidden', message: 'No' }] });
    faults(({ id: audience }) =>
      audience === 'aud_sent' ? { kind: 'answer', status: 403, body } : undefined,
    );
    expect((await callTool(client, list, { id: 'aud_sent' })).error?.code).toBe('forbidden');
    expect((await callTool(client, list, { id: 'aud_unsent' })).error).toBeUndefined();
  });

  test('odd rows break no page, and are counted', async () => {
    const { client, faults } = await scene();
    const connections = [{ id: 7, name: 'Numbered', enabled: 'yes' }, null, {}, { id: 7 }];
    const activations = [{ id: 8, connectionId: 7, activationName: 'Hi' }, null];
    faults(({ operation }) =>
      operation?.endsWith('_from_audience')
        ? {
            kind: 'answer',
            status: 200,
            body: JSON.stringify({ data: { connections, activations, pagination: null } }),
          }
        : undefined,
    );
    const { structured } = await callTool(client, list, { id: 'aud_sent' });
    expect(structured).toMatchObject({
      destinations: [
        { connectionId: '7', name: 'Numbered', activations: [{ id: '8', name: 'Hi' }] },
        { connectionId: '' },
        { connectionId: '' },
      ],
      unseen: 0,
    });
  });

  test('is unsupported in the edition of 2024', async () => {
    const { client, requests } = await startStandIn({
      edition: 'v1alpha',
      flags: { edition: 'v1alpha' },
    });
    const { error } = await callTool(client, list, { id: 'aud_1' });
    expect(error?.code).toBe('unsupported');
    expect(requests).toEqual([]);
  });
});

describe('get_audience', () => {
  const get = (client: Parameters<typeof callTool>[0], audience: string, include?: string[]) =>
    callTool(client, 'get_audience', { id: audience, include });

  test('includes nothing by itself', async () => {
    const { client, requests } = await scene();
    const { structured } = await get(client, 'aud_sent');
    for (const part of ['destinations', 'schedules', 'usedBy']) {
      expect(structured).not.toHaveProperty(part);
    }
    expect(requests).toHaveLength(1);
  });

  test('includes all that is asked for', async () => {
    const { client, requests } = await scene();
    const include = ['usedBy', 'destinations', 'schedules'];
    const { structured } = await get(client, 'aud_sent', include);
    expect(structured).toMatchObject({
      audience: { id: 'aud_sent' },
      usedBy: [{ id: 'aud_user', name: 'User' }],
      destinations: [mails, { connectionId: id }],
      // Only linked audiences have any, so that they are not asked for.
      schedules: [],
    });
    expect(requests.map(({ operation }) => operation).sort()).toEqual([
      'get_audience',
      'list_activations_from_audience',
      'list_audience_consumers_from_space_and_audience',
      'list_destinations_from_audience',
    ]);
  });

  test('used by: not itself, nothing of other spaces, nothing twice, and no circle', async () => {
    const { client, faults, requests } = await scene();
    const rows = [
      { id: 'aud_sent', name: 'Itself' },
      { id: 'aud_user', name: 'User' },
      { id: 'aud_other', name: 'Elsewhere', spaceId: 'spa_other' },
    ];
    faults(({ operation }) =>
      operation === 'list_audience_consumers_from_space_and_audience'
        ? {
            kind: 'answer',
            status: 200,
            body: JSON.stringify({
              data: { audiences: rows, pagination: { current: 'a', next: 'a' } },
            }),
          }
        : undefined,
    );
    const { structured } = await get(client, 'aud_sent', ['usedBy']);
    expect(structured.usedBy).toEqual([{ id: 'aud_user', name: 'User' }]);
    expect(requests).toHaveLength(3);
  });

  test('a schedule with a numeric id is shown', async () => {
    const { client, faults } = await scene();
    faults(({ operation }) =>
      operation === 'list_audience_schedules_from_space_and_audience'
        ? {
            kind: 'answer',
            status: 200,
            body: JSON.stringify({ data: { audienceSchedules: [{ id: 5 }, null] } }),
          }
        : undefined,
    );
    const { structured } = await get(client, 'aud_linked', ['schedules']);
    expect(structured.schedules).toEqual([{ id: '5' }, { id: '' }]);
  });

  test('includes the schedules of a linked audience', async () => {
    const { client } = await scene();
    const { structured } = await get(client, 'aud_linked', ['schedules']);
    expect(structured.schedules).toMatchObject([
      { id, strategy: 'PERIODIC', config: { interval: '1d' } },
    ]);
  });

  test.each([
    [
      'where Segment has no consumers here',
      { kind: 'answer', status: 403, body: '{"errors":[{"message":"No"}]}' },
    ],
    ['where Segment fails', { kind: 'answer', status: 422, body: '{"errors":[]}' }],
  ] satisfies [string, Fault][])('finds those that use it by the index %s', async (_, fault) => {
    const { client, faults, requests } = await scene();
    const consumers: SandboxOperation = 'list_audience_consumers_from_space_and_audience';
    faults(({ operation }) => (operation === consumers ? fault : undefined));
    const { structured } = await get(client, 'aud_sent', ['usedBy']);
    expect(structured.usedBy).toEqual([{ id: 'aud_user', name: 'User' }]);
    expect(structured.advice).toContain('usedBy: from the definitions in the space.');
    expect(requests.at(-1)?.operation).toBe('list_audiences');
  });

  test("what can't be read does not keep anything else from being shown", async () => {
    const { client, faults } = await scene();
    faults(({ operation }) =>
      operation === 'get_audience'
        ? undefined
        : { kind: 'answer', status: 422, body: '{"errors":[]}' },
    );
    const include = ['usedBy', 'destinations'];
    const { structured, error } = await get(client, 'aud_sent', include);
    expect(error).toBeUndefined();
    expect(structured).toMatchObject({ audience: { id: 'aud_sent' } });
    expect(structured).not.toHaveProperty('usedBy');
    for (const part of include) expect(String(structured.advice)).toContain(`${part}: not known`);
  });

  test.each([false, true])(
    'stays short, whatever is included (full text: %s)',
    async (fullText) => {
      const query = `trait('plan') = '${'x'.repeat(50_000)}'`;
      const long = users('Long', query);
      const name = 'n'.repeat(300);
      const destinations = Array.from({ length: 300 }, () => ({
        name,
        audiences: [{ audience: 'long', activations: [entered, entered] }],
      }));
      const dependents = Array.from({ length: 300 }, (_, n) => ({
        ...users(`${n}`, "trait('long') = 'true'"),
        name: `${n} ${name}`,
      }));
      const { client, faults } = await startStandIn({
        edition: 'v1',
        world: { audiences: [long, ...dependents], destinations },
        flags: { edition: 'v1' },
      });
      const schedules = Array.from({ length: 300 }, () => ({ id: name, config: { zone: name } }));
      faults(({ operation }) => {
        if (operation === 'get_audience') return withLinked;
        return operation === 'list_audience_schedules_from_space_and_audience'
          ? {
              kind: 'answer',
              status: 200,
              body: JSON.stringify({ data: { audienceSchedules: schedules } }),
            }
          : undefined;
      });
      const include = ['usedBy', 'destinations', 'schedules'];
      const { structured, text, error } = await callTool(client, 'get_audience', {
        id: 'aud_long',
        include,
        fullText,
      });
      expect(error).toBeUndefined();
      expect(text.length).toBeLessThan(100_000);
      for (const part of include) {
        expect(structured[part]).toHaveProperty(['0']);
        expect(String(structured.advice)).toMatch(new RegExp(`${part}: \\d+ more do not fit`));
      }
      expect(String(structured.advice)).toContain('list_audience_destinations has them');
    },
  );

  test('says what is too long to show', async () => {
    const { client, faults } = await scene();
    const filterByExternalIds = Array.from({ length: 9000 }, (_, n) => `external_id_${n}`);
    faults(() => ({
      kind: 'alter',
      alter: (body) =>
        JSON.parse(JSON.stringify(body), (key, value) =>
          key === 'options' ? { filterByExternalIds } : value,
        ),
    }));
    const { structured } = await get(client, 'aud_sent');
    expect(structured.audience).not.toHaveProperty('options');
    expect(String(structured.advice)).toContain(
      'Left out because they are too long: options. fullText: true',
    );
    const full = await callTool(client, 'get_audience', { id: 'aud_sent', fullText: true });
    expect(full.structured).toMatchObject({ audience: { options: { filterByExternalIds } } });
    expect(String(full.structured.advice)).not.toContain('too long');
  });

  test('takes no other word', async () => {
    const { client, requests } = await scene();
    const { error } = await get(client, 'aud_sent', ['members']);
    expect(error?.code).toBe('invalid_input');
    expect(requests).toEqual([]);
  });
});
