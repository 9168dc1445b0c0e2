import type { Authenticator } from './authenticator.ts';
import { assertHasToken, type TokenNames } from './token-choice.ts';

/** Lets everybody in as the same caller: only for servers that nothing but this machine reaches. */
export function createOpenAuthenticator(tokens: TokenNames): Authenticator {
  return {
    async authenticate() {
      assertHasToken({}, tokens);
      return { id: 'local', policy: {}, scopes: undefined };
    },
    notReady: () => undefined,
    close() {},
  };
}
