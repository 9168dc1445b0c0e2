import { describe, expect, test } from 'vitest';
import type { Flags } from '../../src/config/config.ts';
import { callTool } from '../support/in-memory.ts';
import { standInSpace, startStandIn } from '../support/stand-in.ts';

/*
 * list_spaces: which there are, which may be touched, and what is shown where Segment lists none.
 */

const world = {
  name: 'Shop',
  slug: 'shop',
  besides: [
    { id: 'spa_2', name: 'Staging' },
    { id: 'spa_3', name: 'Other' },
  ],
};
const scene = (flags: Flags = {}) =>
  startStandIn({ edition: 'v1', world, flags: { edition: 'v1', ...flags } });
const shop = { id: standInSpace, name: 'Shop', slug: 'shop', isDefault: true };

test('marks the default one', async () => {
  const { client } = await scene();
  const { structured } = await callTool(client, 'list_spaces');
  expect(structured).toEqual({
    spaces: [
      shop,
      { id: 'spa_2', name: 'Staging', slug: 'spa_2' },
      { id: 'spa_3', name: 'Other', slug: 'spa_3' },
    ],
  });
});

test('shows only those that may be used, under the ids by which they may be used', async () => {
  const { client } = await scene({ 'allowed-spaces': `${standInSpace},3` });
  const { structured } = await callTool(client, 'list_spaces');
  expect(structured.spaces).toEqual([shop, { id: '3', name: 'Other', slug: 'spa_3' }]);
});

test('each is shown once, where the pages go in a circle and rows are odd', async () => {
  const { client, faults, requests } = await scene();
  const spaces = [
    { id: standInSpace, name: 'Shop', slug: 'shop' },
    null,
    { name: 'No id' },
    { id: 5 },
  ];
  faults(() => ({
    kind: 'answer',
    status: 200,
    body: JSON.stringify({ data: { spaces, pagination: { current: 'a', next: 'a' } } }),
  }));
  const { structured } = await callTool(client, 'list_spaces');
  expect(structured.spaces).toEqual([shop, { id: '5' }]);
  expect(structured.advice).toEqual(['The workspace may have more spaces than are shown.']);
  expect(requests).toHaveLength(2);
});

test('says where the default one is not among them', async () => {
  const { client } = await scene({ space: 'spa_9' });
  const { structured } = await callTool(client, 'list_spaces');
  expect(structured.advice).toEqual([
    'The default space "spa_9" is not among the spaces that this token can see.',
  ]);
});

describe('where Segment lists none, shows those that are configured', () => {
  const body = JSON.stringify({ errors: [{ type: 'forbidden', message: 'No' }] });
  const flags = { 'allowed-spaces': `spa_2,${standInSpace}` };
  const configured = [{ id: standInSpace, isDefault: true }, { id: 'spa_2' }];

  test.each([
    [401, 'unauthorized'],
    [403, 'unsupported'],
    [404, 'unsupported'],
  ])('HTTP %i', async (status, code) => {
    const { client, faults } = await scene(flags);
    faults(() => ({ kind: 'answer', status, body }));
    const { structured } = await callTool(client, 'list_spaces');
    expect(structured.spaces).toEqual(configured);
    expect(String(structured.advice)).toContain(`(${code})`);
  });

  test('the edition of 2024', async () => {
    const options = { edition: 'v1alpha', flags: { edition: 'v1alpha', ...flags } } as const;
    const { client, requests } = await startStandIn(options);
    const { structured } = await callTool(client, 'list_spaces');
    expect(structured.spaces).toEqual(configured);
    expect(requests).toEqual([]);
  });

  test('fails where none is configured, and for other reasons', async () => {
    const bare = await scene({ space: '' });
    bare.faults(() => ({ kind: 'answer', status: 403, body }));
    expect((await callTool(bare.client, 'list_spaces')).error?.code).toBe('unsupported');
    const { client, faults } = await scene();
    faults(() => ({ kind: 'answer', status: 422, body }));
    expect((await callTool(client, 'list_spaces')).error?.code).toBe('validation_failed');
  });
});
