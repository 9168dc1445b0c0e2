import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatKeysFile, hashOfKey, newKey } from '../../src/access/keys-file.ts';
import { openAccess, readFileHere } from '../../src/access/open-access.ts';
import type { AuthConfig, HttpConfig } from '../../src/config/http-config.ts';
import { AuthorizationServer } from '../support/authorization-server.ts';
import { isWindows } from '../support/platform.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { WatchedFiles } from '../support/watched.ts';

const issuer = 'https://login.example.com';
const audience = 'https://mcp.example.com/mcp';
const key = newKey(() => new Uint8Array(32).fill(1));
const keys = formatKeysFile([
  {
    id: 'ann',
    hash: hashOfKey(key),
    owner: 'Ann',
    createdAt: '2026-01-01T00:00:00Z',
    policy: { token: 'eu' },
  },
]);
const tokens = JSON.stringify({
  version: 1,
  tokens: { eu: { token: 'sgp_token-of-a-workspace', region: 'eu' } },
});

const http = (auth: AuthConfig, tokensFile?: string): HttpConfig => ({
  listen: { host: '127.0.0.1', port: 0 },
  publicUrl: undefined,
  allowedHosts: [],
  allowedOrigins: [],
  allowsLoopbackOrigins: false,
  auth,
  tokensFile,
  redisUrl: undefined,
  metrics: undefined,
  drainWaitMs: 0,
  graceMs: 0,
  replica: 'one',
});

const noFetch = () => Promise.reject(new Error('nothing is fetched'));

test('keys and the tokens that they use', async () => {
  const files = new WatchedFiles({ '/keys': keys, '/tokens': tokens });
  const config = http({ kind: 'keys', file: '/keys' }, '/tokens');
  const access = await openAccess(config, { ...files, fetch: noFetch, log: files.log });
  const caller = await access.authenticator.authenticate(`Bearer ${key}`);
  expect(access.tokens?.value.get(caller.policy.token ?? '')?.baseUrl).toMatch(/eu1/);
  expect(access.isStale()).toBe(false);
  const [before] = access.tokens?.value.values() ?? [];
  const us = { token: 'sgp_token-of-another-one', region: 'us' };
  const more = { version: 1, tokens: { ...JSON.parse(tokens).tokens, us } };
  await files.swap('/tokens', JSON.stringify(more));
  expect(access.tokens?.value.size).toBe(2);
  // What is as it was stays the same object: its limits and indexes are kept by it.
  expect(access.tokens?.value.get('eu')).toBe(before);
  await files.swap('/tokens', JSON.stringify(more).replace('of-a-workspace', 'of-today'));
  expect(access.tokens?.value.get('eu')).not.toBe(before);
  await files.swap('/tokens', 'broken');
  expect(access.isStale()).toBe(true);
  access.close();
  const { reads } = files;
  await files.clock.advance(20_000);
  expect(files.reads).toBe(reads);
});

test('tokens of an issuer, by policies', async () => {
  const policies = JSON.stringify([{ claim: 'role', value: 'reader', policy: { readOnly: true } }]);
  const files = new WatchedFiles({ '/policies': policies });
  const server = await AuthorizationServer.create(issuer, files.clock.now);
  const config = http({
    kind: 'oauth',
    ...{ issuer, audience, jwks: undefined, policiesFile: '/policies' },
  });
  const access = await openAccess(config, { ...files, fetch: server.fetch, log: files.log });
  const token = await server.token({ sub: 'ann', aud: audience, role: 'reader' });
  expect(await access.authenticator.authenticate(`Bearer ${token}`)).toMatchObject({
    id: 'oauth:ann',
    policy: { readOnly: true },
  });
  access.close();
});

test('everybody', async () => {
  const files = new WatchedFiles();
  const access = await openAccess(http({ kind: 'none' }), { ...files, fetch: noFetch });
  expect(await access.authenticator.authenticate(undefined)).toMatchObject({ id: 'local' });
  expect(access.tokens).toBeUndefined();
  access.close();
});

test('a broken file stops the start, and nothing is watched', async () => {
  const files = new WatchedFiles({ '/keys': '{}', '/tokens': tokens });
  const opened = openAccess(http({ kind: 'keys', file: '/keys' }, '/tokens'), {
    ...files,
    fetch: noFetch,
  });
  await expect(opened).rejects.toMatchObject({
    name: 'ConfigError',
    problems: [
      '--keys (SEGMENT_MCP_KEYS): version must be 1.',
      '--keys (SEGMENT_MCP_KEYS): keys is missing.',
    ],
  });
  const { reads } = files;
  await files.clock.advance(20_000);
  expect(files.reads).toBe(reads);
});

test('files of this machine', async () => {
  const path = join(temporaryFolder('access'), 'file');
  writeFileSync(path, 'text', { mode: 0o640 });
  const { bytes, mode } = await readFileHere(path);
  expect(Buffer.from(bytes).toString()).toBe('text');
  expect(isWindows ? mode : (mode ?? 0) & 0o777).toBe(isWindows ? undefined : 0o640);
  await expect(readFileHere(`${path}-none`)).rejects.toMatchObject({ code: 'ENOENT' });
});
