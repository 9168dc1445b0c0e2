import { expect, test } from 'vitest';
import { newKey } from '../../src/access/keys-file.ts';
import { createOneKeyAuthenticator } from '../../src/access/one-key.ts';

const key = newKey((count) => new Uint8Array(count).fill(5));
const authenticator = createOneKeyAuthenticator(key);

test('whoever has the key is let in, always as the same caller', async () => {
  const caller = { id: 'app', policy: {}, scopes: undefined };
  expect(await authenticator.authenticate(`Bearer ${key}`)).toEqual(caller);
  expect(await authenticator.authenticate(`bearer ${key}`)).toEqual(caller);
  expect(authenticator.notReady()).toBeUndefined();
});

test.each([
  [undefined, 'no_credentials'],
  ['', 'no_credentials'],
  [key, 'malformed'],
  [`Bearer ${key.slice(0, -1)}`, 'unknown'],
  [`Bearer ${key.toUpperCase()}`, 'unknown'],
])('%s lets nobody in', async (authorization, fault) => {
  await expect(authenticator.authenticate(authorization)).rejects.toMatchObject({
    fault,
    status: 401,
    message: expect.not.stringContaining(key),
  });
});
