import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { formatKeysFile, hashOfKey, newKey } from '../../src/access/keys-file.ts';
import { HttpScene, id, space } from '../support/http-scene.ts';
import { callTool } from '../support/in-memory.ts';
import { type Replica, startReplica } from '../support/replica.ts';
import { connectOver } from '../support/team-server.ts';

/* One server for two workspaces, each with a caller of its own. */

const names = ['shop', 'outlet'] as const;
const people = names.map((name, index) => ({
  name,
  owner: `owner-of-${name}`,
  key: newKey(() => new Uint8Array(32).fill(index + 1)),
  token: `token-of-${name}`,
}));

const workspaces = names.map(() => {
  const scene = new HttpScene();
  return {
    scene,
    /** The tokens that were sent to it. */
    given: new Set<string>(),
  };
});
let replica: Replica;

beforeEach(async () => {
  for (const { scene, given } of workspaces) {
    given.clear();
    scene.upstream.beforeRequest = ({ authorization }) => void given.add(authorization);
  }
  const [{ scene: own } = { scene: undefined }] = workspaces;
  if (!own) throw new Error('There is no workspace');
  const tokens = people.map(({ name, token }, index) => {
    return [name, { token, apiUrl: workspaces[index]?.scene.upstream.url }] as const;
  });
  const keys = people.map(({ owner, key, name }) => ({
    id: owner,
    hash: hashOfKey(key),
    owner,
    createdAt: '2025-01-01T00:00:00Z',
    policy: { token: name },
  }));
  const file = (name: string) => join(own.folder, name);
  writeFileSync(file('keys.json'), formatKeysFile(keys));
  writeFileSync(
    file('tokens.json'),
    JSON.stringify({ version: 1, tokens: Object.fromEntries(tokens) }),
  );
  replica = await startReplica({
    clock: own.clock,
    flags: {
      space,
      confirm: 'none',
      auth: 'keys',
      keys: file('keys.json'),
      tokens: file('tokens.json'),
    },
  });
});

afterEach(() => replica.stop());

test('each caller reads and changes their own', async () => {
  const clients = await Promise.all(
    people.map(({ key }) => connectOver(`${replica.origin}/mcp`, { key })),
  );
  for (const [index, client] of clients.entries()) {
    const created = await callTool(client, 'create_audience', {
      name: `Of ${names[index]}`,
      query: "trait('plan') = 'vip'",
    });
    expect(created.error).toBeUndefined();
  }
  for (const [index, client] of clients.entries()) {
    const { text } = await callTool(client, 'find_audiences', { text: 'Of ' });
    expect(names.filter((name) => text.includes(`Of ${name}`))).toEqual([names[index]]);
  }
  const [first] = clients;
  if (!first) throw new Error('Nobody is connected');
  expect((await callTool(first, 'remove_audience_from_space', { id })).error).toBeUndefined();
  expect(workspaces.map(({ scene }) => scene.sandbox.members(space, id) !== undefined)).toEqual([
    false,
    true,
  ]);
  expect(workspaces.map(({ given }) => [...given])).toEqual(
    people.map(({ token }) => [`Bearer ${token}`]),
  );
  for (const { token } of people) expect(replica.log.join('\n')).not.toContain(token);
  for (const client of clients) await client.close();
});
