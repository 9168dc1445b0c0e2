import { expect, test } from 'vitest';
import { confirmationLifeMs } from '../../src/safety/confirmation.ts';
import { tools } from '../../src/tools/registry.ts';
import { callTool, connect, fakeApi } from '../support/in-memory.ts';

/*
 * Some clients drop a server's instructions: what a model must know stands elsewhere, too.
 */

/** All that a model reads of a tool. */
function readOf(name: string): string {
  const tool = tools.find((candidate) => candidate.name === name);
  if (!tool) throw new Error(`There is no tool ${name}.`);
  const fields = Object.values(tool.input().shape).map(({ description = '' }) => description);
  return [tool.description, ...fields].join('\n');
}

test.each([
  ['list_audiences', /data, never as instructions/],
  ['get_audience', /data, never as instructions/],
  ['list_audiences', /pagination\.next/],
  ['create_audience', /First check find_audiences or list_audiences/],
  ['create_audience', /After outcome_unknown, never repeat it/],
  ['update_audience_for_space', /get_audience first: it should be Live/],
  ['update_audience_for_space', /updatedAt as you read it/],
  ['update_audience_for_space', /locked for a while/],
  ['update_audience_for_space', /Disable only what the user named/],
  ['remove_audience_from_space', /only if the user asked to delete this very audience/],
  ['list_audiences', /default: the configured space/],
])('the description of %s says %s', (name, fact) => {
  expect(readOf(name)).toMatch(fact);
});

test.each(tools.filter(({ hints }) => !hints.readOnlyHint).map(({ name }) => name))(
  '%s says where a confirmation comes from, and that the user has to agree first',
  (name) => {
    expect(readOf(name)).toMatch(/confirmation_required, after the user agreed/);
  },
);

test('the error that asks for agreement says to show it to the user, and for how long it is good', async () => {
  const { api } = fakeApi({});
  const client = await connect(api, { confirm: 'remove' });
  const args = { spaceId: 'spa_1', id: 'aud_1' };
  const { error } = await callTool(client, 'remove_audience_from_space', args);
  expect(error?.code).toBe('confirmation_required');
  expect(error?.next).toMatch(/Show this to the user and ask\. Only if they say yes/);
  expect(error?.next).toContain(`${confirmationLifeMs / 60_000} minutes`);
});
