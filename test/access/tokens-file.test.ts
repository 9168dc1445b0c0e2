import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseTokensFile, type SegmentTokens } from '../../src/access/tokens-file.ts';
import { type FileKind, WatchedFile } from '../../src/access/watched-file.ts';
import { WatchedFiles } from '../support/watched.ts';

const token = 'sgp_token-of-a-workspace';
const path = resolve('/etc/tokens.json');
const kept = resolve('/etc/eu');
const kind: FileKind<SegmentTokens> = {
  path,
  setting: '--tokens',
  parse: (text, read) => parseTokensFile(path, text, read),
};
const open = (tokens: object, others: Readonly<Record<string, string>> = {}) => {
  const files = new WatchedFiles({ [path]: JSON.stringify({ version: 1, tokens }), ...others });
  return { files, opened: WatchedFile.open(kind, files) };
};

test('names tokens, in it or in files next to it, with their addresses', async () => {
  const { opened } = open(
    {
      default: { token: ` ${token} `, region: 'us' },
      eu: { tokenFile: 'eu', region: 'eu', edition: 'v1' },
      test: { token, apiUrl: 'http://127.0.0.1:4010' },
    },
    { [kept]: `${token}-eu\n` },
  );
  const file = await opened;
  expect([...file.value.values()]).toEqual([
    { name: 'default', token, baseUrl: 'https://api.segmentapis.com', edition: undefined },
    { name: 'eu', token: `${token}-eu`, baseUrl: 'https://eu1.api.segmentapis.com', edition: 'v1' },
    { name: 'test', token, baseUrl: 'http://127.0.0.1:4010', edition: undefined },
  ]);
  file.close();
});

test('a token in a file of its own is watched, too', async () => {
  const { files, opened } = open({ default: { tokenFile: 'eu', region: 'eu' } }, { [kept]: token });
  const file = await opened;
  await files.swap(kept, `${token}-new`);
  expect(file.value.get('default')?.token).toBe(`${token}-new`);
  await files.swap(kept, '');
  expect([file.value.get('default')?.token, file.isStale]).toEqual([`${token}-new`, true]);
  await files.swap(kept, undefined);
  expect(JSON.stringify(files.logged)).toContain('tokens.default.tokenFile: The file can');
  expect(JSON.stringify(files.logged)).not.toContain(token);
  file.close();
});

describe('is refused, without its tokens:', () => {
  test.each<[object, RegExp]>([
    [{}, /^--tokens: tokens must name at least one\.$/],
    [
      { default: { region: 'us' } },
      /^--tokens: tokens\.default must have either token or tokenFile\.$/,
    ],
    [{ default: { token, tokenFile: 'eu', region: 'us' } }, /either token or tokenFile/],
    [{ default: { token } }, /^--tokens: tokens\.default needs a region, us or eu\.$/],
    [
      { default: { token, region: 'asia' } },
      /^--tokens: tokens\.default\.region must be "us" or "eu"\.$/,
    ],
    [
      { default: { token, region: 'us', space: 'x' } },
      /tokens\.default has an unknown field \(space\)/,
    ],
    [
      { default: { token: `Bearer ${token}`, region: 'us' } },
      /default\.token begins like an Authorization/,
    ],
    [{ default: { token: '${TOKEN}', region: 'us' } }, /default\.token holds a placeholder/],
    [{ default: { token: `${token} x`, region: 'us' } }, /default\.token must be the token alone/],
    [{ default: { token: 'short', region: 'us' } }, /default\.token is too short/],
    [{ default: { token: '', region: 'us' } }, /default\.token is empty/],
    [{ default: { token, apiUrl: 'http://x.example' } }, /default\.apiUrl must be an https URL/],
    [
      { default: { tokenFile: 'none', region: 'us' } },
      /default\.tokenFile: The file can't be read \(ENOENT\)\.$/,
    ],
    [
      { [`${token}-that-is-long-enough-to-be-one`]: { token, region: 'us' } },
      /name of entry 1 must be/,
    ],
  ])('%j', async (tokens, what) => {
    const problem = await open(tokens).opened.catch((error) => String(error.message));
    expect(problem).toMatch(what);
    expect(problem).not.toContain(token);
  });
});
