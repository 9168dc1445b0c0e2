import { type KeyEntry, parseKeysFile } from './keys-file.ts';
import { type ClaimPolicy, parseOAuthPolicies } from './oauth-policies.ts';
import { parseTokensFile, type SegmentTokens } from './tokens-file.ts';
import type { FileKind } from './watched-file.ts';

/* The files of access control: what each is called, who should not have access to it, and its meaning. */

export function keysFile(path: string): FileKind<readonly KeyEntry[]> {
  return {
    path,
    setting: '--keys (SEGMENT_MCP_KEYS)',
    warnOf: { mode: 0o022, because: 'can add keys' },
    parse: parseKeysFile,
  };
}

export function tokensFile(path: string): FileKind<SegmentTokens> {
  let known: SegmentTokens | undefined;
  return {
    path,
    setting: '--tokens (SEGMENT_MCP_TOKENS)',
    warnOf: { mode: 0o077, because: 'can read the tokens' },
    async parse(text, read) {
      known = await parseTokensFile(path, text, read, known);
      return known;
    },
  };
}

export function policiesFile(path: string): FileKind<readonly ClaimPolicy[]> {
  return {
    path,
    setting: '--oauth-policies (SEGMENT_MCP_OAUTH_POLICIES)',
    warnOf: { mode: 0o022, because: 'can change the policies' },
    parse: parseOAuthPolicies,
  };
}
