import type { Log } from '../log.ts';
import { AccessError } from './authenticator.ts';
import { type AccessPolicy, defaultTokenName } from './policy.ts';
import type { SegmentTokens } from './tokens-file.ts';

/** The names of the tokens that there are; undefined where the settings hold the only one. */
export type TokenNames = () => SegmentTokens | undefined;

/** @throws {AccessError} `no_policy` if the policy's token does not exist. */
export function assertHasToken(policy: AccessPolicy, tokens: TokenNames): void {
  if (hasToken(policy, tokens)) return;
  throw new AccessError(
    'no_policy',
    403,
    'You are logged in, but your policy names a workspace that this server does not have; ask whoever runs it.',
  );
}

/** Logs every policy whose token does not exist: its callers are refused. */
export function reportMissingTokens(
  policies: readonly { of: string; policy: AccessPolicy }[],
  tokens: TokenNames,
  log: Log,
): void {
  for (const { of, policy } of policies) {
    if (hasToken(policy, tokens)) continue;
    log('error', 'a policy names a token that does not exist: its callers are refused', {
      of,
      token: policy.token ?? defaultTokenName,
    });
  }
}

function hasToken({ token = defaultTokenName }: AccessPolicy, tokens: TokenNames): boolean {
  const known = tokens();
  return known ? known.has(token) : token === defaultTokenName;
}
