import type { Log } from '../log.ts';
import { AccessError, type Authenticator } from './authenticator.ts';
import { bearerIn } from './bearer.ts';
import { hashOfKey, isKeyLike, type KeyEntry, statusOf } from './keys-file.ts';
import { assertHasToken, reportMissingTokens, type TokenNames } from './token-choice.ts';
import type { WatchedFile } from './watched-file.ts';

/** Lets in whoever has a key of the file. */
export function createKeysAuthenticator(
  file: WatchedFile<readonly KeyEntry[]>,
  context: { now: () => number; log: Log; tokens: TokenNames },
): Authenticator {
  const { now, log, tokens } = context;
  let byHash = new Map<string, KeyEntry>();
  const load = (keys: readonly KeyEntry[]) => {
    byHash = new Map(keys.map((key) => [key.hash, key]));
    const policies = keys
      .filter((key) => statusOf(key, now()) === 'valid')
      .map(({ id, policy }) => ({ of: id, policy }));
    reportMissingTokens(policies, tokens, log);
  };
  load(file.value);
  const forget = file.onChange(load);
  return {
    async authenticate(authorization) {
      const key = bearerIn(authorization);
      if (!isKeyLike(key)) throw new AccessError('malformed', 401, 'This is not a key.');
      // Only hashes are compared: how long that takes says nothing about a key.
      const entry = byHash.get(hashOfKey(key));
      if (!entry) throw new AccessError('unknown', 401, 'This key is unknown.');
      const status = statusOf(entry, now());
      if (status !== 'valid') throw new AccessError(status, 401, `This key is ${status}.`);
      assertHasToken(entry.policy, tokens);
      return { id: entry.id, policy: entry.policy, scopes: undefined };
    },
    notReady: () => undefined,
    close() {
      forget();
      file.close();
    },
  };
}
