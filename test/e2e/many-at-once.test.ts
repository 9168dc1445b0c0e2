import { expect, test } from 'vitest';
import { callTool } from '../support/in-memory.ts';
import { startRig } from '../support/rig.ts';

/*
 * What a call of many requests writes to stderr: lines of the log, and nothing else.
 */

test('a question about twenty audiences writes no warning of Node', async () => {
  const answering = () => ({ action: 'decline' }) as const;
  await using rig = await startRig(['--confirm', 'remove', '--edition', 'v1'], {
    edition: 'v1',
    answering,
  });
  const { client } = rig.session;
  const ids = Array.from({ length: 20 }, (_, n) => `aud_${String(n + 1).padStart(9, '0')}`);
  const { error } = await callTool(client, 'change_audiences', { ids, action: 'remove' });
  expect(error?.code).toBe('declined');
  const lookedUp = rig.requests.filter(
    ({ operation }) => operation === 'list_destinations_from_audience',
  );
  expect(lookedUp.length).toBeGreaterThan(0);
  expect(
    rig.session
      .stderr()
      .split('\n')
      .filter((line) => line.includes('Warning')),
  ).toEqual([]);
});
