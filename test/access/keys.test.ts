import { describe, expect, test } from 'vitest';
import { BrokenFile } from '../../src/access/file-text.ts';
import { createKeysAuthenticator } from '../../src/access/keys.ts';
import {
  formatKeysFile,
  hashOfKey,
  type KeyEntry,
  newKey,
  parseKeysFile,
} from '../../src/access/keys-file.ts';
import { createOpenAuthenticator } from '../../src/access/open.ts';
import type { SegmentTokens } from '../../src/access/tokens-file.ts';
import { WatchedFile } from '../../src/access/watched-file.ts';
import { WatchedFiles } from '../support/watched.ts';

const key = newKey(() => new Uint8Array(32).fill(1));
const otherKey = newKey(() => new Uint8Array(32).fill(2));
const created = { owner: 'Ann', createdAt: '2026-01-01T00:00:00Z', policy: {} };
const ann: KeyEntry = { id: 'ann', hash: hashOfKey(key), ...created };

async function withKeys(keys: readonly KeyEntry[], tokens?: SegmentTokens) {
  const files = new WatchedFiles({ '/keys': formatKeysFile(keys) });
  const kind = { path: '/keys', setting: '--keys', parse: parseKeysFile };
  const file = await WatchedFile.open(kind, files);
  const { log, clock } = files;
  const authenticator = createKeysAuthenticator(file, {
    now: clock.now,
    log,
    tokens: () => tokens,
  });
  return { files, authenticator, login: (header?: string) => authenticator.authenticate(header) };
}

describe('a key', () => {
  test('has a prefix and 256 random bits', () => {
    expect(key).toMatch(/^sgm_[A-Za-z0-9_-]{43}$/);
    expect(Buffer.from(key.slice(4), 'base64url')).toHaveLength(32);
  });

  test.each([`Bearer ${key}`, `bearer ${key}`, `BEARER   ${key} `])(
    'lets in by %s',
    async (header) => {
      const { login, authenticator } = await withKeys([{ ...ann, policy: { readOnly: true } }]);
      expect(await login(header)).toEqual({
        id: 'ann',
        policy: { readOnly: true },
        scopes: undefined,
      });
      expect(authenticator.notReady()).toBeUndefined();
      authenticator.close();
    },
  );

  test.each([
    [undefined, 'no_credentials'],
    ['', 'no_credentials'],
    ['Bearer', 'malformed'],
    [key, 'malformed'],
    [`Basic ${key}`, 'malformed'],
    [`Bearer ${key} x`, 'malformed'],
    [`Bearer ${key}x`, 'malformed'],
    ['Bearer sgp_token', 'malformed'],
    [`Bearer ${hashOfKey(key)}`, 'malformed'],
    [`Bearer ${otherKey}`, 'unknown'],
  ])('%j does not let in: %s', async (header, fault) => {
    const { login, authenticator } = await withKeys([ann]);
    const error = await login(header).catch((reason) => reason);
    expect(error).toMatchObject({ name: 'AccessError', fault, status: 401 });
    for (const secret of [key, otherKey]) expect(String(error)).not.toContain(secret);
    authenticator.close();
  });

  test('expires by the date, to the millisecond', async () => {
    const expiresAt = '2026-01-01T01:00:00+01:00';
    const { files, login, authenticator } = await withKeys([{ ...ann, expiresAt }]);
    files.clock.jump(-1);
    expect(await login(`Bearer ${key}`)).toMatchObject({ id: 'ann' });
    files.clock.jump(1);
    await expect(login(`Bearer ${key}`)).rejects.toMatchObject({ fault: 'expired', status: 401 });
    authenticator.close();
  });

  test('can be revoked and added while the server runs', async () => {
    const { files, login, authenticator } = await withKeys([ann]);
    const bob: KeyEntry = { id: 'bob', hash: hashOfKey(otherKey), ...created };
    const revoked = { ...ann, revokedAt: '2026-01-01T00:00:00Z' };
    await files.swap('/keys', formatKeysFile([revoked, bob]));
    await expect(login(`Bearer ${key}`)).rejects.toMatchObject({ fault: 'revoked', status: 401 });
    expect(await login(`Bearer ${otherKey}`)).toMatchObject({ id: 'bob' });
    await files.swap('/keys', '{');
    expect(await login(`Bearer ${otherKey}`)).toMatchObject({ id: 'bob' });
    authenticator.close();
  });
});

describe("a policy's token", () => {
  const segmentToken = { token: 'x'.repeat(20), baseUrl: 'https://x.example', edition: undefined };
  const tokens: SegmentTokens = new Map([['eu', { name: 'eu', ...segmentToken }]]);
  const toEu = { ...ann, policy: { token: 'eu' } };

  test.each<[string, KeyEntry, SegmentTokens | undefined, boolean]>([
    ['is among the named ones', toEu, tokens, true],
    ['is none of them', { ...ann, policy: { token: 'us' } }, tokens, false],
    ['is the default one, which is missing', ann, tokens, false],
    ['is a named one, and there are none', toEu, undefined, false],
    ['is that of the settings', ann, undefined, true],
    [
      'is that of the settings by its name',
      { ...ann, policy: { token: 'default' } },
      undefined,
      true,
    ],
  ])('%s', async (_, entry, known, isIn) => {
    const { files, login, authenticator } = await withKeys([entry], known);
    const attempt = login(`Bearer ${key}`);
    if (isIn) expect(await attempt).toMatchObject({ id: 'ann' });
    else await expect(attempt).rejects.toMatchObject({ fault: 'no_policy', status: 403 });
    expect(files.logged.map(({ facts }) => facts)).toEqual(
      isIn ? [] : [{ of: 'ann', token: entry.policy.token ?? 'default' }],
    );
    authenticator.close();
  });

  test('is that of everybody where nobody logs in', async () => {
    expect(await createOpenAuthenticator(() => undefined).authenticate('x')).toEqual({
      id: 'local',
      policy: {},
      scopes: undefined,
    });
    const refusing = createOpenAuthenticator(() => tokens);
    await expect(refusing.authenticate(undefined)).rejects.toMatchObject({ status: 403 });
  });
});

describe('the file of keys', () => {
  const problemsOf = (text: string) => {
    try {
      parseKeysFile(text);
    } catch (error) {
      if (error instanceof BrokenFile) return error.problems;
      throw error;
    }
    return [];
  };
  const withKey = (key_: object) =>
    JSON.stringify({ version: 1, keys: [ann, { ...ann, ...key_ }] });
  const bob = { id: 'bob', hash: hashOfKey(otherKey) };

  test('is read as it is written', () => {
    const keys = [ann, { ...ann, ...bob, expiresAt: '2027-01-01T00:00:00.000Z' }];
    expect(parseKeysFile(formatKeysFile(keys))).toEqual(keys);
    expect(parseKeysFile(formatKeysFile([]))).toEqual([]);
  });

  test.each([
    ['{\n\n"version": 1,,\n}', /^It is not valid JSON \(line 3\)\.$/],
    ['', /^It is not valid JSON/],
    ['[]', /^The file must be an object\.$/],
    ['{"version":2,"keys":[]}', /^version must be 1\.$/],
    ['{"version":1}', /^keys is missing\.$/],
    [withKey({ ...bob, id: 'a b' }), /^keys\[1\]\.id must have 1 to 64 letters/],
    [withKey({ ...bob, hash: key }), /^keys\[1\]\.hash must be sha256: and 64 digits/],
    [withKey({ ...bob, owner: '' }), /^keys\[1\]\.owner must have 1 to 200 characters\.$/],
    [withKey({ ...bob, owner: 'A\u202eB' }), /^keys\[1\]\.owner must/],
    [withKey({ ...bob, expiresAt: 'soon' }), /^keys\[1\]\.expiresAt must be a date and time/],
    [withKey({ ...bob, expiresAt: '2027-01-01T00:00:00' }), /must be a date and time/],
    [withKey({ ...bob, expires: '2027-01-01T00:00:00Z' }), /^keys\[1\] has an unknown field/],
    [withKey({ ...bob, policy: { spaces: [] } }), /^keys\[1\]\.policy\.spaces must not be empty/],
    [withKey({ ...bob, policy: undefined }), /^keys\[1\]\.policy is missing\.$/],
    [withKey({ hash: bob.hash }), /^keys\[1\]\.id is the same as that of keys\[0\]\.$/],
    [withKey({ id: 'bob' }), /^keys\[1\]\.hash is the same as that of keys\[0\]\.$/],
  ])('%s is refused', (text, what) => {
    const problems = problemsOf(text);
    expect(problems).toEqual([expect.stringMatching(what)]);
    expect(problems.join()).not.toContain(key);
  });

  test('with many mistakes names the first ten', () => {
    const text = JSON.stringify({ version: 1, keys: Array(20).fill(1) });
    expect(problemsOf(text)).toHaveLength(11);
    expect(problemsOf(text).at(-1)).toBe('There are 10 more problems.');
  });
});
