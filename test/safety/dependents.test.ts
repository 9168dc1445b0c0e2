import { expect, test } from 'vitest';
import { callTool } from '../support/in-memory.ts';
import { firstId, standInSpace, startStandIn } from '../support/stand-in.ts';

/*
 * Who is built on an audience that is to go, however their definitions spell its key.
 */

test.each([
  ['as it is', 'base', "trait('base') = true", true],
  ['with an escaped quote', "jo's", "trait('jo\\'s') = true", true],
  ['as the start of another name', 'base', "trait('base_2') = true", false],
  ['in capitals', 'base', "trait('BASE') = true", false],
])('a key that is spelled %s', async (_, key, query, isUsed) => {
  const rig = await startStandIn({
    edition: 'v1',
    flags: { confirm: 'remove' },
    answering: () => ({ action: 'decline' }),
  });
  const row = (id: string, name: string, fields: object) => ({
    id,
    spaceId: standInSpace,
    name,
    enabled: true,
    ...fields,
  });
  const base = row(firstId, 'Base', { key, definition: { query: "trait('plan') = 'vip'" } });
  const user = row('aud_2', 'User', { key: 'user', definition: { query } });
  const list = { audiences: [base, user], pagination: { current: 'MA==', totalEntries: 2 } };
  rig.faults(({ method, path }) => {
    const [bare = ''] = path.split('?');
    if (method !== 'GET' || !/\/audiences(?:\/aud_\d+)?$/.test(bare)) return undefined;
    const data = bare.endsWith(firstId) ? { audience: base } : list;
    return { kind: 'answer', status: 200, body: JSON.stringify({ data }) };
  });
  await callTool(rig.client, 'remove_audience_from_space', { id: firstId });
  const [question = ''] = rig.questions;
  expect(question).toMatch(isUsed ? /Used by: .*"User"/ : /Used by: no/);
});
