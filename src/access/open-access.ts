import { readFile, stat } from 'node:fs/promises';
import type { HttpConfig } from '../config/http-config.ts';
import type { Authenticator } from './authenticator.ts';
import { keysFile, policiesFile, tokensFile } from './files.ts';
import type { Fetch } from './issuer-keys.ts';
import { createKeysAuthenticator } from './keys.ts';
import { createOAuthAuthenticator } from './oauth.ts';
import { createOneKeyAuthenticator } from './one-key.ts';
import { createOpenAuthenticator } from './open.ts';
import type { TokenNames } from './token-choice.ts';
import type { SegmentTokens } from './tokens-file.ts';
import { type ReadFile, type WatchContext, WatchedFile } from './watched-file.ts';

/** Who may do what, kept up to date. */
export interface Access {
  authenticator: Authenticator;
  /** The named tokens; undefined where the settings hold the only one. */
  tokens: WatchedFile<SegmentTokens> | undefined;
  /** Whether an older version of a file is in effect, since the present one can't be used. */
  isStale(): boolean;
  close(): void;
}

export interface AccessContext extends WatchContext {
  fetch: Fetch;
}

/**
 * Opens the files that the configuration names, and lets in whom they let in.
 *
 * @throws {ConfigError} if a file can't be used.
 */
export async function openAccess(
  { auth, tokensFile: tokensPath }: HttpConfig,
  context: AccessContext,
): Promise<Access> {
  const { clock, log, fetch } = context;
  const files: Pick<WatchedFile<unknown>, 'close' | 'isStale'>[] = [];
  const open = async <Value>(kind: Parameters<typeof WatchedFile.open<Value>>[0]) => {
    const file = await WatchedFile.open<Value>(kind, context);
    files.push(file);
    return file;
  };
  const close = () => {
    for (const file of files) file.close();
  };
  try {
    const tokens = tokensPath === undefined ? undefined : await open(tokensFile(tokensPath));
    const names: TokenNames = () => tokens?.value;
    const authenticator = await authenticatorFor();
    return {
      authenticator,
      tokens,
      isStale: () => files.some(({ isStale }) => isStale),
      close() {
        authenticator.close();
        close();
      },
    };

    async function authenticatorFor(): Promise<Authenticator> {
      switch (auth.kind) {
        case 'none':
          return createOpenAuthenticator(names);
        case 'key':
          return createOneKeyAuthenticator(auth.key);
        case 'keys': {
          const file = await open(keysFile(auth.file));
          return createKeysAuthenticator(file, { now: clock.now, log, tokens: names });
        }
        case 'oauth': {
          const path = auth.policiesFile;
          const policies = path === undefined ? undefined : await open(policiesFile(path));
          return createOAuthAuthenticator(auth, { fetch, clock, log, tokens: names, policies });
        }
      }
    }
  } catch (error) {
    close();
    throw error;
  }
}

/** Reads files of this machine. Windows has other permissions than those of a mode. */
export const readFileHere: ReadFile = async (path) => ({
  bytes: await readFile(path),
  mode: process.platform === 'win32' ? undefined : (await stat(path)).mode,
});
